"""Captions follow the fields of their finding: one changed field, another caption."""

from __future__ import annotations

from typing import Any

import pytest
from made_up import made

from loyalty.analyses.argument import beside, captions, models, tables
from loyalty.cases import study
from loyalty.cases.study import ALL
from loyalty.ground.findings import Record, cited
from loyalty.ground.text import LANGUAGES, Text
from loyalty.shown.context import Case
from loyalty.shown.words import plain

CASE = Case(ALL, described={c: study.load(c) for c in ("cdnow", "ta-feng", "ecsi-mobile")})
BACK = {"case": "cdnow", "late": 0.458, "late_weeks": 52}
APART = {
    "case": "ecsi-mobile", "from_": "image", "to": "loyalty",
    "estimate": 0.2, "ci_lower": 0.1, "ci_upper": 0.3,
}  # fmt: skip


def way(name: str, size: float, grade: str) -> dict[str, Any]:
    return {"from_": name, "to": "loyalty", "estimate": size, "grade": grade}


def shown(function: Any, found: Record) -> Text:
    named = cited(found, "all/argument/x")
    with_case = function in (captions.pooled, captions.apart, captions.returning)
    said = function(named, CASE) if with_case else function(named)
    return Text(**{one: plain(said.in_(one)).replace("\u00a0", " ") for one in LANGUAGES})


CLAIMS = {"count": 151, "untested": 142, "checks": 9, "failed": 4}
CLAIMS |= {"inside": 1, "outside": 2, "divided": 0}
ASKED = {"asked": 10, "answered": 6, "partly": 2, "unanswered": 2}
GROUPS = {"paths": 38, "different": 5, "differing": 2, "compared": 6}
FOCAL = {"count": 12, "stable": 9, "doubted": 2}


