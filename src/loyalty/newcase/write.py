"""The text of ``study.yml``: commented, and marked where somebody has to look."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from loyalty.cases.form import VERSION
from loyalty.ground.text import Language
from loyalty.ground.thresholds import threshold
from loyalty.newcase import kinds, leaveout
from loyalty.newcase.answers import counted
from loyalty.newcase.blocks import Block, Item, against
from loyalty.newcase.comments import SAYS, WHY
from loyalty.newcase.names import identifier
from loyalty.newcase.source import columns

if TYPE_CHECKING:
    from loyalty.newcase.behaviour import Behaviour
    from loyalty.newcase.found import Found
    from loyalty.newcase.source import Column

#: The mark of what somebody has to look at.
CHECK = "# check:"

_ABOUT = (
    '#   authors: [{name: "", orcid: "0000-0002-1825-0097", affiliation: ""}]',
    '#   abstract: ""',
    '#   keywords: ["", ""]',
    "#   date: 2026-01-31",
    '#   licence: "CC BY 4.0"',
)


def quoted(text: str) -> str:
    """A text in YAML, on one line and without control characters."""
    clean = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]", " ", text).split())
    return json.dumps(clean, ensure_ascii=False)


def description(
    found: Found,
    path: str,
    checksum: str,
    language: Language,
    ask: Callable[[str, str], str] | None,
    role_of: Roles,
) -> str:
    """The text of ``study.yml``; it holds as it is, with or without the marked lines changed."""
    at = LANGUAGE_AT[language]

    def says(key: str, **of: str) -> str:
        return SAYS[key][at].format(**of)

    def check(key: str, **of: str) -> str:
        return f"  {CHECK} {says(key, **of)}"

    out = _front(path, says, ask)
    if found.table is not None:
        return "\n".join([*out, *_table(found, found.table, path, checksum, says)]) + "\n"
    out += _rows(found, path, checksum, says)

    items = [i for b in found.blocks for i in b.items]
    ends, missing = _common(items)
    shared = _answers(items)
    sure = all(i.points.sure for i in items if _ends(i) == ends)
    out.append(
        f"scale: {_scale(ends, missing, shared)}"
        + ("" if sure else check("scale"))
        + (check("missing") if missing and sure else "")
        + (check("answers") if shared and sure and not missing else "")
    )
    out += ["", *_doubts(found, says, role_of, ends), "constructs:"]
    for block in found.blocks:
        out += _construct(found, block, ends, missing, shared, check, role_of)
    out += _numbers(found, check)
    out += _groups(found, says)
    out += _hypotheses(found, check, role_of)
    if found.people is not None:
        of = found.ids[found.people.at]
        out += ["", f"cluster: {of}" + check("people")]
    if found.weights is not None:
        out += ["", f"weights: {_column(found.weights.name)}" + check("weights")]
    out += _left_out(found, check)
    out += _impossible(found)
    if found.personal:
        out += ["", f"# {says('personal')}", "personal:"]
        out += [
            f"  - {quoted(c.name)}  # {WHY[why][at]}"
            for c, why in found.personal
            if c.name == " ".join(c.name.split())
        ]
    for key, names in (
        ("several", [quoted(c.name) for _, of in found.several for c in of]),
        ("attention", [_failed(c, k) for k, c in enumerate(found.attention, 1)]),
        ("dates", [quoted(c.name) + _no_dates(c, check) for c in found.dates]),
    ):
        if names:
            out += ["", f"# {says(key)}", *(f"#   {n}" for n in names)]
    if found.unused:
        out += ["", f"# {says('unused')}"]
        out += [f"#   {quoted(c.name)}: {WHY[why][at]}" for c, why in found.unused]
    return "\n".join(line for line in out) + "\n"


def _front(path: str, says: Check, ask: Callable[[str, str], str] | None) -> list[str]:
    """What a description says first: titles and where the rows are from."""
    name = path.rsplit("/", 1)[-1]
    own = {
        key: (ask(says(key), value) if ask else "") or value for key, value in _given(name).items()
    }
    out = ["# yaml-language-server: $schema=../study.schema.json", f"# {says('head')}"]
    if own == _given(name):
        out.append(f"{CHECK} {says('yours')}")
    out.append(f"version: {VERSION}")
    out += [f"title: {quoted(own['title'])}", f"summary: {quoted(own['summary'])}", ""]
    out += [f"# about:  # {says('about')}", *_ABOUT, ""]
    out += ["provenance:", "  kind: real", f"  source: {quoted(own['source'])}"]
    out.append(f"  licence: {quoted(own['licence'])}")
    if path.startswith("rows/"):
        out.append(f"  redistribute: false  # {says('closed')}")
    out += [f"  sampling: {quoted(own['sampling'])}", ""]
    return out


def _table(found: Found, table: Behaviour, path: str, checksum: str, says: Check) -> list[str]:
    """A table of behaviour in the place of a survey."""
    form = found.source.form.model_dump(exclude_defaults=True)
    form |= {"dates": table.dates} if table.dates else {}
    shape = ", ".join(f"{key}: {_plain(value)}" for key, value in form.items())
    doubt = f"  {CHECK} {says('dates_or', other=table.other_dates)}" if table.other_dates else ""
    out = [f"{CHECK} {says(table.kind)}", "resources:", f"  - id: {table.kind}"]
    out += [f"    kind: {table.kind}", f"    label: {quoted(_title(path.rsplit('/', 1)[-1]))}"]
    out += ["    rows:", f"      file: {{path: {quoted(path)}, sha256: {checksum}}}"]
    out += [f"      format: {{{shape}}}{doubt}"] if shape else []
    roles = ", ".join(f"{role}: {_column(c.name)}" for role, c in table.roles.items())
    out.append(f"    columns: {{{roles}}}")
    if table.levels:
        out.append(f"    levels:  {CHECK} {says('journey')}")
        out += [f"      {quoted(level)}: {quoted(level)}" for level in table.levels]
    if table.measures:
        taken = {"wave", "date", "score", "firm", "customer"}
        out.append(f"    measures:  {CHECK} {says('measures')}")
    for column, kind in table.measures:
        of = identifier(column.code, f"c{column.at + 1}", taken)
        parts = [f"id: {of}", *([f"column: {_column(column.name)}"] if of != column.name else [])]
        parts += [f"kind: {kind}", f"label: {quoted(kinds.question(column.asked))}"]
        out.append(f"      - {{{', '.join(parts)}}}")
    left = [c for c in columns(found.source) if c.at not in table.used and c.name]
    return [
        *out,
        *(["", f"# {says('unused')}"] if left else []),
        *(f"#   {quoted(c.name)}" for c in left),
    ]


def _given(name: str) -> dict[str, str]:
    """What stands in the place of what no file says."""
    title, unknown = _title(name), "not stated"
    return {
        "title": title,
        "summary": title,
        "source": name,
        "licence": unknown,
        "sampling": unknown,
    }


def _title(name: str) -> str:
    """A file's name without its ending, and without what survey programs write about it."""
    stem = name.rpartition(".")[0] or name
    for written in _ABOUT_A_NAME:
        stem = written.sub("", stem).strip() or stem
    return stem


