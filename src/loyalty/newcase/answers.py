"""What a column's values are: points of a scale, texts for them, and codes for no answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from loyalty.cases.reading import values
from loyalty.cases.sources import Format
from loyalty.newcase.source import Column

#: Texts and labels that say that there is no answer.
NO_ANSWER = re.compile(
    r"(?:n\.? ?/? ?a\.?|not applicable|does not apply|no answer|no response|not answered|refused|"
    r"prefer not to (?:say|answer)|(?:i )?do(?:n['’]?t| not) know|(?:i )?don['’]t know.*|unsure|"
    r"can(?:['’]t|not) say|no opinion|dk|missing|skipped|none of these|not asked|"
    r"wei(?:ß|ss) nicht|keine angabe|k\. ?a\.|no sabe.*|ns ?/ ?nc|no contesta|sans réponse|"
    r"无|空|\(空\)|（空）|\(?（?跳过\)?）?|不适用|不知道|不清楚|不了解|拒答|拒绝回答|未回答|没有意见|缺失|-|--|\.)",
    re.I,
)
#: Numbers that questionnaires use for no answer, when they lie off the scale.
CODES = (99, 98, 97, 96, 95, 88, 77, 66, 999, 998, 997, 996, 995, 888, 777, 9999, 9998, 9997)
#: Scales that people use.
USUAL = ((1, 5), (1, 7), (1, 10), (0, 10), (1, 4), (1, 6), (1, 3), (0, 4), (0, 6), (1, 9), (0, 100))

_STRONG = r"strongly|very|completely|extremely|totally|fully|entirely|absolutely|highly|definitely"
_DEGREES = (
    (re.compile(r"\bnot at all\b|根本不", re.I), 3.0),
    (re.compile(r"\bnot (?:very|so|too|particularly)\b|不太|不大|不怎么", re.I), 1.0),
    (re.compile(rf"\b(?:{_STRONG})\b|非常|完全|十分|极其|极为|很|绝对|强烈", re.I), 3.0),
    (re.compile(r"\b(?:mostly|moderately|quite|generally|largely)\b|大致|基本", re.I), 1.8),
    (
        re.compile(
            r"\b(?:somewhat|slightly|a little|rather|fairly|partly|probably|mildly)\b|"
            r"比较|有点|有些|稍微|略微|较|部分",
            re.I,
        ),
        1.0,
    ),
)
_ROOT = re.compile(
    r"agree|satisf|likely|probable|important|interested|happy|useful|true|certain|willing|concerned|"
    r"good|poor|bad|easy|difficult|favou?rable|trust|confident|"
    r"同意|满意|可能|重要|赞同|认同|愿意|符合|喜欢|好|差|了解|信任|方便|清楚|關注|关注|滿意|贊同|認同|願意",
    re.I,
)
_NEGATIVE = re.compile(
    r"\bnot\b|\bdis|\bun(?:satisf|likely|important|happy|certain|true|willing|favou?rable)|\bpoor|"
    r"\bbad|\bdifficult|\bnever|\bimprob|不|差|没有|沒有|\bin(?:correct)",
    re.I,
)
_NEUTRAL = re.compile(
    r"neither|neutral|undecided|not sure|unsure|average|indifferent|so-so|no preference|"
    r"一般|中立|不确定|不確定|说不清|普通|无所谓|不好说|中等|还行",
    re.I,
)
#: Answers in an order of their own, the lowest first; words for the same in one place.
ORDERS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (
        ("never", "not at all", "从不", "從不", "从未", "nie"),
        ("rarely", "seldom", "hardly ever", "很少", "偶尔", "selten"),
        ("sometimes", "occasionally", "有时", "有時", "manchmal"),
        ("often", "frequently", "usually", "经常", "經常", "常常", "oft"),
        ("always", "very often", "总是", "總是", "一直", "immer"),
    ),
    (
        ("very poor", "terrible", "很差", "非常差"),
        ("poor", "bad", "差", "较差"),
        ("fair", "average", "ok", "okay", "一般", "中"),
        ("good", "好", "较好", "良"),
        ("very good", "excellent", "很好", "非常好", "优"),
    ),
    (
        ("poor", "差"),
        ("fair", "一般"),
        ("good", "好"),
        ("very good", "很好"),
        ("excellent", "outstanding", "极好"),
    ),
    (
        ("not at all", "not at all important", "完全没有"),
        ("a little", "slightly", "a little bit", "有一点"),
        ("somewhat", "moderately", "a moderate amount", "有些"),
        ("very", "quite a bit", "a lot", "很多"),
        ("extremely", "a great deal", "very much", "非常多"),
    ),
    (
        ("trifft gar nicht zu", "stimme gar nicht zu", "stimme überhaupt nicht zu"),
        ("trifft eher nicht zu", "stimme eher nicht zu", "stimme nicht zu"),
        ("teils/teils", "teils teils", "weder noch"),
        ("trifft eher zu", "stimme eher zu", "stimme zu"),
        ("trifft voll zu", "stimme voll zu", "stimme voll und ganz zu", "trifft völlig zu"),
    ),
    (
        ("totalmente en desacuerdo", "muy en desacuerdo", "muy insatisfecho"),
        ("en desacuerdo", "insatisfecho"),
        ("ni de acuerdo ni en desacuerdo", "neutral", "ni satisfecho ni insatisfecho"),
        ("de acuerdo", "satisfecho"),
        ("totalmente de acuerdo", "muy de acuerdo", "muy satisfecho"),
    ),
)


@dataclass
class Points:
    """A column read as points of a scale.

    Attributes
    ----------
    numbers : Series of float
        Missing where there is no answer.
    low, high : int
        The ends of the scale.
    answers : mapping
        Text → number, of a column of texts.
    missing : list of float
        Codes for no answer that its values have.
    outside : int
        How many other values lie off the scale.
    sure : bool
        Whether the ends of the scale stand in the data or in the labels.
    """

    numbers: pd.Series
    low: int
    high: int
    answers: dict[str, float] = field(default_factory=dict)
    missing: list[float] = field(default_factory=list)
    outside: int = 0
    sure: bool = True


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
    read = values.numbers(column.values, {}, form, delimiter)
    if pd.api.types.is_numeric_dtype(read):
        return read.astype(float)
    numbers = pd.to_numeric(read.map(lambda v: v if isinstance(v, float) else np.nan))
    left = {str(v).strip() for v in pd.unique(read) if isinstance(v, str)}
    if numbers.notna().any() and all(NO_ANSWER.fullmatch(text) for text in left):
        return numbers.astype(float)
    return None


def ordered(texts: Iterable[str]) -> tuple[dict[str, int], int, bool] | None:
    """Numbers of answer texts, how many points they make, and whether all of them stand there.

    A known order is taken (never … always), else the degree of agreement that the words say. None
    for texts that are no answers on one scale.
    """
    given = [text for text in texts if not NO_ANSWER.fullmatch(text.strip())]
    plain = {text: " ".join(text.strip().lower().rstrip(".!").split()) for text in given}
    if len(given) < 2:
        return None
    for order in ORDERS:
        place = {word: i for i, words in enumerate(order, 1) for word in words}
        if all(word in place for word in plain.values()) and len(given) > 2:
            found = {text: place[word] for text, word in plain.items()}
            if len(set(found.values())) == len(found):
                return found, len(order), len(found) == len(order)
    degrees: dict[str, float] = {}
    for text, word in plain.items():
        if _NEUTRAL.search(word):
            degrees[text] = 0.0
        elif _ROOT.search(word):
            degree = next((d for pattern, d in _DEGREES if pattern.search(word)), 2.0)
            degrees[text] = -degree if _NEGATIVE.search(word) else degree
        else:
            return None
    if len(set(degrees.values())) < len(degrees) or len(given) > 11:
        return None
    steps = sorted({abs(d) for d in degrees.values() if d})
    if len(steps) < 2 and 0.0 not in degrees.values():
        return None
    middle = 1 if 0.0 in degrees.values() else 0
    points = 2 * len(steps) + middle
    below = {-d: i for i, d in enumerate(reversed(steps), 1)}
    above = {d: len(steps) + middle + i for i, d in enumerate(steps, 1)}
    place_of = {**below, 0.0: len(steps) + 1, **above}
    return {t: place_of[d] for t, d in degrees.items()}, points, len(degrees) == points


def coded(texts: Sequence[str]) -> dict[str, int] | None:
    """Numbers of answers written as a letter and a number: ``A1`` to ``A5`` of LimeSurvey."""
    given = [text for text in texts if not NO_ANSWER.fullmatch(text)]
    found = {t: re.fullmatch(r"([A-Za-z]{1,3})0*(\d{1,2})", t) for t in given}
    if len(given) < 3 or not all(found.values()):
        return None
    if len({m[1] for m in found.values() if m}) != 1:
        return None
    return {t: int(m[2]) for t, m in found.items() if m}


def points(columns: Sequence[Column], form: Format, delimiter: str) -> list[Points] | None:
    """Columns with answers on one scale, or None where they have none."""
    counts = [counted(column) for column in columns]
    pooled: Counter[str] = sum(counts, Counter())
    if not pooled:
        return None
    as_numbers = [numeric(column, form, delimiter) for column in columns]
    answers: dict[str, int] = {}
    full, n_points = True, 0
    if any(numbers is None for numbers in as_numbers):
        texts = [t for t in pooled if values.reader(form, delimiter)([t]) == [None]]
        if len(texts) < len(pooled) * 0.5 and len(pooled) > 3:
            return None
        known = ordered(texts)
        if known:
            answers, n_points, full = known
        elif of := coded(texts):
            answers, n_points = of, max(of.values())
        else:
            return None
        as_numbers = [
            pd.to_numeric(values.numbers(_known(c, answers), answers, form, delimiter))
            for c in columns
        ]
    found = []
    labels = [code for column in columns for code in _labelled_ends(column)]
    tallies = [tally(c, n) for c, n in zip(columns, as_numbers, strict=True) if n is not None]
    stacked: Counter[float] = sum(tallies, Counter())
    if not stacked or (stacked.total() > 20 and len(stacked) > 40):
        return None
    declared = sorted({code for column in columns for code in column.missing})
    low, high, sure = (1, n_points, full) if answers else _ends(stacked, labels, declared)
    if high - low < 2 or (high - low > 10 and (low, high) != (0, 100)):
        return None
    if any(value % 1 != 0 for value in stacked):
        return None
    for column, numbers, count, own_tally in zip(columns, as_numbers, counts, tallies, strict=True):
        assert numbers is not None
        missing = _missing(column, own_tally, low, high)
        own: dict[str, float] = {t: float(v) for t, v in answers.items() if t in count}
        for text in count:
            if answers and text not in own and NO_ANSWER.fullmatch(text):
                own[text] = -99.0
                missing = sorted({*missing, -99.0})
        if own_tally.keys() & set(missing):
            numbers = numbers.mask(numbers.isin(missing))
        off = {v: n for v, n in own_tally.items() if v not in missing and not low <= v <= high}
        if off:
            numbers = numbers.mask(numbers.isin(off))
        found.append(Points(numbers, low, high, own, missing, sum(off.values()), sure))
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


def _labelled_ends(column: Column) -> list[float]:
    """Codes of a column's value labels that are points of its scale."""
    return [
        float(code)
        for code, label in column.codes.items()
        if isinstance(code, int | float)
        and code not in column.missing
        and not NO_ANSWER.fullmatch(label.strip())
        and code not in CODES
        and code >= 0
    ]


