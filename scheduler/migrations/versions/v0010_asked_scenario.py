"""Keep the scenarios that somebody asks the service for, and what came of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asked_scenario",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("scenario", sa.JSON(), nullable=False),
        sa.Column("tried_at", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.CheckConstraint("attempt >= 0", name=op.f("ck_asked_scenario_attempt")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_asked_scenario_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_scenario")),
    )


def downgrade() -> None:
    op.drop_table("asked_scenario")
