"""`leadledger providers`."""

from collections.abc import Iterator

import pytest

from leadledger.cli.sandbox_providers import left_at_sandbox, use_sandbox
from tests.leadledger.conftest import Run
from tests.standalone_server import StandaloneServer

ALL = [
    *("apollo-bulk-match", "apollo-match", "apollo-organization-enrich", "apollo-waterfall", "clay-table"),
    *("coresignal-collect", "enrichlayer-profile", "fullenrich-bulk", "fullenrich-poll", "function", "function-bulk"),
    *("hunter-email-finder", "hunter-email-verifier", "modal-function", "neverbounce-check", "pdl-bulk", "pdl-enrich"),
    *("zerobounce-batch", "zerobounce-validate"),
]


@pytest.fixture
def restored(standalone: StandaloneServer) -> Iterator[None]:
    """Afterwards every provider points to the sandbox again."""
    yield
    with standalone.client() as client:
        for name in ALL:
            client.configure_provider(name)
        assert use_sandbox(client) == []


def test_with_the_sandbox_every_built_in_provider_points_to_it(run: Run, standalone: StandaloneServer) -> None:
    assert {line["name"]: line["configured"] for line in run("providers", "list", "--json").lines} == dict.fromkeys(
        ALL, True
    )
    with standalone.client() as client:
        assert left_at_sandbox(client) == ALL


@pytest.mark.usefixtures("restored")
def test_a_secret_is_read_from_standard_input_and_never_shown(run: Run) -> None:
    ran = run("providers", "configure", "pdl-bulk", "--secret", "api_key", "--json", stdin="s3cret-value\n")
    assert (ran.exit_code, ran.lines[0]["configured"]) == (0, True)
    shown = run("providers", "show", "pdl-bulk", "--json")
    assert "s3cret-value" not in ran.stdout + ran.stderr + shown.stdout
    assert shown.lines[0]["variables"] == {"base_url": "https://api.peopledatalabs.com"}


@pytest.mark.usefixtures("restored")
def test_a_secret_can_come_from_a_variable_of_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APOLLO_KEY", "k")
    address = "base_url=https://apollo.example"
    ran = run(
        "providers", "configure", "apollo-bulk-match", "--variable", address, "--secret-env", "api_key=APOLLO_KEY"
    )
    assert (ran.exit_code, ran.stdout) == (0, "apollo-bulk-match is configured.\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--secret", "api_key=abc"], "does not belong on the command line"),
        (["--variable", "base_url"], "Write it as name=value"),
        (["--secret-env", "api_key=NO_SUCH_VARIABLE"], "NO_SUCH_VARIABLE is not set"),
    ],
)
def test_what_is_written_wrongly_is_told(run: Run, options: list[str], told: str) -> None:
    ran = run("providers", "configure", "pdl-bulk", *options)
    assert ran.exit_code == 2
    assert told in ran.stderr


def test_a_secret_that_does_not_come_is_told(run: Run) -> None:
    ran = run("providers", "configure", "pdl-bulk", "--secret", "api_key", stdin="")
    assert ran.exit_code == 1
    assert "No value for api_key" in ran.stderr


def test_an_unknown_variable_is_refused(run: Run) -> None:
    ran = run("providers", "configure", "pdl-bulk", "--variable", "colour=blue")
    assert ran.exit_code == 3
    assert "colour" in ran.stderr
