"""kept sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3f8a1c5d7e20"
down_revision = "de71c3a50b28"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    kept = sa.Column("is_kept", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("session", kept)
    op.add_column("half_sign_in", sa.Column("keeps", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("half_sign_in", "keeps")
    op.drop_column("session", "is_kept")
