"""Labelled cells of executed notebooks: what a report embeds."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import RenderError
from .pictures import NARROW, NARROW_KIND


@dataclass(frozen=True)
class Cell:
    """One embedded output: a figure (`images`: suffix to bytes, :data:`NARROW` its drawing for
    phones) or markdown."""

    label: str
    caption: str
    alt: str
    markdown: str
    images: dict[str, bytes]
    colwidths: tuple[float, ...] = ()


def source_of(notebook: str) -> tuple[str, str]:
    """Case and analysis of an executed notebook, ``…/<case>/NN-<analysis>``."""
    *_, case, name = notebook.split("/")
    return case, re.sub(r"^\d+-", "", name)


def _joined(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value or "")


class Notebooks:
    """Executed notebooks, each read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._cells: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def _load(self, name: str) -> dict[str, list[dict[str, Any]]]:
        if name in self._cells:
            return self._cells[name]
        path = self.root / name
        if not path.is_file():
            raise RenderError([f"notebook {name} does not exist"])
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            cells = content["cells"]
        except (ValueError, KeyError, TypeError):
            raise RenderError([f"{name} is not a notebook"]) from None
        found: dict[str, list[dict[str, Any]]] = {}
        for cell in cells:
            label = cell.get("metadata", {}).get("label")
            if label:
                found.setdefault(str(label), []).append(cell)
        self._cells[name] = found
        return found

    def cell(self, name: str, label: str) -> Cell:
        """The labelled cell's output; RenderError (without place) where it cannot be shown."""
        cells = self._load(name).get(label, [])
        where = f"{name}#{label}"
        if not cells:
            raise RenderError([f"no cell is labelled {label} in {name}"])
        if len(cells) > 1:
            raise RenderError([f"{len(cells)} cells are labelled {label} in {name}"])
        meta = cells[0].get("metadata", {})
        outputs = cells[0].get("outputs", [])
        if any(output.get("output_type") == "error" for output in outputs):
            raise RenderError([f"{where}: the cell failed"])
        shown = [o for o in outputs if o.get("output_type") in ("display_data", "execute_result")]
        if not shown:
            raise RenderError([f"{where}: the cell has no output"])
        if len(shown) > 1:
            raise RenderError([f"{where}: {len(shown)} outputs in one cell, expected one"])
        data = shown[0].get("data", {})
        if "text/html" in data:
            raise RenderError([f"{where}: output is text/html, expected markdown or an image"])
        images: dict[str, bytes] = {}
        if "image/svg+xml" in data:
            images[".svg"] = _joined(data["image/svg+xml"]).encode("utf-8")
        for kind, suffix in (("image/png", ".png"), ("image/jpeg", ".jpg")):
            if kind in data:
                try:
                    images[suffix] = base64.b64decode(_joined(data[kind]), validate=False)
                except binascii.Error:
                    raise RenderError([f"{where}: the {kind} output is broken"]) from None
        if images and NARROW_KIND in data:
            images[NARROW] = _joined(data[NARROW_KIND]).encode("utf-8")
        markdown = _joined(data.get("text/markdown"))
        if not images and not markdown:
            raise RenderError([f"{where}: output is neither markdown nor an image"])
        kind = label.split("-")[0]
        if (kind == "fig") != bool(images):
            raise RenderError([f"{where}: the label's prefix does not fit the output"])
        caption = str(meta.get("fig-cap" if images else "tbl-cap") or "")
        if kind in ("fig", "tbl") and not caption.strip():
            raise RenderError([f"{where}: has no {kind}-cap"])
        widths = meta.get("tbl-colwidths")
        return Cell(
            label=label,
            caption=caption,
            alt=str(meta.get("fig-alt") or ""),
            markdown=markdown,
            images=images,
            colwidths=tuple(float(w) for w in widths) if isinstance(widths, list) else (),
        )
