"""Sentences of the data audit."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.audit.columns import Columns, OnePair
from loyalty.analyses.audit.common_method import MeasurementModel
from loyalty.analyses.audit.findings import (
    Agreement,
    Careless,
    Codes,
    Detected,
    Detection,
    Flow,
    Harman,
    Little,
    Marker,
    Method,
    Missing,
    Normality,
    NotTested,
    Patterns,
    Quotas,
    QuotaTest,
    Sample,
    SampleLevel,
    Sensitivity,
    Shape,
    Twins,
)
from loyalty.cases.asked import Group
from loyalty.estimates.careless import Selection
from loyalty.estimates.verdicts import judge
from loyalty.ground.findings import Refused
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown.context import Case
from loyalty.shown.doubts import clause
from loyalty.shown.fit import problems
from loyalty.shown.words import (
    among,
    counted,
    cut,
    equals,
    estimate,
    few,
    listed,
    names,
    number,
    significant,
    spaced,
    wide,
    with_number,
)

#: The heading of each sign of careless answering, and of each kind that can be drawn.
SIGNS = {
    "long_string": "One answer over more than half of the items",
    "intra_individual_variability": "Almost no variation",
    "mahalanobis_p": "Improbable pattern (Mahalanobis)",
    "even_odd_consistency": "Even–odd inconsistency",
    "psychometric_synonyms": "Alike items answered unlike",
    "seconds_per_item": "Too fast",
}
KINDS = {"no": "Careful", "straightlining": "One answer throughout", "random": "At random"}
#: Below this Cohen's w is printed as .00.
NO_DEPARTURE = 0.005


def group(case: Case, name: str) -> Group:
    return next(g for g in case.study.groups if g.id == name)


def _same(words: str) -> Text:
    return Text(en=words, zh=words)


# --- rows and codes ------------------------------------------------------------------------------
def flow(found: Flow, case: Case) -> list[Text]:
    return [
        *_ruled_out(found, case),
        _exclusions(found),
        *_weightless(found),
        _repeated(found),
        *_cannot(found, case),
    ]


def _weightless(found: Flow) -> list[Text]:
    """How many rows weighted figures rest on."""
    if not found.weightless:
        return []
    missing, zero = found.weightless
    n = number(zero.n_left)
    if missing.n_excluded == 0 and zero.n_excluded == 0:
        return [
            Text(
                en=f"All {n} rows have a weight above 0 and are in the weighted figures.",
                zh=f"全部 {n} 行的权重均大于 0，都计入加权结果。",
            )
        ]
    without, none = few(missing.n_excluded), few(zero.n_excluded)
    if zero.n_left is None:
        all_ = number(found.n)
        return [
            Text(
                en=f"Not all of the {all_} rows are in the weighted figures: {without.en} have no weight, and {none.en} a weight of 0.",
                zh=f"{all_} 行并未全部计入加权结果：{spaced('没有权重者', without.zh, '行')}，权重为 {spaced('0 者', none.zh, '行')}。",
            )
        ]
    return [
        Text(
            en=f"Weighted figures rest on {n} rows: {without.en} have no weight, and {none.en} a weight of 0.",
            zh=f"加权结果基于 {n} 行：{spaced('没有权重者', without.zh, '行')}、权重为 {spaced('0 者', none.zh, '行')}，均不计入。",
        )
    ]


def _ruled_out(found: Flow, case: Case) -> list[Text]:
    """Whom the study's own rules leave out of everything."""
    if not found.rules:
        return []
    rules = {rule.id: rule.label for rule in case.study.exclude}
    told = listed(
        [
            Text(
                en=f"{escape(rules[r.rule].en)} \\({few(r.n_excluded).en}\\)",
                zh=f"{escape(rules[r.rule].zh)}（{few(r.n_excluded).zh} 行）",
            )
            for r in found.rules
        ]
    )
    read, n = number(found.read), number(found.n)
    if found.read is None:
        return [
            Text(
                en=f"{n} rows are left by the study's own rules, which leave out: {told.en}.",
                zh=f"按研究自定的规则保留 {n} 行，所剔除的是{told.zh}。",
            )
        ]
    return [
        Text(
            en=f"Of {read} rows that were read, {n} are left by the study's own rules, which leave out: {told.en}.",
            zh=f"共读入 {read} 行，按研究自定的规则保留 {n} 行，所剔除的是{told.zh}。",
        )
    ]


def _cannot(found: Flow, case: Case) -> list[Text]:
    """What the description says cannot be at once."""
    if not found.impossible:
        return []
    rules = {rule.id: rule.label for rule in case.study.impossible}
    there = [r for r in found.impossible if r.n != 0]
    if not there:
        return [
            Text(
                en="No row holds what the description says cannot be at once.",
                zh="没有任何一行出现案例说明中列为不可能的组合。",
            )
        ]
    told = listed(
        [
            Text(
                en=f"{escape(rules[r.rule].en)} \\({few(r.n).en}\\)",
                zh=f"{escape(rules[r.rule].zh)}（{few(r.n).zh} 行）",
            )
            for r in there
        ]
    )
    return [
        Text(
            en=f"Some rows hold what cannot be at once: {told.en}. They stay in the analyses; the numbers of rows stand in parentheses.",
            zh=f"有些行的答案不可能同时成立：{told.zh}。这些行仍保留在分析中。",
        )
    ]


