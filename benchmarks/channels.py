"""Coverage of intervals of the share of a rating's variance that lies between channels.

    OPENBLAS_NUM_THREADS=1 python benchmarks/channels.py [--replications 1000] [--json FILE]

Ratings of people (a variance of .3 of 1) in channels drawn by lot, at three touchpoints. ``f``:
the interval of the analysis (Harville & Fenech 1985); ``profile``: what the profile of the
restricted likelihood leaves (Venzon & Moolgavkar 1988), its quantile that of chi². ``below`` and
``above``: how often an interval lies below or above the share; ``width``: the mean; ``end``: the
median of its upper bound. The likelihood is that of the analysis, maximized to five digits.
"""

from __future__ import annotations

import argparse
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2

from loyalty.stats.components import _LARGEST, _bound, _Deviance

RESULTS = Path(__file__).parent / "results" / "channels.json"
#: Channels, people, ratings, and the share between channels; of the first twice as many draws.
DESIGNS = (
    (6, 200, 600, 0.18),
    (6, 200, 600, 0.0),
)
PEOPLE, LEVEL = 0.3, 0.95


def drawn(channels: int, people: int, n: int, share: float, seed: int) -> _Deviance:
    """The likelihood of one draw."""
    rng = np.random.default_rng(seed)
    of = np.sqrt(PEOPLE) * rng.standard_normal(people)
    between = np.sqrt(share) * rng.standard_normal(channels)
    who, what, x = np.arange(n) % people, rng.integers(0, channels, n), np.eye(3)
    x = x[rng.integers(0, 3, n)]
    y = of[who] + between[what] + np.sqrt(1 - share - PEOPLE) * rng.standard_normal(n)
    y -= x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return _Deviance(x, np.eye(channels)[what], y / y.std(), who, people)


def intervals(likelihood: _Deviance) -> dict[str, tuple[float, float]]:
    @cache
    def best(s: float) -> tuple[float, float]:
        def at(root: float) -> float:
            return likelihood(root**2, s * (1 + root**2) / (1 - s))

        found = minimize_scalar(at, bounds=(0, 8), method="bounded", options={"xatol": 1e-5})
        return min((float(found.fun), float(found.x)), (at(0.0), 0.0))

    found = minimize_scalar(
        lambda s: best(float(s))[0], bounds=(0, _LARGEST), method="bounded", options={"xatol": 1e-5}
    )
    least, share = min((float(found.fun), float(found.x)), (best(0.0)[0], 0.0))

    def beyond(s: float) -> float:
        return best(s)[0] - least - float(chi2.ppf(LEVEL, 1))

    def tail(s: float) -> float:
        at = best(s)[1] ** 2
        return likelihood.larger(at, s * (1 + at) / (1 - s))

    lower = 0.0 if share == 0 or beyond(0.0) <= 0 else brentq(beyond, 0.0, share, xtol=1e-5)
    upper = _bound(beyond, share)
    return {
        "profile": (float(lower), upper),
        "f": (
            _bound(lambda s: tail(s) - (1 - LEVEL) / 2),
            _bound(lambda s: tail(s) - (1 + LEVEL) / 2) or upper,
        ),
    }


def covered(design: tuple[int, int, int, float], replications: int) -> dict[str, Any]:
    share = design[3]
    found = [intervals(drawn(*design, seed=1000 + k)) for k in range(replications)]
    names = ("channels", "people", "ratings", "share")
    record: dict[str, Any] = dict(zip(names, design, strict=True), replications=replications)
    for name in ("f", "profile"):
        ends = np.array([one[name] for one in found])
        below, above = (ends[:, 1] < share).mean(), (ends[:, 0] > share).mean()
        rates = {"held": 1 - below - above, "below": below, "above": above}
        rates |= {"width": np.diff(ends).mean(), "end": np.median(ends[:, 1])}
        record[name] = {k: round(float(v), 4) for k, v in rates.items()}
    return record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--json", type=Path, default=RESULTS)
    given = parser.parse_args()
    found = []
    for design in DESIGNS:
        found.append(covered(design, given.replications * (2 if design is DESIGNS[0] else 1)))
        print(found[-1], flush=True)
    given.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
