"""upstream sign-in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "5d1b7c0e9a42"
down_revision = "b41c60f8a2d7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "upstream_provider",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=300), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=True),
        sa.Column("scopes", sa.String(length=500), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("may_sign_up", sa.Boolean(), nullable=False),
        sa.Column("trusts_email", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upstream_provider"),
        sa.UniqueConstraint("slug", name="uq_upstream_provider_slug"),
    )
    op.create_table(
        "upstream_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UTCDateTime(timezone=True), nullable=True),
        _of_provider("upstream_identity"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_upstream_identity_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_upstream_identity"),
        sa.UniqueConstraint(
            "provider_id",
            "issuer",
            "subject",
            name="uq_upstream_identity_provider_id_issuer_subject",
        ),
    )
    op.create_index("ix_upstream_identity_user_id", "upstream_identity", ["user_id"])
    op.create_table(
        "upstream_sign_in",
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.Column("browser", sa.String(length=43), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        _of_provider("upstream_sign_in"),
        _of_session("upstream_sign_in"),
        sa.PrimaryKeyConstraint("digest", name="pk_upstream_sign_in"),
    )
    op.create_index("ix_upstream_sign_in_expires_at", "upstream_sign_in", ["expires_at"])
    op.create_table(
        "pending_identity",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("browser", sa.String(length=43), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("email_is_proven", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        _of_provider("pending_identity"),
        _of_session("pending_identity"),
        sa.PrimaryKeyConstraint("id", name="pk_pending_identity"),
        sa.UniqueConstraint("browser", name="uq_pending_identity_browser"),
    )
    op.create_index("ix_pending_identity_expires_at", "pending_identity", ["expires_at"])

    op.add_column("sign_up", sa.Column("identity", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("sign_up", "identity")

    op.drop_index("ix_pending_identity_expires_at", "pending_identity")
    op.drop_table("pending_identity")
    op.drop_index("ix_upstream_sign_in_expires_at", "upstream_sign_in")
    op.drop_table("upstream_sign_in")
    op.drop_index("ix_upstream_identity_user_id", "upstream_identity")
    op.drop_table("upstream_identity")
    op.drop_table("upstream_provider")


def _of_provider(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["provider_id"],
        ["upstream_provider.id"],
        name=f"fk_{table}_provider_id_upstream_provider",
        ondelete="CASCADE",
    )


def _of_session(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["session_id"], ["session.id"], name=f"fk_{table}_session_id_session", ondelete="CASCADE"
    )
