"""What customers wrote: cleaned, split into words, and what it is about."""

from __future__ import annotations

import logging
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from loyalty.analyses.voice import themes
from loyalty.analyses.voice.themes import Theme
from loyalty.cases.stores import LeftOut
from loyalty.cases.tables import Loaded, RowsUsed
from loyalty.ground import paths
from loyalty.ground.reasons import CannotCompute, Reason

#: The two polarities of a review.
PRAISE, COMPLAINT = "pos", "neg"
_WORD = re.compile(r"[\u3400-\u9fff]{2,}")
_LETTER = re.compile(r"[^\W\d_]")
_NO_TEXT = Reason(code="empty", parameters={"role": "text"})


# --- cleaning --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Reviews:
    """Texts fit for counting, each once.

    Attributes
    ----------
    rows : DataFrame
        ``text`` (spaces collapsed), ``polarity`` and, where known, ``date``.
    used : RowsUsed
        Lines left out, by reason, in the order in which the reasons were looked at: those of the
        loading, then ``no_polarity``, ``duplicate_text``, ``both_polarities``, ``reply``,
        ``no_letter``.
    """

    rows: pd.DataFrame
    used: RowsUsed

    @property
    def praise(self) -> pd.Series:
        return self.rows["polarity"] == PRAISE

    @cached_property
    def mentions(self) -> pd.DataFrame:
        return mentions(self.rows["text"], list(themes.themes().values()))

    @cached_property
    def subject(self) -> pd.Series:
        return subject(self.rows["text"], themes.subjects())

    @cached_property
    def words(self) -> list[list[str]]:
        return words(self.rows["text"])

    def left_out(self, code: str) -> int:
        """How many lines were left out for a reason."""
        return sum(left.n for left in self.used.reasons if left.reason.code == code)


def clean(tables: Sequence[Loaded]) -> Reviews:
    """Each text once; none that is filed under both polarities, is a business's answer, or has no
    letter. A table that names its customers is not read: nothing of it is counted or quoted here.

    Raises
    ------
    CannotCompute
        When there is no table, or each names its customers.
    """
    if not tables:
        raise CannotCompute("no_reviews")
    tables = [table for table in tables if "customer" not in table.rows]
    if not tables:
        raise CannotCompute("reviews_of_customers")
    rows = pd.concat([t.rows for t in tables], ignore_index=True)
    kept = pd.DataFrame(
        {
            "text": [" ".join(str(t).split()) for t in rows["text"]],
            "polarity": rows["polarity"].astype(str).to_numpy(),
        }
    )
    if "date" in rows:
        kept["date"] = rows["date"].to_numpy()
    excluded: Counter[str] = Counter()

    def count(reason: Reason, n: int) -> None:
        excluded[reason.model_dump_json()] += n

    def leave_out(bad: pd.Series, reason: Reason) -> None:
        nonlocal kept
        count(reason, int(bad.sum()))
        kept = kept[~bad].reset_index(drop=True)

    for table in tables:
        for left in table.excluded:
            count(Reason(code="no_text") if left.reason == _NO_TEXT else left.reason, left.n)
    leave_out(kept.duplicated(["text", "polarity"]), Reason(code="duplicate_text"))
    leave_out(kept.duplicated("text", keep=False), Reason(code="both_polarities"))
    leave_out(kept["text"].str.startswith(themes.replies()), Reason(code="reply"))
    leave_out(~kept["text"].str.contains(_LETTER), Reason(code="no_letter"))
    reasons = tuple(
        LeftOut(reason=Reason.model_validate_json(reason), n=n)
        for reason, n in excluded.items()
        if n
    )
    read = sum(t.read for t in tables)
    return Reviews(kept, RowsUsed(read=read, excluded=read - len(kept), reasons=reasons))


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
        for theme in [*themes.themes().values(), *themes.subjects()]:
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
