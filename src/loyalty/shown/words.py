"""What all sentences share: numbers as references, joining, naming, verdicts.

A sentence is a :class:`loyalty.ground.text.Text` of Markdown. A number in it is a reference: a
Pandoc span ``[.48]{.num key="case/analysis/finding.field"}``, which the page makes a link of.
Numbers come from findings (:func:`loyalty.ground.findings.cited`); any other is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from loyalty.cases.tables import RowsUsed
from loyalty.ground.findings import CitedFloat, CitedInt, Refused
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import DASH, Kind, clear_of_zero, show
from loyalty.ground.text import LANGUAGES, Language, Text
from loyalty.ground.thresholds import Threshold, Verdict, threshold
from loyalty.shown.context import Case

#: Keeps a number together with its sign, its unit and its interval.
NO_BREAK = "\u00a0"
_COLUMNS = {
    "customer": "客户",
    "date": "日期",
    "wave": "次序",
    "amount": "金额",
    "quantity": "数量",
    "household": "家庭",
    "occasion": "购买次序",
    "brand": "品牌",
    "price": "价格",
    "firm": "企业",
    "month": "月份",
    "response_hours": "响应小时",
    "resolution": "首次解决率",
    "repurchase": "复购率",
    "programme": "项目",
    "score": "评分",
    "arm": "组别",
    "outcome": "结果",
    "baseline": "基线",
    "stratum": "分层",
    "class": "类别",
    "hours": "小时数",
    "solved": "已解决",
    "stayed": "留存",
    "text": "文本",
    "polarity": "极性",
    "failed": "服务失败",
    "severity": "严重程度",
    "controllability": "可控性",
    "recovery": "补救",
    "past_experience": "以往经历",
    "expectations": "期望",
    "neuroticism": "神经质",
    "extraversion": "外向性",
    "competition": "竞争",
    "loyalty_before": "此前忠诚",
    "loyalty_after": "此后忠诚",
    "touchpoint": "触点",
    "channel": "渠道",
    "waiting": "等待",
    "rating": "评价",
    "went_on": "继续前行",
    "group": "分组",
    "solved_hours": "解决用时",
    "closed_hours": "结案用时",
}
#: What a column is, as reasons name it.
COLUMNS = {role: Text(en=role, zh=zh) for role, zh in _COLUMNS.items()}
_REFERENCE = re.compile(r"\[([^\[\]]*)\]\{\.num [^{}]*\}")


def text(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


def number(value: Any, kind: Kind | None = None, decimals: int | None = None) -> str:
    """A number of a finding, printed as its field says (or as `kind`, `decimals`), as a reference.

    None is a dash.

    Raises
    ------
    TypeError
        For a number that is not a field of a finding.
    """
    if value is None:
        return DASH
    if not isinstance(value, CitedFloat | CitedInt):
        raise TypeError(f"{value!r} is no field of a finding")
    places = decimals if decimals is not None or kind is not None else value.shown.decimals
    shown = escape(show(value, kind or value.shown.kind, decimals=places)).replace(" ", NO_BREAK)
    return f'[{shown}]{{.num key="{value.address}"}}'


def interval(lower: Any, upper: Any, kind: Kind | None = None, decimals: int | None = None) -> str:
    """``[.31, .45]``, both bounds as references, or a dash where one is missing."""
    if lower is None or upper is None:
        return DASH
    bounds = f",{NO_BREAK}".join(_bound(b, kind, decimals) for b in (lower, upper))
    return f"\\[{bounds}\\]"


def _bound(value: Any, kind: Kind | None, decimals: int | None) -> str:
    """An end of an interval, in so many digits that it is on the side of zero where it is."""
    if isinstance(value, CitedFloat | CitedInt):
        as_it_is = decimals if decimals is not None or kind is not None else value.shown.decimals
        decimals = clear_of_zero(value, kind or value.shown.kind, as_it_is)
    return number(value, kind, decimals)


def estimate(
    value: Any, lower: Any, upper: Any, kind: Kind | None = None, decimals: int | None = None
) -> str:
    """A number with its interval where it has one: ``.38 [.31, .45]``."""
    shown = number(value, kind, decimals)
    if lower is None or upper is None:
        return shown
    return f"{shown}{NO_BREAK}{interval(lower, upper, kind, decimals)}"


def equals(p: Any) -> str:
    """``= .034`` or ``< .001``, for after a p."""
    if p is None:
        return DASH
    less = show(p, "p").startswith("<")
    return number(p, "p") if less else f"={NO_BREAK}{number(p, 'p')}"


def cut(of: Threshold | str, kind: Kind = "number", decimals: int | None = None) -> str:
    """A cited cut-off: configuration, no finding, and so no reference."""
    value = (threshold(of) if isinstance(of, str) else of).value
    return escape(show(value, kind, decimals=decimals)).replace(" ", NO_BREAK)


def without_references(markdown: str) -> str:
    """Markdown with plain numbers in the place of references."""
    return _REFERENCE.sub(r"\1", markdown)


def plain(markdown: str) -> str:
    """Markdown without references and backslashes, for where it is not read as Markdown."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", without_references(markdown))


