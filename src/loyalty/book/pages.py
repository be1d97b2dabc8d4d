"""The pages that are made from findings and descriptions: what chapters include."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from html import escape as esc
from types import SimpleNamespace as Row
from typing import Any
from urllib.parse import quote

from loyalty.analyses.argument.tables import DESIGNS, told
from loyalty.book.variables import Results
from loyalty.cases import claims
from loyalty.cases.about import AboutCase
from loyalty.cases.sources import UNKNOWN, DownloadRows, PackageRows
from loyalty.cases.study import ALL, Study
from loyalty.ground.catalogue import catalogue
from loyalty.ground.disclosure import least
from loyalty.ground.findings import Refused
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import LANGUAGES, Language, Text
from loyalty.ground.thresholds import all_thresholds
from loyalty.render.project import long_date
from loyalty.run import recorded
from loyalty.run.analyses import notebook_file
from loyalty.shown.short import in_full, shortened
from loyalty.shown.table import Column, Table
from loyalty.shown.words import captioned, names, number

_CHINESE = Text(en="中文", zh="中文")
REAL, SIMULATED = Text(en="Real data", zh="真实数据"), Text(en="Simulated data", zh="模拟数据")

#: A difference of two programs that is none of rounding.
UNLIKE = 0.001
_GOOD = {"above": "at least", "below": "at most"}
#: Of a construct, by the name of its role.
_ROLES = {
    "antecedent": "antecedent",
    "mediator": "mediator",
    "moderator": "moderator",
    "outcome": "outcome",
    "alternative": "alternative",
}


def badge(simulated: bool, language: Language) -> str:
    kind, text = ("simulated", SIMULATED) if simulated else ("real", REAL)
    return f"[{text.in_(language)}]{{.{kind}}}"


def numbered(table: Table, label: str, language: Language = "en") -> str:
    """A table with its caption and label."""
    caption = captioned(table.caption, language)
    return f"{table.markdown(language)}\n\n: {caption} {{#tbl-{label}}}"


def crosscheck(described: Mapping[str, Study], found: Results, language: Language) -> str:
    """How far semopy's paths and standard errors lie from ours, one row a survey."""
    rows = []
    for case, study in described.items():
        result = found.get((case, "structural"))
        second = result.findings.semopy if result else None
        if second is None or isinstance(second, Refused):
            continue
        rows.append(
            Row(
                case=study.title,
                paths=second.paths,
                estimates=second.largest_difference,
                errors=second.largest_relative_difference_se,
                converged=second.converged is not False,
            )
        )
    if not rows:
        none = Text(
            en="No structural model was estimated twice.", zh="没有一个结构模型经两种程序估计。"
        )
        return none.in_(language)
    table = Table(
        rows,
        [
            Column("case", "Survey"),
            Column("paths", "Paths", "count"),
            Column(lambda r: _digit(r.estimates), "Largest difference, estimates", "markdown"),
            Column(lambda r: _digit(r.errors), "Largest relative difference, SE", "markdown"),
        ],
        _agreeing(rows),
    )
    note = Text(
        en="Unstandardized estimates, standard errors from the expected information. Path by path "
        "in the pages of the cases, to which the numbers lead.",
        zh="估计值为非标准化值，标准误来自期望信息矩阵。逐条路径的对照见各案例的页面，点击数字即可到达。",
    )
    said = [numbered(table, "crosscheck", language), note.in_(language)]
    if lost := [r.case for r in rows if not r.converged]:
        part = Text(
            en=f"In {names(lost).en} semopy says that it did not converge: its numbers are left out, and nothing is confirmed there.",
            zh=f"在{_titled(lost)}中，semopy 报告没有收敛，因此不列出它的数值，这里的结果没有得到印证。",
        )
        said.append(part.in_(language))
    if unlike := [r.case for r in rows if r.estimates is not None and r.estimates > UNLIKE]:
        part = Text(
            en=f"The two programs part in {names(unlike).en}: there nothing is confirmed.",
            zh=f"在{_titled(unlike)}中，两种程序的结果不同，这里的结果没有得到印证。",
        )
        said.append(part.in_(language))
    return "\n\n".join(said)


