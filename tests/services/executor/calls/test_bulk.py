"""Answers of a bulk call are given to the items they belong to, whatever order, gaps and extras they come with."""

import uuid
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.executor.calls.bulk import read_bulk
from services.executor.calls.question import Seen, ask
from services.executor.calls.reply import ItemAnswer, classify
from services.executor.compiled import CompiledProvider, compile_provider
from services.executor.outcome import Outcome
from services.executor.registry import load_registry
from shared.events import utc_now
from shared.wire import Exchange

PROVIDERS = {name: compile_provider(document) for name, document in load_registry().providers.items()}
APOLLO, PDL = PROVIDERS["apollo-bulk-match"], PROVIDERS["pdl-bulk"]


def subjects(*inputs: dict[str, Any]) -> list[Seen]:
    return [
        Seen(subject_id=uuid.UUID(int=number), number=number, input=each, results={})
        for number, each in enumerate(inputs, 1)
    ]


def read(
    provider: CompiledProvider,
    asked: list[Seen],
    body: object,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> list[ItemAnswer]:
    exchange = Exchange(
        called_at=utc_now(), milliseconds=1, status=status, headers=headers or {}, content=orjson.dumps(body)
    )
    return read_bulk(provider, ask(provider, asked, {}), asked, classify(provider, exchange))


ADA = {"first_name": "Ada", "last_name": "Testcase", "linkedin_url": "https://www.linkedin.com/in/ada-testcase"}
BOB = {"first_name": "Bob", "last_name": "Testcase", "email": "bob@bobs.example"}
CYD = {"first_name": "Cyd", "last_name": "Testcase", "company_domain": "cyds.example", "company_name": "Cyds"}


def test_apollo_people_are_recognised_by_what_identifies_them_in_any_order() -> None:
    matches = [
        {"id": "3", "name": "Cyd Testcase", "organization": {"primary_domain": "cyds.example", "name": "Cyds Inc"}},
        {"id": "1", "name": "Ada T.", "linkedin_url": "http://www.linkedin.com/in/ada-testcase/"},
        {"id": "2", "name": "Robert Testcase", "email": "Bob@Bobs.example"},
    ]
    answers = read(APOLLO, subjects(ADA, BOB, CYD), {"matches": matches, "credits_consumed": 3})
    assert [answer.answer["id"] for answer in answers] == ["1", "2", "3"]
    assert [answer.outcome for answer in answers] == [Outcome.OK] * 3
    assert [(answer.cost, answer.cost_source) for answer in answers] == [(Decimal(1), "body")] * 3


def test_null_and_missing_people_are_misses_and_strangers_are_left_out() -> None:
    matches = [None, {"id": "9", "name": "Nobody Asked", "linkedin_url": "http://www.linkedin.com/in/stranger"}]
    answers = read(APOLLO, subjects(ADA, BOB), {"matches": matches, "credits_consumed": 1})
    assert [(answer.outcome, answer.answer) for answer in answers] == [(Outcome.NO_MATCH, None)] * 2


def test_a_stub_without_a_name_is_a_miss() -> None:
    stub = {"name": "", "match_confidence": "none", "email": "bob@bobs.example", "organization": {"name": "Bobs"}}
    (answer,) = read(APOLLO, subjects(BOB), {"matches": [stub], "credits_consumed": 0})
    assert answer.outcome is Outcome.NO_MATCH
    assert answer.answer == stub


def test_two_rows_about_one_person_share_the_answer() -> None:
    twin = {**ADA, "company_name": "Elsewhere"}
    matches = [{"id": "1", "name": "Ada Testcase", "linkedin_url": "http://www.linkedin.com/in/ada-testcase"}]
    answers = read(APOLLO, subjects(ADA, twin), {"matches": matches, "credits_consumed": 1})
    assert [answer.answer["id"] for answer in answers] == ["1", "1"]
    assert sum(answer.cost for answer in answers) == 1


def test_a_name_two_rows_share_is_nobodys() -> None:
    one = {"first_name": "Cyd", "last_name": "Testcase", "company_name": "One"}
    two = {"first_name": "Cyd", "last_name": "Testcase", "company_name": "Two"}
    matches = [{"id": "1", "name": "Cyd Testcase", "organization": {"name": "Third"}}]
    answers = read(APOLLO, subjects(one, two), {"matches": matches})
    assert [answer.outcome for answer in answers] == [Outcome.NO_MATCH] * 2


def test_pdl_answers_carry_their_own_outcomes_and_are_found_by_their_echo() -> None:
    asked = subjects(ADA, BOB, CYD)
    refs = [str(subject.subject_id) for subject in asked]
    body = [
        {"status": 402, "metadata": {"ref": refs[2]}},
        {"status": 200, "metadata": {"ref": refs[0]}, "data": {"full_name": "ada testcase"}},
        {"status": 404, "metadata": {"ref": "unasked"}},
    ]
    answers = read(PDL, asked, body, headers={"x-call-credits-spent": "1"})
    assert [answer.outcome for answer in answers] == [Outcome.OK, Outcome.PROVIDER_ERROR, Outcome.QUOTA_EXHAUSTED]
    assert [(answer.cost, answer.cost_source) for answer in answers] == [
        (Decimal(1), "header"),
        (0, "none"),
        (0, "none"),
    ]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Outcome.BAD_REQUEST), (401, Outcome.AUTH_FAILED), (402, Outcome.QUOTA_EXHAUSTED),
        (429, Outcome.THROTTLED), (451, Outcome.BLOCKED_LEGAL), (500, Outcome.PROVIDER_ERROR),
        (303, Outcome.PROVIDER_ERROR),
    ],
)  # fmt: skip
def test_what_befalls_the_call_befalls_each_item(status: int, outcome: Outcome) -> None:
    answers = read(PDL, subjects(ADA, BOB), {"message": "no"}, status=status)
    assert [answer.outcome for answer in answers] == [outcome, outcome]


def test_an_answer_without_the_list_is_the_providers_error() -> None:
    (answer,) = read(APOLLO, subjects(ADA), {"status": "success"})
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert answer.detail == "the answer has no list at body.matches"


@given(st.permutations(list(range(8))), st.sets(st.integers(0, 7)))
def test_whatever_the_order_and_the_gaps_each_item_gets_its_own_answer(order: list[int], missing: set[int]) -> None:
    asked = subjects(*({**BOB, "email": f"p{number}@people.example"} for number in range(8)))
    body = [
        {"status": 200, "metadata": {"ref": str(asked[number].subject_id)}, "data": {"number": number}}
        for number in order
        if number not in missing
    ]
    answers = read(PDL, asked, body)
    for number, answer in enumerate(answers):
        if number in missing:
            assert (answer.outcome, answer.answer) == (Outcome.PROVIDER_ERROR, None)
        else:
            assert answer.answer["data"] == {"number": number}
