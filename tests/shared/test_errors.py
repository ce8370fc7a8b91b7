"""Every problem that can be answered is described in docs/problems.md, and nothing else is."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import services
import shared
from shared.errors import Problem
from shared.settings import Settings

TEXT = (Path(__file__).parent.parent.parent / "docs/problems.md").read_text()
OF_NO_CLASS = {"method-not-allowed": "405", "gateway": "any"}


def described() -> dict[str, str]:
    """Return name -> status, as the document says."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| (.+) \| (.+) \|$", TEXT, re.MULTILINE)
    assert len({name for name, *_ in rows}) == len(rows)
    return {name: status for name, status, *_ in rows}


def problems() -> Iterator[type[Problem]]:
    """Yield every problem there is, in whatever module it stands."""
    for package in (shared, services):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
    waiting: list[type[Problem]] = [Problem]
    while waiting:
        problem = waiting.pop()
        # Those that tests make are none of ours.
        if problem.__module__.startswith(("shared.", "services.")):
            yield problem
        waiting.extend(problem.__subclasses__())


def test_every_problem_is_described_with_its_status() -> None:
    made = {problem.slug: str(problem.status) for problem in problems()}
    assert described() == made | OF_NO_CLASS


def test_a_name_means_one_thing() -> None:
    meant: dict[str, set[tuple[int, str]]] = {}
    for problem in problems():
        assert re.fullmatch("[a-z]+(-[a-z]+)*", problem.slug)
        meant.setdefault(problem.slug, set()).add((problem.status, problem.title))
    assert {name: meanings for name, meanings in meant.items() if len(meanings) > 1} == {}


def test_the_settings_it_names_exist() -> None:
    named = set(re.findall(r"LEADLEDGER_[A-Z_]+", TEXT))
    assert named
    assert named <= {f"LEADLEDGER_{name.upper()}" for name in Settings.model_fields}


def test_a_problem_document_has_the_members_of_rfc_9457_and_its_own() -> None:
    document = Problem("The batch runs.", batch_state="running").document("/batches/1")
    assert document == {
        "type": "urn:leadledger:problem:internal",
        "title": "Something failed inside",
        "status": 500,
        "detail": "The batch runs.",
        "instance": "/batches/1",
        "batch_state": "running",
    }