#: When it was saved (Qualtrics), the survey's number and its answers (问卷星).
_ABOUT_A_NAME = (
    re.compile(r"_[A-Z][a-z]+ \d{1,2}, \d{4}_\d{1,2}\.\d{2}$"),
    re.compile(r"^\d{6,}_按[^\W_]{1,4}_|(?<=[\u4e00-\u9fff])_\d+_\d+$"),
)
LANGUAGE_AT: dict[Language, int] = {"en": 0, "zh": 1}
Check = Callable[..., str]
Roles = Callable[["Found", Block], tuple[str, bool]]


def _doubts(found: Found, says: Check, role_of: Roles, ends: Ends) -> list[str]:
    """What is unsure of the constructs, in one mark; `ends` are those of the scale of most items."""
    past = {found.ids[i.column.at]: _past(i, ends) for b in found.blocks for i in b.items}
    wider = [
        says("wide", item=item, n=str(n), low=str(ends[0]), high=str(ends[1]))
        for item, n in past.items()
        if n
    ]
    by = {
        "correlation": [b.stem for b in found.blocks if b.why == "correlation"],
        "words": [b.stem for b in found.blocks if b.why == "words"],
        "alone": [b.stem for b in found.blocks if b.why != "plan" and len(b.items) == 1],
        "label": [b.stem for b in found.blocks if not b.label],
        "short": [b.stem for b in found.blocks if _long(b.label)],
        "role": [b.stem for b in found.blocks if not role_of(found, b)[1]],
    }
    said = [f"{says(key)}: {', '.join(names)}" for key, names in by.items() if names]
    said += [says("wider", what=", ".join(wider))] if wider else []
    return [f"{CHECK} {said[0]}", *(f"#   {one}" for one in said[1:])] if said else []


