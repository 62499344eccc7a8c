"""Documents of clients, logout notices and pairwise subjects.

Nothing has written to the tables that are made anew here.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime
from app.security import secrets

revision = "e925326130a8"
down_revision = "3f39d2cb066a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _drop()
    _documents()
    _logos_and_notices()
    # Not in a batch: on SQLite that would make the whole table anew, and its references with it.
    op.drop_column("family", "claims_locales")
    op.add_column(
        "user",
        sa.Column("pairwise_key", sa.String(length=22), server_default="", nullable=False),
    )
    _give_everybody_a_pairwise_key()


def _drop() -> None:
    for table in ("remote_document", "client_logo", "logout_notice"):
        op.drop_table(table)


def _documents() -> None:
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


def _logos_and_notices() -> None:
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


def _give_everybody_a_pairwise_key() -> None:
    users = sa.table("user", sa.column("id"), sa.column("pairwise_key"))
    bind = op.get_bind()
    for (user_id,) in bind.execute(sa.select(users.c.id)).all():
        change = sa.update(users).where(users.c.id == user_id)
        bind.execute(change.values(pairwise_key=secrets.new_id()))


def downgrade() -> None:
    """Take back."""
    op.drop_column("user", "pairwise_key")
    op.add_column("family", sa.Column("claims_locales", sa.String(length=200), nullable=True))
    _drop()
    _earlier_documents()
    _earlier_logos_and_notices()


def _earlier_documents() -> None:
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


def _earlier_logos_and_notices() -> None:
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
