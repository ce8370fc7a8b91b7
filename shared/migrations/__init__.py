"""The database's versions, as raw SQL run by Alembic."""
