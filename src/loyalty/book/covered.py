"""The trial's pages of what was measured over many draws: its intervals, and necessity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from loyalty.analyses.trial.names import KINDS
from loyalty.book.measured import kept
from loyalty.book.pages import numbered
from loyalty.cases.study import Study
from loyalty.ground import numbers
from loyalty.ground.markdown import escape
from loyalty.ground.text import Language, Text
from loyalty.shown.table import Column, Table
from loyalty.shown.words import listed

PROMISED = 0.95

#: What was measured of the trial, as the page names it; `share_…` are among `share`.
NAMED = {kind: KINDS[kind] for kind in KINDS if kind != "table"} | {
    "share_whole": Text(en="shares over all respondents", zh="全样本解释方差份额"),
    "share_within": Text(en="shares within an industry", zh="行业内解释方差份额"),
}
WITH, WITHOUT = Text(en="firms", zh="客户分属企业"), Text(en="no firms", zh="客户不分企业")


def _table(
    rows: Sequence[SimpleNamespace],
    columns: list[Column],
    caption: Text,
    name: str,
    language: Language,
) -> str:
    """A table with its caption below, as a reference by `name` finds it."""
    return numbered(Table(rows, columns, caption, plain=True), name, language)


def _sum(label: Text, rows: Sequence[dict[str, Any]]) -> SimpleNamespace:
    """Of several cases, which are drawn independently of one another, as one trial has them."""
    intervals = sum(r["intervals"] for r in rows)
    mean, sd = sum(r["mean"] for r in rows), math.sqrt(sum(r["sd"] ** 2 for r in rows))
    spread = math.sqrt(sum((r["intervals"] * r["coverage_se"]) ** 2 for r in rows))
    return SimpleNamespace(
        label=label,
        intervals=round(intervals),
        coverage=mean / intervals,
        coverage_se=spread / intervals,
        low=max(0, math.floor(mean - 1.96 * sd)),
        high=min(round(intervals), math.ceil(mean + 1.96 * sd)),
        redraws=min(r["redraws"] for r in rows),
        cases=len(rows),
    )


def sums(records: Sequence[dict[str, Any]], described: dict[str, Study]) -> list[SimpleNamespace]:
    """By kind, of cases whose customers belong to firms, and of the others."""
    found = []
    for kind, name in NAMED.items():
        for firms, what in ((True, WITH), (False, WITHOUT)):
            own = [
                r
                for r in records
                if r["kind"] == kind and (described[r["case"]].units is not None) == firms
            ]
            if own:
                label = Text(en=f"{name.en}, {what.en}", zh=f"{name.zh}（{what.zh}）")
                found.append(_sum(label, own))
    return found


def said(en: str, zh: str, language: Language) -> str:
    return Text(en=en, zh=zh).in_(language)


def _bounded(value: float) -> str:
    return escape(numbers.show(value, "bounded", decimals=3))


def _named(record: dict[str, Any], case: Study) -> Text:
    """Kind, case and coverage."""
    kind, coverage = NAMED[record["kind"]], _bounded(record["coverage"])
    return Text(
        en=f"{kind.en} in “{escape(case.title.en)}” ({coverage})",
        zh=f"“{escape(case.title.zh)}”的{kind.zh}（{coverage}）",
    )


def _together(rows: Sequence[Any], language: Language) -> str:
    """The kinds that cover less than promised over all surveys, whatever single ones do."""
    parts = []
    for r in (r for r in rows if r.coverage + 2 * r.coverage_se < PROMISED):
        shown = _bounded(r.coverage)
        parts.append(Text(en=f"{r.label.en} ({shown})", zh=f"{r.label.zh[:-1]}，{shown}）"))
    if not parts:
        return ""
    which = listed(parts)
    return said(
        f" Over all surveys together the intervals of {which.en} cover less than promised by more than twice the standard error.",
        f"各项调查合计，{which.zh}的覆盖率比名义值低两倍标准误以上。",
        language,
    )


def again_page(described: dict[str, Study], language: Language) -> str:
    """How often the trial's intervals hold over many draws of its surveys."""
    records = [r for r in kept("trial.json") if r["case"] in described]
    if not records:
        return said("The redraws were not made here.", "此处没有重新抽取。", language)
    rows = sums(records, described)
    least, most = min(r.redraws for r in rows), max(r["redraws"] for r in records)
    between = f"{least}" if least == most else f"{least}–{most}"
    between_zh = between.replace("–", " 至 ")
    low = [r for r in records if r["coverage"] + 2 * r["coverage_se"] < PROMISED]
    which = listed([_named(r, described[r["case"]]) for r in low])
    judged = said(
        f"Less than promised, by more than twice the standard error, cover the intervals of {which.en}."
        if low
        else "In no case does a kind cover less than promised by more than twice its standard error.",
        f"覆盖率比名义值低两倍标准误以上的，有{which.zh}。"
        if low
        else "任何案例的任何一类区间，覆盖率都不比名义值低两倍标准误以上。",
        language,
    )
    judged += _together(rows, language)
    columns = [
        Column(lambda r: r.label, "Declared [kind]"),
        Column("intervals", "Intervals", "count"),
        Column("coverage", "Coverage", "bounded", 3),
        Column("coverage_se", "Standard error [of the coverage]", "bounded", 3),
        Column(lambda r: f"{r.low}–{r.high}", "Hold the value, in 95 of 100 trials", "markdown"),
    ]
    ends = [_bounded(pick(r.coverage for r in rows)) for pick in (min, max)]
    caption = Text(
        en=f"Coverage by kind over {between} redraws of each survey: {ends[0]} to {ends[1]}.",
        zh=f"每项调查重新抽取 {between_zh} 次时各类区间的覆盖率：{ends[0]} 至 {ends[1]}。",
    )
    table = _table(rows, columns, caption, "again", language)
    note = said(
        "Other respondents, firms and careless ones, the same notebooks and the same count. "
        "Promised is a coverage of .950. Intervals of one draw rest on the same answers, and "
        "shares of one outcome add up to one: more of them miss at once, or none, than of as many "
        "independent ones, so that the number that holds the value varies from trial to trial as "
        "the last column says. What moves moderations and curvilinear effects away from what is "
        "declared stands in @sec-straight. Tables beside the surveys are left out. Source: "
        "`benchmarks/results/trial.json`, which `benchmarks/trial.py` writes.",
        "受访者、企业与敷衍作答者均重新抽取，笔记本与计数方法不变。名义覆盖率为 0.950。"
        "同一次抽取中的各区间以同样的答案为依据，同一结果变量的各份额之和又等于一，因此与同样数目的独立区间相比，"
        "更容易同时不覆盖或同时覆盖设定值；每次检验中覆盖设定值的区间个数，变动范围见末栏。"
        "调节效应与曲线效应偏离设定值的原因见[@sec-straight]。调查之外的数据表没有列入。"
        "本表取自 `benchmarks/results/trial.json`，该文件由 `benchmarks/trial.py` 生成。",
        language,
    )
    return "\n\n".join([judged, table, note])


