"""`check.R`: the main models once more, in lavaan, each number beside the expected one.

Whatever a package may hold, a model can be fitted to something of it: to rows (given, or
synthetic), to the means and covariances of the real answers, as exactly as these may be given, and
else to the covariances that the reported solution implies, which shows that what is printed of it
fits together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import semfit

from loyalty.cases.study import Study
from loyalty.estimates import moments
from loyalty.estimates.fit import estimation
from loyalty.estimates.moments import PRINTED, Grouped, GroupMoments, Moments
from loyalty.estimates.solution import Observed, Solution, solution
from loyalty.export.sheets import Sheet, sheet
from loyalty.ground.reasons import CannotCompute, reason_of
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
Without = dict[str, Text]
#: What a model is fitted to: rows; covariances of the real answers; those that a solution implies.
Of = Literal["rows", "moments", "implied"]
_KINDS = {"=~": "loading", "~": "path", ":=": "defined"}


@dataclass(frozen=True)
class Check:
    """A model as `semfit` fits it to what the package holds in `file`."""

    model: str
    of: Of
    file: str
    solution: Solution

    @property
    def name(self) -> str:
        return f"{self.model} {self.of}"


@dataclass(frozen=True)
class Source:
    """What models are fitted to, and the file of the package that holds it."""

    of: Of
    file: str
    content: pd.DataFrame | Moments
    weights: pd.Series | None = None


def fitted(
    study: Study, sources: Sequence[Source], reported: Mapping[str, Solution]
) -> tuple[list[Check], Without]:
    """The main models as they are fitted to each of the sources, and why others are not.

    Sound solutions alone: what another program makes of an inadmissible one is no check. A model
    that fits to no source is fitted to what its `reported` solution implies.

    Parameters
    ----------
    sources : sequence
        Scored answers (by the estimator of the case), or what is known of them (plain).
    """
    scales = [c for c in study.main if len(c.items) > 1]
    models: dict[str, tuple[str, bool]] = {}
    if scales:
        models["measurement"] = (study.measurement_model(scales), True)
    if study.paths:
        models["structural"] = (study.structural_model(), False)
    found: list[Check] = []
    without: Without = {}
    for name, (model, std_lv) in models.items():
        sound: list[Check] = []
        said = reported.get(name)
        last = (
            [] if said is None else [Source("implied", f"models/{name}-implied.csv", implied(said))]
        )
        for source in (*sources, *last):
            if source.of == "implied" and sound:
                break
            one = _fit(study, name, model, std_lv, source)
            if isinstance(one, Text):
                without.setdefault(name, one)
            else:
                sound.append(one)
        if sound:
            without.pop(name, None)
        found += sound
    return found, without


def _fit(study: Study, name: str, model: str, std_lv: bool, source: Source) -> Check | Text:
    rows = source.content
    try:
        if isinstance(rows, Moments):
            result = moments.fit(rows, model, estimator="ML", std_lv=std_lv)
        else:
            how = estimation(study, rows, items_of(study, name), source.weights)
            result = semfit.fit(model, rows, **how, std_lv=std_lv)
    except (semfit.ModelError, CannotCompute) as error:
        return reason_of(error).text()
    if result.problems:
        return reason_of(result.problems[0]).text()
    return Check(name, source.of, source.file, solution(model, result))


def printed(observed: Observed) -> Moments:
    """n, means and covariances as they follow from correlations, means and SDs of two decimals."""
    k = len(observed.items)
    r = np.eye(k)
    r[np.tril_indices(k, -1)] = np.round(observed.correlations, PRINTED)
    sd = np.round(observed.sds, PRINTED)
    cov = r * np.outer(sd, sd)
    return _moments(
        observed.items, observed.n, np.round(observed.means, PRINTED), cov[np.tril_indices(k)]
    )


def implied(of: Solution) -> Moments:
    """The covariances (divided by n − 1) that a solution implies of its items.

    Source: reticular action model, McArdle & McDonald (1984), British Journal of Mathematical and
    Statistical Psychology 37, 234-251: (I − A)⁻¹ S (I − A)⁻ᵀ.
    """
    pairs = [p for p in of.rows if p.op in ("=~", "~", "~~")]
    names = list(dict.fromkeys(n for p in pairs for n in (p.lhs, p.rhs)))
    latent = {p.lhs for p in pairs if p.op == "=~"}
    at = {name: k for k, name in enumerate(names)}
    a, s = np.zeros((2, len(names), len(names)))
    for p in pairs:
        i, j = at[p.lhs], at[p.rhs]
        if p.op == "~~":
            s[i, j] = s[j, i] = p.estimate
        elif p.op == "=~":
            a[j, i] = p.estimate
        else:
            a[i, j] = p.estimate
    root = np.linalg.inv(np.eye(len(names)) - a)
    items = [name for name in names if name not in latent]
    kept = [at[name] for name in items]
    cov = (root @ s @ root.T)[np.ix_(kept, kept)] * of.n / (of.n - 1)
    return _moments(items, of.n, (), cov[np.tril_indices(len(items))])


def _moments(items: Sequence[str], n: int, means: Any, lower: Any) -> Moments:
    of = GroupMoments(level=None, n=n, means=tuple(means), covariances=tuple(lower))
    return Moments(items=tuple(items), groups=(Grouped(group=None, levels=(of,)),))


def matrix(found: Moments, title: Text, name: str) -> Sheet:
    """Covariances as check.R reads them: the lower triangle, with n and, where known, means."""
    (of,) = found.groups[0].levels
    cov = moments.covariances(found.items, of).to_numpy()
    rows: list[dict[str, Any]] = []
    for i, item in enumerate(found.items):
        row: dict[str, Any] = {"item": item, "n": of.n}
        if of.means:
            row["mean"] = float(of.means[i])
        row |= {b: float(cov[i, j]) if j <= i else None for j, b in enumerate(found.items)}
        rows.append(row)
    return sheet(name, title, rows)


def items_of(study: Study, model: str) -> list[str]:
    """The items of one of the main models."""
    of = study.structural if model == "structural" else study.main
    return [i.id for c in of for i in c.items if model == "structural" or len(c.items) > 1]


def expected(found: Sequence[Check], reported: Mapping[str, Solution]) -> Sheet:
    """A row a number: `what` is est, se or std, or lavaan's name of a measure of fit.

    `value` is what the check must find; `reported` what the report says of the real rows.
    """
    rows: list[dict[str, Any]] = []
    for one in found:
        said = (
            {_key(n): n["value"] for n in _numbers(reported[one.model])}
            if one.model in reported
            else {}
        )
        for number in _numbers(one.solution):
            if number["value"] is not None:
                of = {"model": one.model, "fitted_to": one.of}
                rows.append({**of, **number, "reported": said.get(_key(number))})
    return sheet(
        "expected", Text(en="Numbers that check.R expects", zh="check.R 所预期的数值"), rows
    )


def _key(number: Mapping[str, Any]) -> tuple[str, ...]:
    return (number["what"], number["kind"], number["lhs"], number["rhs"])


def _numbers(one: Solution) -> list[dict[str, Any]]:
    rows = []
    for field, measure in MEASURES.items():
        if one.scaling_factor is not None or ".scal" not in measure:
            rows.append(_row(measure, "", "", "", getattr(one, field)))
    for p in one.rows:
        if p.op in ("=~", "~", "~~", ":="):
            kind = _KINDS.get(p.op, "covariance")
            rhs = "" if p.op == ":=" else p.rhs
            shown = {"est": p.estimate, "se": p.se, "std": p.std}
            rows += [_row(w, kind, p.lhs, rhs, v) for w, v in shown.items()]
    return rows


def _row(what: str, kind: str, lhs: str, rhs: str, value: Any) -> dict[str, Any]:
    return {"what": what, "kind": kind, "lhs": lhs, "rhs": rhs, "value": value}


def script(study: Study, found: Sequence[Check]) -> str:
    """The R script: it reads each file that a check is of, and fits the models."""
    data = []
    for file, of in dict.fromkeys((one.file, one.of) for one in found):
        weighted = any(one.solution.weighted for one in found if one.of == of)
        read = _READ[of].format(file=file) if of != "rows" else _answers(study, file, weighted)
        data.append(read)
    return _SCRIPT.format(
        data="\n\n".join(data),
        tolerance=f"{TOLERANCE:g}",
        fits="\n".join(_fitted(study, one) for one in found),
    )


def _fitted(study: Study, one: Check) -> str:
    read = f'readLines(file.path(here, "models", "{one.model}.lav"))'
    unit = "TRUE" if one.solution.unit == "variance" else "FALSE"
    if one.of == "rows":
        missing = ', missing = "fiml"' if one.solution.missing == "fiml" else ""
        means = "TRUE" if one.solution.missing == "fiml" else "FALSE"
        how = f", meanstructure = {means}{missing}"
        if one.solution.weighted:
            how += f", sampling.weights = {_quoted(weight(study))}"
        if ordered := dict.fromkeys(p.lhs for p in one.solution.rows if p.op == "|"):
            how = f", ordered = c({', '.join(map(json.dumps, ordered))})"
        data = f'd, estimator = "{one.solution.estimator}", std.lv = {unit}{how}'
    else:
        data = (
            f'estimator = "ML", std.lv = {unit}, sample.cov = known[["{one.file}"]]$cov,\n'
            f'  sample.mean = known[["{one.file}"]]$mean, sample.nobs = known[["{one.file}"]]$n'
        )
    return f'models[["{one.name}"]] <- sem(\n  {read},\n  {data})'


def weight(study: Study) -> str:
    """The column of the weights in a package, where items have their ids for names."""
    taken = {*(i.id for i in study.items), *(g.id for g in study.groups)}
    named = study.weights or ""
    return named if named not in taken else f"{named} (weight)"


def _answers(study: Study, rows: str, weighted: bool) -> str:
    """R that reads the answers and turns those of items worded in reverse."""
    lines = [
        "# answers as they were given; items worded in reverse are turned",
        f'd <- read.csv(file.path(here, "{rows}"), na.strings = "", check.names = FALSE)',
    ]
    for item in study.items:
        if item.reversed:
            both = study.item_scale(item).min + study.item_scale(item).max
            lines.append(f'd[["{item.id}"]] <- {both:g} - d[["{item.id}"]]')
    if weighted:
        lines.append("# rows without a weight above 0 are left out")
        lines.append(f"d <- d[which(d[[{_quoted(weight(study))}]] > 0), ]")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A text in R: a column may be called anything."""
    return json.dumps(text, ensure_ascii=False)


