"""What Alembic runs steps with: the connection that catalog.py has open."""

from alembic import context

__all__ = []

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
