"""One path under many defensible choices: what each choice estimates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import semfit
from scipy.stats import t

from loyalty.cases.asked import Construct, Group, Hypothesis
from loyalty.cases.estimation import FULL
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.estimates.careless import battery, flags, one_answer, within_person
from loyalty.estimates.fit import estimation, missing_answers, scaled
from loyalty.estimates.groups import clusters_of, sampling
from loyalty.estimates.structural import structure_model, structures
from loyalty.ground.reasons import Reason, reason_of
from loyalty.ground.thresholds import threshold
from loyalty.stats import CannotCompute, descriptives, imputation, pls, reliability
from loyalty.stats.moderation import moderated_regression

#: Bootstrap draws behind the interval of the PLS path.
PLS_DRAWS = 500
#: Imputations, and how far imputed answers are moved, in standard deviations of their item.
IMPUTATIONS, SHIFTS = 20, (0.0, -0.5, 0.5)
Choice = Literal[
    "own",
    "unweighted",
    "complete_rows",
    "imputed",
    "shifted",
    "estimator",
    "ordered",
    "scores",
    "pls",
    "attentive",
    "one_answer",
    "within_person",
    "weak_items",
    "replaced",
    "partial",
    "forward",
    "controls",
    "half",
    "within",
    "clustered",
    "one_out",
]


class Path(NamedTuple):
    """A standardized path with its interval, and what speaks against the solution."""

    estimate: float
    ci_lower: float
    ci_upper: float
    problems: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Specification:
    """A choice, what it is in detail, and how to estimate.

    `estimator`: as "MLR, fiml". `n`: imputations, paths added, or means taken out. `left_out`:
    respondents. `names`: items or constructs, groups or a level that the choice is about. `group`:
    whose levels are units. `missing`: whether the choice is about missing answers.
    """

    choice: Choice
    estimate: Callable[[], Path]
    estimator: str | None = None
    n: int | None = None
    left_out: int | None = None
    shift: float | None = None
    names: Sequence[str] = field(default=())
    group: str | None = None
    missing: bool = False


def specifications(survey: Survey, focal: Hypothesis, seed: int) -> Iterator[Specification]:
    """All choices for one path, the study's own first."""
    study, rows = survey.study, survey.scored
    main = study.structural_model(effects=False)
    label = f"p_{focal.id}"
    used = [i.id for c in study.structural for i in c.items]
    full = missing_answers(rows, used)
    weights = survey.weights

    def fitted(
        model: str, data: pd.DataFrame, estimator: str, missing: str, **options: Any
    ) -> Callable[[], Path]:
        if estimator in FULL:
            options = {"weights": weights} | options

        def run() -> Path:
            result = semfit.fit(model, data, estimator=estimator, missing=missing, **options)
            found = _path(result, label)
            if np.isfinite(found[:3]).all():
                return found
            if not found.problems:
                raise CannotCompute("no_standard_error")
            return Path(np.nan, np.nan, np.nan, found.problems)

        return run

    own = estimation(study, rows, used)
    how = f"{own['estimator']}, {own['missing']}"
    yield Specification("own", fitted(main, rows, **own), how)
    if weights is not None and study.estimator in FULL:
        yield Specification("unweighted", fitted(main, rows, **own, weights=None), how)
    if study.estimator != "MLR":
        yield Specification("estimator", fitted(main, rows, "MLR", full), f"MLR, {full}")
    if full == "fiml":
        complete = fitted(main, rows, "MLR", "listwise")
        yield Specification("complete_rows", complete, "MLR, listwise", missing=True)
        for shift in SHIFTS:
            yield Specification(
                "shifted" if shift else "imputed",
                partial(_imputed, main, rows[used], label, seed, shift, weights),
                n=None if shift else IMPUTATIONS,
                shift=shift or None,
                missing=True,
            )
    if study.estimator != "GLS":
        yield Specification("estimator", fitted(main, rows, "GLS", "listwise"), "GLS, listwise")
    ordered = [i for i in scaled(study) if i in used]
    if ordered and study.estimator != "WLSMV":
        categories = fitted(main, rows, "WLSMV", "listwise", ordered=ordered)
        yield Specification("ordered", categories, "WLSMV, listwise")
    scales = {c.id: [i.id for i in c.items] for c in study.main}
    yield Specification(
        "scores",
        lambda: _regression(study, descriptives.scale_scores(rows, scales), focal),
        "OLS, HC3",
    )
    yield Specification("pls", lambda: _pls(study, rows, focal, seed))
    flagged = flags(survey).careless
    if flagged.any():
        attentive = fitted(main, rows[~flagged], "MLR", full)
        yield Specification("attentive", attentive, left_out=int(flagged.sum()))
    flat = one_answer(survey)
    if flat.any():
        spread = fitted(main, rows[~flat], "MLR", full)
        yield Specification("one_answer", spread, left_out=int(flat.sum()))
    standardized = within_person(survey)
    yield Specification(
        "within_person",
        _no_sum(fitted(main, standardized, "MLR", full), battery(survey), used),
        left_out=len(rows) - len(standardized),
    )
    weak = weak_items(survey)
    if weak:
        without = fitted(study.structural_model(effects=False, drop=weak), rows, "MLR", full)
        yield Specification("weak_items", without, names=weak)
    replaced = replaced_inputs(study)
    if replaced is not None and f"{label}*" in replaced:  # the path itself may begin at one
        spare = [c.id for c in study.constructs if c.role == "alternative"]
        yield Specification("replaced", fitted(replaced, rows, "MLR", full), names=spare)
    for structure in structures(study):
        if structure.id in ("partial", "forward"):
            more = fitted(structure_model(study, structure), rows, "MLR", full)
            yield Specification(
                "partial" if structure.id == "partial" else "forward", more, n=len(structure.added)
            )
    control = controls(study, rows, focal)
    if control is not None:
        held = fitted(f"{main}\n{control[0]}", control[1], "MLR", full)
        groups = [g.id for g in study.groups if g.within is None]
        yield Specification("controls", held, names=groups)
    order = np.random.default_rng(seed).permutation(len(rows))
    for half, part in enumerate(np.array_split(order, 2), start=1):
        yield Specification(
            "half", fitted(main, rows.iloc[np.sort(part)], "MLR", full), names=[str(half)]
        )
    if (group := study.units) is not None:
        yield Specification(
            "within",
            fitted(main, within(rows, used, group.id), "MLR", full),
            n=int(rows[group.id].nunique()),
            group=group.id,
        )
        yield Specification(
            "clustered",
            partial(_clustered, main, rows, group.id, used, label, full, weights),
            group=group.id,
        )
        for level in group.levels if isinstance(group, Group) else ():
            kept = rows[rows[group.id] != level]
            if len(kept) < len(rows):
                yield Specification(
                    "one_out", fitted(main, kept, "MLR", full), names=[level], group=group.id
                )


