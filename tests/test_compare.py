"""Comparing runs: what is seen, what is let pass, and what a map must say."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from loyalty import cli
from loyalty.ground.errors import UserError
from loyalty.run import compare, differences, rules

OLD: dict[str, Any] = {
    "schema_version": 1,
    "case": "small",
    "analysis": "structural",
    "simulated": False,
    "numbers": {
        "cfi": {"value": 0.95, "kind": "bounded", "ci": None},
        "rmsea": {"value": 0.05, "kind": "bounded", "ci": [0.04, 0.06]},
        "path-H1": {"value": 0.5, "kind": "number", "ci": [0.4, 0.6]},
        "r2-brand-image": {"value": 0.25, "kind": "bounded", "ci": None},
        "paths": {"value": 2, "kind": "count", "ci": None},
        "paths-open": {"value": 1, "kind": "count", "ci": None},
        "converged": {"value": "yes", "kind": "text", "ci": None},
    },
    "tables": {
        "paths": [
            {"id": "H1", "from": "a", "to": "b", "value": 0.5, "low": 0.4, "said": "supported"},
            {"id": "H2", "from": "b", "to": "c", "value": 0.1, "low": None, "said": "open"},
        ],
        "widths": [{"one": 100, "two": 2000}],
    },
    "statements": {"fit": {"en": "Good.", "zh": "好。"}},
    "warnings": [],
    "provenance": {
        "parameters": {"case": "small", "draws": 100},
        "data": [{"resource": "answers", "source": "s", "sha256": "0" * 64, "rows": 9}],
        "code_sha256": "a" * 64,
        "git_commit": "0bb15ec",
        "python": "3.11.7",
        "packages": {"numpy": "2.4.6"},
    },
}
NEW: dict[str, Any] = {
    "schema_version": 2,
    "case": "small",
    "analysis": "structural",
    "simulated": False,
    "findings": {
        "fit": {"cfi": 0.95, "rmsea": 0.05, "rmsea_lower": 0.04, "rmsea_upper": 0.06},
        "paths": {
            "rows": [
                {
                    "id": "H2",
                    "from_": "b",
                    "to": "c",
                    "estimate": 0.1,
                    "ci_lower": None,
                    "ci_upper": 0.3,
                    "verdict": "open",
                },
                {
                    "id": "H1",
                    "from_": "a",
                    "to": "b",
                    "estimate": 0.5,
                    "ci_lower": 0.4,
                    "ci_upper": 0.6,
                    "verdict": "supported",
                },
            ]
        },
        "r2": [{"construct": "brand_image", "estimate": 0.25}],
        "clusters": {"refused": {"code": "no-groups", "parameters": {"n": 3}}},
    },
    "messages": [],
    "provenance": {
        "parameters": {"case": "small", "draws": 100},
        "data": [{"resource": "answers", "source": "s", "sha256": "0" * 64, "rows": 9}],
        "code_sha256": "b" * 64,
        "git_commit": "f9c3c5f",
        "python": "3.11.7",
        "packages": {"numpy": "2.4.6"},
    },
}
MAP = """
structural:
  numbers.cfi.value: fit.cfi
  numbers.rmsea.value: fit.rmsea
  numbers.rmsea.ci[*]: [fit.rmsea_lower, fit.rmsea_upper]
  numbers.path-<id>.value: paths.rows[id=<id>].estimate
  numbers.path-<id>.ci[*]: ["paths.rows[id=<id>].ci_lower", "paths.rows[id=<id>].ci_upper"]
  numbers.r2-<construct>.value: r2[construct=<construct>].estimate
  numbers.paths.value: len(paths.rows)
  numbers.paths-<said>.value: len(paths.rows[verdict=<said>])
  tables.paths[from=<a>,to=<b>].value: paths.rows[from_=<a>,to=<b>].estimate
  tables.paths[id=<id>].low: paths.rows[id=<id>].ci_lower
  tables.paths[id=<id>].said: paths.rows[id=<id>].verdict
  gone:
    tables.widths: the width of columns
