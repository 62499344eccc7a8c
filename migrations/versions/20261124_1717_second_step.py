"""second step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "c8bc0ac25934"
down_revision = "887262d766e1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "half_sign_in",
        sa.Column("browser", sa.String(length=43), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("amr", sa.JSON(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_half_sign_in_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("browser", name="pk_half_sign_in"),
    )
    op.create_index("ix_half_sign_in_expires_at", "half_sign_in", ["expires_at"])
    op.create_index("ix_half_sign_in_user_id", "half_sign_in", ["user_id"])

    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_recovery_code_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_user_id", "recovery_code", ["user_id"])

    op.create_table(
        "totp",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sealed_seed", sa.String(length=300), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_totp_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_totp"),
    )
    op.create_table(
        "trusted_browser",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(length=43), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_trusted_browser_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "browser", name="pk_trusted_browser"),
    )
    op.create_index("ix_trusted_browser_expires_at", "trusted_browser", ["expires_at"])

    op.add_column(
        "user",
        sa.Column("has_second_step", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("user", "has_second_step")

    op.drop_index("ix_trusted_browser_expires_at", "trusted_browser")

    op.drop_table("trusted_browser")
    op.drop_table("totp")
    op.drop_index("ix_recovery_code_user_id", "recovery_code")

    op.drop_table("recovery_code")
    op.drop_index("ix_half_sign_in_user_id", "half_sign_in")
    op.drop_index("ix_half_sign_in_expires_at", "half_sign_in")

    op.drop_table("half_sign_in")
