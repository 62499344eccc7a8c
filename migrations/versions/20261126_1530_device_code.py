"""requests of devices, and who answers them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "de71c3a50b28"
down_revision = "b41d7e5f2a90"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "device_code",
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.Column("user_code_digest", sa.String(length=43), nullable=True),
        sa.Column("client_pk", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("polled_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.String(length=22), nullable=True),
        sa.Column("denied_at", UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_pk"],
            ["client.id"],
            name=op.f("fk_device_code_client_pk_client"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["family_id"],
            ["family.id"],
            name=op.f("fk_device_code_family_id_family"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_device_code")),
        sa.UniqueConstraint("user_code_digest", name=op.f("uq_device_code_user_code_digest")),
    )
    with op.batch_alter_table("device_code", schema=None) as batch_op:
        for column in ("client_pk", "expires_at", "family_id"):
            batch_op.create_index(batch_op.f(f"ix_device_code_{column}"), [column], unique=False)
    with op.batch_alter_table("interaction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device_digest", sa.String(length=43), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_interaction_device_digest_device_code"),
            "device_code",
            ["device_digest"],
            ["digest"],
            ondelete="CASCADE",
        )
        batch_op.create_index(
            batch_op.f("ix_interaction_device_digest"), ["device_digest"], unique=False
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("interaction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interaction_device_digest"))
        batch_op.drop_constraint(
            batch_op.f("fk_interaction_device_digest_device_code"), type_="foreignkey"
        )
        batch_op.drop_column("device_digest")
    op.drop_table("device_code")