_READ = {
    "moments": """# means and covariances of the real answers
known[["{file}"]] <- moments("{file}")""",
    "implied": """# covariances that the reported solution implies
known[["{file}"]] <- moments("{file}")""",
}
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

moments <- function(file) {{
  t <- read.csv(file.path(here, file), check.names = FALSE)
  s <- as.matrix(t[, t$item])
  rownames(s) <- t$item
  s[upper.tri(s)] <- t(s)[upper.tri(s)]
  if ("sd" %in% names(t) && all(diag(s) == 1)) s <- s * outer(t$sd, t$sd)
  list(cov = s, mean = if ("mean" %in% names(t)) setNames(t$mean, t$item), n = t$n[1])
}}
known <- list()

{data}

models <- list()
{fits}

expected <- read.csv(file.path(here, "expected.csv"), na.strings = "NA", check.names = FALSE)
operators <- list(loading = "=~", path = "~", covariance = "~~", defined = ":=")
all_rows <- lapply(models, function(m) parameterEstimates(m, standardized = TRUE))
measures <- lapply(models, fitMeasures)

found <- function(e) {{
  name <- paste(e$model, e$fitted_to)
  if (e$kind == "") return(unname(measures[[name]][e$what]))
  rows <- all_rows[[name]]
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
  said <- if (is.na(e$reported)) "" else sprintf("  reported %12.6f", e$reported)
  cat(sprintf("%s  %-11s %-7s %-20s %-40s lavaan %12.6f  expected %12.6f%s\\n",
              if (good) "pass" else "FAIL", e$model, e$fitted_to, e$what,
              trimws(paste(e$kind, e$lhs, e$rhs)), value, e$value, said))
}}
cat(sprintf("%d numbers, %d off\\n", nrow(expected), off))
if (off > 0 || nrow(expected) == 0) quit(status = 1)
"""