"""


def put(folder: Path, content: Any, case: str = "small", analysis: str = "structural") -> Path:
    file = folder / case / f"{analysis}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    file.write_text(text, encoding="utf-8")
    return folder


def mapped(
    tmp_path: Path, new: Any = NEW, text: str = MAP, old: Any = OLD
) -> differences.Comparison:
    file = tmp_path / "map.yml"
    file.write_text(text, encoding="utf-8")
    return compare.compare(put(tmp_path / "old", old), put(tmp_path / "new", new), moved=file)


def changed(content: dict[str, Any], *path: Any, value: Any) -> dict[str, Any]:
    """A copy with another value at `path`."""
    copied = copy.deepcopy(content)
    here = copied
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = value
    return copied


def test_equal_results_are_equal(tmp_path: Path) -> None:
    found = compare.compare(put(tmp_path / "old", OLD), put(tmp_path / "new", OLD))
    assert found.equal
    assert list(found.lines()) == ["1 compared: nothing moved"]


def test_code_and_versions_are_a_note_alone(tmp_path: Path) -> None:
    new = changed(OLD, "provenance", "git_commit", value="f9c3c5f8")
    new = changed(new, "provenance", "packages", "numpy", value="2.5")
    found = compare.compare(put(tmp_path / "old", OLD), put(tmp_path / "new", new))
    assert found.equal
    assert found.notes == ["ran with: commit 0bb15ec → f9c3c5f, numpy 2.4.6 → 2.5"]


@pytest.mark.parametrize(
    ("path", "value", "section", "line"),
    [
        (("numbers", "cfi", "value"), 0.96, "moved", "numbers.cfi.value 0.95 → 0.96 (by 0.01)"),
        (
            ("tables", "paths", 1, "value"),
            0.2,
            "moved",
            "tables.paths[1].value 0.1 → 0.2 (by 0.1)",
        ),
        (("tables", "paths", 1, "low"), 0.2, "changed", "tables.paths[1].low null → 0.2"),
        (("numbers", "paths", "value"), True, "changed", "numbers.paths.value 2 → true"),
        (
            ("statements", "fit", "en"),
            "Bad.",
            "changed",
            'statements.fit.en "Good." → "Bad."',
        ),
        (("warnings",), ["w"], "appeared", 'warnings[0] "w"'),
        (("tables", "more"), [{"x.y": 1}], "appeared", "tables.more[0].x\\.y 1"),
        (
            ("provenance", "parameters", "draws"),
            5,
            "moved",
            "provenance.parameters.draws 100 → 5 (by 95)",
        ),
        (
            ("provenance", "data", 0, "sha256"),
            "1",
            "changed",
            f'provenance.data.answers.sha256 "{"0" * 64}" → "1"',
        ),
    ],
)
def test_what_differs_is_told_with_its_address(
    path: tuple[Any, ...], value: Any, section: str, line: str, tmp_path: Path
) -> None:
    new = changed(OLD, *path, value=value)
    found = compare.compare(put(tmp_path / "old", OLD), put(tmp_path / "new", new))
    lines = list(found.lines())
    assert f"{section} (1)" in lines
    assert f"  small/structural {line}" in lines


def test_what_went_and_whole_files(tmp_path: Path) -> None:
    new = copy.deepcopy(OLD)
    del new["tables"]["widths"]
    old = put(tmp_path / "old", OLD)
    put(old, OLD, analysis="groups")
    put(tmp_path / "new", new)
    found = compare.compare(old, put(tmp_path / "new", OLD, case="other"))
    assert [(d.part, d.address) for d in sorted(found.went)] == [
        ("small/groups", ""),
        ("small/structural", "tables.widths[0].one"),
        ("small/structural", "tables.widths[0].two"),
    ]
    assert [d.part for d in found.appeared] == ["other/structural"]


@pytest.mark.parametrize(
    ("old", "new", "by"),
    [
        (1.0, 1 + 9e-10, 0),
        (1e6, 1e6 + 9e-4, 0),
        (1e6, 1e6 + 2e-3, 2e-3),
        (0.0, 2e-9, 2e-9),
        (10, 10.0, 0),
        (float("nan"), float("nan"), 0),
        (float("nan"), 1.0, float("inf")),
        (10**400, 10**400, 0),
        (10**400, 1, float("inf")),
    ],
)
def test_numbers_move_beyond_the_tolerance(old: float, new: float, by: float) -> None:
    assert differences.move(old, new, 1e-9) == pytest.approx(by)


def test_a_map_matches_every_old_number(tmp_path: Path) -> None:
    found = mapped(tmp_path)
    assert found.equal, list(found.lines())
    tally = found.tallies["structural"]
    assert (tally.old, tally.matched, tally.gone, tally.unmatched) == (15, 13, 2, 0)
    assert tally.appeared == 2  # the upper end of H2's interval, and a parameter of a refusal


def test_a_map_tells_what_moved(tmp_path: Path) -> None:
    new = changed(NEW, "findings", "paths", "rows", 1, "estimate", value=0.75)
    found = mapped(tmp_path, changed(new, "provenance", "parameters", "draws", value=99))
    assert [(d.address, d.size) for d in sorted(found.moved)] == [
        ("numbers.path-H1.value → paths.rows[1].estimate", 0.25),
        ("provenance.parameters.draws", 1.0),
        ("tables.paths[0].value → paths.rows[1].estimate", 0.25),
    ]
    assert (found.tallies["structural"].moved, found.tallies["structural"].largest) == (2, 0.25)


def test_what_no_rule_or_no_new_field_speaks_of_is_unmatched(tmp_path: Path) -> None:
    text = MAP.replace("  numbers.cfi.value: fit.cfi\n", "")
    new = changed(NEW, "findings", "r2", value=[])
    found = mapped(tmp_path, new, text)
    assert [(d.address, d.text) for d in sorted(found.unmatched)] == [
        ("numbers.cfi.value", "0.95: no rule"),
        (
            "numbers.r2-brand-image.value",
            "0.25 → r2[construct=brand-image].estimate: not there",
        ),
    ]
    twice = changed(NEW, "findings", "r2", value=NEW["findings"]["r2"] * 2)
    assert len(mapped(tmp_path, twice).unmatched) == 1


def test_nothing_there_may_be_absent(tmp_path: Path) -> None:
    new = copy.deepcopy(NEW)
    del new["findings"]["paths"]["rows"][0]["ci_lower"]
    assert mapped(tmp_path, new).equal


def test_a_changed_schema_without_a_map_is_said(tmp_path: Path) -> None:
    found = compare.compare(put(tmp_path / "old", OLD), put(tmp_path / "new", NEW))
    assert len(found.unmatched) == found.tallies["structural"].unmatched == 15
    assert "structural: its schema changed, and no map has rules for it" in found.notes


def test_words_are_compared_where_a_rule_names_them(tmp_path: Path) -> None:
    old = changed(OLD, "tables", "paths", 0, "said", value="contradicted")
    found = mapped(tmp_path, old=old)
    assert [d.text for d in found.changed] == ['"contradicted" → "supported"']


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MAP.replace("cfi.value", "cfj.value"), "any old file: structural: numbers.cfj.value"),
        (MAP.replace("tables.widths", "tables.width"), "any old file: structural: tables.width"),
        ("structural: {a.b: c.<d>}", "'c.<d>' names <d>, 'a.b' does not"),
        ("structural: {'a[*]': 'b[*].c[*]'}", "has more [*]"),
        ("structural: {a: [b, c]}", "a list is taken by [*]"),
        ("structural: {a: 1}", "an address or a list of them is expected"),
        ("structural: {a..b: c}", "'a..b' is no address (column 3)"),
        ("structural: {'a[b]': c}", "'a[b]' is no address (column 2)"),
        ("structural: {gone: {a: ''}}", "old address: reason"),
        ("structural: 1", "rules (old: new) are expected"),
        ("- 1", "rules by analysis are expected"),
    ],
)
def test_a_map_that_is_wrong_is_named(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        mapped(tmp_path, text=text)
    assert said in str(error.value)


def test_maps_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "moved"
    folder.mkdir()
    with pytest.raises(UserError, match="no map in it"):
        rules.read_map(folder)
    (folder / "a.yml").write_text("structural: {a: b}\n")
    (folder / "b.yml").write_text("groups: {a: b}\n")
    assert sorted(rules.read_map(folder)) == ["groups", "structural"]
    (folder / "c.yml").write_text("groups: {a: b}\n")
    with pytest.raises(UserError, match="groups has rules in another file, too"):
        rules.read_map(folder)


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"findings": 1, "provenance": {}}', "[" * 100_000, "1" * 5000]
)
def test_a_file_that_is_no_result_is_named(content: str, tmp_path: Path) -> None:
    put(tmp_path, content)
    with pytest.raises(UserError, match=r"small/structural\.json: not "):
        compare.compare(tmp_path, tmp_path)


def test_long_sections_are_shortened(tmp_path: Path) -> None:
    new = changed(OLD, "tables", "more", value=[{"x": i} for i in range(60)])
    found = compare.compare(put(tmp_path / "old", OLD), put(tmp_path / "new", new))
    assert sum(" 5" in line for line in found.lines(everything=True)) > 0
    assert "  … and 10 more" in list(found.lines())
    assert len(list(found.lines(everything=True))) == len(list(found.lines())) + 9


def test_keys_for_who_writes_a_map(tmp_path: Path) -> None:
    put(tmp_path / "old", OLD)
    lines = compare.keys(tmp_path / "old" / "structural")
    assert lines[0] == "structural: 15 numbers"
    assert "  numbers.path-<…>.value  (1 numbers, 1 files, like numbers.path-H1.value)" in lines
    assert "  tables.paths[*].low  (1 numbers, 1 others, 1 files)" in lines
    file = tmp_path / "map.yml"
    file.write_text(MAP.replace("  numbers.cfi.value: fit.cfi\n", ""))
    left = compare.keys(tmp_path / "old", moved=file)
    assert left[:2] == ["structural: 1 numbers", "  numbers.cfi.value  (1 numbers, 1 files)"]


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = str(put(tmp_path / "old", OLD))
    new = str(put(tmp_path / "new", changed(OLD, "numbers", "cfi", "value", value=0.96)))

    def run(*arguments: str) -> tuple[int, str]:
        code = cli.main(["compare", *arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    assert run(old, old)[0] == 0
    code, text = run(old, new)
    assert code == 1
    assert text.splitlines()[-1] == "1 compared: 1 moved; the largest move is 0.01"
    assert run(old, new, "--tolerance", "0.1")[0] == 0
    assert run(old, str(tmp_path))[0] == 2
    assert run(old)[0] == 2
    assert run(old, new, "--analysis", "groups")[0] == 2
    assert run(old, "--keys")[0] == 0


PAGE = """<html><head><title>Not read</title></head><body><nav>Contents</nav><main>
<h1 id="fit">Fit<a class="anchor">#</a></h1><p>CFI is .95, which is good. The <em>model</em>
stands.</p><figure id="tbl-paths"><figcaption>Table 1: Paths</figcaption><table>
<tr><th>Path</th><th>β</th></tr><tr><td><p>H1</p></td><td>−0.50</td></tr>
<tr><td>H2</td><td>0.10</td></tr></table></figure>
<figure id="fig-paths"><img alt="A diagram."></figure><style>p {}</style><nav>Next</nav>
</main></body></html>"""


def test_a_comparison_is_told_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOYALTY_LANGUAGE", "zh")
    moved = changed(NEW, "findings", "fit", "rmsea", value=0.5)
    comparison = mapped(tmp_path, moved, MAP.replace("  numbers.r2", "  #numbers.r2"))
    told = "\n".join(comparison.lines())
    assert "有变动（" in told and "未对应（" in told and "最大变动" in told
    english = r"\b(moved|changed|went|appeared|unmatched|compared|no rule|largest|times|by)\b"
    assert not re.search(english, told), told


def book(folder: Path, pages: dict[str, str]) -> Path:
    for name, text in {"index.html": PAGE, **pages}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def test_a_book_is_read_by_sentences_and_rows(tmp_path: Path) -> None:
    old = book(tmp_path / "old", {"reports/fit.html": PAGE, "reports/executed/a.html": "old"})
    assert compare.compare(old, old).equal
    page = (
        PAGE.replace("−0.50", "−0.75")
        .replace("good. The <em>model</em>", "bad. The <strong>model</strong>")
        .replace("A diagram.", "A picture.")
        .replace("Contents", "Table of contents")
        .replace("tbl-paths", "tbl-effects")
    )
    pages = {"reports/fit.html": page, "reports/more.html": PAGE}
    found = compare.compare(old, book(tmp_path / "new", pages))
    assert [str(d) for d in found.moved] == [
        "reports/fit.html #tbl-paths “−0.50” → “−0.75” (by 0.25)"
    ]
    assert [str(d) for d in found.changed] == [
        "reports/fit.html #fit “CFI is .95, which is good.” → “CFI is .95, which is bad.”",
        "reports/fit.html #fig-paths “[A diagram.]” → “[A picture.]”",
    ]
    assert [str(d) for d in found.went] == ["reports/fit.html #tbl-paths (gone)"]
    assert sorted(str(d) for d in found.appeared) == [
        "reports/fit.html #tbl-effects (new)",
        "reports/more.html (the page)",
    ]


def test_rows_that_came_and_went(tmp_path: Path) -> None:
    row = "<tr><td>H2</td><td>0.10</td></tr>"
    old = book(tmp_path / "old", {})
    new = book(tmp_path / "new", {"index.html": PAGE.replace(row, "")})
    assert [d.text for d in compare.compare(old, new).went] == ["“H2 | 0.10”"]
    assert [d.text for d in compare.compare(new, old).appeared] == ["“H2 | 0.10”"]


def test_a_book_is_not_compared_with_results(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="one is a book, the other is not"):
        compare.compare(book(tmp_path / "book", {}), put(tmp_path / "results", OLD))
