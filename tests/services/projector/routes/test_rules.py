"""Rules as versions: made by a change, kept for ever, in force when promoted."""

from typing import Any

import httpx
import pytest

from services.projector.rebuild import RebuildRequest, rebuild
from services.projector.rules import Rules
from shared.postgres import Postgres
from tests.services.projector.conftest import Batch, Launcher, Owner, leads_of

OWN: dict[str, Any] = {
    "name": "our-crm",
    "providers": ["our-crm"],
    "fields": {"title": "$.position.name", "city": "$.seat"},
    "work_history": [
        {
            "rows": "$.stations[*]",
            "company_name": "$.firm",
            "title": "$.role",
            "start": "$.since",
            "end": "$.until",
            "current": {"path": "$.now", "held": ["true"]},
        }
    ],
}


async def test_a_change_makes_a_version_that_is_in_force_once_it_is_promoted(api: httpx.AsyncClient) -> None:
    builtin = (await api.get("/rules")).json()
    assert builtin == {"live": "builtin", "builtin": builtin["builtin"], "versions": []}
    made = (await api.put("/rules", json={"name": "our CRM", "readings": [OWN]})).json()
    assert made["version"] == "v1"
    again = (await api.put("/rules", json={"base": "builtin", "readings": [OWN]})).json()
    assert again == made
    assert (await api.get("/rules")).json()["live"] == "builtin"
    assert (await api.post("/rules/v1/promote")).json() == made
    listed = (await api.get("/rules")).json()
    assert listed["live"] == "v1"
    assert [(each["version"], each["rules"], each["name"], each["base"]) for each in listed["versions"]] == [
        ("v1", made["rules"], "our CRM", "live")
    ]
    assert (await api.get("/rules/live")).json() == (await api.get("/rules/v1")).json()
    assert (await api.get(f"/rules/{made['rules']}")).json()["rules"] == made["rules"]


async def test_a_version_can_be_sent_back_as_a_whole(api: httpx.AsyncClient) -> None:
    builtin = (await api.get("/rules/builtin")).json()
    whole = {"base": "nothing", "readings": builtin["readings"], "policy": builtin["policy"]}
    assert (await api.put("/rules", json=whole)).json() == {"version": "v1", "rules": builtin["rules"]}


async def test_a_policy_is_changed_in_parts(api: httpx.AsyncClient) -> None:
    change = {"policy": {"fields": {"title": ["csv"]}, "email": {"roles": ["info"]}}}
    await api.put("/rules", json=change)
    before, after = (await api.get("/rules/builtin")).json()["policy"], (await api.get("/rules/v1")).json()["policy"]
    assert after["fields"] == before["fields"] | {"title": ["csv"]}
    assert after["email"] == before["email"] | {"roles": ["info"]}


async def test_promoting_is_told_once(api: httpx.AsyncClient, owner: Owner) -> None:
    made = (await api.put("/rules", json={"readings": [OWN]})).json()
    for version in ("v1", "v1", "builtin"):
        await api.post(f"/rules/{version}/promote")
    told = await owner.fetch("SELECT data FROM outbox WHERE type = 'rules.promoted' ORDER BY event_id")
    assert [event["data"].count(made["rules"]) for event in told] == [1, 0]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"readings": [OWN | {"fields": {"title": "$.a["}}]}, "readings.our-crm.fields.title.0: $.a["),
        ({"readings": [OWN | {"fields": {"title": "a"}}]}, "readings.0.fields.title"),
        ({"readings": [OWN | {"when": "$ ? (@.a =="}]}, "readings.our-crm.when: $ ? (@.a =="),
        ({"readings": [OWN | {"providers": ["function"]}]}, "read twice: function"),
        ({"remove": ["nobody"]}, "remove: there is no reading nobody"),
        ({"policy": {"fields": {"shoe": ["csv"]}}}, "no such field: shoe"),
        ({"base": "nothing", "readings": [OWN]}, "policy"),
    ],
)
async def test_what_does_not_fit_is_refused_and_its_place_named(
    api: httpx.AsyncClient, change: dict[str, Any], named: str
) -> None:
    refused = await api.put("/rules", json=change)
    assert refused.status_code == 422
    assert named in refused.json()["detail"]
    assert (await api.get("/rules")).json()["versions"] == []


@pytest.mark.parametrize("version", ["v9", "0123456789abcdef", "anything"])
async def test_rules_that_are_not_there_are_not_found(api: httpx.AsyncClient, version: str) -> None:
    assert (await api.get(f"/rules/{version}")).status_code == 404
    assert (await api.post(f"/rules/{version}/promote")).status_code == 404


async def test_answers_of_a_provider_of_ones_own_become_leads_without_code(
    api: httpx.AsyncClient, owner: Owner, projector: Postgres, rules: Rules, launch: Launcher
) -> None:
    await api.put("/rules", json={"readings": [OWN]})
    batch: Batch = await launch([{"full_name": "Ada Lovel"}], steps=[("history", "our-crm")])
    answer = {
        "position": {"name": "Head of Data"},
        "seat": "Graz",
        "stations": [{"firm": "Acme GmbH", "role": "Analyst", "since": "2019-02", "until": "2021", "now": False}],
    }
    await batch.answer(0, "history", "our-crm", answer)
    await batch.complete()
    request = RebuildRequest(client_id=batch.client_id, batch_id=batch.batch_id)
    await rebuild(projector, rules, request)
    [lead] = await leads_of(owner, batch)
    assert (lead["title"], lead["city"]) == (None, None)
    await api.post("/rules/v1/promote")
    await rebuild(projector, rules, request)
    [lead] = await leads_of(owner, batch)
    assert (lead["title"], lead["city"]) == ("Head of Data", "Graz")
    [job] = await owner.fetch("SELECT company_name, title, start_precision FROM person_work_history")
    assert tuple(job) == ("Acme GmbH", "Analyst", "month")
