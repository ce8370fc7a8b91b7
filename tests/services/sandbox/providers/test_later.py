"""What is answered later: work that ends, is charged then, and is told by callbacks or when asked."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
import orjson

from tests.eventually import eventually
from tests.services.sandbox.conftest import calls, items, key_paths, sample, set_faults

BEARER = {"Authorization": "Bearer good"}
MODAL = {"Modal-Key": "wk-good", "Modal-Secret": "ws-good"}
CONTACT = {"first_name": "Ada", "last_name": "Quillmere", "domain": "company-3.example.com", "custom": {"ref": "1"}}


def wait_until(condition: Callable[[], bool]) -> None:
    asyncio.run(eventually(condition))


@contextmanager
def listening() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """Yield an address, and what was posted to it: headers and body."""
    taken: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", taken
    server.shutdown()


def test_an_enrichment_is_charged_when_it_is_done_and_told_signed(sandbox: httpx.Client) -> None:
    with listening() as (url, taken):
        body = {"name": "x", "data": [CONTACT], "webhook_url": url, "webhook_events": {"contact_finished": url}}
        started = sandbox.post("/fullenrich/api/v2/contact/enrich/bulk", json=body, headers=BEARER)
        address = f"/fullenrich/api/v2/contact/enrich/bulk/{started.json()['enrichment_id']}"
        assert sandbox.get(address, headers=BEARER).json()["status"] == "IN_PROGRESS"
        assert [item["charged"] for item in items(sandbox)] == [0]
        wait_until(lambda: len(taken) == 2)
    assert [orjson.loads(body)["status"] for _, body in taken] == ["IN_PROGRESS", "FINISHED"]
    for headers, told in taken:
        assert headers["x-signature-sha1"] == hmac.new(b"good", told, hashlib.sha1).hexdigest()
    assert sandbox.get(address, headers=BEARER).json() == orjson.loads(taken[1][1])
    assert [call["method"] for call in calls(sandbox)] == ["POST", "GET", "DONE", "GET"]


def test_a_row_of_clay_is_answered_at_its_own_address(sandbox: httpx.Client) -> None:
    with listening() as (url, taken):
        for number in range(20):
            row = {"ref": str(number), "callback_url": url, "full_name": f"Ada Quillmere{number}", "company_name": "A"}
            assert sandbox.post("/clay/webhook", json=row, headers={"x-clay-webhook-auth": "t"}).status_code == 200
        wait_until(lambda: len(taken) == 20)
    told = [orjson.loads(body) for _, body in taken]
    assert {one["outcome"] for one in told} == {"ok", "no_match"}
    person = next(one["person"] for one in told if one["person"])
    assert set(person) <= set(sample("clay/enrich_person_profile.json"))


def test_a_waterfall_answers_at_once_who_and_later_what(sandbox: httpx.Client) -> None:
    people = {"details": [{"id": f"{n:024x}"} for n in range(10)]}
    params = {"run_waterfall_email": "true", "webhook_url": "https://elsewhere.example.com/never-called"}
    answer = sandbox.post("/apollo/api/v1/people/bulk_match", params=params, json=people).json()
    documented = sample("apollo/post_people_bulk_match_200_waterfall_enrichment_result.json")
    assert set(answer) == set(documented)
    assert not any("email" in match for match in answer["matches"] if match)
    address = f"/apollo/api/v1/webhook_result/{answer['request_id']}"
    assert sandbox.get(address).json()["error_code"] == "result_pending"
    wait_until(lambda: sandbox.get(address).status_code == 200)
    found = sandbox.get(address).json()["webhook_result"]
    assert {".people[].waterfall.emails[].vendors[].emails"} <= key_paths(found)
    done = [call for call in calls(sandbox) if call["method"] == "DONE"]
    assert sum(item["charged"] for item in done[0]["items"]) == found["credits_consumed"]


def test_modal_leads_on_until_the_function_is_done_and_needs_both_keys(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "work", "ms": 400})
    asked = {"input": {"email": "ada.quillmere@company-3.example.com"}}
    assert sandbox.post("/modal/function", json=asked, headers={"Modal-Key": "wk-good"}).status_code == 401
    answer = sandbox.post("/modal/function", json=asked, headers=MODAL)
    assert answer.status_code == 303
    hops = 0
    while answer.status_code == 303:
        answer = sandbox.get(str(answer.url.join(answer.headers["location"])), headers=MODAL)
        hops += 1
    assert hops >= 2
    assert answer.json()["outcome"] in ("ok", "no_match")
    assert [call["method"] for call in calls(sandbox)].count("POST") == 2


def test_a_function_call_that_is_not_known_is_404(sandbox: httpx.Client) -> None:
    assert sandbox.get("/modal/function?__modal_function_call_id=fc-none", headers=MODAL).status_code == 404
