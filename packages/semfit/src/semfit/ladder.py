r"""The ladder of measurement invariance across groups.

configural, metric (equal loadings), scalar (and intercepts), strict (and residual variances), each
compared with the one before: the chi-square difference, for robust estimators that of Satorra &
Bentler (2001), :math:`c_d = (df_0c_0 - df_1c_1)/(df_0 - df_1)`, or of Satorra (2000) for WLSMV, and
the changes in CFI, RMSEA and SRMR. A step is held when the cited rule accepts it; when it does not,
score tests name the equality whose release helps most. A level that is not identified is not held.
With equal intercepts the intercepts of first-order factors are free in later groups, and means of
second-order factors zero.


Ordinal items (Wu & Estabrook 2016): configural, thresholds (equal, with free intercepts and
scales), metric (and loadings), scalar (and intercepts). A level that restricts nothing more than
the one before is the same model and is left out: equal thresholds of two or three categories.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .errors import ModelError
from .estimate import Estimate
from .fit_measures import chisq_pvalue, scaled_test
from .fitting import fit
from .frames import pd
from .messages import listed, message
from .model import degrees_of_freedom
from .result import Result, as_tuple
from .syntax import parse

LEVELS: dict[str, tuple[str, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
ORDINAL_LEVELS: dict[str, tuple[str, ...]] = {
    "configural": (),
    "thresholds": ("thresholds",),
    "metric": ("thresholds", "loadings"),
    "scalar": ("thresholds", "loadings", "intercepts"),
}


INDICES = ("cfi", "rmsea")
#: A factor of a difference is near zero below this part of the smaller of the models' factors.
SMALL_FACTOR = 0.1


@dataclass(frozen=True)
class Rule:
    """When a step of the ladder is held: largest drop in CFI, rises in RMSEA and SRMR.

    ``either`` rejects when the drop in CFI or the rise in RMSEA is too large, not only both.

    Examples
    --------
    >>> import semfit
    >>> mine = semfit.Rule(0.005, None, None, None, None, "CFI falls by less than .005")
    >>> data = semfit.example_data("holzinger_swineford")
    >>> semfit.invariance("f =~ x4 + x5 + x6", data, group="school", rule=mine).rule
    'own'
    """

    cfi: float
    rmsea: float | None
    srmr_loadings: float | None
    srmr: float | None
    pvalue: float | None
    citation: str
    either: bool = False


RULES = {
    "chen2007": Rule(
        0.010,
        0.015,
        0.030,
        0.010,
        None,
        "Chen (2007), Structural Equation Modeling 14:464: reject when CFI falls by 0.010 or more"
        " and RMSEA rises by 0.015 or more or SRMR rises by 0.030 (loadings) or 0.010 (otherwise)"
        " or more",
    ),
    "cheung2002": Rule(
        0.010,
        None,
        None,
        None,
        None,
        "Cheung & Rensvold (2002), Structural Equation Modeling 9:233: reject when CFI falls by"
        " more than 0.010",
    ),
    "chisq": Rule(
        np.inf,
        None,
        None,
        None,
        0.05,
        "chi-square difference test at the 5 % level (Satorra & Bentler 2001 when scaled)",
    ),
}


@dataclass(frozen=True)
class Invariance:
    """The fitted ladder, its table of differences and what was decided.

    Attributes
    ----------
    fits, table
        The models by level; a row for each, with its fit and the differences from the one before.
    held, level, decision
        Levels that hold, the last of them, and a sentence.
    rule, citation, indices
        What decided, and with which CFI and RMSEA (``"robust"``, ``"scaled"``, ``"plain"``).
    release, released
        Score tests of equalities of the first level that does not hold; what was released.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> model = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6"
    >>> ladder = semfit.invariance(model, data, group="school")
    >>> ladder.table[["level", "df", "cfi", "delta_cfi"]].round(3).head(2)
            level  df   cfi  delta_cfi
    0  configural  16  0.98        NaN
    1      metric  20  0.97      -0.01
    """

    fits: dict[str, Result] = field(repr=False)
    table: pd.DataFrame
    held: tuple[str, ...]
    level: str
    rule: str
    citation: str
    release: pd.DataFrame = field(repr=False)
    decision: str = ""
    indices: str = "plain"
    released: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.decision}\n{self.table.round(3).to_string(index=False)}"


def difference_test(restricted: Result, free: Result) -> dict[str, Any]:
    """Chi-square difference of nested models, plain and scaled.

    Scaled by Satorra & Bentler (2001), :math:`c_d = (d_0c_0 - d_1c_1)/(d_0 - d_1)`; WLSMV and
    ULSMV, whose statistics are shifted too, by Satorra (2000) with shift. Where :math:`c_d` is
    negative, or less than a tenth of both models' own factors (so that dividing by it makes any
    difference enormous), ``delta_warning`` says so and the difference is that of Satorra & Bentler
    (2010), with the scaling factor of the free model at the restricted estimates.

    Parameters
    ----------
    restricted, free
        Fits of nested models to the same rows, the one with more degrees of freedom first; the
        other way round they are turned.

    Returns
    -------
    dict
        delta_chisq, delta_df, delta_pvalue; delta_chisq_scaled, delta_pvalue_scaled where scaled.

    Raises
    ------
    ModelError
        For models with other estimators, rows or variables.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> model = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6"
    >>> free = semfit.fit(model, data)
    >>> restricted = semfit.fit(model + "; visual ~~ 0*textual", data)
    >>> test = semfit.difference_test(restricted, free)
    >>> print(f"{test['delta_chisq']:.2f} {test['delta_df']:.0f}")
    35.58 1
    """
    _comparable(restricted.estimate, free.estimate)
    if restricted.df < free.df:
        restricted, free = free, restricted
    a, b = restricted.fit, free.fit
    df = a["df"] - b["df"]
    plain = a["chisq"] - b["chisq"]
    out: dict[str, Any] = {
        "delta_chisq": plain,
        "delta_df": df,
        "delta_pvalue": chisq_pvalue(plain, df),
    }
    if "chisq_scaling_factor" not in a or "chisq_scaling_factor" not in b or not df > 0:
        return out
    if "chisq_shift_parameter" in a:
        from .categorical import shifted_difference

        scaled = shifted_difference(restricted.estimate, free.estimate, plain, int(df))
    else:
        c0, c1 = a["chisq_scaling_factor"], b["chisq_scaling_factor"]
        factor = (a["df"] * c0 - b["df"] * (c1 if b["df"] else 0.0)) / df
        least = SMALL_FACTOR * min(c0, c1 if b["df"] else c0)
        if factor < least and "statistics" not in free.estimate.extra:
            out["delta_warning"] = message("negative_difference", factor=factor)
            c1 = _scaling_at(free.estimate, restricted)
            factor = (a["df"] * c0 - b["df"] * c1) / df
        scaled = plain / factor if factor > 0 else np.nan
    return out | {
        "delta_chisq_scaled": scaled,
        "delta_pvalue_scaled": chisq_pvalue(scaled, df),
    }


def _comparable(one: Estimate, other: Estimate) -> None:
    """Refuse a difference test of models that are not fitted alike to the same data."""
    a, b = one.options, other.options
    for name in ("estimator", "likelihood", "missing", "cluster", "weights"):
        if (first := getattr(a, name)) != (second := getattr(b, name)):
            raise ModelError("difference_options", option=name, first=first, second=second)
    if set(one.sample.names) != set(other.sample.names):
        only = sorted(set(one.sample.names) ^ set(other.sample.names))
        raise ModelError("difference_variables", names=listed(only))
    if one.sample is other.sample:
        return
    order = [other.sample.names.index(name) for name in one.sample.names]
    same = one.sample.labels == other.sample.labels and all(
        g.n == h.n
        and np.allclose(g.mean, h.mean[order])
        and np.allclose(np.diag(g.cov), np.diag(h.cov)[order])
        for g, h in zip(one.sample.groups, other.sample.groups, strict=True)
    )
    if not same:
        raise ModelError("difference_rows", first=one.n, second=other.n)


def _scaling_at(free: Estimate, restricted: Result) -> float:
    """The scaling factor of the free model at the estimates of the restricted one."""
    model = free.model
    at = restricted.estimate
    values = np.array([np.nan if r.value is None else r.value for r in at.model.rows])
    values[at.model.free] = at.x
    known: dict[tuple[str, str, str, int], float] = {}
    for r, value in zip(at.model.rows, values.tolist(), strict=True):
        known[r.lhs, r.op, r.rhs, r.group] = value
        if r.op == "~~":
            known[r.rhs, r.op, r.lhs, r.group] = value
    rows = [model.rows[k] for k in model.free]
    x = np.array([known.get((r.lhs, r.op, r.rhs, r.group), 0.0) for r in rows])
    if not np.isfinite(free.discrepancy.value_and_gradient(x)[0]):
        return np.nan  # there the free model implies no covariance matrix
    df = degrees_of_freedom(model)
    scaling = scaled_test(replace(free, x=x), df, model.expand.shape[1])
    return np.nan if scaling is None else scaling.factor


def invariance(
    model: str,
    data: Any,
    *,
    group: str,
    levels: Sequence[str] | None = None,
    rule: str | Rule = "chen2007",
    group_partial: Sequence[str] | str = (),
    **options: Any,
) -> Invariance:
    """Walk the ladder of invariance for ``group``.

    ``options`` go to `fit` (estimator, missing, ordered, std_lv, …). The table has one row per
    level with its fit and the differences from the level before; CFI and RMSEA are robust where
    the estimator gives that for all levels, else scaled, else plain (``indices`` says which).
    ``release`` lists score tests of the equalities of the first level that was not held (of the
    last level otherwise). A level of ordinal items that is the model before it in other parameters
    is left out.

    Parameters
    ----------
    model, data, group
        As for `fit`.
    levels
        Of ``configural``, ``metric``, ``scalar``, ``strict`` (ordinal items have others), in order.
    rule
        ``"chen2007"``, ``"cheung2002"``, ``"chisq"`` or a `Rule`.
    group_partial
        Parameters that stay free, like ``"x3 ~ 1"``.

    Raises
    ------
    ModelError
        For levels and rules that are unknown, and where `fit` does.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> model = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6"
    >>> semfit.invariance(model, data, group="school").level
    'metric'
    """
    partial = as_tuple(group_partial)
    known, names, chosen = _plan(levels, rule, options)
    fits: dict[str, Result] = {}
    rows = data
    for name in names:
        result = _level(model, rows, group, known[name], partial, options)
        if _same_model(result, fits):
            continue
        fits[name] = result
        # all levels are models of the same rows
        rows = result.estimate.extra.get("source", result.estimate.sample)
    names = list(fits)
    records: list[dict[str, Any]] = []
    held: list[str] = []
    stopped: str | None = None
    form = _form(fits.values())
    for k, name in enumerate(names):
        record = _record(name, fits[name], form)
        if k:
            _compare(record, records[-1], fits[name], fits[names[k - 1]], chosen, name)
        else:
            record["held"] = _solved(fits[name])
        records.append(record)
        if stopped is None:
            if record["held"]:
                held.append(name)
            else:
                stopped = name
    release = fits[stopped or names[-1]].release_tests()
    level = held[-1] if held else "none"
    decision = f"Invariance across {group!r} holds up to the {level} level"
    if stopped is not None and not _solved(fits[stopped]):
        decision += f"; {stopped} {_unsolved(fits[stopped])}"
    elif stopped is not None and len(release):
        top = release.iloc[0]
        decision += (
            f"; {stopped} is rejected, releasing {top['lhs']} {top['op']} {top['rhs']}".rstrip()
            + f" helps most (score test {top['chisq']:.2f}, df 1, p {top['pvalue']:.3g})"
        )
    elif stopped is not None:
        decision += f"; {stopped} is rejected"
    decision += f". Rule: {chosen.citation}."
    return Invariance(
        fits,
        pd.DataFrame(records),
        tuple(held),
        level,
        rule if isinstance(rule, str) else "own",
        chosen.citation,
        release,
        decision,
        form.strip("_") or "plain",
        partial,
    )


def partial_invariance(
    model: str,
    data: Any,
    *,
    group: str,
    levels: Sequence[str] | None = None,
    rule: str | Rule = "chen2007",
    **options: Any,
) -> Invariance:
    """Walk the ladder, releasing equalities one by one where a level is not held.

    At a level that the rule rejects against the last one held, the equality whose joint score test
    over all groups has the smallest p-value is released, as long as two items of each of the item's
    factors stay equal (Byrne, Shavelson & Muthén 1989; Steenkamp & Baumgartner 1998); the first
    loading, fixed in all groups, counts as equal and is not tested. The intercept of an item with a
    released loading is released with it. The search follows the data: its end is a suggestion
    to be confirmed on other data, not a test at a known level.

    The table has a row for every model tried (``level``, ``released`` up to there, ``step`` the
    equality released last); ``fits`` are named alike (``"scalar"``, ``"scalar, 1 released"``, …).
    ``released`` holds what the last model held has released, for ``group_partial``.

    Parameters
    ----------
    model, data, group, levels, rule
        As for `invariance`.

    Raises
    ------
    ModelError
        As `invariance`.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> model = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6"
    >>> found = semfit.partial_invariance(model, data, group="school")
    >>> found.released
    ('x3~1',)
    """
    known, names, chosen = _plan(levels, rule, options)
    factors = _factors(model)
    fits: dict[str, Result] = {}
    tried: list[tuple[str, str, tuple[str, ...], str | None]] = []  # key, level, released, before
    rows = data
    released: list[str] = []
    held: list[str] = []
    kept: tuple[str, ...] = ()
    before: str | None = None
    stopped: str | None = None
    for name in names:
        equal = known[name]
        if "intercepts" in equal:
            released += [
                f"{item}~1"
                for item in (r.split("=~")[1] for r in released if "=~" in r)
                if f"{item}~1" not in released
            ]
        step = 0
        while True:
            key = name if not step else f"{name}, {step} released"
            result = _level(model, rows, group, equal, tuple(released), options)
            if not step and _same_model(result, {} if before is None else {before: fits[before]}):
                break
            fits[key] = result
            first = fits[key].estimate
            rows = first.extra.get("source", first.sample)
            tried.append((key, name, tuple(released), before))
            ok = _solved(fits[key])
            if before is not None and ok:
                # decided with the indices that these two models have
                pair = (fits[before], fits[key])
                form = _form(pair)
                old, new = (_record("", f, form) for f in pair)
                _compare(new, old, fits[key], fits[before], chosen, name)
                ok = bool(new["held"])
            if ok:
                held.append(name)
                before, kept = key, tuple(released)
                break
            pick = None
            if before is not None and _solved(fits[key]):
                pick = _suggestion(fits[key], factors, released)
            if pick is None:
                stopped = name
                break
            released.append(pick)
            step += 1
        if stopped is not None:
            break
    form = _form(fits.values())
    records: dict[str, dict[str, Any]] = {}
    for key, name, partial, base in tried:
        record = _record(name, fits[key], form) | {"released": ", ".join(partial)}
        earlier = [p for k, _, p, _ in tried if k in records][-1:]
        record["step"] = ", ".join(p for p in partial if not earlier or p not in earlier[0])
        if base is not None:
            _compare(record, records[base], fits[key], fits[base], chosen, name)
        else:
            record["held"] = _solved(fits[key])
        records[key] = record
    last = tried[-1][0]
    level = held[-1] if held else "none"
    decision = f"Invariance across {group!r} holds up to the {level} level"
    if kept:
        decision += f" with {', '.join(kept)} released"
    if stopped is not None:
        decision += f"; {stopped} is rejected" + (
            " and no more equality may be released"
            if _solved(fits[last])
            else f" and with {', '.join(tried[-1][2]) or 'it'} the model {_unsolved(fits[last])}"
        )
    decision += f". Rule: {chosen.citation}."
    return Invariance(
        fits,
        pd.DataFrame(list(records.values())),
        tuple(held),
        level,
        rule if isinstance(rule, str) else "own",
        chosen.citation,
        fits[last].release_tests(),
        decision,
        form.strip("_") or "plain",
        kept,
    )


def _plan(
    levels: Sequence[str] | None, rule: str | Rule, options: dict[str, Any]
) -> tuple[dict[str, tuple[str, ...]], list[str], Rule]:
    """The known levels, those to walk, and the rule."""
    if isinstance(rule, str) and rule not in RULES:
        raise ModelError("unknown_rule", name=rule, known=", ".join(RULES))
    known = ORDINAL_LEVELS if options.get("ordered") else LEVELS
    names = list(known) if levels is None else list(levels)
    for name in names:
        if name not in known:
            raise ModelError("unknown_level", name=name, known=", ".join(known))
    if not names:
        raise ModelError("no_level")
    if "group_equal" in options:
        raise ModelError("invariance_equalities")
    return known, names, RULES[rule] if isinstance(rule, str) else rule


def _level(
    model: str,
    rows: Any,
    group: str,
    equal: tuple[str, ...],
    partial: tuple[str, ...],
    options: dict[str, Any],
) -> Result:
    return fit(
        model,
        rows,
        group=group,
        group_equal=equal,
        group_partial=partial if equal else (),
        **options,
    )


def _same_model(result: Result, fits: dict[str, Result]) -> bool:
    """Whether a level of ordinal items is the model before it in other parameters."""
    ordinal = bool(result.estimate.model.variables.ordered)
    return ordinal and bool(fits) and result.df <= list(fits.values())[-1].df


def _form(fits: Iterable[Result]) -> str:
    """The best kind of CFI and RMSEA that all models have: robust, scaled or plain."""
    results = list(fits)
    for kind in ("_robust", "_scaled"):
        if all(np.isfinite(r.fit.get(f"{m}{kind}", np.nan)) for r in results for m in INDICES):
            return kind
    return ""


def _record(name: str, result: Result, form: str) -> dict[str, Any]:
    f = result.fit
    return {
        "level": name,
        "chisq": f.get("chisq_scaled", f["chisq"]),
        "df": f["df"],
        "pvalue": f.get("pvalue_scaled", f["pvalue"]),
        **{m: f[f"{m}{form}"] for m in INDICES},
        "srmr": f["srmr"],
        "bic": f.get("bic", np.nan),
    }


def _compare(
    record: dict[str, Any],
    before: dict[str, Any],
    restricted: Result,
    free: Result,
    rule: Rule,
    level: str,
) -> None:
    """Add the differences from a less restricted level and whether the rule accepts them."""
    record |= difference_test(restricted, free)
    record |= {f"delta_{key}": record[key] - before[key] for key in ("cfi", "rmsea", "srmr")}
    record["held"] = _solved(free) and _solved(restricted) and _held(record, rule, level)


def _solved(result: Result) -> bool:
    """Whether a model converged and is identified; a Heywood case does not matter here."""
    unknown = {"not_identified", "nothing_informs"}
    return result.converged and not unknown & {problem.code for problem in result.problems}


def _unsolved(result: Result) -> str:
    return "is not identified" if result.converged else "did not converge"


def _factors(model: str) -> dict[str, list[str]]:
    """Items of every factor as written."""
    found: dict[str, list[str]] = {}
    for f in parse(model).formulas:
        if f.op == "=~":
            found.setdefault(f.lhs, []).append(f.rhs)
    return found


def _item(parameter: str) -> tuple[str, str]:
    """The operator and the item of a parameter's name."""
    op = next(op for op in ("=~", "~~", "~1", "|") if op in parameter)
    left, right = parameter.split(op, 1)
    return op, right if op == "=~" else left


