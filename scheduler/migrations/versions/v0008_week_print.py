"""Keep everybody's sheets of a published week as a PDF for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "week_print",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("done_at", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_week_print_asked_by")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_week_print_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_week_print")),
    )
    with op.batch_alter_table("week_print", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_week_print_run_id"), ["run_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("week_print", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_week_print_run_id"))
    op.drop_table("week_print")
