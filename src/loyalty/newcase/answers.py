"""What a column's values are: points of a scale, texts for them, and codes for no answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from loyalty.cases.reading import values
from loyalty.cases.sources import Format
from loyalty.ground.thresholds import threshold
from loyalty.newcase.orders import NO_ANSWER, coded, ordered, read_but_for
from loyalty.newcase.source import Column

#: Numbers that questionnaires use for no answer, when they lie off the scale.
CODES = (99, 98, 97, 96, 95, 88, 77, 66, 999, 998, 997, 996, 995, 888, 777, 9999, 9998, 9997)
#: Those below 0, which stand for no answer however rare they are.
BELOW = (-1, -2, -3, -7, -8, -9, -66, -77, -88, -97, -98, -99, -777, -888, -999, -9999)
#: So many values tell whether it is worth while to read a long column as numbers.
FIRST = 400
#: Scales that people use.
USUAL = ((1, 5), (1, 7), (1, 10), (0, 10), (1, 4), (1, 6), (1, 3), (0, 4), (0, 6), (1, 9), (0, 100))


@dataclass
class Points:
    """A column read as points of a scale.

    Attributes
    ----------
    numbers : Series of float
        Missing where there is no answer.
    low, high : int
        The ends of the scale.
    step : float
        What lies between two points: 0.5 of half points, 20 of a slider that stops at 0, 20, … 100,
        0 of one that stops anywhere.
    answers : mapping
        Text → number, of a column of texts.
    missing : list of float
        Codes for no answer that its values have.
    odd : mapping
        Row → what stands there that is no point of the scale and no code.
    sure : bool
        Whether the ends of the scale stand in the data or in the labels.
    of : pair of int or None
        The ends of the others' scale, where answers lie just past them: its own is wider then.
    """

    numbers: pd.Series
    low: int
    high: int
    step: float = 1
    answers: dict[str, float] = field(default_factory=dict)
    missing: list[float] = field(default_factory=list)
    odd: dict[int, str] = field(default_factory=dict)
    sure: bool = True
    of: tuple[int, int] | None = None


def counted(column: Column) -> Counter[str]:
    """The values of a column as text, with how often each stands there."""
    if "counted" not in column.kept:
        column.kept["counted"] = _counted(column.values)
    counts: Counter[str] = column.kept["counted"]
    return counts


def _counted(raw: pd.Series) -> Counter[str]:
    if pd.api.types.is_bool_dtype(raw):
        raw = raw.astype(object)
    found = raw.dropna().value_counts()
    counts: Counter[str] = Counter()
    for value, n in found.items():
        text = values.plain(value).strip()
        if text:
            counts[text] += int(n)
    return counts


def numeric(column: Column, form: Format, delimiter: str) -> pd.Series | None:
    """The column as numbers, if all that is no word for no answer is one."""
    if "numeric" not in column.kept:
        column.kept["numeric"] = _numeric(column, form, delimiter)
    numbers: pd.Series | None = column.kept["numeric"]
    return numbers


def tally(column: Column, numbers: pd.Series) -> Counter[float]:
    """How often each number stands in a column, of which `numbers` are :func:`numeric`."""
    if numbers is not column.kept.get("numeric"):
        return _tally(numbers)
    if "tally" not in column.kept:
        column.kept["tally"] = _tally(numbers)
    counts: Counter[float] = column.kept["tally"]
    return counts


def _tally(numbers: pd.Series) -> Counter[float]:
    counts = numbers.value_counts()
    return Counter(dict(zip(counts.index.tolist(), counts.tolist(), strict=True)))


def _numeric(column: Column, form: Format, delimiter: str) -> pd.Series | None:
    if len(column.values) > 10 * FIRST and not pd.api.types.is_numeric_dtype(column.values):
        first = values.numbers(column.values.dropna().head(FIRST), {}, form, delimiter)
        if 2 * sum(isinstance(v, str) for v in first) > len(first):
            return None  # of a column of numbers hardly a value is none
    read = values.numbers(column.values, {}, form, delimiter)
    if pd.api.types.is_numeric_dtype(read):
        return read.astype(float)
    numbers = pd.to_numeric(read.map(lambda v: v if isinstance(v, float) else np.nan))
    words = {v for v in pd.unique(read) if isinstance(v, str)}
    odd = read.isin({word for word in words if not NO_ANSWER.fullmatch(word.strip())})
    if not numbers.notna().any() or not few(int(odd.sum()), int(numbers.count())):
        return None
    column.kept["odd"] = written(column, odd)
    return numbers.astype(float)


def few(odd: int, of: int) -> bool:
    """Whether so many values are slips among `of` others: at most two, or one of a hundred."""
    return odd <= max(2, threshold("new_slips").value * of) and 10 * odd <= of


def numbered(column: Column, numbers: pd.Series) -> dict[str, float]:
    """The number of each text of a column, of which `numbers` are :func:`numeric`."""
    firsts = ~column.values.duplicated() & numbers.notna()
    texts = [values.plain(value).strip() for value in column.values[firsts]]
    return dict(zip(texts, numbers[firsts].astype(float).tolist(), strict=True))


def unread(column: Column) -> dict[int, str]:
    """The few values of a column of numbers (:func:`numeric`) that are none, by row."""
    odd: dict[int, str] = column.kept.get("odd", {})
    return odd


def written(column: Column, there: pd.Series) -> dict[int, str]:
    """What stands in some of a column's rows, as it is written."""
    found = column.values[there]
    texts = [values.plain(value).strip() for value in found]
    return dict(zip(found.index.tolist(), texts, strict=True))


