"""A file that is no questionnaire but a table of what people do, or say again and again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from loyalty.cases.reading import values
from loyalty.cases.sources import Format
from loyalty.cases.tables import moments
from loyalty.newcase import answers, kinds
from loyalty.newcase.source import Column, Source

_WHO = re.compile(
    r"(?:p|c|u)[_ ]?(?:id|no|nr|number|key|code)?|(?:.*[_ ])?(?:customer|client|respondent|participant|player|user|member|person|subject|"
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
#: Columns that number the times at which the same people were asked.
_WAVE = re.compile(
    r"(?:.*[_ ])?(?:wave|time|t|year|jahr|round|occasion|visit|measurement|period|quarter|month|week|day|"
    r"welle|zeitpunkt|messzeitpunkt|ola|ronda)[_ ]?(?:id|no|nr|number)?|.*(?:期|轮|年|月|波|第几).*",
    re.I,
)
#: How days may be written, but for ISO 8601, and the times of day behind them.
_DAYS = (
    *("%d.%m.%Y", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y年%m月%d日"),
    *("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y"),
    *("%d.%m.%y", "%m/%d/%y", "%d/%m/%y", "%m-%d-%y", "%d-%m-%y"),
)
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")

Kind = Literal["waves", "transactions", "touchpoints"]


@dataclass
class Behaviour:
    """A table of a kind: the columns of its roles, its measures and levels, how dates stand there
    (`dates`, where `other_dates` is as good a guess).

    `measures` are stated, reported or logged.
    """

    kind: Kind
    roles: dict[str, Column]
    measures: list[tuple[Column, str]] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    dates: str | None = None
    other_dates: str | None = None

    @property
    def used(self) -> set[int]:
        return {c.at for c in (*self.roles.values(), *(c for c, _ in self.measures))}


def _name(column: Column) -> str:
    """A column's name with its words apart: ``CustomerID`` is ``Customer_ID``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.code.strip())


def people(columns: Sequence[Column]) -> Column | None:
    """The column that says of whom a row is, where most people stand there several times."""
    return next((c for c in columns if _WHO.fullmatch(_name(c)) and _again(c)), None)


def table(columns: Sequence[Column], source: Source, asked: bool = False) -> Behaviour | None:
    """What kind of table columns make, if the same people stand there several times.

    Purchases have a date and an amount, a journey touchpoints, waves a date or a number and numbers
    of which most people have several that differ.

    Parameters
    ----------
    asked : bool
        Whether there are answers on a scale: then they may be waves alone.
    """
    who = people(columns)
    if who is None:
        return None
    read = {
        c.at: n
        for c in columns
        if c is not who
        and (n := answers.numeric(c, source.form, source.delimiter)) is not None
        and not kinds.running(n)
    }
    dated = [c for c in columns if c is not who and kinds.dated(answers.counted(c))]
    numbers = {at: n for at, n in read.items() if not _flags(n) and at not in {c.at for c in dated}}
    when = {"date": dated[0]} if dated else {}
    written, other = _dates(dated[0]) if dated else (None, None)
    step = next((c for c in columns if _STEP.fullmatch(_name(c))), None)
    if step and not asked and 2 <= len(levels := [*answers.counted(step)]) <= 30:
        roles = {"customer": who, **when, "touchpoint": step}
        return Behaviour("touchpoints", roles, [], levels, written, other)
    amount = next((c for c in columns if c.at in numbers and _AMOUNT.fullmatch(_name(c))), None)
    if amount and dated and not asked:
        roles = {"customer": who, **when, "amount": amount}
        return Behaviour("transactions", roles, [], [], written, other)
    counts = [c for c in columns if c.at in read and _numbers_waves(who, c, read[c.at])]
    if not dated and counts:
        when = {"wave": next((c for c in counts if _WAVE.fullmatch(_name(c))), counts[0])}
    measured = [
        c for c in columns if c.at in numbers and c not in counts and _moves(who, c, numbers[c.at])
    ]
    if not when or not measured or (asked and not counts and not _once(who, dated[0])):
        return None
    firm = next(
        (c for c in columns if _FIRM.fullmatch(_name(c)) and len(answers.counted(c)) < 100), None
    )
    score = next((c for c in measured if kinds.SATISFACTION.search(c.asked)), None)
    stated = [c for c in measured if _kind(c, numbers[c.at]) == "stated"]
    score = score or (stated or measured)[0]
    roles = {"customer": who, **when, "score": score} | ({"firm": firm} if firm else {})
    measures = [(c, _kind(c, numbers[c.at])) for c in measured]
    return Behaviour("waves", roles, measures, [], written, other)


def _once(who: Column, when: Column) -> bool:
    """Whether hardly anybody stands there twice at one time."""
    both = pd.DataFrame({"who": values.texts(who.values), "when": values.texts(when.values)})
    both = both.dropna()
    return answers.few(int(both.duplicated().sum()), len(both))


def _numbers_waves(who: Column, column: Column, numbers: pd.Series) -> bool:
    """Whether a column numbers the rows of everybody: whole numbers, each shared by many people,
    none twice of one person; by its name, or as they rise from row to row of a person."""
    known = numbers.dropna()
    few = 2 <= known.nunique() <= len(known) / kinds.cut("few_rows")
    if not few or (known % 1 != 0).any() or not _once(who, column):
        return False
    by = known.groupby(values.texts(who.values).loc[known.index])
    return bool(_WAVE.fullmatch(_name(column))) or bool(by.is_monotonic_increasing.all())


def _again(column: Column) -> bool:
    """Whether most values stand in more than one row, and in less than a tenth of the rows."""
    counts = pd.Series(answers.counted(column))
    return (
        len(counts) > kinds.cut("few_rows")
        and float((counts > 1).mean()) > kinds.cut("most")
        and counts.max() < kinds.cut("some") * counts.sum()
    )


def _flags(numbers: pd.Series) -> bool:
    return bool(numbers.dropna().isin([0, 1]).all())


def _moves(who: Column, column: Column, numbers: pd.Series) -> bool:
    """Whether a number changes for most people who have two."""
    if _NO_MEASURE.search(column.code):
        return False
    by = numbers.groupby(values.texts(who.values))
    two = by.count() > 1
    if not two.any():
        return False
    return float((by.nunique()[two] > 1).mean()) > kinds.cut("most")


def _kind(column: Column, numbers: pd.Series) -> str:
    """What people state lies on a scale; what is counted has no end, and is logged or reported."""
    if numbers.min() < 0 or (numbers.max() <= 10 and not _LOGGED.search(column.code)):
        return "stated"
    return "reported" if _REPORTED.search(column.code) else "logged"


def _dates(column: Column) -> tuple[str | None, str | None]:
    """How the dates of a column are written, where it is not ISO 8601, and how they may be, too."""
    texts = values.texts(column.values).dropna().drop_duplicates()

    def fits(how: str | None) -> bool:
        away = int(moments(texts, Format(dates=how)).isna().sum())
        return answers.few(away, len(texts) - away)

    if fits(None):
        return None, None
    good = [f"{day}{time}" for time in _TIMES for day in _DAYS if fits(f"{day}{time}")]
    return (*good, None, None)[0], (*good, None, None)[1]
