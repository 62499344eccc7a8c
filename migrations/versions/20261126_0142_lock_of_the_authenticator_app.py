"""lock of the authenticator app."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "c4e81f0a6d23"
down_revision = "c4e8b17d2f95"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "totp", sa.Column("wrong_codes", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("totp", sa.Column("locked_at", UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("totp", "locked_at")
    op.drop_column("totp", "wrong_codes")
