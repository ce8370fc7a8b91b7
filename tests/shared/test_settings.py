"""Settings come from LEADLEDGER_* variables, are checked at the start, and hide their secrets."""

import pytest
from pydantic import ValidationError

from shared.settings import Settings


def test_every_setting_has_a_variable_of_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLEDGER_POOL_SIZE", "3")
    monkeypatch.setenv("LEADLEDGER_BUS_URL", "amqp://broker/")
    monkeypatch.setenv("LEADLEDGER_LOG_LEVEL", "debug")
    settings = Settings()
    assert (settings.pool_size, settings.bus_url, settings.log_level) == (3, "amqp://broker/", "debug")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LEADLEDGER_POOL_SIZE", "1"),
        ("LEADLEDGER_POOL_SIZE", "many"),
        ("LEADLEDGER_CHUNK_ITEMS", "1001"),
        ("LEADLEDGER_LEASE_SECONDS", "0"),
        ("LEADLEDGER_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError, match=variable.removeprefix("LEADLEDGER_").lower()):
        Settings()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLEDGER_SERVICE_PASSWORD", "canary-1")
    monkeypatch.setenv("LEADLEDGER_SECRET_KEY", "canary-2")
    settings = Settings()
    assert "canary" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert settings.service_password is not None
    assert settings.service_password.get_secret_value() == "canary-1"


def test_what_is_not_ours_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLEDGER_NOT_A_SETTING", "1")
    assert Settings().pool_size == Settings.model_fields["pool_size"].default
