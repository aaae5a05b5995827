"""Sessions by their journals, and the days that they lie in."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "downgrade", "revision", "upgrade"]

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From nothing."""
    op.create_table(
        "days",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("changed_ns", sa.BigInteger, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, nullable=False, index=True),
        sa.Column("changed_ns", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("id", sa.Text, nullable=False, index=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("begun", sa.Text, nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("simulated", sa.Boolean, nullable=False),
        sa.Column("duration_ms", sa.BigInteger, nullable=False),
        sa.Column("planned_ms", sa.BigInteger, nullable=False),
        sa.Column("fate", sa.Text, nullable=False),
        sa.Column("exit_code", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("zero_confirmed", sa.Boolean, nullable=False),
        sa.Column("scale", sa.Text, nullable=False),
        sa.Column("peak", sa.Float),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("of_a_person", "sessions", ["person", "begun"])


def downgrade() -> None:
    """The index is made anew from the journals instead."""
    op.drop_table("sessions")
    op.drop_table("days")