def _past(item: Item, ends: Ends) -> int:
    """How many answers lie past the ends of the others' scale, where they are few and the item has
    a wider one."""
    points, (low, high, step) = item.points, ends
    if points.step != step or not (points.low < low or points.high > high):
        return 0
    known = points.numbers.dropna()
    n = int((~known.between(low, high)).sum())
    return n if points.of or n <= threshold("new_past").value * len(known) else 0


def _long(label: str) -> bool:
    """Whether a label is a whole question."""
    wide = sum(2 if ord(c) > 0x2E80 else 1 for c in label)
    return wide > 40 or label.rstrip().endswith(("?", "？"))


def _rows(found: Found, path: str, checksum: str, says: Check) -> list[str]:
    out = ["rows:", f"  file: {{path: {quoted(path)}, sha256: {checksum}}}"]
    form = found.source.form.model_dump(exclude_defaults=True)
    if form:
        said = ", ".join(f"{key}: {_plain(value)}" for key, value in form.items())
        out.append(
            f"  format: {{{said}}}"
            + (f"  {CHECK} {says('encoding')}" if "encoding" in found.source.doubts else "")
        )
    items = [(i.column, i.points.odd) for b in found.blocks for i in b.items]
    numbers = [(n.column, n.odd) for n in found.numbers]
    if what := _odd(found, [*items, *numbers], says):
        out.append(f"  outside_scale: missing  {CHECK} {says('outside', what=what)}")
    return [*out, ""]


def _odd(found: Found, of: Sequence[tuple[Column, dict[int, str]]], says: Check) -> str:
    """The first thing in each of some columns that fits nothing else there.

    A value of more than a few letters is not repeated: somebody may have written it.
    """
    said = []
    for column, odd in of:
        if odd:
            row, value = min(odd.items())
            shown = repr(value) if len(value) < 9 else "…"
            row += found.source.table.first
            more = f" ({len(odd)})" if len(odd) > 1 else ""
            said.append(says("odd", column=column.name, row=str(row), value=shown) + more)
    return re.sub(r"\s+", " ", ", ".join(said[:6]) + (" …" if len(said) > 6 else ""))


