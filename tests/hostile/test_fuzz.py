"""Descriptions that nobody would write: each is read, or refused by what a user can mend."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.cases import check, study, survey
from loyalty.cases.study import Study
from loyalty.ground.errors import UserError
from loyalty.ground.reading import validated
from loyalty.ground.reasons import CannotCompute
from tests.conftest import answers, description

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.sampled_from(["q1", "quality"])
)
VALUES = st.recursive(
    SCALARS, lambda x: st.lists(x, max_size=3) | st.dictionaries(TEXT, x, max_size=3), max_leaves=6
)
FEW = settings(
    max_examples=150,
    deadline=20_000,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a description."""
    steps = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(p for step, inner in steps for p in _places(inner, (*path, step)))]


PLACES = [place for place in _places(description()) if place]


def _changed(changes: list[tuple[tuple[str | int, ...], Any]]) -> dict[str, Any]:
    made = copy.deepcopy(description())
    for place, value in changes:
        node: Any = made
        try:
            for step in place[:-1]:
                node = node[step]
            node[place[-1]] = value
        except (KeyError, IndexError, TypeError):  # an earlier change took the place away
            continue
    return made


@FEW
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=4))
def test_a_description_is_read_or_refused(changes: list[tuple[Any, Any]]) -> None:
    try:
        read = validated(Study, _changed(changes), "study.yml")
    except UserError as error:
        assert "\n" not in str(error) and str(error).startswith("study.yml: ")
        return
    try:
        read.structural_model()
    except CannotCompute as error:
        assert error.reason.text().en
    frame = answers().assign(**{"": 1})
    _, found = survey.typed(read, frame, "0" * 64, "rows.csv", 2)
    assert all("\n" not in fault.line for fault in found)


@FEW
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
def test_a_file_is_read_or_refused(project: Any, text: str) -> None:
    (project.folder / "study.yml").write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        found = check.described("small")
    except UserError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(found, list) and found


def test_nothing_in_a_description_is_run(project: Any, tmp_path: Path) -> None:
    """Tags of YAML that make objects, and names that climb."""
    mark = tmp_path / "run"
    for text in (
        f"title: !!python/object/apply:os.system ['touch {mark}']",
        f"!!python/object/new:os.system ['touch {mark}']: x",
        yaml.safe_dump({**description(), "title": f"$(touch {mark}) `touch {mark}`"}),
    ):
        project.describe(text)
        try:
            check.described("small")
        except UserError:
            continue
    for name in ("../small", "small/../../x", "small\0", "$(id)", "-rf", ""):
        with pytest.raises(UserError):
            study.load(name)
    assert not mark.exists()
