"""The ladder of invariance against lavaan's fits of the same models."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import semfit
from sem_reference import GOLDEN, HS, TWO, data, golden_fit


def test_ladder_matches_lavaan() -> None:
    ladder = semfit.invariance(HS, data("hs"), group="school")
    names = {"configural": "config", "metric": "metric", "scalar": "scalar", "strict": "strict"}
    golden = {k: golden_fit(f"hs_mg_{v}") for k, v in names.items()}
    for row in ladder.table.to_dict("records"):
        want = golden[row["level"]]
        for key in ("chisq", "df", "cfi", "rmsea", "srmr"):
            assert row[key] == pytest.approx(want[key], abs=2e-4)
    metric = ladder.table.set_index("level").loc["metric"]
    change = golden["metric"]["chisq"] - golden["configural"]["chisq"]
    assert metric["delta_chisq"] == pytest.approx(change, abs=1e-4)
    assert metric["delta_df"] == 6
    assert ladder.held == ("configural", "metric")
    assert ladder.release.iloc[0]["lhs"] in ("x3", "x7")
    assert "Chen (2007)" in ladder.decision


def test_scaled_difference_of_satorra_and_bentler() -> None:
    ladder = semfit.invariance(
        HS, data("hs"), group="school", estimator="MLM", levels=["configural", "metric"]
    )
    a, b = ladder.fits["metric"].fit, ladder.fits["configural"].fit
    factor = (a["df"] * a["chisq_scaling_factor"] - b["df"] * b["chisq_scaling_factor"]) / 6
    row = ladder.table.iloc[1]
    assert row["delta_chisq_scaled"] == pytest.approx((a["chisq"] - b["chisq"]) / factor)


def test_joint_score_tests() -> None:
    frame = data("hs").assign(g3=[("a", "b", "c")[k % 3] for k in range(301)])
    result = semfit.fit(HS, frame, group="g3", group_equal=["loadings", "intercepts"])
    mine = result.release_tests(joint=True)
    golden = pd.read_csv(GOLDEN / "lavaan" / "r_joint_scores.csv", keep_default_na=False)
    both = mine.merge(golden, on=["lhs", "op", "rhs"], suffixes=("", "_lavaan"))
    assert len(both) == len(golden) == len(mine)
    np.testing.assert_allclose(both["chisq"], both["X2"], atol=1e-3)
    assert (both["df"] == 2).all() and (both["df_lavaan"] == 2).all()


def test_partial_invariance() -> None:
    """The models that the search tries are lavaan's with the same equalities released."""
    found = semfit.partial_invariance(HS, data("hs"), group="school")
    golden = json.loads((GOLDEN / "lavaan" / "r_partial_ladder.json").read_text())
    assert list(found.fits) == list(golden)
    for key, row in zip(found.fits, found.table.to_dict("records"), strict=True):
        for name, want in golden[key].items():
            assert row[name] == pytest.approx(want, abs=2e-4), (key, name)
    # Byrne's step: against the last level held, not the one rejected
    scalar = found.table.iloc[3]
    assert scalar["step"] == "x3~1" and scalar["held"]
    change = golden["scalar, 1 released"]["chisq"] - golden["metric"]["chisq"]
    assert scalar["delta_chisq"] == pytest.approx(change, abs=1e-4)
    assert found.released == ("x3~1",) and found.held[-1] == "strict"
    assert "x3~1 released" in found.decision


def test_partial_invariance_leaves_two_items_equal() -> None:
    rng = np.random.default_rng(3)
    frame = data("hs").copy()
    frame.loc[frame["school"] == "Pasteur", ["x1", "x2", "x4"]] += rng.normal(1.5, 0.1, (156, 3))
    own = semfit.Rule(0.010, 0.015, None, None, None, "a test's own rule", either=True)
    found = semfit.partial_invariance(TWO, frame, group="school", rule=own)
    assert found.rule == "own" and "a test's own rule" in found.citation
    for items in (("x1", "x2", "x3"), ("x4", "x5", "x6")):
        for op in ("=~", "~1"):
            gone = [r for r in ", ".join(found.table["released"]).split(", ") if op in r]
            assert len({r for r in gone if any(i in r for i in items)}) <= 1
    with pytest.raises(semfit.ModelError, match="no level"):
        semfit.partial_invariance(TWO, frame, group="school", levels=[])


def test_levels_share_their_sample() -> None:
    """Sharing what the data alone decide changes no number."""
    ladder = semfit.invariance(HS, data("hs_miss"), group="school", missing="fiml", estimator="MLR")
    alone = semfit.fit(
        HS,
        data("hs_miss"),
        group="school",
        missing="fiml",
        estimator="MLR",
        group_equal=["loadings", "intercepts"],
    )
    for key, value in alone.fit.items():
        assert ladder.fits["scalar"].fit[key] == pytest.approx(value, rel=1e-9, nan_ok=True), key
    with pytest.raises(semfit.ModelError, match="not one of this model"):
        semfit.fit(TWO, alone.estimate.sample, group="school")


def test_refuses() -> None:
    with pytest.raises(semfit.ModelError, match="unknown rule"):
        semfit.invariance(HS, data("hs"), group="school", rule="x")
    with pytest.raises(semfit.ModelError, match="unknown level"):
        semfit.invariance(HS, data("hs"), group="school", levels=["weak"])
