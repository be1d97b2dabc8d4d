"""The text of ``study.yml``: commented, and marked where somebody has to look."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from loyalty.cases.form import VERSION
from loyalty.ground.text import Language
from loyalty.newcase import kinds, leaveout
from loyalty.newcase.answers import counted
from loyalty.newcase.blocks import Block, Item

if TYPE_CHECKING:
    from loyalty.newcase.found import Found
    from loyalty.newcase.source import Column

#: The mark of what somebody has to look at.
CHECK = "# check:"

#: English and Chinese of what the file says in comments.
SAYS: dict[str, tuple[str, str]] = {
    "head": (
        "Written by `loyalty new`. Look at every line with `# check:`, then run `loyalty check`.",
        "由 `loyalty new` 生成。请逐一核对带 `# check:` 的行，然后运行 `loyalty check`。",
    ),
    "yours": (
        "title, summary, source, licence and sampling are yours to write",
        "标题、摘要、来源、许可与抽样方式请自行填写",
    ),
    "about": (
        "for the report's first page; whatever is left out is not there",
        "用于报告首页；不写则不显示",
    ),
    "title": ("the title of your study", "研究的标题"),
    "summary": ("who was asked what", "向谁询问了什么"),
    "source": ("where the rows are from", "数据的来源"),
    "licence": ("what the source states", "来源所注明的许可"),
    "sampling": ("how people were chosen, how many answered", "如何抽样，多少人作答"),
    "closed": (
        "the rows lie in rows/, which git ignores; true if they may be passed on",
        "数据放在 rows/ 中，git 会忽略；若可以公开再改为 true",
    ),
    "encoding": ("guessed from few letters", "根据少量字符推测的编码"),
    "scale": ("the ends of the scale are not both in the answers", "答案中未同时出现量表的两端"),
    "missing": ("codes that stand for no answer", "表示未作答的代码"),
    "answers": ("the order of the answers, the lowest first", "答案的顺序，从低到高"),
    "outside": (
        "no answers on the scale, taken as missing unless you correct them in the file: {what}",
        "不是量表上的答案，若不在文件中更正则按缺失处理：{what}",
    ),
    "odd": ("{column} row {row} {value}", "{column} 第 {row} 行 {value}"),
    "label": ("a label is wanted for", "请命名"),
    "short": (
        "its question stands as its label, a name is shorter",
        "以题目作为名称，可改为简短名称",
    ),
    "role": (
        "antecedent, mediator, moderator or outcome",
        "antecedent（前因）、mediator（中介）、moderator（调节）或 outcome（结果）",
    ),
    "correlation": ("put together by correlation, not by name", "按相关性而非题名归组"),
    "words": ("put together by parts of their names or by words", "按题名的一部分或措辞归组"),
    "alone": ("single items, constructs of their own?", "单独的题项，是否自成构念？"),
    "reversed": (
        "runs against the others (item–rest correlation {r} once turned)",
        "与其他题项方向相反（反向后题项—其余相关为 {r}）",
    ),
    "weak": (
        "hardly goes with the others (item–rest correlation {r})",
        "与其他题项几乎不相关（题项—其余相关为 {r}）",
    ),
    "group": (
        "codes without labels, what do they mean: {what}",
        "代码没有标签，各代表什么：{what}",
    ),
    "in_order": (
        "levels in the order of their letters, write them in their own if they have one: {what}",
        "类别按字母排列，若有固有顺序请改写：{what}",
    ),
    "slips": ("taken for no level: {what}", "不作为任何类别：{what}"),
    "hypotheses": ("the expected paths; guessed from the names", "假设路径；根据名称推测"),
    "no_hypotheses": (
        'no outcome was recognized: write the expected paths, as {{id: H1, from: a, to: b, sign: "+"}}',
        '未识别出结果变量：请写出假设路径，如 {{id: H1, from: a, to: b, sign: "+"}}',
    ),
    "left_out": (
        "rows that are no respondent's, left out of everything ({what}); delete a rule to keep them",
        "不属于受访者的行，所有分析均予剔除（{what}）；删除某条规则即可保留",
    ),
    "weights": (
        "how many people a respondent stands for, by its name; means, shares and models are weighted by it",
        "据列名判断为每名受访者所代表的人数；均值、比例与模型均按此加权",
    ),
    "personal": (
        "About single people: these columns are never read, but by `loyalty forget`, to find whom to delete.",
        "涉及个人信息的列：永不读取；仅 `loyalty forget` 用其查找要删除的人。",
    ),
    "several": ("Questions with several choices, not used:", "多选题（未使用）："),
    "attention": (
        "Attention checks, not used. To leave out whoever failed one, a rule of exclude:",
        "注意力检测题（未使用）。若要剔除未通过者，可加入 exclude 规则：",
    ),
    "dates": ("Dates, not used:", "日期（未使用）："),
    "unused": ("Other columns, not used:", "其他列（未使用）："),
}
_WHY: dict[str, tuple[str, str]] = {
    "email": ("addresses", "邮箱"),
    "ip": ("internet addresses", "IP 地址"),
    "phone": ("telephone numbers", "电话号码"),
    "name": ("by its name", "据列名判断"),
    "id": ("an identifier", "标识符"),
    "open": ("open answers", "开放题"),
    "unnamed": ("has no name", "无列名"),
    "doubled": ("its name stands there twice", "列名重复"),
    "empty": ("empty", "空列"),
    "admin": ("of the survey's software", "问卷系统的字段"),
    "running": ("counts the rows", "行号"),
    "constant": ("always the same", "取值恒定"),
    "many": ("texts of many kinds", "取值繁多的文本"),
    "units": ("times with their units, as 5 min", "带单位的时间，如 5 min"),
    "plan": ("not in the model", "不在模型中"),
    "weights": ("another weight", "另一个权重"),
}


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
    out += _rows(found, path, checksum, says)

    items = [i for b in found.blocks for i in b.items]
    ends, missing = _common(items)
    shared = _answers(items)
    sure = all(i.points.sure for i in items if (i.points.low, i.points.high) == ends)
    out.append(
        f"scale: {_scale(ends, missing, shared)}"
        + ("" if sure else check("scale"))
        + (check("missing") if missing and sure else "")
        + (check("answers") if shared and sure and not missing else "")
    )
    out += ["", *_doubts(found, says, role_of), "constructs:"]
    for block in found.blocks:
        out += _construct(found, block, ends, missing, shared, check, role_of)
    out += _numbers(found, check)
    out += _groups(found, says)
    out += _hypotheses(found, check, role_of)
    if found.weights is not None:
        out += ["", f"weights: {_column(found.weights.name)}" + check("weights")]
    out += _left_out(found, check)
    out += _impossible(found)
    if found.personal:
        out += ["", f"# {says('personal')}", "personal:"]
        out += [
            f"  - {quoted(c.name)}  # {_WHY[why][at]}"
            for c, why in found.personal
            if c.name == " ".join(c.name.split())
        ]
    for key, names in (
        ("several", [quoted(c.name) for _, of in found.several for c in of]),
        ("attention", [_failed(c, k) for k, c in enumerate(found.attention, 1)]),
        ("dates", [quoted(c.name) for c in found.dates]),
    ):
        if names:
            out += ["", f"# {says(key)}", *(f"#   {n}" for n in names)]
    if found.unused:
        out += ["", f"# {says('unused')}"]
        out += [f"#   {quoted(c.name)}: {_WHY[why][at]}" for c, why in found.unused]
    return "\n".join(line for line in out) + "\n"


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


def _doubts(found: Found, says: Check, role_of: Roles) -> list[str]:
    """What is unsure of the constructs, in one mark."""
    by = {
        "correlation": [b.stem for b in found.blocks if b.why == "correlation"],
        "words": [b.stem for b in found.blocks if b.why == "words"],
        "alone": [b.stem for b in found.blocks if b.why != "plan" and len(b.items) == 1],
        "label": [b.stem for b in found.blocks if not b.label],
        "short": [b.stem for b in found.blocks if _long(b.label)],
        "role": [b.stem for b in found.blocks if not role_of(found, b)[1]],
    }
    said = [f"{says(key)}: {', '.join(names)}" for key, names in by.items() if names]
    return [f"{CHECK} {said[0]}", *(f"#   {one}" for one in said[1:])] if said else []


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


def _common(items: Sequence[Item]) -> tuple[tuple[int, int], tuple[float, ...]]:
    """The scale of most items, and the codes for no answer that any item on it has."""
    ends, _ = Counter((i.points.low, i.points.high) for i in items).most_common(1)[0]
    on = [i for i in items if (i.points.low, i.points.high) == ends]
    return ends, tuple(sorted({code for i in on for code in i.points.missing}))


def _answers(items: Sequence[Item]) -> dict[str, float]:
    """The texts of all items, if none of them means two things."""
    found: dict[str, float] = {}
    for item in items:
        for text, value in item.points.answers.items():
            if found.setdefault(text, value) != value:
                return {}
    return found


def _scale(
    ends: tuple[int, int], missing: Sequence[float], texts: dict[str, float] | None = None
) -> str:
    parts = [f"min: {ends[0]}", f"max: {ends[1]}"]
    if missing:
        parts.append(f"missing: [{', '.join(f'{code:g}' for code in missing)}]")
    if texts:
        ordered = sorted(texts.items(), key=lambda pair: (pair[1], pair[0]))
        parts.append(f"answers: {{{', '.join(f'{quoted(t)}: {v:g}' for t, v in ordered)}}}")
    return f"{{{', '.join(parts)}}}"


def _construct(
    found: Found,
    block: Block,
    ends: tuple[int, int],
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
        own_ends, own_missing = (points.low, points.high), tuple(points.missing)
        texts = points.answers if points.answers and not shared else {}
        if own_ends != ends or not set(own_missing) <= set(missing) or texts:
            given = points.answers if points.answers else {}
            parts.append(f"scale: {_scale(own_ends, own_missing, given)}")
        line = f"      - {{{', '.join(parts)}}}"
        if item.reversed:
            line += check("reversed", r=f"{item.rest:.2f}")
        elif len(block.items) > 2 and abs(item.rest) < 0.1:
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
    out = ["", "variables:"]
    for number in sorted(found.numbers, key=lambda n: n.column.at):
        column = number.column
        parts = [f"id: {found.ids[column.at]}"]
        if found.ids[column.at] != column.name:
            parts.append(f"column: {_column(column.name)}")
        parts += [f"label: {quoted(kinds.question(column.asked))}", f"kind: {number.kind}"]
        if number.ends:
            parts.append(f"scale: {_scale(number.ends, number.missing)}")
        out.append(f"  - {{{', '.join(parts)}}}")
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
    out += [
        f'  - {{id: H{k}, from: {a}, to: {b}, sign: "{sign}"}}'
        for k, (a, b, sign) in enumerate(paths, 1)
    ]
    return out