def _exclusions(found: Flow) -> Text:
    n, empty = number(found.n), found.step("empty").n_excluded
    repeated, careless_ = found.step("repeated").n_excluded, found.step("careless")
    flagged = careless_.n_excluded
    left = found.step("incomplete").n_left
    if empty != 0:
        lost = few(empty)
        en = f"Of {n} rows {lost.en} have no answer to any item and say nothing; all others enter the main analyses."
        zh = f"{n} 行中有{'' if empty is None else ' '}{lost.zh} 行未回答任何题项，不含信息；其余各行均进入主要分析。"
    else:
        en = f"All {n} rows enter the main analyses."
        zh = f"全部 {n} 行均进入主要分析。"
    gone = [Text(en="everybody with a missing answer", zh="所有含缺失答案者")]
    if flagged != 0:
        who = spaced("", few(flagged).zh, "名被标记者")
        told = Text(en=_of(flagged, "flagged respondent"), zh=who)
        all_of_them = Text(en="the flagged respondents", zh="所有被标记者")
        gone.insert(0, all_of_them if careless_.fewest is None else told)
    if repeated != 0:
        rows = spaced("", few(repeated).zh, "行重复数据")
        gone.insert(0, Text(en=_of(repeated, "repeated row"), zh=rows))
    en += (
        " Nobody is left out of them for a missing answer, a repeated row or a sign of carelessness"
    )
    zh += "主要分析中无人因缺失答案、重复行或敷衍迹象而被剔除"
    if left is None:
        return Text(
            en=f"{en}; a check leaves out {listed(gone).en}.",
            zh=spaced(f"{zh}；另有一项检验剔除", listed(gone).zh, "。"),
        )
    strict, share = number(left), number(found.strict_share)
    return Text(
        en=f"{en}; leaving out {listed(gone).en} would keep {strict} ({share}).",
        zh=spaced(f"{zh}；若剔除", listed(gone).zh, f"，则余 {strict} 名（{share}）。"),
    )


def _of(n: int | None, noun: str) -> str:
    return f"{few(n).en} {noun}s" if n is None else counted(n, noun)


def _repeated(found: Flow) -> Text:
    rows, ids, lined = found.repeated_rows, found.repeated_ids, found.lined
    if rows == 0 and ids == 0:
        return Text(
            en="No row repeats another one"
            + (" and no id occurs twice." if found.has_ids else "."),
            zh="没有重复的行" + ("，也没有重复的编号。" if found.has_ids else "。"),
        )
    en = f"{_of(rows, 'row')} {'equals' if rows == 1 else 'equal'} an earlier one in every answer"
    en = en[0].upper() + en[1:]
    zh = f"{few(rows).zh} 行的全部答案与前面某一行相同" if rows != 0 else "没有重复的行"
    if ids != 0:
        en += f" and {_of(ids, 'id')} {'occurs' if ids == 1 else 'occur'} again"
        zh += spaced("，另有" if rows != 0 else "，但有", few(ids).zh, "个编号重复")
    elif found.has_ids:
        en += " and no id occurs twice"
        zh += "，但没有重复的编号"
    if lined and rows is not None and rows > 1:
        who = "all" if lined == rows else number(lined)
        en += f"; {who} of these {'holds' if lined == 1 else 'hold'} one answer over most of the items"
    elif lined:
        en += "; it holds one answer over most of the items"
    if lined:
        zh += f"；其中 {number(lined)} 行在多数题项上选了同一答案"
    if (chance := _by_chance(found)) is not None:
        return Text(en=f"{en}. {chance.en}", zh=f"{zh}。{chance.zh}")
    return Text(
        en=f"{en}. The rows alone cannot tell whether somebody answered twice or two people alike.",
        zh=f"{zh}。仅凭数据本身，无法判断是同一人作答两次，还是两人答案相同。",
    )


def _by_chance(found: Flow) -> Text | None:
    """How many rows would be equal without any copy."""
    of = found.again
    if of is None or not of.n:
        return None
    rest = found.lined is not None and found.lined > 0
    n, mean, most = number(of.n), number(of.by_chance), number(of.most_by_chance)
    en = f"{'The others are' if rest else 'They are'} {n}; in {number(of.draws)} surveys drawn with the same frequencies, gaps and correlations, but without copies, it is {mean} on average and {most} at most"
    zh = f"{'其余的有' if rest else '这样的行共有'} {n} 行；而在按相同的频数、缺失与相关模拟的 {number(of.draws)} 份不含复制行的调查中，这样的行平均有 {mean} 行，最多有 {most} 行"
    if of.beyond:
        return Text(
            en=f"{en}. That is more than chance explains: somebody may have answered twice, or rows were copied; but people who think alike answer alike, too [@simmons2016].",
            zh=f"{zh}。这超出了偶然所能解释的范围：可能有人重复作答，也可能有行被复制；但想法相近的人，答案也会相近 [@simmons2016]。",
        )
    return Text(
        en=f"{en}. Chance alone makes that many rows equal; they are not counted as repeated.",
        zh=f"{zh}。仅凭偶然即可出现这么多相同的行，因此不计为重复。",
    )


def twins(found: Twins, case: Case) -> list[Text]:
    """Who answers nearly as another one does, beside what chance does."""
    share, n, drawn = cut("twin_share", "percent"), number(found.n), number(found.draws)
    most = number(found.most_by_chance)
    rule = threshold("twin_share").cite
    if found.people == 0:
        among = "the respondents" if found.n is None else f"{n} respondents"
        who = "受访者" if found.n is None else f"{n} 名受访者"
        return [
            Text(
                en=f"Among {among} no two give the same answer to {share} or more of the items [@{rule}].",
                zh=f"{who}中，没有任何两人在 {share} 及以上的题项上答案相同 [@{rule}]。",
            )
        ]
    people, mean = few(found.people), number(found.by_chance)
    noun = "gives" if found.people == 1 else "give"
    if found.n is None:
        noun = f"{'respondent' if found.people == 1 else 'respondents'} {noun}"
    of = "" if found.n is None else f"Of {n} respondents "
    who = "受访者" if found.n is None else f"{n} 名受访者"
    begin = f"{of}{people.en} {noun}"
    begin = begin[0].upper() + begin[1:]
    en = f"{begin} the same answer as another one, under another id, to {share} or more of the items that both answered [@{rule}]."
    zh = f"{who}中，有{'' if found.people is None else ' '}{people.zh} 名与另一名编号不同的受访者高度雷同：双方均作答的题项中，{share} 及以上答案相同 [@{rule}]。"
    if found.by_chance is not None:
        en += f" In {drawn} surveys drawn with the same frequencies, gaps and correlations, but without copies, it is {mean} on average and {most} at most."
        zh += f"按相同的频数、缺失与相关模拟 {drawn} 份不含复制行的调查，其中这样的受访者平均有 {mean} 名，最多有 {most} 名。"
    said = [Text(en=en, zh=zh)]
    if found.beyond:
        said.append(
            Text(
                en="That is more than chance explains: somebody may have answered twice, or rows were copied; but people who think alike answer alike, too [@simmons2016]. All stay in the analyses.",
                zh="这超出了偶然所能解释的范围：可能有人重复作答，也可能有行被复制；但想法相近的人，答案也会相近 [@simmons2016]。这些受访者均保留在分析中。",
            )
        )
    else:
        said.append(
            Text(
                en="That is no more than chance may explain.",
                zh="这并未超出偶然所能解释的范围。",
            )
        )
    return said


