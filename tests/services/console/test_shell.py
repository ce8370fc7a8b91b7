"""The frame: signing in, places, keys, themes."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.services.console.conftest import Finished
from tests.standalone_server import StandaloneServer


async def test_without_a_key_the_console_asks_for_one_and_tries_it(
    browser: Browser, standalone: StandaloneServer, finished: Finished
) -> None:
    page = await browser.new_page(base_url=standalone.ready["url"])
    await page.goto("/#/batches")
    await page.get_by_label("API key").fill("ll_nobodys")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("key")
    await page.get_by_label("API key").fill(standalone.ready["api_key"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Batches")).to_be_visible()
    stored = await page.evaluate("[JSON.stringify(sessionStorage), JSON.stringify(localStorage)]")
    assert standalone.ready["api_key"] in stored[0]
    assert standalone.ready["api_key"] not in stored[1]


async def test_keys_lead_to_every_place_and_are_listed(page: Page, finished: Finished) -> None:
    await page.goto("/")
    for letter, title in (("b", "Batches"), ("u", "Uploads"), ("c", "Customers"), ("l", "Leads")):
        await page.keyboard.press("g")
        await page.keyboard.press(letter)
        await expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Go to Batches")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_theme_is_dark_until_it_is_changed_and_stays(page: Page, finished: Finished) -> None:
    await page.goto("/")
    root = page.locator("html")
    await expect(root).to_have_attribute("data-theme", "dark")
    await page.get_by_role("button", name="Light theme").click()
    await expect(root).to_have_attribute("data-theme", "light")
    await page.reload()
    await expect(root).to_have_attribute("data-theme", "light")


@pytest.mark.parametrize("path", ["/", "/app.js", "/vendor/view.js"])
async def test_pages_allow_nothing_inline_and_nothing_foreign(page: Page, path: str) -> None:
    answer = await page.request.get(path)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in answer.headers["content-security-policy"]
