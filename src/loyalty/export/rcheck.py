"""`check.R`: the main models once more, in lavaan, each number beside the expected one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import semfit

from loyalty.cases.study import Study
from loyalty.estimates import moments
from loyalty.estimates.fit import missing_answers
from loyalty.estimates.moments import Moments
from loyalty.estimates.solution import Solution, solution
from loyalty.export.sheets import Sheet, sheet
from loyalty.ground.reasons import reason_of
from loyalty.ground.text import Text

#: Two programs' numbers may differ by this, times the number's size where that is above one.
TOLERANCE = 1e-3
#: lavaan's name of each measure that is compared.
MEASURES = {
    "df": "df",
    "plain_chisq": "chisq",
    "chisq": "chisq.scaled",
    "scaling_factor": "chisq.scaling.factor",
    "srmr": "srmr",
}
#: Of a model without a sound solution: why.
Without = dict[str, str]
_KINDS = {"=~": "loading", "~": "path", ":=": "defined"}


def fitted(study: Study, rows: pd.DataFrame | Moments) -> tuple[dict[str, Solution], Without]:
    """The main models' solutions, and why others have none.

    Sound solutions alone: what another program makes of an inadmissible one is no check.

    Parameters
    ----------
    rows : DataFrame or Moments
        Scored answers (robust maximum likelihood), or what is recorded of them (plain).
    """
    scales = [c for c in study.main if len(c.items) > 1]
    models: dict[str, tuple[str, bool]] = {}
    if scales:
        models["measurement"] = (study.measurement_model(scales), True)
    if study.paths:
        models["structural"] = (study.structural_model(), False)
    found: dict[str, Solution] = {}
    without: Without = {}
    for name, (model, std_lv) in models.items():
        try:
            if isinstance(rows, Moments):
                result = moments.fit(rows, model, estimator="ML", std_lv=std_lv)
            else:
                missing = missing_answers(rows, items_of(study, name))
                result = semfit.fit(model, rows, estimator="MLR", missing=missing, std_lv=std_lv)
        except semfit.ModelError as error:
            without[name] = reason_of(error).text().en
            continue
        if result.problems:
            without[name] = reason_of(result.problems[0]).text().en
        else:
            found[name] = solution(model, result)
    return found, without


def items_of(study: Study, model: str) -> list[str]:
    """The items of one of the main models."""
    of = study.structural if model == "structural" else study.main
    return [i.id for c in of for i in c.items if model == "structural" or len(c.items) > 1]


def expected(found: Mapping[str, Solution]) -> Sheet:
    """A row a number: `what` is est, se or std, or lavaan's name of a measure of fit."""
    rows: list[dict[str, Any]] = []
    for name, one in found.items():
        for field, measure in MEASURES.items():
            if one.scaling_factor is None and ".scal" in measure:
                continue
            rows.append(_row(name, measure, "", "", "", getattr(one, field)))
        for p in one.rows:
            if p.op in ("=~", "~", "~~", ":="):
                kind = _KINDS.get(p.op, "covariance")
                rhs = "" if p.op == ":=" else p.rhs
                shown = {"est": p.estimate, "se": p.se, "std": p.std}
                rows += [_row(name, w, kind, p.lhs, rhs, v) for w, v in shown.items()]
    title = Text(en="Numbers that check.R expects", zh="check.R 所预期的数值")
    return sheet("expected", title, [row for row in rows if row["value"] is not None])


def _row(model: str, what: str, kind: str, lhs: str, rhs: str, value: Any) -> dict[str, Any]:
    return {"model": model, "what": what, "kind": kind, "lhs": lhs, "rhs": rhs, "value": value}


