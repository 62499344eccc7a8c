"""indexes for what a sign-in asks about the sessions of its user."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7d20f6b18c3e"
down_revision = "c1a7e05d42b9"
branch_labels = None
depends_on = None

OPEN = ["user_id", "expires_at", "seen_at", "acr", "is_kept", "ended_at"]
HAS_NO_END = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_session_user_id_browser", "session", ["user_id", "browser"])
    op.create_index(
        "ix_session_open", "session", OPEN, sqlite_where=HAS_NO_END, postgresql_where=HAS_NO_END
    )
    op.drop_index("ix_session_user_id", table_name="session")


def downgrade() -> None:
    """Take back."""
    op.create_index("ix_session_user_id", "session", ["user_id"])
    op.drop_index("ix_session_open", table_name="session")
    op.drop_index("ix_session_user_id_browser", table_name="session")
