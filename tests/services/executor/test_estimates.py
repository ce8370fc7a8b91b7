"""An estimate says what a launch would ask and cost, from rows, documents and experience; it asks nothing."""

import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.services.executor.conftest import Finished, Launch, Owner, person

Upload = Callable[[Sequence[Sequence[str]]], Awaitable[UUID]]

MAPPING: dict[str, Any] = {
    "email": {"column": 0, "header": "Email", "fallbacks": [{"column": 1, "header": "Other Email"}]},
    "full_name": {"column": 2, "header": "Name", "fallbacks": []},
    "company_website": {"column": 3, "header": "Website", "fallbacks": []},
}


@pytest.fixture
def upload(owner: Owner, client_id: UUID) -> Upload:
    """Write an upload of these rows (email, other email, name, website) into the database, as ingest does."""

    async def upload(rows: Sequence[Sequence[str]]) -> UUID:
        upload_id = uuid.uuid4()
        await owner.execute(
            """
            INSERT INTO uploads (client_id, upload_id, source, filename, sha256, bytes, dialect, header, mapping,
                                 unmapped, doubtful, notices, rows, problems)
            VALUES ($1, $2, 'apollo', 'x.csv', sha256(''), 0, '{}', '[]', $3, '[]', '[]', '[]', $4, 0)
            """,
            client_id,
            upload_id,
            json.dumps(MAPPING),
            len(rows),
        )
        await owner.execute(
            """
            INSERT INTO raw_uploads (client_id, upload_id, row_no, line_no, cells, problems)
            SELECT $1, $2, n, n + 1, cells, CASE WHEN cells = '["","","",""]' THEN ARRAY['blank_line'] END
            FROM unnest($3::jsonb[]) WITH ORDINALITY AS row (cells, n)
            """,
            client_id,
            upload_id,
            [json.dumps(row) for row in rows],
        )
        return upload_id

    return upload


WITH_EMAIL = ("", "ada@example.com", "Ada", "https://www.one.example")
WITH_NAME = ("email_not_unlocked@domain.com", "", "Bob Bee", "two.example")
NOBODY = ("", "", "Cy", "")
BLANK = ("", "", "", "")


async def test_rows_are_counted_that_each_provider_can_be_asked_about(
    configured: httpx.AsyncClient, upload: Upload, sandbox: httpx.AsyncClient
) -> None:
    upload_id = await upload([WITH_EMAIL] * 30 + [WITH_NAME] * 20 + [NOBODY] * 10 + [BLANK] * 5)
    answer = await configured.post("/estimates", json={"upload_id": str(upload_id), "workflow": "apollo-default"})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["items"], told["looked_at"], told["workflow"]) == (60, 60, "apollo-default")
    people, history = told["providers"]
    assert people == {
        "step": "person",
        "per": "item",
        "provider": "apollo-bulk-match",
        "configured": True,
        "asked": {"least": 50, "most": 50},
        "calls": {"least": 5, "most": 5},
        "hit_rate": None,
        "cost_unit": "credit",
        "cost_expected": None,
        "cost_most": "50.0",
    }
    assert (history["provider"], history["calls"]) == ("pdl-bulk", {"least": 1, "most": 1})
    assert told["cost_most"] == {"credit": "100.0"}
    assert (await sandbox.get("/ledger/summary")).json()["calls"] == 0


async def test_a_large_upload_is_estimated_from_rows_spread_over_it(api: httpx.AsyncClient, upload: Upload) -> None:
    upload_id = await upload([WITH_EMAIL, NOBODY, NOBODY] * 1_000)
    told = (await api.post("/estimates", json={"upload_id": str(upload_id), "workflow": "pdl-single"})).json()
    assert (told["items"], told["looked_at"]) == (3_000, 1_000)
    assert told["providers"][0]["configured"] is False
    told = (
        await api.post("/estimates", json={"upload_id": str(upload_id), "workflow": "pdl-single", "sample": 7})
    ).json()
    assert (told["items"], told["providers"][0]["asked"]) == (7, {"least": 7, "most": 7})
    rows = {"upload_id": str(upload_id), "workflow": "pdl-single", "rows": [1, 2, 3, 4]}
    told = (await api.post("/estimates", json=rows)).json()
    assert (told["items"], told["providers"][0]["asked"]) == (4, {"least": 2, "most": 2})


async def test_a_step_that_looks_at_answers_is_a_range(api: httpx.AsyncClient, upload: Upload) -> None:
    upload_id = await upload([WITH_EMAIL] * 3 + [WITH_NAME] * 2)
    told = (await api.post("/estimates", json={"upload_id": str(upload_id), "workflow": "apollo-email"})).json()
    verified = next(each for each in told["providers"] if each["provider"] == "hunter-email-verifier")
    assert verified["asked"]["least"] <= 3
    assert verified["asked"]["most"] == 5


async def test_a_company_counts_once(api: httpx.AsyncClient, upload: Upload) -> None:
    upload_id = await upload([WITH_EMAIL] * 30 + [WITH_NAME] * 20)
    told = (await api.post("/estimates", json={"upload_id": str(upload_id), "workflow": "apollo-companies"})).json()
    company = next(each for each in told["providers"] if each["per"] == "company")
    assert company["asked"] == {"least": 2, "most": 2}


async def test_experience_tells_what_is_to_be_expected(
    configured: httpx.AsyncClient, upload: Upload, launch: Launch, finished: Finished, owner: Owner
) -> None:
    counts = await finished(await launch([person(n) for n in range(60)], workflow="pdl-single"))
    upload_id = await upload([WITH_EMAIL] * 100)
    told = (await configured.post("/estimates", json={"upload_id": str(upload_id), "workflow": "pdl-single"})).json()
    (only,) = told["providers"]
    assert only["hit_rate"] == round(counts["succeeded"] / 60, 3)
    assert float(only["cost_expected"]) == pytest.approx(100 * counts["succeeded"] / 60, abs=0.01)


async def test_what_is_not_there_or_makes_no_sense_is_refused(api: httpx.AsyncClient, upload: Upload) -> None:
    upload_id = str(await upload([WITH_EMAIL]))
    for order, status in (
        ({"upload_id": str(uuid.uuid4())}, 404),
        ({"upload_id": upload_id, "workflow": "magic"}, 404),
        ({"upload_id": upload_id, "sample": 1, "rows": [1]}, 422),
    ):
        assert (await api.post("/estimates", json=order)).status_code == status
