"""Figures printed elsewhere about a case's data, beside the same computed here."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd
import semfit
from scipy.stats import ttest_ind

from loyalty.analyses.published.beside import Ways, theirs
from loyalty.analyses.published.beside import ways as ways_of
from loyalty.cases.matrix import Given
from loyalty.cases.printed import PrintedFigure, PrintedPath, PrintedStatistic
from loyalty.cases.printed import Published as Entry
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.cases.tables import Loaded
from loyalty.estimates import moments
from loyalty.estimates.cross_lagged import cross_lagged, waves
from loyalty.estimates.fit import estimation
from loyalty.estimates.groups import sampling
from loyalty.ground.findings import Count, Finding, Findings, Real, Record, Refused, refusable
from loyalty.stats import CannotCompute, clv, efa, pls, resampling
from loyalty.stats.cub import cub
from loyalty.stats.regression import ols
from loyalty.stats.reliability import composite_reliability, cronbach_alpha
from loyalty.stats.validity import htmt
from loyalty.stats.weighted import Design

_OfTarget = Literal["r2", "loading", "alpha", "rho_c", "ave"]


# --- the findings --------------------------------------------------------------------------------
class Printed(Record):
    """A figure as printed, with `decimals`, and our own estimate; `same` to the last digit.

    `publication` is the entry of the case's description.
    """

    publication: str
    decimals: int
    printed: Real
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None
    gap: Real
    same: bool


class PathOrR2(Printed):
    """A path, or a figure of `target` (an item where it is a loading), and our own structural
    model's.

    Intervals are percentiles of the bootstrap; `ml` is standardized (by the case's estimator),
    None where that model has no such path. `moderator`: the path is of the product with it.
    """

    kind: Literal["path", "r2", "loading", "alpha", "rho_c", "ave"]
    source: str | None
    moderator: str | None
    target: str
    ml: Real | None
    ml_ci_lower: Real | None
    ml_ci_upper: Real | None


class Statistic(Printed):
    """A statistic of answers, as :class:`loyalty.cases.printed.PrintedStatistic` describes it."""

    statistic: str
    of: tuple[str, ...]
    by: str | None
    at: Count | None


class ModelFigure(Printed):
    """A figure of a covariance-based model, as :class:`loyalty.cases.printed.PrintedFigure`
    describes it; a parameter has a 95 % interval."""

    statistic: str
    of: tuple[str, ...]


class Parameter(Printed):
    parameter: Literal["r", "alpha", "a", "b", "log-likelihood"]


class Reproduced(Record):
    """How many figures of a publication come out as printed."""

    publication: str
    n: Count
    same: Count
    largest_gap: Real


class PathModels(Finding):
    """PLS path models; `sound`: the structural models beside them are no doubtful solutions.

    Of the paths that both have an interval of, `clear` by PLS leave zero out; of these the
    covariance-based model's interval holds it in `open`.
    """

    figures: tuple[PathOrR2, ...]
    publications: tuple[Reproduced, ...]
    sound: bool
    clear: Count | None = None
    open: Count | None = None


class FittedModels(Finding):
    """Covariance-based models."""

    figures: tuple[ModelFigure, ...]
    publications: tuple[Reproduced, ...]


class AnswerStatistics(Finding):
    """Statistics of answers."""

    figures: tuple[Statistic, ...]
    publications: tuple[Reproduced, ...]


class Left(Finding):
    """Publications of which no figure is computed anew; the description says why."""

    publications: tuple[str, ...]
    count: Count


class PurchaseModels(Finding):
    """BG/NBD models."""

    figures: tuple[Parameter, ...]
    publications: tuple[Reproduced, ...]


Side = Literal["said", "done"]


class Lag(Printed):
    """A lagged effect within people, as :class:`loyalty.cases.printed.PrintedLag` describes it."""

    said: str
    done: str
    of: Side
    on: Side


class PanelModels(Finding):
    """Random-intercept cross-lagged panel models of `people` over waves."""

    figures: tuple[Lag, ...]
    publications: tuple[Reproduced, ...]
    people: Count


class Published(Findings):
    pls: PathModels | Refused | None = None
    models: FittedModels | Refused | None = None
    ways: Ways | Refused | None = None
    statistics: AnswerStatistics | Refused | None = None
    bg_nbd: PurchaseModels | Refused | None = None
    panel: PanelModels | Refused | None = None
    left: Left | Refused | None = None


P = TypeVar("P", bound=Printed)


def compared(
    of: type[P], entry: Entry, printed: float, estimate: float, decimals: int, /, **fields: Any
) -> P:
    """A printed figure of an entry and our own; `fields` are the others of its row."""
    gap = abs(printed - estimate)
    return of(
        publication=entry.id,
        decimals=decimals,
        printed=printed,
        estimate=estimate,
        gap=gap,
        # Half a unit of the last digit printed, and what writing it in binary can take.
        same=gap <= 0.5 * 10.0**-decimals + 1e-9,
        **fields,
    )


def _reproduced(entry: Entry, figures: Sequence[Printed]) -> Reproduced:
    return Reproduced(
        publication=entry.id,
        n=len(figures),
        same=sum(figure.same for figure in figures),
        largest_gap=max(figure.gap for figure in figures),
    )


# --- PLS path models -----------------------------------------------------------------------------
@refusable
def path_models(
    study: Study, answers: Callable[[], Survey | Given], *, draws: int, seed: int
) -> PathModels | None:
    """Printed PLS models and ours, beside the study's covariance-based model.

    `answers` loads the survey, or its matrix, which says nothing of intervals; a case may lack
    both that has nothing printed of a survey.
    """
    entries = [entry for entry in study.published if entry.pls is not None]
    if not entries:
        return None
    known = answers()
    draws = 0 if isinstance(known, Given) else draws
    model = _of_factors(study, known)
    paths = None if model is None else model.standardized()
    paths = None if paths is None else paths[paths["op"] == "~"]
    made = [
        list(_figures(entry, study, _rows(entry, known), model, paths, draws, seed))
        for entry in entries
    ]
    figures = [figure for figures in made for figure in figures]
    clear = [f for f in figures if f.ml_ci_lower is not None and _clear(f.ci_lower, f.ci_upper)]
    return PathModels(
        figures=figures,
        publications=tuple(map(_reproduced, entries, made)),
        clear=len(clear),
        open=sum(not _clear(f.ml_ci_lower, f.ml_ci_upper) for f in clear),
        sound=model is None
        or paths is None
        or (not model.problems and bool((paths["est_std"].abs() <= 1).all())),
    )


def _of_factors(study: Study, known: Survey | Given) -> semfit.Result | None:
    """The study's covariance-based model; None where no path is among common factors."""
    try:
        text = study.structural_model()
    except CannotCompute:
        return None
    if isinstance(known, Given):
        return moments.fit(moments.of_matrix(study, known), text, unscaled=_unscaled(study))
    items = [i.id for c in study.structural for i in c.items]
    return semfit.fit(text, known.scored, **estimation(study, known.scored, items))


def _unscaled(study: Study) -> bool:
    """Whether correlations without standard deviations are all that is known."""
    return study.matrix is not None and study.matrix.unscaled


def _rows(entry: Entry, known: Survey | Given) -> pd.DataFrame:
    """The answers that an entry is about; of a matrix rows of nobody with the same moments."""
    if isinstance(known, Given):
        return moments.stand_in(moments.of_items(known))
    return (known.as_given if entry.pls and entry.pls.as_given else known).scored


def _clear(lower: float | None, upper: float | None) -> bool:
    """Whether an interval leaves zero out."""
    return lower is not None and upper is not None and (lower > 0 or upper < 0)


def _figures(
    entry: Entry,
    study: Study,
    scored: pd.DataFrame,
    model: semfit.Result | None,
    paths: pd.DataFrame | None,
    draws: int,
    seed: int,
) -> Iterator[PathOrR2]:
    """Paths, then R², loadings, alpha, composite reliability, AVE.

    Formative constructs have regression weights (mode B), as in the sources.
    """
    printed = entry.pls
    assert printed is not None
    ends = {end for p in printed.paths for end in (p.from_, p.to)}
    used = [c for c in study.constructs if c.id in ends]
    fitted: Callable[..., pls.PLS] = functools.partial(
        pls.pls_path_model,
        constructs={c.id: [i.id for i in c.items] for c in used},
        paths=[(p.from_, p.to) for p in printed.paths if p.moderator is None],
        **printed.options(used),
    )
    design = sampling(study, scored, [i.id for c in used for i in c.items]) if draws else None
    ours = fitted(scored, draws=draws, seed=seed, design=design)
    estimates: dict[tuple[str, str], dict[Any, Any]]
    estimates = {(r["source"], r["target"]): r for r in ours.paths.to_dict("records")}
    r2 = ours.r2["r2"].to_dict()
    for p in printed.paths:
        if p.moderator is not None:
            of_outcome, r2[p.to] = _with_product(fitted, scored, p, draws, seed, design)
            estimates |= of_outcome
    beside: dict[Any, dict[Any, Any]] = {}
    if paths is not None:
        beside = {(r["rhs"], r["lhs"]): r for r in paths.to_dict("records")}
    for p in printed.paths:
        if p.value is None:
            continue
        key = (p.from_, p.to) if p.moderator is None else (f"{p.from_}:{p.moderator}", p.to)
        found, ml = estimates[key], beside.get(key, {})
        yield compared(
            PathOrR2,
            entry,
            p.value,
            found["estimate"],
            entry.decimals,
            kind="path",
            source=p.from_,
            moderator=p.moderator,
            target=p.to,
            ci_lower=found["ci_lower"],
            ci_upper=found["ci_upper"],
            ml=ml.get("est_std"),
            ml_ci_lower=ml.get("ci_lower"),
            ml_ci_upper=ml.get("ci_upper"),
        )
    explained = {} if model is None else model.r2.set_index("variable")["r2"].to_dict()
    loadings = ours.outer.set_index("item")["loading"]
    complete = scored.dropna(subset=list(loadings.index))

    def own(construct: str) -> pd.Series:
        return loadings[[i.id for i in study.named(construct).items]]

    kinds: list[tuple[_OfTarget, dict[str, float], Callable[[str], float]]] = [
        ("r2", printed.r2, lambda c: r2[c]),
        ("loading", printed.loadings, lambda item: loadings[item]),
        ("alpha", printed.alpha, lambda c: cronbach_alpha(complete[own(c).index]).standardized),
        ("rho_c", printed.rho_c, lambda c: composite_reliability(own(c), 1 - own(c) ** 2)),
        ("ave", printed.ave, lambda c: (own(c) ** 2).mean()),
    ]
    for kind, figures, estimate_of in kinds:
        for target, value in figures.items():
            yield compared(
                PathOrR2,
                entry,
                value,
                float(estimate_of(target)),
                entry.decimals,
                kind=kind,
                source=None,
                moderator=None,
                target=target,
                ci_lower=None,
                ci_upper=None,
                ml=explained.get(target) if kind == "r2" else None,
                ml_ci_lower=None,
                ml_ci_upper=None,
            )


def _with_product(
    fitted: Callable[..., pls.PLS],
    scored: pd.DataFrame,
    p: PrintedPath,
    draws: int,
    seed: int,
    design: Design | None,
) -> tuple[dict[tuple[str, str], dict[Any, Any]], float]:
    """What leads to the outcome of a product: coefficients with percentile intervals, and R²."""
    assert p.moderator is not None
    pair = (p.from_, p.moderator)
    found = pls.with_product(fitted(scored), p.to, pair)
    clusters = None if design is None else design.clusters(scored.index)
    count = None if design is None else design.count
    drawn = []
    for part in resampling.counts(len(scored), draws, seed, clusters):
        for times in part.astype(int):
            sample = scored.iloc[np.repeat(np.arange(len(scored)), times)]
            try:
                drawn.append(pls.with_product(fitted(sample), p.to, pair).coefficients.to_numpy())
            except CannotCompute:
                continue
    tail = (1 - resampling.expanded(count)) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0) if len(drawn) > 1 else [[None] * 9] * 2
    return {
        (str(term), p.to): {"estimate": estimate, "ci_lower": low[i], "ci_upper": high[i]}
        for i, (term, estimate) in enumerate(found.coefficients.items())
    }, found.r2


