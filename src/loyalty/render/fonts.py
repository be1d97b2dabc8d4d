"""The Chinese face of figures, pages and the PDF: Noto Sans CJK SC out of a PyPI package.

`noto_cjk_sans_otc` ships one collection (TTC) with the Japanese face first; programs that
take "the font of a file" take that one. So the Simplified Chinese face is always named.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import importlib.util
import io
import os
import tempfile
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont

from .store import Store

PACKAGE = "noto-cjk-sans-otc"
FAMILY = "Noto Sans CJK SC"
# Name records: what the subset is called, and what a copy of the face has to keep.
COPYRIGHT, LICENCE, LICENCE_URL = 0, 13, 14
KEPT = [COPYRIGHT, 1, 2, LICENCE, LICENCE_URL]
CSS_FAMILY = "Report CJK"
# CJK punctuation, kana, ideographs and their extensions, compatibility and full-width forms
CJK_RANGES = (
    (0x2E80, 0x303F), (0x3040, 0x30FF), (0x3100, 0x312F), (0x31C0, 0x31EF), (0x3200, 0x33FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF),
    (0x20000, 0x3134F),
)  # fmt: skip

#: Units of the em of the pages' face: of their text a unit is less than a tenth of a pixel.
EM = 250
COMBINING = range(0x0300, 0x0370)


@cache
def collection() -> Path:
    """Path of the font collection."""
    spec = importlib.util.find_spec("noto_cjk_sans_otc")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the package {PACKAGE} is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "NotoSansCJK-Regular.ttc"


@cache
def _face_index() -> int:
    with TTCollection(str(collection()), lazy=True) as fonts:
        for index, font in enumerate(fonts.fonts):
            if font["name"].getDebugName(1) == FAMILY:
                return index
    raise LookupError(f"{collection()} has no face {FAMILY}")


def extract_sc_face(cache_dir: Path) -> Path:
    """A static OTF with the Simplified Chinese face less its accents, made once in `cache_dir`."""
    source = collection()
    stamp = hashlib.sha256(f"{source.stat().st_size}:{FAMILY}:{COMBINING}".encode()).hexdigest()[
        :12
    ]
    target = cache_dir / f"NotoSansCJKsc-Regular-{stamp}.otf"
    if target.is_file():
        return target
    cache_dir.mkdir(parents=True, exist_ok=True)
    with TTFont(str(source), fontNumber=_face_index(), lazy=True) as font:
        # It has accents, but does not know where to put them: without them a letter like "ź"
        # comes whole from another face.
        # (Names made up, so that nothing but this table is read and written anew.)
        font.setGlyphOrder([f"glyph{k}" for k in range(font["maxp"].numGlyphs)])
        for table in font["cmap"].tables:
            if hasattr(table, "cmap"):
                table.cmap = {k: v for k, v in table.cmap.items() if k not in COMBINING}
        handle, temporary = tempfile.mkstemp(dir=cache_dir, suffix=".tmp")
        os.close(handle)
        font.save(temporary)
    os.chmod(temporary, 0o644)
    os.replace(temporary, target)
    return target


def licence() -> str:
    """Whose the face is, and the licence that has to go with it: the SIL Open Font License."""
    text = importlib.metadata.distribution(PACKAGE).read_text("licenses/LICENSE")
    if not text:
        raise FileNotFoundError(f"the package {PACKAGE} has no licence in it")
    with TTFont(str(collection()), fontNumber=_face_index(), lazy=True) as font:
        return f"{FAMILY}: {font['name'].getDebugName(COPYRIGHT)}\n\n{text}"


def cjk_characters(text: str) -> list[int]:
    """Code points of the text that need the Chinese face, sorted."""
    return sorted(
        point for point in map(ord, set(text)) if any(a <= point <= b for a, b in CJK_RANGES)
    )


def _unicode_range(points: list[int]) -> str:
    runs: list[list[int]] = []
    for point in points:
        if runs and point == runs[-1][1] + 1:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


def cjk_face(text: str, folder: Path, store: Store | None = None) -> str:
    """The @font-face rule of a face with just the Chinese glyphs of `text`, and that face in it.

    Browsers may refuse font files beside pages that are opened from a folder. The licence goes
    into `folder`, as ``OFL.txt``. Latin is not in the face's `unicode-range`, so it stays in the
    page's own font. Without Chinese characters nothing is written and the rule is empty.
    """
    points = cjk_characters(text)
    if not points:
        return ""
    store = store or Store()
    key = store.key("font", importlib.metadata.version("fonttools"), EM, points)
    face = store.get(key)
    face = face or store.put(key, base64.b64encode(_subset(points)).decode("ascii"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "OFL.txt").write_text(licence(), encoding="utf-8")
    return (
        f'@font-face{{font-family:"{CSS_FAMILY}";src:url("data:font/woff2;base64,{face}") '
        f'format("woff2");font-display:block;unicode-range:{_unicode_range(points)}}}\n'
    )


def _subset(points: list[int]) -> bytes:
    # slow to import, and figures have no use for them
    from fontTools import subset
    from fontTools.ttLib.scaleUpem import scale_upem

    options = subset.Options()
    options.flavor = "woff2"
    # the space of marks side by side; others bring glyphs that no page asks for
    options.layout_features = ["kern", "halt", "chws"]
    options.hinting = False
    options.desubroutinize = True
    options.name_IDs = KEPT
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.font_number = _face_index()
    buffer = io.BytesIO()
    with subset.load_font(str(collection()), options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=points)
        subsetter.subset(font)
        scale_upem(font, EM)
        subset.save_font(font, buffer, options)
    return buffer.getvalue()