def script(study: Study, found: Mapping[str, Solution], rows: str | None) -> str:
    """The R script; `rows` is where the answers are, from the package's folder.

    Without rows the models are fitted to ``tables/covariances.csv``.
    """
    fits = []
    for name, one in found.items():
        read = f'readLines(file.path(here, "models", "{name}.lav"))'
        unit = "TRUE" if one.unit == "variance" else "FALSE"
        if rows is None:
            data = f'estimator = "ML", std.lv = {unit}, {_GIVEN}'
        else:
            missing = ', missing = "fiml"' if one.missing == "fiml" else ""
            means = "TRUE" if one.missing == "fiml" else "FALSE"
            data = f'd, estimator = "MLR", std.lv = {unit}, meanstructure = {means}{missing}'
        fits.append(f'models[["{name}"]] <- sem(\n  {read},\n  {data})')
    return _SCRIPT.format(
        data=_MOMENTS if rows is None else _answers(study, rows),
        tolerance=f"{TOLERANCE:g}",
        fits="\n".join(fits),
    )


def _answers(study: Study, rows: str) -> str:
    """R that reads the answers and turns those of items worded in reverse."""
    lines = [
        "# answers as they were given; items worded in reverse are turned",
        f'd <- read.csv(file.path(here, "{rows}"), na.strings = "", check.names = FALSE)',
    ]
    for item in study.items:
        if item.reversed:
            both = study.item_scale(item).min + study.item_scale(item).max
            lines.append(f'd[["{item.id}"]] <- {both:g} - d[["{item.id}"]]')
    return "\n".join(lines)


_GIVEN = "sample.cov = s, sample.mean = m, sample.nobs = n"
_MOMENTS = """# means and covariances of the answers, which are not part of this package
t <- read.csv(file.path(here, "tables", "covariances.csv"), check.names = FALSE)
s <- as.matrix(t[, t$item])
rownames(s) <- t$item
s[upper.tri(s)] <- t(s)[upper.tri(s)]
m <- setNames(t$mean, t$item)
n <- t$n[1]"""
_SCRIPT = """# Fits the main models with lavaan and sets each number beside the expected one.
#   Rscript check.R
# ends with exit code 1 where one is off by more than {tolerance} (times its size, above one), and
# with exit code 2 where lavaan is not installed.
if (!requireNamespace("lavaan", quietly = TRUE)) {{
  message("check.R needs the package lavaan: install.packages(\\"lavaan\\")")
  quit(status = 2)
}}
suppressPackageStartupMessages(library(lavaan))
file <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
here <- if (length(file)) dirname(normalizePath(file)) else "."
tolerance <- {tolerance}

{data}

models <- list()
{fits}

expected <- read.csv(file.path(here, "expected.csv"), na.strings = "NA", check.names = FALSE)
operators <- list(loading = "=~", path = "~", covariance = "~~", defined = ":=")
all_rows <- lapply(models, function(m) parameterEstimates(m, standardized = TRUE))
measures <- lapply(models, fitMeasures)

found <- function(e) {{
  if (e$kind == "") return(unname(measures[[e$model]][e$what]))
  rows <- all_rows[[e$model]]
  rows <- rows[rows$op == operators[[e$kind]], ]
  same <- rows$lhs == e$lhs & (e$kind == "defined" | rows$rhs == e$rhs)
  if (e$kind == "covariance") same <- same | (rows$lhs == e$rhs & rows$rhs == e$lhs)
  column <- c(est = "est", se = "se", std = "std.all")[[e$what]]
  rows[same, column][1]
}}

off <- 0
for (i in seq_len(nrow(expected))) {{
  e <- expected[i, ]
  value <- found(e)
  good <- !is.na(value) && abs(value - e$value) <= tolerance * max(1, abs(e$value))
  off <- off + !good
  cat(sprintf("%s  %-11s %-20s %-40s lavaan %12.6f  expected %12.6f\\n",
              if (good) "pass" else "FAIL", e$model, e$what,
              trimws(paste(e$kind, e$lhs, e$rhs)), value, e$value))
}}
cat(sprintf("%d numbers, %d off\\n", nrow(expected), off))
if (off > 0 || nrow(expected) == 0) quit(status = 1)
"""
