"""One path under many defensible choices: the rows of a specification curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import semfit
from scipy.stats import t

from loyalty.cases.study import Construct, Group, Hypothesis, Study
from loyalty.cases.survey import Survey
from loyalty.estimates.careless import flags
from loyalty.estimates.groups import Clusters, clusters_of
from loyalty.estimates.structural import structure_model, structures
from loyalty.ground.text import Language, Text
from loyalty.ground.thresholds import threshold
from loyalty.stats import CannotCompute, descriptives, imputation, pls, reliability
from loyalty.stats.moderation import moderated_regression

#: Bootstrap draws behind the interval of the PLS path.
PLS_DRAWS = 500
#: Imputations, and how far imputed answers are moved, in standard deviations of their item.
IMPUTATIONS, SHIFTS = 20, (0.0, -0.5, 0.5)


@dataclass(frozen=True)
class Specification:
    """A choice: its family (a row of the curve's grid), what it is in detail, how to estimate.

    `estimate` gives (standardized path, lower, upper, problem), where the problem is empty for a
    solution that may be taken at face value. `missing`: whether the choice is about missing
    answers. `one_out`: whether it leaves out one level of a group after the other.
    """

    family: Text
    detail: Text
    estimate: Callable[[], tuple[float, float, float, str]]
    missing: bool = False
    one_out: bool = False


def specifications(survey: Survey, focal: Hypothesis, seed: int) -> Iterator[Specification]:
    """All choices for one path, the study's own first."""
    study, rows = survey.study, survey.scored
    main = study.structural_model(effects=False)
    label = f"p_{focal.id}"
    used = [i.id for c in study.structural for i in c.items]
    holes = bool(rows[used].isna().any(axis=None))
    full = "fiml" if holes else "listwise"

    def fitted(
        model: str, data: pd.DataFrame, estimator: str, missing: str, **options: Any
    ) -> Callable[[], tuple[float, float, float, str]]:
        def run() -> tuple[float, float, float, str]:
            result = semfit.fit(model, data, estimator=estimator, missing=missing, **options)
            row: Any = result.standardized().set_index("label").loc[label]
            values = (float(row["est_std"]), float(row["ci_lower"]), float(row["ci_upper"]))
            if not np.isfinite(values).all():
                if not result.problems:
                    raise CannotCompute("no_standard_error")
                return (np.nan, np.nan, np.nan, "; ".join(result.problems))
            return (*values, "; ".join(short(problem) for problem in result.problems))

        return run

    yield Specification(
        Text(en="as in the structural model", zh="与结构模型相同"),
        _same(f"MLR, {full}"),
        fitted(main, rows, "MLR", full),
    )
    if holes:
        yield Specification(
            Text(en="complete rows only", zh="仅完整行"),
            _same("MLR, listwise"),
            fitted(main, rows, "MLR", "listwise"),
            missing=True,
        )
        for shift in SHIFTS:
            yield Specification(
                Text(en="multiple imputation", zh="多重插补")
                if shift == 0
                else Text(en="imputed answers shifted", zh="插补答案平移"),
                Text(en=f"{IMPUTATIONS} imputations", zh=f"{IMPUTATIONS} 次插补")
                if shift == 0
                else Text(
                    en=f"{shift:+.1f} SD".replace("-", "−"),
                    zh=f"{shift:+.1f} 个标准差".replace("-", "−"),
                ),
                partial(_imputed, main, rows[used], label, seed, shift),
                missing=True,
            )
    other = Text(en="another estimator", zh="其他估计方法")
    yield Specification(other, _same("GLS, listwise"), fitted(main, rows, "GLS", "listwise"))
    yield Specification(
        Text(en="answers as ordered categories", zh="答案视为有序类别"),
        _same("WLSMV, listwise"),
        fitted(
            main,
            rows,
            "WLSMV",
            "listwise",
            # the one item of a construct has no error that could be scaled
            ordered=[i.id for c in study.structural if len(c.items) > 1 for i in c.items],
        ),
    )
    scales = {c.id: [i.id for i in c.items] for c in study.main}
    yield Specification(
        Text(en="scale scores, regression", zh="量表得分回归"),
        _same("OLS, HC3"),
        lambda: _regression(study, descriptives.scale_scores(rows, scales), focal),
    )
    yield Specification(
        Text(en="PLS path model", zh="PLS 路径模型"),
        Text(en="mode A, path weighting", zh="模式 A，路径加权"),
        lambda: _pls(study, rows, focal, seed),
    )
    flagged = flags(survey).careless
    if flagged.any():
        yield Specification(
            Text(en="without careless respondents", zh="剔除敷衍作答者"),
            Text(
                en=f"{int(flagged.sum()):,} left out",
                zh=f"剔除 {int(flagged.sum()):,} 人",
            ),
            fitted(main, rows[~flagged], "MLR", full),
        )
    weak = weak_items(survey)
    if weak:
        yield Specification(
            Text(en="without weak items", zh="剔除弱题项"),
            _same(", ".join(weak)),
            fitted(study.structural_model(effects=False, drop=weak), rows, "MLR", full),
        )
    replaced = replaced_inputs(study)
    if replaced is not None:
        yield Specification(
            Text(en="replaced measures of the inputs", zh="替换投入端测量"),
            _listed([c.label for c in study.constructs if c.role == "alternative"]),
            fitted(replaced, rows, "MLR", full),
        )
    for structure in structures(study):
        if structure.id in ("partial", "forward"):
            yield Specification(
                structure.name,
                Text(
                    en=f"{len(structure.added)} paths added",
                    zh=f"增加 {len(structure.added)} 条路径",
                ),
                fitted(structure_model(study, structure), rows, "MLR", full),
            )
    control = controls(study, rows, focal)
    if control is not None:
        yield Specification(
            Text(en="with respondents' groups as controls", zh="以受访者分组为控制变量"),
            _listed([g.label for g in study.groups if g.within is None]),
            fitted(f"{main}\n{control[0]}", control[1], "MLR", full),
        )
    order = np.random.default_rng(seed).permutation(len(rows))
    for half, part in enumerate(np.array_split(order, 2), start=1):
        yield Specification(
            Text(en="one half of the respondents", zh="随机一半受访者"),
            Text(en=f"half {half}", zh=f"第 {half} 半"),
            fitted(main, rows.iloc[np.sort(part)], "MLR", full),
        )
    nested = [g for g in study.groups if g.within is not None and g.comparable]
    for group in nested[:1]:
        yield Specification(
            Text(
                en=f"within {group.label.en.lower()}s: their means taken out",
                zh=f"{group.label.zh}内：剔除{group.label.zh}均值",
            ),
            Text(
                en=f"{rows[group.id].nunique()} means taken out of each item",
                zh=f"各题项剔除 {rows[group.id].nunique()} 个均值",
            ),
            fitted(main, within(rows, used, group.id), "MLR", full),
        )
        yield Specification(
            Text(
                en=f"{group.label.en.lower()}s, not respondents, as independent",
                zh=f"以{group.label.zh}而非受访者为独立单位",
            ),
            Text(en="cluster-robust, t", zh="聚类稳健，t"),
            partial(_clustered, main, rows, group.id, used, label, full),
        )
        for level, name in group.levels.items():
            kept = rows[rows[group.id] != level]
            if len(kept) < len(rows):
                yield Specification(
                    Text(
                        en=f"one {group.label.en.lower()} left out",
                        zh=f"逐一剔除{group.label.zh}",
                    ),
                    name,
                    fitted(main, kept, "MLR", full),
                    one_out=True,
                )


def _same(words: str) -> Text:
    return Text(en=words, zh=words)


def _listed(labels: list[Text]) -> Text:
    return Text(en=", ".join(x.en for x in labels), zh="、".join(x.zh for x in labels))


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
    model: str, answers: pd.DataFrame, label: str, seed: int, shift: float
) -> tuple[float, float, float, str]:
    problems: set[str] = set()

    def estimate(version: pd.DataFrame) -> tuple[float, float]:
        result = semfit.fit(model, version, estimator="MLR")
        problems.update(short(problem) for problem in result.problems)
        row: Any = result.standardized().set_index("label").loc[label]
        return float(row["est_std"]), float(row["se"])

    versions = imputation.impute(answers, IMPUTATIONS, seed, shift=shift)
    return (*imputation.pooled(versions, estimate), "; ".join(sorted(problems)))


