"""A file that is no questionnaire but a table of what people do, or say again and again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from loyalty.cases.reading import values
from loyalty.newcase import answers, kinds
from loyalty.newcase.source import Column, Source

_WHO = re.compile(
    r"(?:.*[_ ])?(?:p|c|u|customer|client|respondent|participant|player|user|member|person|subject|"
    r"card|household|buyer|kunde|kunden|cliente)[_ ]?(?:id|no|nr|number|key|code)?|id|"
    r".*(?:客户|用户|会员|顾客|受访者|玩家).*",
    re.I,
)
_AMOUNT = re.compile(
    r"(?:.*[_ ])?(?:amount|price|total|spent|spend|revenue|sales|value|umsatz|betrag|importe)"
    r"(?:[_ ].*)?|.*(?:金额|消费额|总价|价格).*",
    re.I,
)
_STEP = re.compile(r"(?:.*[_ ])?(?:touch.?point|step|stage|station)|.*(?:触点|环节|步骤).*", re.I)
_FIRM = re.compile(
    r"firm|brand|store|shop|game|company|provider|branch|product|app|.*(?:企业|品牌|门店|公司).*",
    re.I,
)
_LOGGED = re.compile(r"hour|minute|session|visit|purchase|order|play|log|时长|次数|登录", re.I)
_REPORTED = re.compile(r"est|said|self|report|自述|自报", re.I)
_NO_MEASURE = re.compile(r"interval|\bgap\b|since|lag|间隔", re.I)
#: How dates may be written, but for ISO 8601.
_WRITTEN = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%m/%d/%Y", "%d/%m/%Y")

Kind = Literal["waves", "transactions", "touchpoints"]


@dataclass
class Behaviour:
    """A table of a kind: the columns of its roles, its measures and levels, how dates stand there.

    `measures` are stated, reported or logged.
    """

    kind: Kind
    roles: dict[str, Column]
    measures: list[tuple[Column, str]] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    dates: str | None = None

    @property
    def used(self) -> set[int]:
        return {c.at for c in (*self.roles.values(), *(c for c, _ in self.measures))}


def table(columns: Sequence[Column], source: Source) -> Behaviour | None:
    """What kind of table columns make, if the same people stand there several times.

    Purchases have a date and an amount, a journey touchpoints, waves a date and numbers of which
    most people have several that differ.
    """
    who = next((c for c in columns if _WHO.fullmatch(c.code.strip()) and _again(c)), None)
    if who is None:
        return None
    dated = [c for c in columns if kinds.dated(answers.counted(c))]
    numbers = {
        c.at: n
        for c in columns
        if c is not who
        and (n := answers.numeric(c, source.form, source.delimiter)) is not None
        and not _flags(n)
    }
    when = {"date": dated[0]} if dated else {}
    written = _dates(dated[0]) if dated else None
    if step := next((c for c in columns if _STEP.fullmatch(c.code.strip())), None):
        levels = [*answers.counted(step)]
        if 2 <= len(levels) <= 30:
            return Behaviour(
                "touchpoints", {"customer": who, **when, "touchpoint": step}, [], levels, written
            )
    amount = next((c for c in columns if c.at in numbers and _AMOUNT.fullmatch(c.code)), None)
    if amount and dated:
        return Behaviour(
            "transactions", {"customer": who, **when, "amount": amount}, [], [], written
        )
    measured = [c for c in columns if c.at in numbers and _moves(who, c, numbers[c.at])]
    if not dated or not measured:
        return None
    firm = next(
        (c for c in columns if _FIRM.fullmatch(c.code) and len(answers.counted(c)) < 100), None
    )
    score = next((c for c in measured if kinds.SATISFACTION.search(c.asked)), None)
    stated = [c for c in measured if _kind(c, numbers[c.at]) == "stated"]
    score = score or (stated or measured)[0]
    roles = {"customer": who, **when, "score": score} | ({"firm": firm} if firm else {})
    return Behaviour("waves", roles, [(c, _kind(c, numbers[c.at])) for c in measured], [], written)


def _again(column: Column) -> bool:
    """Whether most values stand in more than one row, and in less than a tenth of the rows."""
    counts = pd.Series(answers.counted(column))
    return (
        len(counts) > 10 and float((counts > 1).mean()) > 0.5 and 10 * counts.max() < counts.sum()
    )


def _flags(numbers: pd.Series) -> bool:
    return bool(numbers.dropna().isin([0, 1]).all())


def _moves(who: Column, column: Column, numbers: pd.Series) -> bool:
    """Whether a number changes for most people who have two, and does not count their rows."""
    if _NO_MEASURE.search(column.code):
        return False
    by = numbers.groupby(values.texts(who.values))
    two = by.count() > 1
    if not two.any():
        return False
    counts = by.nunique()[two] == by.count()[two]
    whole = bool((numbers.dropna() % 1 == 0).all())
    if whole and counts.all() and numbers.max() <= max(30, by.count().max()):
        return False  # the number of the wave
    return float((by.nunique()[two] > 1).mean()) > 0.5


def _kind(column: Column, numbers: pd.Series) -> str:
    """What people state lies on a scale; what is counted has no end, and is logged or reported."""
    if numbers.min() < 0 or (numbers.max() <= 10 and not _LOGGED.search(column.code)):
        return "stated"
    return "reported" if _REPORTED.search(column.code) else "logged"


def _dates(column: Column) -> str | None:
    """How the dates of a column are written, where it is not ISO 8601."""
    texts = values.texts(column.values).dropna().head(500)
    if pd.to_datetime(texts, format="ISO8601", errors="coerce").notna().all():
        return None
    good = [f for f in _WRITTEN if pd.to_datetime(texts, format=f, errors="coerce").notna().all()]
    return good[0] if good else None
