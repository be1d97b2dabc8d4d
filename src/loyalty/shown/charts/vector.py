"""A drawing as a small vector picture: text as text, in a face that the picture brings along.

Matplotlib draws every letter as an outline. Here letters stay letters; the outlines of those that
a picture has, and no others, go into it as a face, so that it looks alike everywhere.
"""

from __future__ import annotations

import base64
import io
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path as Outline

from loyalty.shown.charts.style import FALLBACK, FAMILY

if TYPE_CHECKING:
    from fontTools.misc.psCharStrings import T2CharString
    from fontTools.pens.t2CharStringPen import T2CharStringPen
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch
    from numpy.typing import NDArray

#: Units of the face's em: at nine points a unit is less than a twentieth of a pixel.
EM = 250
ASCENT, DESCENT = 1.16, -0.288
#: Of every face, in seconds since 1904; it depends on the letters alone.
DATE = 3_029_529_600
#: Points of an outline whose hundredths of a point are seen.
SMALL = 20.0
#: Letters that are set by rules a plain face does not have; the reader's own faces have them.
_SHAPED = {"R", "AL", "NSM"}
_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_SEGMENT = re.compile(r"([A-Za-z])([^A-Za-z]*)")
#: What a style need not say, and how bold is drawn: the face has one weight.
_IMPLIED = {"", "stroke-dashoffset: 0", "stroke-linecap: butt", "stroke-linejoin: round"}
_BOLD = "stroke-width: .35; stroke: "
_KINDS = {"use": 1, "text": 2}
_LINE = re.compile(r"M-?[\d.]+(?: -?|-)[\d.]+[hv]-?[\d.]+")
_TICK = re.compile(r"M0 0[hv]-?[\d.]+")
_THROUGH = re.compile(r"(?:^|;)opacity:")
#: How far a polyline of that many points and more may pass from those it leaves out, in points.
LONG, ASIDE = 16, 0.06


def svg(drawing: Figure) -> str:
    """The drawing as SVG, with text as text and the face for it, on the paper of its page."""
    out = io.StringIO()
    paper = [p for p in (drawing.patch, *(a.patch for a in drawing.axes)) if _white(p)]
    for patch in paper:
        patch.set_visible(False)
    with rc_context({"svg.fonttype": "none"}):
        # `savefig` would draw everything twice
        canvas: Any = FigureCanvasSVG(drawing)
        canvas.print_svg(out, metadata={"Date": None})
    for patch in paper:
        patch.set_visible(True)
    return compact(out.getvalue())


def _white(patch: Patch) -> bool:
    return patch.get_visible() and bool(patch.get_facecolor() == (1.0, 1.0, 1.0, 1.0))