def codes(found: Codes, case: Case) -> list[Text]:
    if found.outside:
        n, part = number(found.outside), number(found.outside_share)
        en = f"{n} answers ({part}) lie outside their scale and were set to missing, as the case's description asks."
        zh = f"{n} 个答案（{part}）超出量表范围，已按案例说明设为缺失。"
    elif found.refused:
        en = "Every answer lies on its scale; one that did not would have stopped the case."
        zh = "所有答案均在量表范围内；如有答案超出范围，程序会拒绝读取本案例。"
    else:
        en, zh = "Every answer lies on its scale.", "所有答案均在量表范围内。"
    if found.declared:
        n = number(found.declared)
        en += f" {n} answers carry a code declared as missing."
        zh += f"{n} 个答案带有指定的缺失码。"
    said = [Text(en=en, zh=zh)]
    return [*said, _variables(found)] if found.checked else said


def _variables(found: Codes) -> Text:
    if not found.variables:
        n = number(found.checked)
        return Text(
            en=f"The answers to the {n} single questions with a scale lie on theirs as well."
            if found.checked > 1
            else "The answers to the single question with a scale lie on it as well.",
            zh=f"另有 {n} 个带量表的单独问题，其答案也都在量表范围内。",
        )
    off = listed([with_number(_same(v.variable), number(v.n_outside)) for v in found.variables])
    return Text(
        en=f"Of the single questions some have answers off their scale, which were set to missing: {off.en}.",
        zh=f"以下单独问题有答案超出量表，已设为缺失（括号内为个数）：{off.zh}。",
    )


# --- columns -------------------------------------------------------------------------------------
def columns(found: Columns, case: Case) -> list[Text]:
    said = [_pairs(found)]
    if found.models:
        said += _without(found, case)
    for item in found.against:
        label = case.label(item.construct)
        said.append(
            Text(
                en=f"{escape(item.item)} goes against the other items of {escape(label.en)} (r = {number(item.r)} with their sum): it may be worded the other way round, or coded so.",
                zh=f"{escape(item.item)} 与“{escape(label.zh)}”的其余题项方向相反（与其余题项之和的相关 r = {number(item.r)}），可能是反向表述或反向编码所致。",
            )
        )
    for coded in found.coded:
        low, high = number(coded.low), number(coded.high)
        declared = f"{number(coded.declared_low)}–{number(coded.declared_high)}"
        said.append(
            Text(
                en=f"The answers to {escape(coded.item)} fill the codes {low} to {high} and no others of the declared {declared}: they may come from another scale.",
                zh=f"{escape(coded.item)} 的答案只用到编码 {low} 至 {high}，指定范围 {declared} 内的其他编码从未出现，可能出自另一量表。",
            )
        )
    return said


def _pairs(found: Columns) -> Text:
    n, cut_ = number(found.items), cut("one_item", "bounded")
    if not found.pairs:
        return Text(
            en=f"Of the {n} items no two are one: none follows from another, and no correlation (product-moment or polychoric) reaches {cut_}.",
            zh=f"{n} 个题项中，没有两个实为同一题项：既没有题项可由另一题项推出，也没有两题的相关（积差相关或多分格相关）达到 {cut_}。",
        )
    told = [_one_pair(p) for p in found.pairs]
    return Text(
        en=f"Some of the {n} items are not answers of their own: {'; '.join(t.en for t in told)}. Such columns hold one answer, or nearly one, in the place of two: what rests on both counts it twice.",
        zh=f"{n} 个题项并非都是独立的作答：{'；'.join(t.zh for t in told)}。这样的两列只相当于一个（或几乎一个）答案，凡同时依据二者的结果都把它计算了两次。",
    )


def _one_pair(p: OnePair) -> Text:
    a, b, n, r = escape(p.a), escape(p.b), number(p.n), number(p.r)
    if p.follows is None:
        more = "" if p.polychoric is None else f", polychoric {number(p.polychoric)}"
        zh = "" if p.polychoric is None else f"，多分格相关 {number(p.polychoric)}"
        return Text(
            en=f"{a} and {b} are nearly the same (r = {r}{more})",
            zh=f"{a} 与 {b} 几乎相同（r = {r}{zh}）",
        )
    if p.follows == "both":
        return Text(
            en=f"{a} and {b} hold the same answers, be it in other codes (all {n} rows, r = {r})",
            zh=f"{a} 与 {b} 的答案逐一对应，至多只是编码不同（全部 {n} 行，r = {r}）",
        )
    one, other = (a, b) if p.follows == "a" else (b, a)
    return Text(
        en=f"{one} follows from {other} in all {n} rows (r = {r})",
        zh=f"{one} 在全部 {n} 行中均可由 {other} 推出（r = {r}）",
    )


