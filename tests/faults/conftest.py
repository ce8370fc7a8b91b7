"""One system for all fault tests: starting it takes longer than any of them."""

from collections.abc import Iterator

import pytest

from tests.faults.scenario import Scenario, new_client
from tests.faults.system import System


@pytest.fixture(scope="session")
def whole_system() -> Iterator[System]:
    system = System()
    try:
        system.start()
        system.key = new_client(system, "acme")
        Scenario(system, system.key).configure()
        yield system
    finally:
        system.close()


@pytest.fixture
def system(whole_system: System, request: pytest.FixtureRequest) -> Iterator[System]:
    """The system, every process of it sound again after the test."""
    yield whole_system
    for name, process in whole_system.processes.items():
        if process.died():
            process.start(ready="/health" if name == "sandbox" else "/readyz")
    if request.session.testsfailed:
        print(whole_system.logs())  # noqa: T201 - shown with the failure


@pytest.fixture
def scenario(system: System) -> Scenario:
    return Scenario(system, system.key)
