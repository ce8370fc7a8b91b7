"""The four schemas with their tables, roles, grants and guards."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver's own cursor, in Alembic's transaction: SQLAlchemy would take % for a placeholder.
    cursor = op.get_bind().connection.cursor()
    parts = (
        "roles",
        "shared",
        "ingest",
        "ingest_cleaning",
        "ingest_items",
        "webhooks",
        "ingest_looks",
        "ingest_partial",
        "execution",
        "registry",
        "waits",
        "limits",
        "projection",
        "projection_sets",
        "rules",
        "customers",
        "drafts",
    )
    for part in parts:
        cursor.execute((SQL / f"0001_{part}.sql").read_text())
