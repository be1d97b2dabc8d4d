"""The ladder of invariance against lavaan's fits of the same models."""

from __future__ import annotations

import pytest
from sem_reference import HS, data, golden_fit

from loyalty import sem


def test_ladder_matches_lavaan() -> None:
    ladder = sem.invariance(HS, data("hs"), group="school")
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
    ladder = sem.invariance(
        HS, data("hs"), group="school", estimator="MLM", levels=["configural", "metric"]
    )
    a, b = ladder.fits["metric"].fit, ladder.fits["configural"].fit
    factor = (a["df"] * a["chisq_scaling_factor"] - b["df"] * b["chisq_scaling_factor"]) / 6
    row = ladder.table.iloc[1]
    assert row["delta_chisq_scaled"] == pytest.approx((a["chisq"] - b["chisq"]) / factor)


def test_refuses() -> None:
    with pytest.raises(sem.ModelError, match="unknown rule"):
        sem.invariance(HS, data("hs"), group="school", rule="x")
    with pytest.raises(sem.ModelError, match="unknown level"):
        sem.invariance(HS, data("hs"), group="school", levels=["weak"])