def points(
    columns: Sequence[Column],
    form: Format,
    delimiter: str,
    ends: tuple[int, int] | None = None,
) -> list[Points] | None:
    """Columns with answers on one scale, or None where they have none.

    A few values that fit nothing else there (a letter, ``44``, ``5,5``) are set aside, as `odd`.

    Parameters
    ----------
    ends : pair of int, optional
        The ends of the scale where they are known, of columns of numbers.
    """
    counts = [counted(column) for column in columns]
    pooled: Counter[str] = sum(counts, Counter())
    if not pooled:
        return None
    as_numbers = [numeric(column, form, delimiter) for column in columns]
    unread_ = [dict(unread(column)) for column in columns]
    answers: dict[str, int] = {}
    full, n_points = True, 0
    if any(numbers is None for numbers in as_numbers):
        if known := read_but_for(pooled, few, ordered):
            answers, n_points, full = known
        elif of := read_but_for(pooled, few, coded):
            answers, n_points = of, max(of.values())
        else:
            return None
        read = [values.numbers(_known(c, answers), answers, form, delimiter) for c in columns]
        known_numbers = [pd.to_numeric(column, errors="coerce") for column in read]
        unread_ = [
            written(column, was.notna() & now.isna())
            for column, was, now in zip(columns, read, known_numbers, strict=True)
        ]
        as_numbers = [*known_numbers]
    tallies = [tally(c, n) for c, n in zip(columns, as_numbers, strict=True) if n is not None]
    stacked: Counter[float] = sum(tallies, Counter())
    if not stacked:
        return None
    step = 1.0
    if answers:
        low, high, sure = 1, n_points, full
    elif ends is None and (slider := _slider(stacked, columns)):
        low, high, step, sure = slider
    else:
        broken = sum(n for value, n in stacked.items() if value % 1 != 0)
        if broken and not few(broken, stacked.total() - broken):
            return None
        if stacked.total() > 20 and len(stacked) > 40:
            return None
        low, high, sure = (*ends, True) if ends else _ends(stacked, columns)
    if high - low < 2 or (high - low > 10 and (low, high) != (0, 100)):
        return None
    found = []
    for column, numbers, own_tally, odd in zip(columns, as_numbers, tallies, unread_, strict=True):
        assert numbers is not None
        missing = _missing(column, own_tally, low, high)
        count = counted(column)
        own: dict[str, float] = {t: float(v) for t, v in answers.items() if t in count}
        for text in count:
            if answers and text not in own and NO_ANSWER.fullmatch(text):
                own[text] = -99.0
                missing = sorted({*missing, -99.0})
        if own_tally.keys() & set(missing):
            numbers = numbers.mask(numbers.isin(missing))
        on = [v for v in own_tally if low <= v <= high and (step == 0 or (v - low) % step == 0)]
        off = own_tally.keys() - {*missing, *on}
        if off:
            odd |= written(column, numbers.isin(off))
            numbers = numbers.mask(numbers.isin(off))
        found.append(Points(numbers, low, high, step, own, missing, odd, sure))
    return found


