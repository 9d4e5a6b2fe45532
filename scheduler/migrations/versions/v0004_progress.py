"""Make the tables of attendance, answers, ratings and broken agreements; note who set goals and agreed on what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = "state IN ('attended', 'excused', 'sick', 'absent', 'cancelled_by_us')"
WORDS_OF = "words_of IN ('citizen', 'staff')"


def _citizen(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_citizen_id")
    return sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=name, ondelete="CASCADE")


def _group(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_group_id")
    return sa.ForeignKeyConstraint(["group_id"], ["week_group.id"], name=name, ondelete="CASCADE")


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id"))


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("start_min", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint(STATES, name=op.f("ck_attendance_state")),
        _account("attendance"),
        _citizen("attendance"),
        _group("attendance"),
        sa.PrimaryKeyConstraint("citizen_id", "group_id", "date", "start_min", name=op.f("pk_attendance")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_group_id"), ["group_id"], unique=False)

    op.create_table(
        "help_answer",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("value BETWEEN 1 AND 5", name=op.f("ck_help_answer_value")),
        _account("help_answer"),
        _citizen("help_answer"),
        _group("help_answer"),
        sa.PrimaryKeyConstraint("citizen_id", "group_id", name=op.f("pk_help_answer")),
    )
    with op.batch_alter_table("help_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_help_answer_group_id"), ["group_id"], unique=False)

    op.create_table(
        "rating",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("rater", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("rater IN ('citizen', 'staff')", name=op.f("ck_rating_rater")),
        sa.CheckConstraint("value BETWEEN 1 AND 5", name=op.f("ck_rating_value")),
        _account("rating"),
        _citizen("rating"),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_rating_indicator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "indicator_id", "quarter", "rater", name=op.f("pk_rating")),
    )
    op.create_table(
        "broken_agreement",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("from_week", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_up", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        _account("broken_agreement"),
        sa.ForeignKeyConstraint(
            ["citizen_id", "offering_id", "from_week"],
            ["agreement.citizen_id", "agreement.offering_id", "agreement.from_week"],
            name=op.f("fk_broken_agreement_citizen_id_offering_id_from_week"),
            ondelete="CASCADE",
        ),
        _citizen("broken_agreement"),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offering.id"], name=op.f("fk_broken_agreement_offering_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "offering_id", "from_week", name=op.f("pk_broken_agreement")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("week_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("assessed", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("agreed_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("agreed_at", sa.Text(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_agreement_week_minutes"), "week_minutes > 0")
        batch_op.create_foreign_key(batch_op.f("fk_agreement_agreed_by"), "account", ["agreed_by"], ["id"])
    with op.batch_alter_table("goal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words_of", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("set_by", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_goal_words_of"), WORDS_OF)
        batch_op.create_foreign_key(batch_op.f("fk_goal_set_by"), "account", ["set_by"], ["id"])
    with op.batch_alter_table("sub_goal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("leg_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("words_of", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("set_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("set_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("first_by_week", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("done_at", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("done_by", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_sub_goal_words_of"), WORDS_OF)
        batch_op.create_check_constraint(batch_op.f("ck_sub_goal_done_at"), "done_at IS NULL OR done")
        batch_op.create_foreign_key(batch_op.f("fk_sub_goal_leg_id"), "leg", ["leg_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_sub_goal_set_by"), "account", ["set_by"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_sub_goal_done_by"), "account", ["done_by"], ["id"])
    # Made anew on SQLite, its text is that of a table that the code declares.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("staff_task", schema=None, recreate="always" if is_sqlite else "never") as batch_op:
        batch_op.add_column(sa.Column("proposed_week", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("staff_task", schema=None) as batch_op:
        batch_op.drop_column("proposed_week")
    with op.batch_alter_table("sub_goal", schema=None) as batch_op:
        for column in ("done_by", "set_by", "leg_id"):
            batch_op.drop_constraint(batch_op.f(f"fk_sub_goal_{column}"), type_="foreignkey")
        for name in ("done_at", "words_of"):
            batch_op.drop_constraint(batch_op.f(f"ck_sub_goal_{name}"), type_="check")
        for column in ("done_by", "done_at", "first_by_week", "set_on", "set_by", "words_of", "leg_id"):
            batch_op.drop_column(column)
    with op.batch_alter_table("goal", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_goal_set_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("ck_goal_words_of"), type_="check")
        for column in ("set_by", "words_of"):
            batch_op.drop_column(column)
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_agreement_agreed_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("ck_agreement_week_minutes"), type_="check")
        for column in ("agreed_at", "agreed_by", "assessed", "week_minutes"):
            batch_op.drop_column(column)
    op.drop_table("broken_agreement")
    op.drop_table("rating")
    with op.batch_alter_table("help_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_help_answer_group_id"))

    op.drop_table("help_answer")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_group_id"))

    op.drop_table("attendance")