def _without(found: Columns, case: Case) -> list[Text]:
    """What the measurement model and the focal path are without the items that are others."""
    listed_ = names([_same(item) for item in found.left_out])
    all_, less = found.models
    if isinstance(all_.fit, Refused) or isinstance(less.fit, Refused):
        fit = next(m.fit for m in found.models if isinstance(m.fit, Refused))
        why = fit.refused.text(case.labels)
        return [
            Text(
                en=f"The measurement model without {listed_.en} cannot be set beside the planned one: {escape(why.en)}.",
                zh=spaced(
                    "无法将去掉", listed_.zh, f"后的测量模型与预设模型相比较：{escape(why.zh)}。"
                ),
            )
        ]
    shown = [
        (
            name.upper(),
            number(getattr(all_.fit, name), "bounded", 3),
            number(getattr(less.fit, name), "bounded", 3),
        )
        for name in ("cfi", "rmsea")
    ]
    en = ", ".join(f"{name} {after} instead of {before}" for name, before, after in shown)
    zh = "，".join(f"{name} 为 {after}（原为 {before}）" for name, before, after in shown)
    said = [
        Text(
            en=f"Without {listed_.en} the measurement model has {en}.",
            zh=spaced("去掉", listed_.zh, f"后，测量模型的 {zh}。"),
        )
    ]
    if found.from_ is None or found.to is None:
        return [
            *said,
            Text(
                en="The study's main path does not use them.", zh="本研究的核心路径不涉及这些题项。"
            ),
        ]
    along = case.path(found.from_, found.to)
    one, other = all_.focal, less.focal
    assert one is not None and other is not None
    if one.estimate is None or other.estimate is None:
        failed = one if one.estimate is None else other
        problems = [p.text(case.labels) for p in failed.problems]
        why = Text(en="; ".join(p.en for p in problems), zh="；".join(p.zh for p in problems))
        return [
            *said,
            Text(
                en=f"The path {escape(along.en)} cannot be estimated with and without them: {escape(why.en)}.",
                zh=f"保留与去掉这些题项时，路径“{escape(along.zh)}”并非都能估计：{escape(why.zh)}。",
            ),
        ]
    if doubted := _doubted((found.from_, found.to), case):
        return [*said, doubted]
    before, after = (estimate(s.estimate, s.ci_lower, s.ci_upper) for s in (one, other))
    return [
        *said,
        Text(
            en=f"The path {escape(along.en)} is {after} then instead of {before}.",
            zh=f"此时路径“{escape(along.zh)}”为 {after}，原为 {before}。",
        ),
    ]


# --- missing answers -----------------------------------------------------------------------------
def missing(found: Missing, case: Case) -> list[Text]:
    if not found.items:
        return [Text(en="No answer is missing.", zh="没有缺失答案。")]
    part, full = number(found.share), number(found.complete_share)
    return [
        Text(
            en=f"{part} of the answers are missing, and {full} of the respondents answered every item.",
            zh=f"答案的缺失率为 {part}，回答了全部题项的受访者占 {full}。",
        ),
        _most_missing(found),
    ]


def _most_missing(found: Missing) -> Text:
    worst = found.items[0]
    item, share = escape(worst.item), number(worst.share_missing)
    if found.median is None:
        return Text(
            en=f"{item} was left out most often ({share}).", zh=f"{item} 缺失最多（{share}）。"
        )
    if found.median == 0:
        n, none = number(found.n_items), number(found.n_without)
        en, zh = f"{none} of {n} items miss nothing", f"{n} 个题项中有 {none} 个没有缺失"
    else:
        half = number(found.median)
        en, zh = f"half of the items miss {half} or less", f"半数题项的缺失率不超过 {half}"
    return Text(
        en=f"{item} was left out most often ({share}); {en}.",
        zh=f"{item} 缺失最多（{share}）；{zh}。",
    )


def patterns(found: Patterns, case: Case) -> Text:
    n, least = number(found.n_patterns), cut("small_cell", "count")
    en = f"Counting the complete rows as one, answers are missing in {n} patterns."
    zh = f"若把完整作答也算作一种，缺失共有 {n} 种模式。"
    if not found.shown:
        return Text(
            en=f"{en} None is shown: all but one are of fewer than {least} respondents, or the count of one shown would give such a pattern away.",
            zh=f"{zh}各模式均不单列：除一种外，其余都少于 {least} 人，或一经列出便可推知此类模式的人数。",
        )
    first = next((p for p in found.shown if p.items), None)
    if first:
        items, share = escape(", ".join(first.items)), number(first.share)
        alone = len(first.items) == 1
        en += (
            f" The most frequent one with a gap lacks {items}{' alone' if alone else ''} ({share})."
        )
        each = "、".join(escape(i) for i in first.items)
        zh += f"有缺失的模式中，最常见的一种{'仅缺' if alone else '缺'} {each}（{share}）。"
    if found.pooled:
        rest = number(found.pooled.patterns)
        en += f" {rest} rarer patterns are pooled; none of fewer than {least} respondents is shown."
        zh += f"其余 {rest} 种较少见的模式合并列出；少于 {least} 人的模式不单列。"
    return Text(en=en, zh=zh)


def little(found: Little, case: Case) -> Text:
    df = number(found.df, "number", 0)
    test = f"χ²({df}) = {number(found.chi2)}, *p* {equals(found.p)}"
    if threshold("significance").met(found.p):
        return Text(
            en=f"Little's test speaks against answers missing completely at random ({test}): complete cases alone would be a selected sample, so the models use all answers by full-information maximum likelihood.",
            zh=f"Little 检验不支持完全随机缺失（{wide(test)}）：若只用完整个案，样本便经过了选择，因此模型以完全信息极大似然法使用所有答案。",
        )
    return Text(
        en=f"Little's test gives no reason to doubt that answers are missing completely at random ({test}); it cannot show that they are.",
        zh=f"Little 检验未拒绝完全随机缺失（{wide(test)}），但也不能证明缺失确为完全随机。",
    )


