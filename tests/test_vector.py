"""Figures as small vector pictures: letters as letters, with the face for them."""

from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from loyalty.render import pictures
from loyalty.shown.charts import use_style, vector

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def style() -> None:
    use_style()


def drawing() -> Figure:
    """Bars, markers, a clipped line and labels in several scripts."""
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    axes.bar([1, 2], [3, 4], label="满意度 → loyalty")
    axes.plot([1, 2], [3.123456789, 4], "o--", label="Łódź")
    axes.text(1, 1, "two\nlines", fontweight="bold", rotation=30)
    axes.set_ylabel("η² <5 & more")
    axes.set_title("שלום")
    axes.legend()
    return figure


def outlined(figure: Figure) -> str:
    out = io.StringIO()
    FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None})
    return out.getvalue()


def face(svg: str) -> TTFont:
    found = re.search(r"data:font/woff2;base64,([A-Za-z0-9+/=]+)", svg)
    assert found is not None
    return TTFont(io.BytesIO(base64.b64decode(found[1])))


def test_text_is_text_in_the_face_it_brings_along() -> None:
    svg = vector.svg(drawing())
    texts = [item.text or "" for item in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert {"满意度 → loyalty", "Łódź", "two", "lines", "η² <5 & more", "שלום"} <= set(texts)
    letters = set("".join(texts)) - set("שלום")  # set by rules: the reader's own face
    with face(svg) as font:
        assert {chr(point) for point in font.getBestCmap()} == letters
        glyphs = font.getGlyphSet()
        for letter in "满Łw":  # as wide and high as in the face of the layout
            pen = BoundsPen(glyphs)
            name = font.getBestCmap()[ord(letter)]
            glyphs[name].draw(pen)
            assert pen.bounds is not None and 0.4 < pen.bounds[3] / vector.EM < 1.1
            assert 0.3 < font["hmtx"][name][0] / vector.EM <= 1


def test_widths_are_those_of_the_face(tmp_path: object) -> None:
    from loyalty.ground import paths
    from loyalty.render import fonts

    with face(vector.svg(drawing())) as font:
        made = {point: font["hmtx"][name][0] for point, name in font.getBestCmap().items()}
    with TTFont(fonts.extract_sc_face(paths.cache() / "fonts"), lazy=True) as whole:
        cmap = whole.getBestCmap()
        of_face = {point: whole["hmtx"][cmap[point]][0] for point in made if point in cmap}
        scale = vector.EM / whole["head"].unitsPerEm
    assert len(of_face) > 20
    assert all(abs(made[point] - scale * width) <= 0.5 for point, width in of_face.items())


def test_it_is_a_fraction_of_the_outlines_and_says_the_same() -> None:
    small, large = vector.svg(drawing()), outlined(drawing())
    assert len(small) < 0.35 * len(large)
    kept, all_of = ElementTree.fromstring(small), ElementTree.fromstring(large)
    for name in ("width", "height", "viewBox"):
        assert kept.get(name) == all_of.get(name)
    bars = [item for item in kept.iter(f"{SVG}path") if (item.get("d") or "").endswith("z")]
    assert len(bars) >= 3
    numbers = re.findall(r"\.(\d+)", "".join(item.get("d") or "" for item in kept.iter()))
    assert max(map(len, numbers)) <= 2
    used = set(re.findall(r'(?:href="|url\()#(\w+)', small))
    there = re.findall(r' id="(\w+)"', small)
    assert used == set(there) and len(there) == len(set(there))
    classes = set(re.findall(r'class="(\w+)"', small))
    assert all(f".{name}{{" in small for name in classes)


def test_it_stands_on_the_paper_of_its_page() -> None:
    figure = drawing()
    assert "fill: #ffffff" in outlined(drawing())
    assert "fill:#ffffff" not in vector.svg(figure)
    assert figure.patch.get_visible()  # the picture for Word keeps it


def test_it_is_allowed_in_a_page_and_the_same_each_time() -> None:
    svg = vector.svg(drawing())
    assert svg == vector.svg(drawing())
    assert not pictures.active({".svg": svg.encode()})
    assert "metadata" not in svg and "DOCTYPE" not in svg


@pytest.mark.parametrize(
    ("outline", "short"),
    [
        ("M 0 187.2 \nL 504 187.2 \nL 504 0 \nz\n", "M0 187.2h504v-187.2z"),
        ("M 1.005 -0.5 \nQ 0.004 -.25 3 4.999 ", "M1-.5q-1 .25 2 5.5"),
        ("M 1 2 \nL 1.001 2.004 \nL 3 4", "M1 2v0l2 2"),
        ("M 0 0 \nL 30.04 1 \nL 60.08 2 L 90.12 3 z M 1 1 L 1 9", "M0 0l30 1 30.1 1 30 1zM1 1v8"),
    ],
)
def test_a_path_is_said_in_few_characters(outline: str, short: str) -> None:
    assert vector._outline(outline) == short


def places(outline: str) -> list[tuple[float, float]]:
    """The points of a path whose commands are steps, after each command as it is read."""
    out: list[tuple[float, float]] = []
    here = start = (0.0, 0.0)
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", outline):
        n = [float(one) for one in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "z":
            here = start
            continue
        if command in "hv":
            n = [v for one in n for v in ((one, 0.0) if command == "h" else (0.0, one))]
        size = {"c": 6, "q": 4}.get(command, 2)
        for k in range(0, len(n), size):
            base = (0.0, 0.0) if command == "M" else here
            step = [(base[0] + x, base[1] + y) for x, y in zip(n[k::2], n[k + 1 :: 2], strict=True)]
            out += step[: size // 2]
            here = out[-1]
            start = here if command == "M" else start
    return out


def test_steps_lead_to_the_points_of_the_drawing() -> None:
    whole = ElementTree.fromstring(outlined(drawing()))
    paths = [item.get("d") or "" for item in whole.iter(f"{SVG}path")]
    for path in filter(None, paths):
        real = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", path)]
        made = [value for place in places(vector._outline(path)) for value in place]
        assert len(made) == len(real)
        assert max(abs(a - b) for a, b in zip(made, real, strict=True)) <= 0.0501


def test_a_curve_of_many_pieces_passes_all_its_points() -> None:
    x = np.linspace(0, 300, 200)
    y = 40 * np.sin(x / 30)
    outline = f"M {x[0]} {y[0]} " + " ".join(
        f"L {a} {b}" for a, b in zip(x[1:], y[1:], strict=True)
    )
    made = np.array(places(vector._outline(outline)))
    assert 20 < len(made) < 100
    assert np.abs(np.interp(x, made[:, 0], made[:, 1]) - y).max() < 0.15
    zigzag = "M 0 0 " + " ".join(f"L {k} {k % 2}" for k in range(1, 40))
    assert len(places(vector._outline(zigzag))) == 40


def test_one_style_is_said_once() -> None:
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    for k in range(5):
        axes.text(0.1 * k, 0.5, f"word {k}", color="#123456")
    for alpha in (0.2, 0.2, 0.2):  # what is seen through would be another if it were one
        axes.plot([0, 1], [0, 1], color="#654321", linewidth=9, alpha=alpha)
    svg = vector.svg(figure)
    rules = dict(re.findall(r"\.(\w+)\{([^}]*)\}", svg))
    words = next(name for name, rule in rules.items() if "#123456" in rule)
    assert svg.count(f'class="{words}"') == 1 and f'<g class="{words}"><text' in svg
    assert "*{" not in svg  # a rule for all would hold against a group's
    for name, rule in rules.items():
        if re.search("(?:^|;)opacity:", rule):
            assert f'<g class="{name}"' not in svg


def test_lines_of_one_kind_are_one_path() -> None:
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1])
    axes.grid(axis="x")

    def lines() -> list[int]:
        outlines = re.findall(r' d="([^"]*)"', vector.svg(figure))
        plain = [o for o in outlines if re.fullmatch(r"(?:M[-\d. ]+[hv][-\d.]+)+", o)]
        return sorted(outline.count("M") for outline in plain)

    once = lines()
    assert len(once) < 7 and min(once[-3:]) > 4  # grid, marks, marks
    assert "<use" not in vector.svg(figure)
    axes.vlines([0.2, 0.4], 0, 1, alpha=0.5)  # where two cross, one would be paler
    assert lines() == sorted([1, 1, *once])


def test_cells_of_one_colour_are_one_path() -> None:
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    axes.axis("off")
    axes.pcolormesh(np.array([[0.0, 1.0], [1.0, 0.0]]), edgecolors="white", linewidth=0.8)
    paths = re.findall(r'<path[^>]* d="([^"]*)"', vector.svg(figure))
    assert [path.count("M") for path in paths] == [2, 2]
    assert outlined(figure).count("<path") >= 4


def test_what_is_behind_one_window_is_there_together() -> None:
    svg = vector.svg(drawing())
    groups = re.findall(r'<g clip-path="url\(#\w+\)">(.*?)</g>', svg)
    assert groups and any(group.count("<path") > 1 for group in groups)
    assert not re.search(r'(clip-path="[^"]*")[^>]*/><\w+ [^>]*\1', svg)