def _plain(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return quoted(value) if isinstance(value, str) else str(value)


#: Low, high and step of a scale.
Ends = tuple[int, int, float]


def _ends(item: Item) -> Ends:
    return item.points.low, item.points.high, item.points.step


def _common(items: Sequence[Item]) -> tuple[Ends, tuple[float, ...]]:
    """The scale of most items, and the codes for no answer that any item on it has."""
    ends, _ = Counter(map(_ends, items)).most_common(1)[0]
    on = [i for i in items if _ends(i) == ends]
    return ends, tuple(sorted({code for i in on for code in i.points.missing}))


def _answers(items: Sequence[Item]) -> dict[str, float]:
    """The texts of all items, if none of them means two things."""
    found: dict[str, float] = {}
    for item in items:
        for text, value in item.points.answers.items():
            if found.setdefault(text, value) != value:
                return {}
    return found


def _scale(ends: Ends, missing: Sequence[float], texts: dict[str, float] | None = None) -> str:
    parts = [f"min: {ends[0]}", f"max: {ends[1]}"]
    if ends[2] != 1:
        parts.append(f"step: {ends[2]:g}")
    if missing:
        parts.append(f"missing: [{_codes(missing)}]")
    if texts:
        ordered = sorted(texts.items(), key=lambda pair: (pair[1], pair[0]))
        parts.append(f"answers: {{{', '.join(f'{quoted(t)}: {v:g}' for t, v in ordered)}}}")
    return f"{{{', '.join(parts)}}}"


def _codes(missing: Sequence[float]) -> str:
    return ", ".join(f"{code:g}" for code in missing)


def _construct(
    found: Found,
    block: Block,
    ends: Ends,
    missing: tuple[float, ...],
    shared: dict[str, float],
    check: Check,
    role_of: Roles,
) -> list[str]:
    label = block.label or block.stem
    out = [f"  - id: {block.stem}"]
    out.append(f"    label: {quoted(label)}")
    out.append(f"    role: {role_of(found, block)[0]}")
    out.append("    items:")
    for item in block.items:
        column, points = item.column, item.points
        wording = block.wordings.get(column.name) or kinds.question(column.asked)
        of = found.ids[column.at]
        parts = [f"id: {of}"]
        if of != column.name:
            parts.append(f"column: {_column(column.name)}")
        parts.append(
            f"{_language(wording)}: {quoted(wording if len(wording) < 1000 else wording[:990])}"
        )
        turned = item.reversed or bool(found.plan and column.name in found.plan.reversed)
        if turned:
            parts.append("reversed: true")
        own_ends, own_missing = _ends(item), tuple(points.missing)
        texts = points.answers if points.answers and not shared else {}
        if own_ends != ends or not set(own_missing) <= set(missing) or texts:
            given = points.answers if points.answers else {}
            parts.append(f"scale: {_scale(own_ends, own_missing, given)}")
        line = f"      - {{{', '.join(parts)}}}"
        if item.reversed:
            line += check("reversed", r=f"{item.rest:.2f}")
        elif len(block.items) > 2 and abs(item.rest) < threshold("new_weak").value:
            line += check("weak", r=f"{item.rest:.2f}")
        out.append(line)
    return out


def _language(text: str) -> Language:
    """Chinese, where a text has its letters and neither kana nor hangul."""
    if re.search(r"[\u3040-\u30ff\uac00-\ud7af]", text):
        return "en"
    return "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"


def _column(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _numbers(found: Found, check: Check) -> list[str]:
    if not found.numbers:
        return []
    past = [
        f"{found.ids[n.column.at]} {n.doubt[0]} – {n.doubt[1]} ({_codes(n.missing)})"
        for n in found.numbers
        if n.doubt
    ]
    out = ["", "variables:" + (check("told", what=", ".join(past)) if past else "")]
    for number in sorted(found.numbers, key=lambda n: n.column.at):
        column = number.column
        parts = [f"id: {found.ids[column.at]}"]
        if found.ids[column.at] != column.name:
            parts.append(f"column: {_column(column.name)}")
        parts += [f"label: {quoted(kinds.question(column.asked))}", f"kind: {number.kind}"]
        if number.ends:
            parts.append(f"scale: {_scale((*number.ends, 1), number.missing)}")
        unit = number.kind == "id" and column is not found.people
        asks = check("cluster", what=found.ids[column.at]) if unit else ""
        out.append(f"  - {{{', '.join(parts)}}}{asks}")
    return out


def _groups(found: Found, says: Check) -> list[str]:
    if not found.groups:
        return []
    unsure = [found.ids[g.column.at] for g in found.groups if not g.sure]
    odd = _odd(found, [(g.column, g.odd) for g in found.groups], says)
    doubts = [says("group", what=", ".join(unsure))] if unsure else []
    any_order = [found.ids[g.column.at] for g in found.groups if not g.in_order]
    doubts += [says("in_order", what=", ".join(any_order))] if any_order else []
    doubts += [says("slips", what=odd)] if odd else []
    out = ["", "groups:" + (f"  {CHECK} {'; '.join(doubts)}" if doubts else "")]
    for group in found.groups:
        column = group.column
        out.append(f"  - id: {found.ids[column.at]}")
        if found.ids[column.at] != column.name:
            out.append(f"    column: {_column(column.name)}")
        out.append(f"    label: {quoted(kinds.named(column.asked))}")
        if group.missing:
            out.append(f"    missing: [{', '.join(map(quoted, group.missing))}]")
        pairs = ", ".join(
            f"{quoted(level)}: {quoted(label)}" for level, label in group.levels.items()
        )
        out.append(f"    levels: {{{pairs}}}")
    return out


def _left_out(found: Found, check: Check) -> list[str]:
    """Rules for rows of the survey program that are no respondent's, with how many they take."""
    if not found.left_out:
        return []
    n = ", ".join(f"{rule.id} {rule.n}" for rule in found.left_out)
    out = ["", "exclude:" + check("left_out", what=n)]
    for rule in found.left_out:
        en, zh = leaveout.label(rule)
        parts = [f"id: {rule.id}", f"label: {{en: {quoted(en)}, zh: {quoted(zh)}}}"]
        parts.append(f"column: {_column(rule.column.name)}")
        values = ", ".join(map(quoted, rule.taken))
        parts.append(f"is: [{values}]" if rule.taken else "blank: true")
        out.append(f"  - {{{', '.join(parts)}}}")
    return out


def _no_dates(column: Column, check: Check) -> str:
    """A mark where dates lie before there were any: a spreadsheet shows 4 as 4 January 1900."""
    years = {int(m[0]) for text in counted(column) if (m := re.match(r"\d{4}(?!\d)", text))}
    early = bool(years) and max(years) < threshold("earliest_year").value
    return check("no_dates") if early else ""


def _failed(column: Column, k: int) -> str:
    """A rule for whoever did not give the answer that most people gave."""
    (right, _), *_ = counted(column).most_common(1)
    return (
        f"- {{id: attention_{k}, label: {quoted(kinds.question(column.asked))}, "
        f"column: {_column(column.name)}, is_not: [{quoted(right)}]}}"
    )


def _impossible(found: Found) -> list[str]:
    """That nobody ends before beginning; the audit counts those who do."""
    of = leaveout.beginning_and_end(found.dates)
    if of is None:
        return []
    start, end = (_column(column.name) for column in of)
    label = '{en: "ended before it was begun", zh: "结束早于开始"}'
    rule = f"{{id: ends_first, label: {label}, all: [{{column: {end}, before: {start}}}]}}"
    return ["", "impossible:", f"  - {rule}"]


def _hypotheses(found: Found, check: Check, role_of: Roles) -> list[str]:
    known = {b.stem for b in found.blocks}
    if found.plan and found.plan.paths:
        paths = [p for p in found.plan.paths if {p[0], p[1]} <= known]
    else:
        roles = {b.stem: role_of(found, b)[0] for b in found.blocks}
        before = [name for name, r in roles.items() if r == "antecedent"]
        middle = [name for name, r in roles.items() if r == "mediator"]
        last = [name for name, r in roles.items() if r == "outcome"]
        if len(before) > 8:  # a battery, rather than causes of one thing
            before = []
        paths = [(a, b, "+") for b in middle or last for a in before]
        paths += [(a, b, "+") for b in last for a in middle]
    if not paths:
        return ["", "hypotheses: []" + check("no_hypotheses")]
    sure = bool(found.plan and found.plan.paths)
    out = ["", "hypotheses:" + ("" if sure else check("hypotheses"))]
    blocks = {b.stem: b for b in found.blocks}
    for k, (a, b, sign) in enumerate(paths, 1):
        line = f'  - {{id: H{k}, from: {a}, to: {b}, sign: "{sign}"}}'
        r = against(blocks[a], blocks[b], sign)
        out.append(line + (check("against", r=f"{r:.2f}") if r else ""))
    return out
