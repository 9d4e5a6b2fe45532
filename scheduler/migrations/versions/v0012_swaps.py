"""Keep who wants to swap what is agreed, and for how many weeks somebody was served least."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "swap_yes",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_swap_yes_account_id")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_swap_yes_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_swap_yes")),
    )
    with op.batch_alter_table("citizen_week", schema=None) as batch_op:
        batch_op.add_column(sa.Column("behind_weeks", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_check_constraint(batch_op.f("ck_citizen_week_behind_weeks"), "behind_weeks >= 0")


def downgrade() -> None:
    with op.batch_alter_table("citizen_week", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_citizen_week_behind_weeks"), type_="check")
        batch_op.drop_column("behind_weeks")
    op.drop_table("swap_yes")
