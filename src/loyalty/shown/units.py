"""What respondents were sampled in, and how it is called."""

from __future__ import annotations

from dataclasses import dataclass

from loyalty.ground.findings import Count
from loyalty.ground.markdown import escape
from loyalty.ground.text import NOTHING, Text
from loyalty.shown.context import Case
from loyalty.shown.words import number


@dataclass(frozen=True)
class Units:
    """The independent units where they are not the respondents: `many` of them, or so many."""

    many: Text
    measure: str

    def counted(self, n: str) -> Text:
        return Text(en=f"{n} {self.many.en}", zh=f"{n} {self.measure}{self.many.zh}")


FIRMS = Units(Text(en="firms", zh="企业"), "家")


def samples(draws: Count, clusters: Count | None, case: Case) -> Text:
    """So many bootstrap samples, and of what."""
    n = number(draws)
    if clusters is not None:
        whole = units(case).counted(number(clusters))
        return Text(
            en=f"{n} bootstrap samples of whole {units(case).many.en}, {number(clusters)} of them, "
            "expanded since few vary too little from draw to draw [@hesterberg2015]",
            zh=f"以 {whole.zh}为单位整体抽取的 {n} 个自助样本，"
            "因单位数目少时重抽样之间的变异偏小，区间已相应加宽 [@hesterberg2015]",
        )
    if case.study.units is not None:
        many = units(case).many
        return Text(
            en=f"{n} bootstrap samples (respondents are resampled here, not {many.en}: the "
            "intervals may be too narrow)",
            zh=f" {n} 个自助样本（此处以受访者而非{many.zh}为重抽样单位，区间可能过窄）",
        )
    return Text(en=f"{n} bootstrap samples", zh=f" {n} 个自助样本")


def independent(case: Case, clusters: Count | None, en: str, zh: str) -> Text:
    """What intervals of what is named take as independent; nothing where it is respondents anyway.

    Args:
        clusters: so many, where intervals allow for them; None where they take respondents.
        en, zh: whose intervals, as the subject of a sentence.
    """
    if case.study.units is None:
        return NOTHING
    many = units(case).many
    if clusters is not None:
        counted = units(case).counted(number(clusters))
        return Text(
            en=f" {en} take {counted.en}, not respondents, as independent: cluster-robust errors, "
            "Student's t with one degree of freedom fewer.",
            zh=f"{zh}以 {counted.zh}而非受访者为独立单位：采用聚类稳健标准误，"
            f"t 分布的自由度为{many.zh}数减 1。",
        )
    return Text(
        en=f" {en} take respondents, not {many.en}, as independent: "
        "where these differ among each other, they are too narrow.",
        zh=f"{zh}以受访者而非{many.zh}为独立单位；{many.zh}之间若有差异，区间偏窄。",
    )


def units(case: Case) -> Units:
    """Firms, or what `cluster` names: schools, branches, interviewers."""
    declared = case.study.units if case.study.cluster is not None else None
    if declared is None:
        return FIRMS
    en, zh = escape(declared.label.en), escape(declared.label.zh)
    return Units(Text(en=f"clusters ({en})", zh=f"聚类单位（{zh}）"), "个")
