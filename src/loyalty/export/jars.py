"""What the reporting standards ask for (JARS-SEM), as files of one case."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from loyalty.analyses.matrix.findings import Structured
from loyalty.analyses.measurement import words as measurement_words
from loyalty.analyses.structural import words as structural_words
from loyalty.analyses.structural.findings import Path, Reported
from loyalty.cases.analyses import MATRIX
from loyalty.cases.study import Study
from loyalty.estimates.moments import PRINTED, GroupMoments, Moments, covariances, grouped
from loyalty.estimates.solution import Observed, Solution
from loyalty.export import equations
from loyalty.export.sheets import Cell, Sheet, as_csv, as_json, sheet
from loyalty.ground.findings import Found, Refused, cited
from loyalty.ground.text import LANGUAGES, Language, Text
from loyalty.run.show import judged
from loyalty.shown import words
from loyalty.shown.context import Case

Results = Mapping[tuple[str, str], Found[Any]]
#: The models that a case reports in full, in order.
MODELS = ("measurement", "structural")
WORDS: Mapping[str, Any] = {"measurement": measurement_words, "structural": structural_words}
_KINDS = {"=~": "loading", "~": "path", "~1": "intercept", "|": "threshold", ":=": "defined"}


@dataclass(frozen=True)
class Taken:
    """Tables, and texts by the names of their files."""

    sheets: tuple[Sheet, ...]
    texts: Mapping[str, str]

    def files(self) -> dict[str, str]:
        """The content of every file by its name: each table as CSV and as JSON."""
        made = dict(self.texts)
        for table in self.sheets:
            made[f"{table.name}.csv"] = as_csv(table)
            made[f"{table.name}.json"] = as_json(table)
        return made


def taken(
    study: Study,
    found: Results,
    recorded: Moments | Refused | None = None,
    rough: Observed | None = None,
) -> Taken:
    """All that there is to take away of a case.

    Parameters
    ----------
    recorded : Moments
        In the place of the rows' own moments, where these are not on this machine.
    rough : Observed
        In their place where they may be given at two decimals alone.
    """
    models = solutions(study.case, found)
    moments = _moments(observed(study.case, found), recorded)
    seen = observed(study.case, found)
    unscaled = seen is not None and not seen.sds
    tables = [_items(study, found, None if unscaled else moments), *_matrices(moments, unscaled)]
    tables += [printed(rough)] if rough is not None and moments is None else []
    tables += [_parameters(name, one) for name, one in models.items()]
    tables += [_fit(models), _r2(models), _latent(models), *_invariance(study.case, found)]
    texts = {f"{name}.lav": one.model + "\n" for name, one in models.items()}
    texts |= _equations(study, models)
    if paragraphs := _paragraphs(study, models, found):
        texts["paragraphs.json"] = json.dumps(paragraphs, ensure_ascii=False, indent=1)
        texts["paragraphs.txt"] = "\n\n".join(
            text for one in paragraphs.values() for text in one.values()
        )
    return Taken(tuple(table for table in tables if table.rows), texts)


def solutions(case: str, found: Results) -> dict[str, Solution]:
    """The models of which there is a solution in full."""
    ones = {name: _finding(case, found, name, "solution") for name in MODELS}
    if (measured := _finding(case, found, MATRIX, "measured")) is not None:
        ones["measurement"] = measured.fit
    if (structured := _finding(case, found, MATRIX, "structured")) is not None:
        ones["structural"] = _reported(structured)
    return {name: one for name, one in ones.items() if one is not None}


def _reported(found: Structured) -> Reported:
    """The structural model of a matrix as that of rows is told of."""
    paths = [Path(**{**dict(row), "se": None}) for row in found.rows]
    return Reported.model_construct(
        **dict(found.fit), paths=tuple(paths), firms=None, firms_df=None
    )


def observed(case: str, found: Results) -> Observed | None:
    """The items' moments, of rows or as a matrix gives them."""
    of_rows = _finding(case, found, "measurement", "observed")
    one: Observed | None = of_rows or _finding(case, found, MATRIX, "observed")
    return one


