"""Which address is chosen, and what is known of it."""

from typing import Any

import pytest

from tests.services.projector.conftest import Batch, Launcher, Owner, Project, leads_of, rows, sample

STEPS = (("person", "apollo-bulk-match"), ("email", "hunter-email-finder"), ("verify", "hunter-email-verifier"))


def apollo(email: str | None, status: str = "verified") -> dict[str, Any]:
    return {"name": "Ada B", "email": email, "email_status": status}


def found(email: str, status: str | None = "valid") -> dict[str, Any]:
    return {"data": {"email": email, "verification": {"date": "2026-04-12T18:22:11Z", "status": status}}}


def verified(email: str, status: str) -> dict[str, Any]:
    return {"data": {"email": email, "status": status}}


async def chosen(owner: Owner, batch: Batch) -> tuple[str | None, str]:
    (lead,) = await leads_of(owner, batch)
    return lead["email"], lead["email_verdict"]


@pytest.mark.parametrize(
    ("row", "answers", "expected"),
    [
        ({}, [], (None, "none")),
        ({"email": "a@row.example"}, [], ("a@row.example", "unknown")),
        ({"email": "a@row.example", "email_status": "Verified"}, [], ("a@row.example", "valid")),
        (
            {"email": "a@row.example", "email_status": "Verified", "email_catch_all": "Catch-all"},
            [],
            ("a@row.example", "catch_all"),
        ),
        ({"email": "a@row.example", "email_status": "Unavailable"}, [], (None, "none")),
        (
            {"email": "a@row.example", "email_status": "Extrapolated"},
            [("person", "apollo-bulk-match", apollo("b@apollo.example"))],
            ("b@apollo.example", "valid"),
        ),
        (
            {"email": "a@row.example", "email_status": "Verified"},
            [("person", "apollo-bulk-match", apollo("b@apollo.example", "extrapolated"))],
            ("a@row.example", "valid"),
        ),
        (
            {"email": "a@row.example", "email_status": "Verified"},
            [("verify", "hunter-email-verifier", verified("a@row.example", "invalid"))],
            ("a@row.example", "invalid"),
        ),
        (
            {"email": "a@row.example", "email_status": "Verified"},
            [
                ("email", "hunter-email-finder", found("c@hunter.example", "accept_all")),
                ("verify", "hunter-email-verifier", verified("a@row.example", "invalid")),
            ],
            ("c@hunter.example", "catch_all"),
        ),
        (
            {"email": "a@row.example", "email_status": "Verified"},
            [("email", "hunter-email-finder", found("c@hunter.example"))],
            ("c@hunter.example", "valid"),
        ),
        ({}, [("person", "apollo-bulk-match", apollo("email_not_unlocked@domain.com"))], (None, "none")),
        ({"email": "info@row.example", "email_status": "Verified"}, [], (None, "none")),
        ({}, [("history", "pdl-enrich", {"data": {"work_email": True, "emails": True}})], (None, "none")),
        (
            {},
            [("history", "pdl-enrich", {"data": {"emails": [{"address": "d@pdl.example", "type": "professional"}]}})],
            ("d@pdl.example", "unknown"),
        ),
    ],
)
async def test_an_address_is_chosen_by_verdict_then_by_source(
    launch: Launcher, project: Project, owner: Owner, row: Any, answers: Any, expected: Any
) -> None:
    batch = await launch([row], steps=STEPS)
    for step, provider, payload in answers:
        await batch.answer(0, step, provider, payload)
    await project(batch, strict=True)
    assert await chosen(owner, batch) == expected


async def test_every_telling_is_kept_with_its_source_and_time(launch: Launcher, project: Project, owner: Owner) -> None:
    row = {
        "email": "quentin@company-1.example.com",
        "email_status": "Extrapolated",
        "secondary_email": "q@home.example",
    }
    batch = await launch([row], steps=STEPS)
    finder = await batch.answer(
        0, "email", "hunter-email-finder", sample("hunter/hunter-email-finder-example.json")["response"]
    )
    verifier = await batch.answer(
        0, "verify", "hunter-email-verifier", sample("hunter/hunter-email-verifier-example.json")["response"]
    )
    await project(batch)
    assert await rows(
        owner,
        """
        SELECT email_no, email, verdict, verifies, is_chosen, provider, result_id, json_path, told_at::text
        FROM lead_emails WHERE batch_item_id = $1 ORDER BY email_no
        """,
        batch.items[0],
    ) == [
        {
            "email_no": 1,
            "email": "quentin@company-1.example.com",
            "verdict": "valid",
            "verifies": False,
            "is_chosen": True,
            "provider": "hunter-email-finder",
            "result_id": finder,
            "json_path": "$.data.email",
            "told_at": "2026-04-12 18:22:11+00",
        },
        {
            "email_no": 2,
            "email": "quentin@company-1.example.com",
            "verdict": "risky",
            "verifies": False,
            "is_chosen": False,
            "provider": "csv",
            "result_id": None,
            "json_path": "$.email",
            "told_at": None,
        },
        {
            "email_no": 3,
            "email": "quentin@company-1.example.com",
            "verdict": "valid",
            "verifies": True,
            "is_chosen": False,
            "provider": "hunter-email-verifier",
            "result_id": verifier,
            "json_path": "$.data.email",
            "told_at": "2026-11-23 11:00:00+00",
        },
        {
            "email_no": 4,
            "email": "q@home.example",
            "verdict": "unknown",
            "verifies": False,
            "is_chosen": False,
            "provider": "csv",
            "result_id": None,
            "json_path": "$.secondary_email",
            "told_at": None,
        },
    ]


@pytest.mark.parametrize(
    ("status", "verified_at", "verdict"),
    [
        ("Verified", "2026-01-05T00:00:00+00:00", "valid"),
        ("Verified", "2025-01-05T00:00:00+00:00", "unknown"),
        ("Bounced", "2025-01-05T00:00:00+00:00", "invalid"),
        ("Verified", None, "valid"),
    ],
)
async def test_a_verdict_grows_old_but_a_warning_does_not(
    launch: Launcher, project: Project, owner: Owner, status: str, verified_at: str | None, verdict: str
) -> None:
    row = {"email": "a@row.example", "email_status": status, "email_verified_at": verified_at}
    batch = await launch([row])
    await project(batch)
    assert await chosen(owner, batch) == ("a@row.example", verdict)
