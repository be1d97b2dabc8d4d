"""Sentences on what follows a service failure."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.failure.findings import (
    BEFORE,
    Coefficient,
    Comparison,
    Determinants,
    Interaction,
    Paradox,
    Rows,
    Severity,
)
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.short import within
from loyalty.shown.words import cut, estimate, names, number, rows_used

#: The heading of each circumstance.
CIRCUMSTANCES = {
    "severity": "Severity",
    "controllability": "Attribution to the firm",
    "recovery": "Recovery",
    "past_experience": "Past experience",
    "expectations": "Expectations",
    "neuroticism": "Neuroticism",
    "extraversion": "Extraversion",
    "competition": "Competition",
    "loyalty_before": "Loyalty before",
}


def rows(found: Rows, case: Case) -> list[Text]:
    return [rows_used(table) for table in found.tables]


# --- what loyalty depends on ---------------------------------------------------------------------
def determinants(found: Determinants, case: Case) -> list[Text]:
    return [_counted(found), *_directions(found.circumstances, case), _largest(found)]


def _counted(found: Determinants) -> Text:
    """How many customers there are, and what the intervals rest on."""
    failed, customers = number(found.failed), number(found.customers)
    en = f"{failed} of {customers} customers met a failure."
    zh = f"{customers} 名客户中有 {failed} 名遇到服务失败。"
    if found.left_out:
        lost = number(found.left_out)
        en += f" {lost} of them lack an answer and are left out of the regression."
        zh += f"其中 {lost} 名有缺失答案，未纳入回归。"
    if found.firms is None:
        return Text(en=en, zh=zh)
    firms = number(found.firms)
    if found.errors == "cluster":
        en += f" Intervals allow for {firms} firms (cluster-robust) [@cameron2015]."
        zh += f"区间采用聚类稳健标准误，考虑了客户分属 {firms} 家企业这一点 [@cameron2015]。"
    else:
        en += f" With {firms} firms there are too few for cluster-robust errors [@cameron2015]: intervals take customers as independent (HC3) and may be too narrow."
        zh += f"企业只有 {firms} 家，过少而不宜采用聚类稳健标准误 [@cameron2015]；区间以客户为独立单位（HC3），可能过窄。"
    return Text(en=en, zh=zh)


def _direction(row: Coefficient) -> str:
    """Whether the interval lies as expected, against it, or leaves it open."""
    sign = 1 if row.expected == "+" else -1
    lower, upper = sorted((sign * row.ci_lower, sign * row.ci_upper))
    return "as" if lower > 0 else "against" if upper < 0 else "open"


def _judged(rows: Sequence[Coefficient]) -> list[Coefficient]:
    return [r for r in rows if r.term != BEFORE]


def _listed(rows: Sequence[Coefficient]) -> Text:
    labels = [term(CIRCUMSTANCES[r.term]) for r in rows]
    return names([Text(en=t.en[0].lower() + t.en[1:], zh=t.zh) for t in labels])


def _directions(rows: Sequence[Coefficient], case: Case) -> list[Text]:
    by = {
        which: _listed(part)
        for which in ("as", "against", "open")
        if (part := [r for r in _judged(rows) if _direction(r) == which])
    }
    said = []
    if "as" in by:
        expects = Text(en="As expected", zh="与预期一致")
        if case.of_the_study:
            expects = Text(
                en="As the study of service quality expects [@quality]",
                zh="与服务质量研究的预期 [@quality] 一致",
            )
        said.append(
            Text(
                en=f"{expects.en}, loyalty after the failure depends on {by['as'].en}.",
                zh=f"{expects.zh}，失败后的忠诚取决于{by['as'].zh}。",
            )
        )
    if "against" in by:
        said.append(
            Text(
                en=f"Against expectation runs the effect of {by['against'].en}.",
                zh=f"作用与预期相反的是{by['against'].zh}。",
            )
        )
    if "open" in by:
        said.append(
            Text(
                en=f"Open, since the interval holds zero: {by['open'].en}.",
                zh=f"{by['open'].zh}的区间包含零，尚无定论。",
            )
        )
    return said


def _largest(found: Determinants) -> Text:
    row = max(_judged(found.circumstances), key=lambda r: abs(r.estimate))
    label = term(CIRCUMSTANCES[row.term])
    shown = estimate(row.estimate, row.ci_lower, row.ci_upper)
    share = number(found.r2)
    return Text(
        en=f"Largest is the coefficient of {escape(within(label.en))} (β = {shown}); all together they explain {share} of the variance.",
        zh=f"系数最大的是{escape(label.zh)}（β = {shown}）；各因素合计解释 {share} 的方差。",
    )


def interaction(found: Interaction, case: Case) -> Text:
    shown = estimate(found.estimate, found.ci_lower, found.ci_upper)
    if found.ci_lower <= 0 <= found.ci_upper:
        return Text(
            en=f"Whether recovery counts more or less after a severe failure is open (recovery × severity: {shown}).",
            zh=f"补救的作用是否随失败的严重程度而变，尚无定论（补救 × 严重程度的系数为 {shown}）。",
        )
    more = found.ci_lower > 0
    near = found.ci_lower if more else found.ci_upper
    # Clear of zero, but not in print.
    hair = show(near, "bounded") == show(0.0, "bounded")
    en = "; the interval only just excludes zero" if hair else ""
    zh = "，区间仅勉强不含零" if hair else ""
    return Text(
        en=f"Recovery counts {'more' if more else 'less'} the more severe the failure was (recovery × severity: {shown}{en}).",
        zh=f"失败越严重，补救的作用越{'大' if more else '小'}（补救 × 严重程度的系数为 {shown}{zh}）。",
    )


# --- the recovery paradox ------------------------------------------------------------------------
_COMPARED = {
    "between": Text(
        en="Customers with an excellent recovery, compared with customers who met no failure,",
        zh="获得出色补救的客户与未遇失败的客户相比",
    ),
    "within": Text(
        en="The same customers, after an excellent recovery compared with before the failure,",
        zh="同一批客户在出色补救之后与失败之前相比",
    ),
    "change": Text(
        en="Customers with an excellent recovery, by their change beyond that of customers who met no failure,",
        zh="就忠诚的变化而言，获得出色补救的客户与未遇失败的客户相比",
    ),
}


def paradox(found: Paradox, case: Case) -> list[Text]:
    return [*(_difference(d) for d in found.comparisons), _together(found)]


def _difference(found: Comparison) -> Text:
    who = _COMPARED[found.comparison]
    shown = estimate(found.estimate, found.ci_lower, found.ci_upper)
    margin = cut("trivial_difference")
    en, zh = {
        "paradox": ("are more loyal: a recovery paradox", "忠诚更高，即存在补救悖论"),
        "none": ("are less loyal: no recovery paradox", "忠诚较低，即不存在补救悖论"),
        "equal": (
            f"are as loyal, within ±{margin} standard deviations: repaired, but no paradox",
            f"忠诚相同，相差不超过 ±{margin} 个标准差，即忠诚得到修复，但并无悖论",
        ),
        "open": (
            "may be more or less loyal: the interval settles nothing",
            "忠诚可能更高，也可能不然，按区间尚无定论",
        ),
    }[found.verdict]
    return Text(
        en=f"{who.en} {en} (difference {shown} standard deviations, n = {number(found.n)}).",
        zh=f"{who.zh}，{zh}（差值为 {shown} 个标准差，n = {number(found.n)}）。",
    )


def _together(found: Paradox) -> Text:
    """What the comparisons say together."""
    verdicts = {d.verdict for d in found.comparisons}
    if verdicts == {"paradox"}:
        en = "All comparisons agree on a recovery paradox in these data."
        zh = "各项比较一致表明，这些数据中存在补救悖论。"
    elif "paradox" in verdicts:
        en = "The comparisons do not agree: a paradox in one of them may come from who is compared with whom."
        zh = "各项比较并不一致，其中的悖论可能源于比较对象的选取。"
    elif verdicts <= {"none", "equal"}:
        en = "None of the comparisons shows a recovery paradox, and their intervals are narrow enough to say so."
        zh = "各项比较均未见补救悖论，且区间足够窄，可作此判断。"
    else:
        en = "No comparison shows a recovery paradox, but not all intervals are narrow enough to rule it out."
        zh = "各项比较均未见补救悖论，但并非所有区间都窄到足以排除这一悖论。"
    return Text(
        en=f"{en} Customers who rate the recovery as excellent are no random selection: those who were loyal before may rate better, so a difference is no effect of the recovery [@mccollough1992; @dematos2007].",
        zh=f"{zh}把补救评为出色的客户并非随机选出，原本忠诚的客户评分可能更高，因此差异不等于补救的效果 [@mccollough1992; @dematos2007]。",
    )


def severity(found: Severity, case: Case) -> Text:
    shown = [(g.severity, estimate(g.estimate, g.ci_lower, g.ci_upper)) for g in found.gaps]
    zh_names = {"mild": "轻微", "severe": "严重"}
    en = "; ".join(f"after {which} failures {gap}" for which, gap in shown)
    zh = "，".join(f"{zh_names[which]}失败之后为 {gap}" for which, gap in shown)
    if len(found.gaps) < 2:
        end = Text(en="there is nothing to compare it with", zh="没有可供比较的另一组")
    elif found.overlap:
        end = Text(
            en="the two intervals overlap, so the two need not differ",
            zh="二者的区间重叠，未必不同",
        )
    else:
        end = Text(en="the two intervals do not overlap", zh="二者的区间不重叠")
    return Text(
        en=f"The gap to customers without a failure is, in standard deviations, {en}; {end.en}.",
        zh=f"与未遇失败的客户之差，以标准差计，{zh}；{end.zh}。",
    )