# --- careless answering --------------------------------------------------------------------------
def careless(found: Careless, case: Case) -> list[Text]:
    n, flagged, share = number(found.n), few(found.flagged.n), number(found.flagged.share)
    of = "" if found.flagged.n is None else f" ({share})"
    of_zh = "" if found.flagged.n is None else f"（{share}）"
    said = [
        Text(
            en=f"{flagged.en[0].upper()}{flagged.en[1:]} of {n} respondents{of} show two signs or more. A sign is no proof: they stay in, and the main path is estimated again without them below.",
            zh=f"{n} 名受访者中有{'' if found.flagged.n is None else ' '}{flagged.zh} 名{of_zh}出现两个及以上迹象。迹象不等于证据，这些受访者仍保留在样本中；下文会剔除他们，重新估计核心路径。",
        )
    ]
    if found.left_out:
        why = [(term(SIGNS[x.sign]), x.reason.text(case.labels)) for x in found.left_out]
        en = "; ".join(f"{escape(sign.en)} ({escape(reason.en)})" for sign, reason in why)
        zh = "；".join(f"{escape(sign.zh)}（{escape(reason.zh)}）" for sign, reason in why)
        said.append(
            Text(en=f"Not counted as signs here: {en}.", zh=f"此处未采用以下迹象：{zh}。"),
        )
    return said


def agreement(found: Agreement, case: Case) -> Text:
    if not found.pairs:
        return Text(
            en="At most one sign flags anybody, so that signs cannot agree.",
            zh="至多只有一种迹象标记了受访者，因此无从比较迹象之间的一致性。",
        )
    top = found.pairs[0]
    shown = estimate(top.kappa, top.ci_lower, top.ci_upper)
    a, b = term(SIGNS[top.a]), term(SIGNS[top.b])
    if len(found.pairs) == 1:
        chance = top.ci_lower <= 0
        beyond = (
            ("no more than chance may explain", "不超出偶然")
            if chance
            else ("beyond chance", "超出偶然")
        )
        sees = (
            ("they see different kinds", "不同类型的")
            if chance
            else ("they see the same kind", "同一类")
        )
        return Text(
            en=f"“{escape(a.en)}” and “{escape(b.en)}” agree {beyond[0]} (κ = {shown}): {sees[0]} of carelessness [@meade2012].",
            zh=f"“{escape(a.zh)}”与“{escape(b.zh)}”的一致性{beyond[1]}（κ = {shown}），可见二者反映的是{sees[1]}敷衍 [@meade2012]。",
        )
    n, none = number(found.n_pairs), number(found.n_chance)
    by_chance = among(
        found.n_chance, found.n_pairs, "对", "迹象", "一致性", "不超出偶然", "超出偶然"
    )
    return Text(
        en=f"Closest agree “{escape(a.en)}” and “{escape(b.en)}” (κ = {shown}); of {n} pairs of signs {none} agree no more than chance may explain. Signs that agree see one kind of carelessness, signs that do not see different kinds [@meade2012].",
        zh=f"一致性最高的是“{escape(a.zh)}”与“{escape(b.zh)}”（κ = {shown}）；{by_chance}。彼此一致的迹象反映同一类敷衍，不一致的迹象反映不同类型的敷衍 [@meade2012]。",
    )


def detection(found: Detection, case: Case) -> Text:
    clean = next(k for k in found.kinds if k.kind == "no")
    drawn = [k for k in found.kinds if k.kind != "no"]
    best, worst = max(drawn, key=lambda k: k.share), min(drawn, key=lambda k: k.share)

    def share(kind: Detected) -> str:
        return estimate(kind.share, kind.ci_lower, kind.ci_upper)

    parts = [(share(k), term(KINDS[k.kind])) for k in dict.fromkeys((best, worst))]
    en = " but only ".join(f"{seen} of “{escape(kind.en)}”" for seen, kind in parts)
    zh = "，但只识别出".join(f"“{escape(kind.zh)}”中的 {seen}" for seen, kind in parts)
    if worst.ci_lower < 0.5:
        end = Text(
            en="This questionnaire yields too few signs to find the latter kind reliably, and some of it is likely to be left among those not flagged; in real answers too.",
            zh="这项调查可用的迹象太少，无法可靠识别后一类敷衍，未被标记者中可能仍有这类作答；真实数据亦然。",
        )
    else:
        end = Text(en="Real carelessness may be harder to see.", zh="现实中的敷衍可能更难识别。")
    return Text(
        en=f"As these rows are simulated, it is known who answers carelessly: the rule finds {en}, and wrongly flags {share(clean)} of the careful. {end.en}",
        zh=f"由于数据是模拟的，哪些受访者敷衍作答是已知的：该规则识别出{zh}，并误标了 {share(clean)} 的认真作答者。{end.zh}",
    )


def sensitivity(found: Sensitivity, case: Case) -> list[Text]:
    done = [s for s in found.selections if None not in (s.estimate, s.ci_lower, s.ci_upper)]
    careful = next((s for s in found.selections if s.who == "careless"), None)
    lost = careful is not None and careful not in done
    if lost or not done or done[0] is not found.selections[0]:
        return [
            Text(
                en="The path could not be estimated with and without the flagged respondents.",
                zh="保留与剔除被标记者时，该路径并非都能估计。",
            )
        ]
    if doubted := _doubted((found.from_, found.to), case):
        return [doubted]
    sound = [s for s in done if not s.problems]
    along = case.path(found.from_, found.to)
    return [
        _unflagged(along) if careful is None else _shift(done[0], careful, along),
        *(_verdicts(sound, found.sign) if len(done) > 1 else []),
        *_wild(sound),
        *_faulty(found),
    ]


