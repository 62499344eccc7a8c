"""upstream domain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7b04e9d2c613"
down_revision = "3f8a1c5d7e20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "upstream_domain",
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["upstream_provider.id"],
            name=op.f("fk_upstream_domain_provider_id_upstream_provider"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_upstream_domain")),
    )
    op.create_index(
        op.f("ix_upstream_domain_provider_id"), "upstream_domain", ["provider_id"], unique=False
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_upstream_domain_provider_id"), table_name="upstream_domain")
    op.drop_table("upstream_domain")
