"""Keep who wants a week to be as the one before it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_week",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_kept_week_account_id")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_kept_week_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "week", name=op.f("pk_kept_week")),
    )
    with op.batch_alter_table("kept_week", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_week_week"), ["week"], unique=False)


def downgrade() -> None:
    op.drop_table("kept_week")
