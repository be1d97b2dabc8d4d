"""The pages of a case that have its models and its items' moments in full, to take away."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace as Row
from typing import Any

from loyalty.book import pages
from loyalty.cases.estimation import FULL
from loyalty.cases.study import Study
from loyalty.estimates.solution import Observed, Parameter, Solution
from loyalty.export import equations, jars
from loyalty.export.jars import Taken
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import words
from loyalty.shown.context import Case
from loyalty.shown.table import Column, Table
from loyalty.shown.words import estimate, number

#: More items make a matrix that no page holds.
MOST_ITEMS = 40
FOLDER = "tables"
_NO_MATRIX = Text(
    en="The correlations of the items are not among them: of so few respondents, or of so many "
    "items, answers of single people could follow from them, or the measurement model was not "
    "estimated.",
    zh="这些文件不含题项间的相关：受访者过少或题项过多时，可能由相关推知个人的答案；或者测量模型未能估计。",
)
_HEADINGS = {"measurement": "Measurement model", "structural": "Structural model"}


def link(case: str, name: str, shown: str | None = None) -> str:
    """A link to a file to take away."""
    return f'[{escape(shown or name)}]{{.result of="{case}/{FOLDER}/{name}"}}'


def paste(blocks: str) -> str:
    """A paragraph to be copied: whole by a click on it, by the button where scripts run."""
    return f"::: {{.paste}}\n\n{blocks}\n\n:::"


def models(study: Study, found: jars.Results, taken: Taken, language: Language) -> list[str]:
    """Each model that has a solution: how it was made, its equations, its parameters, files."""
    parts: list[str] = []
    files = taken.files()
    for name, one in jars.solutions(study.case, found).items():
        heading = term(_HEADINGS[name]).in_(language)
        parts += [
            f"## {heading} {{#sec-models-{name}}}",
            _how(study, name, one, language),
            _equations(
                study,
                name,
                files[f"{name}.tex"],
                bool(parts),
                one.unit == "first loading",
                language,
            ),
            folded(_SYNTAX, f"```r\n{one.model}\n```", language),
            *_tables(study, name, one, language),
        ]
    return [*parts, *_files(study.case, files, language)] if parts else []


def numbered(study: Study, table: Table, label: str, language: Language) -> str:
    """A table with caption and label, its note below; of simulated data the caption says so."""
    caption = words.of_simulated(table.caption) if study.simulated else table.caption
    shown = pages.numbered(
        replace(table, caption=caption, note=None), f"{study.case}-{label}", language
    )
    return f"{shown}\n\n{table.note.in_(language)}" if table.note else shown


_SYNTAX = Text(en="The model in lavaan's syntax", zh="lavaan 语法的模型")


def folded(title: Text, body: str, language: Language) -> str:
    return f'::: {{.callout-note collapse="true"}}\n## {title.in_(language)}\n\n{body}\n:::'


def _equations(
    study: Study, name: str, tex: str, after: bool, first: bool, language: Language
) -> str:
    """The model's equations; `after` the measurement model's own only those of the constructs."""
    if not (name == "structural" and after):
        return f'::: {{.equations tabindex="0"}}\n{tex.strip()}\n:::'
    said = Text(
        en="Items as in the measurement model, with the first loading of each construct fixed to "
        "one; the constructs:",
        zh="题项的方程与测量模型相同，但各构念的第一个载荷固定为 1；构念的方程如下：",
    )
    if not first:
        said = Text(
            en="Items as in the measurement model; the constructs:",
            zh="题项方程同测量模型；构念方程如下：",
        )
    single = [c for c in study.structural if len(c.items) == 1]
    lines = equations.measurement(single, first=first) + equations.structural(study)
    own = equations.aligned(lines)
    return f'{said.in_(language)}\n\n::: {{.equations tabindex="0"}}\n{own}\n:::'


def _estimator(found: Solution) -> Text:
    name = found.estimator
    if not found.weighted:
        return Text(en=name, zh=name)
    return Text(en=f"{name}, with survey weights", zh=f"{name}，按调查权重加权")


def _how(study: Study, name: str, found: Solution, language: Language) -> str:
    """What the equations leave unsaid: identification, estimator, test, indices."""
    unit = {
        "first loading": Text(
            en="the first loading of every construct is 1",
            zh="各构念的第一个载荷固定为 1",
        ),
        "variance": Text(en="every construct has variance 1", zh="各构念的方差固定为 1"),
    }[found.unit]
    answers = Text(en="none is missing", zh="无缺失")
    if found.missing == "fiml":
        answers = Text(en="full information", zh="完全信息极大似然")
    elif found.estimator not in FULL:
        answers = Text(en="complete rows", zh="只用完整作答")
    df, n, free = number(found.df), number(found.n), number(found.parameters)
    scaled = found.scaling_factor is not None
    rows: list[tuple[str, Text | str]] = [
        ("Identification", unit),
        ("Estimator", _estimator(found)),
        ("Missing answers", answers),
        ("Respondents; free parameters", f"{n}; {free}"),
        ("χ² (df), p", f"{number(found.plain_chisq)} ({df}), {number(found.plain_p)}"),
    ]
    if scaled:
        rows += [
            ("Scaling factor", number(found.scaling_factor, decimals=3)),
            ("Scaled χ² (df), p", f"{number(found.chisq)} ({df}), {number(found.p)}"),
        ]
    lower, upper = found.rmsea_ci_lower, found.rmsea_ci_upper
    rows += [
        ("CFI; TLI", f"{number(found.cfi, 'bounded', 3)}; {number(found.tli, 'bounded', 3)}"),
        ("RMSEA with 90 % interval", estimate(found.rmsea, lower, upper, "bounded", 3)),
        ("p of close fit", number(found.p_close)),
        ("SRMR", number(found.srmr, "bounded", 3)),
    ]
    if found.aic is not None:
        rows.append(("AIC; BIC", f"{number(found.aic)}; {number(found.bic)}"))
    table = Table(
        [Row(what=term(a).in_(language), value=_shown(b, language)) for a, b in rows],
        [Column("what", "What"), Column("value", "Value", "markdown")],
        Text(
            en=f"{term(_HEADINGS[name]).en}: how it was estimated, and its tests.",
            zh=f"{term(_HEADINGS[name]).zh}的估计与检验。",
        ),
        Text(en="Robust CFI, TLI and RMSEA.", zh="CFI、TLI 与 RMSEA 均为稳健指标。")
        if scaled
        else None,
    )
    return numbered(study, table, f"{name}-how", language)


def _shown(value: Text | str, language: Language) -> str:
    return value.in_(language) if isinstance(value, Text) else value


def _tables(study: Study, name: str, found: Solution, language: Language) -> list[str]:
    """Items and constructs, compact; whole rows of parameters are in the files."""
    case = Case(study.case, study)
    by = {(r.lhs, r.op, r.rhs): r for r in found.rows}
    r2 = {r.variable: r.r2 for r in found.r2}
    loadings = [
        Row(row=row, rest=by.get((row.rhs, "~~", row.rhs)), r2=r2.get(row.rhs))
        for row in found.rows
        if row.op == "=~" and len(study.named(row.lhs).items) > 1
    ]
    others = [
        row
        for row in found.rows
        if row.op in ("~", "~~", ":=")
        and {row.lhs, row.rhs} & {*case.labels, row.lhs}
        and (row.op == ":=" or row.lhs in case.labels)
    ]
    made = []
    if loadings and name == "measurement":
        made.append(
            folded(
                _LOADINGS,
                numbered(study, _items(loadings, case), f"{name}-items", language),
                language,
            )
        )
    if others:
        made.append(
            folded(
                _CONSTRUCTS,
                numbered(study, _others(others, case), f"{name}-constructs", language),
                language,
            )
        )
    return made


_LOADINGS = Text(en="Loadings and residual variances", zh="载荷与残差方差")
_CONSTRUCTS = Text(
    en="Paths, variances and covariances of the constructs", zh="构念的路径、方差与协方差"
)


def _items(rows: Sequence[Any], case: Case) -> Table:
    return Table(
        rows,
        [
            Column(lambda r: case.label(r.row.lhs), "Construct"),
            Column(lambda r: r.row.rhs, "Item"),
            Column(lambda r: _with_se(r.row), "Loading (SE)", "markdown"),
            Column(lambda r: _std(r.row), "Standardized, 95 % interval", "markdown"),
            Column(lambda r: _with_se(r.rest), "Residual variance (SE)", "markdown"),
            Column(lambda r: number(r.r2), "R²", "markdown"),
        ],
        Text(
            en="Loadings, residual variances and R² of the items.", zh="题项的载荷、残差方差与 R²。"
        ),
        _ROBUST,
    )


_ROBUST = Text(
    en="Without an error: fixed. Robust standard errors; standardized estimates with intervals by "
    "the delta method.",
    zh="未给出标准误者为固定参数。标准误为稳健标准误；标准化估计值的区间由 delta 法得出。",
)


def _others(rows: Sequence[Parameter], case: Case) -> Table:
    return Table(
        rows,
        [
            Column(lambda r: _name(r, case), "Parameter"),
            Column(_with_se, "Estimate (SE)", "markdown"),
            Column(lambda r: words.interval(r.ci_lower, r.ci_upper), "95 % interval", "markdown"),
            Column(_std, "Standardized, 95 % interval", "markdown"),
        ],
        Text(
            en="Paths, effects, variances and covariances of the constructs.",
            zh="构念的路径、效应、方差与协方差。",
        ),
        _ROBUST,
    )


def _name(row: Parameter, case: Case) -> Text:
    """``Image → Loyalty``, ``Image ↔ Quality``, the (residual) variance, or an effect's label."""
    if row.op == ":=":
        labels: Mapping[str, Text] = {e.id: e.label for e in case.study.effects}
        return labels.get(row.lhs, Text(en=row.lhs, zh=row.lhs))
    if row.op == "~":
        return case.path(row.rhs, row.lhs)
    a = case.label(row.lhs)
    if row.lhs == row.rhs:
        return Text(en=f"{a.en}, variance", zh=f"{a.zh}，方差")
    b = case.label(row.rhs)
    return Text(en=f"{a.en} ↔ {b.en}", zh=f"{a.zh} ↔ {b.zh}")


