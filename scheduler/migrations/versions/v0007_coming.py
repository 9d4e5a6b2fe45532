"""Make the table of who says that she comes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coming",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("start_min", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_coming_account_id")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_coming_citizen_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["group_id"], ["week_group.id"], name=op.f("fk_coming_group_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("citizen_id", "group_id", "date", "start_min", name=op.f("pk_coming")),
    )
    with op.batch_alter_table("coming", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coming_group_id"), ["group_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("coming", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coming_group_id"))
    op.drop_table("coming")