def _titled(cases: Sequence[Text]) -> str:
    """Titles of cases in a Chinese sentence."""
    return names([Text(en=case.en, zh=f"“{case.zh}”") for case in cases]).zh


def _agreeing(rows: Sequence[Any]) -> Text:
    """In which of the surveys the two programs do not say the same."""
    unlike = [r.case for r in rows if r.estimates is None or r.estimates > UNLIKE]
    if len(unlike) == len(rows):
        first = Text(
            en="The two programs agree in no survey", zh="两种程序的结果在各项调查中均不一致"
        )
    elif unlike:
        first = Text(
            en=f"The two programs agree in all surveys but {names(unlike).en}",
            zh=f"除{_titled(unlike)}外，两种程序的结果在各项调查中均一致",
        )
    else:
        first = Text(
            en="The two programs agree in all surveys", zh="两种程序的结果在各项调查中均一致"
        )
    return Text(
        en=f"{first.en}: paths by semopy beside our own. Includes simulated data.",
        zh=f"semopy 与本研究的路径（含模拟数据）：{first.zh}。",
    )


def _digit(value: Any) -> str:
    """A tiny number with one digit that counts, as a reference."""
    return number(value, "significant", 1)


# --- the cases ---------------------------------------------------------------------------------
def cases(described: Mapping[str, Study], found: Results, language: Language) -> str:
    """The cases of a volume in one table, each with a link to its pages."""
    rows = [Row(study=s, rows=_rows_used(found, s.case)) for s in described.values()]
    rows.sort(key=lambda r: not r.rows)  # what nobody here has seen comes last
    table = Table(
        rows,
        [
            Column(lambda r: _linked(r, language), "Case", "markdown"),
            Column(lambda r: _what(r, language), "Data", "markdown"),
            Column(lambda r: _origin(r.study, language), "Source", "markdown"),
            Column(lambda r: _licence(r.study, language), "Licence", "markdown"),
        ],
        Text(
            en="The cases, their data and where they come from; each title leads to all that was "
            "computed of the case.",
            zh="各案例的数据及其来源。点击案例的标题，可以查看该案例的全部结果。",
        ),
    )
    return numbered(table, "cases", language)


def trial_cases(described: Mapping[str, Study], found: Results, language: Language) -> str:
    """The simulated cases: what they are, what of them was missed, and what is declared beside what
    was found.
    """
    trial = found.get((ALL, "trial"))
    cases = trial.findings.cases if trial else None
    if cases is None or isinstance(cases, Refused):
        none = Text(en="No simulated case was analysed here.", zh="此处没有分析任何模拟案例。")
        return none.in_(language)
    notebook = f"executed/{ALL}/{notebook_file('trial').stem}.ipynb"
    parts = []
    for row in cases.rows:
        study = described[row.case]
        parts += [
            f"## {escape(study.title.in_(language))} {{#sec-trial-{row.case} .one-page}}",
            escape(study.summary.in_(language)),
            f"{{{{< embed {notebook}#txt-{ALL}-trial-case-{row.case} >}}}}",
            f"{{{{< embed {notebook}#tbl-{ALL}-trial-case-{row.case} >}}}}",
        ]
    return "\n\n".join(parts)


def _linked(row: Any, language: Language) -> str:
    title = escape(row.study.title.in_(language))
    return f'[{title}]{{.dossier of="{row.study.case}"}}' if row.rows else title


def _what(row: Any, language: Language) -> str:
    """The tables of a case with the rows that were used."""
    named = [*((term("Survey"), "answers"),) * bool(row.study.constructs)]
    named += [(resource.label, resource.id) for resource in row.study.resources]
    if not row.rows:
        return Text(en="never seen by us", zh="未见到数据").in_(language)
    parts = [(label.in_(language), _counted(row.rows.get(name), language)) for label, name in named]
    if language == "zh":
        shown = (f"{escape(label)}（{n}）".replace("）（", "，") for label, n in parts)
        return "；".join(shown)
    return "; ".join(f"{escape(label)} ({n})" for label, n in parts)