def _unflagged(along: Text) -> Text:
    """Of closed rows: what becomes of the path is not told, for it would tell of few."""
    least = cut("small_cell", "count")
    return Text(
        en=f"What the path {escape(along.en)} is without the flagged respondents is not shown, for it would tell of fewer than {least} people.",
        zh=f"剔除被标记者后的路径“{escape(along.zh)}”不予列出，以免透露少于 {least} 人的情况。",
    )


def _doubted(ends: tuple[str, str], case: Case) -> Text | None:
    """Instead of a path's numbers, where it may not be relied upon."""
    doubts = case.reliance.along(ends)
    if not doubts:
        return None
    along, why = case.path(*ends), clause(doubts)
    return Text(
        en=f"The path {escape(along.en)} is not to be relied upon: {why.en}.",
        zh=f"路径“{escape(along.zh)}”不可采信：{why.zh}。",
    )


def _shift(everybody: Selection, careful: Selection, along: Text) -> Text:
    before, after = (estimate(s.estimate, s.ci_lower, s.ci_upper) for s in (everybody, careful))
    assert everybody.estimate is not None and careful.estimate is not None
    assert everybody.ci_lower is not None and everybody.ci_upper is not None
    half = (everybody.ci_upper - everybody.ci_lower) / 2
    small = abs(careful.estimate - everybody.estimate) < half
    if careful.n == everybody.n and careful.estimate == everybody.estimate:
        return Text(
            en=f"Nobody is flagged, so that the path {escape(along.en)} stays as it is, {before}.",
            zh=f"没有受访者被标记，路径“{escape(along.zh)}”仍为 {before}。",
        )
    return Text(
        en=f"Without the flagged respondents the path {escape(along.en)} is {after} instead of {before}; the shift is {'smaller' if small else 'larger'} than half the width of everybody's interval.",
        zh=f"剔除被标记者后，路径“{escape(along.zh)}”为 {after}，全体受访者为 {before}；变动幅度{'小于' if small else '大于'}后者区间宽度的一半。",
    )


def _verdicts(sound: Sequence[Selection], sign: str) -> list[Text]:
    verdicts = {
        judge(sign, s.ci_lower, s.ci_upper)
        for s in sound
        if s.ci_lower is not None and s.ci_upper is not None
    }
    if len(verdicts) > 1:
        return [
            Text(
                en="The verdict on the hypothesis depends on who is left out.",
                zh="对假设的判断取决于剔除了哪些人。",
            )
        ]
    if verdicts:
        return [
            Text(
                en="The verdict on the hypothesis is the same in all selections with a sound solution.",
                zh="凡解可采信的样本选择，对假设的判断都相同。",
            )
        ]
    return []


def _wild(sound: Sequence[Selection]) -> list[Text]:
    """That a standardized path lies beyond one."""
    wild = [s for s in sound if s.estimate is not None and abs(s.estimate) > 1]
    if not wild:
        return []
    everybody = len(wild) == len(sound)
    en = "With everybody" if everybody else "In some"
    zh = "即使以全体受访者计，" if everybody else "在部分样本选择中，"
    return [
        Text(
            en=f"{en} the standardized path lies beyond 1, which predictors do that the data hardly tell apart: neither its size nor its sign is known, only that the model asks too much of these data.",
            zh=f"{zh}标准化路径超出 1，这是数据几乎无法区分各预测构念所致：该路径的大小与正负均不可知，只说明模型对数据的要求过高。",
        )
    ]


def _faulty(found: Sensitivity) -> list[Text]:
    if not found.faulty:
        return []
    n, faulty = number(found.n_selections), number(found.faulty)
    some = among(found.faulty, found.n_selections, "种", "样本选择", "解", "")
    return [
        Text(
            en=f"{faulty} of the {n} selections {'rests' if found.faulty == 1 else 'rest'} on a solution that is not to be taken at face value, or could not be estimated.",
            zh=f"{some}不可直接采信，或无法估计。",
        )
    ]


# --- normality -----------------------------------------------------------------------------------
def shape(found: Shape, case: Case) -> list[Text]:
    return [_range(found), _direction(found)]


def _range(found: Shape) -> Text:
    known = [(i.skew, i.kurtosis, i) for i in found.items]
    shaped = [(s, k, i) for s, k, i in known if s is not None and k is not None]
    low, high = min(shaped, key=lambda x: x[0])[2], max(shaped, key=lambda x: x[0])[2]
    skew, kurtosis = threshold("skewness"), threshold("kurtosis")
    beyond = [_same(i.item) for s, k, i in shaped if not skew.met(abs(s)) or not kurtosis.met(k)]
    marks = cut(skew, "count"), cut(kurtosis, "count")
    least, most = number(low.skew), number(high.skew)
    if len(shaped) == 1:
        en = f"skewness is {least} ({escape(low.item)})"
        zh = f"偏度为 {least}（{escape(low.item)}）"
    else:
        en = f"skewness runs from {least} ({escape(low.item)}) to {most} ({escape(high.item)})"
        zh = f"偏度介于 {least}（{escape(low.item)}）与 {most}（{escape(high.item)}）之间"
    if len(shaped) < found.n_known:  # the others would tell of few
        n, least_ = number(found.n_known), cut("small_cell", "count")
        en, none = f"of those that are, {en}", "none of these"
        en = f"Not all of {n} items are shown, which would tell of fewer than {least_} respondents; {en}"
        zh = f"为免透露不足 {least_} 名受访者的情况，{n} 个题项未全部列出；所列题项的{zh}"
    else:
        en, none = f"S{en[1:]}", "no item"
    if beyond:
        listed_ = names(beyond)
        en += f"; beyond {marks[0]} in skewness or {marks[1]} in kurtosis [@{skew.cite}] lie {listed_.en}."
        zh += spaced(
            f"；偏度超过 {marks[0]} 或峰度超过 {marks[1]} [@{skew.cite}] 的有", listed_.zh, "。"
        )
    else:
        en += f"; {none} passes {marks[0]} in skewness or {marks[1]} in kurtosis, from where on plain maximum likelihood suffers [@{skew.cite}]."
        zh += f"；没有题项超出偏度 {marks[0]} 或峰度 {marks[1]}，即普通极大似然法开始受影响的界限 [@{skew.cite}]。"
    return Text(en=en, zh=zh)


