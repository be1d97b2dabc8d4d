"""Labelled cells of executed notebooks: what a report embeds."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import Fault, RenderError
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
            raise RenderError([Fault("notebook {name} does not exist", name=name)])
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            cells = content["cells"]
        except (ValueError, KeyError, TypeError):
            raise RenderError([Fault("{name} is not a notebook", name=name)]) from None
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
            raise RenderError(
                [Fault("no cell is labelled {label} in {name}", label=label, name=name)]
            )
        if len(cells) > 1:
            raise RenderError(
                [
                    Fault(
                        "{n} cells are labelled {label} in {name}",
                        n=len(cells),
                        label=label,
                        name=name,
                    )
                ]
            )
        meta = cells[0].get("metadata", {})
        outputs = cells[0].get("outputs", [])
        if any(output.get("output_type") == "error" for output in outputs):
            raise RenderError([Fault("{where}: the cell failed", where=where)])
        shown = [o for o in outputs if o.get("output_type") in ("display_data", "execute_result")]
        if not shown:
            raise RenderError([Fault("{where}: the cell has no output", where=where)])
        if len(shown) > 1:
            raise RenderError(
                [
                    Fault(
                        "{where}: {n} outputs in one cell, expected one",
                        where=where,
                        n=len(shown),
                    )
                ]
            )
        data = shown[0].get("data", {})
        if "text/html" in data:
            raise RenderError(
                [Fault("{where}: output is text/html, expected markdown or an image", where=where)]
            )
        images: dict[str, bytes] = {}
        if "image/svg+xml" in data:
            images[".svg"] = _joined(data["image/svg+xml"]).encode("utf-8")
        for kind, suffix in (("image/png", ".png"), ("image/jpeg", ".jpg")):
            if kind in data:
                try:
                    images[suffix] = base64.b64decode(_joined(data[kind]), validate=False)
                except binascii.Error:
                    raise RenderError(
                        [Fault("{where}: the {kind} output is broken", where=where, kind=kind)]
                    ) from None
        if images and NARROW_KIND in data:
            images[NARROW] = _joined(data[NARROW_KIND]).encode("utf-8")
        markdown = _joined(data.get("text/markdown"))
        if not images and not markdown:
            raise RenderError(
                [Fault("{where}: output is neither markdown nor an image", where=where)]
            )
        kind = label.split("-")[0]
        if (kind == "fig") != bool(images):
            raise RenderError(
                [Fault("{where}: the label's prefix does not fit the output", where=where)]
            )
        caption = str(meta.get("fig-cap" if images else "tbl-cap") or "")
        if kind in ("fig", "tbl") and not caption.strip():
            raise RenderError([Fault("{where}: has no {kind}-cap", where=where, kind=kind)])
        widths = meta.get("tbl-colwidths")
        return Cell(
            label=label,
            caption=caption,
            alt=str(meta.get("fig-alt") or ""),
            markdown=markdown,
            images=images,
            colwidths=tuple(float(w) for w in widths) if isinstance(widths, list) else (),
        )