def _origin(study: Study, language: Language) -> str:
    provenance = study.provenance
    cited = "; ".join(f"@{key}" for key in provenance.citation)
    if study.simulated:
        return Text(en="declared process", zh="设定的生成过程").in_(language)
    return f"[{cited}]" if cited else escape(provenance.source.in_(language))


_NOT_STATED = Text(en="not stated", zh="未说明")
_SOURCE = {
    "en": "**Source.** {source}{cited}. **Licence.** {licence}. **Sampling.** {sampling}",
    "zh": "**来源**　{source}。{cited}**许可**　{licence}。**抽样**　{sampling}",
}


def one_case(study: Study, found: Results, language: Language) -> list[str]:
    """Badge, summary, source, constructs and tables of one case."""
    provenance = study.provenance
    rows = _rows_used(found, study.case)
    summary = escape(study.summary.in_(language))
    other = f"{escape(study.title.zh)} · " if _two(study.title) and language == "en" else ""
    parts = [
        badge(study.simulated, language),
        f"{other}{summary}",
        _SOURCE[language].format(
            source=escape(provenance.source.in_(language)),
            cited=_works(provenance.citation, language),
            licence=_licence(study, language),
            sampling=_sampling(study, language),
        ),
        *_absent(study, found, language),
        *_withheld(study, language),
    ]
    if study.constructs:
        constructs = shortened(study).constructs
        table = Table(
            constructs,
            [
                Column(lambda c: c.label.in_(language), "Construct"),
                *_chinese(constructs, lambda c: c.label, language),
                Column(lambda c: term(_ROLES[c.role]), "Role"),
                Column(lambda c: _apart(language).join(i.id for i in c.items), "Items"),
            ],
            Text(
                en=f"Constructs of {escape(study.title.en)}.",
                zh=f"{escape(study.title.zh)}的构念。",
            ),
        )
        asked = _asked(study, rows)
        parts += [
            asked.in_(language),
            numbered(table, f"{study.case}-constructs", language),
        ]
    for (of, analysis), result in found.items():
        if of == study.case and (said := recorded.said(result.provenance, of, analysis)):
            parts.append(said.in_(language))
            break  # all are recorded of the same rows
    if study.resources:
        parts.append(_tables(study, rows, language))
    return parts


def _withheld(study: Study, language: Language) -> list[str]:
    """What pages of rows that may not be passed on leave out."""
    if not study.surveyed or not recorded.closed(study.case):
        return []
    few = least()
    said = Text(
        en=f"The rows may not be passed on: no cell of fewer than {few} people is shown, and how "
        "many answered, and how many did not, is told to full tens of those who did not, with "
        "coarser numbers beside it.",
        zh=f"原始数据不得转发，因此不列出少于 {few} 人的单元格；未作答人数取整到十位，作答人数由此推得，"
        "相应的数值也少取几位小数。",
    )
    return [said.in_(language)]


def _asked(study: Study, rows: Mapping[str, Any]) -> Text:
    """How many answers there are, on which scale; or that there is a matrix alone."""
    if study.matrix is not None:
        n = f"{study.matrix.n:,}"
        return Text(
            en=f"No rows: a matrix of the items is known, of {n} respondents.",
            zh=f"本案例没有原始数据，只有 {n} 名受访者的题项矩阵。",
        )
    scale = study.scale
    return Text(
        en=f"{_counted(rows.get('answers'), 'en')}; answers on a scale from {scale.min} to "
        f"{scale.max}.",
        zh=f"{_counted(rows.get('answers'), 'zh')}，作答范围为 {scale.min} 至 {scale.max}。",
    )


def _two(text: Text) -> bool:
    """Whether a text is there in both languages."""
    return text.en != text.zh


def _chinese(rows: Sequence[Any], of: Callable[[Any], Text], language: Language) -> list[Column]:
    """Beside the English the Chinese, where there is one."""
    if language != "en" or not any(_two(of(row)) for row in rows):
        return []
    return [Column(lambda row: of(row).zh, _CHINESE)]


def _works(keys: Sequence[str], language: Language) -> str:
    """The works of the data: apart in Chinese, where they would read as those of what is last."""
    cited = f"[{'; '.join(f'@{key}' for key in keys)}]"
    return {"en": f" {cited}", "zh": f"**文献**{cited}。"}[language] if keys else ""


