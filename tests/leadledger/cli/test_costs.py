"""`leadledger costs` and `leadledger providers shape`."""

import pytest

from tests.leadledger.conftest import DEMO, Run
from tests.standalone_server import StandaloneServer


@pytest.fixture(scope="module")
def batch_id(standalone: StandaloneServer) -> str:
    """A projected batch of ten of the demo's rows."""
    with standalone.client() as client:
        launched = client.launch(client.upload(DEMO / "apollo_demo.csv").upload_id, sample=10)
        for _ in client.watch(launched.batch_id):
            pass
        return str(launched.batch_id)


def test_the_costs_of_a_batch_are_told_by_provider_and_field(run: Run, batch_id: str) -> None:
    (told,) = run("costs", batch_id, "--json").lines
    assert {row["provider"] for row in told["results"]} >= {"apollo-bulk-match"}
    assert {field["field"] for field in told["fields"]} >= {"full_name", "title", "email"}
    shown = run("costs", batch_id)
    assert shown.exit_code == 0
    assert "apollo-bulk-match" in shown.stdout
    assert shown.stdout.splitlines()[-1].startswith("In all: ")


def test_the_shape_of_a_provider_s_answers_is_told(run: Run, batch_id: str) -> None:
    shown = run("providers", "shape", "apollo-bulk-match")
    assert shown.exit_code == 0
    assert "$.employment_history[].title" in shown.stdout
    (told,) = run("providers", "shape", "apollo-bulk-match", "--sample", "3", "--json").lines
    assert told["answers"] == 3
    assert run("providers", "shape", "nobody").exit_code == 3
