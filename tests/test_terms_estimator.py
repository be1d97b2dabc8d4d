"""What the estimator says has codes, and every sentence that a page can show stands in Chinese."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import numpy as np
import pandas as pd
import pytest
import semfit
from semfit.messages import MESSAGES, USAGE, message

from loyalty.ground.catalogue import catalogue
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.ground.text import Text

SOURCES = sorted(Path(semfit.__file__).parent.rglob("*.py"))


def fields(template: str) -> dict[str, str]:
    """The parameters of a template with their formats."""
    return {name: spec or "" for _, name, spec, _ in Formatter().parse(template) if name}


def calls() -> Iterator[tuple[str, ast.expr, set[str | None]]]:
    """Every call that makes a message: where, its code, its parameters."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("ModelError", "message")
                and path.name != "errors.py"
            ):
                assert len(node.args) == 1, f"{path.name}:{node.lineno}"
                keywords = {keyword.arg for keyword in node.keywords}
                yield f"{path.name}:{node.lineno}", node.args[0], keywords


def codes(code: ast.expr) -> list[str]:
    """The literals that a code may be."""
    if isinstance(code, ast.IfExp):
        return codes(code.body) + codes(code.orelse)
    assert isinstance(code, ast.Constant) and isinstance(code.value, str), ast.dump(code)
    return [code.value]


def test_every_message_is_in_the_catalogue_and_every_entry_is_said() -> None:
    known = MESSAGES | USAGE
    assert len(known) == len(MESSAGES) + len(USAGE)
    said = set()
    for where, code, keywords in calls():
        for one in codes(code):
            assert set(fields(known[one])) == keywords, f"{where}: {one}"
            said.add(one)
    assert said == set(known)


def test_every_sentence_of_a_page_is_translated() -> None:
    shown = catalogue("estimator")
    assert {code: entry["en"] for code, entry in shown.items()} == MESSAGES
    for code, entry in shown.items():
        assert set(entry) == {"en", "zh"}
        assert fields(entry["zh"]) == fields(entry["en"]), code


def test_an_error_becomes_a_reason_in_both_languages() -> None:
    rows = pd.DataFrame(np.random.default_rng(1).normal(size=(40, 2)), columns=["q1", "q2"])
    rows["q3"] = rows["q1"] + rows["q2"]
    rows["firm"] = np.repeat([1, 2], 20)
    with pytest.raises(semfit.ModelError) as caught:
        semfit.fit("f =~ q1 + q2 + q3", rows, group="firm")
    reason = reason_of(caught.value)
    assert reason.text().en == str(caught.value)
    assert reason.text().zh == "样本协方差矩阵奇异（“1”组）：完全共线的变量为 q1、q2、q3"
    label = {"q2": Text(en="Item two", zh="题项二")}
    assert "q1, Item two, q3" in reason.text(label).en
    assert "q1、题项二、q3" in reason.text(label).zh
    assert Reason.model_validate_json(reason.model_dump_json()) == reason


def test_problems_and_warnings_become_reasons() -> None:
    # a loading that would have to be 1.13
    wanted = np.array([[1.0, 0.8, 0.8], [0.8, 1.0, 0.5], [0.8, 0.5, 1.0]])
    rng = np.random.default_rng(3)
    rows = pd.DataFrame(rng.multivariate_normal(np.zeros(3), wanted, 200), columns=["a", "b", "c"])
    rows.loc[:4, "a"] = np.nan
    result = semfit.fit("f =~ a + b + c\nx := 1/0", rows)
    said = [*result.warnings, *result.bootstrap(20).result.warnings]
    assert [m.code for m in result.problems] == ["negative_residual_variance"]
    assert {"rows_with_missing", "undefined", "draws_left_out"} <= {m.code for m in said}
    for one in said:
        text = reason_of(one).text()
        assert text.en.replace("−", "-") == one and text.zh != one


def test_only_reasons_become_reasons() -> None:
    assert reason_of(CannotCompute("x", n=3)) == Reason(code="x", parameters={"n": 3})
    for wrong in (ValueError("no code"), message("no_level")):
        with pytest.raises(LookupError, match="no message of the estimator"):
            reason_of(wrong)
