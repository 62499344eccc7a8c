"""what certification needs: registration, key sets, logout notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "3f39d2cb066a"
down_revision = "59375d134007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "remote_document",
        sa.Column("uri_digest", sa.String(length=43), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("fetched_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("tried_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("uri_digest", name=op.f("pk_remote_document")),
    )
    with op.batch_alter_table("remote_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remote_document_tried_at"), ["tried_at"], unique=False)

    op.create_table(
        "used_assertion",
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_assertion")),
    )
    with op.batch_alter_table("used_assertion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_used_assertion_expires_at"), ["expires_at"], unique=False
        )

    op.create_table(
        "initial_access_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user.id"],
            name=op.f("fk_initial_access_token_created_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initial_access_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_initial_access_token_digest")),
    )
    op.create_table(
        "client_logo",
        sa.Column("client_pk", sa.Integer(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("etag", sa.String(length=43), nullable=False),
        sa.Column("fetched_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_pk"],
            ["client.id"],
            name=op.f("fk_client_logo_client_pk_client"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_pk", name=op.f("pk_client_logo")),
    )
    op.create_table(
        "logout_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jti", sa.String(length=22), nullable=False),
        sa.Column("client_pk", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("sid", sa.String(length=22), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.Column("is_test", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("due_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delivered_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_fault", sa.String(length=300), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["client_pk"],
            ["client.id"],
            name=op.f("fk_logout_notice_client_pk_client"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_logout_notice_session_id_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_logout_notice_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logout_notice")),
        sa.UniqueConstraint("jti", name=op.f("uq_logout_notice_jti")),
    )
    with op.batch_alter_table("logout_notice", schema=None) as batch_op:
        batch_op.create_index("ix_logout_notice_client_pk_id", ["client_pk", "id"], unique=False)
        batch_op.create_index(
            "ix_logout_notice_open", ["delivered_at", "given_up_at", "due_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_logout_notice_session_id"), ["session_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_logout_notice_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("self_registered", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("registration_digest", sa.String(length=43), nullable=True))

    op.create_table(
        "password_reset",
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_password_reset_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_password_reset")),
    )
    with op.batch_alter_table("password_reset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_reset_expires_at"), ["expires_at"])
        batch_op.create_index(batch_op.f("ix_password_reset_user_id"), ["user_id"])

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("browser", sa.String(length=43), nullable=True))

    with op.batch_alter_table("client_secret", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed", sa.Text(), nullable=True))

    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claims_request", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("claims_locales", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.drop_column("claims_locales")
        batch_op.drop_column("claims_request")

    op.drop_table("password_reset")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_column("browser")

    with op.batch_alter_table("client_secret", schema=None) as batch_op:
        batch_op.drop_column("sealed")

    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.drop_column("registration_digest")
        batch_op.drop_column("self_registered")

    with op.batch_alter_table("logout_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_logout_notice_user_id"))
        batch_op.drop_index(batch_op.f("ix_logout_notice_session_id"))
        batch_op.drop_index("ix_logout_notice_open")
        batch_op.drop_index("ix_logout_notice_client_pk_id")

    op.drop_table("logout_notice")
    op.drop_table("client_logo")
    op.drop_table("initial_access_token")
    with op.batch_alter_table("used_assertion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_used_assertion_expires_at"))

    op.drop_table("used_assertion")
    with op.batch_alter_table("remote_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remote_document_tried_at"))

    op.drop_table("remote_document")
