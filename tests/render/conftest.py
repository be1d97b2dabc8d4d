"""The sample book, made and rendered once for all tests of the renderer."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from loyalty.render import embedded

sys.path.insert(0, str(Path(__file__).parent))
import sample_book

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root of the sample book; not to be changed."""
    return sample_book.make(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def book(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rendered sample book."""
    out = tmp_path_factory.mktemp("rendered") / "book"
    embedded.render(sample, ["html", "pdf", "docx"], out)
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def copy(sample: Path, tmp_path: Path) -> Callable[..., Path]:
    """A changeable copy of the sample: `copy({"reports/data.qmd": "# Data\\n…"})`."""

    def make(changes: dict[str, str] | None = None) -> Path:
        root = tmp_path / "copy"
        shutil.copytree(sample, root)
        for name, text in (changes or {}).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    return make
