"""What the command says: every message in both languages, in one piece, as the reader asks."""

from __future__ import annotations

import ast
import json
import os
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
import typer

from loyalty import cli
from loyalty.book.report import _said
from loyalty.ground.catalogue import catalogue
from loyalty.ground.errors import UserError
from loyalty.ground.said import Said, language, spoken
from loyalty.render.errors import Fault

SOURCE = Path(cli.__file__).parent
MESSAGES = catalogue("messages")
#: What takes a template as its first argument.
TELLERS = {"Said", "UserError", "RowsAbsent", "Mistake", "NotebookFailed", "Fault", "tell"}
#: Who speaks of the project's own declared processes, to their author, speaks English.
ENGLISH = {"simulate"}
#: What Chinese texts have in Latin letters beside parameters, options, keys and file names.
LATIN = {
    *("DOI", "JSON", "NEW", "NUL", "OLD", "ORCID", "Python", "SHA", "Schema", "UTF", "YAML"),
    *(
        "Zenodo",
        "figshare",
        "Dataverse",
        "Excel",
        "Berlin",
        "Europe",
        "NAME",
        "VALUE",
        "MM",
        "YYYY",
    ),
    *("LOYALTY", "LANGUAGE", "max", "lavaan", "git", "en", "true", "false"),
}


def calls() -> Iterator[tuple[str, ast.Call, dict[str, str]]]:
    """Where something is told: file and line, the call, and the module's texts by name."""
    for file in sorted(SOURCE.rglob("*.py")):
        if ENGLISH & set(file.relative_to(SOURCE).parts):
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        texts = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value.value, str)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in TELLERS:
                    yield f"{file.relative_to(SOURCE)}:{node.lineno}", node, texts


def templates(call: ast.Call, texts: dict[str, str]) -> list[str]:
    """The English sentences of a call; none where it hands on what was said elsewhere."""
    first = call.args[0]
    several = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
    found = []
    for one in several:
        if isinstance(one, ast.Constant):
            found.append(one.value)
        elif isinstance(one, ast.Name) and one.id in texts:
            found.append(texts[one.id])
    return found


def places(template: str) -> list[str]:
    return sorted(
        f"{name}!{conversion or ''}:{spec}"
        for _, name, spec, conversion in Formatter().parse(template)
        if name is not None
    )


HELP = [
    (one.name, of.name, " ".join(of.help.split()))
    for command in [typer.main.get_command(cli.app)]
    for one in [command, *command.commands.values()]  # type: ignore[attr-defined]
    for of in [one, *one.params]
    if getattr(of, "help", None)
]


def test_every_message_of_the_code_is_in_the_catalogue_and_every_entry_is_used() -> None:
    told = {text for _, call, texts in calls() for text in templates(call, texts)}
    assert sorted(told - MESSAGES.keys()) == []
    elsewhere = {os.strerror(code) for code in range(1, 140)}
    elsewhere |= {text for _, _, text in HELP}
    by_yaml = {"a plain key is expected", "aliases (*name) are not allowed"}
    assert sorted(MESSAGES.keys() - told - elsewhere - by_yaml) == []