# --- covariance-based models ---------------------------------------------------------------------
@refusable
def fitted_models(study: Study, answers: Callable[[], Survey | Given]) -> FittedModels | None:
    """Printed covariance-based models and ours; `answers` loads the survey, or its matrix."""
    entries = [entry for entry in study.published if entry.model is not None]
    if not entries:
        return None
    survey = answers()
    made = [list(_fitted(entry, study, survey)) for entry in entries]
    return FittedModels(
        figures=tuple(figure for figures in made for figure in figures),
        publications=tuple(map(_reproduced, entries, made)),
    )


def _fitted(entry: Entry, study: Study, known: Survey | Given) -> Iterator[ModelFigure]:
    printed = entry.model
    assert printed is not None
    if printed.of == "structural":
        text = study.structural_model(effects=False)
    else:
        chosen = [c for c in study.main if not printed.constructs or c.id in printed.constructs]
        text = study.measurement_model(chosen)
    if isinstance(known, Given):
        found = moments.fit(
            moments.of_matrix(study, known),
            text,
            unscaled=_unscaled(study),
            estimator=printed.estimator,
        )
    else:
        how = theirs(printed, study, [i.id for i in study.items if i.id in text.split()])
        found = semfit.fit(text, known.scored, **how)
    standardized = found.standardized()
    parameters = standardized if printed.standardized else found.parameters
    for figure in printed.figures:
        value = _model_figure(figure, found, standardized, parameters)
        yield compared(
            ModelFigure,
            entry,
            float(figure.value),
            value["estimate"],
            figure.decimals,
            statistic=figure.statistic,
            of=tuple(figure.of),
            ci_lower=value.get("ci_lower"),
            ci_upper=value.get("ci_upper"),
        )


