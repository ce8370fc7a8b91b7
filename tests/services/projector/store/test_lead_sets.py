"""The sets of leads always are what the leads say."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.projector.filters import SETS
from services.projector.replace_customers import replace_customers
from services.projector.store import lead_sets
from tests.services.projector.conftest import Batch, Launcher, Owner, Project, rows

PEOPLE: list[dict[str, Any]] = [
    {"full_name": "Ada", "country": "Germany", "email": "ada@acme.example", "seniority": "vp"},
    {"full_name": "Bob", "country": "France", "employees": 40},
    {"full_name": "Carol", "country": "Germany", "industry": "Banking"},
]


async def sets(owner: Owner) -> dict[tuple[str, str, UUID], tuple[int, set[int]]]:
    """Return (filter, value, batch) -> its count and its members as they are kept."""
    kept = await rows(
        owner,
        """
        SELECT filter, value, batch_id, leads, ARRAY(
            SELECT n FROM generate_series(1, length(members)) AS n WHERE get_bit(members, n - 1) = 1) AS members
        FROM lead_sets
        """,
    )
    return {(each["filter"], each["value"], each["batch_id"]): (each["leads"], set(each["members"])) for each in kept}


async def expected(owner: Owner) -> dict[tuple[str, str, UUID], tuple[int, set[int]]]:
    """Return what `sets` should, from the leads themselves."""
    found: dict[tuple[str, str, UUID], set[int]] = {}
    for each in SETS:
        query = f"SELECT batch_id, item_no, ({each.column})::text AS value FROM final_leads"
        for lead in await rows(owner, query):
            if lead["value"] is not None:
                found.setdefault((each.name, lead["value"], lead["batch_id"]), set()).add(lead["item_no"])
    return {key: (len(members), members) for key, members in found.items()}


async def answer(batch: Batch) -> None:
    """Let the batch's first lead have had a job at Acme."""
    jobs = [{"organization_name": "Acme", "title": "VP", "current": False}]
    await batch.answer(0, "person", "apollo-bulk-match", {"name": "Ada", "employment_history": jobs})


async def test_they_follow_rebuilds_and_customers(launch: Launcher, project: Project, owner: Owner) -> None:
    batch, other = await launch(PEOPLE), await launch(PEOPLE[:2])
    await project(other)
    await project(batch)
    assert await sets(owner) == await expected(owner)
    await answer(batch)
    await project(batch, 2)
    assert await sets(owner) == await expected(owner)
    await replace_customers(project.postgres, batch.client_id, [{"name": "Acme"}])
    assert await sets(owner) == await expected(owner)
    assert (await sets(owner))["worked_at_customer", "true", batch.batch_id] == (1, {1})
    await replace_customers(project.postgres, batch.client_id, [])
    assert await sets(owner) == await expected(owner)


async def test_a_value_that_few_leads_have_is_counted_without_a_set(
    launch: Launcher, project: Project, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_sets, "_SMALL", 0)
    monkeypatch.setattr(lead_sets, "_FEW", 2)
    await project(await launch(PEOPLE))
    kept = await rows(owner, "SELECT filter, value, leads, members IS NOT NULL AS has_set FROM lead_sets")
    assert {
        each["value"]: (each["leads"], each["has_set"]) for each in kept if each["filter"] in {"country", "seniority"}
    } == {"Germany": (2, True), "France": (1, False), "vp": (1, True)}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_set_has_its_members_and_no_others(owner: Owner, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    members = data.draw(st.lists(st.integers(1, size), min_size=1, unique=True))
    made = await owner.fetchval(
        """
        SELECT ARRAY(SELECT n FROM generate_series(1, length(bits)) AS n WHERE get_bit(bits, n - 1) = 1)
        FROM bit_set($1::integer[], $2) AS bits
        """,
        members,
        size,
    )
    assert made == sorted(members)
