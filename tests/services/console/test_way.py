"""The whole way in the browser: from a file to who used to work at our customers, and the receipt of a value."""

import re

from playwright.async_api import Page, expect

from tests.services.console.conftest import DEMO, Finished
from tests.standalone_server import StandaloneServer


async def test_by_mouse(page: Page, standalone: StandaloneServer, finished: Finished) -> None:
    await page.goto("/#/uploads")
    await page.get_by_label("File to upload").set_input_files(DEMO / "apollo_demo.csv")
    await expect(page.get_by_role("heading", name="apollo_demo.csv")).to_be_visible()
    await expect(page.get_by_text("Person Linkedin Url").first).to_be_visible()
    await page.get_by_role("link", name="Launch a batch").click()
    await page.get_by_label("The first").check()
    await page.get_by_label("How many rows").fill("60")
    await page.get_by_label("Name", exact=True).fill("Sixty")
    await page.get_by_role("button", name="Launch").click()
    await expect(page.get_by_role("heading", name="Sixty")).to_be_visible()
    await page.get_by_role("link", name="60 leads").click()
    await page.get_by_label("Filters").get_by_label("Yes").first.check()
    await expect(page).to_have_url(re.compile("worked_at_customer=true"))
    await expect(page.get_by_role("status").first).not_to_have_text("60 leads")
    await page.get_by_role("table", name="Leads").get_by_role("row").nth(1).click()
    panel = page.get_by_label("Lead", exact=True)
    await expect(panel.get_by_text("customer · ").first).to_be_visible()
    await panel.get_by_role("button", name="Receipt of Title").click()
    await expect(panel.get_by_text("Chosen by rules")).to_be_visible()
    await panel.get_by_role("button", name="Show").first.click()
    await expect(panel.locator("pre.bytes")).to_contain_text("employment_history")


async def test_by_keyboard_alone(page: Page, finished: Finished) -> None:
    await page.goto("/#/batches")
    await expect(page.get_by_role("table", name="Batches")).to_be_visible()
    await page.keyboard.press("o")
    await expect(page.get_by_role("link", name=re.compile(r"\d+ leads"))).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("l")
    await expect(page.get_by_role("table", name="Leads").get_by_role("row").nth(1)).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type("e")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("q=e"))
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("table", name="Leads").get_by_role("row").nth(1)).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("o")
    await expect(page.get_by_label("Lead", exact=True).get_by_text("Work history")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_label("Lead", exact=True)).to_have_count(0)


async def test_the_address_holds_the_whole_view_and_goes_back_and_forward(page: Page, finished: Finished) -> None:
    await page.goto("/#/leads")
    await page.get_by_label("Filters").get_by_label("Yes").first.check()
    await expect(page).to_have_url(re.compile("worked_at_customer=true"))
    await page.reload()
    await expect(page.get_by_label("Filters").get_by_label("Yes").first).to_be_checked()
    await page.go_back()
    await expect(page.get_by_label("Filters").get_by_label("Yes").first).not_to_be_checked()
    await page.go_forward()
    await expect(page.get_by_label("Filters").get_by_label("Yes").first).to_be_checked()
