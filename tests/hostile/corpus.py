"""Hostile and broken cases, made rather than kept: what is wrong in each, and what must be said.

:func:`corpus` gives more than 300; every one is a small case with one thing wrong in its
description, its texts, a cell of its rows, or its file.
"""

from __future__ import annotations

import copy
import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import answers, description


@dataclass(frozen=True)
class Hostile:
    """A case: what its folder holds, and what `loyalty check` must say of it.

    `says` is a part of some fault's line, or ``key`` and the key that a fault must name first, or
    None where the case must be sound.
    """

    name: str
    study: dict[str, Any]
    rows: bytes
    file: str
    says: str | None

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / self.file).write_bytes(self.rows)
        text = yaml.safe_dump(self.study, allow_unicode=True, sort_keys=False)
        (folder / "study.yml").write_text(text, encoding="utf-8")


#: Texts that are markup, code or commands somewhere.
TEXTS = {
    "dollar": "costs $10–$20",
    "lone": "a lone $",
    "tex": r"\input{/etc/passwd} \frac{1}{2}",
    "markdown": "*a* _b_ [c](d) # e > f | g `h` ~~i~~ ^j^",
    "image": "![x](http://127.0.0.1:9/x.png)",
    "shortcode": "{{< include /etc/passwd >}}",
    "variable": "{{< var small.audit.flow.n >}}",
    "raw": "`#set page(width: 1cm)`{=typst} ```{=html}<b>```",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "entity": "&lt;b&gt; &#0; &amp;",
    "typst": '#let x = read("/etc/passwd"); $x$ @cite <label>',
    "bidi": "\u202eevil\u202c \u2066x\u2069 \u200f",
    "polish": "Łódź, Zażółć gęślą jaźń",
    "scripts": "Ελλάδα Привет שלום مرحبا हिन्दी ไทย 한국 中文 Ő ơ ư İ",
    "emoji": "👍🏽 🇩🇪 👩‍👩‍👧",
    "combining": "Z\u0351\u036b\u0343a\u0321\u034d l\u0360g\u0334o",
    "shell": "$(touch /tmp/loyalty-x) `id` ; rm -rf ~",
    "formula": "=cmd|'/c calc'!A0",
    "citation": "[@nobody2020; @hair2021] @fig-x",
    "cell": "a | b || c",
    "quotes": '"\'“”«»\\"',
    "long": "word " * 300,
    "number": "007",
    "other": "Loyalty",
}
#: Where a description holds a text for readers.
PLACES = (
    "title",
    "summary",
    "provenance.source",
    "provenance.licence",
    "provenance.sampling",
    "constructs.0.label",
    "constructs.1.items.0.en",
    "variables.0.label",
    "groups.0.label",
    "groups.0.levels.1",
)
#: Keys with values that they cannot take, and the key that must be named.
WRONG: dict[str, tuple[Any, ...]] = {
    "title": (None, [], 1.5, "", {"fr": "x"}),
    "provenance": (None, "x", [], {}),
    "provenance.kind": (None, "fake", 3),
    "provenance.redistribute": ("perhaps", [], None),
    "provenance.year": (1066, "now", []),
    "rows": ("rows.csv", [], {}, {"file": None}),
    "rows.file.sha256": ("abc", None, "0" * 63, "G" * 64),
    "rows.outside_scale": ("ignore", 3, None),
    "scale": ("1-5", [], {"min": 1}, {"min": 5, "max": 1}, {"min": 1, "max": 1}),
    "scale.min": ("one", None, [], float("nan")),
    "scale.step": (-1, "half", None),
    "scale.missing": ("none at all", 9, {"a": 1}),
    "constructs": ("quality", {}, [1], [None]),
    "constructs.0.id": ("my quality", "", "1st", "a-b", "x" * 41, None, "../x"),
    "constructs.0.role": ("boss", None, 1),
    "constructs.0.mode": ("causal", None),
    "constructs.0.items": ([], None, "q1", [{}]),
    "constructs.0.items.0.id": ("q 1", "$q", None, "q2"),
    "constructs.0.items.0.reversed": ("somewhat", None, 7),
    "variables": ({}, "recommend", [{}]),
    "variables.0.kind": ("stars", None),
    "groups.0.levels": ({}, [], {"1": "one"}, None),
    "groups.0.within": ("firm", 1),
    "groups.0.missing": ("99", {}),
    "groups.0.quotas": ({"1": 1.0}, {"1": "half", "2": "half"}),
    "exclude": ({}, [{}], [{"id": "x", "label": "x", "column": "q1"}], "nobody"),
    "hypotheses": ({}, [{}], "H1", [{"id": "H1", "from": "quality", "to": "loyalty"}]),
    "hypotheses.0.to": ("trust", None, "quality"),
    "hypotheses.0.sign": ("positive", None, 1),
    "hypotheses.0.moderator": ("age", []),
    "covariances": ([["quality", "trust"]], [["quality"]], "x"),
    "effects": ([{"id": "I1", "label": "x", "through": ["quality", "loyalty"]}], {}),
    "focus": ("H9", []),
    "weights": ("q1", "plan", "", [], {"column": "wgt"}),
    "marker": ("nobody", []),
    "published": ({}, [{}], "everything"),
    "notebooks": ({"adit": {}}, [], "audit"),
    "unheard_of": (1, None, {}),
}
#: Cells that are no answer, to an item, a number and a group.
CELLS = (
    "often",
    "=1+1",
    "#N/A!",
    "1;2",
    "1e400",
    "9" * 400,
    "inf",
    "-inf",
    "0x1F",
    "[bold]x[/]",
    "{0}",
    "%s",
    "\u202e3",
    "<b>3</b>",
    "$(id)",
    "３½",
    "3\\n",
    "…",
    "99",
    "-1",
    "5.5",
)