#: What `benchmarks/bends.py` adds one after another, as the page names it.
STEPS = {
    "constructs": Text(en="on the constructs themselves", zh="直接用构念时"),
    "fine": Text(en="on answers of a hundred even steps", zh="作答分为一百个等距等级时"),
    "answers": Text(en="on the declared answer scales", zh="采用设定的量表时"),
    "careless": Text(en="with careless respondents", zh="再加入敷衍作答者时"),
    "screened": Text(
        en="without those who show signs of carelessness", zh="剔除有敷衍作答迹象者后"
    ),
}


def _sizes(kind: str, own: Sequence[dict[str, Any]]) -> Text:
    """Estimates of a kind in the declared direction, as a share of what is declared, by step."""
    whole = math.fsum(abs(r["declared"]) for r in own)
    parts = []
    for step, name in STEPS.items():
        sizes = (math.copysign(1, r["declared"]) * r["estimate"][step] for r in own)
        share = numbers.show(math.fsum(sizes) / whole, "percent", decimals=0)
        parts.append(Text(en=f"{share} {name.en}", zh=f"{name.zh}为 {share.replace(' ', '')}"))
    what, zh = NAMED[kind], "，".join(part.zh for part in parts)
    return Text(
        en=f"Of the declared size of all {what.en} together come out {listed(parts).en}.",
        zh=f"全部{what.zh}的估计值合计与设定值合计之比，{zh}。",
    )


