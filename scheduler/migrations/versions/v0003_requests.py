"""Make the tables of a published week as it stands, and of what citizens ask for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supply",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('seats', 'staff', 'room')", name=op.f("ck_supply_kind")),
        sa.CheckConstraint("0 <= used AND used <= most", name=op.f("ck_supply_used")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply")),
    )
    with op.batch_alter_table("supply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supply_week_id"), ["week", "id"], unique=False)

    op.create_table(
        "inbound_text",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("came_at", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_inbound_text_citizen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_text")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_inbound_text_provider_id")),
    )
    with op.batch_alter_table("inbound_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbound_text_citizen_id"), ["citizen_id"], unique=False)

    op.create_table(
        "waiting",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'offered', 'placed', 'ended')", name=op.f("ck_waiting_state")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_waiting_citizen_id")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_waiting_offering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
    )
    with op.batch_alter_table("waiting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_citizen_id"), ["citizen_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiting_offering_id_state"), ["offering_id", "state"], unique=False)

    op.create_table(
        "change_request",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("supplies", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposals", sa.JSON(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=True),
        sa.Column("held_until", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('another_time', 'another_activity', 'less', 'more', 'stop', 'cannot_come', 'along', 'talk')",
            name=op.f("ck_change_request_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('answered', 'held', 'confirmed', 'undone', 'expired', 'passed_on', 'closed')",
            name=op.f("ck_change_request_state"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_change_request_account_id")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_change_request_citizen_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_change_request_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
    )
    with op.batch_alter_table("change_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_request_citizen_id_week"), ["citizen_id", "week"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_request_state_held_until"), ["state", "held_until"], unique=False)

    op.create_table(
        "freed_seat",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["week_group.id"], name=op.f("fk_freed_seat_group_id")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_freed_seat_offering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freed_seat")),
    )
    with op.batch_alter_table("freed_seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_freed_seat_offered"), ["offered"], unique=False)
        batch_op.create_index(batch_op.f("ix_freed_seat_offering_id_at"), ["offering_id", "at"], unique=False)

    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("waiting_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_hold_citizen_id")),
        sa.ForeignKeyConstraint(["group_id"], ["week_group.id"], name=op.f("fk_hold_group_id")),
        sa.ForeignKeyConstraint(["request_id"], ["change_request.id"], name=op.f("fk_hold_request_id")),
        sa.ForeignKeyConstraint(["waiting_id"], ["waiting.id"], name=op.f("fk_hold_waiting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hold_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hold_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hold_until"), ["until"], unique=False)
        batch_op.create_index(batch_op.f("ix_hold_waiting_id"), ["waiting_id"], unique=False)

    op.create_table(
        "place",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("offering_id", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, server_default="0", nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_place_citizen_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["group_id"], ["week_group.id"], name=op.f("fk_place_group_id")),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offering.id"], name=op.f("fk_place_offering_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "week", "offering_id", "turn", name=op.f("pk_place")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_place_week"), ["week"], unique=False)

    op.create_table(
        "plan_change",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('request', 'undo', 'seat_offered', 'group_cancelled', 'group_moved', 'staff')",
            name=op.f("ck_plan_change_reason"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_plan_change_account_id")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_plan_change_citizen_id")),
        sa.ForeignKeyConstraint(["request_id"], ["change_request.id"], name=op.f("fk_plan_change_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_change")),
        sa.UniqueConstraint("citizen_id", "week", "number", name=op.f("uq_plan_change_citizen_id_week_number")),
    )
    with op.batch_alter_table("plan_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_change_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_change_week"), ["week"], unique=False)

    op.create_table(
        "supply_use",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("supply_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["week_group.id"], name=op.f("fk_supply_use_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["supply_id"], ["supply.id"], name=op.f("fk_supply_use_supply_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group_id", "supply_id", name=op.f("pk_supply_use")),
    )
    with op.batch_alter_table("supply_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supply_use_supply_id"), ["supply_id"], unique=False)

    _fill_places()


def downgrade() -> None:
    with op.batch_alter_table("supply_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supply_use_supply_id"))

    op.drop_table("supply_use")
    with op.batch_alter_table("plan_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_change_week"))
        batch_op.drop_index(batch_op.f("ix_plan_change_request_id"))

    op.drop_table("plan_change")
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_week"))
        batch_op.drop_index(batch_op.f("ix_place_group_id"))

    op.drop_table("place")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hold_waiting_id"))
        batch_op.drop_index(batch_op.f("ix_hold_until"))
        batch_op.drop_index(batch_op.f("ix_hold_request_id"))
        batch_op.drop_index(batch_op.f("ix_hold_group_id"))

    op.drop_table("hold")
    with op.batch_alter_table("freed_seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_freed_seat_offering_id_at"))
        batch_op.drop_index(batch_op.f("ix_freed_seat_offered"))

    op.drop_table("freed_seat")
    with op.batch_alter_table("change_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_request_state_held_until"))
        batch_op.drop_index(batch_op.f("ix_change_request_citizen_id_week"))

    op.drop_table("change_request")
    with op.batch_alter_table("waiting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_offering_id_state"))
        batch_op.drop_index(batch_op.f("ix_waiting_citizen_id"))

    op.drop_table("waiting")
    with op.batch_alter_table("inbound_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbound_text_citizen_id"))

    op.drop_table("inbound_text")
    with op.batch_alter_table("supply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supply_week_id"))

    op.drop_table("supply")


def _fill_places() -> None:
    """Let the weeks that are published already have the places of their run."""
    op.execute(
        """
        INSERT INTO place (citizen_id, week, offering_id, turn, group_id)
        SELECT plan_entry.citizen_id, run.week, week_group.offering_id, ROW_NUMBER() OVER (
            PARTITION BY plan_entry.citizen_id, run.id, week_group.offering_id ORDER BY week_group.id
        ) - 1, week_group.id
        FROM plan_entry
        JOIN run ON run.id = plan_entry.run_id
        JOIN week_group ON week_group.id = plan_entry.group_id
        WHERE run.state = 'published'
        """
    )
