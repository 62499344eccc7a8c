"""A logo for dark pages.

Revision ID: b41d7e5f2a90
Revises: d2b6f0a9c471
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b41d7e5f2a90"
down_revision = "d2b6f0a9c471"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it beside the other one."""
    op.add_column("branding", sa.Column("logo_dark", sa.LargeBinary(), nullable=True))
    op.add_column("branding", sa.Column("logo_dark_handle", sa.String(22), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("branding", "logo_dark_handle")
    op.drop_column("branding", "logo_dark")
