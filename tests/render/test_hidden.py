"""Numbers on their way through Pandoc: the book is, byte for byte, as with spans."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from loyalty.render import citations, embedded, hidden
from loyalty.render.document import Builder
from loyalty.render.pdf import TypstWriter
from loyalty.render.project import load_book

KEY = "demo/measurement/fit.rows[0].ci_lower"
SPAN = f'[.45]{{.num key="{KEY}"}}'
PAGE = f"""
Between [{SPAN}, [−1\\.2\u00a0\\%]{{.num key="demo/measurement/fit.r2"}}]: **{SPAN}**, "{SPAN}".
{SPAN}
In code `{SPAN}`.

### The heading has {SPAN}

- {SPAN} first
- [1\\.000]{{.num key="demo/measurement/fit.cfi"}} again

```
{SPAN}
```

    {SPAN}

| a | b |
|:--|--:|
| \\<\u00a0\\.001 | [\\<\u00a0\\.001]{{.num key="demo/measurement/fit.p"}} |

A word \ue000demo/measurement/fit.cfi\ue001of nobody\ue002.
"""


@pytest.fixture
def root(copy: Callable[..., Path]) -> Path:
    sample = Path(__file__).parent / "sample" / "reports" / "data.qmd"
    return copy({"reports/data.qmd": f"{sample.read_text('utf-8')}\n{PAGE}"})


def typst(root: Path) -> str:
    document = Builder(load_book(root)).build()
    citations.resolve(document)
    return TypstWriter(document, "test").source()


def test_the_book_is_as_with_spans(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.render(root, ["html"], tmp_path / "hidden")
    printed = typst(root)
    monkeypatch.setattr(hidden, "_SPAN", re.compile("(?!)"))
    embedded.render(root, ["html"], tmp_path / "spans")
    for page in (tmp_path / "spans").rglob("*.*"):
        same = (tmp_path / "hidden" / page.relative_to(tmp_path / "spans")).read_bytes()
        assert page.read_bytes() == same, page.name
    text = (tmp_path / "hidden/reports/data.html").read_text("utf-8")
    assert text.count('data-key="fit.rows[0].ci_lower">.45</a>') == 6
    assert 'data-key="fit.p">&lt;\u00a0.001</a>' in text
    assert "A word demo/measurement/fit.cfiof nobody." in text
    assert printed == typst(root)


def test_what_is_hidden_comes_back() -> None:
    text, keys = hidden.hidden(f"Of {SPAN} and\n\n# {SPAN}\n")
    assert keys == [KEY] and text.count("{.num") == 1 and ".45" in text
    told = hidden.told(text, keys)
    assert hidden.bare(told).startswith("Of .45 and")
    aligned = f"  Right     Left\n-------     ------\n     12     {SPAN}\n"
    assert hidden.hidden(aligned) == (aligned, [])
    links = hidden.shown(told, lambda key, number: f"<{key}|{number}>")
    assert links.startswith(f"Of <{KEY}|.45> and")
