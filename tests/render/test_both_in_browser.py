"""What a reader does with a page opened from a folder: the same in the books of both renderers."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files as files_of
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import test_browser
from playwright.sync_api import Browser, Locator, Page
from test_against_quarto import PROGRAM, project

from loyalty.render import embedded, quarto

pytestmark = pytest.mark.slow
PAGES = ["index.html", "reports/concepts.html", "reports/data.html", "reports/references.html"]
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1400, "height": 900}


@pytest.fixture(scope="module", params=["embedded", "Quarto"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample rendered by each of the two, beside a case's page and its result file."""
    if request.param == "Quarto" and PROGRAM is None:
        pytest.skip("Quarto is not installed (not on PATH, and QUARTO is not set)")
    root = project(tmp_path_factory.mktemp("both"))
    book = root / "out" / "books" / "en"
    render = embedded.render if request.param == "embedded" else quarto.render
    render(root, ["html", "pdf"], book)
    pages = root / "out" / "books" / "cases" / "demo" / "en"
    pages.mkdir(parents=True)
    for name in ("index", "measurement"):
        (pages / f"{name}.html").write_text('<p id="f-fit">', encoding="utf-8")
    return book


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE, accept_downloads=True)  # type: ignore[arg-type]
    made = context.new_page()
    made.set_default_timeout(20_000)
    yield made
    context.close()


def file_of(address: str) -> Path:
    return Path(unquote(urlsplit(address).path))


def taken(page: Page, link: Locator) -> tuple[str, bytes]:
    """Name and content of what a link or a button gives."""
    with page.expect_download() as waiting:
        link.click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_quiet_fit_and_can_be_read_by_all(
    browser: Browser, both: Path, scheme: str
) -> None:
    context = browser.new_context(viewport=WIDE, color_scheme=scheme)  # type: ignore[arg-type]
    page, said, asked = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    axe = (files_of("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    for name in PAGES:
        for size in (PHONE, WIDE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.goto((both / name).as_uri())
            over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(over) == 0, (name, size)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            page.evaluate(axe)
            found = page.evaluate(
                "axe.run({preload: false}).then("
                "r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))"
            )
            assert found == [], (name, size)
    assert said == []
    assert all(url.startswith(("file:", "data:")) for url in asked)
    context.close()


def test_a_page_leads_to_the_other_edition_and_the_other_formats(page: Page, both: Path) -> None:
    page.goto((both / "reports/data.html").as_uri())
    switch = page.locator('a[hreflang="zh"]')
    assert switch.inner_text() == "中文"
    there = switch.evaluate("link => link.href")
    assert there == (both.parent / "zh/reports/data.html").as_uri()
    address = page.locator("a", has_text="PDF").first.evaluate("link => link.href")
    assert address.startswith(both.as_uri()) and file_of(address).is_file()


def test_the_search_works_without_a_server(page: Page, both: Path) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto((both / "reports/data.html").as_uri())
    page.locator('input[type="search"]').first.click()
    page.keyboard.type("标准化载荷")
    found = page.locator('#book-results a, .aa-Panel a[href*="measurement.html"]').first
    found.wait_for()
    found.click()
    page.wait_for_url("**/measurement.html*")


def test_what_a_reference_leads_to_stands_beside_it(browser: Browser, both: Path) -> None:
    test_browser.test_what_a_reference_leads_to_stands_beside_it(browser, both)


def test_a_folded_box_opens_by_keyboard(page: Page, both: Path) -> None:
    page.goto((both / "reports/concepts.html").as_uri())
    inside = page.get_by_text("Open me.")
    assert not inside.is_visible()
    page.locator("summary, [role=button]", has_text="Folded advice").focus()
    page.keyboard.press("Enter")
    inside.wait_for(state="visible")


def test_a_number_opens_where_it_comes_from(page: Page, both: Path) -> None:
    page.goto((both / "index.html").as_uri())
    number = page.locator('a[data-key="fit.r2"]').first
    number.click()
    panel = page.locator(".number-panel")
    for text in ("demo · measurement", "measurement.json", "fit.r2"):
        panel.get_by_text(text, exact=True).wait_for()
    page.keyboard.press("Escape")
    assert panel.count() == 0
    page.keyboard.press("Enter")  # the number has the focus again
    panel.wait_for()


def test_a_figure_and_a_table_are_taken_away(page: Page, both: Path) -> None:
    page.goto((both / "reports/data.html").as_uri())
    name, sheet = taken(page, page.get_by_role("button", name="CSV").first)
    assert name == "tbl-demo-wide.csv"
    head, first, *_ = sheet.decode("utf-8-sig").split("\r\n")
    assert head.startswith('"Item","ITEM1","ITEM2"') and first.startswith('"变量 ITEM1",')
    drawing = page.locator('.source a[download="fig-demo-scatter.svg"]')
    address = drawing.evaluate("link => link.href")
    assert file_of(address).read_bytes().lstrip().startswith(b"<?xml")


def test_a_phone_gets_the_narrow_drawing_and_the_first_column_stays(page: Page, both: Path) -> None:
    drawn = {}
    for kind, size in (("wide", WIDE), ("phone", PHONE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto((both / "reports/data.html").as_uri())
        picture = page.locator("picture img").first
        picture.scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('picture img').complete")
        drawn[kind] = picture.evaluate("image => image.currentSrc")
    assert drawn["wide"] != drawn["phone"] and drawn["phone"].endswith(".svg")
    cell = page.locator("td", has_text="变量 ITEM1").first
    assert cell.evaluate("cell => getComputedStyle(cell).position") == "sticky"
    before = cell.bounding_box()
    moved = cell.evaluate(
        "cell => { let box = cell; while (getComputedStyle(box).overflowX !== 'auto') box ="
        " box.parentElement; box.scrollLeft = 200; return box.scrollLeft; }"
    )
    after = cell.bounding_box()
    assert moved > 50 and before and after and abs(before["x"] - after["x"]) < 20


def test_a_shade_says_that_a_table_goes_on(page: Page, both: Path) -> None:
    """In what scrolls, and not hidden by grounds of the cells."""
    page.goto((both / "reports/data.html").as_uri())
    found = page.locator("table").evaluate_all(
        """tables => tables.map(table => { let box = table;
          while (box && getComputedStyle(box).overflowX != "auto") box = box.parentElement;
          if (!box) return null;
          const cell = table.querySelector("td:nth-child(2)");
          return [getComputedStyle(box).backgroundImage.includes("linear-gradient"),
                  cell ? getComputedStyle(cell).backgroundColor : ""]; })"""
    )
    found = [one for one in found if one is not None]
    assert found and all(one == [True, "rgba(0, 0, 0, 0)"] for one in found), found


def test_real_and_simulated_are_tags(page: Page, both: Path) -> None:
    page.goto((both / "index.html").as_uri())
    style = "tag => [getComputedStyle(tag).borderTopStyle, tag.innerText]"
    assert page.locator("span.real").first.evaluate(style) == ["solid", "real data"]
    assert page.locator("span.simulated").first.evaluate(style) == ["dashed", "simulated"]
    assert page.locator("span.real").first.bounding_box()["height"] < 30  # type: ignore[index]