def _clustered(
    model: str, rows: pd.DataFrame, cluster: str, items: list[str], label: str, missing: str
) -> tuple[float, float, float, str]:
    clusters = clusters_of(rows, cluster, items)
    kept = rows[rows[cluster].notna()]
    result = semfit.fit(model, kept, estimator="MLR", missing=missing, cluster=cluster)
    row: Any = result.standardized().set_index("label").loc[label]
    value, half = float(row["est_std"]), clusters.half(float(row["se"]))
    return value, value - half, value + half, "; ".join(short(p) for p in result.problems)


def short(problem: str) -> str:
    """The fault's name, without its details."""
    return problem.split(":")[0].split(" (")[0].strip()


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


def _regression(
    study: Study, scores: pd.DataFrame, focal: Hypothesis
) -> tuple[float, float, float, str]:
    inputs = [h.from_ for h in study.paths if h.to == focal.to]
    table = moderated_regression(scores, focal.to, inputs).set_index("term")
    row: Any = table.loc[focal.from_]
    return float(row["est"]), float(row["ci_lower"]), float(row["ci_upper"]), ""


def _pls(
    study: Study, rows: pd.DataFrame, focal: Hypothesis, seed: int
) -> tuple[float, float, float, str]:
    result = pls.pls_path_model(
        rows,
        {c.id: [i.id for i in c.items] for c in study.structural},
        [(h.from_, h.to) for h in study.paths],
        draws=PLS_DRAWS,
        seed=seed,
    )
    table = result.paths
    row = table[(table["source"] == focal.from_) & (table["target"] == focal.to)].iloc[0]
    return float(row["estimate"]), float(row["ci_lower"]), float(row["ci_upper"]), ""


