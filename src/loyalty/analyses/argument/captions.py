"""Captions of the argument: what is found, by the fields of a finding, then what is shown."""

from __future__ import annotations

from loyalty.analyses.argument.beside import Claims, Conduct, Foretold, Satisfied
from loyalty.analyses.argument.models import (
    Actions,
    Constructs,
    Differences,
    Known,
    Otherwise,
    Paths,
    Surveys,
)
from loyalty.analyses.argument.names import GRADES, label, path, title
from loyalty.analyses.argument.read import Grade
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.words import (
    among,
    be,
    escaped,
    estimate,
    listed,
    many,
    names,
    number,
    some,
    text,
)

#: From the surest on.
ORDER: tuple[Grade, ...] = ("high", "moderate", "low")


def _or_none(n: int) -> str:
    return number(n) if n else "none"


def _begin(n: int) -> str:
    """`_or_none` where a sentence begins."""
    return number(n) if n else "None"


def known(found: Known) -> Text:
    asked, yes, partly, no = (
        number(n) for n in (found.asked, found.answered, found.partly, found.unanswered)
    )
    return text(
        f"Of {asked} questions {yes} {be(found.answered)} answered, {partly} in part and {no} not: what is known, and how surely.",
        f"已知与未知的问题及证据等级：{asked} 个问题中，{some(found.answered, '个')}已有答案，{many(found.partly, '个')}只有部分答案，{many(found.unanswered, '个')}无法回答。",
    )


def surveys(found: Surveys) -> Text:
    judged = number(found.judged)
    return text(
        f"{_begin(found.fitting)} of {judged} measurement models {'meets' if found.fitting <= 1 else 'meet'} every cut-off of fit: the real surveys, and how good their answers are.",
        f"真实调查一览及作答质量：{among(found.fitting, found.judged, '个', '测量模型', verb='在各项拟合指标上达标')}。",
    )


def sampling(found: Surveys) -> Text:
    n = number(found.count)
    return text(
        f"{_begin(found.placed)} of {n} surveys {'states' if found.placed <= 1 else 'state'} both the country and the year: how the respondents were chosen, as far as it is stated.",
        f"真实调查受访者的选取方式（限于资料所说明的）：{n} 项调查中，{some(found.placed, '项')}同时载明国家与作答年份。",
    )


def constructs(found: Constructs) -> Text:
    n = number(found.surveys)
    return text(
        f"{_begin(found.apart)} of {n} surveys {'tells' if found.apart <= 1 else 'tell'} all constructs apart, {_or_none(found.failing)} {'fails' if found.failing == 1 else 'fail'} for at least one pair: pairs by the interval of their heterotrait–monotrait ratio.",
        f"按 HTMT 区间分类的构念对：{n} 项调查中，{some(found.apart, '项')}的构念全部可以区分，{many(found.failing, '项')}至少有一对构念不可区分。",
    )


def merged(found: Constructs) -> Text:
    n = number(found.merged_count)
    return text(
        f"{_begin(found.merged_clear)} of {n} paths {be(max(found.merged_clear, 1))} clear of zero: paths to the outcomes where constructs that BIC takes as one are one.",
        f"按 BIC 合并构念后指向结果变量的路径：{among(found.merged_clear, found.merged_count, '条', '路径', '区间', '不含零', '含零')}。",
    )


def counts(found: Paths) -> Text:
    n, doubted = number(found.hypothesized), number(found.doubted)
    return text(
        f"{_begin(found.supported)} of {n} hypothesized paths {be(max(found.supported, 1))} supported, and {doubted} may not be relied upon: verdicts by survey.",
        f"各项调查中假设路径的判断结果：{n} 条路径中，{some(found.supported, '条')}得到支持，{many(found.doubted, '条')}不可采信。",
    )


def pooled(found: Paths, case: Case) -> Text:
    """Which concepts go with loyalty, which with less of it, and which stay open."""
    rows = found.pooled
    groups = (
        ([p for p in rows if p.grade != "none" and p.estimate > 0], "with more loyalty", "与忠诚正相关"),
        ([p for p in rows if p.grade != "none" and p.estimate < 0], "with less loyalty", "与忠诚负相关"),
    )  # fmt: skip
    en, zh = [], []
    for own, what, what_zh in groups:
        if own:
            which = names([label(p.from_, case) for p in own])
            en.append(f"{which.en} {'goes' if len(own) == 1 else 'go'} {what}")
            zh.append(f"{which.zh}{what_zh}")
    if unclear := [p for p in rows if p.grade == "none"]:
        which = names([label(p.from_, case) for p in unclear])
        en.append(f"{which.en} {'stays' if len(unclear) == 1 else 'stay'} open")
        zh.append(f"{which.zh}未定")
    return text(
        f"{'; '.join(en)}: paths to loyalty, over the real surveys that may be relied upon.",
        f"可以采信的真实调查中指向忠诚的路径：{'；'.join(zh)}。",
    )


def satisfied(found: Satisfied) -> Text:
    least, most = number(found.least), number(found.most)
    if found.count == 1:
        return text(
            f"Of the satisfied {least} are not loyal: the satisfied, and those of them who are not loyal.",
            f"满意而不忠诚的受访者：满意者中有 {least} 不忠诚。",
        )
    return text(
        f"Between {least} and {most} of the satisfied are not loyal: the satisfied, and those of them who are not loyal, by survey.",
        f"各项调查中满意而不忠诚的受访者：满意者中有 {least} 至 {most} 不忠诚。",
    )