def _licence(study: Study, language: Language) -> str:
    stated = study.provenance.licence
    if stated == _NOT_STATED.en:
        return _NOT_STATED.in_(language)
    name, _, note = stated.removesuffix(")").rpartition(" (")
    known = in_chinese(note)
    if language == "en" or known.zh == known.en:
        return escape(stated)
    return escape(f"{name}（{known.zh}）" if name else known.zh)


def _apart(language: Language) -> str:
    """Between names in a list."""
    return {"en": ", ", "zh": "、"}[language]


def _sampling(study: Study, language: Language) -> str:
    """How people came into the data, as a sentence with its stop."""
    stated = study.provenance.sampling
    said = (_NOT_STATED if stated.en == _NOT_STATED.en else stated).in_(language)
    ended = said.rstrip().endswith((".", "。", "!", "！", "?", "？"))
    return escape(said.rstrip()) + ("" if ended else {"en": ".", "zh": "。"}[language])


def _absent(study: Study, found: Results, language: Language) -> list[str]:
    """That the case has no results for want of its rows, and where these are had."""
    if not study.sources or any(case == study.case for case, _ in found):
        return []
    said = Text(
        en="**Not available.** The machine that made this report does not have the rows of this "
        "case: no result is shown, and nothing here rests on it.",
        zh="**不可用**　生成本报告的机器上没有该案例的数据，因此不显示任何结果，本报告的内容也均不依赖它。",
    )
    if any(rows.sha256 == UNKNOWN for rows in study.sources):
        said = Text(
            en="**Never seen.** This case is described from what is published about it; its rows "
            "have not been seen, no result is shown, and nothing here rests on it.",
            zh="**未曾见到数据**　该案例仅根据已发表的说明加以描述，我们未曾见到其数据，因此不显示任何结果，"
            "本报告的内容也均不依赖它。",
        )
    had = []
    for rows in study.sources:
        if isinstance(rows, DownloadRows):
            had.append(
                Text(en=f"Rows: <{rows.landing_page}>.", zh=f"数据：<{rows.landing_page}>。")
            )
        elif isinstance(rows, PackageRows):
            en = f"Rows: `{rows.object}` in the R package `{rows.name}`."
            had.append(Text(en=en, zh=f"数据：R 包 `{rows.name}` 中的 `{rows.object}`。"))
    return [said.in_(language) + "".join(" " * (language == "en") + t.in_(language) for t in had)]


def _tables(study: Study, rows: Mapping[str, Any], language: Language) -> str:
    if language == "zh":
        beside = [
            f"{escape(r.label.zh)}（{_counted(rows.get(r.id), 'zh')}）".replace("）（", "，")
            for r in study.resources
        ]
        return f"**数据表**　{'；'.join(beside)}。"
    beside = [
        f"{escape(r.label.both)} "
        f"({r.kind.replace('_', ' ')}, {_counted(rows.get(r.id), 'en').lower()})"
        for r in study.resources
    ]
    return f"**Tables.** {'; '.join(beside)}."


def _rows_used(found: Results, case: str) -> dict[str, Any]:
    """The rows of every table that a result of the case used, as references."""
    return {
        origin.resource: origin.rows
        for (of, _), result in found.items()
        if of == case
        for origin in result.provenance.data
    }


def _counted(n: Any, language: Language) -> str:
    if n is None:
        return Text(en="No rows here", zh="此处没有数据").in_(language)
    return Text(en=f"{number(n)} rows", zh=f"{number(n)} 行").in_(language)


def codebook(study: Study, language: Language) -> list[str]:
    """Every item of one case; in English with the Chinese wording beside.

    Below it what is shortened elsewhere, in full.
    """
    shown = shortened(study).constructs
    rows = [(construct, item) for construct in shown for item in construct.items]
    table = Table(
        rows,
        [
            Column(lambda r: r[1].id, "Item"),
            Column(lambda r: r[0].label.in_(language), "Construct"),
            Column(lambda r: _wording(r[1], language), "Wording"),
            *_chinese(rows, lambda r: r[1].wording, language),
        ],
        Text(en=f"Items of {escape(study.title.en)}", zh=f"{escape(study.title.zh)}的题项"),
    )
    package = "[datapackage.json](datapackage.json)"
    machine = Text(
        en=f"The same for programs: {package} (Frictionless).",
        zh=f"供程序读取的同样内容见 {package}（Frictionless）。",
    )
    return [
        numbered(table, f"{study.case}-codebook", language),
        *_in_full(study, language),
        '::: {.content-visible when-format="html"}\n' + machine.in_(language) + "\n:::",
    ]


