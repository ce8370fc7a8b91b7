"""A client's own providers and workflows: kept in versions, checked, asked by the version a batch began with."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import yaml

from services.executor.registry import load_registry
from tests.services.executor.conftest import Finished, Launch, Owner, person

PDL = load_registry().providers["pdl-enrich"].model_dump(mode="json")
OWN: dict[str, Any] = {
    "title": "A search of our own",
    "shape": "single",
    "variables": {"base_url": "https://search.example"},
    "secrets": ["api_key"],
    "requires": "input.email",
    "item": "{email: input.email}",
    "request": {
        "method": "GET",
        "url": "{base_url}/find",
        "headers": {"X-Key": "secret:api_key"},
        "query": "@",
    },
    "repeat": "decide",
}
WORKFLOW: dict[str, Any] = {
    "title": "Our own way",
    "sources": ["apollo"],
    "steps": [
        {"name": "history", "provider": "pdl-enrich"},
        {"name": "email", "provider": "hunter-email-finder", "when": "!(results.history.answer.data.work_email)"},
    ],
}


async def test_a_document_of_ones_own_is_kept_as_version_1_and_shown_again(api: httpx.AsyncClient) -> None:
    kept = await api.put("/providers/own-search", json=OWN)
    assert kept.status_code == 201, kept.text
    shown = (await api.get("/providers/own-search")).json()
    assert shown == kept.json()
    assert (shown["origin"], shown["version"], shown["configured"], shown["charged"]) == ("own", 1, False, False)
    listed = {each["name"]: each["origin"] for each in (await api.get("/providers")).json()["providers"]}
    assert (listed["own-search"], listed["pdl-bulk"]) == ("own", "built-in")


async def test_yaml_is_taken_as_well_as_json(api: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/yaml"}
    first = await api.put("/providers/own-search", content=yaml.safe_dump(OWN), headers=headers)
    again = await api.put("/providers/own-search", json=OWN)
    assert (first.status_code, again.status_code) == (201, 200)


async def test_the_same_document_again_makes_no_version_and_another_makes_the_next(api: httpx.AsyncClient) -> None:
    await api.put("/providers/own-search", json=OWN)
    same = await api.put("/providers/own-search", json={**OWN, "version": 1, "name": "own-search"})
    assert (same.status_code, same.json()["version"]) == (200, 1)
    other = await api.put("/providers/own-search", json={**OWN, "title": "Another"})
    assert (other.status_code, other.json()["version"]) == (201, 2)
    versions = (await api.get("/providers/own-search/versions")).json()["versions"]
    assert [(each["version"], each["title"]) for each in versions] == [(2, "Another"), (1, "A search of our own")]
    old = (await api.get("/providers/own-search", params={"version": 1})).json()
    assert old["title"] == "A search of our own"
    none = await api.get("/providers/own-search", params={"version": 7})
    assert none.json()["detail"] == "The provider 'own-search' has no such version; it has: 2, 1."


async def test_a_version_that_is_there_is_never_replaced(api: httpx.AsyncClient) -> None:
    await api.put("/providers/own-search", json=OWN)
    taken = await api.put("/providers/own-search", json={**OWN, "title": "Another", "version": 1})
    assert taken.status_code == 409
    assert taken.json()["type"] == "urn:leadledger:problem:version-taken"
    assert taken.json()["detail"] == (
        "Version 1 is there and stays as it is. Leave `version` out, or send version 2 or more."
    )


async def test_a_version_of_ones_own_stands_in_the_place_of_the_built_in_one(api: httpx.AsyncClient) -> None:
    unchanged = await api.put("/providers/pdl-enrich", json=PDL)
    assert (unchanged.status_code, unchanged.json()["origin"]) == (200, "built-in")
    changed = await api.put("/providers/pdl-enrich", json={**PDL, "version": 2, "title": "Our PDL"})
    assert (changed.json()["origin"], changed.json()["version"]) == ("own", 2)
    assert (await api.get("/providers/pdl-enrich")).json()["title"] == "Our PDL"
    assert (await api.get("/providers/pdl-enrich", params={"version": 1})).json()["origin"] == "built-in"


async def test_own_documents_are_nobody_elses(api: httpx.AsyncClient, other_key: str) -> None:
    stranger = {"Authorization": f"Bearer {other_key}"}
    await api.put("/providers/own-search", json=OWN)
    await api.put("/workflows/own-way", json=WORKFLOW)
    for path in ("/providers/own-search", "/providers/own-search/versions", "/workflows/own-way"):
        assert (await api.get(path, headers=stranger)).status_code == 404
    assert "own-search" not in (await api.get("/providers", headers=stranger)).text
    assert "own-way" not in (await api.get("/workflows", headers=stranger)).text


@pytest.mark.parametrize(
    ("change", "at", "message"),
    [
        ({"item": "{email: "}, "item", "Value error, not a JMESPath expression: it ends too early, at character 9"),
        ({"requires": "a b"}, "requires", "Value error, not a JMESPath expression: unexpected 'b' at character 3"),
        (
            {"requires": "inputs.email"},
            "requires",
            "inputs is not there to look at; there are: callback_url, input, ref, results",
        ),
        (
            {"requires": "!input.email"},
            "requires",
            "Value error, JMESPath reads !a.b as (!a).b, which is never true; write !(a.b)",
        ),
        (
            {"outcomes": [{"when": "code == `1`", "outcome": "ok"}]},
            "outcomes.0.when",
            "code is not there to look at; there are: body, headers, later, status",
        ),
        (
            {"request": {**OWN["request"], "url": "{host}/find"}},
            "request.url",
            "there is no variable host; `variables` has: base_url",
        ),
        (
            {"request": {**OWN["request"], "headers": {"X-Key": "secret:key"}}},
            "request.headers.X-Key",
            "there is no secret key; `secrets` has: api_key",
        ),
        ({"name": "other"}, "name", "the document is sent to own-search; name it so, or leave it out"),
        ({"colour": 1}, "colour", "Extra inputs are not permitted"),
        ({"version": 0}, "version", "Input should be greater than or equal to 1"),
    ],
)
async def test_a_document_that_does_not_fit_is_refused_with_each_place(
    change: dict[str, Any], at: str, message: str, api: httpx.AsyncClient
) -> None:
    refused = await api.put("/providers/own-search", json={**OWN, **change})
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:leadledger:problem:document-does-not-fit"
    assert {"at": at, "message": message} in refused.json()["errors"]
    assert (await api.get("/providers/own-search")).status_code == 404


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{", "The body is neither YAML nor JSON: "),
        ("- 1", "The body must be an object, the document: name, title..."),
        ("a: &x [1]\nb: *x", "The body is neither YAML nor JSON: it refers to a part of itself"),
        ("[" * 5_000, "The body is neither YAML nor JSON: it is too deep."),
        ("1: 2", "The body must be an object, the document: name, title..."),
    ],
)
async def test_a_body_that_is_no_document_is_refused(body: str, told: str, api: httpx.AsyncClient) -> None:
    refused = await api.put("/providers/own-search", content=body)
    assert refused.status_code == 400
    assert refused.json()["detail"].startswith(told)


async def test_a_document_has_an_end(api: httpx.AsyncClient) -> None:
    assert (await api.put("/providers/own-search", content=b"a" * 300_000)).status_code == 413


@pytest.mark.parametrize(
    ("steps", "at", "message"),
    [
        ([{"name": "a", "provider": "nope"}], "steps.0.provider", "there is no provider nope; there are: apollo-bulk"),
        (
            [{"name": "a", "provider": "pdl-bulk"}, {"name": "a", "provider": "pdl-enrich"}],
            "steps.1.name",
            "there is a step a already",
        ),
        (
            [{"name": "a", "provider": "pdl-bulk", "when": "results.b.answer"}],
            "steps.0.when",
            "results.b is no step before this one; there are: none",
        ),
        (
            [{"name": "a", "provider": "pdl-bulk", "accept": "answers.x"}],
            "steps.0.accept",
            "answers is not there to look at; there are: answer, input, results",
        ),
    ],
)
async def test_a_workflow_that_does_not_fit_is_refused_with_each_place(
    steps: list[dict[str, Any]], at: str, message: str, api: httpx.AsyncClient
) -> None:
    refused = await api.put("/workflows/own-way", json={**WORKFLOW, "steps": steps})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["at"] == at
    assert error["message"].startswith(message)


async def test_workflows_have_versions_as_providers_have(api: httpx.AsyncClient) -> None:
    first = await api.put("/workflows/own-way", json=WORKFLOW)
    same = await api.put("/workflows/own-way", json=WORKFLOW)
    next_one = await api.put("/workflows/own-way", json={**WORKFLOW, "title": "Another"})
    assert [(each.status_code, each.json()["version"]) for each in (first, same, next_one)] == [
        (201, 1),
        (200, 1),
        (201, 2),
    ]
    assert (await api.get("/workflows/own-way?version=1")).json()["title"] == "Our own way"
    assert (await api.get("/workflows/own-way?version=9")).status_code == 404
    versions = (await api.get("/workflows/own-way/versions")).json()["versions"]
    assert [(each["version"], each["origin"]) for each in versions] == [(2, "own"), (1, "own")]
    assert (await api.get("/workflows/nope/versions")).status_code == 404


async def test_a_batch_asks_by_the_version_it_was_launched_with(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    for version in (2, 3):
        await configured.put("/providers/pdl-enrich", json={**PDL, "version": version, "title": f"PDL {version}"})
    step = {"name": "history", "provider": "pdl-enrich"}
    workflow = {"name": "own-way", "version": 1, "title": "", "sources": [], "steps": [step]}
    batches = [
        await launch([person(1)], workflow={**workflow, "providers": providers})
        for providers in ({"pdl-enrich": 1}, {"pdl-enrich": 2}, {})
    ]
    for batch_id in batches:
        await finished(batch_id)
    asked = [
        await owner.fetchval("SELECT provider_version FROM enrichment_results WHERE batch_id = $1", batch_id)
        for batch_id in batches
    ]
    assert asked == [1, 2, 3]


async def test_a_batch_uses_what_it_was_launched_with_in_the_place_of_the_configuration(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner, client_id: UUID
) -> None:
    batch_id = await launch(
        [person(1)],
        workflow="pdl-single",
        overrides={"pdl-enrich": {"variables": {"min_likelihood": "6"}}},
    )
    await finished(batch_id)
    url = await owner.fetchval("SELECT url FROM provider_calls WHERE batch_id = $1", batch_id)
    assert url.endswith("/pdl/v5/person/enrich?min_likelihood=6")
