"""Models fitted to means and covariances alone, as rounded for a record, against lavaan's."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import semfit
from sem_reference import HS, compare_fit, compare_parameters, data

NAMES = [f"x{k}" for k in range(1, 10)]
LEVELS = ("loadings", "intercepts", "residuals")


def moments(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, int]:
    """Covariances, means and rows; the numbers with eight significant digits."""
    cov, mean = rows[NAMES].cov(), rows[NAMES].mean()
    return cov.map(lambda x: float(f"{x:.8g}")), mean.map(lambda x: float(f"{x:.8g}")), len(rows)


@pytest.mark.parametrize("name", ["ml", "gls", "uls", "cov"])
def test_one_group(name: str) -> None:
    cov, mean, n = moments(data("hs"))
    given: dict[str, Any] = {"sample_mean": mean, "estimator": name}
    result = semfit.fit(HS, sample_cov=cov, sample_nobs=n, **({} if name == "cov" else given))
    compare_parameters(result.parameters, f"moments_{name}")
    compare_fit(result.fit, f"moments_{name}")


@pytest.mark.parametrize("equal", range(4))
def test_groups(equal: int) -> None:
    parts = {k: moments(rows) for k, rows in data("hs").groupby("school", sort=False)}
    result = semfit.fit(
        HS,
        sample_cov={k: cov for k, (cov, _, _) in parts.items()},
        sample_mean={k: mean for k, (_, mean, _) in parts.items()},
        sample_nobs={k: n for k, (_, _, n) in parts.items()},
        group_equal=LEVELS[:equal],
    )
    compare_parameters(result.parameters, f"moments_groups{equal}")
    compare_fit(result.fit, f"moments_groups{equal}")


@pytest.mark.parametrize(
    "asked",
    [
        {"estimator": "MLR"},
        {"estimator": "MLM"},
        {"missing": "fiml"},
        {"cluster": "school"},
        {"se": "robust"},
        {"bootstrap": 10},
        {"ordered": True},
    ],
)
def test_what_needs_rows_is_refused(asked: dict[str, Any]) -> None:
    cov, mean, n = moments(data("hs"))
    with pytest.raises(semfit.ModelError, match="raw data") as caught:
        semfit.fit(HS, sample_cov=cov, sample_nobs=n, sample_mean=mean, **asked).parameters  # noqa: B018
    assert "\n" not in str(caught.value)
