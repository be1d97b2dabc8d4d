"""The chart kit: what draws it, and what labels from data may hold."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure

from loyalty.shown import charts
from loyalty.shown.charts import marks, style

NAMES = ["Łódź", "Ελλάδα", "Привет", "costs $5 and $6", "忠诚度"]


@pytest.fixture(autouse=True)
def in_style() -> None:
    style.use_style()
    style.missing_glyphs.clear()


def rows(labels: list[str]) -> pd.DataFrame:
    estimate = np.linspace(0.1, 0.5, len(labels))
    return pd.DataFrame(
        {
            "label": labels,
            "group": (["a", "b"] * len(labels))[: len(labels)],
            "estimate": estimate,
            "ci_lower": estimate - 0.1,
            "ci_upper": estimate + 0.2,
        }
    )


def correlations() -> Figure:
    r = pd.DataFrame([[1, 0.9, 0.1], [0.9, 1, -0.5], [0.1, -0.5, 1]], list("abc"), list("abc"))
    return charts.correlation_matrix(r, r - 0.1, r + 0.05, {"a": 0.8}, ["A", "B $x$", "$"])


def scores() -> Figure:
    values = np.sin(np.arange(120.0)).reshape(40, 3)
    values[3, 1] = np.nan
    return charts.score_distributions(pd.DataFrame(values), rows(list("ABC")), "score")


KINDS: dict[str, Callable[[], Figure]] = {
    "dots": lambda: charts.dots(rows(NAMES), "$x_1$", group="group", marks={"cut": 0.3}),
    "correlations": correlations,
    "scores": scores,
    "triangles": lambda: charts.two_triangles(
        pd.DataFrame(np.full((3, 3), 0.9)), pd.DataFrame(np.full((3, 3), 0.2)), NAMES[:3], cut=0.85
    ),
    "residuals": lambda: charts.residual_map(
        pd.DataFrame(np.sin(np.arange(16.0)).reshape(4, 4)), {"A": 1, "B": 3}, "r", limit=0.5
    ),
    "loadings": lambda: charts.loading_map(
        pd.DataFrame([[0.9, 0.1], [-0.2, 0.5]], ["i", "j"], ["1", "2"]), [("A", 1), ("B", 1)], 0.3
    ),
    "duplication": lambda: charts.duplication(
        rows(NAMES).assign(penetration=[0.1, 0.2, 0.3, 0.4, 0.5]), "x", "y"
    ),
    "waves": lambda: charts.waves(
        rows(NAMES).assign(date=pd.date_range("2020-01-01", periods=5)), "score"
    ),
}


def drawn(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def digests() -> str:
    style.use_style()
    return " ".join(hashlib.sha256(drawn(draw())).hexdigest() for draw in KINDS.values())


def test_the_same_bytes_in_every_process(chinese: dict[str, str]) -> None:
    code = f"import runpy; print(runpy.run_path({__file__!r})['digests']())"
    env = os.environ | {"PYTHONHASHSEED": "1"} | chinese
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == digests().split()


@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_drawn_as_they_are(kind: str) -> None:
    figure = KINDS[kind]()
    drawn(figure)
    assert not any(text.get_parse_math() for text in figure.findobj(match=_is_text))
    assert style.missing_glyphs == set()


def _is_text(artist: object) -> bool:
    return hasattr(artist, "get_parse_math")


def test_a_dollar_is_drawn() -> None:
    plain, braced = (drawn(charts.dots(rows([name]), "x")) for name in ("x", "$x$"))
    dollar = font_manager.get_font(font_manager.findfont("Noto Sans CJK SC")).get_char_index(36)
    assert dollar and b"<use" in braced
    assert braced.count(b"<use") == plain.count(b"<use") + 2


def test_letters_no_face_has_are_counted_and_stop_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        style.use_style()
        drawn(charts.dots(rows(["मर", "plain"]), "x"))
        assert style.missing_glyphs == set("मर")
        with pytest.raises(UserWarning, match="anything else"):
            warnings.warn("anything else", UserWarning, stacklevel=1)


def test_other_warnings_still_show() -> None:
    style.use_style()
    with pytest.warns(UserWarning, match="anything else"):
        warnings.warn("anything else", UserWarning, stacklevel=1)


def test_seaborn_draws_intervals_cells_and_distributions(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    for name in ("scatterplot", "heatmap", "violinplot"):
        real = getattr(marks.sns, name)
        monkeypatch.setattr(
            marks.sns,
            name,
            lambda *a, real=real, name=name, **k: called.append(name) or real(*a, **k),
        )
    for draw in KINDS.values():
        draw()
    assert set(called) == {"scatterplot", "heatmap", "violinplot"}


def test_rows_of_two_groups_share_their_line() -> None:
    both = pd.concat([rows(["A", "B"]).assign(group=g) for g in ("one", "two")])
    figure = charts.dots(both, "x", group="group")
    lines, points = figure.axes[0].collections
    assert [round(float(y), 2) for _, y in points.get_offsets()] == [1.17, 0.17, 0.83, -0.17]
    assert len(lines.get_segments()) == 4
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["one", "two"]
    apart = charts.dots(rows(["A", "B"]), "x", group="group").axes[0].collections[1]
    assert [float(y) for _, y in apart.get_offsets()] == [1.0, 0.0]


def test_an_estimate_without_interval_is_drawn() -> None:
    some = rows(["A", "B"])
    some.loc[0, ["ci_lower", "ci_upper"]] = np.nan
    figure = charts.dots(some, "x")
    assert len(figure.axes[0].collections[1].get_offsets()) == 2
    drawn(figure)


def test_words_in_cells_can_be_read() -> None:
    figure = correlations()
    colours = {t.get_text(): t.get_color() for t in figure.axes[0].texts}
    assert (colours[".90"], colours[".10"], colours["−.50"]) == ("white", style.INK, style.INK)


def test_the_kit_knows_neither_files_nor_estimators() -> None:
    folder = Path(charts.__file__).parent
    for file in folder.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        froms = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        assert not any(name.name == "*" for n in froms for name in n.names), file.name
        own = {n.module for n in froms if (n.module or "").startswith(("loyalty", "semfit"))}
        kit = {m for m in own if m and m.startswith("loyalty.shown.charts")}
        # style alone asks where the fonts are
        assert (
            own - kit <= {"loyalty.ground.numbers", "loyalty.ground.text"}
            or file.name == "style.py"
        ), file.name
