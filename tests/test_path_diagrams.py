"""Path diagrams of every case's model: no label on an arrow or a box, weight by certainty."""

from __future__ import annotations

import io
from itertools import combinations, product

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from loyalty.cases import study
from loyalty.ground.text import LANGUAGES
from loyalty.shown import charts
from loyalty.shown.charts import ladder, phone
from loyalty.shown.charts.arrows import LINES

MODELS = [c for c in study.cases() if study.load(c).constructs and study.load(c).paths]
NUMBERS = (".45", "−.12", "1.03", "−1.14")


def arrows(case: str, whole: bool) -> list[charts.Arrow]:
    kinds = list(LINES)
    return [
        charts.Arrow(
            h.from_,
            h.to,
            (f"{h.id}\n" if whole else "") + NUMBERS[k % len(NUMBERS)],
            kinds[k % len(kinds)],
        )
        for k, h in enumerate(study.load(case).paths)
    ]


def drawn(case: str, language: str, whole: bool) -> Figure:
    described = study.load(case)
    below = {c.id: ["R² = .45", *(i.id for i in c.items if whole)] for c in described.structural}
    labels = {c.id: c.label.in_(language) for c in described.structural}  # type: ignore[arg-type]
    together = [pair for pair in described.covariances if set(pair) <= set(labels)]
    figure = charts.path_diagram(labels, arrows(case, whole), below, together)
    FigureCanvasAgg(figure).draw()
    return figure


def parts(figure: Figure) -> tuple[list[Bbox], list[np.ndarray], dict[Text, Bbox]]:
    """Boxes, arrows as many points each, and texts, as they are drawn, in pixels."""
    axes = figure.axes[0]
    boxes = [p.get_window_extent() for p in axes.patches if isinstance(p, FancyBboxPatch)]
    lines = [
        p.get_transform().transform_path(p.get_path()).interpolated(60).vertices
        for p in axes.patches
        if isinstance(p, FancyArrowPatch)
    ]
    return boxes, lines, {t: t.get_window_extent() for t in axes.texts}


def inside(box: Bbox, points: np.ndarray, by: float = 0.0) -> bool:
    low, high = np.array([box.x0, box.y0]) + by, np.array([box.x1, box.y1]) - by
    return bool(((points > low) & (points < high)).all(axis=1).any())


@pytest.fixture(autouse=True)
def style(repository: object) -> None:
    charts.use_style()


@pytest.mark.parametrize(
    ("case", "language", "whole"), [*product(MODELS, LANGUAGES, (False, True))]
)
def test_no_label_is_on_an_arrow_or_a_box(case: str, language: str, whole: bool) -> None:
    clear(drawn(case, language, whole), case, whole)


def test_so_it_is_on_a_phone_one_below_the_other_where_a_model_has_many_columns() -> None:
    some = set()
    for case, language, whole in product(MODELS, LANGUAGES, (False, True)):
        figure = phone.narrow(lambda c=case, s=language, w=whole: drawn(c, s, w))  # type: ignore[misc]
        assert figure is not None and figure.get_figwidth() == phone.NARROW
        FigureCanvasAgg(figure).draw()
        assert all(text.get_fontsize() >= 6.8 for text in figure.axes[0].texts)
        if any(isinstance(patch, Circle) for patch in figure.axes[0].patches):
            listed(figure, case, whole)
            some.add(case)
        else:
            clear(figure, case, whole)
    assert {"ecsi-mobile", "quality-mechanisms-simulated", "aftersales-simulated"} <= some
    assert not {"switching", "customer-sat", "strategy-simulated"} & some


