"""Ways side by side: does more go through one than through another?"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import semfit
from semfit.estimate import Estimate

from loyalty.cases.study import Study
from loyalty.estimates.latent import FloatArray, latent
from loyalty.estimates.structural import confidence
from loyalty.ground.findings import Count, Finding, Real, Record


class Contrast(Record):
    """How much more goes through the effect `first` than through `second`.

    A difference of products of standardized paths with its percentile interval over the draws.
    """

    first: str
    second: str
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None


class Contrasts(Finding):
    """Of every two indirect effects that begin and end at the same constructs.

    Of `count` differences the intervals of `clear` exclude zero. `ahead` are effects that exceed
    all others between the same ends, by the intervals.
    """

    count: Count
    clear: Count
    ahead: tuple[str, ...]
    rows: tuple[Contrast, ...]


def pairs(study: Study) -> list[tuple[str, str]]:
    """Named effects that begin and end at the same constructs, two at a time."""
    named = {e.id: (e.through[0], e.through[-1]) for e in study.effects}
    edges = {(h.from_, h.to) for h in study.paths}
    estimated = [
        e.id for e in study.effects if set(zip(e.through, e.through[1:], strict=False)) <= edges
    ]
    return [(a, b) for a, b in combinations(estimated, 2) if named[a] == named[b]]


def contrasts(study: Study, model: semfit.Result, boot: semfit.Bootstrap) -> Contrasts | None:
    """None without two ways between the same ends.

    Source: MacKinnon (2000), in: Rose et al., Multivariate Applications in Substance Use Research,
    141-160; Preacher & Hayes (2008), Behavior Research Methods 40, 879-891.
    """
    wanted = pairs(study)
    if not wanted:
        return None
    through = {e.id: e.through for e in study.effects}

    def differences(x: FloatArray, of: Estimate = boot.estimate) -> FloatArray:
        found = latent(of, x)
        return np.stack([found.along(through[a]) - found.along(through[b]) for a, b in wanted], -1)

    point = differences(model.estimate.x, model.estimate)
    _, _, lower, upper = boot.interval(differences, level=confidence(boot))
    rows = [
        Contrast(first=a, second=b, estimate=point[k], ci_lower=lower[k], ci_upper=upper[k])
        for k, (a, b) in enumerate(wanted)
    ]
    above = {(r.first, r.second) for r in rows if r.ci_lower is not None and r.ci_lower > 0}
    above |= {(r.second, r.first) for r in rows if r.ci_upper is not None and r.ci_upper < 0}
    rivals: dict[str, set[str]] = {}
    for a, b in wanted:
        rivals.setdefault(a, set()).add(b)
        rivals.setdefault(b, set()).add(a)
    return Contrasts(
        count=len(rows),
        clear=len(above),
        ahead=tuple(a for a, others in rivals.items() if all((a, b) in above for b in others)),
        rows=tuple(rows),
    )
