"""The second, narrow drawing of a figure: as wide as a phone, its texts whole and no smaller."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from loyalty.ground.numbers import show
from loyalty.shown import charts
from loyalty.shown.charts import phone, style

LABELS = [
    "Perceived quality → Customer satisfaction",
    "Expectations of the provider's network → Perceived value",
    "Image",
    "感知质量与客户满意度之间的标准化路径系数",
]


@pytest.fixture(autouse=True)
def in_style() -> None:
    style.use_style()


def rows(labels: list[str]) -> pd.DataFrame:
    middle = np.linspace(0.1, 0.5, len(labels))
    return pd.DataFrame(
        {"label": labels, "estimate": middle, "ci_lower": middle - 0.1, "ci_upper": middle + 0.1}
    )


def forest() -> Figure:
    found = rows(LABELS).set_index("label")
    shown = [charts.Row("Four industries of the American Customer Satisfaction Index")]
    shown += [charts.Row(str(label), *values, 0.2) for label, values in found.iterrows()]
    return charts.forest(
        shown, "Standardized path with its interval", "here, with 95 % interval", "published"
    )


def dots() -> Figure:
    several = pd.concat([rows(LABELS).assign(group=f"Group number {k}") for k in range(4)])
    return charts.dots(several, "Reliability of a scale in each of the groups", group="group")


def panels() -> Figure:
    ends = {"estimate": [0, 1], "ci_lower": [-1, 0], "ci_upper": [1, 2]}
    band = pd.DataFrame({"sd": [-2, 2], **ends})
    shown = {f"H{k} · {LABELS[k % 3]}": (band, [0.0], "Age") for k in range(4)}
    return charts.slopes(shown, "β", "x")


def odds() -> Figure:
    return charts.odds(rows(LABELS), "Odds ratio of complaint to praise, logarithmic")


def spread() -> Figure:
    scores = pd.DataFrame(np.random.default_rng(1).normal(size=(40, 4)))
    return charts.score_distributions(scores, rows(LABELS), "Index, 0 to 100 (mean of the items)")


@pytest.mark.parametrize("draw", [forest, dots, panels, odds, spread])
def test_a_narrow_drawing_holds_its_texts_whole(draw: object) -> None:
    wide = draw()  # type: ignore[operator]
    small = phone.narrow(draw)  # type: ignore[arg-type]
    assert small is not None and wide.get_figwidth() == style.WIDTH
    assert small.get_figwidth() == phone.NARROW
    FigureCanvasSVG(small).draw()
    whole = small.get_tightbbox()  # a number under the last mark may stand a little over
    assert whole.x0 > -0.02 and whole.x1 < phone.NARROW + 0.1
    for axes in small.axes:
        if axes.get_visible():
            assert axes.get_position().width * phone.NARROW > 0.8
    assert all(text.get_fontsize() >= 6.5 for text in small.findobj(Text) if text.get_text())


def test_rows_of_a_narrow_drawing_have_the_height_of_their_lines() -> None:
    small = phone.narrow(odds)
    assert small is not None
    FigureCanvasSVG(small).draw()
    edges = [label.get_window_extent() for label in small.axes[0].get_yticklabels()]
    ordered = sorted((e.y0, e.y1) for e in edges)
    assert all(lower[1] <= upper[0] + 1 for lower, upper in pairwise(ordered))


def test_words_in_the_place_of_an_estimate_stand_beside_a_published_one() -> None:
    shown = [charts.Row("A survey"), charts.Row("Image → Loyalty", 0.9, 0.8, 1.0)]
    shown += [charts.Row("Value → Loyalty", printed=v, instead="doubtful measurement")
              for v in (0.05, 0.3, 0.6, 0.95)]  # fmt: skip
    small = phone.narrow(lambda: charts.forest(shown, "Path", "here", "published"))
    assert small is not None
    FigureCanvasSVG(small).draw()
    (axes,) = small.axes
    words = [t for t in axes.texts if "doubtful" in t.get_text()]
    marks = axes.collections[-1].get_offsets()
    assert len(words) == len(marks) == 4
    edges = small.bbox
    for text, mark in zip(words, marks, strict=True):
        box, (x, _) = text.get_window_extent(), axes.transData.transform(mark)
        assert box.x1 < x - 3 or box.x0 > x + 3
        assert edges.x0 <= box.x0 and box.x1 <= edges.x1


def test_a_flow_has_its_texts_in_its_boxes() -> None:
    kept = ["Rows of the data\nn = 8,239", "Main analyses: at least one answer\nn = 8,230", "Rest"]
    aside = [
        ("No answer to any item: fewer than 10", True),
        ("Two signs of carelessness: 12", False),
    ]
    small = phone.narrow(lambda: charts.exclusion_flow(kept, aside))
    assert small is not None
    FigureCanvasSVG(small).draw()
    boxes = [p.get_window_extent() for p in small.axes[0].patches]
    texts = [t.get_window_extent() for t in small.axes[0].texts if t.get_text()]
    assert len(texts) == len(kept) + len(aside)
    for text in texts:
        assert any(
            b.x0 <= text.x0 and text.x1 <= b.x1 and b.y0 <= text.y0 and text.y1 <= b.y1
            for b in boxes
        )


def square(count: int) -> tuple[pd.DataFrame, list[str]]:
    names = [f"{LABELS[k % 2]} {k}" for k in range(count)]
    values = np.random.default_rng(2).uniform(-0.4, 1, (count, count))
    return pd.DataFrame(values, names, names), names


def correlations(count: int) -> Figure:
    r, names = square(count)
    return charts.correlation_matrix(r, r - 0.1, r + 0.1, dict.fromkeys(names, 0.8), names)


def ratios(count: int) -> Figure:
    values, names = square(count)
    return charts.two_triangles(values, values, names, cut=0.85)


def loadings(count: int) -> Figure:
    values, names = square(count)
    few = values.set_axis([f"X{k}" for k in range(count)])
    few.columns = pd.Index([f"F{k}" for k in range(count)])
    return charts.loading_map(few, [(name, 1) for name in names], 0.3)


def standing(count: int) -> Figure:
    values, names = square(count)
    places = [f"Group number {k}" for k in range(count)]
    return charts.group_standing(50 * values, values > 0.5, places, names, [0], [20.0] * count)


@pytest.mark.parametrize("draw", [correlations, ratios, loadings, standing])
def test_a_map_is_as_wide_as_a_phone_and_its_words_stand_in_their_cells(draw: object) -> None:
    small = phone.narrow(lambda: draw(10))  # type: ignore[operator]
    assert small is not None and small.get_figwidth() == phone.NARROW
    FigureCanvasSVG(small).draw()
    (axes,) = small.axes
    assert small.get_tightbbox().x0 > -0.02
    wide = axes.get_window_extent().width / 10
    words = [text for text in axes.texts if text.get_text()]
    assert words and all(text.get_window_extent().width <= wide for text in words)
    assert all(text.get_fontsize() >= 6.5 for text in small.findobj(Text) if text.get_text())
    edges = [label.get_window_extent() for label in axes.get_yticklabels()]
    ordered = sorted((e.y0, e.y1) for e in edges)
    assert all(lower[1] <= upper[0] + 1 for lower, upper in pairwise(ordered))
    assert phone.narrow(lambda: draw(phone.COLUMNS + 1)) is None  # type: ignore[operator]


def test_above_the_diagonal_of_a_narrow_map_are_the_ends_of_the_intervals() -> None:
    r, _ = square(4)
    small = phone.narrow(lambda: correlations(4))
    assert small is not None
    (axes,) = small.axes
    words = {(int(t.get_position()[1]), int(t.get_position()[0])): t.get_text() for t in axes.texts}
    lower, upper = r.iloc[2, 1] - 0.1, r.iloc[2, 1] + 0.1
    assert words[1, 2].splitlines() == [show(lower, "bounded"), show(upper, "bounded")]
    assert words[2, 1] == show(r.iloc[2, 1], "bounded")


def test_a_wide_drawing_follows_a_narrow_one() -> None:
    assert phone.narrow(lambda: ratios(3)) is not None
    assert not phone.is_narrow()
    assert odds().get_figwidth() == style.WIDTH


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("short", 25, ["short"]),
        ("Perceived quality → Satisfaction", 20, ["Perceived quality →", "Satisfaction"]),
        ("感知质量与客户满意度", 10, ["感知质量与", "客户满意度"]),
        ("对 PERV2 的标准化载荷", 12, ["对 PERV2 的", "标准化载荷"]),
        ("Unbreakablylongword", 6, ["Unbreakablylongword"]),
    ],
)
def test_lines(text: str, width: int, lines: list[str]) -> None:
    assert phone.wrapped(text, width).split("\n") == lines
