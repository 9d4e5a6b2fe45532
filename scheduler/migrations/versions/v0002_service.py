"""Make the tables of the service: accounts, the queue, approval, publishing, audit and messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

EARLIER_STATES = "state IN ('queued', 'running', 'proposed', 'approved', 'published', 'failed')"
STATES = "state IN ('queued', 'running', 'proposed', 'approved', 'published', 'failed', 'cancelled')"


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_subject"), ["subject"], unique=False)

    op.create_table(
        "login_attempt",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
    )
    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_attempt_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_attempt_username"), ["username"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("sees_protected", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("code_hash", sa.Text(), nullable=True),
        sa.Column("code_until", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.CheckConstraint("role <> 'citizen' OR citizen_id IS NOT NULL", name=op.f("ck_account_citizen")),
        sa.CheckConstraint(
            "role IN ('citizen', 'representative', 'staff', 'planner', 'admin')", name=op.f("ck_account_role")
        ),
        sa.CheckConstraint("scope IN ('centre', 'team', 'caseload')", name=op.f("ck_account_scope")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_account_citizen_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_account_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_calendar_feed_citizen_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_calendar_feed")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_citizen_id"), ["citizen_id"], unique=False)

    op.create_table(
        "chore",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore")),
    )
    op.create_table(
        "citizen_job",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("done_at", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("copy", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("kind IN ('copy', 'erasure')", name=op.f("ck_citizen_job_kind")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_citizen_job_asked_by")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_citizen_job_citizen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_job")),
    )
    with op.batch_alter_table("citizen_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_citizen_job_citizen_id"), ["citizen_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("send_at", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.Text(), nullable=True),
        sa.CheckConstraint("channel IN ('sms', 'letter', 'call', 'email')", name=op.f("ck_message_channel")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_message_citizen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_citizen_id"), ["citizen_id"], unique=False)

    op.create_table(
        "pseudonym",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_pseudonym_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_pseudonym")),
        sa.UniqueConstraint("subject", name=op.f("uq_pseudonym_subject")),
    )
    op.create_table(
        "api_key",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_key_account_id")),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_api_key")),
    )
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_key_account_id"), ["account_id"], unique=False)

    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("form_token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_session_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_account_id"), ["account_id"], unique=False)

    op.create_table(
        "representation",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("may", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.CheckConstraint("may IN ('see', 'act')", name=op.f("ck_representation_may")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_representation_account_id")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_representation_citizen_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["account.id"], name=op.f("fk_representation_granted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representation")),
    )
    with op.batch_alter_table("representation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_representation_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_representation_citizen_id"), ["citizen_id"], unique=False)

    op.create_table(
        "staff_task",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("done_at", sa.Text(), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_staff_task_citizen_id")),
        sa.ForeignKeyConstraint(["done_by"], ["account.id"], name=op.f("fk_staff_task_done_by")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_staff_task_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_task")),
        sa.UniqueConstraint(
            "slug", "citizen_id", "week", "subject", name=op.f("uq_staff_task_slug_citizen_id_week_subject")
        ),
    )
    with op.batch_alter_table("staff_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_task_citizen_id"), ["citizen_id"], unique=False)

    op.create_table(
        "stored_answer",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_stored_answer_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_stored_answer")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("gate", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_approval_account_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_approval_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("run_id", "team", name=op.f("uq_approval_run_id_team")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_run_id"), ["run_id"], unique=False)

    op.create_table(
        "plan_answer",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("answer IN ('yes', 'change', 'call_me')", name=op.f("ck_plan_answer_answer")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_plan_answer_account_id")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_plan_answer_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_plan_answer_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "citizen_id", name=op.f("pk_plan_answer")),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.Text(), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_publication_account_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_publication_run_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["account.id"], name=op.f("fk_publication_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("week", "version", name=op.f("uq_publication_week_version")),
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_run_id"), ["run_id"], unique=False)

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_run_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_run_state"), STATES)
        batch_op.add_column(sa.Column("requested_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("schedule_key", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("owner", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("lease_until", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("fence", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("attempt", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("cancel_requested", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("progress", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("checkpoint", sa.LargeBinary(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_run_schedule_key"), ["schedule_key"])
        batch_op.create_foreign_key(batch_op.f("fk_run_requested_by"), "account", ["requested_by"], ["id"])


def downgrade() -> None:
    op.execute("UPDATE run SET state = 'failed' WHERE state = 'cancelled'")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_run_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_run_state"), EARLIER_STATES)
        batch_op.drop_constraint(batch_op.f("fk_run_requested_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_run_schedule_key"), type_="unique")
        batch_op.drop_column("checkpoint")
        batch_op.drop_column("progress")
        batch_op.drop_column("cancel_requested")
        batch_op.drop_column("attempt")
        batch_op.drop_column("fence")
        batch_op.drop_column("lease_until")
        batch_op.drop_column("owner")
        batch_op.drop_column("schedule_key")
        batch_op.drop_column("requested_by")

    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_run_id"))

    op.drop_table("publication")
    op.drop_table("plan_answer")
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_run_id"))

    op.drop_table("approval")
    op.drop_table("stored_answer")
    with op.batch_alter_table("staff_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_task_citizen_id"))

    op.drop_table("staff_task")
    with op.batch_alter_table("representation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_representation_citizen_id"))
        batch_op.drop_index(batch_op.f("ix_representation_account_id"))

    op.drop_table("representation")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_account_id"))

    op.drop_table("login_session")
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_key_account_id"))

    op.drop_table("api_key")
    op.drop_table("pseudonym")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_citizen_id"))

    op.drop_table("message")
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feed_citizen_id"))

    op.drop_table("calendar_feed")
    with op.batch_alter_table("citizen_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_citizen_job_citizen_id"))

    op.drop_table("citizen_job")
    op.drop_table("chore")
    op.drop_table("account")
    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_attempt_username"))
        batch_op.drop_index(batch_op.f("ix_login_attempt_address"))

    op.drop_table("login_attempt")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_subject"))

    op.drop_table("audit_entry")