def _known(column: Column, answers: Mapping[str, int]) -> pd.Series:
    """Values with the texts that stand for no answer left out."""
    return column.values.map(
        lambda v: (
            None
            if isinstance(v, str) and v.strip() not in answers and NO_ANSWER.fullmatch(v.strip())
            else v
        )
    )


def widened(counts: Mapping[float, int], low: int, high: int, total: int) -> tuple[int, int]:
    """The ends of a scale, with the values that follow them without a gap, if three or more of the
    `total` answers have them and they are no rarer than slips; 1 to 10 may begin with 0, too.
    """

    def enough(n: int) -> bool:
        return n > 2 and threshold("new_edge").met(n / total)

    top = high
    while top + 1 in counts and top + 1 not in CODES:
        top += 1
    top = top if enough(sum(counts[v] for v in range(high + 1, top + 1))) else high
    below = (low, high) == (1, 10) and 0 in counts and enough(counts[0])
    return (low - 1 if below else low), top


def past(points: Points) -> bool:
    """Whether what was set aside of a column holds answers just past the ends of its scale."""
    values_ = pd.to_numeric(pd.Series(points.odd, dtype=object), errors="coerce").dropna()
    ends, total = (points.low, points.high), int(points.numbers.count()) + len(points.odd)
    return points.step == 1 and ends != widened(_tally(values_), *ends, total)


def _labelled_ends(column: Column) -> list[float]:
    """The ends that another sheet says, and codes of value labels that are points of the scale."""
    return [*(column.ends or ())] + [
        float(code)
        for code, label in column.codes.items()
        if isinstance(code, int | float)
        and code not in column.missing
        and not NO_ANSWER.fullmatch(label.strip())
        and code not in CODES
        and code >= 0
    ]


def _ends(numbers: Mapping[float, int], columns: Sequence[Column]) -> tuple[int, int, bool]:
    """The ends of the scale on which most of the answers, counted by number, lie."""
    labels = [code for column in columns for code in _labelled_ends(column)]
    coded = {*(code for column in columns for code in (*column.missing, *_silent(column))), *CODES}
    counts = pd.Series(
        {v: n for v, n in numbers.items() if v not in coded and v % 1 == 0}, dtype=float
    )
    negative = counts[counts.index < 0]
    if not (len(negative) > 1 and negative.sum() > 0.1 * counts.sum()):
        counts = counts[counts.index >= 0]
    if counts.empty:
        return 0, 0, False
    counts = _without_slips(counts)
    share = counts / counts.sum()
    core = sorted(share[share > threshold("new_edge").value].index) or sorted(share.index)
    # 9 behind a scale that ends at 7 or before, as in 1–5 and 9
    if len(core) > 2 and core[-1] in (8, 9) and core[-2] <= 7 and core[-1] - core[-2] > 1:
        core = core[:-1]
    low, high = core[0], core[-1]
    if labels and min(labels) <= low and max(labels) >= high and len(set(labels)) > 1:
        return int(min(labels)), int(max(labels)), True
    if (low, high) in USUAL:
        return int(low), int(high), True
    for usual in USUAL:
        if usual[0] <= low and high <= usual[1] and usual[1] <= 10:
            return usual[0], usual[1], False
    return int(low), int(high), high - low == 100


