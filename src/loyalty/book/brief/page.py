"""The first page of a case's book: who made it, and the brief."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace as Row
from typing import TYPE_CHECKING

from loyalty.analyses.descriptives.findings import Descriptives
from loyalty.analyses.groups.findings import Groups
from loyalty.book.brief import answers, matrix, survey, tables
from loyalty.book.brief.material import GRADES, Grade, Headline, Material, why_not
from loyalty.book.pages import numbered
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.run import show
from loyalty.run.analyses import chapter_of
from loyalty.shown.figure import Figure
from loyalty.shown.table import Column, Table
from loyalty.shown.words import join, of_simulated, text

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

Writer = Callable[[Material], Headline | None]
#: What a brief may say, the most telling first; those that have nothing to say fall away.
HEADLINES: tuple[Writer, ...] = (
    tables.experiment,
    survey.paths,
    survey.bends,
    matrix.paths,
    matrix.fit,
    survey.apart,
    tables.leaving,
    tables.foretold,
    tables.afterwards,
    tables.reported,
    tables.use,
    tables.returning,
    tables.forecast,
    tables.worth,
    tables.brands,
    tables.waves,
    tables.speed,
    tables.themes,
    tables.complaints,
    tables.failures,
    tables.journey,
    survey.fit,
    survey.groups,
    survey.otherwise,
    answers.promoters,
    answers.levels,
    answers.scales,
    answers.answers,
    tables.used,
)
MOST = 5


def headlines(data: Material) -> list[Headline]:
    """At most :data:`MOST`, in their order."""
    found = (write(data) for write in HEADLINES)
    return [headline for headline in found if headline is not None][:MOST]


# --- the answer ----------------------------------------------------------------------------------
def answer(data: Material) -> list[Text]:
    """Two sentences: what the data say in the first place, and what they cannot say."""
    first = survey.answer(data) or _told(data)
    return [first, cause(data)]


def _told(data: Material) -> Text:
    """Of tables alone the first finding, without its emphasis."""
    found = headlines(data)
    if not found:
        return text(
            "Nothing could be computed from these data; the table at the end says why.",
            "由这些数据无法算得任何结果，原因见文末的表。",
        )
    return found[0].short or _bare(found[0])


def cause(data: Material) -> Text:
    """What the data cannot say of causes."""
    if data.study.simulated:
        return text(
            "The data are drawn from a declared process: they try the instrument, and are evidence about nobody.",
            "数据由设定的过程生成，仅用于检验研究工具，不能作为任何真实人群的证据。",
        )
    if data.experiment:
        return text(
            "Only where something was changed at random can be said what brings it about; all else goes together, and may have other causes.",
            "只有随机改变过的做法才能说明因果，其余结果只是相关，可能另有原因。",
        )
    if data.study.surveyed:
        return text(
            "What causes what, these answers cannot say: nothing was changed at random to see what follows.",
            "因果关系无法由这些答案说明，因为调查没有随机改变任何做法以观察其后果。",
        )
    if data.study.matrix is not None:
        return text(
            "What causes what, a matrix cannot say: it holds what goes together.",
            "至于因果，矩阵无法说明，因为矩阵只含变量之间的相关。",
        )
    return text(
        "What causes what, these data cannot say: they record what happened, and nothing was changed at random.",
        "至于因果，这些数据无法说明，因为其中只记录了所发生的事，并未随机改变任何做法。",
    )


# --- what is known, and what is not ---------------------------------------------------------------
def known(data: Material) -> list[Row]:
    """Questions, what can be said of each, and how surely."""
    rows = []
    if data.paths:
        focal = survey.answer(data)
        clear = data.focal is not None and data.focal.clear
        assert focal is not None
        rows.append(_row("Does what was expected hold?", "假设是否成立？", focal, data, clear))
    bent = survey.bends(data)
    if bent is not None:
        rows.append(
            Row(
                question=text(
                    "Do the moderations and bends that were expected hold?",
                    "假设的调节与曲线效应是否成立？",
                ),
                said=_bare(bent),
                grade=bent.grade,
            )
        )
    found = survey.apart(data)
    if found is not None:
        rows.append(
            Row(
                question=text("Are the constructs told apart?", "各构念能否区分？"),
                said=_bare(found),
                grade=found.grade,
            )
        )
    rated = answers.levels(data) if not data.paths else None
    if rated is not None:
        rows.append(
            Row(
                question=text("What is rated highest?", "哪一项评分最高？"),
                said=_bare(rated),
                grade=rated.grade,
            )
        )
    grouped = survey.groups(data)
    ladder = data.one("groups", Groups, "invariance")
    if grouped is not None and ladder is not None:
        of = data.group(ladder.group)
        rows.append(
            Row(
                question=text(f"Is it alike by {of.en}?", f"是否因{of.zh}而异？"),
                said=_bare(grouped),
                grade=grouped.grade,
            )
        )
    method = survey.otherwise(data)
    if method is not None:
        rows.append(
            Row(
                question=text(
                    "Would another choice of method say otherwise?",
                    "换一种分析方法，结论是否不同？",
                ),
                said=_bare(method),
                grade=method.grade,
            )
        )
    told = [h for write in HEADLINES[1:] if (h := write(data)) is not None]
    for chapter, question in _ASKED.items():
        if first := next((h for h in told if h.chapter == chapter), None):
            rows.append(Row(question=question, said=first.short or _bare(first), grade=first.grade))
    tried = tables.experiment(data)
    rows.append(
        Row(
            question=text("What causes what?", "能否说明因果关系？"),
            said=_bare(tried) if tried is not None else _UNTRIED,
            grade=tried.grade if tried is not None else "none",
        )
    )
    if not data.study.simulated:
        sampling = data.study.provenance.sampling
        rows.append(
            Row(
                question=text(
                    "Does it hold for people who are not in the data?", "对样本之外的人群是否成立？"
                ),
                said=_chosen(sampling),
                grade="none",
            )
        )
    return rows


#: What the tables of a case answer, by the chapter.
_ASKED = {
    "matrix": text("What does the matrix say?", "矩阵说明了什么？"),
    "conduct": text("Does what people say go with what they do?", "所言与所为是否相关？"),
    "behaviour": text("What did customers do?", "客户做了什么？"),
    "voice": text("What did customers write?", "客户写了什么？"),
    "failure": text("How loyal are customers after a failure?", "服务失败之后客户有多忠诚？"),
}
_UNTRIED = text("Not known: nothing was changed at random.", "未知，因为没有随机改变过任何做法。")


def _chosen(sampling: Text) -> Text:
    """That a sample speaks for itself, and how its people were chosen, where that is known."""
    if sampling.en == "not stated":
        return text(
            "Not known from these data; how people came into them is not stated.",
            "由这些数据无法得知，受访者如何选取也没有说明。",
        )
    en, zh = (escape(t.rstrip("。. ")) for t in (sampling.en, sampling.zh))
    return text(
        f"Not known from these data. How people came into them: {en}.",
        f"由这些数据无法得知。{zh}。",
    )


def _row(en: str, zh: str, said: Text, data: Material, clear: bool) -> Row:
    grade: Grade = data.grade("low" if clear else "none")
    return Row(question=text(en, zh), said=said, grade=grade)


def _bare(headline: Headline) -> Text:
    said = join(list(headline.said))
    return text(said.en.replace("**", ""), said.zh.replace("**", ""))


# --- the exhibit ---------------------------------------------------------------------------------
def paths_drawn(data: Material, language: Language) -> Drawing:
    """All hypothesized paths with intervals; where one may not be relied upon, why."""
    from loyalty.shown import charts

    rows = []
    for path in data.paths:
        why = why_not(path)
        label = data.case.path(path.hypothesis.from_, path.hypothesis.to).in_(language)
        sign = "" if path.hypothesis.sign == "+" else " (−)"
        row = path.row if path.relied else None
        rows.append(
            charts.Row(
                f"{path.hypothesis.id} · {label}{sign}",
                row.estimate if row else None,
                row.ci_lower if row else None,
                row.ci_upper if row else None,
                instead=why.in_(language) if why else None,
            )
        )
    return charts.forest(rows, term("Standardized path").in_(language), "", "")


def levels_drawn(data: Material, language: Language) -> Drawing:
    """The mean of every construct with its interval."""
    from loyalty.shown import charts

    rows = [
        charts.Row(data.case.label(r.construct).in_(language), r.estimate, r.ci_lower, r.ci_upper)
        for r in data.one("descriptives", Descriptives, "index").rows
        if r.estimate is not None
    ]
    return charts.forest(
        rows, term("Index, 0 to 100 (mean of the items, rescaled)").in_(language), "", ""
    )


def exhibit(data: Material) -> tuple[str, Figure] | None:
    """The one figure of the brief, and the analysis that it is of; None without a survey.

    The paths, where one of them may be relied upon, else the constructs' means.
    """
    said, draw, analysis = survey.paths(data), paths_drawn, "structural"
    what = text(
        "All hypothesized paths, standardized, with 95 % intervals.",
        "全部假设路径（标准化）及 95% 区间。",
    )
    kind = text("Forest plot of the hypothesized paths", "假设路径的森林图")
    if not _drawn(data):
        said, draw, analysis = answers.levels(data), levels_drawn, "descriptives"
        what = text("Means of all constructs with 95 % intervals.", "全部构念的均值及 95% 区间。")
        kind = text("Forest plot of the constructs' means", "各构念均值的森林图")
    if said is None:
        return None
    whole = _bare(said)
    lead = text(*(of.split("**")[1] for of in (said.said[0].en, said.said[0].zh)))
    notes = [what]
    if analysis == "structural" and any(not p.relied for p in data.paths):
        notes.append(
            text(
                "Where a path may not be relied upon the reason stands in its place.",
                "不可采信的路径，以原因代替数值。",
            )
        )
    if analysis == "structural" and any(p.hypothesis.sign == "-" for p in data.paths):
        notes.append(text("(−): expected to be negative.", "（−）表示预期为负。"))
    rest = join(notes)
    return analysis, Figure(
        partial(draw, data),
        text(f"{lead.en.rstrip('.')}. {rest.en}", f"{lead.zh.rstrip('。')}。{rest.zh}"),
        text(f"{kind.en}: {whole.en}", f"{kind.zh}：{whole.zh}"),
    )


def _drawn(data: Material) -> bool:
    """Whether there is a path to draw."""
    return any(path.relied for path in data.paths)


def with_exhibit(data: Material, language: Language, notebook: Callable[[str], Path]) -> str | None:
    """Put the figure into the executed notebook of its analysis, as `notebook` finds it in the
    book; how the brief embeds it.
    """
    made = exhibit(data)
    if made is None:
        return None
    analysis, figure = made
    file = notebook(analysis)
    label = f"{data.study.case}-brief"
    show.add(file, label, figure, data.case, language)
    return f"reports/executed/{data.study.case}/{file.name}#fig-{label}"


# --- the page ------------------------------------------------------------------------------------
_FOUND = Text(en="What was found", zh="主要发现")
_PATHS = Text(en="All paths that were expected", zh="全部假设路径")
_MEANS = Text(en="All constructs", zh="全部构念")
_KNOWN = Text(en="What is known, and what is not", zh="已知与未知")
_HOW = Text(
    en="Grades of evidence: *high*, counted or measured in all there is, with an interval that is narrow, or changed at random; *low*, one set of data shows it by its interval; *none*, the interval holds both answers, or nothing that may be relied upon speaks to it. An interval in brackets holds the value with a confidence of 95 %.",
    zh="证据等级分为三等：*高*，得自全部数据的计数或测量且区间较窄，或得自随机试验；*低*，只有一组数据的区间表明如此；*无*，区间包含两种答案，或没有可以采信的依据。方括号内为 95% 置信区间。",
)
_HOW_DRAWN = Text(
    en="The data are simulated: what is graded so shows what the instrument finds. An interval in brackets holds the value with a confidence of 95 %.",
    zh="数据是模拟生成的，标为“模拟数据”的结果只说明研究工具能够发现什么。方括号内为 95% 置信区间。",
)

_WEIGHTED = Text(
    en="Means, shares, scale reliabilities and paths count respondents by their weights; what does not says so on its page.",
    zh="均值、比例、量表信度与路径均按受访者的权重加权，未加权的结果在所在页注明。",
)

_WHAT = Text(
    en="What is known of this case, and what is not.", zh="本案例中已知与未知的问题及证据等级。"
)


def brief(data: Material, figure: str | None, language: Language) -> list[str]:
    """The brief as Markdown; `figure` is what it embeds (:func:`with_exhibit`)."""
    parts = [join(answer(data)).in_(language)]
    found = headlines(data)
    if found:
        parts.append(f"## {_FOUND.in_(language)} {{#sec-found}}")
        parts += [_shown(one, language) for one in found]
    if figure is not None:
        heading = _PATHS if _drawn(data) else _MEANS
        parts += [
            f"## {heading.in_(language)} {{#sec-exhibit}}",
            f"{{{{< embed {figure} >}}}}",
        ]
    table = Table(
        known(data),
        [
            Column("question", "Question", "markdown"),
            Column("said", "What can be said", "markdown"),
            Column(lambda r: GRADES[r.grade], "Grade"),
        ],
        of_simulated(_WHAT) if data.study.simulated else _WHAT,
    )
    how = _HOW_DRAWN if data.study.simulated else _HOW
    return [
        *parts,
        f"## {_KNOWN.in_(language)} {{#sec-known}}",
        numbered(table, f"{data.study.case}-known", language),
        how.in_(language),
        *([_WEIGHTED.in_(language)] if data.study.weights is not None else []),
    ]


def _shown(headline: Headline, language: Language) -> str:
    """A headline with its grade and the way to its chapter."""
    grade = GRADES[headline.grade].in_(language)
    name = term("Provenance" if headline.chapter == "provenance" else chapter_of(headline.chapter))
    where = f"[{name.in_(language)}]({headline.chapter}.qmd#sec-{headline.chapter})"
    said = join(list(headline.said))
    return text(
        f"{said.en} *Grade of evidence: {grade}* ({where}).",
        f"{said.zh}*证据等级为“{grade}”*（{where}）。",
    ).in_(language)
