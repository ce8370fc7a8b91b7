"""Rules of faults meet the calls they are about, by count and by seed."""

import httpx

from services.sandbox.faults import Faults
from services.sandbox.rules import Rules
from tests.services.sandbox.conftest import ADA, ask, calls, set_faults, summary


def test_a_rule_can_be_for_the_first_or_each_nth_call(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "status", "status": 500, "first": 2}, {"kind": "status", "status": 502, "every": 4})
    assert [ask(sandbox).status_code for _ in range(8)] == [500, 500, 200, 200, 200, 502, 200, 200]
    assert [rule["fired"] for rule in sandbox.get("/faults").json()] == [2, 1]


def test_a_rule_can_count_each_question_by_itself(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "status", "status": 500, "first": 1, "per_identity": True})
    asked = ["a@b.example", "c@d.example", "a@b.example", "c@d.example"]
    assert [ask(sandbox, email=email).status_code for email in asked] == [500, 500, 200, 200]


def test_a_rule_can_be_about_one_provider_endpoint_and_identity(sandbox: httpx.Client) -> None:
    rule = {"kind": "status", "status": 500, "provider": "function", "endpoint": "function", "match": "email:ada"}
    set_faults(sandbox, rule)
    assert ask(sandbox).status_code == 500
    assert ask(sandbox, email="ivo@company-3.example.com").status_code == 200
    assert sandbox.post("/function/bulk", json={"items": [ADA]}).status_code == 200
    assert sandbox.get("/pdl/v5/person/enrich", params=ADA).status_code in (200, 404)


def test_probability_is_a_matter_of_the_seed_and_not_of_the_order() -> None:
    rules = Rules.validate_python([{"kind": "delay", "ms": 1, "probability": 0.3}])
    asked = [f"email:ada{n}@company-3.example.com" for n in range(1_000)]
    met = []
    for order in (asked, asked[::-1]):
        faults = Faults(seed=1)
        faults.replace(rules)
        met.append({one for one in order if faults.fire("function", "function", [one])})
    assert met[0] == met[1]
    assert 250 < len(met[0]) < 350


def test_faults_act_together_but_only_one_answers_instead(sandbox: httpx.Client) -> None:
    set_faults(
        sandbox,
        {"kind": "drip", "interval_ms": 0, "bytes": 50},
        {"kind": "html", "status": 502},
        {"kind": "status", "status": 418},
    )
    assert ask(sandbox).status_code == 502
    assert calls(sandbox)[0]["faults"] == ["html", "drip"]


def test_a_rule_that_can_not_be_understood_changes_nothing(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "hang", "match": "nobody"})
    for wrong in ({"kind": "explode"}, {"kind": "delay"}, {"kind": "delay", "ms": 1, "sometimes": True}):
        assert sandbox.put("/faults", json=[wrong]).status_code == 422
    assert [rule["kind"] for rule in sandbox.get("/faults").json()] == ["hang"]


def test_a_true_rate_limit_counts_what_exceeds_it(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "rate_limit", "provider": "pdl", "limit": 3, "window_s": 600})
    answers = [sandbox.get("/pdl/v5/person/enrich", params=ADA) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[2].headers["x-ratelimit-remaining"] == '{"minute":0}'
    assert 590 <= int(answers[3].headers["retry-after"]) <= 600
    other = sandbox.get("/pdl/v5/person/enrich", params=ADA, headers={"x-api-key": "another"})
    assert other.status_code == 200
    assert (summary(sandbox)["rate_violations"], summary(sandbox)["charged"]) == (2, 4)
    assert sandbox.get("/faults").json()[0]["fired"] == 2
