"""audit chain, daily figures, and what the audit log is searched by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "c4e8b17d2f95"
down_revision = "a7c4e19d5b02"
branch_labels = None
depends_on = None

PARTS = {
    ("actor_id", "at"): "actor_id IS NOT NULL",
    ("client_id", "at"): "client_id <> ''",
    ("address", "at"): "address <> ''",
    ("reference",): "reference <> ''",
}


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_seal",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("who_salt", sa.String(length=22), nullable=False),
        sa.Column("who", sa.String(length=43), nullable=False),
        sa.Column("what_salt", sa.String(length=22), nullable=False),
        sa.Column("what", sa.String(length=43), nullable=False),
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("released", sa.String(length=43), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seal_event_id")),
    )
    op.create_table(
        "audit_chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("following", sa.Integer(), nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=False),
        sa.Column("moved_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.String(length=43), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain")),
    )
    op.create_table(
        "daily_figure",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "event", name=op.f("pk_daily_figure")),
    )
    op.drop_index("ix_audit_event_event", "audit_event")
    op.create_index("ix_audit_event_event_at", "audit_event", ["event", "at"])
    for columns, some in PARTS.items():
        name = "_".join(("ix_audit_event", *columns))
        where = {"sqlite_where": sa.text(some), "postgresql_where": sa.text(some)}
        op.create_index(name, "audit_event", list(columns), **where)
    op.create_index("ix_logout_notice_given_up_at", "logout_notice", ["given_up_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_logout_notice_given_up_at", "logout_notice")
    for columns in PARTS:
        op.drop_index("_".join(("ix_audit_event", *columns)), "audit_event")
    op.drop_index("ix_audit_event_event_at", "audit_event")
    op.create_index("ix_audit_event_event", "audit_event", ["event"])
    op.drop_table("daily_figure")
    op.drop_table("audit_chain")
    op.drop_table("audit_seal")
