"""redirect addresses: last use and capture."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "c5a8e21f7b30"
down_revision = "e95b3c7d1a08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "address_use",
        sa.Column("client_pk", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_pk"],
            ["client.id"],
            name="fk_address_use_client_pk_client",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_pk", "digest", name="pk_address_use"),
    )
    op.create_table(
        "address_capture",
        sa.Column("client_pk", sa.Integer(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(length=9), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("caught_at", UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_pk"],
            ["client.id"],
            name="fk_address_capture_client_pk_client",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"],
            ["user.id"],
            name="fk_address_capture_started_by_id_user",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("client_pk", name="pk_address_capture"),
    )
    op.create_index("ix_address_capture_expires_at", "address_capture", ["expires_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_address_capture_expires_at", "address_capture")
    op.drop_table("address_capture")
    op.drop_table("address_use")