def _finding(case: str, found: Results, analysis: str, name: str) -> Any:
    """A finding; None where there is none."""
    result = found.get((case, analysis))
    one = getattr(result.findings, name, None) if result else None
    return None if isinstance(one, Refused) else one


# --- items ---------------------------------------------------------------------------------------
def _moments(
    observed: Observed | None, recorded: Moments | Refused | None
) -> tuple[tuple[str, ...], GroupMoments] | None:
    if observed is not None:
        lower = observed.covariances
        if not observed.sds:
            r = np.eye(len(observed.items))
            r[np.tril_indices(len(r), -1)] = observed.correlations
            lower = tuple(r[np.tril_indices(len(r))])
        return observed.items, GroupMoments(
            level=None, n=observed.n, means=observed.means, covariances=lower
        )
    if isinstance(recorded, Moments):
        return recorded.items, grouped(recorded, None).levels[0]
    return None


def _items(
    study: Study, found: Results, moments: tuple[tuple[str, ...], GroupMoments] | None
) -> Sheet:
    """Wording, construct, scale, n, mean and SD of every item."""
    described = _finding(study.case, found, "descriptives", "items")
    known = {row.item: row for row in described.rows} if described else {}
    if moments is not None:
        items, of = moments
        sd = np.sqrt(np.diag(covariances(items, of).to_numpy()))
        means = of.means or (None,) * len(items)
        by = dict(zip(items, zip(means, sd, strict=True), strict=True))
    rows = []
    for construct in study.constructs:
        for item in construct.items:
            row, scale = known.get(item.id), item.scale or study.scale_
            mean, sd_ = (row.mean, row.sd) if row else (None, None)
            if row is None and moments is not None and item.id in by:
                mean, sd_ = by[item.id]
            rows.append(
                {
                    "item": item.id,
                    "construct": construct.id,
                    "wording_en": item.wording.en,
                    "wording_zh": item.wording.zh,
                    "reversed": item.reversed,
                    "minimum": scale.min if scale else None,
                    "maximum": scale.max if scale else None,
                    "n": row.n if row else (moments[1].n if moments and sd_ is not None else None),
                    "missing": row.n_missing if row else None,
                    "mean": mean,
                    "sd": None if sd_ is None else float(sd_),
                    "skew": row.skew if row else None,
                    "excess_kurtosis": row.kurtosis if row else None,
                }
            )
    title = Text(en="Items: n, means, standard deviations", zh="题项：样本量、均值与标准差")
    return sheet("items", title, rows)


def _matrices(
    moments: tuple[tuple[str, ...], GroupMoments] | None, unscaled: bool = False
) -> list[Sheet]:
    """The lower triangles of the covariances and correlations, with n and means; of an `unscaled`
    matrix the correlations alone."""
    if moments is None:
        return []
    items, of = moments
    cov = covariances(items, of).to_numpy()
    sd = np.sqrt(np.diag(cov))
    titles = {
        "covariances": Text(en="Covariances of the items", zh="题项协方差"),
        "correlations": Text(en="Correlations of the items", zh="题项相关"),
    }
    made = []
    for name, matrix in (("covariances", cov), ("correlations", cov / np.outer(sd, sd))):
        rows: list[dict[str, Cell]] = []
        for i, item in enumerate(items):
            row: dict[str, Cell] = {
                "item": item,
                "n": of.n,
                "mean": of.means[i] if of.means else None,
            }
            row |= {} if unscaled else {"sd": float(sd[i])}
            row |= {b: float(matrix[i, j]) if j <= i else None for j, b in enumerate(items)}
            rows.append(row)
        made.append(sheet(name, titles[name], rows))
    return made[1:] if unscaled else made


