"""The block of a report's authors and statements."""

from __future__ import annotations

from pathlib import Path

import pytest

from loyalty.book import pages
from loyalty.cases import about
from loyalty.ground.errors import UserError
from loyalty.ground.text import Text

WHOLE = """
authors:
  - name: {en: Josiah Carberry, zh: 卡伯里}
    orcid: 0000-0002-1825-0097
    affiliation: Brown University
date: 2026-01-31
version: "1.0"
doi: 10.5281/zenodo.1234567
licence: CC BY 4.0
abstract: {en: What this is., zh: 这是什么。}
keywords: [loyalty]
"""


def block(tmp_path: Path, text: str) -> about.About:
    file = tmp_path / "about.yml"
    file.write_text(text, encoding="utf-8")
    return about.load(file)


def test_what_a_reader_sees(tmp_path: Path) -> None:
    made = block(tmp_path, WHOLE)
    shown = pages.about(made, Text(en="A *study*", zh="研究"), "en")
    assert (
        "**Authors:** Josiah Carberry (Brown University) <https://orcid.org/0000-0002-1825-0097>"
        in shown
    )
    assert "**How to cite:** Josiah Carberry (2026). *A \\*study\\** (1\\.0)." in shown
    assert "<https://doi.org/10.5281/zenodo.1234567>" in shown and "Funding" not in shown
    chinese = pages.about(made, Text(en="A study", zh="研究"), "zh")
    assert "卡伯里" in chinese and "2026 年 1 月 31 日" in chinese and "这是什么。" in chinese


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0098", "wrong check sign"),
        ("0000-0002-1825-0097", "carberry", "an ORCID like"),
        ("10.5281/zenodo.1234567", "zenodo 7", "a DOI like"),
        ("2026-01-31", "soon", "date"),
        ("licence: CC BY 4.0\n", "", "licence"),
    ],
)
def test_what_does_not_hold_is_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(UserError) as fault:
        block(tmp_path, WHOLE.replace(old, new))
    assert said in str(fault.value) and "about.yml" in str(fault.value)
    assert "\n" not in str(fault.value)