def listed(figure: Figure, case: str, whole: bool) -> None:
    """Every path has its line in the box that it enters, no line runs through a box."""
    boxes, lines, texts = parts(figure)
    paths = arrows(case, whole)
    drawn_lines = [line.get_window_extent() for line in figure.axes[0].lines]
    assert len(drawn_lines) == len({arrow.start for arrow in paths})
    assert all(figure.bbox.x0 <= line.x0 for line in drawn_lines)
    numbers = [t for t in texts if t.get_horizontalalignment() == "right"]
    said = sorted(arrow.said.splitlines()[-1] for arrow in paths)
    assert sorted(t.get_text() for t in numbers) == said
    for text, box in texts.items():
        held = [b for b in boxes if b.x0 - 1 <= box.x0 and box.x1 <= b.x1 + 1]
        assert any(b.y0 - 2 <= box.y0 and box.y1 <= b.y1 + 2 for b in held), text.get_text()
    for one, other in combinations(texts.values(), 2):
        both = Bbox.intersection(one, other)
        assert both is None or both.width * both.height < 0.1 * one.width * one.height
    for line in lines:
        assert not any(inside(box, line, by=2) for box in boxes)
    heads = [line[-1] for line in lines[: len(paths)]]
    for number in numbers:  # an arrow ends at its height
        assert any(texts[number].y0 <= y <= texts[number].y1 for _, y in heads)


def clear(figure: Figure, case: str, whole: bool) -> None:
    boxes, lines, texts = parts(figure)
    own = {line for arrow in arrows(case, whole) for line in arrow.said.splitlines()}
    said = [box for text, box in texts.items() if text.get_text() in own]
    assert len(said) == sum(len(a.said.splitlines()) for a in arrows(case, whole))
    page = figure.bbox
    for label in said:
        assert page.x0 <= label.x0 and label.x1 <= page.x1 and label.y1 <= page.y1
        assert not any(label.overlaps(box) for box in boxes)
        assert not any(inside(label, line) for line in lines)
    # lines of one label touch, other labels do not
    for one, other in combinations(said, 2):
        both = Bbox.intersection(one, other)
        same = abs(one.x0 + one.x1 - other.x0 - other.x1) < 1
        assert both is None or same or both.width * both.height < 4
    # arrows keep off the boxes that they do not join, and what is in a box stays in it
    for line in lines:
        assert not any(inside(box, line, by=2) for box in boxes)
    for text, box in texts.items():
        if text.get_text() not in own:
            held = [b for b in boxes if b.x0 - 1 <= box.x0 and box.x1 <= b.x1 + 1]
            assert any(b.y0 - 2 <= box.y0 and box.y1 <= b.y1 + 2 for b in held), text.get_text()


def test_the_weight_of_a_line_says_how_certain_it_is() -> None:
    labels = {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}
    sure = charts.Arrow("a", "e", ".10", "clear")
    large = charts.Arrow("b", "e", "3.23", "clear")
    unsure = charts.Arrow("c", "e", "3.00", "open")
    doubted = charts.Arrow("d", "e", "", "doubted")
    figure = charts.path_diagram(labels, [sure, large, unsure, doubted], {})
    drawn = [p for p in figure.axes[0].patches if isinstance(p, FancyArrowPatch)]
    widths = [p.get_linewidth() for p in drawn]
    assert widths[0] == widths[1] > widths[2] > widths[3]
    assert drawn[0].get_linestyle() == "-" != drawn[2].get_linestyle()
    assert [t.get_text() for t in figure.axes[0].texts if t.get_text()[-1].isdigit()] == [
        ".10",
        "3.23",
        "3.00",
    ]


def test_covariances_of_the_model_are_drawn_with_two_heads() -> None:
    described = study.load("aftersales-simulated")
    assert len(described.covariances) == 4
    patches = drawn("aftersales-simulated", "en", False).axes[0].patches
    styles = [type(p.get_arrowstyle()).__name__ for p in patches if isinstance(p, FancyArrowPatch)]
    assert styles.count("CurveFilledAB") == 4
    assert styles.count("CurveFilledB") == len(described.paths)


def test_the_same_bytes_each_time() -> None:
    def bytes_of(figure: Figure) -> bytes:
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
        return out.getvalue()

    one, other = (bytes_of(drawn("retail-simulated", "zh", True)) for _ in range(2))
    assert one == other


def test_constructs_that_all_covary_share_a_line_on_a_phone() -> None:
    three = [("a", "b"), ("b", "c"), ("a", "c")]
    assert ladder._braces(three) == [("a", "b", "c")]
    assert sorted(ladder._braces([*three, ("c", "d")])) == [*sorted(three), ("c", "d")]
    assert ladder._braces([("b", "a"), ("c", "d")]) == [("a", "b"), ("c", "d")]