def spoken(markdown: str) -> str:
    """Markdown as it is read aloud: without references, citations and marks."""
    return plain(re.sub(r"\s?\[@[^\]]*\]|(?<!\\)[*]", "", without_references(markdown)))


def join(sentences: Sequence[Text]) -> Text:
    """Sentences as one paragraph: with spaces in English, without in Chinese."""
    return Text(en=" ".join(s.en for s in sentences), zh="".join(s.zh for s in sentences))


def captioned(caption: Text, language: Language) -> str:
    """A caption as it is set: in Chinese no full stop ends it (GB/T 15834—2011, A.1)."""
    return caption.zh.removesuffix("。") if language == "zh" else caption.en


def of_simulated(caption: Text, some: bool = False) -> Text:
    """A caption that says that its data (or `some`) are simulated, in Chinese unless it does."""
    en, zh = ("Includes simulated data", "含模拟数据") if some else ("Simulated data", "模拟数据")
    shown = captioned(caption, "zh")
    if "模拟数据" not in shown:  # no bracket follows another
        shown += f"，{zh}" if shown.endswith("）") else f"（{zh}）"
    return Text(en=f"{caption.en} {en}.", zh=shown)


def escaped(label: Text) -> Text:
    """A label, level or title of a description as literal Markdown, for a sentence or a caption."""
    return Text(en=escape(label.en), zh=escape(label.zh))


def pair(a: str, b: str, case: Case, dash: str = " – ") -> Text:
    """Two constructs of a case by their labels."""
    one, other = case.label(a), case.label(b)
    return Text(en=f"{one.en}{dash}{other.en}", zh=f"{one.zh}{dash.strip()}{other.zh}")


def names(labels: Sequence[Text]) -> Text:
    """A list of names: ``a, b and c`` / ``a、b和c``; none at all is ``none``."""
    return listed([escaped(t) for t in labels])


def listed(parts: Sequence[Text]) -> Text:
    """As :func:`names`, of parts that are Markdown, like names with their numbers."""
    if not parts:
        return Text(en="none", zh="无")
    en, zh = [t.en for t in parts], [t.zh for t in parts]
    if len(parts) == 1:
        return parts[0]
    return Text(
        en=f"{', '.join(en[:-1])} and {en[-1]}",
        zh=spaced(re.sub("(?<=”)、(?=“)", "", "、".join(zh[:-1])), "和", zh[-1]),
    )


_HAN = re.compile(r"[\u4e00-\u9fff]")


def spaced(*parts: str) -> str:
    """Parts of a Chinese sentence, a space where Latin letters or numbers meet Chinese ones."""
    out = ""
    for part in parts:
        ends, begins = plain(out)[-1:], plain(part)[:1]
        apart = bool((_latin(ends) and _HAN.match(begins)) or (_HAN.match(ends) and _latin(begins)))
        out += f" {part}" if apart else part
    return out


def _latin(mark: str) -> bool:
    return "!" <= mark <= "~" or "α" <= mark <= "ω" or mark == "−"


def wide(text: str) -> str:
    """What stands in a Chinese sentence with its commas."""
    return text.replace(", ", "，")


def with_number(label: Text, shown: str) -> Text:
    """A name with its number in parentheses, those of its language."""
    return Text(en=f"{escape(label.en)} \\({shown}\\)", zh=f"{escape(label.zh)}（{shown}）")


def counted(n: int, noun: str) -> str:
    """``1 row``, ``1,845 rows``: a count as a reference with its English noun."""
    return f"{number(n)} {noun}" + ("" if n == 1 else "s")


