"""What a picture is allowed to hold, and how big it is on the page of the PDF."""

from __future__ import annotations

import re
import struct

from .tables import PORTRAIT

# an SVG is a document: no scripts, no foreign markup, nothing fetched from elsewhere
ACTIVE_SVG = re.compile(
    rb"""<\s*(script|foreignObject|iframe|animate|set)\b|\son\w+\s*=|<!ENTITY|@import"""
    rb"""|(?:href|src)\s*=\s*["'](?!\#|data:image/)|url\(\s*["']?(?!\#|data:(?:image|font)/)[a-z/]""",
    re.IGNORECASE,
)
#: A figure's second drawing, for phones: its suffix here, its kind in a notebook's output.
NARROW, NARROW_KIND = ".narrow.svg", "image/svg+xml;narrow"
POINTS = {"pt": 1.0, "px": 0.75, "": 0.75, "in": 72.0, "cm": 28.35, "mm": 2.835}


def active(images: dict[str, bytes]) -> bool:
    """Whether a vector picture could act or fetch something."""
    return any(ACTIVE_SVG.search(images.get(suffix, b"")) for suffix in (".svg", NARROW))


def _svg(content: bytes) -> tuple[float, float] | None:
    head = content[:4000].decode("utf-8", errors="replace")
    tag = re.search(r"<svg\b[^>]*>", head, flags=re.DOTALL)
    if tag is None:
        return None
    sides = []
    for name in ("width", "height"):
        found = re.search(rf'\b{name}="([\d.]+)(pt|px|in|cm|mm)?"', tag[0])
        if found:
            sides.append(float(found[1]) * POINTS[found[2] or ""])
    box = re.search(r'viewBox="[\d.-]+[ ,]+[\d.-]+[ ,]+([\d.]+)[ ,]+([\d.]+)"', tag[0])
    if len(sides) == 2:
        return sides[0], sides[1]
    return (float(box[1]) * 0.75, float(box[2]) * 0.75) if box else None


def _png(content: bytes) -> tuple[float, float] | None:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width * 0.75, height * 0.75


def height(images: dict[str, bytes]) -> float:
    """Height in points when no wider than the text; 0 where the picture does not tell."""
    size = None
    if ".svg" in images:
        size = _svg(images[".svg"])
    elif ".png" in images:
        size = _png(images[".png"])
    if size is None or size[0] <= 0:
        return 0.0
    return size[1] * min(1.0, PORTRAIT / size[0])
