"""Bring a database to the present version; safe to run again and beside another run."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from shared.postgres import ROLES
from shared.settings import Settings

_LOCK = 7_041_001


def migrate(settings: Settings) -> None:
    """Run the open revisions as the owner, and give the service roles their password if one is set."""
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(settings.database_url), poolclass=NullPool
    )
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    if settings.service_password is not None:
        _set_passwords(settings.database_url, settings.service_password.get_secret_value())


def _set_passwords(database_url: str, password: str) -> None:
    with psycopg.connect(database_url) as connection:
        for role in ROLES:
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
            connection.execute(statement)
