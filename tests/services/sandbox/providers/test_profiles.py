"""Enrich Layer, Coresignal and Clay tell a person and their jobs with the documented keys."""

from typing import Any

import httpx

from tests.services.sandbox.conftest import items, sample


def profiles(sandbox: httpx.Client) -> list[httpx.Response]:
    headers = {"Authorization": "Bearer good"}
    addresses = [f"https://www.linkedin.com/in/ada-quillmere-{n}" for n in range(60)]
    root = "/enrichlayer/api/v2/profile"
    return [sandbox.get(root, params={"profile_url": address}, headers=headers) for address in addresses]


def records(sandbox: httpx.Client) -> list[httpx.Response]:
    root = "/coresignal/cdapi/v2/employee_multi_source/collect"
    return [sandbox.get(f"{root}/ada-quillmere-{n}", headers={"apikey": "good"}) for n in range(100)]


def found(answers: list[httpx.Response]) -> Any:
    return next(answer for answer in answers if answer.status_code == 200).json()


def test_a_profile_has_documented_keys_and_some_are_not_there(sandbox: httpx.Client) -> None:
    answers, documented = profiles(sandbox), sample("enrichlayer/profile_200.json")
    profile = found(answers)
    assert set(profile) <= set(documented)
    assert set(profile["experiences"][0]) <= set(documented["experiences"][0])
    missed = next(answer for answer in answers if answer.status_code == 404)
    assert missed.json() == sample("enrichlayer/profile_404.json")
    assert {item["charged"] for item in items(sandbox) if item["outcome"] == "no_match"} == {0}


def test_a_record_has_documented_keys_and_who_is_gone_is_454(sandbox: httpx.Client) -> None:
    answers, documented = records(sandbox), sample("coresignal/multi_source_employee.json")
    record = found(answers)
    assert set(record) <= set(documented)
    assert {"position_title", "date_from", "date_from_year", "company_name"} <= set(record["experience"][0])
    assert {200, 404, 454} == {answer.status_code for answer in answers}


def test_spent_credits_are_a_403_at_enrich_layer_and_a_402_at_coresignal(sandbox: httpx.Client) -> None:
    root = "/coresignal/cdapi/v2/employee_multi_source/collect/ada"
    asked = {"profile_url": "https://www.linkedin.com/in/ada-quillmere-1"}
    spent = {"Authorization": "Bearer empty"}
    assert sandbox.get("/enrichlayer/api/v2/profile", params=asked, headers=spent).status_code == 403
    assert sandbox.get(root, headers={"apikey": "empty"}).status_code == 402