def _in_full(study: Study, language: Language) -> list[str]:
    """A table of what is shortened elsewhere; none where nothing is."""
    long = in_full(study)
    if not long:
        return []
    table = Table(
        long,
        [
            Column(lambda pair: pair[0].in_(language), "As shown"),
            Column(lambda pair: pair[1].in_(language), "In full"),
        ],
        Text(
            en="Questions and answers in full that are shortened elsewhere.",
            zh="在其他各处以缩写出现的问题与选项的全文。",
        ),
    )
    return [numbered(table, f"{study.case}-in-full", language)]


def _wording(item: Any, language: Language) -> str:
    reverse = Text(en=" (reversed)", zh="（反向）").in_(language) if item.reversed else ""
    wording: str = item.wording.in_(language)
    return wording + reverse


# --- where it comes from -------------------------------------------------------------------------
def notebooks(found: Results, language: Language) -> str:
    """The notebooks, and the parameters that they ran with in each case."""
    given: dict[tuple[str, str], list[str]] = {}
    for (case, name), result in found.items():
        parameters = result.provenance.parameters.items()
        text = _apart(language).join(f"{k} = {v}" for k, v in parameters if k != "case")
        given.setdefault((notebook_file(name).stem, text), []).append(case)
    every: dict[str, set[str]] = {}
    for (stem, _), own in given.items():
        every.setdefault(stem, set()).update(own)
    whole = Text(en="all", zh="全部").in_(language)
    ran = Table(
        sorted(given.items()),
        [
            Column(lambda r: r[0][0], "Notebook"),
            Column(lambda r: r[0][1], "Parameters"),
            Column(
                lambda r: whole if set(r[1]) == every[r[0][0]] else _apart(language).join(r[1]),
                "Cases that have it",
            ),
        ],
        Text(en="Notebooks and the parameters they ran with.", zh="各笔记本的运行参数。"),
    )
    return numbered(ran, "parameters", language)


def data(found: Results, language: Language = "en") -> str:
    """The checksum of every data set that a result used."""
    rows = {
        (case, origin.sha256): Row(case=case, origin=origin)
        for (case, _), result in found.items()
        if case != ALL
        for origin in result.provenance.data
    }
    table = Table(
        list(rows.values()),
        [
            Column("case", "Case"),
            Column(lambda r: r.origin.resource, "Table"),
            Column(lambda r: r.origin.rows, "Rows", "count"),
            Column(lambda r: r.origin.sha256, "SHA-256 of the data"),
        ],
        Text(en="Data sets and their checksums.", zh="各数据集的校验和。"),
    )
    return numbered(table, "data-checksums", language)


def _computed(commits: list[tuple[str, bool | None]], kept: bool) -> Text:
    """At which commits results were computed, or those that are `kept` without their rows."""
    en = " and ".join(f"`{at}`{' with uncommitted changes' * bool(new)}" for at, new in commits)
    zh = "、".join(f"`{at}`{'（含未提交的改动）' * bool(new)}" for at, new in commits)
    what, what_zh = "Results", "结果"
    if kept:
        what = "Results of surveys whose rows may not be passed on"
        what_zh = "原始数据不得转发的调查，其结果"
    s = "s" if len(commits) > 1 else ""
    return Text(
        en=f"{what} were computed at commit{s} {en}.", zh=f"{what_zh}由提交 {zh} 的代码算出。"
    )


