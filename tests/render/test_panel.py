"""The panel of a number: value, interval, what it is, case, key, cell, file, data, seed, commit."""

from __future__ import annotations

import base64
import gzip
import importlib
import json
import pkgutil
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright
from pydantic import BaseModel

import loyalty.analyses
from loyalty.ground.findings import Record

SCRIPT = Path(loyalty.__path__[0]) / "render" / "templates" / "numbers.js"
CHROMIUM = next((f for n in ("chromium", "google-chrome") if (f := shutil.which(n))), None)
ROW = {
    "case": "mine",
    "id": "H1",
    "from_": "image",
    "to": "loyalty",
    "estimate": 0.384,
    "ci_lower": 0.312,
    "ci_upper": 0.4561,
    "late": 0.5,
    "late_ci_lower": 0.25,
    "late_ci_upper": 0.75,
    "n": 250,
    "verdict": "supported",
    "grade": "low",
}
RESULT: dict[str, Any] = {
    "case": "all",
    "analysis": "argument",
    "simulated": False,
    "findings": {"paths": {"rows": [ROW], "count": 12}},
    "provenance": {
        "parameters": {"case": "all"},
        "git_commit": "0123456789abcdef",
        "git_changed": False,
        "data": [
            {"case": c, "resource": r, "rows": 1234, "sha256": c[0] * 64}
            for c, r in (
                ("mine", "answers"),
                ("yours", "answers"),
                ("yours", "purchases"),
                ("third", "receipts"),
            )
        ],
        "behind": [
            {"case": "mine", "analysis": "structural", "seed": 7, "draws": 50},
            {"case": "mine", "analysis": "groups", "seed": None, "draws": None},
            {"case": "yours", "analysis": "behaviour", "seed": 9, "draws": 50},
        ],
    },
}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser.new_page()
        browser.close()


def panel(page: Page, folder: Path, key: str) -> dict[str, str]:
    """What the panel of a number of the result above says."""
    pages, results = folder / "cases/all/en", folder / "cases/all/results"
    pages.mkdir(parents=True, exist_ok=True)
    results.mkdir(parents=True, exist_ok=True)
    packed = base64.b64encode(gzip.compress(json.dumps(RESULT).encode())).decode()
    (results / "argument.js").write_text(f'loyaltyResult("all/argument","{packed}");', "utf-8")
    html = folder / "en.html"
    link = f'<a href="cases/all/en/argument.html#x" data-key="{key}">1</a>'
    html.write_text(f'<html lang="en"><p>{link}</p><script>{SCRIPT.read_text("utf-8")}</script>')
    page.goto(html.as_uri())
    page.locator("a[data-key]").click()
    page.get_by_text("Commit").wait_for()
    found = page.evaluate(
        "[...document.querySelectorAll('.number-panel dt')].map(t => [t.textContent,"
        " t.nextSibling.textContent, t.nextSibling.querySelector('a')?.getAttribute('href')])"
    )
    said = {name: text for name, text, _ in found}
    return said | {f"{name} link": href for name, _, href in found if href}


def test_a_number_of_one_case_among_all(page: Page, tmp_path: Path) -> None:
    """Data, seed and link of its own case alone; no token of a verdict in what it is about."""
    said = panel(page, tmp_path, "paths.rows[0].estimate")
    assert said["Value"] == "0.384" and said["Interval"] == "[0.312, 0.4561]"
    assert said["What it is"] == "estimate" and said["Of"] == "H1 · image → loyalty"
    assert said["Case"] == "mine" and said["Case link"].endswith("cases/mine/en/index.html")
    assert said["Key"] == "paths.rows[0].estimate"
    assert said["Notebook cell link"].endswith("cases/all/en/argument.html#x")
    assert said["Result file link"].endswith("cases/all/results/argument.json")
    assert said["Data"] == "answers, 1,234 rows, sha256 mmmmmmmmmmmmmmmm…"
    assert (said["Seed"], said["Draws"], said["Commit"]) == ("7", "50", "0123456789ab")


def test_a_number_of_all_cases(page: Page, tmp_path: Path) -> None:
    """It names the cases it rests on, and each seed with what ran with it."""
    said = panel(page, tmp_path, "paths.count")
    assert said["Case"] == "all cases" and said["Data"] == "mine, yours, third"
    assert said["Seed"] == "7 (structural); 9 (behaviour)" and said["Draws"] == "50"
    assert "Interval" not in said and "Beside" not in said


@pytest.mark.parametrize(
    ("field", "interval", "beside"),
    [
        ("ci_lower", "[0.312, 0.4561]", None),
        ("late", "[0.25, 0.75]", None),
        ("late_ci_upper", "[0.25, 0.75]", None),
        ("n", None, "estimate 0.384 [0.312, 0.4561]"),
    ],
)
def test_every_cell_of_an_estimate_has_its_interval(
    page: Page, tmp_path: Path, field: str, interval: str | None, beside: str | None
) -> None:
    said = panel(page, tmp_path, f"paths.rows[0].{field}")
    assert (said.get("Interval"), said.get("Beside")) == (interval, beside)
    assert "bought again by the end" in said["What it is"] or not field.startswith("late")


def models(base: type[BaseModel] = Record) -> Iterator[type[BaseModel]]:
    for one in base.__subclasses__():
        yield one
        yield from models(one)


#: What stands between a number and its interval.
BETWEEN = ("se", "df", "sd", "p", "draws", "rows", "people", "n", "customers", "levels")


def listed(name: str) -> list[str]:
    """A list of names in the script."""
    found = re.search(rf"var {name} = \[(.*?)\];", SCRIPT.read_text("utf-8"), re.S)
    assert found is not None
    return re.findall(r'"(\w+)"', found[1])


def test_an_interval_belongs_to_the_number_before_it() -> None:
    """The script finds the number that `ci_lower` of a row is about, in every finding."""
    for package in pkgutil.walk_packages(loyalty.analyses.__path__, "loyalty.analyses."):
        if package.name.rpartition(".")[2] in ("findings", "models", "beside", "read"):
            importlib.import_module(package.name)
    main, seen = listed("main"), 0
    for model in set(models()):
        fields = list(model.model_fields)
        if not model.__module__.startswith("loyalty.") or "ci_lower" not in fields:
            continue
        seen += 1
        own = [f for f in fields if f == "estimate" or f"{f}_ci_lower" not in fields]
        first = next((f for f in main if f in own), None)
        before = [f for f in fields[: fields.index("ci_lower")] if f not in BETWEEN]
        assert first in (before[-1], "estimate"), (model.__name__, first, fields)
    assert seen > 30
