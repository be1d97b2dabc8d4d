"""Labels that are whole questions, as tables, figures and sentences show them.

Survey programs head a column with its question, and ``loyalty new`` takes it for a label. What is
longer than a label can be is cut at a word and stands in quotes; of questions that begin alike the
middle is left out. The codebook has all in full.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile

from loyalty.cases.study import Study
from loyalty.ground.text import LANGUAGES, Language, Text, width

#: The widest label of a construct, a group or a variable, and of a level; Chinese counts double.
WIDEST, WIDEST_LEVEL = 70, 48
#: From this width on a label without brackets is a sentence, as one that ends in a question mark.
SENTENCE: dict[Language, int] = {"en": 50, "zh": 30}
#: Where a longer one is cut.
CUT, CUT_LEVEL = 44, 32
#: How wide the beginning is, at least, that stands before what sets a label apart.
_HEAD = 12
_QUOTES: dict[Language, str] = {"en": "“{}”", "zh": "“{}”"}
#: No label ends in one of these.
_LOOSE = re.compile(
    r"(?:[\s,;:，；：、(（–—-]|\b(?:a|an|and|at|by|for|from|in|is|of|on|or|that|the|to|which|with|your|"
    r"der|die|das|den|dem|ein|eine|im|in|mit|und|von|zu|zur))+$",
    re.I,
)


def within(label: str) -> str:
    """A label in the middle of an English sentence: its first letter small; names, and titles of
    which a later word has a capital, too, as they are."""
    first, *later = label.split(" ")
    title = len(first) > 3 and any(len(w) > 3 and w.istitle() for w in later)
    if title or len(first) < 2 or first[1:] != first[1:].lower():
        return label
    return label[:1].lower() + label[1:]


def shortened(study: Study) -> Study:
    """The description with labels that are short enough to stand in a sentence.

    The same one where all of them are. No two labels of a kind that differ become one.
    """
    constructs = _short([c.label for c in study.constructs], WIDEST, CUT)
    groups = _short([g.label for g in study.groups], WIDEST, CUT)
    variables = _short([v.label for v in study.variables], WIDEST, CUT)
    levels = [_short([*g.levels.values()], WIDEST_LEVEL, CUT_LEVEL) for g in study.groups]
    if not (constructs or groups or variables or any(levels)):
        return study
    return study.model_copy(
        update={
            "constructs": [
                c.model_copy(update={"label": constructs.get(c.label, c.label)})
                for c in study.constructs
            ],
            "variables": [
                v.model_copy(update={"label": variables.get(v.label, v.label)})
                for v in study.variables
            ],
            "groups": [
                g.model_copy(
                    update={
                        "label": groups.get(g.label, g.label),
                        "levels": {k: of.get(t, t) for k, t in g.levels.items()},
                    }
                )
                for g, of in zip(study.groups, levels, strict=True)
            ],
        }
    )


def in_full(study: Study) -> list[tuple[Text, Text]]:
    """Each label that is shortened, as it is shown and as it stands in the description."""
    shown = shortened(study)
    pairs = [
        (short.label, full.label)
        for kind in ("constructs", "groups", "variables")
        for short, full in zip(getattr(shown, kind), getattr(study, kind), strict=True)
    ]
    for short, full in zip(shown.groups, study.groups, strict=True):
        pairs += [(short.levels[k], full.levels[k]) for k in full.levels]
    return list(dict.fromkeys(pair for pair in pairs if "…" in pair[0].both.strip("“”")))


def _short(labels: Sequence[Text], widest: int, cut: int) -> Mapping[Text, Text]:
    """The short form of each label that is too long, by the long one."""
    by = {
        language: _cut([label.in_(language) for label in labels], widest, cut, language)
        for language in LANGUAGES
    }
    made = {
        label: Text(**{language: by[language][label.in_(language)] for language in LANGUAGES})
        for label in labels
    }
    return {label: short for label, short in made.items() if short != label}


def _cut(labels: Sequence[str], widest: int, cut: int, language: Language) -> dict[str, str]:
    found: dict[str, str] = {}
    for label in dict.fromkeys(labels):
        asks = _asks(label)
        if width(label) <= (cut if asks else widest):
            found[label] = _QUOTES[language].format(label) if asks else label
            continue
        wide, quoted, alike = cut, _QUOTES[language], _alike(label, labels)
        while (short := quoted.format(_within(label, alike, wide, cut))) in found.values():
            wide += 8
        found[label] = short if wide < width(label) else quoted.format(label)
    return found


def _alike(label: str, labels: Sequence[str]) -> int:
    """How many letters, in whole words, a label shares with the one that begins most like it."""
    pairs = [zip(label, of, strict=False) for of in labels if of != label]
    most = max((sum(1 for _ in takewhile(lambda p: p[0] == p[1], of)) for of in pairs), default=0)
    while 0 < most < len(label) and _of_word(label[most - 1]) and _of_word(label[most]):
        most -= 1
    return most


def _of_word(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _within(label: str, alike: int, wide: int, cut: int) -> str:
    """The beginning of a label, and what sets it apart from those that begin alike for long."""
    apart = label[alike:]
    if width(label[:alike]) < cut // 2 or not apart[:1].isalnum():
        return _at_a_word(label, wide)
    if width(apart) > wide - _HEAD:
        apart = _at_a_word(apart, wide - _HEAD)
    begin = _at_a_word(label[:alike], max(wide - width(apart), _HEAD))
    return f"{begin}{' ' if label[alike - 1] == ' ' else ''}{apart}"


def _asks(label: str) -> bool:
    """Whether a label is a sentence rather than a name."""
    if label.rstrip().endswith(("?", "？")):
        return True
    chinese = any(ord(letter) > 0x2E80 for letter in label)
    named = re.search(r"[(（]", label)
    return not named and width(label) > SENTENCE["zh" if chinese else "en"]


def _at_a_word(label: str, wide: int) -> str:
    """The beginning of a label that is no wider, with a mark that it goes on."""
    at, left = 0, wide - 1
    while at < len(label) and left >= width(label[at]):
        left -= width(label[at])
        at += 1
    begin = label[:at]
    if at < len(label) and _of_word(label[at]):
        begin = begin.rpartition(" ")[0] or begin
    return f"{_LOOSE.sub('', begin) or begin}…"