def session(found: Results, language: Language = "en") -> str:
    """Versions that made the results; a difference between notebooks is shown, not hidden."""
    parts = []
    of = [result.provenance for result in found.values()]
    for kept in (False, True):  # without a commit: installed, not run in a repository
        made = {(p.git_commit, p.git_changed) for p in of if bool(p.recorded) is kept}
        if commits := sorted((at, changed) for at, changed in made if at is not None):
            parts.append(_computed(commits, kept).in_(language))
    versions: dict[str, set[str]] = {}
    for provenance in of:
        for name, version in {"python": provenance.python, **provenance.packages}.items():
            versions.setdefault(name, set()).add(version)
    table = Table(
        sorted(versions.items()),
        [
            Column(lambda r: r[0], "Package"),
            Column(lambda r: _apart(language).join(sorted(r[1])), "Version"),
        ],
        Text(en="Versions.", zh="所用软件包的版本。"),
    )
    return "\n\n".join([*parts, numbered(table, "versions", language)])


def thresholds(language: Language) -> str:
    """The cited cut-offs by which the report judges."""
    own = Text(en="this study", zh="本研究").in_(language)
    cited = {"en": "@{}", "zh": "[@{}]"}[language]
    table = Table(
        [t for t in all_thresholds().values() if not t.guess],
        [
            Column(lambda t: in_chinese(t.label, "thresholds"), "Statistic"),
            Column(lambda t: term(_GOOD[t.good]), "Good when"),
            Column(lambda t: f"{t.value:g}".removeprefix("0") or "0", "Cut-off"),
            Column(lambda t: cited.format(t.cite) if t.cite else own, "Source", "markdown"),
        ],
        Text(en="Cut-offs and their sources.", zh="各统计量的临界值及其来源。"),
    )
    return numbered(table, "thresholds", language)


def claims_ledger(found: Results, language: Language) -> str:
    """The ledger of the figures that the sources print: what each one's design can show, and what
    can be said of it, where the argument was run."""
    ledger = claims.load()
    argument = found.get((ALL, "argument"))
    judged = getattr(argument.findings, "claims", None) if argument else None
    rows = {row.id: row for row in getattr(judged, "rows", ())}
    said = [Column(lambda c: told(rows[c.id]), "What can be said")] * bool(rows)
    design = [Column(lambda c: DESIGNS[rows[c.id].design], "Can its design show it?")] * bool(rows)
    parts = []
    for source in dict.fromkeys(c.source for c in ledger.claims):
        table = Table(
            [c for c in ledger.claims if c.source == source],
            [
                Column("id", "Id"),
                Column(lambda c: c.text, "Claim"),
                *said,
                Column(lambda c: claimed(c, language), "Printed"),
                *design,
                Column(lambda c: _place(c, language), "Place (origin named)"),
            ],
            Text(en=f"Figures printed by @{source}.", zh=f"报告 [@{source}] 中的数字。"),
        )
        parts.append(numbered(table, f"claims-{source}", language))
    return "\n\n".join(parts)


def _place(claim: claims.Claim, language: Language) -> str:
    if not claim.origin:
        return claim.place.in_(language)
    named = in_chinese(claim.origin)
    return claim.place.in_(language) + Text(en=f" ({named.en})", zh=f"（{named.zh}）").in_(language)


def in_chinese(name: str, part: str = "origins") -> Text:
    """Whom a source names, a unit, or a cut-off; names that stay are in no catalogue."""
    return Text(en=name, zh=catalogue(part).get(name, {}).get("zh", name))


def claimed(claim: claims.Claim, language: Language = "en") -> str:
    """The printed figure with its unit: shares and relative changes as per cent."""
    per_cent = Text(en=" %", zh="%").in_(language)
    forms = {"share": "{:g}" + per_cent, "relative": "{:+g}" + per_cent, "weight": "{:g}"}
    form = forms.get(claim.unit, "{:g}")
    times = 100 if "%" in form else 1
    first, *others = (form.format(times * v).replace("-", "−") for v in claim.values)
    to = Text(en=" to ", zh=" 至 ").in_(language)
    shown = first + (" ↔ " if claim.kind == "per" else to) * bool(others) + to.join(others)
    unit = "" if claim.unit in forms else f" {in_chinese(claim.unit).in_(language)}"
    stop = Text(en=", ", zh="，").in_(language)
    return shown + unit + (f"{stop}n = {claim.n:,}" if claim.n else "")


