"""The index's schema, a step each: Alembic runs what is missing."""