def compact(text: str) -> str:
    """Matplotlib's SVG in a fraction of its size: styles once, short numbers, no empty groups."""
    root = ElementTree.fromstring(text)
    for child in list(root):
        if child.tag.endswith("metadata"):
            root.remove(child)
    styles: dict[str, str] = {}
    used = re.findall(r'(?:href="|url\()#([^")]*)', text)
    names = {name: f"i{k}" for k, name in enumerate(dict.fromkeys(used))}
    letters: set[str] = set()
    _shorten(root, styles, names)
    _ticked(root)
    # what is seen through is so together or each by itself: such styles stay where they are
    _joined(root, {name for style, name in styles.items() if "opacity:" in style})
    _shared(root, {name for style, name in styles.items() if _THROUGH.search(style)})
    for item in root.iter(f"{_SVG}text"):
        letters |= set(item.text or "")
    rules = "".join(f".{name}{{{style}}}" for style, name in styles.items())
    sheet = root.find(f".//{_SVG}style")
    assert sheet is not None  # matplotlib writes one
    general = (sheet.text or "").replace("*{", "svg{")  # or no group could say otherwise
    sheet.text = f"{_face(letters)}text{{font-family:{FAMILY!r}}}{general}{rules}"
    del sheet.attrib["type"]
    ElementTree.register_namespace("", _SVG[1:-1])
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _shorten(item: ElementTree.Element, styles: dict[str, str], names: dict[str, str]) -> None:
    for child in list(item):
        _shorten(child, styles, names)
    item.tail = None
    if item.tag not in (f"{_SVG}text", f"{_SVG}style"):
        item.text = None
    identifier = item.attrib.pop("id", "")
    if identifier in names:
        item.set("id", names[identifier])
    if link := item.attrib.pop(_LINK, None):
        item.set("href", "#" + names[link[1:]] if link.startswith("#") else link)
    if clip := item.get("clip-path"):
        item.set("clip-path", re.sub(r"#(.*?)\)", lambda m: f"#{names[m[1]]})", clip))
    for name in ("x", "y", "width", "height", "transform"):
        if name in item.attrib and item.tag != _SVG + "svg":
            item.set(name, _NUMBER.sub(_tenth if name in "xy" else _rounded, item.attrib[name]))
    if outline := item.get("d"):
        item.set("d", _outline(outline))
    if item.tag == f"{_SVG}text":
        _placed(item)
    if style := _style(item.attrib.pop("style", "")):
        item.set("class", styles.setdefault(style, f"s{len(styles)}"))
    children: list[ElementTree.Element] = []
    for child in item:  # a group that says nothing goes
        alone = child.tag == f"{_SVG}g" and not child.attrib
        children += list(child) if alone else [child]
    if identifier.startswith("matplotlib.axis"):  # lines, marks, words: they do not overlap
        children.sort(key=lambda child: _KINDS.get(child.tag.removeprefix(_SVG), 0))
    elif identifier.startswith("QuadMesh"):  # nor do the cells of a map
        children = _of_one_style(children)
    item[:] = _clipped(children)


def _clipped(children: list[ElementTree.Element]) -> list[ElementTree.Element]:
    """What follows one another behind the same window is put behind it together."""
    out: list[ElementTree.Element] = []
    for clip, several in groupby(children, lambda child: child.get("clip-path")):
        run = list(several)
        if clip is None or len(run) == 1:
            out += run
            continue
        group = ElementTree.Element(f"{_SVG}g", {"clip-path": clip})
        for child in run:
            del child.attrib["clip-path"]
            alone = child.tag == f"{_SVG}g" and not child.attrib
            group.extend(list(child) if alone else [child])
        out.append(group)
    return out


def _ticked(root: ElementTree.Element) -> None:
    """The marks of an axis that follow one another as one path, for they are plain lines."""
    lines = {
        f"#{path.get('id')}": path
        for path in root.iter(f"{_SVG}path")
        if "id" in path.attrib and _TICK.fullmatch(path.get("d", ""))
    }
    for item in list(root.iter()):
        children: list[ElementTree.Element] = []
        for link, several in groupby(item, lambda child: child.get("href", "")):
            run = list(several)
            if (line := lines.get(link)) is not None:
                places = [f"M{use.get('x')} {use.get('y')}" for use in run]
                step = line.get("d", "")[len("M0 0") :]
                said = {"d": "".join(place + step for place in places)}
                run = [ElementTree.Element(line.tag, said | {"class": line.get("class", "")})]
            children += [child for child in run if f"#{child.get('id')}" not in lines]
        item[:] = [c for c in children if len(c) or c.tag != f"{_SVG}defs"]


def _of_one_style(cells: list[ElementTree.Element]) -> list[ElementTree.Element]:
    """Cells of one style as one path, wherever in the map they are."""
    found: dict[tuple[tuple[str, str], ...], ElementTree.Element] = {}
    for cell in cells:
        if outline := cell.attrib.pop("d", ""):
            first = found.setdefault(tuple(cell.attrib.items()), cell)
            first.set("d", first.get("d", "") + outline)
        else:
            found[tuple(cell.attrib.items())] = cell
    return list(found.values())