def some(n: int, unit: str) -> str:
    """``有 3 条`` or ``没有一条``: how many, where a Chinese clause begins."""
    return f"有 {number(n)} {unit}" if n else f"没有一{unit}"


def many(n: int, unit: str) -> str:
    """``3 条`` or ``没有一条``: as :func:`some`, further on in a sentence."""
    return f"{number(n)} {unit}" if n else f"没有一{unit}"


def few(count: int | None) -> Text:
    """A count as a reference; where it is hidden, that it is of fewer than are shown."""
    if count is not None:
        shown = number(count)
        return Text(en=shown, zh=shown)
    least = cut("small_cell", "count")
    return Text(en=f"fewer than {least}", zh=f"不到 {least}")


def among(
    count: int, n: int, unit: str, noun: str, aspect: str = "", verb: str = "", none: str = ""
) -> str:
    """How many of `n` things do something, in Chinese, for every count: all, some or none.

    ``24 个题项中有 3 个的长尾位于低端``, ``24 个题项的长尾均位于低端``; `none` is what all do
    where the count is zero, for a `verb` that denies.
    """
    of, whole = f"的{aspect}" if aspect else "", f"{number(n)} {unit}{noun}"
    if count == 0 and none:
        return f"{whole}{of}{'均' if n > 1 else ''}{none}"
    if count == 0:
        return f"{whole}中，没有任何一{unit}{of}{verb}" if n > 1 else f"没有{noun}{of}{verb}"
    if count == n:
        return f"{whole}{of}{'均' if n > 1 else ''}{verb}"
    return f"{whole}中有 {number(count)} {unit}{of}{verb}"


def has(count: int, unit: str) -> str:
    """``有 3 个``, ``一个也没有``: how many, at the end of a Chinese sentence."""
    return f"有 {number(count)} {unit}" if count else f"一{unit}也没有"


def be(count: int) -> str:
    """``is`` or ``are``."""
    return "is" if count == 1 else "are"


def every(n: int) -> str:
    """``both``, ``all 7``: of two or more."""
    return "both" if n == 2 else f"all {number(n)}"


def cannot(refused: Refused, case: Case) -> Text:
    """That an analysis cannot be done, and why, constructs by their labels."""
    why = readable(refused.refused.text(case.names), case)
    return Text(
        en=f"This analysis cannot be done here: {escape(why.en)}.",
        zh=f"此处无法进行这项分析：{escape(why.zh)}。",
    )


def rows_used(table: RowsUsed) -> Text:
    """How many rows of a table could be used, and why not the others."""
    if not table.reasons:
        return Text(
            en=f"All {number(table.read)} rows can be used.",
            zh=f"{number(table.read)} 行数据全部可用。",
        )

    def why(language: Language) -> str:
        said = [(left.reason.text(COLUMNS).in_(language), number(left.n)) for left in table.reasons]
        parts = [with_number(Text(en=reason, zh=reason), n) for reason, n in said]
        return listed(parts).in_(language)

    read, lost = number(table.read), number(table.excluded)
    return Text(
        en=f"Of {read} rows {lost} cannot be used: {why('en')}.",
        zh=f"在 {read} 行中，有 {lost} 行不可用，原因及行数为{why('zh')}。",
    )


def verdict(cutoff: Threshold, found: Verdict) -> Text:
    """What a verdict by an interval says of a cited cut-off."""
    mark = cut(cutoff)
    en_side, zh_side = {
        "above": ("at least", "不低于"),
        "below": ("at most", "不高于"),
    }[cutoff.good]
    en = {
        "met": f"meets the cut-off of {en_side} {mark}",
        "not met": f"misses the cut-off of {en_side} {mark}",
        "open": f"leaves open whether the cut-off of {en_side} {mark} is met",
    }[found]
    zh = {
        "met": f"达到{zh_side} {mark} 的标准",
        "not met": f"未达到{zh_side} {mark} 的标准",
        "open": f"是否达到{zh_side} {mark} 的标准，尚无定论",
    }[found]
    return Text(en=f"{en} [@{cutoff.cite}]", zh=f"{zh} [@{cutoff.cite}]")


def significant(p: float) -> bool:
    return p < threshold("significance").value


def readable(said: Text, case: Case) -> Text:
    """Words of the estimator with its operators as arrows."""

    def arrows(words: str) -> str:
        return words.replace("=~", "→").replace("~~", "↔").replace(" ~ ", " ← ")

    return Text(**{language: arrows(said.in_(language)) for language in LANGUAGES})