def bends_page(described: dict[str, Study], language: Language) -> str:
    """What moves moderations and bends away from what is declared, one thing after another."""
    records = [r for r in kept("bends.json") if r["case"] in described]
    if not records:
        return said("The causes were not measured here.", "此处没有分解偏离的原因。", language)
    rows = [
        SimpleNamespace(
            label=Text(
                en=f"{r['id']}, {described[r['case']].title.en}",
                zh=f"{r['id']}，{described[r['case']].title.zh}",
            ),
            declared=r["declared"],
            **r["estimate"],
        )
        for r in records
    ]
    columns = [
        Column(lambda r: r.label, "Declared effect"),
        Column("declared", "Declared", "bounded", 3),
        Column("constructs", "Constructs", "bounded", 3),
        Column("fine", "Answers of 100 steps", "bounded", 3),
        Column("answers", "Answers", "bounded", 3),
        Column("careless", "With careless ones", "bounded", 3),
        Column("screened", "Without the flagged", "bounded", 3),
    ]
    n, error = records[0]["respondents"], max(max(r["se"].values()) for r in records)
    error = math.ceil(error * 1000) / 1000
    caption = Text(
        en=f"Moderations and curvilinear effects in one draw of {numbers.show(n, 'count')} respondents without firms: no answers, fine ones, the declared scales, careless respondents, and without those who show signs of it.",
        zh=f"五种条件下的调节效应与曲线效应：不用量表，用精细量表，用设定的量表，加入敷衍作答者，再剔除有敷衍作答迹象者（一次抽取 {numbers.show(n, 'count')} 名受访者，不设企业）。",
    )
    kinds = dict.fromkeys(r["kind"] for r in records)
    sizes = [_sizes(k, [r for r in records if r["kind"] == k]).in_(language) for k in kinds]
    table = _table(rows, columns, caption, "bends", language)
    note = said(
        f"Each column changes one thing, and the last is what the notebooks do; no standard error exceeds {_bounded(error)}. On the constructs "
        "one model is fitted to all industries, whose paths and means differ, and a square stands "
        "for a threshold. Answers of 100 steps cut nothing off: what they are away from the "
        "constructs is the estimator's. Source: `benchmarks/results/bends.json`, which "
        "`benchmarks/bends.py` writes.",
        f"每一栏只比前一栏改动一处，最后一栏即笔记本的做法；标准误均不超过 {_bounded(error)}。“构念”一栏用一个模型拟合全部行业，"
        "而各行业的路径与均值不同，阈值效应又用平方项代替。“一百级作答”不截断任何差异，这一栏与“构念”一栏之差"
        "就是估计方法本身的偏差。本表取自 `benchmarks/results/bends.json`，该文件由 `benchmarks/bends.py` 生成。",
        language,
    )
    space = "" if language == "zh" else " "
    return "\n\n".join([space.join(sizes), table, note])


#: The populations of `benchmarks/necessity.py`, as the page names them.
POPULATIONS = {
    "unrelated": Text(en="unrelated", zh="不相关"),
    "correlated": Text(en="correlated, .5", zh="相关 0.5"),
    "strongly_correlated": Text(en="correlated, .8", zh="相关 0.8"),
    "planted": Text(en="necessary, correlation .2", zh="必要条件，相关 0.2"),
    "planted_correlated": Text(en="necessary, correlation .5", zh="必要条件，相关 0.5"),
}
SEEN = {
    "scores": Text(en="scale scores of three items", zh="三题项的量表均分"),
    "exact": Text(en="without error", zh="无测量误差"),
}
PLANTED = ("planted", "planted_correlated")
#: The ceiling by which the analysis decides.
CEILING = "ce_fdh"


def necessity_page(language: Language) -> str:
    """How often a necessary condition is found where it is planted, and where it is not."""
    records = [r for r in kept("necessity.json") if r["n"] == 300]
    if not records:
        return said("The rates were not measured here.", "此处没有测量检出率。", language)
    rows = [
        SimpleNamespace(
            label=Text(
                en=f"{POPULATIONS[r['population']].en}, {name.en}",
                zh=f"{POPULATIONS[r['population']].zh}，{name.zh}",
            ),
            planted=r["population"] in PLANTED,
            found=r[seen][CEILING]["necessary"],
            beside=r[seen][CEILING]["correlated"],
            plain=r[seen][CEILING]["unrelated"],
        )
        for r in records
        for seen, name in SEEN.items()
    ]
    n, redraws = records[0]["n"], min(r["replications"] for r in records)
    least = _bounded(min(r.found for r in rows if r.planted))
    most = _bounded(max(r.found for r in rows if not r.planted))
    error = _bounded(math.sqrt((1 - PROMISED) * PROMISED / redraws))
    caption = Text(
        en=f"A planted necessity is found in at least {least} of the redraws, one that is not there in at most {most}.",
        zh=f"必要条件的检出率与误报率：设定的必要条件，检出率至少为 {least}；不存在的必要条件，误报率至多为 {most}。",
    )
    columns = [
        Column(lambda r: r.label, "Condition and outcome"),
        Column("found", "Called necessary", "bounded", 3),
        Column("beside", "p < .05 beside the correlation", "bounded", 3),
        Column("plain", "p < .05 beside chance", "bounded", 3),
    ]
    table = _table(rows, columns, caption, "necessity", language)
    note = said(
        f"{n} respondents, {redraws} redraws a row. Called necessary is what is clear of chance and "
        "of what the correlation alone leaves, with an effect size of .1 or more. Beside chance "
        "alone, as the method is usually applied, whatever correlates would pass for necessary. "
        f"A rate near .05 has a standard error of {error}. Source: "
        "`benchmarks/results/necessity.json`, which `benchmarks/necessity.py` writes.",
        f"每行重新抽取 {redraws} 次，每次 {n} 名受访者。只有空白区域既大于偶然所能造成的，又大于相关本身所能造成的，"
        "且效应量不低于 0.1，才判为必要条件。如果像通常那样只与偶然相比，凡是相关的条件都会被当作必要条件。"
        f"比率接近 0.05 时，标准误为 {error}。本表取自 `benchmarks/results/necessity.json`，"
        "该文件由 `benchmarks/necessity.py` 生成。",
        language,
    )
    return "\n\n".join([table, note])
