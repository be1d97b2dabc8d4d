"""Coverage of intervals of programme effects with short series and few firms.

    OPENBLAS_NUM_THREADS=1 python benchmarks/impact.py [--replications 2000] [--json FILE]

``series``: nothing changes in the middle of a series whose errors carry over from one period to the
next (`carry`); how many 95 % intervals of the change of level and of slope hold zero, with errors
after Newey and West (lags by n, small-sample correction, t), Prais and Winsten (iterated, t), and
by restricted maximum likelihood (`loyalty.stats.interrupted`). ``firms``: so many of `firms` take
up a programme that does nothing half way through 24 months; effects of firms and months, errors
that carry over within a firm; clustered errors with t of firms − 1, bias-reduced ones with
Satterthwaite's degrees of freedom, and the wild bootstrap (`loyalty.stats.panel`).
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import json  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import statsmodels.api as sm  # noqa: E402
from scipy.stats import t  # noqa: E402

from loyalty.stats.interrupted import interrupted  # noqa: E402
from loyalty.stats.panel import fixed_effects  # noqa: E402

FIRST_SEED = 910_000


def errors(carry: float, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Stationary autoregressive errors of variance 1, (series, periods)."""
    shocks = rng.standard_normal(shape)
    out = shocks.copy()
    for k in range(1, shape[1]):
        out[:, k] = carry * out[:, k - 1] + np.sqrt(1 - carry**2) * shocks[:, k]
    return out


def prais_winsten(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and standard errors."""
    phi = 0.0
    for _ in range(50):
        first = np.sqrt(1 - phi**2)
        a = np.vstack([first * x[:1], x[1:] - phi * x[:-1]])
        v = np.r_[first * y[:1], y[1:] - phi * y[:-1]]
        inverse = np.linalg.inv(a.T @ a)
        b = inverse @ a.T @ v
        e = y - x @ b
        phi = float(np.clip(e[1:] @ e[:-1] / (e[:-1] @ e[:-1]), -0.99, 0.99))
    s2 = ((v - a @ b) ** 2).sum() / (len(y) - 4)
    return b, np.sqrt(np.diag(inverse) * s2)


def series(periods: int, carry: float, replications: int) -> dict[str, Any]:
    """Shares of intervals that hold zero: level, slope."""
    before, held = periods // 2, {k: np.zeros(2) for k in ("newey_west", "prais_winsten", "reml")}
    since = np.arange(periods) - float(before)
    x = np.column_stack([np.ones(periods), since, since >= 0, (since >= 0) * since])
    lags, reach = int(4 * (periods / 100) ** (2 / 9)), float(t.ppf(0.975, periods - 4))
    for k in range(replications):
        y = errors(carry, (1, periods), np.random.default_rng(FIRST_SEED + k))[0]
        hac = sm.OLS(y, x).fit(
            cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True
        )
        held["newey_west"] += np.abs(hac.params[2:]) < reach * hac.bse[2:]
        b, se = prais_winsten(x, y)
        held["prais_winsten"] += np.abs(b[2:]) < reach * se[2:]
        ours = interrupted(y, before).coefficients.loc[["level", "slope"]]
        held["reml"] += ((ours["ci_lower"] < 0) & (ours["ci_upper"] > 0)).to_numpy()
    shares = {
        name: dict(zip(("level", "slope"), (counts / replications).round(4).tolist(), strict=True))
        for name, counts in held.items()
    }
    return {"kind": "series", "periods": periods, "carry": carry, "n": replications} | shares


def firms(count: int, taking: int, carry: float, replications: int) -> dict[str, Any]:
    """Shares of intervals that hold zero."""
    names = {"clustered": "ci", "bias_reduced": "cr2", "wild": "wild"}
    held: dict[str, int] = dict.fromkeys(names, 0)
    width: dict[str, float] = dict.fromkeys(names, 0.0)
    grid = pd.MultiIndex.from_product([range(count), range(24)], names=["firm", "month"])
    rows = grid.to_frame(index=False)
    rows["on"] = ((rows["firm"] < taking) & (rows["month"] >= 12)).astype(float)
    for k in range(replications):
        rng = np.random.default_rng(FIRST_SEED + k)
        rows["y"] = errors(carry, (count, 24), rng).ravel()
        row = (
            fixed_effects(
                rows,
                "y",
                ["on"],
                unit="firm",
                time="month",
                effects=("firm", "month"),
                draws=999,
                seed=k,
            )
            .coefficients.loc["on"]
            .to_dict()
        )
        found = {str(key): float(value) for key, value in row.items()}
        for name, start in names.items():
            low, high = found[f"{start}_lower"], found[f"{start}_upper"]
            held[name] += not (low > 0 or high < 0)
            width[name] += (high - low) / replications
    # no interval at all where one firm takes the programme up and errors are bias-reduced
    told = {k: np.isfinite(v) for k, v in width.items()}
    shares: dict[str, Any] = {
        k: round(v / replications, 4) if told[k] else None for k, v in held.items()
    }
    wide = {f"{k}_width": round(v, 3) if told[k] else None for k, v in width.items()}
    about = {"kind": "firms", "firms": count, "taking": taking, "carry": carry}
    return about | {"n": replications} | shares | wide


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=2000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    n = options.replications
    records = [series(p, c, n) for p in (24, 36, 60) for c in (0.0, 0.3, 0.6)]
    records += [firms(f, k, 0.4, n // 4) for f, k in ((6, 1), (6, 3), (10, 2), (10, 5))]
    text = json.dumps(records, indent=1) + "\n"
    print(text)
    if options.json:
        options.json.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
