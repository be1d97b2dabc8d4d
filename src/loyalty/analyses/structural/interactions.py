"""Latent moderation and curvature: the products and squares of one outcome, estimated together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import semfit
from scipy.stats import norm
from semfit.standardized import jacobian

from loyalty.cases.asked import Hypothesis
from loyalty.cases.study import Study
from loyalty.estimates.fit import missing_answers
from loyalty.estimates.groups import Clusters
from loyalty.ground.reasons import CannotCompute
from loyalty.stats.moderation import straightened


@dataclass(frozen=True)
class LatentTerm:
    """One moderation or bend in the model of its outcome.

    `estimate`, with its interval, is the standardized product term ``b₃ · sd(X) sd(Z) / sd(Y)``
    (for a square ``sd(X)²``): the change of the path, in standard deviations, per standard
    deviation of the moderator (Wen, Marsh & Hau 2010, Structural Equation Modeling 17, 1-22).
    `slopes` has ``sd, estimate, ci_lower, ci_upper``: the standardized slope of Y on X where the
    moderator (for a bend: X itself) is `sd` standard deviations from its mean. `bounds` are the
    Johnson-Neyman bounds in such units, `region` where the slope differs from zero: ``inside`` or
    ``outside`` them, ``everywhere`` or ``nowhere``.
    """

    hypothesis: Hypothesis
    estimate: float
    ci_lower: float
    ci_upper: float
    p: float
    slopes: pd.DataFrame
    bounds: tuple[float, ...]
    region: str


@dataclass(frozen=True)
class LatentModel:
    """The structural model with all product factors of one outcome."""

    outcome: str
    result: semfit.Result
    text: str
    terms: tuple[LatentTerm, ...]


def product_name(h: Hypothesis) -> str:
    return f"{h.from_}_sq" if h.quadratic else f"{h.from_}_x_{h.moderator}"


def latent_model(study: Study, outcome: str) -> tuple[str, dict[str, list[tuple[str, str]]]]:
    """The structural model with the product factors that lead to `outcome`.

    Components that do not yet lead to the outcome get a path; a moderator that the structural
    model lacks joins it and covaries with the focal construct. Items are multiplied in matched
    pairs; the one item of a one-item construct, which is taken as free of error, with every item
    of the other. A product factor covaries with its components, and with the disturbances that
    covary with the outcome's: without the latter what it does to another outcome would be taken
    for what it does to this one. Indicators of two products that share an item have covarying
    residuals (Marsh, Wen & Hau 2004, Psychological Methods 9, 275-300).

    Returns
    -------
    text : str
    products : dict
        Product factor → pairs of items.

    Raises
    ------
    CannotCompute
        When a product would have a single indicator.
    """
    bent = [h for h in study.hypotheses if not h.is_path and h.to == outcome]
    paths = {(h.from_, h.to) for h in study.paths}
    lines = [study.structural_model(effects=False, labels=False)]
    known = {c.id for c in study.structural}
    covaries: set[frozenset[str]] = {frozenset(pair) for pair in study.covariances}
    dependent = {h.to for h in study.paths}
    joined = _joined(outcome, study.covariances)
    products: dict[str, list[tuple[str, str]]] = {}
    for h in bent:
        parts = list(dict.fromkeys([h.from_, h.moderator or h.from_]))
        for part in parts:
            if part not in known:
                lines.append(study.measurement_model([study.named(part)]))
                known.add(part)
            if (part, outcome) not in paths:
                lines.append(f"{outcome} ~ {part}")
                paths.add((part, outcome))
        if len(parts) == 2 and _apart(parts[0], parts[1], paths, dependent):
            pair = frozenset(parts)
            if pair not in covaries:
                lines.append(f"{parts[0]} ~~ {parts[1]}")
                covaries.add(pair)
        name = product_name(h)
        if name in products:
            continue
        first, second = (
            [i.id for i in study.named(c).items] for c in (h.from_, h.moderator or h.from_)
        )
        if min(len(first), len(second)) == 1:
            products[name] = [(a, b) for a in first for b in second]
        else:
            products[name] = list(zip(first, second, strict=False))
        if len(products[name]) < 2:
            if len(parts) == 1:
                raise CannotCompute("square_of_one_indicator", construct=parts[0])
            raise CannotCompute("product_of_one_indicator", first=parts[0], second=parts[1])
        lines.append(f"{name} =~ {' + '.join(f'{a}.{b}' for a, b in products[name])}")
        others = [*parts, *(c for c in joined if c not in parts)]
        lines += [f"{name} ~~ {other}" for other in others if other in dependent]
    lines.append(f"{outcome} ~ {' + '.join(dict.fromkeys(product_name(h) for h in bent))}")
    for one, other in combinations(products.values(), 2):
        lines += [f"{a}.{b} ~~ {c}.{d}" for a, b in one for c, d in other if {a, b} & {c, d}]
    return "\n".join(lines), products


def _joined(outcome: str, covariances: Iterable[tuple[str, str]]) -> list[str]:
    """The constructs whose disturbances covary with the outcome's, directly or by others."""
    pairs, found = list(covariances), [outcome]
    for one in found:  # grows
        for pair in pairs:
            if one in pair:
                found += [c for c in pair if c not in found]
    return found[1:]