def printed(one: Observed) -> Sheet:
    """The items' correlations, means and SDs as an article prints them: two decimals."""
    rows = []
    for i, item in enumerate(one.items):
        lower = one.correlations[i * (i - 1) // 2 :][:i]
        row: dict[str, Any] = {"item": item, "n": one.n}
        row |= {"mean": float(np.round(one.means[i], PRINTED))}
        row |= {"sd": float(np.round(one.sds[i], PRINTED))}
        row |= {
            b: float(np.round(lower[j], PRINTED)) if j < i else (1.0 if j == i else None)
            for j, b in enumerate(one.items)
        }
        rows.append(row)
    title = Text(en="Correlations of the items, two decimals", zh="题项相关（两位小数）")
    return sheet("correlations", title, rows)


# --- models --------------------------------------------------------------------------------------
def _parameters(name: str, found: Solution) -> Sheet:
    rows = []
    for row in found.rows:
        record = row.model_dump()
        kind = _KINDS.get(row.op) or ("variance" if row.lhs == row.rhs else "covariance")
        del record["op"]
        rows.append({"kind": kind, **record})
    titles = {
        "measurement": Text(en="Parameters of the measurement model", zh="测量模型的参数"),
        "structural": Text(en="Parameters of the structural model", zh="结构模型的参数"),
    }
    return sheet(f"{name}-parameters", titles[name], rows)


#: What of a solution is no measure of fit.
_BESIDE = {"rows", "r2", "latent", "model", "messages", "problems", "paths", "firms", "firms_df"}


def _fit(models: Mapping[str, Solution]) -> Sheet:
    rows: list[dict[str, Cell]] = []
    for field in Solution.model_fields:
        if field not in _BESIDE:
            row: dict[str, Cell] = {"measure": field}
            row |= {name: getattr(models.get(name), field, None) for name in MODELS}
            rows.append(row)
    title = Text(en="Estimator, tests and fit of the models", zh="模型的估计方法、检验与拟合")
    return sheet("fit", title, rows if models else [])


def _r2(models: Mapping[str, Solution]) -> Sheet:
    rows = [{"model": name, **r.model_dump()} for name, one in models.items() for r in one.r2]
    return sheet("r2", Text(en="Variance explained", zh="解释方差"), rows)


def _latent(models: Mapping[str, Solution]) -> Sheet:
    rows = [{"model": name, **r.model_dump()} for name, one in models.items() for r in one.latent]
    title = Text(en="Correlations of the constructs, model-implied", zh="构念间相关（模型隐含）")
    return sheet("latent-correlations", title, rows)


def _invariance(case: str, found: Results) -> list[Sheet]:
    one = _finding(case, found, "groups", "invariance")
    if one is None:
        return []
    steps = [row.model_dump() for row in one.steps]
    sizes = [{"group": one.group, **row.model_dump()} for row in one.sizes]
    return [
        sheet("invariance", Text(en="Invariance, step by step", zh="测量不变性逐步检验"), steps),
        sheet("invariance-groups", Text(en="Groups compared", zh="所比较的群组"), sizes),
    ]


def _equations(study: Study, models: Mapping[str, Solution]) -> dict[str, str]:
    made = {}
    if "measurement" in models:
        first = models["measurement"].unit == "first loading"
        several = [c for c in study.main if len(c.items) > 1]
        lines = equations.measurement(several, first=first)
        made["measurement.tex"] = equations.aligned(lines) + "\n"
    if "structural" in models:
        first = models["structural"].unit == "first loading"
        lines = [
            *equations.measurement(study.structural, first=first),
            *equations.structural(study),
        ]
        made["structural.tex"] = equations.aligned(lines) + "\n"
    return made


def _paragraphs(
    study: Study, models: Mapping[str, Solution], found: Results
) -> dict[str, dict[Language, str]]:
    """A results paragraph a model, in every language, without references."""
    case, made = Case(study.case, study, reliance=judged(study.case, found)), {}
    for name, one in models.items():
        said: Sequence[Text] = WORDS[name].paragraph(cited(one, f"{study.case}/{name}"), case)
        text = words.join(said)
        made[name] = {language: words.plain(text.in_(language)) for language in LANGUAGES}
    return made