def _model_figure(
    figure: PrintedFigure,
    found: semfit.Result,
    standardized: pd.DataFrame,
    parameters: pd.DataFrame,
) -> dict[str, Any]:
    """The same figure of our own model, a parameter with its interval."""
    of = figure.of
    match figure.statistic:
        case "loading":
            return _parameter(parameters, of[0], "=~", of[1])
        case "path":
            return _parameter(parameters, of[1], "~", of[0])
        case "correlation":
            return _parameter(standardized, of[0], "~~", of[1])
        case "r2":
            explained = dict(zip(found.r2["variable"], found.r2["r2"], strict=True))
            if of[0] not in explained:
                raise CannotCompute("no_such_parameter", name=f"R² {of[0]}")
            return {"estimate": float(explained[of[0]])}
        case "ave" | "rho_c":
            own = standardized[(standardized["op"] == "=~") & (standardized["lhs"] == of[0])]
            loadings = own.set_index("rhs")["est_std"]
            if figure.statistic == "ave":
                return {"estimate": float((loadings**2).mean())}
            return {"estimate": float(composite_reliability(loadings, 1 - loadings**2))}
    value = found.fit.get(figure.statistic)
    if value is None:  # a robust measure of an estimator that has none
        raise CannotCompute("no_such_measure", name=figure.statistic)
    return {"estimate": float(value)}


