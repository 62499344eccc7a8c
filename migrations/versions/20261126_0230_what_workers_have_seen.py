"""What workers have seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "3e7a90c1d5b2"
down_revision = "5c0e8d21b7f4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "signed_tokens",
        sa.Column("kid", sa.String(length=43), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kid", "client_id", "expires_at", name="pk_signed_tokens"),
    )
    op.create_index("ix_signed_tokens_expires_at", "signed_tokens", ["expires_at"])
    op.create_table(
        "key_fetch",
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("agent", sa.String(length=120), nullable=False),
        sa.Column("fetched_at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_key_fetch"),
    )
    op.create_index("ix_key_fetch_fetched_at", "key_fetch", ["fetched_at"])
    op.create_table(
        "client_address",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("seen_at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "address", name="pk_client_address"),
    )
    op.create_index("ix_client_address_address", "client_address", ["address"])
    op.create_index("ix_client_address_seen_at", "client_address", ["seen_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("client_address")
    op.drop_table("key_fetch")
    op.drop_table("signed_tokens")
