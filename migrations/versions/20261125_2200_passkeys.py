"""passkeys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime
from app.security import secrets

revision = "5b1f0d7e94a2"
down_revision = "5d1b7c3f20a4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=1364), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("aaguid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("may_be_backed_up", sa.Boolean(), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_passkey_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    op.create_index("ix_passkey_user_id", "passkey", ["user_id"])
    op.add_column(
        "user",
        sa.Column("passkey_handle", sa.String(length=22), server_default="", nullable=False),
    )
    op.add_column(
        "user", sa.Column("passkey_declined_at", UTCDateTime(timezone=True), nullable=True)
    )
    _give_everybody_a_handle()


def _give_everybody_a_handle() -> None:
    users = sa.table("user", sa.column("id"), sa.column("passkey_handle"))
    bind = op.get_bind()
    for (user_id,) in bind.execute(sa.select(users.c.id)).all():
        change = sa.update(users).where(users.c.id == user_id)
        bind.execute(change.values(passkey_handle=secrets.new_id()))


def downgrade() -> None:
    """Take back."""
    op.drop_column("user", "passkey_declined_at")
    op.drop_column("user", "passkey_handle")
    op.drop_index("ix_passkey_user_id", "passkey")

    op.drop_table("passkey")