def _path(result: semfit.Result, label: str) -> Path:
    row: Any = result.standardized().set_index("label").loc[label]
    problems = tuple(map(reason_of, result.problems))
    return Path(float(row["est_std"]), float(row["ci_lower"]), float(row["ci_upper"]), problems)


def _no_sum(
    estimate: Callable[[], Path], items: Sequence[str], used: Sequence[str]
) -> Callable[[], Path]:
    """`estimate`, or a refusal where all items that add up to zero in everybody are `used`."""

    def run() -> Path:
        if set(items) <= set(used):
            raise CannotCompute("ipsative", items=len(items))
        return estimate()

    return run


def within(rows: pd.DataFrame, items: list[str], group: str) -> pd.DataFrame:
    """The answers with each group's mean moved to the mean of all (fixed effects of groups)."""
    kept = rows[rows[group].notna()].copy()
    means = kept.groupby(group)[items].transform("mean")
    kept[items] = kept[items] - means + kept[items].mean()
    return kept


def controls(
    study: Study, rows: pd.DataFrame, focal: Hypothesis
) -> tuple[str, pd.DataFrame] | None:
    """Lines and data that let dummy variables of the respondents' groups lead to both ends."""
    parts = []
    for group in study.groups:
        if group.within is None:
            used = [level for level in group.levels if (rows[group.id] == level).any()]
            for k, level in enumerate(used[1:], start=1):
                column = (rows[group.id] == level).astype(float).where(rows[group.id].notna())
                parts.append(column.rename(f"{group.id}_d{k}"))
    if not parts:
        return None
    names = " + ".join(str(column.name) for column in parts)
    return f"{focal.to} ~ {names}\n{focal.from_} ~ {names}", pd.concat([rows, *parts], axis=1)


