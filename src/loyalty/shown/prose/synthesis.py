"""Sentences of the synthesis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.cases.claims import Checked, Held, Ledger
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.shown.prose.words import NO_BREAK, names, value

Rows = Sequence[Mapping[str, Any]]


def glance(
    rows: Sequence[Mapping[str, Any]], title: Mapping[str, str], simulated: Mapping[str, bool]
) -> list[Text]:
    """One sentence a real survey, one for all the simulated ones."""
    said = []
    done = [r for r in rows if r["supported"] is not None]
    for row in (r for r in done if not simulated[r["case"]]):
        good, of = row["supported"].split(" / ")
        said.append(
            Text(
                en=f"{escape(title[row['case']])} (real data): {good} of {of} hypothesized paths are supported; the two constructs hardest to tell apart have a heterotrait–monotrait ratio of {value(row['htmt'], 'number')}.",
                zh=f"{escape(title[row['case']])}（真实数据）：{of} 条假设路径中 {good} 条得到支持；最难区分的两个构念 HTMT 为 {value(row['htmt'], 'number')}。",
            )
        )
    drawn = [r for r in done if simulated[r["case"]]]
    if drawn:
        counts = [[int(n) for n in r["supported"].split(" / ")] for r in drawn]
        good, of = (sum(c[k] for c in counts) for k in (0, 1))
        ratios = [r["htmt"] for r in drawn if r["htmt"] is not None]
        ends = [value(f(ratios), "number") for f in (min, max)] if ratios else None
        en = f"; the highest ratio of each lies between {ends[0]} and {ends[1]}" if ends else ""
        zh = f"；各自最高的 HTMT 介于 {ends[0]} 与 {ends[1]} 之间" if ends else ""
        said.append(
            Text(
                en=f"In the {_surveys(len(drawn)).en}, whose constructs are distinct by design, {good} of {of} paths are supported{en}.",
                zh=f"在 {_surveys(len(drawn)).zh}中（构念按设定彼此可分），{of} 条路径中 {good} 条得到支持{zh}。",
            )
        )
    return said


def _surveys(n: int) -> Text:
    return Text(en="simulated survey" if n == 1 else f"{n} simulated surveys", zh=f"{n} 份模拟问卷")


def _none(n: int) -> str:
    return "none" if n == 0 else str(n)


def _verb(n: int, one: str, many: str) -> str:
    return one if n == 1 else many


def _or(values: Sequence[float]) -> Text:
    """Figures in a sentence: ``a, b or c``."""
    shown = [listed([v]) for v in values]
    if len(shown) < 2:
        return Text(en="".join(shown), zh="".join(shown))
    return Text(
        en=f"{', '.join(shown[:-1])} or {shown[-1]}", zh=f"{'、'.join(shown[:-1])} 或 {shown[-1]}"
    )


def tables_beside(rows: Rows, simulated: Mapping[str, bool]) -> Text:
    real = sum(not simulated[r["case"]] for r in rows)
    return Text(
        en=f"{real} of {len(rows)} tables of behaviour and text are real; the rest are drawn from declared processes.",
        zh=f"{len(rows)} 个行为与文本数据表中，{real} 个为真实数据，其余由公开声明的过程抽取。",
    )


def matrix(rows: Rows, cases: Sequence[str], simulated: Mapping[str, bool]) -> Text:
    real = [c for c in cases if not simulated[c]]
    both = sum(sum(c in r for c in real) > 1 for r in rows)
    return Text(
        en=f"{len(rows)} {_verb(len(rows), 'path stands', 'paths stand')} in two surveys or more, {both} of them in two real ones. An agreement between simulated surveys says only that their processes were declared alike.",
        zh=f"{len(rows)} 条路径见于至少两份问卷，其中 {both} 条见于两份真实问卷。模拟问卷之间的一致仅说明其生成过程设定相近。",
    )


def narrow_paths(narrow: int, n: int) -> Text:
    return Text(
        en=f"{narrow} of {n} paths of the real surveys have an interval narrow enough to be drawn; the others cannot be read as numbers.",
        zh=f"真实问卷的 {n} 条路径中，{narrow} 条的区间窄到可以作图；其余不能当作数字来读。",
    )


def votes(rows: Rows, simulated: Mapping[str, bool]) -> Text:
    def count(key: str, kind: bool) -> int:
        return sum(r[key] for r in rows if simulated[r["case"]] == kind)

    def total(kind: bool) -> int:
        return sum(count(k, kind) for k in ("supported", "open", "contradicted"))

    return Text(
        en=f"In the real surveys {count('supported', False)} of {total(False)} hypothesized paths are supported, {_none(count('open', False))} {_verb(count('open', False), 'is', 'are')} open and {_none(count('contradicted', False))} {_verb(count('contradicted', False), 'is', 'are')} contradicted; in the simulated ones {count('supported', True)} of {total(True)} are supported, as their processes declare them. A count of verdicts weighs small and large samples alike and is no pooled estimate.",
        zh=f"真实问卷的 {total(False)} 条假设路径中，{count('supported', False)} 条得到支持，{count('open', False)} 条未定，{count('contradicted', False)} 条相反；模拟问卷的 {total(True)} 条中 {count('supported', True)} 条得到支持，这出自其设定。计票不区分样本大小，并非合并估计。",
    )


def pooled(rows: Rows, real: int) -> list[Text]:
    if not rows:
        return [
            Text(
                en=f"No path is shared by two real surveys (there {'is' if real == 1 else 'are'} {real}): nothing is pooled.",
                zh=f"没有为两份真实问卷共有的路径（真实问卷共 {real} 份）：不作合并。",
            )
        ]
    clear = [r for r in rows if r["low"] > 0 or r["high"] < 0]
    most = max(rows, key=lambda r: r["k"])
    size = value(most["value"], "number", most["low"], most["high"])
    said = [
        Text(
            en=f"{len(rows)} {'path is' if len(rows) == 1 else 'paths are'} shared by at least two of the {real} real surveys; the pooled interval is clear of zero for {_none(len(clear))}. For {escape(most['path'])} it is {size}.",
            zh=f"{real} 份真实问卷中有 {len(rows)} 条路径至少为两份共有；其中 {len(clear)} 条的合并区间不含零。{escape(most['path'])} 为 {size}。",
        )
    ]
    if max(r["k"] for r in rows) < 3:
        said.append(
            Text(
                en="With two surveys a random-effects interval has one degree of freedom: it says how little two surveys can say together, not that the path is absent.",
                zh="仅有两份问卷时，随机效应区间只有一个自由度：它说明两份问卷合起来能说的很少，而不说明路径不存在。",
            )
        )
    return said


def pooled_simulated(rows: Rows) -> Text:
    apart = max(rows, key=lambda r: r["tau"])
    return Text(
        en=f"{len(rows)} {_verb(len(rows), 'path is', 'paths are')} pooled here only to show the method at work; {escape(apart['path'])} differs{' most' if len(rows) > 1 else ''} between surveys (τ = {value(apart['tau'], 'number')}), because their processes were declared so.",
        zh=f"此处合并 {len(rows)} 条路径只为展示方法；{escape(apart['path'])} 在问卷之间差异{'最大' if len(rows) > 1 else '如此'}（τ = {value(apart['tau'], 'number')}），出自各过程的设定。",
    )


def industries(rows: Rows, simulated: Mapping[str, bool]) -> list[Text]:
    said = []
    real = [r for r in rows if not simulated[r["case"]]]
    drawn = [r for r in rows if simulated[r["case"]]]
    if real:
        n, of = sum(r["different"] for r in real), sum(r["paths"] for r in real)
        said.append(
            Text(
                en=f"In the real surveys with groups {_none(n)} of {of} paths {_verb(n, 'differs', 'differ')} between them after correction.",
                zh=f"在带分组的真实问卷中，经校正后 {of} 条路径中有 {n} 条存在组间差异。",
            )
        )
    else:
        said.append(
            Text(
                en="No real survey knows the industry of its respondents: that a path is stronger in one industry than in another is not tested here on real data.",
                zh="没有真实问卷记录受访者所属行业：某路径在某行业更强的说法在此无法以真实数据检验。",
            )
        )
    if drawn:
        n, of = sum(r["different"] for r in drawn), sum(r["paths"] for r in drawn)
        firms = [r for r in drawn if r["clustered"] is not None]
        left, before = sum(r["clustered"] for r in firms), sum(r["different"] for r in firms)
        said.append(
            Text(
                en=f"In the simulated ones {_none(n)} of {of} {_verb(n, 'differs', 'differ')}. Where customers belong to firms, {_none(before)} {_verb(before, 'seems', 'seem')} to differ with respondents as the independent units and {_none(left)} with firms: a handful of firms an industry cannot carry a statement about industries, however many customers they have.",
                zh=f"在模拟问卷中，{of} 条里有 {n} 条存在差异。在客户分属企业的案例中，以受访者为独立单位有 {before} 条，以企业为独立单位有 {left} 条：每个行业只有少数企业，无论客户多少，都不足以支撑关于行业的结论。",
            )
        )
    return said


# --- the claims ------------------------------------------------------------------------------
OUTCOMES: dict[str, Text] = {
    "agrees": Text(en="agrees", zh="一致"),
    "does not agree": Text(en="does not agree", zh="不一致"),
    "holds": Text(en="holds", zh="成立"),
    "cannot be told": Text(en="cannot be told", zh="无从判断"),
}
INSIDE = {
    True: Text(en="inside the interval", zh="在区间内"),
    False: Text(en="outside the interval", zh="在区间外"),
}


def listed(values: Sequence[float]) -> str:
    """Figures as a list; up to three decimals, as the sources print them."""
    return ", ".join(f"{v:.3f}".rstrip("0").rstrip(".") for v in values) or "–"


def checks(found: Sequence[Checked], ledger: Ledger) -> list[Text]:
    failed = [c for c in found if c.outcome == "does not agree"]
    changes = sum(c.kind in ("change", "per") for c in ledger.claims)
    with_n = sum(c.n is not None for c in ledger.claims)
    said = [
        Text(
            en=f"The ledger holds {len(ledger.claims)} figures. None is printed with an interval; {with_n} are printed with a number of respondents; {changes} say that one thing rose or fell with another and name no design that could show it. {len(failed)} of {len(found)} checks do not come out.",
            zh=f"台账共 {len(ledger.claims)} 个数字。没有一个附有区间；{with_n} 个注明了样本量；{changes} 个称某事随另一事升降，却未说明可以证明它的设计。{len(found)} 项核对中有 {len(failed)} 项不成立。",
        )
    ]
    for check in failed:
        if check.check.kind == "products":
            size = value(check.computed[0], "number", *(check.interval or (None, None)))
            said.append(
                Text(
                    en=f"Along a chain effects multiply: the printed paths give {size}, not {listed(check.printed)}; the interval takes the printed number of respondents and paths as simple regressions.",
                    zh=f"沿链效应应相乘：所载路径得出 {size}，而非 {listed(check.printed)}；区间按所载样本量并把路径视为简单回归。",
                )
            )
        if check.check.kind == "sobel":
            said.append(
                Text(
                    en=f"The printed paths imply a Sobel z of {_or([round(v, 2) for v in check.computed]).en} for observed scores, not {listed(check.printed)}: either the paths, the number of respondents or the test are not those of one analysis.",
                    zh=f"按显变量得分，所载路径对应的 Sobel z 为 {_or([round(v, 2) for v in check.computed]).zh}，而非 {listed(check.printed)}：路径、样本量或检验并非出自同一分析。",
                )
            )
        if check.check.kind == "elasticity":
            said.append(
                Text(
                    en=f"The same one per cent of satisfaction is worth {_or(check.computed).en} per cent of sales, by claim.",
                    zh=f"同为满意度提高百分之一，各条目分别对应销售额增长百分之 {_or(check.computed).zh}。",
                )
            )
    return said


def held(rows: Sequence[Held], claims: int) -> Text:
    inside, named = sum(r.inside for r in rows), len({r.claim.id for r in rows})
    return Text(
        en=f"The real data can speak to {named} of {claims} claims, in {len(rows)} comparisons. The printed value lies inside our interval in {inside} of them; a wide interval is easily agreed with.",
        zh=f"真实数据可以对照 {claims} 个条目中的 {named} 个，共 {len(rows)} 次比较。其中 {inside} 次所载值落在本研究的区间内；区间宽时容易“一致”。",
    )


def first(rows: Rows, simulated: Mapping[str, bool]) -> Text:
    real = [r for r in rows if not simulated[r["case"]]]
    if real:
        named = names([f"{r['label']}" for r in real])
        en = f"In the real surveys that is {named.en}."
        zh = f"真实问卷中为{named.zh}。"
    else:
        en = "In no real survey does a construct that clearly matters stand below the others."
        zh = "真实问卷中没有明显重要而表现偏低的构念。"
    return Text(
        en=f"What matters for the outcome and stands low comes first, if anything does. {en} The map of each survey stands in the chapter on industries and firms; it says where to look, not what a change would bring.",
        zh=f"对结果重要而表现偏低者应优先。{zh}各问卷的图见行业与企业一章；它指出该看哪里，而不说明改变会带来什么。",
    )


# --- what to do first ------------------------------------------------------------------------
def one_point(rows: Rows, clear: Rows, simulated: Mapping[str, bool]) -> list[Text]:
    real = [r for r in rows if not simulated[r["case"]]]
    narrow = [r for r in clear if not simulated[r["case"]]]
    wide = len(rows) - len(clear)
    said = [
        Text(
            en=f"There are {len(rows)} such effects; the {_verb(wide, 'interval', 'intervals')} of {_none(wide)} of them {_verb(wide, 'is', 'are')} wider than one point. Of the {len(real)} of real surveys {_none(len(narrow))} can be read.",
            zh=f"{len(rows)} 个此类效应中，{len(rows) - len(clear)} 个的区间宽于一分。真实问卷的 {len(real)} 个中，{len(narrow)} 个可以解读。",
        )
    ]
    if narrow:
        best = max(narrow, key=lambda r: r["value"])
        size = value(best["value"], "number", best["low"], best["high"])
        said.append(
            Text(
                en=f"The largest of those is {escape(best['path'])}: one point more goes with {size} points. Whether raising the one would raise the other a cross-sectional survey cannot say.",
                zh=f"其中最大的是 {escape(best['path'])}：提高一分对应 {size} 分。提高前者是否会提高后者，横断面调查无法回答。",
            )
        )
    return said


def worth(rows: Rows, simulated: Mapping[str, bool]) -> Text:
    first = rows[0]
    at, *ends = (value(100 * first[k], "number") for k in ("value", "low", "high"))
    size = f"{at} \\[{ends[0]}, {ends[1]}\\]".replace(" ", NO_BREAK)
    cost = value(first["cost"], "number", first["cost_low"], first["cost_high"])
    drawn = all(simulated[r["case"]] for r in rows)
    en = " The panel is simulated: the sum shows how one would reckon, not what service is worth."
    zh = "该面板为模拟数据：此处只展示算法，而非服务的价值。"
    return Text(
        en=f"The share of customers who buy again would rise by {size} percentage points, so that the faster answer pays as long as it costs less than {cost} for each."
        + (en if drawn else ""),
        zh=f"复购客户占比将提高 {size} 个百分点，因此只要每名客户的成本低于 {cost}，加快响应即为划算。"
        + (zh if drawn else ""),
    )


def recovery(covered: int, n: int) -> Text:
    return Text(
        en=f"The intervals of {covered} of {n} paths hold the value that was put in. The intervals take respondents as independent, although customers of one firm are alike, and careless and missing answers stand between the truth and the answers: more misses than one in twenty are to be expected.",
        zh=f"{n} 条路径中有 {covered} 条的区间包含设定值。区间把受访者视为独立，而同一企业的客户彼此相似；敷衍作答与缺失亦介于真值与答案之间，因此未覆盖的比例高于二十分之一属意料之中。",
    )
