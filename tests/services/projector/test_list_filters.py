"""The list of filters says which have data."""

import httpx

from services.projector.filters import FILTERS
from tests.services.projector.conftest import Launcher, Project


async def test_the_list_tells_every_filter_and_which_have_data(
    launch: Launcher, project: Project, api: httpx.AsyncClient
) -> None:
    before = (await api.get("/filters")).json()["filters"]
    assert [each["name"] for each in before] == [each.name for each in FILTERS]
    assert [each["name"] for each in before if each["has_data"]] == ["per_person"]
    batch = await launch([{"full_name": "Ada", "country": "Germany"}, {"country": "France"}])
    jobs = [{"organization_name": "Acme", "title": "VP", "current": False}]
    await batch.answer(0, "person", "apollo-bulk-match", {"name": "Ada", "employment_history": jobs})
    await project(batch)
    after = {each["name"]: each for each in (await api.get("/filters")).json()["filters"]}
    assert {name: each["examples"] for name, each in after.items() if each["has_data"]} == {
        "worked_at_customer": [False],
        "past_company": ["Acme"],
        "past_title": ["VP"],
        "country": ["France", "Germany"],
        "email_verdict": ["none"],
        "has_email": [False],
        "batch_id": [str(batch.batch_id)],
        "source": ["apollo"],
        "q": ["Ada"],
        "per_person": ["latest"],
    }
    kinds = {name: after[name]["kind"] for name in ("has_email", "size", "country", "past_company", "batch_id")}
    assert kinds == {
        "has_email": "flag",
        "size": "choice",
        "country": "value",
        "past_company": "text",
        "batch_id": "value",
    }
    assert after["size"]["values"][0] == "1-10"