@pytest.mark.parametrize(
    ("function", "kind", "fields", "changed", "before", "after"),
    [
        (captions.known, models.Known, ASKED, {"answered": 1},
         "Of 10 questions 6 are answered, 2 in part and 2 not", "1 is answered"),
        (captions.surveys, models.Surveys, {"judged": 14, "fitting": 1}, {"fitting": 0},
         "1 of 14 measurement models meets every", "None of 14"),
        (captions.sampling, models.Surveys, {"count": 14, "placed": 5}, {"placed": 0},
         "5 of 14 surveys state both the country and the year", "None of 14 surveys states"),
        (captions.constructs, models.Constructs, {"surveys": 12, "apart": 3, "failing": 4},
         {"apart": 0, "failing": 0}, "3 of 12 surveys tell all constructs apart, 4 fail",
         "None of 12 surveys tells all constructs apart, none fail"),
        (captions.merged, models.Constructs, {"merged_count": 4, "merged_clear": 3},
         {"merged_clear": 0}, "3 of 4 paths are clear", "None of 4 paths is clear"),
        (captions.counts, models.Paths, {"hypothesized": 68, "supported": 33, "doubted": 21},
         {"supported": 1}, "33 of 68 hypothesized paths are supported, and 21 may not",
         "1 of 68 hypothesized paths is supported"),
        (captions.pooled, models.Paths, {"pooled": [way("satisfaction", 0.6, "moderate")]},
         {"pooled": [way("satisfaction", 0.6, "none"), way("image", -0.2, "low")]},
         "satisfaction goes with more loyalty", "goes with less loyalty; "),
        (captions.satisfied, beside.Satisfied, {"count": 6, "least": 0.045, "most": 0.365},
         {"count": 1}, "Between 4.5 % and 36.5 % of the satisfied", "Of the satisfied 4.5 %"),
        (captions.differences, models.Differences, GROUPS, {"different": 0},
         "5 of 38 paths differ between groups, in 2 of 6", "No path of 38 is shown to differ"),
        (captions.differences, models.Differences, GROUPS, {"compared": 0},
         "5 of 38", "No groups can be compared"),
        (captions.apart, models.Differences, {"apart": [APART]},
         {"apart": [APART | {"estimate": 0.25}]}, "by 0.20 [0.10, 0.30]", "by 0.25"),
        (captions.otherwise, models.Otherwise, FOCAL, {"stable": 0, "doubted": 0},
         "9 of 12 focal paths are supported under every acceptable choice, and 2 may not",
         "None of 12 focal paths is supported under every acceptable choice, and none may not"),
        (captions.returning, beside.Conduct, {"returning": [BACK]},
         {"returning": [BACK, BACK | {"case": "ta-feng", "late_weeks": 13}]},
         "45.8 % within 52 weeks", "and 45.8 % within 13 weeks"),
        (captions.brands, beside.Conduct, {"categories": 2, "clear": 2}, {"clear": 0},
         "In 2 of 2 categories", "In none of 2"),
        (captions.foretold, beside.Foretold, {"effects": 3, "clear": 1}, {"clear": 0},
         "1 of 3 effects is clear", "None of 3 effects is clear"),
        (captions.sources, beside.Claims, {"summary": CLAIMS},
         {"summary": CLAIMS | {"untested": 3}}, "142 of 151 figures", "3 of 151 figures neither"),
        (captions.failures, beside.Claims, {"summary": CLAIMS},
         {"summary": CLAIMS | {"failed": 1}}, "4 of 9 checks do not", "1 of 9 checks does not"),
        (captions.claims, beside.Claims, {"summary": CLAIMS},
         {"summary": CLAIMS | {"inside": 0, "outside": 0}}, "1 figure lies inside",
         "No figure lies inside the interval of real data and none outside"),
        (captions.claims, beside.Claims, {"summary": CLAIMS},
         {"summary": CLAIMS | {"divided": 1}}, "and 2 outside: the figures",
         "and 2 outside, 1 inside some and outside others: the figures"),
        (captions.actions, models.Actions, {"rows": [{"grade": "moderate"}, {"grade": "low"}]},
         {"rows": [{"grade": "low"}]}, "has moderate evidence", "has low evidence"),
        (captions.advice, models.Actions, {"advised": 7, "silent": 4}, {"silent": 0},
         "loyalty and 4 do not: what to do", "stands for loyalty: what to do"),
        (captions.advice, models.Actions, {"advised": 7, "silent": 4},
         {"panels": 2},
         "4 do not: what to do", "4 do not, and 2 lines come from panels: what to do"),
    ],
)  # fmt: skip
def test_a_caption_follows_its_fields(
    function: Any, kind: Any, fields: Any, changed: Any, before: str, after: str
) -> None:
    one, other = (shown(function, made(kind, **f)) for f in (fields, fields | changed))
    assert before.lower() in one.en.lower() and after.lower() in other.en.lower(), (one, other)
    assert one.zh != other.zh and "：" in one.zh and one.zh.endswith("。")


def test_a_checked_claim_names_the_case_and_the_time() -> None:
    compared = {"case": "ta-feng", "weeks": 13, "estimate": 0.733}
    compared |= {"ci_lower": 0.727, "ci_upper": 0.739}
    row = {"id": "S06", "printed": (0.19,), "said": "outside", "compared": [compared]}

    def table(**changed: Any) -> str:
        found = made(beside.Claims, rows=[row | changed], summary=CLAIMS)
        return plain(tables.claims(cited(found, "all/argument/claims"), CASE).markdown("en"))

    first = table().replace("\u00a0", " ")
    assert "| 19 % |" in first and "73.3 % [72.7 %, 73.9 %] within 13 weeks (Grocery" in first
    several = table(said="divided", compared=[compared, compared | {"case": "cdnow"}])
    assert "inside some intervals of real data, outside others: " in several
    assert "(Grocery" in several and "(Online" in several
    other = table(compared=[compared | {"weeks": None}]).replace("\u00a0", " ")
    assert "within" not in other.splitlines()[2]
    # a coefficient is none, and a pair of changes is one
    for name, printed, cell in (
        ("N39", (0.42,), "| 0.42 |"),
        ("N54", (0.05, 0.017), "5 % ↔ 1.7 %"),
        ("A12", (0.15, 0.2), "15 %–20 %"),
    ):
        said = table(id=name, printed=printed, said="incoherent").replace("\u00a0", " ")
        assert cell in said, said
