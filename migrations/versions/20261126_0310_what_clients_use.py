"""what clients use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d2b6f0a9c471"
down_revision = "c90d52f7e846"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "client_use",
        sa.Column("client_pk", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=1000), nullable=False),
        sa.Column("allowed_on", sa.Date(), nullable=True),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_pk"],
            ["client.id"],
            name=op.f("fk_client_use_client_pk_client"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_pk", "kind", "name", name=op.f("pk_client_use")),
    )
    op.add_column("client", sa.Column("watched_since", sa.Date(), nullable=True))
    op.add_column("client", sa.Column("tightened", sa.JSON(), nullable=True))
    # What was used before today is not known: nobody may be told that it was not used.
    op.execute("UPDATE client SET watched_since = CURRENT_DATE")


def downgrade() -> None:
    """Take back."""
    op.drop_column("client", "tightened")
    op.drop_column("client", "watched_since")
    op.drop_table("client_use")
