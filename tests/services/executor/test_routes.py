"""The executor's API: documents, configuration without secrets coming back, the audit trail, other clients' nothing."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.services.executor.conftest import Finished, Launch, Owner, one, person


async def test_providers_say_what_they_still_need(api: httpx.AsyncClient) -> None:
    providers = {each["name"]: each for each in (await api.get("/providers")).json()["providers"]}
    assert set(providers) == {
        "apollo-bulk-match", "apollo-match", "apollo-organization-enrich", "apollo-waterfall", "clay-table",
        "coresignal-collect", "enrichlayer-profile", "fullenrich-bulk", "fullenrich-poll", "function", "function-bulk",
        "hunter-email-finder", "hunter-email-verifier", "modal-function", "neverbounce-check", "pdl-bulk", "pdl-enrich",
        "zerobounce-batch", "zerobounce-validate",
    }  # fmt: skip
    assert providers["pdl-bulk"]["configured"] is False
    assert providers["pdl-bulk"]["missing"] == ["api_key"]


async def test_a_secret_goes_in_and_never_comes_out(api: httpx.AsyncClient, owner: Owner) -> None:
    canary = "canary-7f3a9c"
    given = {"variables": {"base_url": "https://pdl.example"}, "secrets": {"api_key": canary}}
    stored = await api.put("/providers/pdl-bulk/configuration", json=given)
    assert stored.json() == {
        "name": "pdl-bulk",
        "version": 1,
        "origin": "built-in",
        "title": "People Data Labs: person enrich, in bulk",
        "shape": "bulk",
        "charged": True,
        "configured": True,
        "missing": [],
    }
    shown = await api.get("/providers/pdl-bulk")
    assert shown.json()["variables"] == {"base_url": "https://pdl.example"}
    assert canary not in shown.text
    row = await one(owner, "SELECT * FROM provider_configurations")
    assert canary.encode() not in bytes(row["secrets"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"secrets": {"apikey": "x"}}, "This provider has no secret apikey; it has: api_key."),
        ({"variables": {"host": "x"}}, "This provider has no variable host; it has: base_url."),
        (
            {"variables": {"base_url": "ftp://x"}},
            "With these variables the provider's URL is ftp://x/v5/person/bulk; it must be http(s):// and a host.",
        ),
    ],
)
async def test_a_configuration_that_does_not_fit_is_refused(
    given: dict[str, Any], message: str, api: httpx.AsyncClient
) -> None:
    refused = await api.put("/providers/pdl-bulk/configuration", json=given)
    assert refused.status_code == 422
    assert refused.json()["detail"] == message


async def test_an_unknown_provider_or_workflow_is_named_with_those_there_are(api: httpx.AsyncClient) -> None:
    assert (
        (await api.get("/providers/nope")).json()["detail"].startswith("There is no provider 'nope'; there are: apollo")
    )
    assert (
        (await api.get("/workflows/nope")).json()["detail"].startswith("There is no workflow 'nope'; there are: apollo")
    )


async def test_workflows_show_their_steps(api: httpx.AsyncClient) -> None:
    workflow = (await api.get("/workflows/apollo-default")).json()
    assert [(step["name"], step["provider"]) for step in workflow["steps"]] == [
        ("person", "apollo-bulk-match"),
        ("history", "pdl-bulk"),
    ]


async def test_the_audit_trail_leads_from_item_to_result_to_call_to_the_very_bytes(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    batch_id = await launch([person(1)])
    await finished(batch_id)
    item_id = await owner.fetchval("SELECT batch_item_id FROM batch_items WHERE batch_id = $1", batch_id)
    trail = (await configured.get(f"/batches/{batch_id}/items/{item_id}/results")).json()["results"]
    assert [(each["step"], each["attempt"]) for each in trail] == [("person", 1), ("history", 1)]
    result = (await configured.get(f"/results/{trail[1]['result_id']}")).json()
    assert result["call"]["method"] == "POST"
    assert result["call"]["request_body"]["requests"][0]["metadata"] == {"ref": str(item_id)}
    answer = await configured.get(f"/calls/{result['call']['call_id']}/answer")
    assert answer.json()[0] == result["json_payload"]
    assert len(answer.content) == result["call"]["answer_bytes"]


async def test_another_clients_ids_are_not_found(
    configured: httpx.AsyncClient, other_key: str, launch: Launch, finished: Finished, owner: Owner
) -> None:
    batch_id = await launch([person(1)])
    await finished(batch_id)
    row = await one(owner, "SELECT batch_item_id, result_id, call_id FROM enrichment_results LIMIT 1")
    paths = [
        f"/batches/{batch_id}/items/{row['batch_item_id']}/results",
        f"/results/{row['result_id']}",
        f"/calls/{row['call_id']}/answer",
        f"/batches/{batch_id}/verify",
    ]
    for path in paths:
        assert (await configured.get(path)).status_code == 200
        stranger = await configured.get(path, headers={"Authorization": f"Bearer {other_key}"})
        assert stranger.status_code == 404
        assert stranger.headers["content-type"] == "application/problem+json"
    configuration = await configured.get("/providers/pdl-bulk", headers={"Authorization": f"Bearer {other_key}"})
    assert configuration.json()["configured"] is False


async def test_a_result_that_was_changed_behind_our_back_no_longer_verifies(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    batch_id = await launch([person(n) for n in range(3)])
    await finished(batch_id)
    assert (await configured.get(f"/batches/{batch_id}/verify")).json()["verified"] is True
    await owner.execute("ALTER TABLE enrichment_results DISABLE TRIGGER append_only_rows")
    await owner.execute(
        "UPDATE enrichment_results SET json_payload = json_payload || '{\"x\": 1}' WHERE step = 'person'"
    )
    verified = (await configured.get(f"/batches/{batch_id}/verify")).json()
    assert verified["verified"] is False
    assert verified["altered"] > 0


async def test_an_unknown_batch_has_nothing_to_verify(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"/batches/{uuid4()}/verify")).status_code == 404


async def test_an_unsealed_batch_says_when_it_is_sealed(
    api: httpx.AsyncClient, launch: Launch, owner: Owner, client_id: UUID
) -> None:
    batch_id = await launch([person(1)])
    await owner.execute(
        "INSERT INTO batch_runs (client_id, batch_id, state) VALUES ($1, $2, 'paused')", client_id, batch_id
    )
    refused = await api.get(f"/batches/{batch_id}/verify")
    assert refused.status_code == 409
    assert refused.json()["detail"] == "The batch is paused; it is sealed when it completes. Verify it then."
