"""A fit in one print: tests and indices, parameters with intervals, explained variance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import numpy as np

from .errors import ModelError
from .frames import pd
from .intervals import inference

if TYPE_CHECKING:
    from .result import Result

#: Rows of the table of fit: its heading and the name of the measure, to which the columns append.
MEASURES = (
    ("chi-square", "chisq"),
    ("degrees of freedom", "df"),
    ("p", "pvalue"),
    ("scaling factor", "chisq_scaling_factor"),
    ("shift", "chisq_shift_parameter"),
    ("baseline chi-square", "baseline_chisq"),
    ("baseline degrees of freedom", "baseline_df"),
    ("CFI", "cfi"),
    ("TLI", "tli"),
    ("RMSEA", "rmsea"),
    ("  90 % interval, lower", "rmsea_ci_lower"),
    ("  90 % interval, upper", "rmsea_ci_upper"),
    ("  p of RMSEA <= 0.05", "rmsea_pvalue"),
    ("SRMR", "srmr"),
    ("log-likelihood", "logl"),
    ("AIC", "aic"),
    ("BIC", "bic"),
)
COLUMNS = (("standard", ""), ("scaled", "_scaled"), ("robust", "_robust"))
WHOLE = {"df", "baseline_df"}

Line = str | list[str]


class Summary(str):
    """A text that shows itself as it prints."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def summary(result: Result, level: float = 0.95) -> Summary:
    """The text; see `semfit.result.Result.summary`."""
    if isinstance(level, bool) or not np.isreal(level) or not 0 < level < 1:
        raise ModelError("unknown_confidence", value=repr(level))
    lines: list[Line] = [*_head(result), "", *_aligned(_fit(result)), ""]
    parts: list[Line] = _parameters(result, level)
    return Summary("\n".join([*(str(line) for line in lines), *_aligned(parts)]).rstrip())


def _head(result: Result) -> list[str]:
    estimate = result.estimate
    options = estimate.options
    how = [f"SEM by {options.estimator}"]
    if estimate.fiml:
        how.append("full information with missing values")
    if options.cluster is not None:
        how.append(f"clusters by {options.cluster}")
    if options.weights is not None:
        how.append(f"weights of {options.weights}")
    state = "converged" if result.converged else "NOT CONVERGED"
    free = estimate.model.expand.shape[1]
    sizes = ", ".join(
        f"{label} {group.n:,}"
        for label, group in zip(result.group_labels, estimate.sample.groups, strict=True)
    )
    rows = f"N = {estimate.n:,}" + (f" ({sizes})" if len(result.group_labels) > 1 else "")
    lines = [f"{'; '.join(how)}: {state}", f"{rows}, {free} parameters"]
    if result.draws is not None:
        lines.append(f"standard errors and intervals from {int(result.draws.used.sum()):,} draws")
    return [*lines, *(f"warning: {w}" for w in result.warnings)]


def _fit(result: Result) -> list[Line]:
    found = result.fit
    used = [
        (name, suffix)
        for name, suffix in COLUMNS
        if any(np.isfinite(found.get(key + suffix, np.nan)) for _, key in MEASURES if suffix)
        or not suffix
    ]
    rows: list[Line] = [["Fit", *(name for name, _ in used)]]
    for heading, key in MEASURES:
        cells = []
        for _, suffix in used:
            value = found.get(key + suffix, np.nan)
            if key in ("chisq_scaling_factor", "chisq_shift_parameter"):  # of the scaled test
                value = found.get(key, np.nan) if suffix == "_scaled" else np.nan
            cells.append(_shown(key, value))
        if any(cells):
            rows.append([heading, *cells])
    return rows


def _shown(key: str, value: float) -> str:
    if key in WHOLE and value == np.floor(value):
        return f"{value:.0f}"
    return _probability(value) if key.endswith("pvalue") else _number(value)


def _number(value: float) -> str:
    if not np.isfinite(value):
        return ""
    return f"{round(value, 3) + 0.0:.3f}" if abs(value) < 1e6 else f"{value:.4g}"


def _probability(value: float) -> str:
    if not np.isfinite(value):
        return ""
    return "<0.001" if value < 0.0005 else f"{value:.3f}"