def _joined(root: ElementTree.Element, single: set[str]) -> None:
    """Lines that follow one another in one style as one path; but in `single` styles."""

    def look(child: ElementTree.Element) -> tuple[str, str] | None:
        plain = child.tag == f"{_SVG}path" and _LINE.fullmatch(child.get("d", ""))
        if not plain or "id" in child.attrib or child.get("class") in single:
            return None
        return child.get("class", ""), child.get("clip-path", "")

    for item in list(root.iter()):
        children: list[ElementTree.Element] = []
        for style, several in groupby(item, look):
            run = list(several)
            if style is not None:
                run[0].set("d", "".join(line.get("d", "") for line in run))
                run = run[:1]
            children += run
        item[:] = children


def _shared(item: ElementTree.Element, single: set[str]) -> None:
    """What follows one another in one style says it once; but `single` styles."""
    children: list[ElementTree.Element] = []
    for style, several in groupby(item, lambda child: child.get("class", "")):
        run = list(several)
        for child in run:
            _shared(child, single)
        if len(run) > 2 and style and style not in single:
            group = ElementTree.Element(f"{_SVG}g", {"class": style})
            for child in run:
                del child.attrib["class"]
            group[:] = run
            run = [group]
        children += run
    item[:] = children


def _rounded(number: re.Match[str] | str) -> str:
    return _short(round(float(number if isinstance(number, str) else number[0]) * 100), 100)


def _tenth(number: re.Match[str]) -> str:
    return _short(round(float(number[0]) * 10), 10)


def _short(value: int, scale: int) -> str:
    """A hundredth or a tenth part of a whole number: ``-.5``."""
    digits = f"{value / scale:.2f}".rstrip("0").rstrip(".")
    return re.sub(r"^(-?)0\.", r"\1.", digits)


def _outline(text: str) -> str:
    """A path's commands by steps, upright and level ones by one number; in tenths of a point, or
    hundredths where it is small."""
    segments = _straightened(_SEGMENT.findall(text))
    points = [float(n) for _, numbers in segments for n in numbers.split()]
    widest = max(max(side) - min(side) for side in (points[::2], points[1::2]))
    scale = 100 if widest < SMALL else 10
    out, name = "", ""
    start = here = (0, 0)
    for command, numbers in segments:
        ends = [round(float(n) * scale) for n in numbers.split()]
        if command in "zZ":
            out, name, here = f"{out}z", "z", start
            continue
        before = (0, 0) if command == "M" else here
        steps = [value - before[k % 2] for k, value in enumerate(ends)]
        here = (ends[-2], ends[-1])
        kind = command if command == "M" else command.lower()
        if command == "M":
            start = here
        elif command == "L" and 0 in steps:
            kind, steps = ("v", steps[1:]) if steps[0] == 0 else ("h", steps[:1])
        written = " ".join(_short(step, scale) for step in steps).replace(" -", "-")
        apart = kind if kind != name or kind == "M" else "" if written.startswith("-") else " "
        out, name = f"{out}{apart}{written}", kind
    return out


