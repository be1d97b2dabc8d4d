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
from loyalty.shown.words import be, escaped, estimate, listed, names, number, text

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
        f"{asked} 个问题中，{yes} 个已有答案，{partly} 个部分有答案，{no} 个没有：已知与未知及其等级。",
    )


def surveys(found: Surveys) -> Text:
    judged, fitting = number(found.judged), number(found.fitting)
    return text(
        f"{_begin(found.fitting)} of {judged} measurement models {'meets' if found.fitting <= 1 else 'meet'} every cut-off of fit: the real surveys, and how good their answers are.",
        f"{judged} 个测量模型中 {fitting} 个各项拟合均达标：真实调查一览及其作答质量。",
    )


def constructs(found: Constructs) -> Text:
    n, apart, failing = number(found.surveys), number(found.apart), number(found.failing)
    return text(
        f"{_begin(found.apart)} of {n} surveys {'tells' if found.apart <= 1 else 'tell'} all constructs apart, {_or_none(found.failing)} {'fails' if found.failing == 1 else 'fail'} for at least one pair: pairs by the interval of their heterotrait–monotrait ratio.",
        f"{n} 项调查中，{apart} 项的构念全部可以区分，{failing} 项至少有一对不可区分：按 HTMT 区间分类的构念对。",
    )


def merged(found: Constructs) -> Text:
    n, clear = number(found.merged_count), number(found.merged_clear)
    return text(
        f"{_begin(found.merged_clear)} of {n} paths {be(max(found.merged_clear, 1))} clear of zero: paths to the outcomes where constructs that BIC takes as one are one.",
        f"{n} 条路径中 {clear} 条的区间不含零：按 BIC 将构念合并后指向结果的路径。",
    )


def counts(found: Paths) -> Text:
    n, good, doubted = number(found.hypothesized), number(found.supported), number(found.doubted)
    return text(
        f"{_begin(found.supported)} of {n} hypothesized paths {be(max(found.supported, 1))} supported, and {doubted} may not be relied upon: verdicts by survey.",
        f"{n} 条假设路径中 {good} 条得到支持，{doubted} 条不可采信：各调查的判断。",
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
        f"{'；'.join(zh)}：可以采信的真实调查中指向忠诚的路径。",
    )


def satisfied(found: Satisfied) -> Text:
    least, most = number(found.least), number(found.most)
    if found.count == 1:
        return text(
            f"Of the satisfied {least} are not loyal: the satisfied, and those of them who are not loyal.",
            f"满意者中有 {least} 不忠诚：满意而不忠诚者。",
        )
    return text(
        f"Between {least} and {most} of the satisfied are not loyal: the satisfied, and those of them who are not loyal, by survey.",
        f"满意者中有 {least} 至 {most} 不忠诚：各调查中满意而不忠诚者。",
    )


def differences(found: Differences) -> Text:
    if not found.compared:
        return text(
            "No groups can be compared: equality of measurement.", "没有可比较的分组：测量不变性。"
        )
    different, paths_ = number(found.different), number(found.paths)
    n, compared = number(found.differing), number(found.compared)
    if not found.different:
        return text(
            f"No path of {paths_} is shown to differ, in {compared} surveys whose groups can be compared: equality of measurement and paths that differ.",
            f"{compared} 项分组可比的调查中，{paths_} 条路径均未显示差异：测量不变性与有差异的路径。",
        )
    return text(
        f"{different} of {paths_} paths {'differs' if found.different == 1 else 'differ'} between groups, in {n} of {compared} surveys whose groups can be compared: equality of measurement and paths that differ.",
        f"{paths_} 条路径中 {different} 条因组而异，见于 {compared} 项分组可比调查中的 {n} 项：测量不变性与有差异的路径。",
    )


def apart(found: Differences, case: Case) -> Text:
    top = found.apart[0]
    name, size = escaped(path(top, case)), estimate(top.estimate, top.ci_lower, top.ci_upper)
    return text(
        f"{name.en} differs most clearly, by {size}: paths that differ between two groups after Holm's correction, the clearest first.",
        f"{name.zh}的差异最明确，为 {size}：经 Holm 校正后两组间有差异的路径，最明确者在前。",
    )


