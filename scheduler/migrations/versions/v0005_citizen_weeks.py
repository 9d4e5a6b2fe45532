"""Make the table of what each week takes over from those before it; find a group's locks; keep who tries new things."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "citizen_week",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("best", sa.Double(), nullable=False),
        sa.Column("given", sa.Double(), nullable=False),
        sa.Column("weight_percent", sa.Integer(), nullable=False),
        sa.Column("energy", sa.Integer(), nullable=False),
        sa.Column("max_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight_percent BETWEEN 1 AND 1000", name=op.f("ck_citizen_week_weight_percent")),
        sa.CheckConstraint("energy >= 0 AND max_minutes >= 0", name=op.f("ck_citizen_week_budgets")),
        sa.CheckConstraint("0 <= given AND given <= best", name=op.f("ck_citizen_week_sums")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_citizen_week_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "week", name=op.f("pk_citizen_week")),
    )
    with op.batch_alter_table("citizen_week", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_citizen_week_week"), ["week"], unique=False)
    op.create_table(
        "trial_yes",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_trial_yes_account_id")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_trial_yes_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_trial_yes")),
    )
    with op.batch_alter_table("lock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lock_group_id"), ["group_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("lock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lock_group_id"))
    op.drop_table("trial_yes")
    with op.batch_alter_table("citizen_week", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_citizen_week_week"))
    op.drop_table("citizen_week")
