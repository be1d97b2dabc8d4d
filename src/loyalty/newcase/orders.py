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
    r"omitted(?: or invalid)?|not administered|not reached|valid skip|can(?:['’]t|not) say|no opinion|dk|missing|skipped|none of these|not asked|"
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
    if often := _climbed(given, _OFTEN):
        rank = {step: k for k, step in enumerate(sorted(often.values()), 1)}
        return {text: rank[step] for text, step in often.items()}, len(rank), True
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
    """Numbers of answers written as a letter and a number: ``A1`` to ``A5`` of LimeSurvey.

    Where hardly one was given twice (`texts` counted) they name respondents rather than answers.
    """
    given = [text for text in texts if not NO_ANSWER.fullmatch(text)]
    if isinstance(texts, Counter) and sum(texts[t] for t in given) < 2 * len(given):
        return None
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
    core = Counter({text: n for text, n in counts.items() if text not in rare})
    if not core or (found := read(core)) is None:
        return None
    odd = 0
    for text in rare:
        wider = read(core + Counter({text: counts[text]}))
        if wider is not None:
            core[text], found = counts[text], wider
        else:
            odd += counts[text]
    return found if few(odd, counts.total() - odd) else None


def _ladder(*steps: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(step, re.I) for step in steps)


#: How often, the least first; a text is on the first step that it says.
_OFTEN = _ladder(
    r"^never$|^not at all$|从不|從不|从未|從未|从来没有|^nie$|^nunca$|^jamais$",
    r"almost never|hardly ever|very rarely|几乎不|几乎从不|极少",
    r"rarely|seldom|很少|较少|selten|rara vez|rarement",
    r"^occasionally|once in a while|now and then|偶尔|偶爾|gelegentlich",
    r"sometimes|有时|有時|manchmal|a veces|parfois",
    r"about half",
    r"^(?:quite )?often|frequently|经常|經常|常常|^oft$|häufig|a menudo|souvent",
    r"very often|usually|most of the time|通常|多数时候|大多数时候|频繁|sehr oft|meistens",
    r"almost always|几乎总是|fast immer",
    r"^always$|总是|總是|一直|每次|^immer$|^siempre$|^toujours$",
)
#: How often, by the calendar.
_EACH = _ladder(
    r"^never$|从不|从未|从来没有",
    r"less (?:often )?than once a year|一年不到一次",
    r"(?:once a|every|per) year|yearly|annually|每年一次|一年一次",
    r"(?:(?:a few|several) times (?:a|per)|twice a) year|每年[数几多]次|一年[数几多]次",
    r"quarter|每季",
    r"less than once a month|每月不到一次",
    r"(?:once a|every|per) month|monthly|每月一次|一个月一次",
    r"(?:(?:a few|several) times (?:a|per)|twice a) month|每月[数几多]次|一个月[数几多]次",
    r"(?:once a|every|per) week|weekly|每周一次|一周一次",
    r"(?:(?:a few|several) times (?:a|per)|twice a) week|每周[数几多]次|一周[数几多]次",
    r"(?:several|many) times a day|每天[数几多]次",
    r"every day|daily|once a day|每天|每日",
)
#: Education, the least first.
_EDUCATION = _ladder(
    r"^(?:none|no (?:formal )?(?:education|schooling|qualification).*)$|未上过?学|文盲|不识字|无学历",
    r"less than (?:primary|elementary)|^(?:unfinished|incomplete)",
    r"some (?:primary|elementary)|^primary|^elementary|小学|grundschule|primaria",
    r"(?:less than|some|below|lower) (?:high|secondary|upper)|middle school|junior (?:high|second)|"
    r"初中|hauptschule",
    r"realschule|mittlere reife",
    r"^(?:senior )?high.?school|secondary|\bged\b|高中|中专|中職|中职|职高|技校|abitur|bachillerato",
    r"some college|vocational|trade|technical|ausbildung",
    r"associate|大专|专科|高职|community college|diploma",
    r"bachelor|under.?grad|^college|4.?year|four.?year|大学本科|本科|学士|大學",
    r"^university|^大学",
    r"some (?:post.?)?graduate",
    r"master|^post.?grad|^graduated?(?: degree| school)?$|硕士|碩士|研究生",
    r"professional degree",
    r"ph\.? ?d|doctor|博士|promotion",
)
#: Sizes, ages and amounts in words.
_SIZE = _ladder(
    r"^(?:none|no)$|^无$|^没有$",
    r"^very (?:low|small|light)$|^(?:很低|很小)$|^micro\b|微型",
    r"^(?:low|small|light|young|short|new|niedrig|klein|bajo|baja)\b|^(?:低|小|少|青|短|新|轻)",
    r"^(?:lower[ -]middle)|中低|中下",
    r"^(?:medium|middle|moderate|mid|mittel|medio|media)\b(?!.*high)|^(?:中等?|中型|中年.*|中度|适中)$",
    r"^(?:upper[ -]middle)|中高|中上",
    r"^(?:high|large|big|heavy|old|senior|long|hoch|groß|alto|alta)\b|^(?:高|大|多|老|长|重)",
    r"^very (?:high|large|heavy)$|^(?:很高|很大)$",
)
_LAST = re.compile(r"others?\b.*|其他.*|其它.*|sonstige.*|andere.*|otros?", re.I)
_NOUGHT = re.compile(r"(?:no|without) .*|never.*|无.*|没有.*|从未.*|none|kein.*", re.I)


