"""Documents of clients, logout notices, sealed secrets and pairwise subjects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime
from app.security import secrets

revision = "e925326130a8"
down_revision = "c68de4d9d480"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "remote_document",
        sa.Column("uri_digest", sa.String(length=43), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("tried_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=100), nullable=False),
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
        "client_logo",
        sa.Column("client_pk", sa.Integer(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("tried_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("fault", sa.String(length=100), nullable=False),
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
        sa.Column("sid", sa.String(length=22), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("due_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("delivered_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_fault", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_pk"],
            ["client.id"],
            name=op.f("fk_logout_notice_client_pk_client"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_logout_notice_user_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logout_notice")),
        sa.UniqueConstraint("jti", name=op.f("uq_logout_notice_jti")),
    )
    with op.batch_alter_table("logout_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_logout_notice_client_pk"), ["client_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_logout_notice_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_logout_notice_sid"), ["sid"], unique=False)

    with op.batch_alter_table("client_secret", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed", sa.Text(), nullable=True))

    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("pairwise_key", sa.String(length=22), server_default="", nullable=False)
        )

    _give_everybody_a_pairwise_key()


def _give_everybody_a_pairwise_key() -> None:
    users = sa.table("user", sa.column("id"), sa.column("pairwise_key"))
    bind = op.get_bind()
    for (user_id,) in bind.execute(sa.select(users.c.id)).all():
        change = sa.update(users).where(users.c.id == user_id)
        bind.execute(change.values(pairwise_key=secrets.new_id()))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_column("pairwise_key")

    with op.batch_alter_table("client_secret", schema=None) as batch_op:
        batch_op.drop_column("sealed")

    with op.batch_alter_table("logout_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_logout_notice_sid"))
        batch_op.drop_index(batch_op.f("ix_logout_notice_due_at"))
        batch_op.drop_index(batch_op.f("ix_logout_notice_client_pk"))

    op.drop_table("logout_notice")
    op.drop_table("client_logo")
    with op.batch_alter_table("used_assertion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_used_assertion_expires_at"))

    op.drop_table("used_assertion")
    with op.batch_alter_table("remote_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remote_document_tried_at"))

    op.drop_table("remote_document")