def _direction(found: Shape) -> Text:
    left, n = number(found.n_left), number(found.n_known)
    some = among(found.n_left, found.n_known, "个", "题项", "长尾", "位于低端")
    end = "，可见答案多偏向同意一侧" if 2 * found.n_left > found.n_known else ""
    return Text(
        en=f"{left} of {n} items have their longer tail at the low end, as answers do that crowd towards agreement.",
        zh=f"{some}{end}。",
    )


def normality(found: Normality, case: Case) -> Text:
    """Mardia's tests, with what his coefficients would be under a normal distribution."""
    n, items = number(found.n), number(found.n_items)
    df, chi2 = number(found.skewness_df), number(found.skewness_chi2)
    skew = f"{number(found.skewness)}, χ²({df}) = {chi2}, *p* {equals(found.skewness_p)}"
    size, usual = number(found.kurtosis), number(found.normal_kurtosis)
    z = f"*z* = {number(found.kurtosis_z)}, *p* {equals(found.kurtosis_p)}"
    en = f"(Mardia's skewness {skew}; kurtosis {size} where {usual} is normal, {z})"
    zh = f"（Mardia 偏度 {wide(skew)}；峰度 {size}，正态分布下应为 {usual}，{wide(z)}）"
    if significant(min(found.skewness_p, found.kurtosis_p)):
        return Text(
            en=f"Over {n} complete rows the {items} items are not multivariate normal {en}: standard errors and test statistics are therefore taken in their robust form.",
            zh=f"就 {n} 份完整作答而言，{items} 个题项不服从多元正态分布{zh}，因此采用稳健的标准误和检验统计量。",
        )
    return Text(
        en=f"Over {n} complete rows nothing speaks against multivariate normality of the {items} items {en}.",
        zh=f"就 {n} 份完整作答而言，未发现 {items} 个题项偏离多元正态分布{zh}。",
    )


# --- sample and quotas ---------------------------------------------------------------------------
def sample(found: Sample, case: Case) -> Text:
    known = [(level.share, level) for level in found.levels]
    shown = [(share, level) for share, level in known if share is not None]
    if not shown:
        return Text(
            en="Every group is too small to be shown.", zh="所有分组的人数均过少，不予列出。"
        )
    low = _level(min(shown, key=lambda x: x[0])[1], case)
    high = _level(max(shown, key=lambda x: x[0])[1], case)
    en = f"The largest group shown is {high.en}, the smallest {low.en}."
    zh = f"在所列各组中，人数最多的是{high.zh}，最少的是{low.zh}。"
    if low.zh == high.zh:
        each = number(shown[0][0])
        zh = f"所列各组人数相同，各占 {each}。" if len(shown) > 1 else f"只列出{high.zh}。"
    if found.lacking:
        parts = []
        for row in found.lacking:
            parts.append(with_number(group(case, row.group).label, number(row.share)))
        none = listed(parts)
        en += f" Without a group are respondents in {none.en}."
        zh += f"以下分组信息有缺失，括号内为缺失的受访者比例：{none.zh}。"
    return Text(en=en, zh=zh)


def _level(row: SampleLevel, case: Case) -> Text:
    of, share = group(case, row.group), number(row.share)
    level = of.levels[row.level]
    return Text(
        en=f"{escape(level.en)} ({escape(of.label.en)}, {share})",
        zh=f"“{escape(level.zh)}”（{escape(of.label.zh)}，{share}）",
    )


def quotas(found: Quotas, case: Case) -> list[Text]:
    return [*_departure(found.tests, case), *(_not_tested(x, case) for x in found.not_tested)]


def _departure(tests: Sequence[QuotaTest], case: Case) -> list[Text]:
    if not tests:
        return []
    top = max(tests, key=lambda t: t.w)
    if top.w < NO_DEPARTURE:
        return [
            Text(
                en="The sample fills its quotas exactly or nearly so (w below .01 in every grouping); quotas that are met do not make a sample random.",
                zh="样本完全或几乎完全符合各项配额（w 均小于 0.01）；但符合配额并不意味着样本是随机的。",
            )
        ]
    small = threshold("cohens_w")
    label, mark = group(case, top.group).label, cut(small, "bounded")
    df, chi2 = number(top.df), number(top.chi2)
    size = f"w = {number(top.w)}"
    test = f"χ²({df}) = {chi2}, *p* {equals(top.p)}"
    less = small.met(top.w)
    said = [
        Text(
            en=f"The sample departs most from its quotas in {escape(label.en)} ({size}, {test}), {'less' if less else 'more'} than the {mark} from where on Cohen speaks of a small effect [@{small.cite}].",
            zh=f"样本与配额差异最大的变量是{escape(label.zh)}（{size}，{wide(test)}），其 w {'小于' if less else '大于'} Cohen 所称小效应的起点 {mark} [@{small.cite}]。",
        )
    ]
    if odd := [group(case, t.group).label for t in tests if significant(t.p)]:
        said.append(
            Text(
                en=f"The test finds a departure in {names(odd).en}.",
                zh=f"检验表明，样本在{names(odd).zh}上偏离配额。",
            )
        )
    else:
        said.append(
            Text(
                en="No test finds a departure; quotas that are met do not make a sample random.",
                zh="各项检验均未发现偏离；但符合配额并不意味着样本是随机的。",
            )
        )
    if rough := [group(case, t.group).label for t in tests if t.min_expected < 5]:
        said.append(
            Text(
                en=f"With expected counts below 5 the *p* value is rough for {names(rough).en}.",
                zh=f"{names(rough).zh}有类别的期望频数低于 5，*p* 值仅为近似值。",
            )
        )
    return said