def _ends(
    numbers: Mapping[float, int], labels: Sequence[float], declared: Sequence[float]
) -> tuple[int, int, bool]:
    """The ends of the scale on which most of the answers, counted by number, lie."""
    coded = {*declared, *CODES}
    counts = pd.Series({v: n for v, n in numbers.items() if v not in coded}, dtype=float)
    negative = counts[counts.index < 0]
    if not (len(negative) > 1 and negative.sum() > 0.1 * counts.sum()):
        counts = counts[counts.index >= 0]
    if counts.empty:
        return 0, 0, False
    share = counts / counts.sum()
    core = sorted(share[share > 0.002].index) or sorted(share.index)
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


def _missing(column: Column, counts: Mapping[float, int], low: int, high: int) -> list[float]:
    """The codes for no answer among a column's values, counted by number."""
    off = {value for value in counts if not low <= value <= high}
    named = {
        float(code)
        for code, label in column.codes.items()
        if isinstance(code, int | float) and NO_ANSWER.fullmatch(label.strip())
    }
    taken = {x for x in off if x in CODES or (x < 0 <= low) or x in named or x in column.missing}
    many = 0.002 * len(column.values)
    taken |= {x for x in off if x in (0, 8, 9) and counts[x] > many}
    return sorted(taken | (named & counts.keys()))
