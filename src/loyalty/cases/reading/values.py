"""Values as people and programs write them: numbers, answers, levels."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from loyalty.cases.sources import Format

#: Texts that stand for no number in what R, pandas and spreadsheets write.
NONE = ("", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "-nan", "NULL", "null", "None")
_MONEY = "$€£¥￥₹₩₽₺฿"
_MARKS = "'’ \u00a0\u202f\u2009"
_LABELLED = (
    re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:[-–—=:.)、，,：]|\s)\s*(\D.*)", re.S),
    re.compile(r"(.*\D)\s*[(（\[]([+-]?\d+(?:\.\d+)?)[)）\]]", re.S),
)
_DURATION = re.compile(r"(?:(\d{1,4})小时)?(?:(\d{1,4})分钟?)?(\d{1,7})秒")


def _written(decimal: str, thousands: str) -> re.Pattern[str]:
    mark = "[" + re.escape(thousands) + "]"
    return re.compile(
        rf"[+-]?(?:\d+|\d{{1,3}}(?:{mark}\d{{3}})+)?(?:{re.escape(decimal)}\d*)?(?:[eE][+-]?\d+)?"
    )


def _number(text: str, decimal: str, thousands: str, pattern: re.Pattern[str]) -> float | None:
    """The number that a text is in one way of writing."""
    text = text.strip().strip(_MONEY).strip().replace("\u2212", "-")
    if text[:1] in "+-" and text[1:2] in _MONEY:
        text = text[:1] + text[1:].lstrip(_MONEY)
    if not any(c.isdigit() for c in text) or not pattern.fullmatch(text):
        return None
    for mark in thousands:
        text = text.replace(mark, "")
    value = float(text.replace(decimal, "."))
    return value if math.isfinite(value) else None


def seconds(text: str) -> float | None:
    """A time taken as 问卷星 writes it, in seconds: ``123秒``, ``2分3秒``."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        return None
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return float(3600 * hours + 60 * minutes + rest)


def reader(form: Format, delimiter: str) -> Callable[[list[str]], list[float | None]]:
    """What reads the texts of a column as numbers, in the one way that fits them all.

    A column in which ``1,234`` may be either is read as the file's delimiter suggests (with
    semicolons the comma is the decimal mark), and else not at all.
    """
    marks = form.thousands or ""
    ways = {}
    for decimal, other in ((".", ","), (",", ".")):
        if form.decimal in (None, decimal):
            between = marks if form.thousands else _MARKS + other
            between = between.replace(decimal, "")
            if not between:
                between = "\u2009"
            ways[decimal] = (between, _written(decimal, between))

    def read(texts: list[str]) -> list[float | None]:
        found = {
            decimal: [_number(text, decimal, between, pattern) for text in texts]
            for decimal, (between, pattern) in ways.items()
        }
        if len(found) == 1:
            return next(iter(found.values()))
        good = {d: sum(x is not None for x in numbers) for d, numbers in found.items()}
        if good["."] != good[","] or found["."] == found[","]:
            return found["." if good["."] >= good[","] else ","]
        if not any("," in text for text in texts) or any(
            mark in text for text in texts for mark in "$£¥￥₹"
        ):
            return found["."]
        if delimiter == ";":
            return found[","]
        return [a if a == b else None for a, b in zip(found["."], found[","], strict=True)]

    return read


def labelled(texts: Iterable[str]) -> dict[str, float]:
    """Numbers of answers that carry their text: ``1 strongly disagree``, ``Agree (4)``.

    Empty unless each of `texts` is such an answer, and no number has two texts.
    """
    found: dict[str, float] = {}
    said: dict[float, str] = {}
    for text in texts:
        first, second = (pattern.fullmatch(text.strip()) for pattern in _LABELLED)
        if first:
            number, label = float(first[1]), first[2].strip()
        elif second:
            number, label = float(second[2]), second[1].strip()
        else:
            return {}
        if said.setdefault(number, label) != label:
            return {}
        found[text] = number
    return found


def _by_label(counts: Mapping[str, int]) -> dict[str, float]:
    """What :func:`labelled` makes of texts, counted, of which a few may be no such answers.

    A label that stands there twice at most, beside one of the same number that many gave, is
    misspelt: it is none.
    """
    of = [t for t in counts if any(p.fullmatch(t.strip()) for p in _LABELLED)]
    if 2 * len(of) <= len(counts):
        return {}
    found: dict[str, float] = {}
    for text in sorted(of, key=lambda t: -counts[t]):
        (number,) = labelled([text]).values()
        same = next((t for t, n in found.items() if n == number), None)
        if same is None or labelled([same, text]):
            found[text] = number
        elif counts[text] > 2 or 10 * counts[text] > counts[same]:
            return {}
    return found


def numbers(
    raw: pd.Series,
    answers: Mapping[str, float],
    form: Format,
    delimiter: str = ",",
    *,
    labels: bool = True,
) -> pd.Series:
    """A column with floats where its values are numbers or known answers, else as it is.

    Parameters
    ----------
    answers : mapping
        Answer text → number, looked at first.
    labels : bool
        Whether a number may have its text beside it, as ``1 strongly disagree``.
    """
    if pd.api.types.is_bool_dtype(raw):
        raw = raw.astype(object).map({True: "True", False: "False"})
    if pd.api.types.is_numeric_dtype(raw) and not answers:
        return raw
    codes, uniques = pd.factorize(raw.astype(object), use_na_sentinel=True)
    known = {text.strip(): value for text, value in answers.items()}
    values: list[object] = [None] * len(uniques)
    left: list[int] = []
    for i, value in enumerate(uniques):
        text = plain(value).strip()
        if text in known:
            values[i] = known[text]
        elif isinstance(value, int | float | np.number) and not isinstance(value, bool):
            values[i] = _finite(value)
        elif text in NONE:
            values[i] = np.nan
        else:
            left.append(i)
    texts = [plain(uniques[i]) for i in left]
    for i, number in zip(left, reader(form, delimiter)(texts), strict=True):
        values[i] = number
        if number is None:
            values[i] = seconds(plain(uniques[i]))
    unread = [i for i in left if values[i] is None]
    by_label: dict[str, float] = {}
    if labels and unread:
        often = np.bincount(codes[codes >= 0], minlength=len(uniques))
        by_label = _by_label({plain(uniques[i]): int(often[i]) for i in unread})
    for i in unread:
        values[i] = by_label.get(plain(uniques[i]), plain(uniques[i]))
    clean = not any(isinstance(v, str) for v in values)
    taken = np.array([*values, np.nan], dtype=float if clean else object)
    return pd.Series(taken[codes], index=raw.index, name=raw.name)


def _finite(value: object) -> float | str:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (OverflowError, ValueError):
        return f"{str(value)[:20]}…"
    return number if math.isfinite(number) or math.isnan(number) else str(value)


def plain(value: object) -> str:
    """A value as text; whole floats without their ``.0``, bytes as far as they are text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="backslashreplace")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def texts(raw: pd.Series) -> pd.Series:
    """A column as text, blanks missing. Codes that were written as floats lose their ``.0``."""
    codes, uniques = pd.factorize(raw.astype(object), use_na_sentinel=True)
    words = [plain(value).strip() for value in uniques]
    if words and all(re.fullmatch(r"|[+-]?\d+\.0+", word) for word in words):
        words = [word.partition(".")[0] for word in words]
    taken = np.array([*(word or None for word in words), None], dtype=object)
    return pd.Series(taken[codes], index=raw.index, name=raw.name)