def test_faults_of_a_book_are_said_in_the_readers_language() -> None:
    """What an author of chapters has done wrong; what other programs say stays as it is."""
    faults = [
        Fault("{where}: citation @{key} is not in the bibliography", where="a.qmd:3", key="x"),
        Fault(
            "{where}: {line}",
            where="b.qmd:1",
            line=Fault("notebook {name} does not exist", name="n"),
        ),
        "pandoc: {odd}",
    ]
    said = Said("the report was not rendered: {faults}", faults=[_said(one) for one in faults])
    assert said == (
        "the report was not rendered: a.qmd:3: citation @x is not in the bibliography, "
        "b.qmd:1: notebook n does not exist, pandoc: {odd}"
    )
    assert said.in_("zh") == (
        "报告未能生成：a.qmd:3: 文献 @x 不在参考文献库中、b.qmd:1: 笔记本 n 不存在、pandoc: {odd}"
    )
    loose = []
    for file in sorted((SOURCE / "render").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("faults.append"):
                loose += [
                    f"{file.name}:{a.lineno}" for a in node.args if isinstance(a, ast.JoinedStr)
                ]
    assert loose == []


def test_no_message_is_composed_of_fragments() -> None:
    """A template is one text; what stands in its places is a value or a sentence of its own."""
    odd = []
    for where, call, _ in calls():
        first = call.args[0]
        composed = (ast.JoinedStr, ast.BinOp)
        if isinstance(first, composed) or any(isinstance(n, composed) for n in ast.walk(first)):
            odd.append(f"{where}: its text is put together")
        for keyword in call.keywords:
            inside = [n for n in ast.walk(keyword.value) if isinstance(n, ast.IfExp | ast.BoolOp)]
            for node in inside:
                branches = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
                words = [b for b in branches if isinstance(b, ast.Constant | ast.JoinedStr)]
                if any(isinstance(w, ast.JoinedStr) or " " in str(w.value) for w in words):
                    odd.append(f"{where}: {keyword.arg} is words")
            if isinstance(keyword.value, ast.JoinedStr) and any(
                isinstance(part, ast.Constant) and re.search(r"[a-z]{2} [a-z]{2}", part.value)
                for part in keyword.value.values
            ):
                odd.append(f"{where}: {keyword.arg} is words")
    assert odd == []


def test_every_place_of_a_message_is_filled() -> None:
    wrong = []
    for where, call, texts in calls():
        given = {keyword.arg for keyword in call.keywords}
        if None in given:  # a mapping
            continue
        for text in templates(call, texts):
            if given and {p.partition("!")[0] for p in places(text)} != given:
                wrong.append(f"{where}: {text}")
    assert wrong == []


@pytest.mark.parametrize("english", MESSAGES)
def test_a_message_has_chinese_with_the_same_places(english: str) -> None:
    chinese = MESSAGES[english]["zh"]
    assert set(places(chinese)) == set(places(english))
    place, colon, _ = english.partition(": ")
    if colon and re.fullmatch(r"[\w./{}!:]*\{[\w./{}!:]*", place):  # a file or a key in front
        assert chinese.partition(": ")[:2] == (place, colon)
    words = re.sub(r"\{[^}]*\}|`[^`]*`|'[^']*'|https?:\S+|<\w+>", " ", chinese)
    words = re.sub(r"[\w.-]*[/._=-][\w./=-]*|--\w+|\w+:(?= |$|\w)|loyalty \w+|uv sync", " ", words)
    if re.search(r"[\u4e00-\u9fff]", chinese):
        known = {word for word in re.findall(r"[A-Za-z]+", english)} | LATIN
        left = {w for w in re.findall(r"[A-Za-z]{2,}", words) if w not in known}
        assert left == set(), f"{left} in {chinese}"
        assert not re.search(r"[\u4e00-\u9fff][,;?!]|[\u4e00-\u9fff]\(", chinese), chinese


@pytest.mark.parametrize(("command", "option", "text"), HELP, ids=lambda x: str(x)[:30])
def test_all_help_is_in_the_catalogue(command: str, option: str, text: str) -> None:
    assert MESSAGES[text]["zh"]


# --- a sentence ----------------------------------------------------------------------------------
def test_a_sentence_is_its_english_and_speaks_chinese() -> None:
    said = Said(
        "{name}: {rows:,} rows; at most {most:,} are read", name="a.csv", rows=12_000, most=9
    )
    assert said == "a.csv: 12,000 rows; at most 9 are read"
    assert said.in_("zh") == "a.csv: 共 12,000 行，最多读取 9 行"
    assert pickle.loads(pickle.dumps(said)).in_("zh") == said.in_("zh")
    place, rest = said.placed()
    assert (place, rest) == ("a.csv", "12,000 rows; at most 9 are read")
    assert rest.in_("zh") == "共 12,000 行，最多读取 9 行"
    assert json.dumps({"said": said}) == json.dumps({"said": str(said)})


def test_a_sentence_within_a_sentence_is_shown_in_its_language() -> None:
    inner = Said("the network cannot be reached")
    error = UserError("{where}: {why}", where="here", why=inner)
    assert str(error) == "here: the network cannot be reached"
    assert spoken(error, "zh") == "here: 网络不可用"
    assert Said("{columns}", columns=[]).in_("zh") == "无"


def test_braces_of_a_value_are_no_places() -> None:
    assert Said("no column {column!r}", column="{x}") == "no column '{x}'"
    assert Said("a {b} without parameters") == "a {b} without parameters"
    assert Said("{table!r} is none", table=None) == "None is none"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "de_DE.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LOYALTY_LANGUAGE": "zh"}, "zh"),
        ({"LC_ALL": "zh_TW.UTF-8", "LOYALTY_LANGUAGE": "en"}, "en"),
    ],
)
def test_the_language_is_the_commands_or_the_locales(
    environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOYALTY_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


# --- the command ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "words",
    [["check", "nobody", "--language", "zh"], ["--language=zh", "check", "nobody"]],
)
def test_the_command_speaks_chinese(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("错误 案例 'nobody': 不存在；现有案例：") and "、" in said
    assert cli.main(["check", "nobody"]) == 2
    assert capsys.readouterr().err.startswith("error case 'nobody': unknown; known cases: ")


def test_a_language_before_a_command_that_has_one_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["--language", "zh", "new", "mine", "--data", "nowhere.csv"]) == 3
    assert "nowhere.csv" in capsys.readouterr().err
    assert cli.main(["--language=xx", "report", "nobody"]) == 2
    assert "--language xx: expected en, zh" in capsys.readouterr().err


