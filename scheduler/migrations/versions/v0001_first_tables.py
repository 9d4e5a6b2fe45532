"""Make the first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("da", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
    )
    op.create_table(
        "leg",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("da", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leg")),
    )
    op.create_table(
        "rule",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("slug", "key", "valid_from", name=op.f("pk_rule")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("lottery_seed", sa.BigInteger(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("rules_hash", sa.Text(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("warm_from", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.Column("num_citizens", sa.Integer(), nullable=False),
        sa.Column("num_groups", sa.Integer(), nullable=False),
        sa.Column("objective", sa.BigInteger(), nullable=True),
        sa.Column("bound", sa.BigInteger(), nullable=True),
        sa.Column("gap_percent", sa.Double(), nullable=True),
        sa.Column("first_come_objective", sa.BigInteger(), nullable=True),
        sa.Column("closed_percent", sa.Double(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("termination_reason", sa.Text(), nullable=True),
        sa.Column("termination_limit", sa.Text(), nullable=True),
        sa.Column("termination_proved", sa.Text(), nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("peak_mb", sa.Double(), nullable=True),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.Column("prices", sa.LargeBinary(), nullable=True),
        sa.Column("input", sa.LargeBinary(), nullable=True),
        sa.Column("input_version", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'proposed', 'approved', 'published', 'failed')", name=op.f("ck_run_state")
        ),
        sa.ForeignKeyConstraint(["warm_from"], ["run.id"], name=op.f("fk_run_warm_from")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_week"), ["week"], unique=False)

    op.create_table(
        "site",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_table(
        "target_group",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("law_ref", sa.Text(), nullable=False),
        sa.Column("label_da", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_target_group")),
    )
    op.create_table(
        "weight",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "valid_from", name=op.f("pk_weight")),
    )
    op.create_table(
        "citizen",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("home_site_id", sa.Text(), nullable=False),
        sa.Column("joined", sa.Date(), nullable=False),
        sa.Column("min_minutes", sa.Integer(), nullable=False),
        sa.Column("max_minutes", sa.Integer(), nullable=False),
        sa.Column("energy", sa.Integer(), nullable=False),
        sa.Column("daily_limit", sa.Integer(), nullable=False),
        sa.Column("weight_percent", sa.Integer(), nullable=False),
        sa.Column("out_of_work_since", sa.Date(), nullable=True),
        sa.Column("protected_address", sa.Boolean(), nullable=False),
        sa.CheckConstraint("0 <= min_minutes AND min_minutes <= max_minutes", name=op.f("ck_citizen_minutes")),
        sa.CheckConstraint("energy >= 0 AND daily_limit >= 0", name=op.f("ck_citizen_budgets")),
        sa.CheckConstraint("weight_percent BETWEEN 1 AND 1000", name=op.f("ck_citizen_weight_percent")),
        sa.ForeignKeyConstraint(["home_site_id"], ["site.id"], name=op.f("fk_citizen_home_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen")),
        sa.UniqueConstraint("external_id", name=op.f("uq_citizen_external_id")),
    )
    op.create_table(
        "leg_dose",
        sa.Column("leg_id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_leg_dose_minutes")),
        sa.ForeignKeyConstraint(["leg_id"], ["leg.id"], name=op.f("fk_leg_dose_leg_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("leg_id", "valid_from", name=op.f("pk_leg_dose")),
    )
    op.create_table(
        "offering",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("da", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("neutral_da", sa.Text(), nullable=False),
        sa.Column("leg_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("job_oriented", sa.Boolean(), nullable=False),
        sa.Column("health_skill", sa.Boolean(), nullable=False),
        sa.Column("meeting_min", sa.Integer(), nullable=False),
        sa.Column("meetings_per_week", sa.Double(), nullable=False),
        sa.Column("min_size", sa.Integer(), nullable=False),
        sa.Column("max_size", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("intake", sa.Text(), nullable=False),
        sa.Column("load", sa.Integer(), nullable=False),
        sa.Column("contact_role", sa.Text(), nullable=True),
        sa.Column("staff_roles", sa.JSON(), nullable=False),
        sa.Column("staff_present", sa.Boolean(), nullable=False),
        sa.Column("room_type", sa.Text(), nullable=False),
        sa.Column("remote_ok", sa.Boolean(), nullable=False),
        sa.Column("meetings_per_week_per_1000", sa.Double(), nullable=False),
        sa.Column("people_min", sa.Integer(), nullable=True),
        sa.Column("people_max", sa.Integer(), nullable=True),
        sa.Column("earliest_min", sa.Integer(), nullable=True),
        sa.Column("latest_min", sa.Integer(), nullable=True),
        sa.Column("legal", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("trains", sa.JSON(), nullable=False),
        sa.Column("builds_on", sa.JSON(), nullable=False),
        sa.Column("prerequisites", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('open_group', 'course', 'internship', 'individual', 'conference')", name=op.f("ck_offering_kind")
        ),
        sa.CheckConstraint("0 <= min_size AND min_size <= max_size", name=op.f("ck_offering_size")),
        sa.CheckConstraint("meeting_min > 0 AND weeks > 0 AND load >= 0", name=op.f("ck_offering_amounts")),
        sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_offering_valid")),
        sa.ForeignKeyConstraint(["leg_id"], ["leg.id"], name=op.f("fk_offering_leg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering")),
        sa.UniqueConstraint("nr", name=op.f("uq_offering_nr")),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_room_capacity")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_room_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
    )
    op.create_table(
        "site_travel",
        sa.Column("from_site_id", sa.Text(), nullable=False),
        sa.Column("to_site_id", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_site_travel_minutes")),
        sa.ForeignKeyConstraint(
            ["from_site_id"], ["site.id"], name=op.f("fk_site_travel_from_site_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["to_site_id"], ["site.id"], name=op.f("fk_site_travel_to_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("from_site_id", "to_site_id", name=op.f("pk_site_travel")),
    )
    op.create_table(
        "staff_member",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("week_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("week_minutes >= 0", name=op.f("ck_staff_member_week_minutes")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_staff_member_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_member")),
    )
    op.create_table(
        "availability_block",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Text(), nullable=True),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("start_min", sa.Integer(), nullable=False),
        sa.Column("end_min", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('free', 'own_block', 'external')", name=op.f("ck_availability_block_kind")),
        sa.CheckConstraint(
            "0 <= start_min AND start_min < end_min AND end_min <= 1440", name=op.f("ck_availability_block_times")
        ),
        sa.CheckConstraint("day BETWEEN 0 AND 6", name=op.f("ck_availability_block_day")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_availability_block_citizen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_block")),
    )
    with op.batch_alter_table("availability_block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_availability_block_citizen_id"), ["citizen_id"], unique=False)

    op.create_table(
        "below_minimum",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False),
        sa.CheckConstraint("reason IN ('alone', 'crowded')", name=op.f("ck_below_minimum_reason")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_below_minimum_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_below_minimum_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "citizen_id", name=op.f("pk_below_minimum")),
    )
    op.create_table(
        "citizen_leg",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("leg_id", sa.Text(), nullable=False),
        sa.Column("most_pressing", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_citizen_leg_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["leg_id"], ["leg.id"], name=op.f("fk_citizen_leg_leg_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("citizen_id", "leg_id", name=op.f("pk_citizen_leg")),
    )
    op.create_table(
        "citizen_period",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("destination", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('join', 'pause', 'exit', 'return')", name=op.f("ck_citizen_period_kind")),
        sa.CheckConstraint("until IS NULL OR start <= until", name=op.f("ck_citizen_period_dates")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_citizen_period_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "start", "kind", name=op.f("pk_citizen_period")),
    )
    op.create_table(
        "citizen_site",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("preference", sa.Integer(), nullable=False),
        sa.CheckConstraint("preference BETWEEN 0 AND 5", name=op.f("ck_citizen_site_preference")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_citizen_site_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_citizen_site_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("citizen_id", "site_id", name=op.f("pk_citizen_site")),
    )
    op.create_table(
        "citizen_strength",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('competence', 'job_wish')", name=op.f("ck_citizen_strength_kind")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_citizen_strength_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "word", "kind", name=op.f("pk_citizen_strength")),
    )
    op.create_table(
        "citizen_target_group",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("target_code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_citizen_target_group_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_code"], ["target_group.code"], name=op.f("fk_citizen_target_group_target_code")
        ),
        sa.PrimaryKeyConstraint("citizen_id", "valid_from", name=op.f("pk_citizen_target_group")),
    )
    op.create_table(
        "clearance",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_clearance_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offering.id"], name=op.f("fk_clearance_offering_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "offering_id", "valid_from", name=op.f("pk_clearance")),
    )
    op.create_table(
        "completion",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_completion_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offering.id"], name=op.f("fk_completion_offering_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "offering_id", "completed_on", name=op.f("pk_completion")),
    )
    op.create_table(
        "contact",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_contact_citizen_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_contact_staff_id")),
        sa.PrimaryKeyConstraint("citizen_id", "role", name=op.f("pk_contact")),
    )
    op.create_table(
        "goal",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('job', 'education')", name=op.f("ck_goal_kind")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_goal_citizen_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("citizen_id", "set_on", name=op.f("pk_goal")),
    )
    op.create_table(
        "keep_apart",
        sa.Column("first_citizen_id", sa.Integer(), nullable=False),
        sa.Column("second_citizen_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_citizen_id < second_citizen_id", name=op.f("ck_keep_apart_order")),
        sa.ForeignKeyConstraint(
            ["first_citizen_id"], ["citizen.id"], name=op.f("fk_keep_apart_first_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_citizen_id"], ["citizen.id"], name=op.f("fk_keep_apart_second_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("first_citizen_id", "second_citizen_id", name=op.f("pk_keep_apart")),
    )
    op.create_table(
        "offering_target_group",
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("target_code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offering.id"], name=op.f("fk_offering_target_group_offering_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_code"],
            ["target_group.code"],
            name=op.f("fk_offering_target_group_target_code"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("offering_id", "target_code", "valid_from", name=op.f("pk_offering_target_group")),
    )
    op.create_table(
        "plan_exception",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_plan_exception_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_plan_exception_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "citizen_id", "slug", name=op.f("pk_plan_exception")),
    )
    op.create_table(
        "referral",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("due_week", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('due', 'referral', 'request')", name=op.f("ck_referral_kind")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_referral_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offering.id"], name=op.f("fk_referral_offering_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "offering_id", "due_week", name=op.f("pk_referral")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("appointment", sa.Boolean(), nullable=False),
        sa.Column("intake_from", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("seats >= 0 AND minimum >= 0 AND minimum <= seats", name=op.f("ck_series_seats")),
        sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_series_valid")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_series_offering_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_series_room_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_series_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_series_offering_id"), ["offering_id"], unique=False)

    op.create_table(
        "staff_hours",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("start_min", sa.Integer(), nullable=False),
        sa.Column("end_min", sa.Integer(), nullable=False),
        sa.CheckConstraint("day BETWEEN 0 AND 6", name=op.f("ck_staff_hours_day")),
        sa.CheckConstraint("start_min < end_min", name=op.f("ck_staff_hours_times")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_staff_hours_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "day", "start_min", name=op.f("pk_staff_hours")),
    )
    op.create_table(
        "sub_goal",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Text(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_week", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.CheckConstraint("indicator_id IS NULL OR level IS NOT NULL", name=op.f("ck_sub_goal_target")),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_sub_goal_level")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_sub_goal_citizen_id")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_sub_goal_indicator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sub_goal")),
        sa.UniqueConstraint(
            "citizen_id", "indicator_id", "by_week", name=op.f("uq_sub_goal_citizen_id_indicator_id_by_week")
        ),
    )
    with op.batch_alter_table("sub_goal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sub_goal_citizen_id"), ["citizen_id"], unique=False)

    op.create_table(
        "test_result",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("test", sa.Text(), nullable=False),
        sa.Column("tested_on", sa.Date(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_test_result_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "test", "tested_on", name=op.f("pk_test_result")),
    )
    op.create_table(
        "time_preference",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("half", sa.Integer(), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.CheckConstraint("day BETWEEN 0 AND 6 AND half BETWEEN 0 AND 1", name=op.f("ck_time_preference_half_day")),
        sa.CheckConstraint("strength BETWEEN 0 AND 5", name=op.f("ck_time_preference_strength")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_time_preference_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "day", "half", name=op.f("pk_time_preference")),
    )
    op.create_table(
        "uncovered_leg",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("leg_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_uncovered_leg_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["leg_id"], ["leg.id"], name=op.f("fk_uncovered_leg_leg_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_uncovered_leg_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "citizen_id", "leg_id", name=op.f("pk_uncovered_leg")),
    )
    op.create_table(
        "wish",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.CheckConstraint("strength BETWEEN -5 AND 5", name=op.f("ck_wish_strength")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_wish_citizen_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_wish_offering_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("citizen_id", "offering_id", name=op.f("pk_wish")),
    )
    op.create_table(
        "agreement",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("from_week", sa.Text(), nullable=False),
        sa.Column("until_week", sa.Text(), nullable=False),
        sa.Column("series_id", sa.Text(), nullable=True),
        sa.Column("sub_goal_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("left_week", sa.Text(), nullable=True),
        sa.CheckConstraint("from_week <= until_week", name=op.f("ck_agreement_weeks")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_agreement_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offering.id"], name=op.f("fk_agreement_offering_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_agreement_series_id")),
        sa.ForeignKeyConstraint(
            ["sub_goal_id"], ["sub_goal.id"], name=op.f("fk_agreement_sub_goal_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "offering_id", "from_week", name=op.f("pk_agreement")),
    )
    op.create_table(
        "enrolment",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Text(), nullable=False),
        sa.Column("from_week", sa.Text(), nullable=False),
        sa.Column("until_week", sa.Text(), nullable=True),
        sa.Column("binding", sa.Boolean(), nullable=False),
        sa.CheckConstraint("until_week IS NULL OR from_week <= until_week", name=op.f("ck_enrolment_weeks")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_enrolment_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_enrolment_series_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("citizen_id", "series_id", "from_week", name=op.f("pk_enrolment")),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolment_series_id"), ["series_id"], unique=False)

    op.create_table(
        "series_meeting",
        sa.Column("series_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("start_min", sa.Integer(), nullable=False),
        sa.Column("end_min", sa.Integer(), nullable=False),
        sa.CheckConstraint("day BETWEEN 0 AND 6", name=op.f("ck_series_meeting_day")),
        sa.CheckConstraint("start_min < end_min", name=op.f("ck_series_meeting_times")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_series_meeting_series_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", "day", "start_min", name=op.f("pk_series_meeting")),
    )
    op.create_table(
        "series_staff",
        sa.Column("series_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_series_staff_series_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_series_staff_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", "staff_id", name=op.f("pk_series_staff")),
    )
    op.create_table(
        "week_group",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("series_id", sa.Text(), nullable=True),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("appointment", sa.Boolean(), nullable=False),
        sa.Column("open_intake", sa.Boolean(), nullable=False),
        sa.CheckConstraint("seats >= 0 AND minimum >= 0 AND minimum <= seats", name=op.f("ck_week_group_seats")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_week_group_offering_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_week_group_series_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_week_group_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_week_group")),
        sa.UniqueConstraint("week", "code", name=op.f("uq_week_group_week_code")),
    )
    with op.batch_alter_table("week_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_week_group_series_id"), ["series_id"], unique=False)

    op.create_table(
        "group_staff",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["week_group.id"], name=op.f("fk_group_staff_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_group_staff_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "staff_id", name=op.f("pk_group_staff")),
    )
    with op.batch_alter_table("group_staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_staff_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "lock",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("locked_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_lock_citizen_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["group_id"], ["week_group.id"], name=op.f("fk_lock_group_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("citizen_id", "group_id", name=op.f("pk_lock")),
    )
    op.create_table(
        "meeting",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("start_min", sa.Integer(), nullable=False),
        sa.Column("end_min", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=True),
        sa.CheckConstraint("day BETWEEN 0 AND 6", name=op.f("ck_meeting_day")),
        sa.CheckConstraint("start_min < end_min", name=op.f("ck_meeting_times")),
        sa.ForeignKeyConstraint(["group_id"], ["week_group.id"], name=op.f("fk_meeting_group_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_meeting_room_id")),
        sa.PrimaryKeyConstraint("group_id", "day", "start_min", name=op.f("pk_meeting")),
    )
    op.create_table(
        "plan_entry",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_plan_entry_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["week_group.id"], name=op.f("fk_plan_entry_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_plan_entry_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "citizen_id", "group_id", name=op.f("pk_plan_entry")),
    )
    with op.batch_alter_table("plan_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_entry_group_id"), ["group_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("plan_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_entry_group_id"))

    op.drop_table("plan_entry")
    op.drop_table("meeting")
    op.drop_table("lock")
    with op.batch_alter_table("group_staff", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_staff_staff_id"))

    op.drop_table("group_staff")
    with op.batch_alter_table("week_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_week_group_series_id"))

    op.drop_table("week_group")
    op.drop_table("series_staff")
    op.drop_table("series_meeting")
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrolment_series_id"))

    op.drop_table("enrolment")
    op.drop_table("agreement")
    op.drop_table("wish")
    op.drop_table("uncovered_leg")
    op.drop_table("time_preference")
    op.drop_table("test_result")
    with op.batch_alter_table("sub_goal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sub_goal_citizen_id"))

    op.drop_table("sub_goal")
    op.drop_table("staff_hours")
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_offering_id"))

    op.drop_table("series")
    op.drop_table("referral")
    op.drop_table("plan_exception")
    op.drop_table("offering_target_group")
    op.drop_table("keep_apart")
    op.drop_table("goal")
    op.drop_table("contact")
    op.drop_table("completion")
    op.drop_table("clearance")
    op.drop_table("citizen_target_group")
    op.drop_table("citizen_strength")
    op.drop_table("citizen_site")
    op.drop_table("citizen_period")
    op.drop_table("citizen_leg")
    op.drop_table("below_minimum")
    with op.batch_alter_table("availability_block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_availability_block_citizen_id"))

    op.drop_table("availability_block")
    op.drop_table("staff_member")
    op.drop_table("site_travel")
    op.drop_table("room")
    op.drop_table("offering")
    op.drop_table("leg_dose")
    op.drop_table("citizen")
    op.drop_table("weight")
    op.drop_table("target_group")
    op.drop_table("site")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_week"))

    op.drop_table("run")
    op.drop_table("rule")
    op.drop_table("leg")
    op.drop_table("indicator")