def _suggestion(
    result: Result, factors: dict[str, list[str]], released: Sequence[str]
) -> str | None:
    """The equality to release next; None where two equal items a factor would not be left."""
    for row in result.release_tests(joint=True).to_dict("records"):
        name = f"{row['lhs']}{row['op']}{row['rhs']}"
        if row["op"] not in ("=~", "~~", "~1", "|") or not np.isfinite(row["pvalue"]):
            continue
        op, item = _item(name)
        gone = {i for o, i in map(_item, released) if o == op} | {item}
        mine = [items for items in factors.values() if item in items]
        if mine and all(len(set(items) - gone) >= 2 for items in mine):
            return name
    return None


def _held(record: dict[str, Any], rule: Rule, level: str) -> bool:
    if rule.pvalue is not None:
        p = record.get("delta_pvalue_scaled", record["delta_pvalue"])
        return bool(p >= rule.pvalue)
    if not np.isfinite(record["delta_cfi"]):
        return False
    falls = -record["delta_cfi"] >= rule.cfi
    if rule.rmsea is None:
        return not bool(-record["delta_cfi"] > rule.cfi)
    if rule.either:
        return not bool(-record["delta_cfi"] > rule.cfi or record["delta_rmsea"] > rule.rmsea)
    bound = rule.srmr_loadings if level == "metric" else rule.srmr
    rises = record["delta_rmsea"] >= rule.rmsea or (
        bound is not None and record["delta_srmr"] >= bound
    )
    return not bool(falls and rises)
