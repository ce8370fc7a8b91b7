"""Every page: it stands after a reload, complains of nothing, and is fit for everybody in both themes."""

from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser, Page, expect

from shared.auth import Scope, create_key
from tests.services.console.conftest import ROOT, Finished
from tests.standalone_server import StandaloneServer

AXE = ROOT / "services/console/node_modules/axe-core/axe.min.js"

PAGES = {
    "leads": "Leads",
    "batches": "Batches",
    "batches/{batch_id}": "Forty",
    "batches/{batch_id}?show=costs": "Forty",
    "uploads": "Uploads",
    "uploads/{upload_id}": "forty.csv",
    "uploads/{upload_id}?show=rows": "forty.csv",
    "uploads/{upload_id}?show=preview": "forty.csv",
    "uploads/{upload_id}/launch": "Launch a batch",
    "customers": "Customers",
    "rules": "Rules",
    "rules/builtin": "builtin",
    "providers": "Providers",
    "providers/pdl-bulk": "People Data Labs",
    "providers/pdl-bulk?show=shape": "People Data Labs",
    "workflows": "Workflows",
    "settings": "Settings",
    "nowhere": "There is no such page",
}


def address(path: str, finished: Finished) -> str:
    return "/#/" + path.format(batch_id=finished.batch_id, upload_id=finished.upload_id)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_stands_again_after_a_reload(page: Page, finished: Finished, path: str) -> None:
    for _ in range(2):
        await page.goto(address(path, finished))
        await page.reload()
        await expect(page.get_by_role("heading", name=PAGES[path]).first).to_be_visible()
        await expect(page.get_by_label("Loading")).to_have_count(0)


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_no_page_keeps_anybody_out(
    browser: Browser, standalone: StandaloneServer, finished: Finished, theme: str
) -> None:
    page = await browser.new_page(base_url=standalone.ready["url"], bypass_csp=True)
    key = standalone.ready["api_key"]
    await page.add_init_script(
        f"sessionStorage.setItem('leadledger.key', '{key}'); localStorage.setItem('leadledger.theme', '{theme}')"
    )
    found = dict[str, list[str]]()
    for path, title in PAGES.items():
        await page.goto(address(path, finished))
        await page.reload()
        await expect(page.get_by_role("heading", name=title).first).to_be_visible()
        await expect(page.get_by_label("Loading")).to_have_count(0)
        await page.add_script_tag(content=AXE.read_text())
        told: dict[str, Any] = await page.evaluate("axe.run()")
        grave = [each for each in told["violations"] if each["impact"] in {"serious", "critical"}]
        found |= {path: [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in grave]} if grave else {}
    assert found == {}


async def test_another_client_sees_nothing_of_it(
    browser: Browser, standalone: StandaloneServer, finished: Finished
) -> None:
    owner = await asyncpg.connect(standalone.ready["dsn"])
    stranger = await create_key(owner, client="globex", name="tests", scopes=frozenset({Scope.ADMIN}))
    await owner.close()
    page = await browser.new_page(base_url=standalone.ready["url"])
    await page.add_init_script(f"sessionStorage.setItem('leadledger.key', '{stranger}')")
    await page.goto("/#/leads")
    await expect(page.get_by_role("heading", name="No leads yet")).to_be_visible()
    await page.goto(address("batches/{batch_id}", finished))
    await page.reload()
    await expect(page.get_by_role("alert")).to_be_visible()
