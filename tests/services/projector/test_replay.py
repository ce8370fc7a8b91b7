"""Made once, twice, or in whatever order things came: the same answers make the same rows."""

import asyncio
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.projector.replace_customers import replace_customers
from shared.postgres import Postgres
from tests.services.projector.conftest import Batch, Launcher, Owner, Project, rows

TABLES = (
    *("final_leads", "lead_emails", "person_work_history", "batch_companies", "customer_matches", "projection_errors"),
    "projections",
)
UNTOLD = {"projected_at", "completion", "as_of"}

COMPANIES = st.sampled_from(["Acme", "ACME Inc.", "Globex", "Globex (formerly Acme)", "", "Initech"])
DOMAINS = st.sampled_from([None, "acme.example", "www.globex.example", "not a domain", "initech.example"])
DATES = st.sampled_from([None, "2015", "2015-03", "2015-03-01", "2015-01-01", "2016", "soon"])
TITLES = st.sampled_from([None, "Engineer", "engineer", "VP Sales", "Vice President, Sales", {"odd": 1}])
NAMES = st.sampled_from([None, "ada", "Ada", "Ada Lovelace"])
EMAILS = st.sampled_from([None, "a@acme.example", "b@acme.example", "info@acme.example", True])

APOLLO = st.fixed_dictionaries(
    {
        "name": NAMES,
        "title": TITLES,
        "email": EMAILS,
        "email_status": st.sampled_from(["verified", "unavailable", "?"]),
    },
    optional={
        "organization": st.fixed_dictionaries({"name": COMPANIES, "primary_domain": DOMAINS}),
        "employment_history": st.lists(
            st.fixed_dictionaries(
                {
                    "organization_name": COMPANIES,
                    "title": TITLES,
                    "start_date": DATES,
                    "end_date": DATES,
                    "current": st.booleans(),
                }
            )
            | st.none(),
            max_size=4,
        ),
    },
)
PDL = st.fixed_dictionaries(
    {"full_name": NAMES, "job_company_name": COMPANIES, "job_company_website": DOMAINS, "work_email": EMAILS},
    optional={
        "experience": st.lists(
            st.fixed_dictionaries(
                {
                    "company": st.fixed_dictionaries({"name": COMPANIES, "website": DOMAINS}),
                    "title": st.fixed_dictionaries({"name": TITLES}),
                    "start_date": DATES,
                    "end_date": DATES,
                    "is_primary": st.booleans(),
                }
            ),
            max_size=4,
        )
    },
).map(lambda data: {"status": 200, "data": data})

ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.one_of(
            st.tuples(st.just("person"), st.just("apollo-bulk-match"), APOLLO | st.none()),
            st.tuples(st.just("history"), st.just("pdl-bulk"), PDL | st.just("odd")),
        ),
        st.sampled_from(["ok", "ok", "no_match", "provider_error"]),
    ),
    max_size=12,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"first_name": st.just("Ada"), "company_name": COMPANIES, "email": EMAILS.filter(bool)}
    ),
    min_size=3,
    max_size=3,
)


async def held(owner: Owner, batch: Batch) -> dict[str, list[dict[str, Any]]]:
    """Return everything the projection tables hold of a batch, but for when and how often it was made."""
    found = {}
    for table in TABLES:
        listed = await rows(owner, f"SELECT * FROM {table} WHERE batch_id = $1", batch.batch_id)
        kept = [{name: value for name, value in row.items() if name not in UNTOLD} for row in listed]
        found[table] = sorted(kept, key=str)
    return found


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(inputs=ROWS, answers=ANSWERS, cut=st.integers(0, 12), customers=st.lists(COMPANIES.filter(bool), max_size=2))
async def test_live_rebuilds_end_where_one_rebuild_of_everything_does(
    launch: Launcher,
    project: Project,
    client_id: UUID,
    inputs: list[dict[str, Any]],
    answers: list[Any],
    cut: int,
    customers: list[str],
) -> None:
    """Projected while answers and customers came, with messages late and twice, or made at once: it is the same."""
    owner = launch.owner
    await replace_customers(project.postgres, client_id, [])
    live = await launch(inputs)
    attempts: dict[tuple[int, str], int] = {}
    for number, (item, (step, provider, payload), outcome) in enumerate(answers):
        if number == cut:
            await project(live, 1)
        attempts[item, step] = attempts.get((item, step), 0) + 1
        await live.answer(item, step, provider, payload, attempt=attempts[item, step], outcome=outcome)
    await live.complete(2)
    await project.again(live, 2)
    await replace_customers(project.postgres, client_id, [{"name": name} for name in customers])
    for completion in (1, 2, 2):
        assert await project.again(live, completion) is None
    once = await held(owner, live)
    await project.again(live)
    assert await held(owner, live) == once
    assert len(once["final_leads"]) == 3
    await owner.execute("CALL projection.clear_projection('projection', $1, $2)", client_id, live.batch_id)
    await project.again(live)
    assert await held(owner, live) == once


async def test_a_rebuild_writes_only_what_is_not_as_it_should_be(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    batch = await launch([{"first_name": name, "email": f"{name}@example.com"} for name in ("ada", "bob", "eve", "")])
    await project(batch)
    before = {row["first_name"]: row for row in await versions(owner, batch)}
    await owner.execute(
        "UPDATE final_leads SET title = 'Spoilt' WHERE batch_id = $1 AND first_name = 'Bob'", batch.batch_id
    )
    await owner.execute("DELETE FROM final_leads WHERE batch_id = $1 AND first_name = 'Eve'", batch.batch_id)
    await project.again(batch)
    after = {row["first_name"]: row for row in await versions(owner, batch)}
    assert [name for name in before if before[name] == after[name]] == ["Ada", None]
    assert [(name, after[name]["title"]) for name in after] == [
        ("Ada", None),
        ("Bob", None),
        ("Eve", None),
        (None, None),
    ]


async def versions(owner: Owner, batch: Batch) -> list[dict[str, Any]]:
    """Return the leads with the place of each row in the table: a row written anew has another."""
    return await rows(
        owner,
        "SELECT ctid::text, first_name, title FROM final_leads WHERE batch_id = $1 ORDER BY item_no",
        batch.batch_id,
    )


async def test_two_rebuilds_at_once_take_turns(launch: Launcher, project: Project, owner: Owner) -> None:
    batch = await launch([{"first_name": "Ada"}, {"first_name": "Bob"}])
    await batch.complete()
    await asyncio.gather(*(project.again(batch) for _ in range(3)))
    assert len((await held(owner, batch))["final_leads"]) == 2


async def test_batches_with_the_same_new_companies_can_be_rebuilt_at_once(
    launch: Launcher, project: Project, owner: Owner, projector: Postgres
) -> None:
    names = [f"Company {number}" for number in range(50)]
    batches = [
        await launch([{"company_name": name, "title": name} for name in order]) for order in (names, names[::-1])
    ]
    for batch in batches:
        await batch.complete()
    await asyncio.gather(*(project.again(batch) for batch in batches))
    assert [len((await held(owner, batch))["final_leads"]) for batch in batches] == [50, 50]
