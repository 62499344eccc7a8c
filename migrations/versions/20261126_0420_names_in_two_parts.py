"""names in two parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5e1a90c74b2d"
down_revision = "7b04e9d2c613"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("sign_up", sa.Column("given_name", sa.String(length=200), nullable=True))
    op.add_column("sign_up", sa.Column("family_name", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("sign_up", "family_name")
    op.drop_column("sign_up", "given_name")