def _apart(one: str, other: str, paths: set[tuple[str, str]], dependent: set[str]) -> bool:
    """Whether two constructs would be independent given their causes although nothing says so:
    at least one is dependent (two exogenous ones covary anyway) and no directed way joins them."""
    if one not in dependent and other not in dependent:
        return False

    def reaches(a: str, b: str) -> bool:
        return any(y == b or reaches(y, b) for x, y in paths if x == a)

    return not reaches(one, other) and not reaches(other, one)


#: Standard deviations of the moderator at which slopes are drawn; the outer three are listed.
GRID = np.linspace(-2, 2, 41)


def latent(
    study: Study,
    answers: pd.DataFrame,
    outcome: str,
    seed: int,
    units: tuple[str, Clusters] | None = None,
) -> LatentModel:
    """Fit the model of one outcome by robust maximum likelihood and full information.

    Products are those of answers without what the answer scales alone make of them, which is drawn
    with the `seed`.

    With `units`, a column of clusters and how many these are, errors are cluster-robust and
    intervals have Student's t; rows without a cluster are left out.

    Raises
    ------
    CannotCompute
        When a product would have a single indicator, or the model does not converge to an
        admissible solution.
    semfit.ModelError
        When the model cannot be fitted.
    """
    text, products = latent_model(study, outcome)
    cluster, clusters = units or (None, None)
    if cluster is not None:
        answers = answers[answers[cluster].notna()]
    pairs = [pair for made in products.values() for pair in made]
    made = semfit.product_indicators(answers, [a for a, _ in pairs], [b for _, b in pairs])
    items = [i.id for c in study.structural for i in c.items]
    asked = list(dict.fromkeys([*items, *(item for pair in pairs for item in pair)]))
    made = straightened(made, answers[asked], [(a, b) for a, b in dict.fromkeys(pairs)], seed)
    wide = pd.concat([answers, made], axis=1)
    used = list(dict.fromkeys([*items, *made.columns]))
    missing = missing_answers(wide, used)
    result = semfit.fit(
        text, wide, estimator="MLR", missing=missing, meanstructure=True, cluster=cluster
    )
    if result.problems:
        raise CannotCompute.because(result.problems[0])
    bent = [h for h in study.hypotheses if not h.is_path and h.to == outcome]
    terms = tuple(_term(result, h, wide, text, clusters) for h in bent)
    return LatentModel(outcome, result, text, terms)


def _term(
    result: semfit.Result,
    h: Hypothesis,
    data: pd.DataFrame,
    text: str,
    clusters: Clusters | None,
) -> LatentTerm:
    moderator = h.moderator or h.from_
    found = semfit.Interaction(result, h.from_, moderator, h.to, product_name(h), data, text)
    model, x = result.estimate.model, result.estimate.x
    place = {name: k for k, name in enumerate(model.blocks[0].names)}
    position = {
        model.rows[number].rhs: k
        for k, number in enumerate(model.free)
        if model.rows[number].op == "~" and model.rows[number].lhs == h.to
    }
    b1, b3 = position[h.from_], position[product_name(h)]

    def scales(z: Any) -> tuple[Any, Any, Any]:
        covariance = model.moments(z)[0].covariance
        return tuple(
            np.sqrt(covariance[..., place[c], place[c]]) for c in (h.from_, moderator, h.to)
        )

    def standardized(z: Any) -> Any:
        """The product term, then the slopes on the grid: (…, 1 + grid)."""
        sx, sz, sy = scales(z)
        product = z[..., b3] * sx * sz / sy
        slope = z[..., b1] * sx / sy
        step = 2.0 if h.quadratic else 1.0
        return np.stack([product, *(slope + step * product * at for at in GRID)], axis=-1)

    value = np.real(standardized(x[None])[0])
    j = jacobian(standardized, x)
    se = np.sqrt(np.einsum("ij,jk,ik->i", j, result.vcov.to_numpy(float), j))
    quantile = clusters.half(1.0) if clusters else float(norm.ppf(0.975))
    half = quantile * se
    bounds = found.johnson_neyman(level=clusters.as_normal if clusters else 0.95)
    p = clusters.p(value[0], se[0]) if clusters else 2 * norm.sf(abs(value[0] / se[0]))
    return LatentTerm(
        hypothesis=h,
        estimate=float(value[0]),
        ci_lower=float(value[0] - half[0]),
        ci_upper=float(value[0] + half[0]),
        p=float(p),
        slopes=pd.DataFrame(
            {
                "sd": GRID,
                "estimate": value[1:],
                "ci_lower": value[1:] - half[1:],
                "ci_upper": value[1:] + half[1:],
            }
        ),
        bounds=tuple(bounds["bounds_sd"]),
        region=str(bounds["region"]),
    )


def listed(term: LatentTerm, at: Sequence[float] = (-1.0, 0.0, 1.0)) -> pd.DataFrame:
    """The slopes at the named distances from the moderator's mean, in standard deviations."""
    near = [int(np.argmin(np.abs(GRID - point))) for point in at]
    return term.slopes.iloc[near].reset_index(drop=True)
