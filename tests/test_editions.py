"""The Chinese chapters say what the English ones say: the same places, cells, numbers, sources."""

from __future__ import annotations

import re

import pytest
import translations
import yaml

from loyalty.book.files import Edition
from loyalty.ground.catalogue import catalogue

SAME = {
    "labels": r"\{#([\w-]+)",
    "cells": r"\{\{< embed (\S+) >\}\}",
    "parts": r"\{\{< include (\S+) >\}\}",
    "numbers": r"\{\{< var (\S+) >\}\}",
    "sources and references": r"(?<![\w.])@([a-z][\w-]*\w)",
    "cases": r'\{\.dossier of="([^"]+)"\}',
}
PAIRS = translations.pairs()


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=[e.volume for e, _ in PAIRS])
class TestEdition:
    def test_every_chapter_is_there(self, english: Edition, chinese: Edition) -> None:
        assert [p.name for p in english.chapters] == [p.name for p in chinese.chapters]

    @pytest.mark.parametrize("what", SAME)
    def test_a_chapter_has_the_same(self, english: Edition, chinese: Edition, what: str) -> None:
        for one, other in zip(english.chapters, chinese.chapters, strict=True):
            found = [
                sorted(set(re.findall(SAME[what], p.read_text("utf-8")))) for p in (one, other)
            ]
            assert found[0] == found[1], f"{other.name}: other {what} than {one.name}"

    def test_no_chapter_is_stale(self, english: Edition, chinese: Edition) -> None:
        said = yaml.safe_load(translations.manifest(chinese).read_text("utf-8"))
        now = translations.digests(english)
        stale = sorted(name for name in now if said.get(name) != now[name])
        assert stale == [], "translate anew, then run python tests/translations.py"

    def test_every_chapter_is_translated(self, english: Edition, chinese: Edition) -> None:
        for file in chinese.chapters:
            text = file.read_text("utf-8")
            assert re.search("[\u4e00-\u9fff]", text) and "待写" not in text, file
            # a Chinese paragraph ends in a full-width stop
            assert not re.search(r"(?m)[\u4e00-\u9fff]\.$", text), file
            # what stays plain text in Quarto: a character right before @
            assert not re.search(r"[\u4e00-\u9fff]@", text), file


@pytest.mark.parametrize(
    "name", ["headings", "reasons", "estimator", "faults", "notebooks", "thresholds"]
)
def test_every_term_has_its_chinese(name: str) -> None:
    without = [key for key, entry in catalogue(name).items() if not entry.get("zh")]
    # names that are the same in every language
    assert [key for key in without if re.search("[a-z]{4,}", key)] == []