def _parameter(rows: pd.DataFrame, lhs: str, op: str, rhs: str) -> dict[str, Any]:
    """A parameter, of a symmetric one whichever way round it stands."""
    ways = {(lhs, rhs), (rhs, lhs)} if op == "~~" else {(lhs, rhs)}
    for row in rows[rows["op"] == op].to_dict("records"):
        if (row["lhs"], row["rhs"]) in ways:
            estimate = row["est_std"] if "est_std" in row else row["est"]
            return {"estimate": float(estimate), **{k: row[k] for k in ("ci_lower", "ci_upper")}}
    raise CannotCompute("no_such_parameter", name=f"{lhs} {op} {rhs}")


@refusable
def ways(study: Study, answers: Callable[[], Survey]) -> Ways | None:
    """Printed paths of structural models, and step by step as this study estimates them.

    Of a matrix there are none: it is estimated as it was printed, or not at all.
    """
    if study.matrix is not None or not any(
        e.model is not None and e.model.of == "structural" for e in study.published
    ):
        return None
    return ways_of(study, answers())


# --- statistics of answers -----------------------------------------------------------------------
@refusable
def statistics(study: Study, answers: Callable[[], Survey | Given]) -> AnswerStatistics | None:
    """Printed statistics of answers and ours; `answers` loads the survey, or its matrix."""
    entries = [entry for entry in study.published if entry.statistics is not None]
    if not entries:
        return None
    known = answers()
    made = [list(_statistics(entry, study, _rows(entry, known))) for entry in entries]
    return AnswerStatistics(
        figures=tuple(figure for figures in made for figure in figures),
        publications=tuple(map(_reproduced, entries, made)),
    )