def _not_tested(found: NotTested, case: Case) -> Text:
    label, why = group(case, found.group).label, found.reason.text(case.labels)
    return Text(
        en=f"Not tested is {escape(label.en)}: {escape(why.en)}.",
        zh=spaced(escape(label.zh), f"未作检验：{escape(why.zh)}。"),
    )


# --- common method -------------------------------------------------------------------------------
def harman(found: Harman, case: Case) -> Text:
    factor, component = number(found.factor_share), number(found.component_share)
    return Text(
        en=f"One common factor accounts for {factor} of the variance of all items, one component for {component}. This is Harman's test, and a weak one: a low share does not exclude method variance, and a high share may be nothing but constructs that belong together [@podsakoff2003].",
        zh=f"单一共同因子解释全部题项方差的 {factor}，单一主成分解释 {component}。这就是 Harman 检验，其效力较弱：比例低并不能排除方法变异，比例高也可能只是因为构念本身相关 [@podsakoff2003]。",
    )


def method(found: Method, case: Case) -> list[Text]:
    return [_factor(m, case) for m in found.models if m.model != "planned"]


def _factor(found: MeasurementModel, case: Case) -> Text:
    """One model with a method factor."""
    variance = _variance(found)
    if found.found in ("negative", "excluded"):
        return variance
    if found.problems:
        why = problems(found.problems, case)
        return Text(
            en=f"{variance.en} Its solution is not to be taken at face value ({why.en}), so that loadings are not compared.",
            zh=f"{variance.zh}模型的解存在以下问题，不可直接采信，因此不比较载荷：{why.zh}。",
        )
    changes, focal = _changes(found, case), _focal(found, case)
    return Text(
        en=f"{variance.en} {changes.en}{focal.en if focal else ''}",
        zh=f"{variance.zh}{changes.zh}{focal.zh if focal else ''}",
    )


def _variance(found: MeasurementModel) -> Text:
    shown = estimate(found.variance, found.ci_lower, found.ci_upper)
    kind = {
        "turned": Text(en="on the scored answers", zh="作用于计分后答案"),
        "as_answered": Text(
            en="on the codes as given (whichever way an item is worded)",
            zh="作用于原始编码（不论题项正反）",
        ),
    }[found.model]
    if found.found == "found":
        share = number(found.share)
        return Text(
            en=f"A method factor {kind.en} has a variance of {shown}, {share} of an average item's.",
            zh=f"{kind.zh}的方法因子方差为 {shown}，占题项平均方差的 {share}。",
        )
    if found.found == "open":
        return Text(
            en=f"The variance of a method factor {kind.en} may be zero ({shown}).",
            zh=f"{kind.zh}的方法因子方差可能为零（{shown}）。",
        )
    if found.found == "excluded":
        end = Text(
            en="beyond the constructs the answers have nothing positive in common.",
            zh="除各构念外，答案之间没有正向的共同成分。",
        )
    else:
        end = Text(
            en="none is found, and the interval tells how much there may be. A factor without variance has no loadings to compare.",
            zh="未发现方法变异，其可能的大小见区间；因子没有方差，便无从比较载荷。",
        )
    return Text(
        en=f"A method factor {kind.en} gets a negative variance ({shown}): {end.en}",
        zh=f"{kind.zh}的方法因子，其方差估计为负（{shown}）：{end.zh}",
    )


def _changes(found: MeasurementModel, case: Case) -> Text:
    change, item = number(found.loading_change), escape(found.loading_item or "")
    en = f"With it a standardized loading moves by up to {change} ({item})"
    zh = f"加入该因子后，标准化载荷至多变动 {change}（{item}）"
    if found.correlation_pair is not None:
        a, b = (case.label(c) for c in found.correlation_pair)
        moved = number(found.correlation_change)
        en += (
            f" and a correlation of constructs by up to {moved} ({escape(a.en)} and {escape(b.en)})"
        )
        zh += f"，构念间的相关至多变动 {moved}（“{escape(a.zh)}”与“{escape(b.zh)}”）"
    return Text(en=f"{en}.", zh=f"{zh}。")


def _focal(found: MeasurementModel, case: Case) -> Text | None:
    focal, size = case.study.focal, found.focal
    if focal is None:
        return None
    if size is None:
        return Text(
            en=" The structural model with it has no sound solution.",
            zh="加入该因子后，结构模型没有可采信的解。",
        )
    if case.reliance.along((focal.from_, focal.to)):
        return None
    along = case.path(focal.from_, focal.to)
    shown = estimate(size.estimate, size.ci_lower, size.ci_upper)
    return Text(
        en=f" The path {escape(along.en)} is {shown} then.",
        zh=f"此时路径“{escape(along.zh)}”为 {shown}。",
    )


def marker(found: Marker, case: Case) -> Text:
    label = _marker_label(found.marker, case)
    size, change = number(found.correlation), number(found.largest_change)
    kept, n = number(found.clear), number(found.pairs)
    still = among(found.clear, found.pairs, "个", "相关", "区间", "仍不含零")
    return Text(
        en=f"The marker ({escape(label.en)}) shares r = {size} with the construct it goes least with; taken as method variance and partialled out [@lindell2001], it changes the correlations by at most {change}, and {kept} of {n} stay clear of zero.",
        zh=f"标记变量（{escape(label.zh)}）与同它关系最弱的构念相关为 r = {size}；把这一相关视为方法变异并予以剔除后 [@lindell2001]，各相关至多变动 {change}，{still}。",
    )


def _marker_label(name: str, case: Case) -> Text:
    study = case.study
    labels = {
        **case.labels,
        **{i.id: i.wording for i in study.items},
        **{v.id: v.label for v in study.variables},
    }
    return labels[name]
