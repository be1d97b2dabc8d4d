"""Rows of a survey program's export that are no respondent's: previews, tests, spam, unfinished.

What the programs write, by their documentation: Qualtrics ("Understanding Your Dataset": Status,
Finished), LimeSurvey ("Export responses": submitdate), REDCap ("Form status": ``_complete``),
SurveyMonkey ("response_status"), SoSci Survey ("MODE", "FINISHED").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from loyalty.cases.reading import values
from loyalty.newcase.answers import counted
from loyalty.newcase.kinds import cut
from loyalty.newcase.source import Column


@dataclass(frozen=True)
class Rule:
    """A proposed rule of `exclude`: of whom it holds, and of how many rows.

    `taken` are the values that it names; none where it is the blank ones.
    """

    id: str
    column: Column
    taken: tuple[str, ...]
    n: int


@dataclass(frozen=True)
class _Known:
    """What a program writes in one of its columns of those who are left out.

    `of` names the column; with `beside` only a file that has that column, too, is the program's.
    Blank cells are meant where `taken` is None.
    """

    id: str
    of: re.Pattern[str]
    beside: re.Pattern[str]
    taken: re.Pattern[str] | None


def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


_QUALTRICS = _word(r"responseid|response id|distributionchannel|distribution channel")
_LIMESURVEY = _word(r"lastpage|last page|startlanguage|start language")
_SOSCI = _word(r"case|questnnr|serial|ref")
_KNOWN = (
    _Known(
        "preview",
        _word(r"status|response type"),
        _QUALTRICS,
        _word(r"1|9|17|(?:offline )?survey preview(?:[ /]*spam)?|preview"),
    ),
    _Known("test", _word(r"status|response type"), _QUALTRICS, _word(r"2|survey test")),
    _Known(
        "spam",
        _word(r"status|response type"),
        _QUALTRICS,
        _word(r"8|12|40|spam|possible spam|.*\(?spam\)?"),
    ),
    _Known(
        "preview", _word(r"distribution ?channel"), _QUALTRICS, _word(r"preview|test")
    ),  # where nobody exported the status
    _Known("test", _word(r"mode"), _SOSCI, _word(r"debug|pretest|test|admin")),
    _Known("unfinished", _word(r"finished"), _QUALTRICS, _word(r"false|0")),
    _Known("unfinished", _word(r"finished"), _SOSCI, _word(r"false|0")),
    _Known("unfinished", _word(r"submitdate|date submitted"), _LIMESURVEY, None),
    _Known(
        "unfinished", _word(r"(?:response.?)?status"), _word(r"collector.?id"), _word(r"partial.*")
    ),
    _Known(
        "disqualified",
        _word(r"(?:response.?)?status"),
        _word(r"collector.?id"),
        _word(r"disqualified.*|over.?quota.*"),
    ),
    _Known(
        "unfinished",
        _word(r"\w+_complete|complete\?"),
        _word(r"record.?id|redcap_.*|study.?id"),
        _word(r"0|incomplete"),
    ),
)


#: The rule for headings that stand among the rows again, as where files were put together.
HEADING = "heading"


def rules(columns: Sequence[Column], headings: Sequence[Sequence[str]] = ()) -> list[Rule]:
    """The rules that the columns of an export give reason for; none that would leave nobody.

    Parameters
    ----------
    headings : sequence
        The rows of headings below the first, each a text a column.
    """
    found = _repeated(columns, headings)
    taken_ids = {rule.id for rule in found}
    left = pd.Series(True, index=columns[0].values.index) if columns else pd.Series(dtype=bool)
    for known in _KNOWN:
        if not any(known.beside.fullmatch(_plain(c)) for c in columns):
            continue
        for column in columns:
            if not known.of.fullmatch(_plain(column)):
                continue
            texts = values.texts(column.values)
            named = _named(texts, known.taken)
            out = left & (texts.isna() if known.taken is None else texts.isin(named))
            n = int(out.sum())
            if not n or n > cut("most") * len(texts):
                continue
            left &= ~out
            name, k = known.id, 2
            while name in taken_ids:
                name, k = f"{known.id}_{k}", k + 1
            taken_ids.add(name)
            found.append(Rule(name, column, tuple(named), n))
    return found


def _repeated(columns: Sequence[Column], headings: Sequence[Sequence[str]]) -> list[Rule]:
    """A rule for rows in which half of what stands there or more are headings of their columns."""
    names = {
        c.at: {c.name.strip(), *(row[c.at].strip() for row in headings if c.at < len(row))} - {""}
        for c in columns
    }
    heard = [c for c in columns if names[c.at] & counted(c).keys()]
    if len(heard) < 2:
        return []
    again = pd.DataFrame({c.at: values.texts(c.values).isin(names[c.at]) for c in heard})
    some = again.sum(axis=1) > 1
    filled = pd.DataFrame({c.at: c.values[some].notna() for c in columns}).sum(axis=1)
    rows = again[some][again[some].sum(axis=1) >= cut("most") * filled].index
    telling = [c for c in heard if again.loc[rows, c.at].all() and again[c.at].sum() == len(rows)]
    if not len(rows) or not telling:
        return []
    column = min(telling, key=lambda c: (len(counted(c)), c.at))
    taken = tuple(sorted(set(values.texts(column.values[rows]))))
    return [Rule(HEADING, column, taken, len(rows))]


def _plain(column: Column) -> str:
    return column.code.strip()


def _named(texts: pd.Series, pattern: re.Pattern[str] | None) -> list[str]:
    if pattern is None:
        return []
    return sorted(text for text in texts.dropna().unique() if pattern.fullmatch(text))


def kept(columns: Sequence[Column], found: Sequence[Rule]) -> None:
    """Leave the rows out of the columns of whom a rule holds."""
    if not found:
        return
    out = pd.Series(False, index=found[0].column.values.index)
    for rule in found:
        texts = values.texts(rule.column.values)
        out |= texts.isin(rule.taken) if rule.taken else texts.isna()
    for column in columns:
        column.values = column.values[~out]  # its rows keep their numbers
        column.kept.clear()


_START = re.compile(r"start.?date|date.?started|started?.?at|startdate|开始.*时间", re.I)
_END = re.compile(
    r"end.?date|submit.?date|date.?submitted|completed?.?at|enddate|(?:结束|提交).*时间", re.I
)


def beginning_and_end(dates: Sequence[Column]) -> tuple[Column, Column] | None:
    """The columns with the times at which a questionnaire was begun and ended, written by ISO 8601.

    A row that ends before it begins cannot be: a clock was changed, or rows were mixed.
    """
    start = next((c for c in dates if _START.search(c.code)), None)
    end = next((c for c in dates if _END.search(c.code)), None)
    if start is None or end is None:
        return None
    for column in (start, end):
        texts = values.texts(column.values).dropna().head(200)
        if pd.to_datetime(texts, format="ISO8601", errors="coerce").isna().any():
            return None
    return start, end


#: What is said of each kind of rule: the label in the description, English and Chinese.
LABELS: dict[str, tuple[str, str]] = {
    "heading": ("headings among the rows", "混在数据中的标题行"),
    "preview": ("previews of the survey", "问卷预览"),
    "test": ("test responses", "测试答卷"),
    "spam": ("marked as spam", "被标记为垃圾答卷"),
    "unfinished": ("not finished", "未完成作答"),
    "disqualified": ("disqualified or over quota", "被甄别或超出配额"),
}


def label(rule: Rule) -> tuple[str, str]:
    return LABELS[re.sub(r"_\d+$", "", rule.id)]