def otherwise(found: Otherwise) -> Text:
    n, stable, doubted = number(found.count), number(found.stable), number(found.doubted)
    return text(
        f"{_begin(found.stable)} of {n} focal paths {be(max(found.stable, 1))} supported under every acceptable choice, and {_or_none(found.doubted)} may not be relied upon: one path of every survey under other choices of method.",
        f"{n} 条核心路径中 {stable} 条在所有可接受的设定下均得到支持，{doubted} 条不可采信：每项调查的一条路径在其他方法选择下的结果。",
    )


def returning(found: Conduct, case: Case) -> Text:
    parts = [
        text(
            f"{number(r.late)} within {number(r.late_weeks)} weeks ({where.en})",
            f"{where.zh}在 {number(r.late_weeks)} 周内有 {number(r.late)} 的客户再次购买",
        )
        for r in found.returning
        for where in [escaped(title(r.case, case))]
    ]
    shown = listed(parts)
    return text(
        f"Of those who buy once {shown.en} buy again: customers who buy a second time.",
        f"{'，'.join(p.zh for p in parts)}：第二次购买的客户。",
    )


def brands(found: Conduct) -> Text:
    n, clear = number(found.categories), number(found.clear)
    return text(
        f"In {_or_none(found.clear)} of {n} categories brands are shown to be bought again more often than by chance: repeat rates, and what chance would give.",
        f"{n} 个品类中 {clear} 个的品牌重复购买高于随机水平：重复购买率与随机水平。",
    )


def foretold(found: Foretold) -> Text:
    n, clear = number(found.effects), number(found.clear)
    return text(
        f"{_begin(found.clear)} of {n} effects {be(max(found.clear, 1))} clear of zero: what people say, and what the same people do next.",
        f"{n} 项效应中 {clear} 项的区间不含零：受访者的回答与其本人其后的行为。",
    )


def sources(found: Claims) -> Text:
    one = found.summary
    n, nothing = number(one.count), number(one.untested)
    return text(
        f"{nothing} of {n} figures neither disagree with others nor can be held against real data: each report's figures by what can be said.",
        f"{n} 个数字中有 {nothing} 个既未见与其他数字不符，也无从与真实数据对照：各报告的数字及所能作出的判断。",
    )


def failures(found: Claims) -> Text:
    failed, checks = number(found.summary.failed), number(found.summary.checks)
    return text(
        f"{failed} of {checks} checks {'does' if found.summary.failed == 1 else 'do'} not come out: printed figures that do not agree with each other.",
        f"{checks} 项核对中 {failed} 项不成立：报告所载数字中彼此不符者。",
    )


def claims(found: Claims) -> Text:
    one = found.summary
    inside, outside = number(one.inside), number(one.outside)
    return text(
        f"{inside if one.inside else 'No'} {'figure lies' if one.inside <= 1 else 'figures lie'} inside the interval of real data and {_or_none(one.outside)} outside: the figures that can be checked, and those that come from a survey.",
        f"{inside} 个数字位于真实数据的区间内，{outside} 个在区间外：可以核对的数字，以及出自调查的数字。",
    )


def actions(found: Actions) -> Text:
    best = next(g for g in ORDER if any(r.grade == g for r in found.rows))
    grade = GRADES[best]
    return text(
        f"The surest advice has {grade.en} evidence: what follows for a manager, and how surely.",
        f"把握最大的建议，证据等级为{grade.zh}：管理者可以据此做什么，把握有多大。",
    )


def advice(found: Actions) -> Text:
    advised, silent = number(found.advised), number(found.silent)
    rest = f" and {silent} {'does' if found.silent == 1 else 'do'} not" if found.silent else ""
    rest_zh = f"，{silent} 项不能" if found.silent else ""
    return text(
        f"{advised} {'survey recommends' if found.advised == 1 else 'surveys recommend'} something for the outcome that stands for loyalty{rest}: what to do, as far as one survey can say.",
        f"{advised} 项调查可就代表忠诚的结果变量提出建议{rest_zh}：限于单项调查所能说明者。",
    )
