"""A standalone server with the sandbox and a finished batch, and a real browser in front of it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.chromium import FLAGS, chromium
from tests.standalone_server import StandaloneServer, standalone_server

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "services/sandbox/demo"

expect.set_options(timeout=15_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A batch whose leads are there."""

    upload_id: str
    batch_id: str


@pytest.fixture(scope="session")
def standalone() -> Iterator[StandaloneServer]:
    """One server for all tests of the console."""
    with standalone_server("--sandbox") as server:
        yield server


@pytest.fixture(scope="session")
def finished(standalone: StandaloneServer, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Forty rows of the demo's Apollo file, enriched, and the demo's customers."""
    file = tmp_path_factory.mktemp("csv") / "forty.csv"
    file.write_text("".join((DEMO / "apollo_demo.csv").read_text().splitlines(keepends=True)[:41]))
    with standalone.client() as client:
        client.replace_customers(DEMO / "customers.csv")
        upload = client.upload(file)
        batch = client.launch(upload.upload_id, name="Forty")
        for event in client.watch(batch.batch_id):
            if event.type == "batch.projected":
                break
    return Finished(upload_id=str(upload.upload_id), batch_id=str(batch.batch_id))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser of the test's own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def complaints() -> list[str]:
    """What the pages complained of; filled by `page`."""
    return []


@pytest.fixture
async def page(browser: Browser, standalone: StandaloneServer, complaints: list[str]) -> AsyncIterator[Page]:
    """A page, signed in; what it complains of in the console fails the test."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900}, base_url=standalone.ready["url"])
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    await page.add_init_script(f"sessionStorage.setItem('leadledger.key', '{standalone.ready['api_key']}')")
    yield page
    assert complaints == []
