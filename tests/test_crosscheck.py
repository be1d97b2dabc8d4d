"""The table of a second program's paths beside ours."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from loyalty.book import pages
from loyalty.ground.text import Text


def test_a_program_that_did_not_converge_confirms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr(pages, "numbered", lambda table, *_: shown.append(table) or "| table |")
    second = SimpleNamespace(
        paths=3, converged=False, largest_difference=None, largest_relative_difference_se=None
    )
    found: Any = {("one", "structural"): SimpleNamespace(findings=SimpleNamespace(semopy=second))}
    described: Any = {"one": SimpleNamespace(title=Text(en="One", zh="其一"))}
    en, zh = (pages.crosscheck(described, found, language) for language in ("en", "zh"))
    assert "In One semopy says that it did not converge" in en and "part" not in en
    assert "报告没有收敛" in zh and shown[0].caption.en.startswith(
        "The two programs agree in no survey"
    )


@pytest.mark.parametrize("difference", [0.0005, 231.5])
def test_where_two_programs_part_is_said(
    difference: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "numbered", lambda *_: "| table |")
    second = SimpleNamespace(
        paths=3,
        converged=None,
        largest_difference=difference,
        largest_relative_difference_se=0.1,
    )
    found: Any = {("one", "structural"): SimpleNamespace(findings=SimpleNamespace(semopy=second))}
    described: Any = {"one": SimpleNamespace(title=Text(en="One", zh="其一"))}
    en, zh = (pages.crosscheck(described, found, language) for language in ("en", "zh"))
    parts = difference > pages.UNLIKE
    assert ("The two programs part in One: there nothing is confirmed." in en) is parts
    assert ("两种程序的结果不同" in zh) is parts
