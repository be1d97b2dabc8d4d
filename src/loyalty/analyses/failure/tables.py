"""Tables of what follows a service failure."""

from __future__ import annotations

from loyalty.analyses.failure.findings import Determinants, Paradox
from loyalty.analyses.failure.words import CIRCUMSTANCES
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.table import Column, Table
from loyalty.shown.words import cut, number

COMPARISONS = {
    "between": "Excellent − no failure",
    "within": "Excellent: after − before",
    "change": "Change: excellent − no failure",
}
VERDICTS = {"paradox": "paradox", "none": "no paradox", "equal": "as loyal", "open": "open"}


def determinants(found: Determinants, case: Case) -> Table:
    n, r2 = number(found.n), number(found.r2, "number")
    expected = Text(en="expected signs were set beforehand", zh="预期符号为事先设定")
    if case.of_the_study:
        expected = Text(
            en="expected signs from the study of service quality [@quality]",
            zh="预期符号取自服务质量研究 [@quality]",
        )
    return Table(
        found.circumstances,
        [
            Column(lambda r: term(CIRCUMSTANCES[r.term]), "Circumstance"),
            Column("expected", "Expected", "sign"),
            Column("estimate", "β"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column("p", "p"),
            Column("vif", "VIF"),
        ],
        Text(en="Regression of loyalty after the failure.", zh="对失败后忠诚的回归。"),
        Text(
            en=f"n = {n}; R² = {r2}; {expected.en}.",
            zh=f"n = {n}；R² = {r2}；{expected.zh}。",
        ),
    )


def paradox(found: Paradox, case: Case) -> Table:
    mark, margin = number(found.mark), cut("trivial_difference", decimals=2)
    return Table(
        found.comparisons,
        [
            Column(lambda d: term(COMPARISONS[d.comparison]), "Comparison"),
            Column("estimate", "Difference"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda d: term(VERDICTS[d.verdict]), "Verdict"),
            Column("p", "p"),
            Column("p_equivalence", "p, equal"),
            Column("n", "n"),
        ],
        Text(en="Is there a recovery paradox?", zh="是否存在补救悖论？"),
        Text(
            en=f"Excellent: recovery rated {mark} or better. Differences in standard deviations of the comparison; p, equal: that they lie within ±{margin} by two one-sided tests [@lakens2017].",
            zh=f"“出色”指补救评分不低于 {mark}。差值以比较组的标准差为单位；“等价”指相差不超过 ±{margin}，采用双单侧检验 [@lakens2017]。",
        ),
    )
