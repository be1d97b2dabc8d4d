"""Every example in docstrings and pages runs as printed, in the order of the page."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType

import pytest
import semfit

HERE = Path(__file__).parents[1]
PAGES = [HERE / "README.md", *sorted((HERE / "docs").glob("*.md"))]
MODULES = sorted(
    m.name for m in pkgutil.walk_packages(semfit.__path__, "semfit.") if m.name != "semfit.__main__"
)
FLAGS = doctest.NORMALIZE_WHITESPACE


def run(test: doctest.DocTest) -> None:
    said: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.append)
    assert not said, "".join(said)


def examples(module: ModuleType) -> Iterator[doctest.DocTest]:
    """The examples of a module; doctest itself does not look into cached properties."""
    finder = doctest.DocTestFinder()
    yield from finder.find(module)
    for name, kind in inspect.getmembers(module, inspect.isclass):
        for member, value in vars(kind).items():
            if kind.__module__ == module.__name__ and isinstance(value, cached_property):
                yield from finder.find(value.func, f"{name}.{member}", module)


@pytest.mark.parametrize("name", ["semfit", *MODULES])
def test_docstrings(name: str) -> None:
    for test in examples(importlib.import_module(name)):
        run(test)


def test_everything_public_is_documented() -> None:
    """Functions, classes and methods with an example, properties with a sentence, all on a page."""
    reference = (HERE / "docs" / "reference.md").read_text("utf-8")
    for name in semfit.__all__:
        thing = getattr(semfit, name)
        assert ">>>" in thing.__doc__, name
        assert f":: semfit.{name}\n" in reference, name
        for member, value in vars(thing).items() if inspect.isclass(thing) else ():
            if isinstance(value, (property, cached_property)) and member[0] != "_":
                assert inspect.getdoc(value), f"{name}.{member}"
            elif inspect.isfunction(value) and member[0] != "_":
                assert ">>>" in (value.__doc__ or ""), f"{name}.{member}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages(page: Path) -> None:
    text = re.sub(r"(?m)^```.*$", "", page.read_text(encoding="utf-8"))
    run(doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0))


def test_readme_has_a_first_fit_of_ten_lines(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"(?s)```python\n(.*?)```", (HERE / "README.md").read_text("utf-8"))
    assert len(blocks) == 1 and blocks[0].count("\n") <= 10
    exec(compile(blocks[0], "README.md", "exec"), {})
    assert "CFI 0.9" in capsys.readouterr().out


def test_one_version() -> None:
    project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == semfit.__version__
    assert f"[{semfit.__version__}]" in (HERE / "CHANGELOG.md").read_text("utf-8")
