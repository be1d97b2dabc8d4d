"""Sentences of reliability and exploratory factor analysis."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.reliability.findings import REFERENCE
from loyalty.analyses.reliability.models import (
    Adequacy,
    EqualAlphas,
    Factors,
    General,
    Groups,
    Items,
    Kind,
    Lost,
    Named,
    NoSolution,
    Plan,
    Planned,
    Scale,
    Scales,
    ScaleShare,
    Second,
    Solution,
    Solutions,
    Without,
)
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.reasons import Reason
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Verdict, threshold
from loyalty.shown.context import Case
from loyalty.shown.words import (
    NO_BREAK,
    among,
    cannot,
    cut,
    equals,
    escaped,
    estimate,
    listed,
    names,
    number,
    significant,
    spaced,
    wide,
)

#: The heading of each kind of correlations.
KINDS: dict[Kind, str] = {"pearson": "Pearson", "polychoric": "polychoric"}
#: A difference between programs that is none.
SAME_LOADING, SAME_STATISTIC = 1e-3, 1e-6


def mark(name: str) -> str:
    """A cut-off like ``.70``."""
    return cut(name, "bounded")


def cite(name: str) -> str:
    return f"[@{threshold(name).cite}]"


def named(row: Named) -> Text:
    """A solution by its extraction and rotation, and its correlations where these are ordinal."""
    plain = f"{'ML' if row.method == 'ml' else row.method} · {row.rotation}"
    if row.kind == "pearson":
        return Text(en=plain, zh=plain)
    kind = term(KINDS[row.kind])
    return Text(en=f"{plain} · {kind.en}", zh=f"{plain} · {kind.zh}")


def reference_name() -> Text:
    kind, method, rotation = REFERENCE
    return named(Named(kind=kind, method=method, rotation=rotation))


def variable(found: Groups, case: Case) -> Text:
    """The label of the variable that makes the groups."""
    return next(g.label for g in case.study.groups if g.id == found.variable)


def level(found: Groups, code: str, case: Case) -> Text:
    return next(g.levels[code] for g in case.study.groups if g.id == found.variable)


def _labels(ids: Sequence[str], case: Case) -> Text:
    return names([case.label(c) for c in ids])


def _with(label: Text, shown: str) -> Text:
    """A name with its number."""
    return Text(en=f"{escape(label.en)} \\({shown}\\)", zh=f"{escape(label.zh)}（{shown}）")


def _item_with(item: str, shown: str) -> Text:
    return _with(Text(en=item, zh=item), shown)


def _lacking(part: Text, reason: Reason, case: Case) -> Text:
    why = escaped(reason.text(case.labels))
    return Text(
        en=f"Could not be estimated: {escape(part.en)} ({why.en}).",
        zh=spaced(escape(part.zh), f"未能估计：{why.zh}。"),
    )


# --- scales --------------------------------------------------------------------------------------
def alpha(found: Scales, case: Case) -> list[Text]:
    by: dict[Verdict, list[Scale]] = {"met": [], "open": [], "not met": []}
    for row in found.rows:
        by[row.alpha_verdict].append(row)
    at, source = mark("alpha"), cite("alpha")

    def each(verdict: Verdict) -> Text:
        return listed([_with(case.label(r.id), number(r.alpha)) for r in by[verdict]])

    said = []
    if len(by["met"]) == len(found.rows) > 2:
        low = min(found.rows, key=lambda r: r.alpha)
        high = max(found.rows, key=lambda r: r.alpha)
        ends = [(number(r.alpha), escaped(case.label(r.id))) for r in (low, high)]
        en = [f"{shown} ({label.en})" for shown, label in ends]
        zh = [f"{shown}（{label.zh}）" for shown, label in ends]
        said.append(
            Text(
                en=f"Every alpha is at least {at} {source} with its whole interval; they run from {en[0]} to {en[1]}.",
                zh=f"各构念 α 的整个区间都不低于 {at} {source}，α 介于 {zh[0]}与 {zh[1]}之间。",
            )
        )
    elif by["met"]:
        good = each("met")
        said.append(
            Text(
                en=f"Alpha is at least {at} {source} with its whole interval for {good.en}.",
                zh=spaced(good.zh, f"的 α 整个区间都不低于 {at} {source}。"),
            )
        )
    if by["open"]:
        some = each("open")
        said.append(
            Text(
                en=f"The interval leaves it open for {some.en}.",
                zh=spaced(some.zh, f"的 α 区间包含 {at}，尚无定论。"),
            )
        )
    if by["not met"]:
        bad = each("not met")
        said.append(
            Text(
                en=f"Below the cut-off with the whole interval: {bad.en}.",
                zh=spaced(bad.zh, f"的 α 整个区间都低于 {at}。"),
            )
        )
    return [*said, *(_no_alpha(lacking, case) for lacking in found.without_alpha)]


def _no_alpha(lacking: Without, case: Case) -> Text:
    label, why = escaped(case.label(lacking.id)), escaped(lacking.reason.text(case.labels))
    return Text(en=f"{label.en} has no alpha ({why.en}).", zh=f"{label.zh}无法计算 α（{why.zh}）。")


def omega(found: Scales, case: Case) -> list[Text]:
    if found.no_omega is not None:
        return [cannot(found.no_omega, case)]
    rows = [r for r in found.rows if r.omega_verdict is not None]
    return [_omegas(rows, case), *_improper(rows, found, case), *_few_items(found, case)]


def _omegas(rows: Sequence[Scale], case: Case) -> Text:
    """Of which scales omega meets the cut-off."""
    at, source = mark("omega"), cite("omega")
    wordings: list[tuple[Verdict, str, str]] = [
        ("met", f"lies above {at} with its whole interval for", f"整个区间高于 {at}"),
        ("open", f"is open at {at} for", f"是否达到 {at} 尚无定论"),
        ("not met", f"lies below {at} with its whole interval for", f"整个区间低于 {at}"),
    ]
    en, zh = [], []
    for verdict, says_en, says_zh in wordings:
        scales = [r.id for r in rows if r.omega_verdict == verdict]
        if not scales:
            continue
        which = _labels(scales, case)
        if verdict == "met" and len(scales) == len(rows) > 2:
            which = Text(en="every scale", zh="全部量表")
        en.append(f"{says_en} {which.en}")
        zh.append(spaced(which.zh, f"的 ω {says_zh}"))
    return Text(en=f"Omega {'; it '.join(en)} {source}.", zh=f"{'；'.join(zh)} {source}。")


def _improper(rows: Sequence[Scale], found: Scales, case: Case) -> list[Text]:
    """Models that leave an item no error variance, in the sample or in many draws."""
    said = []
    for row in rows:
        if row.heywood:
            label, share = escaped(case.label(row.id)), number(row.heywood_share)
            bound = escape(", ".join(row.heywood))
            said.append(
                Text(
                    en=f"**The one-factor model of {label.en} is improper**: it leaves {bound} no error variance (also in {share} of the bootstrap draws), so its omega is a bound rather than an estimate.",
                    zh=f"**{label.zh}的单因子模型不当**：{bound.replace(', ', '、')} 的误差方差被压到下限（{share} 的自助样本也是如此），因此该量表的 ω 只是界限，而非估计值。",
                )
            )
    shaky = [r.id for r in rows if not r.heywood and (r.heywood_share or 0.0) > 0.05]
    if shaky:
        which, draws = _labels(shaky, case), number(found.draws)
        one = len(shaky) == 1
        said.append(
            Text(
                en=f"In more than one in twenty of the {draws} bootstrap draws the model of {'' if one else 'each of '}{which.en} leaves an item no error variance: {'its interval is' if one else 'their intervals are'} to be read with care.",
                zh=f"在 {draws} 次自助抽样中，有超过二十分之一的抽样使{which.zh}的模型出现没有误差方差的题项，因此 ω 的区间须谨慎解读。",
            )
        )
    return said


def _few_items(found: Scales, case: Case) -> list[Text]:
    if not found.without_omega:
        return []
    two = _labels([lacking.id for lacking in found.without_omega], case)
    return [
        Text(
            en=f"A one-factor model cannot be fitted to {two.en} alone (fewer than three items, or answers that do not vary); for two items alpha from standardized answers, the Spearman–Brown coefficient, is the reliability to report [@eisinga2013].",
            zh=f"由于题项少于三个或答案没有变异，无法单独为{two.zh}建立单因子模型；只有两个题项时，应报告的信度是标准化 α，即 Spearman–Brown 系数 [@eisinga2013]。",
        )
    ]


def ordinal(found: Scales, case: Case) -> list[Text]:
    """What alpha gains on polychoric correlations."""
    if found.no_ordinal is not None:
        return [cannot(found.no_ordinal, case)]
    rows = [r for r in found.rows if r.change is not None]
    most = max(rows, key=lambda r: abs(r.change or 0.0))
    label, shown = escaped(case.label(most.id)), number(most.change)
    mean, categories = number(found.mean_change), number(found.categories)
    alike = show(most.change, "bounded") == show(found.mean_change, "bounded")
    if abs(most.change or 0.0) < 0.05:
        tail = Text(
            en=f"With up to {categories} answers to choose from, treating them as numbers costs little.",
            zh=f"答案选项多达 {categories} 个，把答案当作数值处理损失很小。",
        )
    else:
        tail = Text(
            en="Some answers are so unevenly used that treating them as numbers understates how strongly the items hang together.",
            zh="部分题项的答案分布很不均匀，把答案当作数值处理会低估题项之间的关联。",
        )
    en = "" if alike else f", most for {label.en} ({shown})"
    zh = "" if alike else f"，变化最大的是{label.zh}（{shown}）"
    return [
        Text(
            en=f"On polychoric correlations alpha changes by {mean} on average{en}. {tail.en}",
            zh=f"改用多分格相关后，α 平均变化 {mean}{zh}。{tail.zh}",
        ),
        *(_lacking(case.label(w.id), w.reason, case) for w in found.without_ordinal),
    ]


def coefficients(found: Scales, case: Case) -> Text:
    """How far alpha and omega lie apart."""
    both = [r for r in found.rows if r.gap is not None]
    if not both:
        return Text(
            en="No construct has three items or more, so alpha stands alone.",
            zh="没有构念包含三个及以上题项，因此只能报告 α。",
        )
    far = max(both, key=lambda r: r.gap or 0.0)
    label, gap = escaped(case.label(far.id)), number(far.gap)
    if (far.gap or 0.0) < 0.02:
        return Text(
            en=f"Alpha and omega differ by {gap} at most ({label.en}): the items of each scale carry about equal weight, which is what alpha takes for granted.",
            zh=f"α 与 ω 至多相差 {gap}（{label.zh}）：各量表题项的权重大致相等，这正是 α 的前提。",
        )
    return Text(
        en=f"Alpha and omega lie farthest apart for {label.en}, by {gap}: its items do not carry equal weight, and omega [@mcdonald1999], which does not need them to, is the one to read.",
        zh=f"α 与 ω 相差最大的是{label.zh}（{gap}）：其题项权重并不相等，应以不要求等权的 ω [@mcdonald1999] 为准。",
    )


def item_total(found: Items, case: Case) -> Text:
    """Items that go little with their scale, and such without which alpha would be higher."""
    at, source = mark("item_total"), cite("item_total")
    weak = [_item_with(r.item, number(r.item_total)) for r in found.rows if r.weak]
    better = [_item_with(r.item, f"\\+{number(r.gain)}") for r in found.rows if r.better_without]
    which, more = listed(weak), listed(better)
    if weak:
        en = f"Below the cut-off of {at} {source}: {which.en}. Such an item says little about what the others of its scale measure; it stays in here, and the robustness checks leave it out."
        zh = f"{which.zh}的题总相关低于 {at} {source}。这样的题项与同一量表其他题项所测的内容关系甚微；此处予以保留，稳健性检验再将其剔除。"
    else:
        en = f"Every item correlates at least {at} with the rest of its scale {source}."
        zh = f"每个题项与所属量表其余部分的相关都不低于 {at} {source}。"
    if better:
        en += f" Alpha would be higher without {more.en}; a gain found in the same data is partly luck, and no reason to drop a question."
        zh += f"若删除 {more.zh}，所属量表的 α 会有括号内所示的升高；但这种升高得自同一批数据，部分出于偶然，不足以成为删题的理由。"
    else:
        en += " No scale would gain in alpha by losing an item."
        zh += "没有量表会因删除题项而提高 α。"
    return Text(en=en, zh=zh)


# --- groups --------------------------------------------------------------------------------------
def groups(found: Groups, case: Case) -> list[Text]:
    differ = [t for t in found.tests if significant(t.p)]
    said = []
    if found.tests and not differ:
        of = escaped(variable(found, case))
        said.append(
            Text(
                en=f"No construct's alpha differs between the groups ({of.en}) beyond chance after Holm's correction; that is no proof that they are equal.",
                zh=f"经 Holm 校正后，各构念的 α 在不同组（{of.zh}）之间的差异均未超出偶然波动的范围；这并不证明各组的 α 相等。",
            )
        )
    said += [_differs(test, found, case) for test in differ]
    for lacking in found.without:
        label, why = escaped(case.label(lacking.id)), escaped(lacking.reason.text(case.labels))
        group = escaped(level(found, lacking.group, case))
        said.append(
            Text(
                en=f"{label.en} has no alpha in {group.en}: {why.en}.",
                zh=f"{label.zh}在“{group.zh}”组无法计算 α：{why.zh}。",
            )
        )
    if differ:
        said.append(
            Text(
                en="Unequal reliability alone makes correlations differ between groups; models with latent variables correct for it.",
                zh="仅信度不等就会使各组的相关不同；潜变量模型会对此加以校正。",
            )
        )
    return [*said, _widest(found, case)] if found.tests else said


def _differs(test: EqualAlphas, found: Groups, case: Case) -> Text:
    label = escaped(case.label(test.id))
    least, most = (escaped(level(found, code, case)) for code in (test.least, test.most))
    low, high, p = number(test.least_alpha), number(test.most_alpha), equals(test.p)
    return Text(
        en=f"{label.en} is measured less reliably in {least.en} ({low}) than in {most.en} ({high}); Holm-corrected *p* {p}.",
        zh=f"{label.zh}的信度在“{least.zh}”组（{low}）低于“{most.zh}”组（{high}），经 Holm 校正的 *p* {p}。",
    )


def _widest(found: Groups, case: Case) -> Text:
    wide = max(found.tests, key=lambda t: t.gap)
    label, gap = escaped(case.label(wide.id)), number(wide.gap)
    least, most = (escaped(level(found, code, case)) for code in (wide.least, wide.most))
    if significant(wide.p):
        end = Text(en="more than chance would bring.", zh="超出偶然所能造成的差距。")
    else:
        end = Text(
            en="no more than chance may bring where several scales are compared.",
            zh="未超出同时比较多个量表时偶然所能造成的差距。",
        )
    return Text(
        en=f"The widest gap between groups has {label.en}: {gap} between {least.en} and {most.en}, {end.en}",
        zh=f"组间差距最大的是{label.zh}，“{least.zh}”组与“{most.zh}”组相差 {gap}，{end.zh}",
    )


# --- factors -------------------------------------------------------------------------------------
_LOST = {
    "matrix": Text(en="{kind} correlations", zh="{kind}"),
    "adequacy": Text(en="adequacy on {kind} correlations", zh="{kind}的适当性"),
    "parallel": Text(en="parallel analysis on {kind} correlations", zh="基于{kind}的平行分析"),
}


def _lost(found: Sequence[Lost], case: Case) -> list[Text]:
    said = []
    for lost in found:
        part, kind = _LOST[lost.part], term(KINDS[lost.kind])
        joint = " " if lost.kind == "pearson" and lost.part == "parallel" else ""
        text = Text(
            en=part.en.replace("{kind}", kind.en), zh=part.zh.replace("{kind}", joint + kind.zh)
        )
        said.append(_lacking(text, lost.reason, case))
    return said


def kmo(found: Adequacy, case: Case) -> list[Text]:
    first = found.rows[0]
    at, source = mark("kmo"), cite("kmo")
    df, chisq = number(first.df), number(first.chisq, decimals=1)
    sphere = f"χ²({df}){NO_BREAK}= {chisq}, *p* {equals(first.p)}"
    enough = threshold("kmo").met(first.kmo)
    en, zh = (
        ("is high enough", f"达到 {at} 的标准 {source}，抽样适当性足够")
        if enough
        else ("is too low", f"未达到 {at} 的标准 {source}，抽样适当性不足")
    )
    if significant(first.p):
        test = Text(
            en=f"finds correlations to explain ({sphere}), as it does in any survey of this size.",
            zh=f"显示题项之间存在可供解释的相关（{wide(sphere)}），这样规模的调查几乎总是如此。",
        )
    else:
        test = Text(
            en=f"finds no correlations to explain ({sphere}): a factor analysis would factor noise.",
            zh=f"未发现题项之间存在可供解释的相关（{wide(sphere)}），因子分析只会分解噪声。",
        )
    shown, low, item = number(first.kmo), number(first.item_kmo), escape(first.item)
    fine = threshold("kmo").met(first.item_kmo)
    said = [
        Text(
            en=f"Sampling adequacy {en} for factoring (KMO = {shown}, cut-off {at} {source}), and Bartlett's test [@bartlett1951] {test.en}",
            zh=f"KMO = {shown}，{zh}；Bartlett 球形检验 [@bartlett1951] {test.zh}",
        ),
        Text(
            en=f"The least adequate single item is {item} ({low}), {'still above the cut-off.' if fine else 'which shares too little with the rest.'}",
            zh=f"单个题项中适当性最低的是 {item}（{low}），{'仍达到标准。' if fine else '该题项与其余题项的共同变异过少。'}",
        ),
    ]
    if found.change is not None:
        change, same = number(found.change), abs(found.change) < 0.005
        said.append(
            Text(
                en=f"On polychoric correlations KMO {'is the same.' if same else f'changes by {change}.'}",
                zh=f"改用多分格相关后 KMO {'不变。' if same else f'变化 {change}。'}",
            )
        )
    return [*said, *_lost(found.lost, case)]


def _span(lower: int, upper: int) -> Text:
    if lower == upper:
        return Text(en=number(lower), zh=number(lower))
    low, high = number(lower), number(upper)
    return Text(en=f"{low} to {high}", zh=f"{low} 至 {high}")


def factors(found: Factors, case: Case) -> list[Text]:
    n, planned, kind = number(found.n), number(found.planned), term(KINDS[found.kind])
    asked, could = _span(found.least, found.most), _span(found.lower, found.upper)
    sure = found.lower == found.upper
    en = (
        "."
        if sure
        else f"; an eigenvalue lies so near its random counterpart that other random data could make it {could.en}."
    )
    zh = (
        "。"
        if sure
        else f"；但有特征值与随机数据的特征值十分接近，若换一批随机数据，保留的可能是 {could.zh} 个。"
    )
    said = [
        Text(
            en=f"The rules ask for {asked.en} factors where {planned} constructs were planned. The rule set in advance, parallel analysis of common factors on {kind.en} correlations [@horn1965; @auerswald2019], keeps {n}{en}",
            zh=spaced(
                "各规则建议保留",
                asked.zh,
                f"个因子，预设的构念有 {planned} 个。事先选定的规则是基于",
                kind.zh,
                f"的共同因子平行分析 [@horn1965; @auerswald2019]，保留 {n} 个{zh}",
            ),
        )
    ]
    if found.n == found.planned:
        said.append(
            Text(
                en="The data ask for as many factors as were planned.",
                zh="数据支持的因子数与预设的构念数一致。",
            )
        )
    elif found.n < found.planned:
        said.append(
            Text(
                en="Fewer factors than constructs mean that some constructs are hard to tell apart from the answers alone; the validity analysis says which.",
                zh="因子少于构念，说明有些构念仅凭答案难以区分，具体是哪些由效度分析指出。",
            )
        )
    else:
        said.append(
            Text(
                en="More factors than constructs mean that some items share more than their construct.",
                zh="因子多于构念，说明有些题项除所属构念外还有其他共同之处。",
            )
        )
    if found.used != found.n:
        used = number(found.used)
        said.append(
            Text(
                en=f"The solution below has {used}, as many as can be estimated.",
                zh=f"下面的解取 {used} 个因子，这是可估计的最大数目。",
            )
        )
    return [*said, *_lost(found.lost, case)]


def factor_counts(found: Factors, case: Case) -> list[Text]:
    """Which rules come out at the plan, and whether the ordinal view changes the count."""
    at_plan, total, planned = (number(n) for n in (found.at_plan, found.total, found.planned))
    rules = among(found.at_plan, found.total, "条", "规则", "因子数")
    mixed = 0 < found.at_plan < found.total
    en = (
        "; the others do not, and no rule is right in every kind of data [@auerswald2019]."
        if mixed
        else "."
    )
    zh = "；没有哪条规则在各类数据中都正确 [@auerswald2019]。" if mixed else "。"
    said = [
        Text(
            en=f"{at_plan if found.at_plan else 'None'} of {total} rules come{'' if found.at_plan > 1 else 's'} out at the {planned} planned constructs{en}",
            zh=f"{rules}与 {planned} 个预设构念一致{zh}",
        )
    ]
    both = {r.kind: r.n for r in found.rules if r.rule == "parallel-factors"}
    if len(both) == 2:
        a, b = number(both["pearson"]), number(both["polychoric"])
        if both["pearson"] == both["polychoric"]:
            end = Text(en="as on Pearson correlations.", zh="与基于 Pearson 相关的数目相同。")
        else:
            end = Text(
                en=f"against {a} on Pearson correlations: how the answers are treated matters here.",
                zh=f"基于 Pearson 相关的则保留 {a} 个，可见如何处理答案在此会影响结果。",
            )
        said.append(
            Text(
                en=f"Parallel analysis of factors keeps {b} on polychoric correlations, {end.en}",
                zh=f"基于多分格相关的因子平行分析保留 {b} 个因子，{end.zh}",
            )
        )
    return said


# --- the solution --------------------------------------------------------------------------------
def efa(found: Solution, case: Case) -> list[Text]:
    """Which constructs share their main factor with another, and how factors correlate."""
    if found.shared:
        together = [_labels(ids, case) for ids in found.shared]
        en = f"On one and the same factor lie mostly {'; '.join(t.en for t in together)}."
        said_zh = "；".join(t.zh for t in together)
        zh = f"{said_zh}主要落在同一个因子上。"
        if len(together) > 1:
            zh = f"以下各组构念分别主要落在同一个因子上：{said_zh}。"
    else:
        en, zh = "Every construct has a factor of its own.", "每个构念各自对应一个因子。"
    at, source = mark("cross_loading"), cite("cross_loading")
    crossing, items = number(found.crossing), number(found.items)
    both = among(found.crossing, found.items, "个", "题项")
    said = [
        Text(
            en=f"{en} {crossing if found.crossing else 'None'} of {items} items load{'' if found.crossing > 1 else 's'} {at} or more on two factors {source}.",
            zh=f"{zh}{both}在两个因子上的载荷都不低于 {at} {source}。",
        )
    ]
    if found.closest is not None:
        a, b, r = found.closest.first, found.closest.second, number(found.closest.r)
        said.append(
            Text(
                en=f"The factors correlate up to {r} ({a} with {b}), which an orthogonal rotation would hide.",
                zh=f"因子间相关最高为 {r}（{a} 与 {b}），正交旋转会掩盖这一点。",
            )
        )
    return said


def communality(found: Solution, case: Case) -> Text:
    """The range of communalities and what the factors account for."""
    share = number(found.explained)
    low, high = number(found.lowest.estimate), number(found.highest.estimate)
    first, last = escape(found.lowest.item), escape(found.highest.item)
    en = f"The factors account for {share} of the variance of the items, from {low} ({first}) to {high} ({last}) of a single one."
    zh = f"各因子合计解释题项方差的 {share}；就单个题项而言，这一比例介于 {low}（{first}）与 {high}（{last}）之间。"
    if found.heywood:
        which = names([Text(en=i, zh=i) for i in found.heywood])
        en += f" **The solution is improper**: it leaves {which.en} no variance of its own."
        zh += spaced("**该解不当**：", which.zh, "没有独特方差。")
    if not found.converged:
        en += " **The extraction did not converge.**"
        zh += "**提取未收敛。**"
    return Text(en=en, zh=zh)


def solutions(found: Solutions, case: Case) -> list[Text]:
    return [*_agree(found), *(_no_solution(lost, case) for lost in found.lost)]


def _no_solution(lost: NoSolution, case: Case) -> Text:
    name = named(lost)
    part = Text(en=f"the solution {name.en}", zh=f"解“{name.zh}”")
    return _lacking(part, lost.reason, case)


def _agree(found: Solutions) -> list[Text]:
    """Whether it matters which extraction and rotation one takes."""
    if found.factors == 1:
        return [
            Text(
                en="With one factor there is nothing to rotate: the solutions differ by extraction only.",
                zh="只有一个因子时无需旋转：各解只在提取方法上不同。",
            )
        ]
    at, source, reference = mark("congruence"), cite("congruence"), escaped(reference_name())
    rows = [r for r in found.rows if not r.reference]
    worst = min(rows, key=lambda r: r.least)
    least, name = number(worst.least), escaped(named(worst))
    bad = [named(r) for r in rows if not threshold("congruence").met(r.least)]
    if bad:
        which = names(bad)
        text = Text(
            en=f"Which extraction and rotation one takes matters: {which.en} {'has' if len(bad) == 1 else 'have'} at least one factor without a counterpart in the reference ({reference.en}), that is with a congruence below {at} {source} (least {least}, {name.en}). Single loadings should not be read as facts about the items.",
            zh=spaced(
                "提取与旋转方法会影响结果：在",
                which.zh,
                f"中，{'都' if len(bad) > 1 else ''}至少有一个因子在参照解（{reference.zh}）中没有对应的因子，即一致性低于 {at} {source}，最低为 {least}（{name.zh}）。因此不应把单个载荷当作题项的固有性质。",
            ),
        )
    else:
        text = Text(
            en=f"Which extraction and rotation one takes matters little: every factor of every other solution has its counterpart in the reference ({reference.en}) with a congruence of {at} or more {source}, at least {least} ({name.en}).",
            zh=f"提取与旋转方法影响很小：其他各解的每个因子都能在参照解（{reference.zh}）中找到一致性不低于 {at} {source} 的对应因子，一致性最低为 {least}（{name.zh}）。",
        )
    improper = [named(r) for r in rows if r.heywood or not r.converged]
    if not improper:
        return [text]
    which = names(improper)
    return [
        text,
        Text(
            en=f"Not to be taken at face value (Heywood case or no convergence): {which.en}.",
            zh=spaced(which.zh, "出现 Heywood 现象或未收敛，不可直接采信。"),
        ),
    ]


# --- the plan, and one general factor ------------------------------------------------------------
def plan(found: Plan, case: Case) -> list[Text]:
    said = [*_found_again(found, case), *_aimed(found, case), *_left_out(found, case)]
    if found.no_target is not None:
        part = Text(en="the rotation to the plan", zh="向预设结构的旋转")
        said.append(_lacking(part, found.no_target, case))
    return said


def _found_again(found: Plan, case: Case) -> list[Text]:
    """Which constructs have a factor of the free rotation."""
    at, source, draws = mark("congruence"), cite("congruence"), number(found.draws)
    by: dict[Verdict | None, list[Planned]] = {"met": [], "open": [], "not met": [], None: []}
    for row in found.rows:
        by[row.verdict].append(row)

    def each(verdict: Verdict) -> Text:
        return listed([_with(case.label(r.id), number(r.congruence)) for r in by[verdict]])

    said = []
    if len(by["met"]) == len(found.rows) - len(found.left_out) > 2:
        low = min(by["met"], key=lambda r: r.congruence or 0.0)
        high = max(by["met"], key=lambda r: r.congruence or 0.0)
        (a, one), (b, other) = (
            (number(r.congruence), escaped(case.label(r.id))) for r in (low, high)
        )
        said.append(
            Text(
                en=f"Every construct is found without being told, with the whole bootstrap interval ({draws} draws) above {at} {source}: congruences run from {a} ({one.en}) to {b} ({other.en}).",
                zh=f"无需事先指明，所有构念即可由数据识别出来：一致性介于 {a}（{one.zh}）与 {b}（{other.zh}）之间，整个自助区间（{draws} 次）都高于 {at} {source}。",
            )
        )
    elif by["met"]:
        which = each("met")
        said.append(
            Text(
                en=f"Found without being told, with the whole bootstrap interval ({draws} draws) above {at} {source}: {which.en}.",
                zh=f"无需事先指明即可由数据识别出来的构念是{which.zh}，其一致性的整个自助区间（{draws} 次）高于 {at} {source}。",
            )
        )
    if by["open"]:
        which = each("open")
        said.append(
            Text(
                en=f"Whether a factor stands for the construct is open at {at} for {which.en}.",
                zh=f"是否有因子足以代表{which.zh}，依 {at} 的标准尚无定论。",
            )
        )
    if by["not met"]:
        which = each("not met")
        said.append(
            Text(
                en=f"The nearest factor is another thing than the construct, with the whole interval below {at}, for {which.en}.",
                zh=f"与{which.zh}最接近的因子并非{'这些构念' if len(by['not met']) > 1 else '该构念'}本身，一致性的整个区间低于 {at}。",
            )
        )
    if by[None]:
        which = _labels([r.id for r in by[None]], case)
        said.append(
            Text(
                en=f"No factor is left for {which.en}.",
                zh=f"没有余下的因子可与{which.zh}对应。",
            )
        )
    return said


def _aimed(found: Plan, case: Case) -> list[Text]:
    """Whether a rotation to the plan brings more likeness than it brings to items at random."""
    aimed = [(r.id, r.target, r.chance) for r in found.rows]
    short = [c for c, target, chance in aimed if target is not None and target <= (chance or 0.0)]
    if short:
        which = _labels(short, case)
        return [
            Text(
                en=f"Even when the factors are rotated as near to the plan as can be, the likeness is no greater than what the same rotation brings to items dealt at random [@paunonen1997] for {which.en}.",
                zh=f"即使把因子尽可能向预设结构旋转，{which.zh}与相应因子的相似程度仍不高于把题项随机分配后作同样旋转所得的水平 [@paunonen1997]。",
            )
        ]
    if all(target is None for _, target, _ in aimed):
        return []
    return [
        Text(
            en="Rotated to the plan, every construct is more alike to its factor than the same rotation makes items dealt at random [@paunonen1997].",
            zh="向预设结构旋转后，每个构念与相应因子的相似程度都高于把题项随机分配后作同样旋转所得的水平 [@paunonen1997]。",
        )
    ]


def _left_out(found: Plan, case: Case) -> list[Text]:
    if not found.left_out:
        return []
    which, one = _labels(found.left_out, case), len(found.left_out) == 1
    return [
        Text(
            en=f"With one item{'' if one else ' each'}, {which.en} cannot be a factor and {'is' if one else 'are'} left out of the rotation to the plan.",
            zh=f"{which.zh}{'' if one else '各'}只有一个题项，不能成为因子，因此未纳入向预设结构的旋转。",
        )
    ]


def general(found: General, case: Case) -> list[Text]:
    said = [_whole(found)]
    if found.verdict == "met" and found.common < 0.5:
        said.append(
            Text(
                en="That is less than half of it: with many items even a weak general factor adds up in the sum, while the group factors, each in few items, do not. The scores of the constructs say what the sum does not.",
                zh="这一比例不到一半：题项众多时，即使较弱的一般因子也会在总分中累积，而各自只涉及少数题项的组因子则不会。总分未能反映的内容，须看各构念的得分。",
            )
        )
    if found.scales:
        said += [_most_and_least(found.scales, case), *_beyond(found.scales, case)]
    if found.factors == 2:
        said.append(
            Text(
                en="With two group factors the general factor is not identified without taking both to load equally on it, as is done here.",
                zh="只有两个组因子时，须假定二者在一般因子上的载荷相等，一般因子才能识别，此处即作此假定。",
            )
        )
    if found.negative:
        which = names([Text(en=i, zh=i) for i in found.negative])
        said.append(
            Text(
                en=f"{which.en} {'runs' if len(found.negative) == 1 else 'run'} against the general factor.",
                zh=spaced(which.zh, "与一般因子方向相反。"),
            )
        )
    return said


def _whole(found: General) -> Text:
    whole, at, source = found.whole, mark("omega_hierarchical"), cite("omega_hierarchical")
    items, common = number(found.items), number(found.common)
    total = estimate(whole.total, whole.total_ci_lower, whole.total_ci_upper)
    shown = estimate(whole.general, whole.general_ci_lower, whole.general_ci_upper)
    en, zh = {
        "met": (
            f"above {at} {source}, so one overall score of all questions would chiefly tell of one thing",
            f"高于 {at} {source}，因此全部题项的总分主要反映同一内容",
        ),
        "open": (
            f"an interval that leaves open whether it reaches {at} {source}",
            f"其区间尚不能判断是否达到 {at} {source}",
        ),
        "not met": (
            f"below {at} {source}, so one overall score of all questions would mix several things",
            f"低于 {at} {source}，因此全部题项的总分混合了多种内容",
        ),
    }[found.verdict]
    return Text(
        en=f"A sum of all {items} items would be reliable (omega total {total}); what all items share makes up {shown} of its variance (omega hierarchical), {en}. The general factor accounts for {common} of the common variance.",
        zh=f"全部 {items} 个题项之和的信度为 {total}（总 ω）；所有题项的共同部分占总和方差的 {shown}（层级 ω），{zh}。一般因子占共同方差的 {common}。",
    )


def _most_and_least(scales: Sequence[ScaleShare], case: Case) -> Text:
    most = max(scales, key=lambda s: s.of_reliable)
    least = min(scales, key=lambda s: s.of_reliable)
    (one, a), (other, b) = (
        (escaped(case.label(s.id)), number(s.of_reliable)) for s in (most, least)
    )
    if len(scales) == 1:
        return Text(
            en=f"Of what is reliable in the score of {one.en}, the general factor makes up {a}.",
            zh=f"在{one.zh}得分的可靠部分中，一般因子占 {a}。",
        )
    return Text(
        en=f"Of what is reliable in a construct's score, the general factor makes up most in {one.en} ({a}) and least in {other.en} ({b}).",
        zh=f"在构念得分的可靠部分中，一般因子占比最高的是{one.zh}（{a}），最低的是{other.zh}（{b}）。",
    )


def _beyond(scales: Sequence[ScaleShare], case: Case) -> list[Text]:
    """What a share of more than all means, where there is one."""
    beyond = [s for s in scales if s.of_reliable > 1]
    if not beyond:
        return []
    which = _labels([s.id for s in beyond], case)
    return [
        Text(
            en=f"In {which.en} that is more than all: the general factor alone implies higher correlations between these items than the answers show. Nothing is left there that is the construct's own; what goes beyond all is the model's error.",
            zh=f"在{which.zh}中，这一份额超过 100%：仅由一般因子推得的题项相关就高于实际作答中的相关。此时构念没有自身独有的部分，超出 100% 之处属于模型误差。",
        )
    ]


# --- a second opinion ----------------------------------------------------------------------------
def second(found: Second, case: Case) -> list[Text]:
    n, gap = number(found.n), number(found.difference)
    same = found.difference < SAME_LOADING
    kmo, chisq = number(found.other_kmo), number(found.other_chisq, decimals=1)
    if max(found.kmo_difference, found.chisq_difference) < SAME_STATISTIC:
        en, zh = "are the same as ours", "均与本研究相同"
    else:
        apart, off = number(found.kmo_difference), number(found.chisq_difference)
        en, zh = f"differ from ours by {apart} and {off}", f"分别与本研究相差 {apart} 和 {off}"
    return [
        Text(
            en=f"Given the same {n} complete rows, factor\\_analyzer finds {'the same loadings' if same else 'other loadings'}: the largest difference is {gap}.",
            zh=f"对同样的 {n} 份完整作答，factor\\_analyzer 得到{'一致的' if same else '不同的'}载荷：最大差异为 {gap}。",
        ),
        Text(
            en=f"Its KMO ({kmo}) and Bartlett's χ² ({chisq}) {en}.",
            zh=f"该程序的 KMO（{kmo}）与 Bartlett χ²（{chisq}）{zh}。",
        ),
    ]