def _straightened(segments: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A path of many short straight pieces by fewer, which pass the points they leave out."""
    out: list[tuple[str, str]] = []
    for command, several in groupby(segments, lambda segment: segment[0]):
        run = list(several)
        if command == "L" and len(run) >= LONG:
            begin = out[-1][1].split()[-2:]
            points = np.array([begin, *(numbers.split() for _, numbers in run)], float)
            run = [("L", f"{x} {y}") for x, y in points[_kept(points)][1:]]
        out += run
    return out


def _kept(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points a polyline needs to pass all others by :data:`ASIDE` (Douglas & Peucker)."""
    kept = np.zeros(len(points), bool)
    kept[[0, -1]] = True
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        way, beside = points[last] - points[first], points[first + 1 : last] - points[first]
        far = np.abs(way[0] * beside[:, 1] - way[1] * beside[:, 0])
        length = float(np.hypot(*way))
        away = far / length if length else np.hypot(*beside.T)
        if away.max() > ASIDE:
            middle = first + 1 + int(away.argmax())
            kept[middle] = True
            parts += [(first, middle), (middle, last)]
    return kept


def _placed(item: ElementTree.Element) -> None:
    """A text's place as numbers; it is turned only where it is."""
    said = item.get("transform", "")
    if found := re.fullmatch(r"translate\((\S+) (\S+)\)(?: rotate\(-?0\))?", said):
        item.set("x", found[1])
        item.set("y", found[2])
        del item.attrib["transform"]
    elif re.match(r"rotate\(-?0 ", said):
        del item.attrib["transform"]


def _style(text: str) -> str:
    rules = [rule.strip() for rule in text.split(";")]
    kept = [
        r
        for r in rules
        if r and r not in _IMPLIED and not r.startswith(("font-family", "font-weight"))
    ]
    if any(rule.startswith("font-weight") for rule in rules):
        fill = next((r[6:] for r in rules if r.startswith("fill: ")), "#000000")
        kept.append(_BOLD + fill)
    return ";".join(re.sub(r": ", ":", _NUMBER.sub(_rounded, rule)) for rule in kept)


# --- the face ------------------------------------------------------------------------------------
def _face(letters: Iterable[str]) -> str:
    """The @font-face rule of a face that has just these letters."""
    glyphs = {c: g for c in sorted(letters) if (g := _glyph(c)) is not None}
    if not glyphs:
        return ""
    data = base64.b64encode(_font(glyphs)).decode("ascii")
    return f'@font-face{{font-family:{FAMILY!r};src:url("data:font/woff2;base64,{data}")}}'


@cache
def _glyph(letter: str) -> tuple[int, T2CharString] | None:
    """Advance and outline of a letter, in the first face that has it."""
    from fontTools.pens.t2CharStringPen import T2CharStringPen

    if unicodedata.bidirectional(letter) in _SHAPED or letter < " ":
        return None
    for family in (FAMILY, FALLBACK):
        font = get_font(findfont(FontProperties(family=family)))
        if not font.get_char_index(ord(letter)):
            continue
        advance = font.load_char(ord(letter), flags=LoadFlags.NO_SCALE).horiAdvance
        vertices, codes = font.get_path()
        vertices = vertices * 64  # of what FreeType takes for pixels
        scale = EM / font.units_per_EM
        pen = T2CharStringPen(round(advance * scale), None)
        points = [(round(x * scale), round(y * scale)) for x, y in vertices]
        _draw(points, list(codes), pen)
        return round(advance * scale), pen.getCharString()
    return None


def _draw(points: list[tuple[int, int]], codes: list[int], pen: T2CharStringPen) -> None:
    at = 0
    while at < len(codes):
        code = codes[at]
        if code == Outline.MOVETO:
            pen.moveTo(points[at])
        elif code == Outline.LINETO:
            pen.lineTo(points[at])
        elif code == Outline.CURVE3:
            pen.qCurveTo(*points[at : at + 2])
            at += 1
        elif code == Outline.CURVE4:
            pen.curveTo(*points[at : at + 3])
            at += 2
        elif code == Outline.CLOSEPOLY:
            pen.closePath()
        at += 1


def _font(glyphs: dict[str, tuple[int, T2CharString]]) -> bytes:
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.t2CharStringPen import T2CharStringPen

    names = {c: f"u{ord(c):X}" for c in glyphs}
    empty = T2CharStringPen(EM, None)
    font = FontBuilder(EM, isTTF=False)
    font.setupGlyphOrder([".notdef", *names.values()])
    font.setupCharacterMap({ord(c): name for c, name in names.items()})
    outlines = {names[c]: outline for c, (_, outline) in glyphs.items()}
    font.setupCFF(FAMILY.replace(" ", ""), {}, {".notdef": empty.getCharString(), **outlines}, {})
    font.setupHorizontalMetrics(
        {".notdef": (EM, 0), **{names[c]: (advance, 0) for c, (advance, _) in glyphs.items()}}
    )
    font.setupHorizontalHeader(ascent=round(ASCENT * EM), descent=round(DESCENT * EM))
    font.setupNameTable(
        {"familyName": FAMILY, "styleName": "Regular", "licenseDescription": "SIL OFL 1.1"}
    )
    font.setupOS2()
    font.setupPost(keepGlyphNames=False)
    font.font["head"].created = font.font["head"].modified = DATE
    font.font.recalcTimestamp = False
    font.font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
