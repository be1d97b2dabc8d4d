"""Other programs beside ours, and what is said where they are not installed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from loyalty.analyses.reliability.second import second_opinion
from loyalty.analyses.structural.crosscheck import semopy_paths
from loyalty.stats import CannotCompute

DATA = Path(__file__).parent / "stats" / "golden" / "data"
MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\ntextual ~ visual"


@pytest.fixture
def items() -> pd.DataFrame:
    return pd.read_csv(DATA / "hs.csv")[[f"x{i}" for i in range(1, 10)]]


@pytest.mark.parametrize("method", ["minres", "ml"])
@pytest.mark.parametrize(
    ("k", "rotation"),
    [(1, "oblimin"), (3, "none"), (3, "varimax"), (3, "promax"), (3, "oblimin")],
)
def test_factor_analyzer_agrees(items: pd.DataFrame, k: int, rotation: Any, method: Any) -> None:
    pytest.importorskip("factor_analyzer")
    items.loc[3, "x2"] = None  # left out of both
    found = second_opinion(items, k, method=method, rotation=rotation)
    assert found.loadings.columns.equals(found.ours.columns)
    assert found.loadings.index.equals(found.ours.index)
    assert found.difference < 2e-5
    assert found.difference == pytest.approx((found.loadings - found.ours).abs().max().max())
    assert found.kmo_difference < 1e-10 and found.bartlett_difference < 1e-8
    assert 0.7 < found.kmo < 0.8 and found.bartlett > 800


def test_semopy_agrees(items: pd.DataFrame) -> None:
    pytest.importorskip("semopy")
    table, converged = semopy_paths(MODEL, items)
    (path,) = table.to_dict("records")
    assert converged
    assert (path["from"], path["to"]) == ("visual", "textual")
    assert path["semopy_est"] == pytest.approx(path["est"], abs=1e-4)
    assert path["semopy_se"] == pytest.approx(path["se"], rel=1e-3)


def test_absent_programs_are_named(items: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "factor_analyzer", None)
    monkeypatch.setitem(sys.modules, "semopy", None)
    for run, package in [
        (lambda: second_opinion(items, 3), "factor-analyzer"),
        (lambda: semopy_paths(MODEL, items), "semopy"),
    ]:
        with pytest.raises(CannotCompute, match=f"as {package} is not installed") as refused:
            run()
        assert refused.value.reason.code == "second_opinion_absent"
        assert refused.value.reason.parameters == {"package": package}
