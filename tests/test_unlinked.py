"""Every number in what the pages say of real surveys is a reference to a finding, or of a class
that stands here: the rest is zero."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from loyalty.cases import study
from loyalty.estimates.verdicts import reliance
from loyalty.ground import findings, paths
from loyalty.ground.findings import Refused
from loyalty.ground.text import LANGUAGES, Language
from loyalty.ground.thresholds import all_thresholds
from loyalty.run.analyses import findings_of, page_of
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.short import shortened
from loyalty.shown.table import Table
from loyalty.shown.words import join

CASES = ("acsi-2015", "reputation-mobile-2", "switching")
REFERENCE = re.compile(r"\[([^\[\]]*)\]\{\.num [^{}]*\}")
CITATION = re.compile(r"\[@[^\]]*\]|@\w+-[\w-]+")
NUMBER = re.compile(r"(?<![A-Za-z])[−-]?\d[\d,]*(?:\.\d+)?|[−-]?\.\d+")
#: What a number may be without a reference, by what stands around it.
CLASSES = {
    "rows that stand elsewhere": r"\d+ more rows? (?:is|are) in the result|另有 \d+ 行见结果",
    "a level of confidence, or a part of draws": r"(?:9[059]|80) ?%|95th|第 95|\.975|\.80",
    "a name of statistics": r"\b(?:HC3|HTMT2|F\d+|df\d|[HI]\d+)\b|[−+]1 (?:SD|个标准差)",
    "a level of a simulation, a half": r"(?:[Ll]evel|half|水平|第) \d",
    "a bound, a unit, one degree of freedom": r"(?:bound of|with|[Bb]eyond|自由度为?|边界"
    r"|大于|超出) 1\b",
    "the ends of a scale": r"\b(?:0 ?(?:to|–|至) ?100?|\d(?: to |–)\d+|[57] on)(?!\d)|100 ?%",
    "counts too few to be shown": r"1 (?:to|至) 9",
    "how alike two programs are": r"0\.00001",
    "why something cannot be": r"(?:only|rests on|least|all|needs|只依据|至少需要|只有|全部) \d+"
    r"|(?:eigenvalue|特征值)\D{0,12}[\d.e-]+",
}


def shown(case: str, language: Language) -> Iterator[tuple[str, str]]:
    """(finding, all that is said of it) of a recorded survey: sentences, tables, captions."""
    folder, of = paths.recorded(case), study.load(case)

    def recorded(analysis: str) -> Any:
        content = json.loads((folder / f"{analysis}.json").read_text(encoding="utf-8"))
        return findings_of(analysis).model_validate(content["findings"], context=findings.READ)

    judged = reliance(recorded("structural"), recorded("measurement"))
    where = Case(case, of, reliance=judged)
    for analysis in sorted(f.stem for f in folder.glob("*.json") if f.stem != "moments"):
        found = recorded(analysis)
        for name in type(found).model_fields:
            finding = getattr(found, name)
            if finding is None or isinstance(finding, Refused):
                continue
            address = f"{case}/{analysis}/{name}"
            for shower in page_of(analysis).get(name, ()):
                said = shower(findings.cited(finding, address), where)
                for one in said.values() if isinstance(said, dict) else [said]:
                    yield address, _text(one, language)


def _text(said: Any, language: Language) -> str:
    if not said:
        return ""
    if isinstance(said, Figure | Table):
        parts = [t.in_(language) for t in (said.said, said.caption) if t is not None]
        return " ".join([*parts, said.markdown(language) if isinstance(said, Table) else ""])
    return join(said if isinstance(said, list | tuple) else [said]).in_(language)


def texts(value: Any) -> Iterator[str]:
    """Every text of a description that has a digit: names, labels, codes with their letters."""
    if isinstance(value, str):
        if re.search(r"\d", value) and re.search(r"[^\d.,−-]", value):
            yield value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from texts(key)
            yield from texts(below)
    elif isinstance(value, list | tuple):
        for below in value:
            yield from texts(below)


def cut_offs() -> set[str]:
    """Each cut-off that a report judges by, as it may be printed."""
    values = [abs(t.value) for t in all_thresholds().values() if not t.guess]
    shown = {f"{v:.{k}f}" for v in values for k in range(4) if float(f"{v:.{k}f}") == round(v, 3)}
    return shown | {f"{100 * v:.1f}" for v in values} | {f"{v:g}" for v in values}


def unlinked(text: str, own: Sequence[str] = ()) -> list[str]:
    """The numbers of a text that are no reference, of no class, and in no text of the case."""
    rest = CITATION.sub("", REFERENCE.sub("", text)).replace("\\", "").replace("\u00a0", " ")
    for word in sorted(own, key=len, reverse=True):
        rest = rest.replace(word, "")
    for pattern in CLASSES.values():
        rest = re.sub(pattern, "", rest)
    cuts = {c.lstrip("0") for c in cut_offs()}
    found = [n.lstrip("−-").replace(",", "") for n in NUMBER.findall(rest)]
    return [n for n in found if n.lstrip("0") not in cuts]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_every_number_is_of_a_finding_or_of_a_class(case: str, language: Language) -> None:
    of = study.load(case)
    own = [*texts(of.model_dump(mode="json")), *texts(shortened(of).model_dump(mode="json"))]
    links, left = 0, Counter[tuple[str, str]]()
    for address, text in shown(case, language):
        links += len(REFERENCE.findall(text))
        left.update((address, n) for n in unlinked(text, own))
    assert links > 300, "the walk saw next to nothing"
    assert left == Counter()


def test_a_number_typed_into_prose_is_seen() -> None:
    assert unlinked("It is 0.47 \\[.12, .23\\].") == ["0.47", ".12", ".23"]
    linked = '[0\\.47]{.num key="a/b/c"} with a 95 \\% interval [@x2015], H3, F1, 0 to 100'
    assert unlinked(linked) == []
    assert unlinked("in 1999", ["in 1999"]) == [] and unlinked("in 1998", ["in 1999"]) == ["1998"]
