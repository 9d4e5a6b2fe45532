"""Make the table of what each week takes over from those before it, and find the locks of a group."""

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
    with op.batch_alter_table("lock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lock_group_id"), ["group_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("lock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lock_group_id"))
    with op.batch_alter_table("citizen_week", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_citizen_week_week"))
    op.drop_table("citizen_week")