def curve(survey: Survey, focal: Hypothesis, seed: int, language: Language) -> pd.DataFrame:
    """All specifications estimated.

    Returns
    -------
    DataFrame
        ``choice, detail, value, low, high, problem, missing, one_out``, in the order of
        :func:`specifications`; NaN, with the reason as problem, where one could not be estimated.
    """
    rows = []
    for spec in specifications(survey, focal, seed):
        try:
            value, low, high, problem = spec.estimate()
        except (CannotCompute, semfit.ModelError) as error:
            value, low, high, problem = np.nan, np.nan, np.nan, str(error)
        rows.append(
            {
                "choice": spec.family.in_(language),
                "detail": spec.detail.in_(language),
                "value": value,
                "low": low,
                "high": high,
                "problem": problem,
                "missing": spec.missing,
                "one_out": spec.one_out,
            }
        )
    return pd.DataFrame(rows)


#: A small standardized path, that of :func:`power`'s number of respondents (Cohen 1988).
SMALL = 0.10


def listed(curve: pd.DataFrame) -> pd.DataFrame:
    """The rows of :func:`curve` that a table shows: of those that leave one level out, all that
    have no estimate or a problem, and the lowest and the highest of the others."""
    whole = curve["one_out"] & curve["value"].notna() & (curve["problem"] == "")
    values = curve.loc[whole, "value"]
    ends = [values.idxmin(), values.idxmax()] if whole.any() else []
    return curve[~whole | curve.index.isin(ends)]


def detectable(se: float, power: float = 0.80, level: float = 0.95, df: float = np.inf) -> float:
    """The smallest effect found with the given power by a two-sided test.

    ``(t_{(1+level)/2} + t_power) · se``, t with `df` degrees of freedom (Bloom 1995, Evaluation
    Review 19, 547-556).
    """
    return float((t.ppf((1 + level) / 2, df) + t.ppf(power, df)) * se)


def power(
    study: Study,
    rows: pd.DataFrame,
    missing: str,
    group: Group | None = None,
    clusters: Clusters | None = None,
) -> pd.DataFrame:
    """What could have been found of every path, from its robust standard error.

    Returns
    -------
    DataFrame
        ``id, from, to, value, se, detectable, needed``: respondents needed for :data:`SMALL`, the
        error falling with the root of their number; with clusters ``cl_detectable``. Paths
        without a standard error are left out.
    """
    main = study.structural_model(effects=False)
    result = semfit.fit(main, rows, estimator="MLR", missing=missing)
    table = result.standardized().set_index("label")
    robust = None
    if group is not None and clusters is not None:
        kept = rows[rows[group.id].notna()]
        clustered = semfit.fit(main, kept, estimator="MLR", missing=missing, cluster=group.id)
        robust = clustered.standardized().set_index("label")
    found = []
    for h in study.paths:
        one: Any = table.loc[f"p_{h.id}"]
        se = float(one["se"])
        if not np.isfinite(se):
            continue
        least = detectable(se)
        row = {
            "id": h.id,
            "from": h.from_,
            "to": h.to,
            "value": float(one["est_std"]),
            "se": se,
            "detectable": least,
            "needed": float(np.ceil(result.estimate.n * (least / SMALL) ** 2)),
        }
        if robust is not None and clusters is not None:
            again: Any = robust.loc[f"p_{h.id}"]
            row["cl_detectable"] = detectable(float(again["se"]), df=clusters.df)
        found.append(row)
    return pd.DataFrame(found)
