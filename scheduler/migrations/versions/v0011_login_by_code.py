"""Keep whether a login began with a one-time code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Made anew on SQLite, its text is that of a table that the code declares.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("login_session", schema=None, recreate="always" if is_sqlite else "never") as batch_op:
        batch_op.add_column(sa.Column("by_code", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_column("by_code")
