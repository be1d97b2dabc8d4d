"""Every kind of mistake that a description can have is told in a sentence of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from loyalty.cases import check
from loyalty.cases.study import Study
from loyalty.ground import expected
from loyalty.ground.reading import NotValid, line_of, named, read_yaml, validated
from loyalty.ground.said import spoken

#: What pydantic says of itself, in any of its sentences.
THEIRS = re.compile(r"Input should|Field required|String should|List should|Tuple should|valid ")


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Each part of the schema by which a description is validated."""
    if isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield node
        for key, inner in node.items():
            if key not in ("serialization", "metadata", "cls", "function"):
                yield from schemas(inner)
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from schemas(inner)


LEAVES = {
    str(sorted((key, str(value)) for key, value in node.items() if key != "ref")): node
    for node in schemas(Study.__pydantic_core_schema__)
    if node["type"] in ("bool", "date", "dict", "float", "int", "list", "literal", "str", "tuple")
    and not any(key in node for key in ("items_schema", "values_schema", "keys_schema"))
}
WRONG: tuple[Any, ...] = (
    *(None, "", "x" * 2000, "ü ü", "1.5", 1.5, -1e308, 1e308, float("inf"), float("nan"), 10**400),
    *([], [1], {}, {"a": 1}, b"\xff", True, object(), "2026-13-45", "2026-01-31T10:00", -5),
)


@pytest.mark.parametrize("node", LEAVES.values(), ids=lambda n: n["type"])
def test_whatever_stands_in_a_leaf_is_refused_in_our_words(node: dict[str, Any]) -> None:
    from pydantic_core import SchemaValidator

    validator = SchemaValidator(node)  # type: ignore[arg-type]
    refused = 0
    for value in WRONG:
        try:
            validator.validate_python(value)
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                refused += 1
                told = expected.said(problem)
                assert not THEIRS.search(told), (node, value, told)
                chinese = spoken(told, "zh")
                assert re.search(r"[\u4e00-\u9fff]", chinese), (node, value, told)
    assert refused


def test_every_pattern_of_a_description_is_explained() -> None:
    nodes = schemas(Study.__pydantic_core_schema__)
    asked = {node["pattern"] for node in nodes if "pattern" in node}
    assert len(asked) > 10 and asked - expected.PATTERNS.keys() == set()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (list[int], 3),
        (tuple[int, int], [1]),
        (tuple[int, int], [1, 2, 3]),
        (dict[str, int], 3),
        (dict[str, int], {3: 1}),
    ],
)
def test_whatever_is_no_list_or_mapping_is_refused_in_our_words(kind: Any, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    for problem in caught.value.errors(include_url=False):
        assert not THEIRS.search(expected.said(problem))
        assert re.search(r"[\u4e00-\u9fff]", spoken(expected.said(problem), "zh"))


@pytest.mark.parametrize(
    ("steps", "some"),
    [
        ((), {"title", "constructs", "hypotheses", "rows"}),
        (("constructs", 0), {"id", "label", "role", "items"}),
        (("constructs", 3, "items", 1), {"id", "en", "zh", "reversed", "scale"}),
        (("rows", "file"), {"path", "sha256"}),
        (("hypotheses", 0), {"from", "to", "sign"}),
        (("impossible", 0, "all", 0), {"column", "is", "is_not"}),
        (("title",), {"en", "zh"}),
        (("groups", 0, "levels", "1"), {"en", "zh"}),
    ],
)
def test_the_keys_that_there_could_be(steps: tuple[str | int, ...], some: set[str]) -> None:
    assert some <= set(expected.keys_at(Study, steps))
    assert expected.keys_at(Study, (*steps, "nothing")) == []


def test_a_misspelt_key_is_told_the_right_one(project: Any) -> None:
    content = deepcopy(project.study)
    content["constructs"][0]["items"][1]["reverse"] = True
    content["hypotheses"][0]["form"] = "quality"
    with pytest.raises(NotValid) as caught:
        validated(Study, content, "study.yml")
    told = {".".join(key): text for key, text in caught.value.found}
    assert told["constructs.quality.items.q2.reverse"].endswith("did you mean 'reversed'?")
    assert told["hypotheses.H1.form"].endswith("did you mean 'from'?")


def test_an_entry_is_named_by_its_id_or_its_place_and_found_on_its_line(project: Any) -> None:
    content = {"a": [{"id": "x", "b": 1}, {"b": 2}, {"id": "not one", "b": [5, 6]}]}
    assert named(content, ("a", 0, "b")) == ("a", "x", "b")
    assert named(content, ("a", 1, "b")) == ("a", "#2", "b")
    assert named(content, ("a", 2, "b", 1)) == ("a", "#3", "b", "#2")
    text = yaml.safe_dump(content, sort_keys=False)
    lines = text.splitlines()
    for key, line in (
        (("a", "x", "b"), "  b: 1"),
        (("a", "#2", "b"), "- b: 2"),
        (("a", "#3", "b", "#2"), "  - 6"),
        (("a", "nobody"), "a:"),
    ):
        found = line_of(text, key)
        assert found is not None and lines[found - 1] == line


def test_what_contradicts_the_rest_is_pointed_at_too(project: Any) -> None:
    project.study["hypotheses"][0]["to"] = "trust"
    project.describe()
    found = check.described("small")
    assert isinstance(found, list)
    (fault,) = [f for f in found if f.column == "hypotheses.H1.to"]
    text = (project.folder / "study.yml").read_text()
    assert fault.row is not None and text.splitlines()[fault.row - 1].strip() == "to: trust"
    assert fault.said == "'trust' is not a construct"
    assert ": line " in fault.line and "row" not in fault.line


def test_a_wrong_checksum_is_told_the_right_one(project: Any) -> None:
    right = project.study["rows"]["file"]["sha256"]
    project.study["rows"]["file"]["sha256"] = "abc"
    project.describe()
    found = check.described("small")
    assert isinstance(found, list) and right in found[0].mend


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: a\n\t- b", "a tab; lines are indented with blanks"),
        ("title: one: two", "a colon within a text"),
        ("a:\n  - b\n c: 1", "the indentation is uneven"),
        ("a: [1, 2\nb: 3", "is not closed"),
        ('a: "open\nb: 3\n', "is not closed"),
        ("a: {b: 1 c: 2}", "a comma is missing"),
        ("a: @b", "put the text in quotes"),
        ("a: %b", "put the text in quotes"),
        ("a: 1\nb\nc: 2", "a colon is missing"),
    ],
)
def test_what_is_no_yaml_is_told_in_our_words(
    project: Any, refusal: Any, text: str, told: str
) -> None:
    file = project.folder / "study.yml"
    file.write_text(text)
    said = refusal(read_yaml, file)
    assert told in said and "line " in said
    assert not re.search(r"scanner|token|block end|block mapping|indicator", said)
