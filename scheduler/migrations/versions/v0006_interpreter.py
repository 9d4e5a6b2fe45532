"""Note the language in which a citizen needs an interpreter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Made anew on SQLite, its text is that of a table that the code declares.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("citizen", schema=None, recreate="always" if is_sqlite else "never") as batch_op:
        batch_op.add_column(sa.Column("interpreter", sa.Text(), nullable=True))


def downgrade() -> None:
    # Made anew, the table could not be dropped while others refer to it.
    with op.batch_alter_table("citizen", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("interpreter")
