"""several addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "5d2f0b7c91ae"
down_revision = "5b1f0d7e94a2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; every user keeps the address they have."""
    op.create_table(
        "user_email",
        sa.Column("key", sa.String(length=320), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("verified_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("reserved_until", UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_user_email_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name="pk_user_email"),
    )
    op.create_index("ix_user_email_user_id", "user_email", ["user_id"])
    op.create_index("ix_user_email_reserved_until", "user_email", ["reserved_until"])
    op.execute(
        'INSERT INTO user_email ("key", user_id, email, verified_at, created_at) '
        "SELECT email_key, id, email, CASE WHEN email_verified THEN created_at END, created_at "
        'FROM "user"'
    )

    op.create_table(
        "email_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("code_digest", sa.String(length=43), nullable=True),
        sa.Column("link_digest", sa.String(length=43), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("mailed_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_email_claim_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_email_claim"),
        sa.UniqueConstraint("link_digest", name="uq_email_claim_link_digest"),
        sa.UniqueConstraint("user_id", "email_key", name="uq_email_claim_user_id_email_key"),
    )
    op.create_index("ix_email_claim_expires_at", "email_claim", ["expires_at"])

    op.create_table(
        "email_revert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_email_revert_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_email_revert"),
        sa.UniqueConstraint("digest", name="uq_email_revert_digest"),
    )
    op.create_index("ix_email_revert_expires_at", "email_revert", ["expires_at"])
    op.create_index("ix_email_revert_user_id", "email_revert", ["user_id"])

    with op.batch_alter_table("sign_up") as table:
        table.add_column(sa.Column("link_digest", sa.String(length=43), nullable=True))
        table.add_column(sa.Column("confirmed_at", UTCDateTime(timezone=True), nullable=True))
        table.create_unique_constraint("uq_sign_up_link_digest", ["link_digest"])


def downgrade() -> None:
    """Take back; the primary addresses stay with their users."""
    with op.batch_alter_table("sign_up") as table:
        table.drop_constraint("uq_sign_up_link_digest", type_="unique")
        table.drop_column("confirmed_at")
        table.drop_column("link_digest")

    op.drop_index("ix_email_revert_user_id", "email_revert")
    op.drop_index("ix_email_revert_expires_at", "email_revert")

    op.drop_table("email_revert")
    op.drop_index("ix_email_claim_expires_at", "email_claim")

    op.drop_table("email_claim")
    op.drop_index("ix_user_email_reserved_until", "user_email")
    op.drop_index("ix_user_email_user_id", "user_email")

    op.drop_table("user_email")
