"""How Chinese is set: marks, spaces and numbers, in every text of the project's own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from chinese_facts import odd_counts

from loyalty.book.pages import numbered
from loyalty.ground import paths
from loyalty.ground.text import Text
from loyalty.render import chinese
from loyalty.render.ast import node, text
from loyalty.shown.table import Table
from loyalty.shown.words import captioned, of_simulated

ROOT = paths.root()
HAN = "\u4e00-\u9fff"
MARKS = "，。；：！？、（）《》“”"
#: What no Chinese sentence has, with an example of each.
FAULTS = {
    "a space beside a full-width mark": (
        r"[，。；：！？、（] (?!\[@)|(?<! ·) [，。；：！？、）]",
        "满意， 忠诚",
    ),
    "a space between Chinese letters": (rf"[{HAN}] [{HAN}]", "份额即 层级"),
    "Latin letters or numbers that touch Chinese ones": (
        rf"[{HAN}][A-Za-z0-9αβλωχΔ]|[A-Za-z0-9%αβλωχ][{HAN}]",
        "总 ω指",
    ),
    "a half-width mark between Chinese letters": (rf"[{HAN}][,;:!?]|[,;:!?][{HAN}]", "满意, 忠诚"),
    "a half-width bracket": (rf"[{HAN}]\(|\)[{HAN}]", "满意(忠诚)"),
    "two marks in a row": (r"[，。；：、！？]{2}|（）|““|””", "满意，。"),
    "an arrow that leads nowhere": (r"[←→][。，；、）]|[←→] ?$", "主要涉及客户满意度 ←"),
    "per cent apart from its number": (r"[\d}][ \u00a0]%", "95 % 区间"),
    "a bracket within brackets of its kind": (r"（[^（）]*（", "留存模型（在线唱片店（CDNOW））"),
    "a p that is no value": (
        rf"[{HAN}、，] \*?p\*?(?=[、，。；]| (?![值=<>¤]))",
        "马氏距离的 p、相关",
    ),
    "a citation in the words of another language": (r"\bet al\b", "Tenenhaus et al. 发表"),
    "a half-width comma between words": (
        rf"[{HAN}][^“”(]*[A-Za-z\d¤], [A-Za-z]",
        "由 R 4.2.2, lavaan 0.6.14 算得",
    ),
    "the same twice": (rf"([{HAN}]{{4,}})(?:；|、|，)\1(?![{HAN}])", "数据审查；数据审查（2）"),
    "another classifier": (
        r"[\d¤] (?:个(?:调查(?!特征)|路径|受访者)|条(?:调查|构念(?!间))|项(?:构念|受访者))",
        "12 个调查",
    ),
    "a colon within a colon": (
        "：[^。；！？“”（）]*：",
        "未曾见到数据：该案例只有说明，我们没有数据：不显示结果",
    ),
    "terms that are explained one after another by colons": (
        rf"^(?:\*注\*：)?[{HAN}A-Z、²χ]{{1,6}}：[^。：]*。[{HAN}A-Z、²χ]{{1,6}}：",
        "未估计：案例说明中有理由。不可采信：解可疑、区间过宽，或前因无法区分。",
    ),
    "others who are no people": (r"[A-Z][a-zéöüï]+ 等(?![人级])", "随 Tenenhaus 等（2005）发表"),
    "a clause without its subject": (r"[；。]不构成", "强度为假定；不构成任何企业的证据"),
    "a word that no paper has": (
        r"再买|抽样偶然|所承诺|似然之中|与之的|最急转折|抽样得如何|所购之物|写者"
        r"|不构成范围|异方差一致区间|使[^，。；]*成倍变化|通过抽样得|随机数据次数|调查提不出"
        r"|答案上的同一指标|所能达到的数值。其后各水平所列数值，",
        "52 周内再买者占 45.8%",
    ),
    "a plan where researchers have what they set before": (
        r"计划(?=模型|的测量模型|的构念|构念|载荷|结构|模式|那样)",
        "计划模型没有可接受的解",
    ),
    "respondents who make an interval themselves": (
        r"由(?:受访者|客户|企业)得出",
        "先由受访者得出区间",
    ),
    "a half-width bracket that ends a sentence": (
        r" \([A-Za-z]+\)[。，；]",
        "见 ¤ (Frictionless)。",
    ),
    "a mark between quotations": ("”、“", "“满意”、“忠诚”"),
    "a condition that a semicolon cuts off": (
        r"(?:设想|如果|假如)[^，。；]*，[^。；]*；那么",
        "如果满意，忠诚；那么",
    ),
}
#: Words of programs, of commands and of patterns, no sentences.
_CODE = re.compile(
    r"`[^`]*`|\{\{[^}]*\}\}|\{[^{}]*\}|\$[^$]*\$|\]\([^)]*\)|<[^>]*>|\(\?|\[\^|https?://\S+"
)


def sentences() -> Iterator[tuple[str, str]]:
    """Chinese texts with where they stand: of chapters, terms, descriptions and the code."""
    for file in sorted([*ROOT.glob("*.zh.md"), *(ROOT / "reports").glob("**/zh/*.qmd")]):
        said = re.sub(r"(?ms)^```.*?^```| \{#[^}]*\}", "", file.read_text(encoding="utf-8"))
        for line in said.splitlines():
            yield file.name, line
    files = [*(ROOT / "src/loyalty/ground/terms").glob("*.yml"), *ROOT.glob("data/*/study.yml")]
    for file in sorted([*files, ROOT / "data/claims.yml"]):
        if file.name != "messages.yml":
            yield from _below(
                f"{file.parent.name}/{file.name}", yaml.safe_load(file.read_text("utf-8"))
            )
    for folder in ("analyses", "book", "shown", "estimates"):
        for file in sorted((ROOT / "src/loyalty" / folder).rglob("*.py")):
            if file.name != "quotes.py":  # patterns of names and numbers
                yield from _literals(file)


def _below(where: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for below in value.values():
            yield from _below(where, below)
    elif isinstance(value, list):
        for below in value:
            yield from _below(where, below)
    elif isinstance(value, str):
        yield where, value


def _literals(file: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}  # docstrings
    inner = docs | {
        id(part) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for part in n.values
    }
    for item in ast.walk(tree):
        if isinstance(item, ast.JoinedStr):
            parts = [p.value if isinstance(p, ast.Constant) else "{}" for p in item.values]
            yield f"{file.name}:{item.lineno}", "".join(map(str, parts))
        elif (
            isinstance(item, ast.Constant) and isinstance(item.value, str) and id(item) not in inner
        ):
            yield f"{file.name}:{item.lineno}", item.value


TEXTS = [
    (where, _CODE.sub("¤", said)) for where, said in sentences() if re.search(f"[{HAN}]", said)
]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_chinese_text_has(fault: str) -> None:
    pattern, example = FAULTS[fault]
    assert re.search(pattern, example)
    assert len(TEXTS) > 2000
    assert [(where, said) for where, said in TEXTS if re.search(pattern, said)] == []


@pytest.mark.parametrize(
    ("written", "set_"),
    [
        (".48", "0.48"),
        ("[−.31,", "[−0.31,"),
        ("为.5", "为0.5"),
        ("62.0\u00a0%", "62.0%"),
        ("3.14", "3.14"),
        ("v1.2.3", "v1.2.3"),
        ("items.csv", "items.csv"),
    ],
)
def test_numbers_are_set_as_chinese_does(written: str, set_: str) -> None:
    assert chinese.typeset(written) == set_
    said = chinese.numbers(text(written))
    assert said == (None if written == set_ else [text(set_)])


def test_citations_stand_close() -> None:
    space, cite = node("Space"), node("Cite", [[], [text("（甲，2020）")]])
    inlines = [text("满意"), space, cite, space, text("与"), space, text("CFI")]
    assert chinese.close([node("Para", inlines)]) == [
        node("Para", [text("满意"), cite, text("与"), space, text("CFI")])
    ]


def test_no_full_stop_ends_a_caption() -> None:
    """GB/T 15834—2011, A.1, even after one within; English captions keep theirs."""
    said = Text(en="What is found. What is shown.", zh="满意与忠诚相关。各项调查的路径。")
    table = Table([], [], said)
    assert numbered(table, "x", "zh").endswith(": 满意与忠诚相关。各项调查的路径 {#tbl-x}")
    assert numbered(table, "x", "en").endswith(": What is found. What is shown. {#tbl-x}")
    assert captioned(of_simulated(said), "zh") == "满意与忠诚相关。各项调查的路径（模拟数据）"
    bracket = Text(en="Paths (all).", zh="路径（全部）。")
    assert captioned(of_simulated(bracket, some=True), "zh") == "路径（全部），含模拟数据"
    named = Text(en="Simulated data.", zh="模拟数据的路径。")
    assert captioned(of_simulated(named), "zh") == "模拟数据的路径"
    # nothing sets a caption but by this rule, and no chapter has one of its own
    code = [f for f in (ROOT / "src").rglob("*.py") if ".caption.in_(" in f.read_text("utf-8")]
    own = [
        f
        for f in (ROOT / "reports").glob("**/zh/*.qmd")
        if re.search(r"#(tbl|fig)-[^>\n]*\}$", f.read_text("utf-8"), re.M)
    ]
    assert code + own == []


def test_counts_that_read_oddly_are_found() -> None:
    assert odd_counts("其中 0 条未估计") == ["其中 0 条未估计"]
    assert odd_counts("共 12 条路径中有 12 条得到支持") != []
    fine = "12 条路径中有 2 条得到支持，10 条未定；2 项调查中，1 项有 2 个构念；2010 条"
    assert odd_counts(fine) == []
