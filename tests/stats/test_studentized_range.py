"""The studentized range by quadrature, against SciPy's nested integrals and R's tables."""

from __future__ import annotations

import pytest
from scipy.stats import studentized_range

from loyalty.stats import _studentized_range


@pytest.mark.parametrize("k", [2, 5, 12])
@pytest.mark.parametrize("df", [2.3, 9.5, 140.2, 3000.7])
def test_against_scipy(k: int, df: float) -> None:
    for q in (0.4, 2.0, 4.5):
        theirs = studentized_range.sf(q, k, df)
        assert _studentized_range.sf(q, k, df) == pytest.approx(theirs, abs=1e-10)
    theirs = studentized_range.ppf(0.95, k, df)
    assert _studentized_range.ppf(0.95, k, df) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(
    ("level", "k", "df", "q"),  # R: qtukey(level, k, df), to the digits that it is good for
    [(0.95, 3, 10, 3.877), (0.95, 10, 20, 5.008), (0.99, 4, 5, 7.804), (0.90, 6, 60, 3.755)],
)
def test_against_published_tables(level: float, k: int, df: float, q: float) -> None:
    assert _studentized_range.ppf(level, k, df) == pytest.approx(q, abs=6e-4)


def test_nothing_is_below_zero() -> None:
    assert _studentized_range.cdf(0.0, 3, 10.0) == 0.0
    assert _studentized_range.sf(80.0, 3, 50.0) >= 0.0