def _with_se(row: Parameter | None) -> str:
    if row is None:
        return ""
    shown = number(row.estimate)
    return shown if row.se is None else f"{shown} \\({number(row.se)}\\)"


def _std(row: Parameter) -> str:
    return estimate(row.std, row.std_ci_lower, row.std_ci_upper)


# --- the items -----------------------------------------------------------------------------------
def moments(study: Study, found: jars.Results, taken: Taken, language: Language) -> list[str]:
    """Means, standard deviations and correlations of the items, folded, with the files."""
    one = jars.observed(study.case, found)
    files = [n for n in taken.files() if n.startswith(("items", "correlations", "covariances"))]
    said = Text(en="To take away: ", zh="下载：").in_(language)
    apart, stop = {"en": (", ", "."), "zh": ("、", "。")}[language]
    parts = [_on_screen(said + apart.join(link(study.case, name) for name in files) + stop)]
    if one is None:
        if not any(name.startswith(("correlations", "covariances")) for name in files):
            parts.append(_on_screen(_NO_MATRIX.in_(language)))
        return parts
    if len(one.items) <= MOST_ITEMS:
        table = numbered(study, _matrix(one), "moments", language)
        title = Text(en="Means, standard deviations, correlations", zh="均值、标准差与相关")
        if not one.sds:
            title = Text(en="Correlations", zh="相关")
        parts.append(folded(title, table, language))
    return parts


