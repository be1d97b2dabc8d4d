"""What customers wrote: cleaned, split into words, and what it is about.

The word lists are configuration (``themes.yml``).
"""

from __future__ import annotations

import logging
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml

from loyalty.cases.tables import Loaded
from loyalty.ground import paths
from loyalty.ground.text import Language, Text

#: The two polarities of a review.
PRAISE, COMPLAINT = "pos", "neg"
_WORD = re.compile(r"[\u3400-\u9fff]{2,}")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Theme:
    """Something a text can be about; `served`: a subject that brings service with it."""

    id: str
    label: Text
    words: tuple[str, ...]
    served: bool = True


@cache
def _configuration() -> dict[str, Any]:
    content = (files("loyalty.analyses.voice") / "themes.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(content)
    return found


def _named(kind: str) -> list[Theme]:
    return [
        Theme(
            name,
            Text.model_validate(entry["label"]),
            tuple(entry["words"]),
            entry.get("served", True),
        )
        for name, entry in _configuration()[kind].items()
    ]


def themes() -> list[Theme]:
    return _named("themes")


def subjects() -> list[Theme]:
    return _named("subjects")


def glosses() -> dict[str, str]:
    """Short English meanings of words, for readers who have no Chinese."""
    return dict(_configuration()["glosses"])


def glossed(word: str, language: Language) -> str:
    """A word, with its English meaning beside it where one is known and wanted."""
    meaning = glosses().get(word)
    return word if language == "zh" or meaning is None else f"{word} {meaning}"


# --- cleaning --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Cleaned:
    """Texts fit for counting, each once.

    Attributes
    ----------
    rows : DataFrame
        ``text`` (spaces collapsed) and ``polarity``.
    read : int
        Rows before any was left out.
    excluded : dict
        Reason → rows left out for it, in the order in which the reasons were looked at: those of
        the loading, then ``polarity`` (neither praise nor complaint), ``duplicate``, ``both``,
        ``reply``, ``no word``.
    """

    rows: pd.DataFrame
    read: int
    excluded: dict[str, int]


def clean(tables: Sequence[Loaded]) -> Cleaned:
    """Each text once; none that is filed under both polarities, is a business's answer, or has no
    letter.
    """
    rows = pd.concat([t.rows for t in tables], ignore_index=True)
    kept = pd.DataFrame(
        {
            "text": [" ".join(str(t).split()) for t in rows["text"]],
            "polarity": rows["polarity"].astype(str).to_numpy(),
        }
    )
    excluded: Counter[str] = Counter()
    for table in tables:
        excluded.update(table.excluded)

    def leave_out(bad: pd.Series, reason: str) -> None:
        nonlocal kept
        excluded[reason] = int(bad.sum())
        kept = kept[~bad].reset_index(drop=True)

    leave_out(~kept["polarity"].isin([PRAISE, COMPLAINT]), "polarity")
    leave_out(kept.duplicated(["text", "polarity"]), "duplicate")
    leave_out(kept.duplicated("text", keep=False), "both")
    leave_out(kept["text"].str.startswith(tuple(_configuration()["replies"])), "reply")
    leave_out(~kept["text"].str.contains(_LETTER), "no word")
    return Cleaned(kept, sum(t.read for t in tables), dict(excluded))


# --- what it is about ------------------------------------------------------------------------
def mentions(texts: pd.Series, of: Sequence[Theme]) -> pd.DataFrame:
    """Whether each text (row) mentions each theme (column)."""
    return pd.DataFrame(
        {t.id: [any(w in text for w in t.words) for text in texts] for t in of},
        index=texts.index,
        dtype=bool,
    )


def subject(texts: pd.Series, of: Sequence[Theme]) -> pd.Series:
    """The subject with most words in each text; ``other`` where none has any."""
    counts = np.array([[sum(text.count(w) for w in t.words) for t in of] for text in texts])
    names = np.array([t.id for t in of] + ["other"])
    counts = counts.reshape(len(texts), len(of))
    best = np.where(counts.max(axis=1, initial=0) > 0, counts.argmax(axis=1), len(of))
    return pd.Series(names[best], index=texts.index, dtype=object)


# --- words -----------------------------------------------------------------------------------
@cache
def _tokenizer() -> Any:
    """jieba's tokenizer, quiet, with its cache in the project and the themes as words.

    jieba is of 2020: newer Pythons warn of its escapes and its use of pkg_resources. By default it
    would read a cache out of the shared temporary folder, which anybody can write.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        folder = paths.cache() / "jieba"
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer.tmp_dir = str(folder)
        tokenizer.initialize()
        for theme in [*themes(), *subjects()]:
            for word in theme.words:
                tokenizer.add_word(word)
    return tokenizer


def counts(of: Iterable[Sequence[str]]) -> pd.Series:
    """How often each word occurs in texts that :func:`words` has split."""
    return pd.Series(Counter(word for text in of for word in text), dtype=float)


def words(texts: Iterable[str]) -> list[list[str]]:
    """The Chinese words of two or more characters of each text, in order.

    Single characters, which are mostly particles, numbers and Latin letters are left out.
    """
    tokenizer = _tokenizer()
    return [[w for w in tokenizer.lcut(text) if _WORD.fullmatch(w)] for text in texts]