# --- who made it ------------------------------------------------------------------------------
_PARTS = {
    "keywords": Text(en="Keywords", zh="关键词"),
    "licence": Text(en="Licence", zh="许可"),
    "funding": Text(en="Funding", zh="资助"),
    "conflict": Text(en="Conflict of interest", zh="利益冲突"),
    "ethics": Text(en="Ethics", zh="伦理"),
    "data": Text(en="Data availability", zh="数据可获得性"),
}


def about(block: AboutCase, title: Text, language: Language) -> str:
    """Abstract, keywords, statements and how to cite, out of the report's one block.

    What the block does not say is not there; it can be cited where it has authors and a date.
    """
    chinese = language == "zh"
    stop, apart = ("。", "；") if chinese else (".", "; ")
    parts = [escape(block.abstract.in_(language))] if block.abstract else []
    for name, heading in _PARTS.items():
        value = getattr(block, name)
        if not value:
            continue
        texts = value if isinstance(value, tuple) else (value,)
        said = escape(apart.join(text.in_(language) for text in texts))
        end = "" if said.endswith((".", "。")) else stop
        named = heading.in_(language)
        parts.append(f"**{named}**：{said}{end}" if chinese else f"**{named}.** {said}{end}")
    authors = []
    for author in block.authors:
        said = escape(author.name.in_(language))
        if author.affiliation:
            inside = escape(author.affiliation.in_(language))
            said += f"（{inside}）" if chinese else f" ({inside})"
        if author.orcid:
            said += f"{'' if chinese else ' '}<https://orcid.org/{author.orcid}>"
        authors.append(said)
    made = [("Authors", "作者", apart.join(authors))] if authors else []
    if block.date:
        made.append(("Date", "日期", long_date(block.date.isoformat(), language)))
    if block.version:
        made.append(("Version", "版本", escape(block.version)))
    if block.doi:
        made.append(("DOI", "DOI", f"<https://doi.org/{block.doi}>"))
    names = apart.join(escape(author.name.in_(language)) for author in block.authors)
    version = f" ({escape(block.version)})" if block.version else ""
    where = f" <https://doi.org/{block.doi}>" if block.doi else ""
    if authors and block.date:
        year = block.date.year
        cite = Text(
            en=f"{names} ({year}). *{escape(title.en)}*{version}.{where}",
            zh=f"{names}. {escape(title.zh)}{version}\\[R\\]. {year}.{where}",
        )
        made.append(("How to cite", "引用方式", cite.in_(language)))
    parts += [f"**{zh}**：{said}" if chinese else f"**{en}:** {said}" for en, zh, said in made]
    return "\n\n".join(parts)


# --- the first page of all ------------------------------------------------------------------------
def front(described: Mapping[str, Study], there: Collection[str], report: Text, trial: Text) -> str:
    """A plain page of links: the volumes in each language, and the pages of every case."""
    volumes = "".join(
        f'<li lang="{one}"><a href="{one}/index.html">{esc(report.in_(one))}</a> · '
        f'<a href="trial/{one}/index.html">{esc(trial.in_(one))}</a></li>'
        for one in LANGUAGES
    )
    listed = "".join(
        f'<li><a href="cases/{quote(case)}/en/index.html">{esc(study.title.both)}</a>'
        f" ({esc((SIMULATED if study.simulated else REAL).both.lower())})</li>"
        for case, study in described.items()
        if case in there
    )
    across = f'<li><a href="cases/{ALL}/en/index.html">Across the cases 跨案例分析</a></li>'
    return _FRONT.format(title=esc(report.both), volumes=volumes, cases=across + listed)


_FRONT = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>@media (prefers-color-scheme: dark) {{ body {{ background: #14181d; color: #dde3ea; }} a {{ color: #7fb2ec; }} }} body {{ font-family: "Source Sans 3", "Segoe UI", system-ui, sans-serif; line-height: 1.6; \
max-width: 44rem; margin: 3rem auto; padding: 0 1.2rem; }} main > ul:first-of-type {{ font-size: \
1.2rem; }} li {{ margin: .3rem 0; }}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<ul>
{volumes}
</ul>
<h2>The cases <span lang="zh">案例</span></h2>
<ul>
{cases}
</ul>
</main>
</body>
</html>
"""
