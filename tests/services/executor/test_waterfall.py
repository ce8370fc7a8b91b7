"""Waterfalls: providers in turn until an answer is accepted."""

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from services.executor.workflow import Step
from tests.services.executor.conftest import Finished, Launch, Owner, person


def workflow(**step: Any) -> dict[str, Any]:
    return {"name": "turns", "version": 1, "title": "Turns", "sources": ["apollo"], "steps": [{"name": "who", **step}]}


async def outcomes(owner: Owner) -> dict[tuple[str, str], int]:
    rows = await owner.fetch("SELECT provider, outcome, count(*) FROM enrichment_results GROUP BY 1, 2 ORDER BY 1, 2")
    return {(row["provider"], row["outcome"]): row["count"] for row in rows}


async def test_the_next_provider_is_asked_about_those_alone_that_the_one_before_does_not_know(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    counts = await finished(
        await launch([person(n) for n in range(100)], workflow=workflow(waterfall=["pdl-bulk", "apollo-bulk-match"]))
    )
    said = await outcomes(owner)
    missed = said["pdl-bulk", "no_match"]
    assert said["pdl-bulk", "ok"] + missed == 100
    assert said["apollo-bulk-match", "ok"] + said.get(("apollo-bulk-match", "no_match"), 0) == missed > 0
    assert counts["succeeded"] == said["pdl-bulk", "ok"] + said["apollo-bulk-match", "ok"]


async def test_an_answer_that_is_not_accepted_leads_on_and_is_no_success(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    step = {"waterfall": ["pdl-bulk", "apollo-bulk-match"], "accept": "answer.never"}
    counts = await finished(await launch([person(n) for n in range(20)], workflow=workflow(**step)))
    said = await outcomes(owner)
    assert said["pdl-bulk", "ok"] + said["pdl-bulk", "no_match"] == 20
    assert said["apollo-bulk-match", "ok"] + said.get(("apollo-bulk-match", "no_match"), 0) == 20
    assert (counts["succeeded"], counts["no_match"]) == (0, 20)


async def test_a_condition_not_met_skips_the_whole_waterfall_and_is_told_once(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    step = {"waterfall": ["pdl-bulk", "apollo-bulk-match"], "when": "input.vip"}
    counts = await finished(await launch([person(n) for n in range(5)], workflow=workflow(**step)))
    assert counts["skipped"] == 5
    assert await outcomes(owner) == {("pdl-bulk", "skipped"): 5}
    assert (await sandbox.get("/ledger/summary")).json()["calls"] == 0


async def test_a_provider_that_fails_is_followed_by_the_next(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    await sandbox.put("/faults", json=[{"kind": "status", "status": 400, "provider": "pdl"}])
    counts = await finished(
        await launch([person(n) for n in range(10)], workflow=workflow(waterfall=["pdl-bulk", "apollo-bulk-match"]))
    )
    assert (await outcomes(owner))["pdl-bulk", "bad_request"] == 10
    assert counts["succeeded"] > 5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give either `provider` or `waterfall`"),
        ({"provider": "pdl-bulk", "waterfall": ["pdl-bulk", "function"]}, "give either `provider` or `waterfall`"),
        ({"waterfall": ["pdl-bulk", "pdl-bulk"]}, "a provider stands in `waterfall` once"),
        ({"waterfall": ["pdl-bulk"]}, "at least 2 items"),
        ({"provider": "pdl-bulk", "accept": "answer.("}, "not a JMESPath expression"),
    ],
)
def test_a_step_asks_one_provider_or_several_in_turn(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("(", r"\(")):
        Step.model_validate({"name": "who", **given})
