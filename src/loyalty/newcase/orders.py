"""Texts that answer a question, in their order: agreement, satisfaction, never … always."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

#: Texts and labels that say that there is no answer.
NO_ANSWER = re.compile(
    r"(?:n\.? ?/? ?a\.?|not applicable|does not apply|no answer|no response|not answered|refused|"
    r"prefer not to (?:say|answer)|(?:i )?do(?:n['’]?t| not) know|(?:i )?don['’]t know.*|unsure|"
    r"can(?:['’]t|not) say|no opinion|dk|missing|skipped|none of these|not asked|"
    r"wei(?:ß|ss) nicht|keine angabe|k\. ?a\.|no sabe.*|ns ?/ ?nc|no contesta|sans réponse|"
    r"无|空|\(空\)|（空）|\(?（?跳过\)?）?|不适用|不知道|不清楚|不了解|拒答|拒绝回答|未回答|没有意见|缺失|-|--|\.)",
    re.I,
)
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


def coded(texts: Iterable[str]) -> dict[str, int] | None:
    """Numbers of answers written as a letter and a number: ``A1`` to ``A5`` of LimeSurvey."""
    given = [text for text in texts if not NO_ANSWER.fullmatch(text)]
    found = {t: re.fullmatch(r"([A-Za-z]{1,3})0*(\d{1,2})", t) for t in given}
    if len(given) < 3 or not all(found.values()):
        return None
    if len({m[1] for m in found.values() if m}) != 1:
        return None
    return {t: int(m[2]) for t, m in found.items() if m}


_Order = TypeVar("_Order")


def read_but_for(
    counts: Counter[str],
    few: Callable[[int, int], bool],
    read: Callable[[Iterable[str]], _Order | None],
) -> _Order | None:
    """What `read` makes of texts, if need be without a few that are no answers.

    Of the texts that hardly anybody gave those are kept with which the others can still be read.
    """
    found = read(counts)
    if found is not None or len(counts) > 40:
        return found
    rare = [text for text, n in counts.most_common() if few(n, counts.total() - n)]
    core = [text for text in counts if text not in rare]
    if not core or (found := read(core)) is None:
        return None
    odd = 0
    for text in rare:
        wider = read([*core, text])
        if wider is not None:
            core, found = [*core, text], wider
        else:
            odd += counts[text]
    return found if few(odd, counts.total() - odd) else None


def levels(texts: Sequence[str]) -> tuple[list[str], bool]:
    """Levels in their order, and whether that is known: by their words, or by numbers in each."""
    order = ordered(texts)
    if order:
        return sorted(texts, key=lambda t: (order[0].get(t, 0), t)), True
    return sorted(texts, key=lambda t: (*counting(t), t)), True


_BEFORE = re.compile(
    r"\bunder|\bbelow|\bless|\bup to|\bunter|\bbis zu|menos|moins|[<＜≤]|以下|以内|不足|少于|低于",
    re.I,
)


def counting(text: str) -> tuple[float, bool]:
    """Where a level with numbers stands among others: ``18岁以下`` before ``18~25``.

    Levels without a number come last, in the order of their letters.
    """
    found = re.search(r"\d+(?:[.,]\d+)*", text)
    if not found:
        return math.inf, False
    digits = re.sub(r"[.,](?=\d{3}(?!\d))", "", found[0]).replace(",", ".")
    number = float(digits) if digits.count(".") < 2 else math.inf
    return number, not _BEFORE.search(text)