def _set(target: Any, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for key in parents:
        target = target[int(key) if isinstance(target, list) else key]
    target[int(last) if isinstance(target, list) else last] = value


def _case(
    name: str,
    rows: bytes,
    says: str | None,
    study: dict[str, Any] | None = None,
    file: str = "rows.csv",
) -> Hostile:
    made = description() if study is None else study
    source = {"path": file, "sha256": hashlib.sha256(rows).hexdigest()}
    if study is None or made.get("rows", {}) == description()["rows"]:
        made["rows"] = {"file": source}
    return Hostile(name, made, rows, file, says)


def _csv() -> bytes:
    return answers().to_csv(index=False).encode()


def corpus() -> Iterator[Hostile]:
    """All of them, in one order, by names that may be folders."""
    yield from _descriptions()
    yield from _texts()
    yield from _cells()
    yield from _files()


def _descriptions() -> Iterator[Hostile]:
    rows = _csv()
    for path, values in WRONG.items():
        for k, value in enumerate(values):
            study = copy.deepcopy(description())
            study["rows"]["file"]["sha256"] = hashlib.sha256(rows).hexdigest()
            _set(study, path, value)
            key = path.split(".")[0]
            name = f"key-{path.replace('.', '-').replace('_', '-')}-{k}"
            yield Hostile(name, study, rows, "rows.csv", f"key {key}")


def _texts() -> Iterator[Hostile]:
    rows = _csv()
    for path in PLACES:
        for kind, text in TEXTS.items():
            study = description()
            _set(study, path, text)
            name = f"text-{path.replace('.', '-')}-{kind}"
            yield _case(name, rows, None, study)


def _cells() -> Iterator[Hostile]:
    for column in ("q2", "recommend", "plan"):
        for k, cell in enumerate(CELLS):
            frame = answers().astype(object)
            frame.loc[4, column] = cell
            says = f"row 6, column {column}"
            if column == "recommend" and cell == "5.5":
                says = "5.5 is not on the scale"
            yield _case(f"cell-{column}-{k}", frame.to_csv(index=False).encode(), says)
    for k, cell in enumerate(CELLS):
        frame = answers().assign(wgt=1.0).astype(object)
        frame.loc[4, "wgt"] = cell
        study = {**description(), "weights": "wgt"}
        said = None if cell in ("99", "5.5") else "row 6, column wgt"
        yield _case(f"cell-weight-{k}", frame.to_csv(index=False).encode(), said, study)


def _files() -> Iterator[Hostile]:
    text = _csv()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", text)
        archive.writestr("b.csv", text)
    yield _case("file-empty", b"", "rows.csv")
    yield _case("file-blank", b"\n\n\n", "rows.csv")
    yield _case("file-heading", text.splitlines()[0] + b"\n", "rows.csv")
    yield _case("file-binary", b"PK\x03\x04" + bytes(200), "rows.csv")
    yield _case("file-column", text.replace(b"q3,", b"q3x,", 1), "no column 'q3'")
    yield _case("file-longer", text + b"1,2,3,4,5,6,7,8,9,10,11,12\n", "rows.csv")
    yield _case("file-zip", packed.getvalue(), "rows.zip", file="rows.zip")
    yield _case("file-half-gzip", gzip.compress(text)[:-20], "gzip", file="rows.csv.gz")
    yield _case("file-no-gzip", text, "gzip", file="rows.csv.gz")
    yield _case("file-no-xlsx", text, "rows.xlsx", file="rows.xlsx")
    yield _case("file-no-sav", text, "rows.sav", file="rows.sav")
    yield _case("file-no-parquet", text, "rows.parquet", file="rows.parquet")
    yield _case("file-suffix", text, "rows.exe", file="rows.exe")