def _imputed(
    model: str,
    answers: pd.DataFrame,
    label: str,
    seed: int,
    shift: float,
    weights: pd.Series | None,
) -> Path:
    problems: dict[str, Reason] = {}

    def estimate(version: pd.DataFrame) -> tuple[float, float]:
        result = semfit.fit(model, version, estimator="MLR", weights=weights)
        problems.update({p.code: reason_of(p) for p in result.problems})
        row: Any = result.standardized().set_index("label").loc[label]
        return float(row["est_std"]), float(row["se"])

    versions = imputation.impute(answers, IMPUTATIONS, seed, shift=shift)
    pooled = imputation.pooled(versions, estimate)
    return Path(*pooled, tuple(problems[code] for code in sorted(problems)))


def _clustered(
    model: str,
    rows: pd.DataFrame,
    cluster: str,
    items: list[str],
    label: str,
    missing: str,
    weights: pd.Series | None,
) -> Path:
    clusters = clusters_of(rows, cluster, items)
    kept = rows[rows[cluster].notna()]
    result = semfit.fit(
        model, kept, estimator="MLR", missing=missing, cluster=cluster, weights=weights
    )
    row: Any = result.standardized().set_index("label").loc[label]
    value, half = float(row["est_std"]), clusters.half(float(row["se"]))
    return Path(value, value - half, value + half, tuple(map(reason_of, result.problems)))


def weak_items(survey: Survey) -> list[str]:
    """Items of the structural constructs that hardly go with the rest of their scale.

    A scale keeps at least two items.
    """
    weak: list[str] = []
    for c in survey.study.structural:
        try:
            table = reliability.cronbach_alpha(survey.items(c.id)).items
        except CannotCompute:
            continue
        low = [
            str(i)
            for i in table.index
            if not threshold("item_total").met(table.loc[i, "item_total"])
        ]
        weak += low if len(table) - len(low) >= 2 else []
    return weak


def replaced_inputs(study: Study) -> str | None:
    """The structural model with the alternative constructs in place of the antecedents."""
    spare = [c for c in study.constructs if c.role == "alternative"]
    old = {c.id for c in study.structural if c.role == "antecedent"}
    if not spare or not old:
        return None
    kept = [h for h in study.paths if h.from_ not in old and h.to not in old]
    fed = dict.fromkeys(h.to for h in study.paths if h.from_ in old and h.to not in old)
    named = {end for h in kept for end in (h.from_, h.to)} | set(fed)
    constructs: list[Construct] = [*spare, *(c for c in study.main if c.id in named)]
    lines = [study.measurement_model(constructs)]
    lines += [f"{target} ~ {' + '.join(c.id for c in spare)}" for target in fed]
    lines += [f"{h.to} ~ p_{h.id}*{h.from_}" for h in kept]
    lines += [f"{a} ~~ {b}" for a, b in study.covariances if {a, b} <= named]
    return "\n".join(lines)


def _regression(study: Study, scores: pd.DataFrame, focal: Hypothesis) -> Path:
    inputs = [h.from_ for h in study.paths if h.to == focal.to]
    table = moderated_regression(scores, focal.to, inputs).set_index("term")
    row: Any = table.loc[focal.from_]
    return Path(float(row["est"]), float(row["ci_lower"]), float(row["ci_upper"]))


def _pls(study: Study, rows: pd.DataFrame, focal: Hypothesis, seed: int) -> Path:
    result = pls.pls_path_model(
        rows,
        {c.id: [i.id for i in c.items] for c in study.structural},
        [(h.from_, h.to) for h in study.paths],
        **study.pls.options(study.structural),
        draws=PLS_DRAWS,
        seed=seed,
        design=sampling(study, rows, [i.id for c in study.structural for i in c.items]),
    )
    table = result.paths
    row = table[(table["source"] == focal.from_) & (table["target"] == focal.to)].iloc[0]
    return Path(float(row["estimate"]), float(row["ci_lower"]), float(row["ci_upper"]))


def detectable(se: float, power: float = 0.80, level: float = 0.95, df: float = np.inf) -> float:
    """The smallest effect found with the given power by a two-sided test.

    ``(t_{(1+level)/2} + t_power) · se``, t with `df` degrees of freedom (Bloom 1995, Evaluation
    Review 19, 547-556).
    """
    return float((t.ppf((1 + level) / 2, df) + t.ppf(power, df)) * se)
