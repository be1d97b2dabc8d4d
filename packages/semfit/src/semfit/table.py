"""The parameter table: formulas completed by lavaan's defaults, one row per parameter and group.

Defaults (those of ``lavaan::sem``): the first loading of a factor is fixed to one (or, with
``std_lv``, its variance), residual and factor variances are free, exogenous factors covary, as do
endogenous variables that predict nothing; observed variables that only predict ("fixed x") keep
their sample moments and are no parameters. Where thresholds are equal across groups, the intercepts
of ordinal variables are free in all groups but the first, and so are their scales if they have
three categories or more (Wu & Estabrook 2016; lavaan since 0.7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isnan

from .errors import ModelError
from .syntax import Formula, Syntax

EQUALITIES = {
    "loadings": "factor loadings",
    "intercepts": "intercepts of observed variables",
    "thresholds": "thresholds",
    "residuals": "residual variances of observed variables",
    "residual_covariances": "residual covariances of observed variables",
    "regressions": "regression coefficients",
    "means": "means (intercepts) of latent variables",
    "lv_variances": "(residual) variances of latent variables",
    "lv_covariances": "(residual) covariances of latent variables",
}


@dataclass(slots=True)
class Row:
    """One parameter of one group; ``value`` is the fixed value where ``free`` is false."""

    lhs: str
    op: str
    rhs: str
    group: int
    user: bool = False
    free: bool = True
    value: float | None = None
    start: float | None = None
    label: str = ""
    exogenous: bool = False

    @property
    def name(self) -> str:
        return f"{self.lhs}{self.op}{self.rhs}"


@dataclass(frozen=True)
class Variables:
    """The roles of the variables of a model, each in order of appearance."""

    observed: tuple[str, ...]
    latent: tuple[str, ...]
    exogenous_observed: tuple[str, ...]
    exogenous_latent: tuple[str, ...]
    dependent: tuple[str, ...]
    ordered: tuple[str, ...] = ()
    random_exogenous: tuple[str, ...] = ()  # with fixed_x=False: they covary freely


def _unique(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))


def variables_of(syntax: Syntax, ordered: Sequence[str] = (), fixed_x: bool = True) -> Variables:
    """Which variables the model has and what they are in it (lavaan's ``lavNames``)."""
    formulas = syntax.formulas
    latent = _unique([f.lhs for f in formulas if f.op == "=~"])
    is_latent = set(latent)
    all_indicators = _unique([f.rhs for f in formulas if f.op == "=~"])
    indicators = [v for v in all_indicators if v not in is_latent]
    dependents = _unique([f.lhs for f in formulas if f.op == "~"])
    predictors = _unique([f.rhs for f in formulas if f.op == "~"])
    taken = is_latent | set(indicators)
    y = [v for v in dependents if v not in taken]
    x = [v for v in predictors if v not in taken and v not in set(y)]
    extra = _unique([v for f in formulas if f.op in ("~~", "~1", "|") for v in (f.lhs, f.rhs) if v])
    observed = _unique(
        [*indicators, *y, *x]
        + [v for v in extra if v not in is_latent and not _is_threshold(v, formulas)]
    )
    random = {v for f in formulas if f.op in ("~~", "~1") for v in (f.lhs, f.rhs) if v}
    pure = [v for v in x if v not in random]
    exogenous_observed, random_exogenous = (pure, []) if fixed_x else ([], pure)
    indicator_set, dependent_set, predictor_set = (
        set(all_indicators),
        set(dependents),
        set(predictors),
    )
    exogenous_latent = [v for v in latent if v not in indicator_set | dependent_set]
    lone = [
        v
        for v in latent
        if v in dependent_set and v not in predictor_set and v not in indicator_set
    ]
    lone += [
        v
        for v in observed
        if v in dependent_set and v not in predictor_set and v not in indicator_set
    ]
    thresholds = [f.lhs for f in formulas if f.op == "|"]
    for name in thresholds:
        if name in is_latent:
            raise ModelError("latent_threshold", name=name)
    ordinal = [v for v in observed if v in set(ordered) | set(thresholds)]
    return Variables(
        tuple(observed),
        tuple(latent),
        tuple(exogenous_observed),
        tuple(exogenous_latent),
        tuple(lone),
        tuple(ordinal),
        tuple(random_exogenous),
    )


def _is_threshold(name: str, formulas: Sequence[Formula]) -> bool:
    return (
        name.startswith("t")
        and name[1:].isdigit()
        and any(f.op == "|" and f.rhs == name for f in formulas)
    )


def _defaults(
    variables: Variables, meanstructure: bool, levels: dict[str, int]
) -> list[tuple[str, str, str]]:
    keys: list[tuple[str, str, str]] = []
    for name in variables.ordered:
        keys += [(name, "|", f"t{k + 1}") for k in range(levels[name] - 1)]
    fixed = set(variables.exogenous_observed)
    keys += [(v, "~~", v) for v in variables.observed if v not in fixed]
    keys += [(v, "~~", v) for v in variables.latent]
    keys += [(a, "~~", b) for a, b in combinations(variables.exogenous_latent, 2)]
    keys += [(a, "~~", b) for a, b in combinations(variables.dependent, 2)]
    keys += [(a, "~~", b) for a, b in combinations(variables.random_exogenous, 2)]
    x = variables.exogenous_observed
    keys += [(x[i], "~~", x[j]) for i in range(len(x)) for j in range(i, len(x))]
    keys += [(v, "~*~", v) for v in variables.ordered]
    if meanstructure:
        keys += [(v, "~1", "") for v in (*variables.observed, *variables.latent)]
    return keys


def parameter_table(
    syntax: Syntax,
    variables: Variables,
    *,
    groups: int = 1,
    meanstructure: bool = False,
    std_lv: bool = False,
    group_equal: Sequence[str] = (),
    group_partial: Sequence[str] = (),
    levels: dict[str, int] | None = None,
    orthogonal: bool = False,
) -> list[Row]:
    """All parameters, group after group; equal labels mean equal parameters."""
    equal = {name.replace(".", "_") for name in group_equal}
    unknown = equal - set(EQUALITIES)
    if unknown:
        known = ", ".join(EQUALITIES)
        raise ModelError("unknown_equality", name=sorted(unknown)[0], known=known)
    if variables.ordered and "intercepts" in equal:
        equal |= {"thresholds"}  # intercepts of latent responses have no meaning without
    partial = {_compact(p) for p in group_partial}
    written = {(f.lhs, f.op, f.rhs): f for f in syntax.formulas}
    keys = list(written)
    present = set(keys) | {(b, o, a) for a, o, b in keys if o == "~~"}
    keys += [k for k in _defaults(variables, meanstructure, levels or {}) if k not in present]
    first = _first_loadings(syntax)
    single = _single_indicators(syntax)
    latent, ordinal = set(variables.latent), set(variables.ordered)
    zero_means = _second_order(syntax, latent)
    fixed_x = set(variables.exogenous_observed)

    rows: list[Row] = []
    for group in range(1, groups + 1):
        for lhs, op, rhs in keys:
            row = Row(lhs, op, rhs, group, user=(lhs, op, rhs) in written)
            diagonal = op == "~~" and lhs == rhs
            if op == "=~" and not std_lv and (lhs, rhs) in first:
                row.free, row.value = False, 1.0
            elif diagonal and lhs in latent and std_lv:
                free = group > 1 and "loadings" in equal and not row.user
                row.free, row.value = free, None if free else 1.0
            elif diagonal and not row.user and lhs in single:
                row.free, row.value = False, 0.0
            elif diagonal and lhs in ordinal and not row.user:
                row.free, row.value = False, 1.0
            elif op == "~*~":
                # two equal thresholds identify a scale, one does not (Wu & Estabrook 2016)
                free = group > 1 and "thresholds" in equal and (levels or {})[lhs] > 2
                row.free, row.value = free, None if free else 1.0
            elif op == "~1" and lhs in latent and not row.user:
                free = (
                    group > 1
                    and "intercepts" in equal
                    and "means" not in equal
                    and lhs not in zero_means
                )
                row.free, row.value = free, None if free else 0.0
            elif op == "~1" and lhs in ordinal and not row.user:
                free = group > 1 and "thresholds" in equal
                row.free, row.value = free, None if free else 0.0
            elif not row.user and op == "~~" and not diagonal and orthogonal and lhs in latent:
                row.free, row.value = False, 0.0
            if op in ("~~", "~1") and lhs in fixed_x and (rhs in fixed_x or op == "~1"):
                row.free, row.exogenous = False, True
            if row.user:
                _apply_modifier(row, written[lhs, op, rhs], group, groups)
            rows.append(row)
    _equate_named(rows)
    if groups > 1:
        _equate_groups(rows, equal, partial, variables)
    elif equal:
        raise ModelError("equal_without_group")
    return rows


def _equate_named(rows: list[Row]) -> None:
    """``equal("f=~x2")``: a label that is the name of a parameter without one labels that too."""
    wanted = {_compact(r.label): r.label for r in rows if "~" in r.label or "|" in r.label}
    if not wanted:
        return
    found: set[str] = set()
    for row in rows:
        name = row.name + (f".g{row.group}" if row.group > 1 else "")
        if name in wanted:
            found.add(name)
            row.label = row.label or wanted[name]
    for name in wanted:
        if name not in found:
            raise ModelError("equal_to_nothing", name=name)


def _compact(text: str) -> str:
    return "".join(text.split())


def _first_loadings(syntax: Syntax) -> set[tuple[str, str]]:
    first: dict[str, str] = {}
    for f in syntax.formulas:
        if f.op == "=~":
            first.setdefault(f.lhs, f.rhs)
    return set(first.items())


def _second_order(syntax: Syntax, latent: set[str]) -> set[str]:
    """Factors whose mean the free intercepts of the factors that measure them take up.

    Where one of these intercepts is written, the model's text says what is to be free.
    """
    written = {f.lhs for f in syntax.formulas if f.op == "~1"}
    measures: dict[str, list[str]] = {}
    for f in syntax.formulas:
        if f.op == "=~":
            measures.setdefault(f.lhs, []).append(f.rhs)
    return {f for f, of in measures.items() if set(of) <= latent and not written & set(of)}


def _single_indicators(syntax: Syntax) -> set[str]:
    loads: dict[str, list[str]] = {}
    for f in syntax.formulas:
        if f.op == "=~":
            loads.setdefault(f.lhs, []).append(f.rhs)
    counts: dict[str, int] = {}
    for items in loads.values():
        for item in items:
            counts[item] = counts.get(item, 0) + 1
    return {items[0] for items in loads.values() if len(items) == 1 and counts[items[0]] == 1}


def _apply_modifier(row: Row, formula: Formula, group: int, groups: int) -> None:
    modifier = formula.modifier
    for name, values in (
        ("fixed value", modifier.fixed),
        ("label", modifier.label),
        ("start", modifier.start),
    ):
        if len(values) not in (0, 1, groups):
            raise ModelError(
                "modifiers", parameter=row.name, count=len(values), kind=name, groups=groups
            )
    if modifier.fixed:
        value = modifier.fixed[(group - 1) % len(modifier.fixed)]
        if value is None or isnan(value):
            row.free, row.value = True, None
        else:
            row.free, row.value = False, float(value)
    if modifier.label:
        row.label = modifier.label[(group - 1) % len(modifier.label)] or ""
    if modifier.start:
        row.start = modifier.start[(group - 1) % len(modifier.start)]


def _equality_of(row: Row, variables: Variables) -> str | None:
    latent = set(variables.latent)
    if row.op in ("~1", "~~") and row.lhs in variables.random_exogenous:
        return None  # moments of predictors, not of the measurement model
    if row.op == "=~":
        return "loadings"
    if row.op == "~":
        return "regressions"
    if row.op == "|":
        return "thresholds"
    if row.op == "~1":
        return "means" if row.lhs in latent else "intercepts"
    if row.op == "~~":
        if row.lhs in latent:
            return "lv_variances" if row.lhs == row.rhs else "lv_covariances"
        return "residuals" if row.lhs == row.rhs else "residual_covariances"
    return None


def _equate_groups(
    rows: list[Row], equal: set[str], partial: set[str], variables: Variables
) -> None:
    alike: dict[str, list[Row]] = {}
    for row in rows:
        alike.setdefault(row.name, []).append(row)
    first = {id(row): k + 1 for k, row in enumerate(rows)}
    for name, same in alike.items():
        if _equality_of(same[0], variables) not in equal or name in partial:
            continue
        same = [r for r in same if not r.exogenous and not (r.user and r.label)]
        fixed = [r.value for r in same if not r.free]
        for row in same if len(same) > 1 else []:
            if fixed:  # equal to a fixed parameter is fixed
                row.free, row.value = False, fixed[0]
            else:
                row.label = f".p{first[id(same[0])]}."
    missing = partial - set(alike)
    if missing:
        raise ModelError("partial_unknown", name=sorted(missing)[0])