def differences(found: Differences) -> Text:
    if not found.compared:
        return text(
            "No groups can be compared: equality of measurement.",
            "测量不变性：没有可以比较的分组。",
        )
    different, paths_ = number(found.different), number(found.paths)
    n, compared = number(found.differing), number(found.compared)
    if not found.different:
        return text(
            f"No path of {paths_} is shown to differ, in {compared} surveys whose groups can be compared: equality of measurement and paths that differ.",
            f"测量不变性与存在组间差异的路径：分组可以比较的 {compared} 项调查中，{paths_} 条路径均未显示出组间差异。",
        )
    return text(
        f"{different} of {paths_} paths {'differs' if found.different == 1 else 'differ'} between groups, in {n} of {compared} surveys whose groups can be compared: equality of measurement and paths that differ.",
        f"测量不变性与存在组间差异的路径：分组可以比较的 {compared} 项调查中，{paths_} 条路径有 {different} 条显示出组间差异，这些路径出自 {n} 项调查。",
    )


def apart(found: Differences, case: Case) -> Text:
    top = found.apart[0]
    name, size = escaped(path(top, case)), estimate(top.estimate, top.ci_lower, top.ci_upper)
    return text(
        f"{name.en} differs most clearly, by {size}: paths that differ between two groups after Holm's correction, the clearest first.",
        f"经 Holm 校正后两组间存在差异的路径，差异最明确的在前：最明确的是“{name.zh}”，相差 {size}。",
    )


def otherwise(found: Otherwise) -> Text:
    n = number(found.count)
    return text(
        f"{_begin(found.stable)} of {n} focal paths {be(max(found.stable, 1))} supported under every acceptable choice, and {_or_none(found.doubted)} may not be relied upon: one path of every survey under other choices of method.",
        f"每项调查的一条核心路径在其他设定下的结果：{n} 条路径中，{some(found.stable, '条')}在所有可接受的设定下都得到支持，{many(found.doubted, '条')}不可采信。",
    )


def returning(found: Conduct, case: Case) -> Text:
    parts = [
        text(
            f"{number(r.late)} within {number(r.late_weeks)} weeks ({where.en})",
            f"“{where.zh}”在 {number(r.late_weeks)} 周内有 {number(r.late)} 的客户再次购买",
        )
        for r in found.returning
        for where in [escaped(title(r.case, case))]
    ]
    shown = listed(parts)
    return text(
        f"Of those who buy once {shown.en} buy again: customers who buy a second time.",
        f"再次购买的客户：{'，'.join(p.zh for p in parts)}。",
    )


def brands(found: Conduct) -> Text:
    n = number(found.categories)
    return text(
        f"In {_or_none(found.clear)} of {n} categories brands are shown to be bought again more often than by chance: repeat rates, and what chance would give.",
        f"品牌的重复购买率与随机水平：{among(found.clear, found.categories, '个', '品类', verb='高于随机水平')}。",
    )


def foretold(found: Foretold) -> Text:
    n = number(found.effects)
    return text(
        f"{_begin(found.clear)} of {n} effects {be(max(found.clear, 1))} clear of zero: what people say, and what the same people do next.",
        f"受访者的回答与本人随后的行为：{among(found.clear, found.effects, '项', '效应', '区间', '不含零', '含零')}。",
    )


def sources(found: Claims) -> Text:
    one = found.summary
    n, nothing = number(one.count), number(one.untested)
    return text(
        f"{nothing} of {n} figures neither disagree with others nor can be held against real data: each report's figures by what can be said.",
        f"各报告的数字及所能作出的判断：{among(one.untested, one.count, '个', '数字', verb='既不与其他数字冲突，也无法与真实数据对照')}。",
    )


def failures(found: Claims) -> Text:
    failed, checks = number(found.summary.failed), number(found.summary.checks)
    return text(
        f"{failed} of {checks} checks {'does' if found.summary.failed == 1 else 'do'} not come out: printed figures that do not agree with each other.",
        f"报告中彼此不符的数字：{among(found.summary.failed, found.summary.checks, '项', '核对', verb='未通过')}。",
    )


def claims(found: Claims) -> Text:
    one = found.summary
    inside = number(one.inside)
    part = f", {number(one.divided)} inside some and outside others" if one.divided else ""
    part_zh = f"，{many(one.divided, '个')}落在一部分区间之内、另一部分之外" if one.divided else ""
    return text(
        f"{inside if one.inside else 'No'} {'figure lies' if one.inside <= 1 else 'figures lie'} inside the interval of real data and {_or_none(one.outside)} outside{part}: the figures that can be checked, and those that come from a survey.",
        f"可以核对的数字与出自调查的数字：{some(one.inside, '个')}落在真实数据的区间之内，{many(one.outside, '个')}落在区间之外{part_zh}。",
    )


def actions(found: Actions) -> Text:
    best = next(g for g in ORDER if any(r.grade == g for r in found.rows))
    grade = GRADES[best]
    return text(
        f"The surest advice has {grade.en} evidence: what follows for a manager, and how surely.",
        f"对管理者的建议及证据等级：把握最大的建议，证据等级为{grade.zh}。",
    )


def advice(found: Actions) -> Text:
    advised, silent = number(found.advised), number(found.silent)
    rest = f" and {silent} {'does' if found.silent == 1 else 'do'} not" if found.silent else ""
    rest_zh = f"，{silent} 项不足以提出建议" if found.silent else ""
    n = found.panels
    panels = (
        f", and {number(n)} {'line comes' if n == 1 else 'lines come'} from panels" if n else ""
    )
    panels_zh = f"，另有 {number(n)} 条建议来自追踪数据" if n else ""
    return text(
        f"{advised} {'survey recommends' if found.advised == 1 else 'surveys recommend'} something for the outcome that stands for loyalty{rest}{panels}: what to do, as far as one set of data can say.",
        f"根据单项数据提出的建议：{advised} 项调查足以就代表忠诚的结果变量提出建议{rest_zh}{panels_zh}。",
    )
