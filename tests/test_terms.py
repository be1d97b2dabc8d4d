"""The catalogue of reasons and the code agree, in every language."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from loyalty.ground import paths, reasons, terms
from loyalty.ground.catalogue import catalogue
from loyalty.ground.text import LANGUAGES
from loyalty.stats import CannotCompute

SOURCES = sorted((paths.root() / "src" / "loyalty").rglob("*.py"))
NOTEBOOKS = sorted(paths.notebooks().glob("*.ipynb"))
#: Latin words of three letters or more that Chinese journals use, too.
LATIN = {"HTMT", "KMO", "MAP", "NBD", "NPS", "PLS", "VIF"} | {
    *("Bartlett", "Feldt", "Fornell", "Hedges", "Heywood", "Larcker", "Little"),
}
ENTRIES = catalogue("reasons")
FILES = [Path(terms.__file__).parent / "terms" / "reasons.yml"]


def trees(path: Path) -> Iterator[ast.Module]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield ast.parse(text)
        return
    for cell in json.loads(text)["cells"]:
        if cell["cell_type"] == "code":
            yield ast.parse("".join(cell["source"]))


def table(name: str, nodes: list[ast.AST]) -> list[ast.expr]:
    """The values of a file's table of codes."""
    for node in nodes:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return node.value.values if isinstance(node.value, ast.Dict) else []
    return []


def called(path: Path) -> Iterator[tuple[str | None, set[str | None]]]:
    """Code (None where it is no literal) and parameters of every reason made in a file."""
    nodes = [n for tree in trees(path) for n in ast.walk(tree)]
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", None))
        named = {k.arg: k.value for k in node.keywords}
        if name == "CannotCompute":
            made = node.args[:1]
            parameters = set(named)
        elif name == "Reason" and Path(reasons.__file__) != path:
            if "of" in named:
                continue
            code, given = named["code"], named.get("parameters")
            looked_up = isinstance(code, ast.Subscript)
            made = table(ast.unparse(code.value), nodes) if looked_up else [code]
            keys = given.keys if isinstance(given, ast.Dict) else []
            parameters = {k.value for k in keys if isinstance(k, ast.Constant)}
        else:
            continue
        for code in made:
            yield code.value if isinstance(code, ast.Constant) else None, parameters


def fields(template: str) -> set[str | None]:
    return {field for _, field, _, _ in Formatter().parse(template) if field is not None}


def check(path: Path) -> None:
    for code, parameters in called(path):
        assert code in ENTRIES, f"{path.name}: {code} is not in the catalogue"
        assert parameters == fields(ENTRIES[code]["en"]), f"{path.name}: {code}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(paths.root())))
def test_every_reason_is_in_the_catalogue(path: Path) -> None:
    check(path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_every_reason_of_a_notebook_is_in_the_catalogue(path: Path) -> None:
    check(path)


def test_every_entry_is_used() -> None:
    used = {code for path in SOURCES for code, _ in called(path)}
    assert set(ENTRIES) - used == set()


def test_no_code_stands_twice() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    assert len(re.findall(r"^\w+:", text, re.MULTILINE)) == len(ENTRIES)


@pytest.mark.parametrize("code", ENTRIES)
def test_an_entry_says_the_same_in_every_language(code: str) -> None:
    entry = ENTRIES[code]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", code)
    assert set(entry) == set(LANGUAGES)
    for text in entry.values():
        assert fields(text) == fields(entry["en"])
        assert not text.endswith((".", "。")) and "\n" not in text
    words = re.findall(r"[A-Za-z]{3,}", re.sub(r"\{.*?\}", "", entry["zh"]))
    assert set(words) <= LATIN


def test_a_reason_is_shown_in_both_languages() -> None:
    reason = CannotCompute("few_complete_rows", n=1, least=2).reason
    assert reason.text().en == "only 1 complete row: at least 2 are needed"
    assert reason.text().zh == "只有 1 份完整作答，至少需要 2 份"
    assert str(CannotCompute("constant", name="x1")) == "x1 is constant"


@pytest.mark.parametrize(
    ("code", "given", "said"),
    [
        ("few_long_scales", {"n": 1}, "only 1 scale with 2 or more"),
        ("few_long_scales", {"n": 2}, "only 2 scales with 2 or more"),
        ("few_households", {"n": 1, "least": 5}, "only 1 household: at least 5 are"),
    ],
)
def test_what_is_counted_stands_in_its_number(code: str, given: dict[str, Any], said: str) -> None:
    assert reasons.Reason(code=code, parameters=given).text().en.startswith(said)