def _statistics(entry: Entry, study: Study, rows: pd.DataFrame) -> Iterator[Statistic]:
    printed = entry.statistics
    assert printed is not None
    named = printed.items or [i.id for c in study.constructs for i in c.items]
    items = rows[named].dropna()
    scales = {
        c.id: own for c in study.constructs if (own := [i.id for i in c.items if i.id in named])
    }
    scores = pd.DataFrame({c: items[own].mean(axis=1) for c, own in scales.items()})
    if printed.log:
        scores = scores.where(scores > 0).apply(np.log)
    for figure in printed.figures:
        yield compared(
            Statistic,
            entry,
            float(figure.value),
            _statistic(figure, study, items, scales, scores, rows),
            figure.decimals,
            statistic=figure.statistic,
            of=tuple(figure.of),
            by=figure.by,
            at=figure.at,
            ci_lower=None,
            ci_upper=None,
        )


def _statistic(
    figure: PrintedStatistic,
    study: Study,
    items: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    scores: pd.DataFrame,
    rows: pd.DataFrame,
) -> float:
    match figure.statistic:
        case "htmt":
            a, b = figure.of
            return float(htmt(items, {c: scales[c] for c in (a, b)}).matrix.to_numpy()[0, 1])
        case "alpha":
            return cronbach_alpha(items[scales[figure.of[0]]]).alpha
        case "correlation":
            return float(scores[figure.of].dropna().corr().to_numpy()[0, 1])
        case "t":
            by = rows.loc[scores.index, str(figure.by)]
            first, second = next(g.levels for g in study.groups if g.id == figure.by)
            one = scores.loc[by == first, figure.of[0]].dropna()
            other = scores.loc[by == second, figure.of[0]].dropna()
            return float(ttest_ind(one, other).statistic)
        case "kmo":
            return efa.kmo(items.corr()).overall
        case "eigenvalue":
            assert figure.at is not None
            return float(np.linalg.eigvalsh(items.corr())[-figure.at])
        case "chi2":
            assert figure.at is not None
            return efa.efa(items, figure.at, method="ml", rotation="none").chi2
        case "pi" | "xi" | "log_likelihood":
            (item,) = items.columns
            points = study.item_scale(next(i for i in study.items if i.id == item)).max
            return float(getattr(cub(items[item], int(points)), figure.statistic))
    outcome, *predictors = figure.of
    found = ols(scores, outcome, predictors)
    match figure.statistic:
        case "r2":
            return found.r2
        case "f":
            k = len(predictors)
            return found.r2 / k / ((1 - found.r2) / (found.n - k - 1))
    return float(found.coefficients["b"][figure.by or "intercept"])


