"""roles and owners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "a7c4e19d5b02"
down_revision = "91e3a6f0c7d8"
branch_labels = None
depends_on = None

ROLES = ("is_user_manager", "is_auditor")


def upgrade() -> None:
    """Apply."""
    for name in ROLES:
        column = sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
        op.add_column("user", column)
    op.create_table(
        "client_owner",
        sa.Column("client_pk", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("added_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_pk"],
            ["client.id"],
            name="fk_client_owner_client_pk_client",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_client_owner_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_pk", "user_id", name="pk_client_owner"),
    )
    op.create_index("ix_client_owner_user_id", "client_owner", ["user_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("client_owner")
    for name in ROLES:
        op.drop_column("user", name)
