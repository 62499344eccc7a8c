"""terms with versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "b93e6d02f5c8"
down_revision = "8c27f41d9ab6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "terms_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("agreed_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_terms_agreement_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_agreement")),
    )
    op.create_index(
        op.f("ix_terms_agreement_user_id"), "terms_agreement", ["user_id"], unique=False
    )
    for table in ("user", "sign_up"):
        version = sa.Column(
            "terms_version", sa.String(length=60), server_default="", nullable=False
        )
        op.add_column(table, version)


def downgrade() -> None:
    """Take back."""
    op.drop_column("sign_up", "terms_version")
    op.drop_column("user", "terms_version")
    op.drop_index(op.f("ix_terms_agreement_user_id"), table_name="terms_agreement")
    op.drop_table("terms_agreement")