def _matrix(found: Observed) -> Table:
    rows = []
    for i, item in enumerate(found.items):
        start = i * (i - 1) // 2
        cells = [number(r) for r in found.correlations[start : start + i]]
        rows.append(
            Row(
                item=item,
                mean=found.means[i] if found.means else None,
                sd=found.sds[i] if found.sds else None,
                cells=[*cells, "–"],
            )
        )

    def column(j: int) -> Column:
        heading = Text(en=str(j + 1), zh=str(j + 1))
        return Column(lambda r: r.cells[j] if j < len(r.cells) else "", heading, "markdown")

    missing = found.missing == "fiml"
    return Table(
        rows,
        [
            Column(lambda r: f"{found.items.index(r.item) + 1} {r.item}", "Item"),
            *([Column("mean", "Mean", "number")] if found.means else []),
            *([Column("sd", "SD", "number")] if found.sds else []),
            *(column(j) for j in range(len(rows))),
        ],
        Text(
            en=f"Correlations of the items (*n* = {number(found.n)}).",
            zh=f"题项的相关（*n* = {number(found.n)}）。",
        )
        if not found.sds
        else Text(
            en="Means, standard deviations and correlations of the items "
            f"(*n* = {number(found.n)}).",
            zh=f"题项的均值、标准差与相关（*n* = {number(found.n)}）。",
        ),
        Text(
            en="By full-information maximum likelihood, as answers are missing.",
            zh="由于存在缺失值，各值按完全信息极大似然法估计。",
        )
        if missing
        else None,
    )


def _files(case: str, files: Mapping[str, str], language: Language) -> list[str]:
    """All files, by what they hold."""
    stems: dict[str, list[str]] = {}
    for name in files:
        stems.setdefault(re.sub(r"\.\w+$", "", name), []).append(name)
    heading = Text(en="Files to take away", zh="可下载的文件").in_(language)
    apart = {"en": ", ", "zh": "、"}[language]
    rows = ["- " + apart.join(link(case, name) for name in names) for names in stems.values()]
    return [_on_screen(f"## {heading} {{#sec-models-files}}\n\n" + "\n".join(rows))]


def _on_screen(blocks: str) -> str:
    """What leads to files: print has none."""
    return f'::: {{.content-visible when-format="html"}}\n{blocks}\n:::'
