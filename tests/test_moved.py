"""The map from the result files of schema 1: every address it names is a field of today."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from loyalty.ground.findings import Finding, Findings, Real, Record, Refused
from loyalty.run.analyses import ANALYSES, findings_of
from loyalty.run.rules import read_map

MAPS = sorted((Path(__file__).parent / "moved").glob("*.yml"))
#: A key, an index or ``[*]``, or a row by its values.
STEP = re.compile(r"\.?((?:[^.\[\]\\]|\\.)+)|\[(\*|\d+)\]|\[((?:[^\[\]\\]|\\.)+)\]")
CAPTURE = re.compile(r"<[a-z][a-z0-9_]*>")


def parts(annotation: Any) -> Iterator[Any]:
    """What may stand there: each part of a union, without annotations, None and refusals."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from parts(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from parts(part)
    elif annotation not in (type(None), Refused):
        yield annotation


def model_of(kinds: list[Any]) -> list[type[BaseModel]]:
    return [k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)]


def rows_of(kinds: list[Any]) -> list[Any]:
    """What the elements of a tuple may be."""
    return [
        part
        for kind in kinds
        if get_origin(kind) is tuple
        for inner in get_args(kind)
        if inner is not Ellipsis
        for part in parts(inner)
    ]


def field(model: type[BaseModel], key: str) -> list[str]:
    """The fields that a key may name; ``<field>`` is any, ``<a>_lower`` those that end so."""
    pattern = ".+".join(map(re.escape, CAPTURE.split(key)))
    return [name for name in model.model_fields if re.fullmatch(pattern, name)]


def fault(kind: type[BaseModel], address: str) -> str | None:
    """Where an address leaves the type; None where it leads to a field that is no model."""
    counted = re.fullmatch(r"len\((.+)\)", address)
    kinds: list[Any] = [kind]
    for step in STEP.finditer(counted[1] if counted else address):
        key, _, values = step.groups()
        if key is not None:
            models = model_of(kinds)
            below = [
                part
                for m in models
                for name in field(m, key)
                for part in parts(m.model_fields[name].annotation)
            ]
            for mapping in (k for k in kinds if get_origin(k) is dict):
                below += parts(get_args(mapping)[1])
        else:
            below = rows_of(kinds)
            for name in [pair.split("=")[0].strip() for pair in (values or "").split(",") if pair]:
                below = [k for k in below if model_of([k]) and name in k.model_fields]
        if not below:
            return f"{address}: nothing at {step[0]!r}"
        kinds = below
    if counted:
        return None if any(get_origin(k) in (tuple, dict) for k in kinds) else f"{address}: no rows"
    captured = CAPTURE.search(address)
    if not captured and (model_of(kinds) or rows_of(kinds)):
        return f"{address}: no single value"
    return None


def test_every_analysis_has_its_map() -> None:
    named = {name for file in MAPS for name in read_map(file)}
    assert named <= set(ANALYSES)
    assert {file.stem for file in MAPS} == named


@pytest.mark.parametrize("file", MAPS, ids=lambda p: p.stem)
def test_a_map_names_only_fields_that_there_are(file: Path) -> None:
    for analysis, rules in read_map(file).items():
        kind = findings_of(analysis)
        assert [f for a in sorted(rules.targets()) if (f := fault(kind, a))] == []


class Row(Record):
    kind: Literal["a", "b"]
    estimate: Real | None
    below: tuple[tuple[Real, ...], ...]
    shares: dict[str, Real]


class One(Finding):
    rows: tuple[Row, ...]
    first: Row | None


class All(Findings):
    one: One | Refused | None = None


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("one.rows[*].estimate", True),
        ("one.rows[kind=a].estimate", True),
        ("one.rows[kind=<k>].<field>", True),
        ("one.rows[0].below[*][*]", True),
        ("one.first.shares.<name>", True),
        ("one.first.shares.x", True),
        ("len(one.rows)", True),
        ("len(one.first)", False),
        ("two.rows[*].estimate", False),
        ("one.rows[*].value", False),
        ("one.rows.estimate", False),
        ("one.rows[name=a].estimate", False),
        ("one.first[0].estimate", False),
        ("one.rows[*]", False),
        ("one.first.estimate.ci", False),
    ],
)
def test_how_an_address_is_followed(address: str, there: bool) -> None:
    assert (fault(All, address) is None) is there