def test_its_help_is_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--help", "--language", "zh"]) == 0
    assert "供程序读取" in capsys.readouterr().out


def test_what_programs_read_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "reputation-mobile", "--json"]) == 0
    english = capsys.readouterr().out
    assert cli.main(["check", "reputation-mobile", "--json", "--language", "zh"]) == 0
    assert capsys.readouterr().out == english
    assert cli.main(["check", "reputation-mobile", "--language", "zh"]) == 0
    table = capsys.readouterr().out
    assert "344 行" in table and "提示" in table and "note" not in table


def test_another_language_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["cases", "--language", "fr"]) == 2
    assert capsys.readouterr().err == "error --language fr: expected en, zh\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["new", "z"], "缺少 --data"),
        (["check"], "缺少 case"),
        (["chek"], "没有命令 'chek'"),
        (["cases", "--colour"], "没有选项 --colour"),
        (["run", "--draws"], "--draws 需要一个值"),
        (["run", "--draws", "many"], "--draws: 应为整数"),
        (["cases", "one", "two"], "多余的参数：one two"),
    ],
)
def test_words_that_do_not_fit_are_told_in_chinese(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*words, "--language", "zh"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"错误 {told}；") and "--help 列出可用的内容" in said
    assert cli.main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("error ") and said.count("\n") == 1 and "--help tells" in said


def test_the_list_of_commands_has_a_sentence_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help", "--language", "zh"]) == 0
    listed = capsys.readouterr().out.partition("Commands:")[2].splitlines()
    for line in filter(None, listed):
        assert re.search(r"[\u4e00-\u9fff]", line) and not line.rstrip().endswith("..."), line


def test_exit_codes_are_the_same_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["check", "reputation-mobile"], ["check", "nobody"], ["check", "--help"]):
        english = cli.main(words)
        assert cli.main([*words, "--language", "zh"]) == english
    capsys.readouterr()