def _climbed(texts: Sequence[str], ladder: Sequence[re.Pattern[str]]) -> dict[str, int] | None:
    """The step of each text, where every one is on a step of its own."""
    found = {
        text: next((k for k, step in enumerate(ladder) if step.search(text.strip())), -1)
        for text in texts
    }
    steps = set(found.values())
    return found if -1 not in steps and len(steps) == len(found) > 2 else None


def levels(texts: Sequence[str]) -> tuple[list[str], bool]:
    """Levels in their order, and whether one is known.

    By their words (how often, how much, which education) or by a number in each of them (ages,
    incomes); two levels need none, *other* comes last. Else in the order of their letters.
    """
    last = sorted(text for text in texts if _LAST.fullmatch(text.strip()))
    rest = sorted(text for text in texts if text not in last)
    order = ordered(rest)
    place = order[0] if order else None
    for ladder in (_OFTEN, _EACH, _EDUCATION, _SIZE):
        place = place or _climbed(rest, ladder)
    if place:
        return [*sorted(rest, key=lambda t: (place.get(t, 0), t)), *last], True
    numbers = {t: (-math.inf, False) if _NOUGHT.fullmatch(t.strip()) else counting(t) for t in rest}
    known = len(rest) < 3 or (
        sum(n == -math.inf for n, _ in numbers.values()) < 2
        and all(n < math.inf for n, _ in numbers.values())
        and len(set(numbers.values())) == len(rest)
    )
    return [*sorted(rest, key=lambda t: (*numbers[t], t)), *last], known


_BEFORE = re.compile(
    r"\bunder|\bbelow|\bless|\bup to|\bfewer|\bunter|\bbis zu|\bweniger|menos|moins|[<＜≤]|"
    r"以下|以内|不足|少于|低于|不到|未满",
    re.I,
)
_AFTER = re.compile(r"\b(?:over|above|more|and up|plus|über|mehr)\b|[>＞≥]|以上|超过|\+$", re.I)
_UNITS: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"k\b|千|tsd", re.I), 1e3),
    (re.compile(r"m\b|mio|million", re.I), 1e6),
    (re.compile(r"[万萬w]"), 1e4),
    (re.compile(r"days?\b|天|日|tage?\b", re.I), 1 / 365),
    (re.compile(r"weeks?\b|周|wochen?\b", re.I), 7 / 365),
    (re.compile(r"months?\b|mths?\b|个?月|monate?\b", re.I), 1 / 12),
)
_DIGITS = "零一二三四五六七八九"
_ONE = re.compile(r"\b(?:a|an|one|einem?|un)(?= (?:year|month|week|day|jahr|monat|año|an\b))", re.I)


def _arabic(text: str) -> str:
    """A text with its small Chinese numerals, *half* and *a year* in digits."""
    text = re.sub(r"半年|half a year", "0.5年", text)
    text = re.sub(r"十([一二三四五六七八九])", lambda m: f"1{_DIGITS.index(m[1])}", text)
    text = re.sub(r"十", "10", text)
    text = re.sub(
        f"[{_DIGITS}](?=[年月周天次岁个千万0-9~～至到-])", lambda m: str(_DIGITS.index(m[0])), text
    )
    return _ONE.sub("1", text)


def counting(text: str) -> tuple[float, bool]:
    """Where a level with numbers stands among others: ``18岁以下`` before ``18~25``.

    Its first number counts, in years or as it is; a bare one has the unit of a larger one behind
    it (``6–12 months``). Levels without a number come last.
    """
    text = _arabic(text)
    found = [*re.finditer(r"\d+(?:[.,]\d+)*", text)]
    if not found:
        return math.inf, False
    number, unit = _number(found[0][0]), _unit(text[found[0].end() :])
    if unit is None and len(found) > 1 and _number(found[1][0]) >= number:
        unit = _unit(text[found[1].end() :])
    upper = bool(_AFTER.search(text)) and len(found) == 1
    return number * (unit or 1.0), not _BEFORE.search(text) or upper


def _number(written: str) -> float:
    digits = re.sub(r"[.,](?=\d{3}(?!\d))", "", written).replace(",", ".")
    return float(digits) if digits.count(".") < 2 else math.inf


def _unit(behind: str) -> float | None:
    behind = behind.strip()
    return next((of for pattern, of in _UNITS if pattern.match(behind)), None)