def _parameters(result: Result, level: float) -> list[Line]:
    model = result.estimate.model
    if result.draws is not None:
        frame = result.draws.parameters("percentile", level)
    else:
        frame = result.parameters
        frame = frame.assign(
            **inference(frame["est"].to_numpy(), frame["se"].to_numpy(), level, result.cluster_df)
        )
    given = np.zeros(len(frame), dtype=bool)
    given[: len(model.rows)] = [r.exogenous for r in model.rows]
    held = (frame["se"] == 0) & frame["op"].isin(["~1", "~*~"]) & frame["est"].isin([0.0, 1.0])
    frame = frame[~given & ~held.to_numpy()]
    rows = model.rows
    dependent = {r.rhs for r in rows if r.op == "=~"} | {r.lhs for r in rows if r.op == "~"}
    half = f"{100 * level:g} %"
    heads = ["est", "se", "z", "p", f"{half} from", "to", "std lv", "std all"]
    lines: list[Line] = []
    for number, label in enumerate(result.group_labels, 1):
        if len(result.group_labels) > 1:
            lines.append(f"Group {number}: {label}")
        own = frame[frame["group"] == number]
        for title, part in _sections(own, dependent):
            lines += [[title, *heads], *_rows(part), ""]
        r2 = result.r2[result.r2["group"] == number]
        if len(r2):
            lines.append(["R-square", "est"])
            lines += [[f"  {v}", _number(x)] for v, x in zip(r2["variable"], r2["r2"], strict=True)]
            lines.append("")
    defined = frame[frame["op"] == ":="]
    if len(defined):
        lines += [["Defined", *heads], *_rows(defined)]
    return lines


def _sections(frame: pd.DataFrame, dependent: set[str]) -> list[tuple[str, pd.DataFrame]]:
    """The parts of a group's table under their headings, without empty ones."""
    op, same = frame["op"], frame["lhs"] == frame["rhs"]
    inner = frame["lhs"].isin(dependent) | (frame["rhs"].isin(dependent) & (op == "~~"))
    found = {
        "Loadings": op == "=~",
        "Regressions": op == "~",
        "Covariances": (op == "~~") & ~same & ~inner,
        "Residual covariances": (op == "~~") & ~same & inner,
        "Intercepts": (op == "~1") & inner,
        "Means": (op == "~1") & ~inner,
        "Thresholds": op == "|",
        "Variances": (op == "~~") & same & ~inner,
        "Residual variances": (op == "~~") & same & inner,
        "Scales": op == "~*~",
    }
    return [(title, frame[at]) for title, at in found.items() if at.any()]


def _rows(frame: pd.DataFrame) -> list[Line]:
    """A line each parameter, under what is on its left where that is not all there is to it."""
    lines: list[Line] = []
    last = None
    for row in frame.to_dict("records"):
        left, op, right = str(row["lhs"]), row["op"], str(row["rhs"])
        label = "" if row["label"].startswith(".p") or op == ":=" else row["label"]
        name = left if op in ("~1", "~*~") or left == right else right
        name = f"{left} := {right}" if op == ":=" else name
        if op != ":=" and name == right and left != right:
            if (left, op) != last:
                lines.append([f"  {left} {op}"])
                last = (left, op)
            name = f"  {right}"
        cells = _cells(row)
        lines.append([f"  {name}" + (f" ({label})" if label else ""), *cells])
    return lines


def _cells(row: dict[Any, Any]) -> list[str]:
    standardized = [_number(row["std_lv"]), _number(row["std_all"])]
    if row["se"] == 0:
        return [_number(row["est"]), *[""] * 5, *standardized]
    inner = [_number(row["est"]), _number(row["se"]), _number(row["z"])]
    limits = [_number(row["ci_lower"]), _number(row["ci_upper"])]
    return [*inner, _probability(row["pvalue"]), *limits, *standardized]


def _width(text: str) -> int:
    """Columns on a screen: Chinese characters take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _aligned(lines: Sequence[Line]) -> list[str]:
    """Rows with their columns under one another: the first to the left, the others to the right."""
    widths: list[int] = []
    for row in lines:
        if not isinstance(row, str):
            widths += [0] * (len(row) - len(widths))
            for k, cell in enumerate(row):
                widths[k] = max(widths[k], _width(cell))
    shown = []
    for row in lines:
        if isinstance(row, str):
            shown.append(row)
            continue
        cells = [row[0] + " " * (widths[0] - _width(row[0]))]
        cells += [" " * (widths[k] - _width(c)) + c for k, c in enumerate(row[1:], 1)]
        shown.append("  ".join(cells).rstrip())
    return shown
