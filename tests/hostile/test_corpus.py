"""`loyalty check` on more than 300 hostile cases: a message each, no traceback, nothing run."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from loyalty import cli
from tests.hostile.corpus import Hostile, corpus

CORPUS = list(corpus())
#: About thirty of all kinds for `make test`.
SOME = {case.name for case in CORPUS[:: len(CORPUS) // 30]}


def _marked(case: Hostile) -> Any:
    return pytest.param(case, id=case.name, marks=() if case.name in SOME else pytest.mark.long)


def test_the_corpus_is_large_and_of_one_name_each() -> None:
    names = [case.name for case in CORPUS]
    assert len(names) == len(set(names)) >= 300
    assert 30 <= len(SOME) <= 40


@pytest.mark.parametrize("case", [_marked(case) for case in CORPUS])
def test_what_is_said(
    case: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    root = tmp_path / "my study (1)"
    (root / "notebooks").mkdir(parents=True)
    (root / "_quarto.yml").write_text("project:\n  type: book\n", encoding="utf-8")
    case.write(root / "data" / "small")
    before = sorted(str(p) for p in tmp_path.rglob("*"))
    monkeypatch.setenv("LOYALTY_ROOT", str(root))
    started = time.monotonic()
    code = cli.main(["check", "small", "--json"])
    assert time.monotonic() - started < 20
    shown = capsys.readouterr()
    said = shown.out + shown.err
    assert "Traceback" not in said
    if case.says is None:
        assert code == 0, said[-500:]
        assert json.loads(shown.out)["sound"]
    else:
        assert code == 2, said[-500:]
        found = json.loads(shown.out)["faults"] if shown.out else []
        named = [f["column"] or f["said"] for f in found]
        lines = [f"{f['file']}: row {f['row']}, column {f['column']}: {f['said']}" for f in found]
        if case.says.startswith("key "):
            assert any(key.startswith(case.says[4:]) for key in named), said[-500:]
        else:
            assert any(case.says in line for line in [*lines, shown.err]), said[-500:]
    assert sorted(str(p) for p in tmp_path.rglob("*")) == before
