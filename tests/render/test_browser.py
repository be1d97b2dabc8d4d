"""The pages in a real browser: wide, phone, dark, with and without JavaScript."""

from __future__ import annotations

from importlib.resources import files as files_of
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

PAGES = ["index.html", "reports/concepts.html", "reports/data.html", "reports/measurement.html"]
PHONE = {"width": 390, "height": 844}


def opened(browser: Browser, address: Path, **options: object) -> Page:
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.goto(address.as_uri())
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_pages_are_quiet_and_fit(browser: Browser, book: Path, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for name in PAGES:
        page.goto((book / name).as_uri())
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over == 0, (name, over)
        broken = page.evaluate(
            "[...document.images].filter(i => !i.complete || !i.naturalWidth).length"
        )
        assert broken == 0, name
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    assert said == []
    assert all(url.startswith(("file:", "data:")) for url in asked)
    context.close()


def test_search_by_keyboard(browser: Browser, book: Path) -> None:
    page = opened(browser, book / "reports/data.html")
    page.keyboard.press("/")
    page.keyboard.type("标准化载荷")
    page.wait_for_selector("#book-results a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/measurement.html#case-one")


def test_theme_is_kept(browser: Browser, book: Path) -> None:
    page = opened(browser, book / "index.html", color_scheme="light")
    page.click("#book-theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.goto((book / "reports/data.html").as_uri())
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_menu_on_a_phone(browser: Browser, book: Path) -> None:
    page = opened(browser, book / "reports/data.html", viewport=PHONE)
    link = page.locator(".chapters a", has_text="Measurement")
    assert not link.is_visible()
    page.focus(".menu-button")
    page.keyboard.press("Enter")
    link.wait_for(state="visible")
    page.keyboard.press("Escape")
    link.wait_for(state="hidden")


#: A table as the renderer writes it: the longest words and bounds that are to be expected.
PATHS = """<figure class="quarto-float-tbl"><div class="table-wrap"><table class="brief many">
<thead><tr><th>H</th><th>Path</th><th>β</th><th>95 % interval</th><th id="verdict">Verdict</th>
<th>Sign</th><th>p</th></tr></thead><tbody><tr><td>H10</td>
<td class="wraps">Recommendation → Customer satisfaction</td><td>−0.12</td>
<td class="interval">[−0.48, −0.29]</td><td>contradicted</td><td>+</td><td>&lt;&nbsp;.001</td></tr>
</tbody></table></div></figure>"""


def test_interval_and_verdict_are_in_sight_on_a_phone(browser: Browser, book: Path) -> None:
    page = opened(browser, book / "reports/data.html", viewport={"width": 360, "height": 780})
    page.evaluate(
        "html => document.querySelector('main').insertAdjacentHTML('afterbegin', html)", PATHS
    )
    edge = page.evaluate("document.querySelector('#verdict').getBoundingClientRect().right")
    assert 200 < edge <= 360
    line = page.evaluate("document.querySelector('td.interval').getBoundingClientRect().height")
    page.set_viewport_size({"width": 1400, "height": 780})
    wide = page.evaluate("document.querySelector('td.interval').getClientRects()[0].height")
    assert wide < line  # on one line where there is room


def test_without_javascript(browser: Browser, book: Path) -> None:
    page = opened(browser, book / "reports/data.html", viewport=PHONE, java_script_enabled=False)
    assert page.locator("article table").count() == 4
    page.click(".menu-button")
    page.locator(".chapters a", has_text="Measurement").click()
    page.wait_for_url("**/measurement.html")


def test_what_a_reference_leads_to_stands_beside_it(browser: Browser, book: Path) -> None:
    """By pointer and by keyboard, of a citation and of a cross-reference; Escape takes it away."""
    page = opened(browser, book / "reports/concepts.html", viewport={"width": 1400, "height": 844})
    shown = page.locator("[role=tooltip]")
    cited = page.locator("main a[data-preview]").first
    cited.hover()
    shown.wait_for()
    assert shown.inner_text() == cited.get_attribute("data-preview")
    assert cited.get_attribute("aria-describedby") == shown.get_attribute("id")
    page.mouse.move(2, 2)
    assert shown.count() == 0
    inside = page.locator('main a.quarto-xref[href^="#fig-"], main a.quarto-xref[href^="#tbl-"]')
    inside.first.focus()
    shown.wait_for()
    target = (inside.first.get_attribute("href") or "#")[1:]
    assert shown.inner_text().strip() in page.locator(f'[id="{target}"]').inner_text()
    page.evaluate((files_of("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    faults = page.evaluate(
        "axe.run('#book-preview').then("
        "r => r.violations.map(v => v.id + v.nodes[0].html + v.nodes[0].failureSummary))"
    )
    assert faults == []
    page.keyboard.press("Escape")
    assert shown.count() == 0
    page.context.close()