# --- publications of which nothing is computed ---------------------------------------------------
def left(study: Study) -> Left | None:
    """Publications of which no figure is computed anew."""
    names = tuple(entry.id for entry in study.published if not entry.computed)
    return Left(publications=names, count=len(names)) if names else None


# --- models of purchases -------------------------------------------------------------------------
@refusable
def purchase_models(study: Study, tables: Sequence[Loaded]) -> PurchaseModels | None:
    """Printed BG/NBD models and ours."""
    entries = [entry for entry in study.published if entry.bg_nbd is not None]
    if not entries:
        return None
    bought = {table.resource.id: table.rows for table in tables}
    made = [list(_parameters(entry, bought)) for entry in entries]
    return PurchaseModels(
        figures=tuple(figure for figures in made for figure in figures),
        publications=tuple(map(_reproduced, entries, made)),
    )


def _parameters(entry: Entry, bought: dict[str, pd.DataFrame]) -> Iterator[Parameter]:
    printed = entry.bg_nbd
    assert printed is not None
    purchases = clv.customer_summary(bought[printed.resource], pd.Timestamp(printed.until))
    ours = clv.bg_nbd(purchases)
    for name, row in ours.parameters.iterrows():
        yield compared(
            Parameter,
            entry,
            getattr(printed, str(name)),
            row["estimate"],
            entry.decimals,
            parameter=str(name),
            ci_lower=row["ci_lower"],
            ci_upper=row["ci_upper"],
        )
    yield compared(
        Parameter,
        entry,
        printed.log_likelihood,
        ours.log_likelihood,
        printed.log_likelihood_decimals,
        parameter="log-likelihood",
        ci_lower=None,
        ci_upper=None,
    )


# --- models of panels ----------------------------------------------------------------------------
@refusable
def panel_models(study: Study, tables: Sequence[Loaded]) -> PanelModels | None:
    """Printed random-intercept cross-lagged panel models and ours."""
    entries = [entry for entry in study.published if entry.panel is not None]
    if not entries:
        return None
    panels = {table.resource.id: table.panel for table in tables if table.panel is not None}
    made = [list(_lags(entry, panels)) for entry in entries]
    used = [panels[entry.panel.resource] for entry in entries if entry.panel is not None]
    return PanelModels(
        figures=tuple(figure for figures in made for figure in figures),
        publications=tuple(map(_reproduced, entries, made)),
        people=max(panel["customer"].nunique() for panel in used),
    )


def _lags(entry: Entry, panels: Mapping[str, pd.DataFrame]) -> Iterator[Lag]:
    printed = entry.panel
    assert printed is not None
    sides: dict[str, Side] = {"x": "done", "y": "said"}
    found: dict[tuple[str, Side, Side], Any] = {}
    for said in dict.fromkeys(figure.said for figure in printed.figures):
        effects = cross_lagged(waves(panels[printed.resource], printed.done, said)).effects
        for row in effects.to_dict("records"):
            found[said, sides[row["of"]], sides[row["on"]]] = row
    for figure in printed.figures:
        row = found[figure.said, figure.from_, figure.to]
        yield compared(
            Lag,
            entry,
            figure.value,
            row["estimate"],
            entry.decimals,
            said=figure.said,
            done=printed.done,
            of=figure.from_,
            on=figure.to,
            ci_lower=row["ci_lower"],
            ci_upper=row["ci_upper"],
        )
