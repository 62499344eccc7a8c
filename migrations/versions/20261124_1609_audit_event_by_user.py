"""audit event by user."""

from __future__ import annotations

from alembic import op

revision = "887262d766e1"
down_revision = "e925326130a8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_audit_event_user_id_at", "audit_event", ["user_id", "at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_audit_event_user_id_at", "audit_event")
