"""What respondents were sampled in, and how it is called."""

from __future__ import annotations

from dataclasses import dataclass

from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.shown.context import Case


@dataclass(frozen=True)
class Units:
    """The independent units where they are not the respondents: `many` of them, or so many."""

    many: Text
    measure: str

    def counted(self, n: str) -> Text:
        return Text(en=f"{n} {self.many.en}", zh=f"{n} {self.measure}{self.many.zh}")


FIRMS = Units(Text(en="firms", zh="企业"), "家")


def units(case: Case) -> Units:
    """Firms, or what `cluster` names: schools, branches, interviewers."""
    declared = case.study.units if case.study.cluster is not None else None
    if declared is None:
        return FIRMS
    en, zh = escape(declared.label.en), escape(declared.label.zh)
    return Units(Text(en=f"clusters ({en})", zh=f"聚类单位（{zh}）"), "个")