def _slider(
    numbers: Mapping[float, int], columns: Sequence[Column]
) -> tuple[int, int, float, bool] | None:
    """Ends and step of a slider from 0 to 100 or of half points, or None of other numbers.

    Of several columns of one name any number from 0 to 100 may be a slider's, if they reach far
    enough; of a single one (an age, a percentage) only some that stand 5 or more apart.
    """
    coded = {*(code for column in columns for code in column.missing), *CODES, *BELOW}
    counts = {v: n for v, n in numbers.items() if v not in coded or v in (66, 77, 88, 95, 96)}
    total = sum(counts.values())
    known = {v: n for v, n in counts.items() if 0 <= v <= 100}
    if len(known) < 3 or not few(total - sum(known.values()), sum(known.values())):
        return None
    if max(known) <= 10:
        halves = {v: n for v, n in known.items() if v % 0.5 == 0}
        between = sum(n for v, n in halves.items() if v % 1)
        if between < 0.1 * total or not few(total - sum(halves.values()), sum(halves.values())):
            return None
        low, high = min(halves), max(halves)
        ends = next(((a, b) for a, b in USUAL if a <= low and high <= b), (0, 10))
        return *ends, 0.5, ends == (low, high)
    for step in (50, 25, 20, 10, 5):
        on = {v: n for v, n in known.items() if v % step == 0}
        if few(total - sum(on.values()), sum(on.values())):
            reach = max(on) >= 100 - step and min(on) <= 2 * step and len(on) > 2
            return (0, 100, float(step), {0, 100} <= on.keys()) if reach else None
    wide = min(known) <= 25 and max(known) >= 90 and len(known) > 20
    if len(columns) < 2 or not wide:
        return None
    whole = all(v % 1 == 0 for v in known)
    return 0, 100, 1.0 if whole else 0.0, {0, 100} <= known.keys()


def _without_slips(counts: pd.Series) -> pd.Series:
    """How often numbers of 0 or more stand there, without a few beside a scale that people use.

    That is the widest scale of which each point was given; if there is none, those above 10.
    """
    for low, high in sorted(USUAL, key=lambda ends: ends[0] - ends[1]):
        on = counts[counts.index.isin(range(low, high + 1))]
        if len(on) == high - low + 1 and few(int(counts.sum() - on.sum()), int(on.sum())):
            given = dict(zip(counts.index.tolist(), counts.tolist(), strict=True))
            wider = widened(given, low, high, int(counts.sum()))
            return counts[counts.index.isin(range(wider[0], wider[1] + 1))] if high <= 10 else on
    on = counts[counts.index <= 10]
    return on if len(on) > 2 and few(int(counts.sum() - on.sum()), int(on.sum())) else counts


def _missing(column: Column, counts: Mapping[float, int], low: int, high: int) -> list[float]:
    """The codes for no answer among a column's values, counted by number."""
    off = {value for value in counts if not low <= value <= high}
    named = _silent(column)
    taken = {x for x in off if x in (*CODES, *BELOW, *column.missing) or x in named}
    others = sum(n for value, n in counts.items() if value not in off)
    first, last = widened(counts, low, high, sum(counts.values()))
    rest = {x for x in off if not first <= x <= last}
    taken |= {x for x in rest if (x in (0, 8, 9) or x < 0) and not few(counts[x], others)}
    return sorted(taken | (named & counts.keys()))


def _silent(column: Column) -> set[float]:
    """Codes of which the label says that there is no answer."""
    return {
        float(code)
        for code, label in column.codes.items()
        if isinstance(code, int | float) and NO_ANSWER.fullmatch(label.strip())
    }
