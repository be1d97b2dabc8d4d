"""A figure in every language: drawn when a page is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loyalty.ground.text import Language, Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True)
class Figure:
    """`draw` makes the drawing in a language; caption and alternative text.

    `said` is what it finds, before either: if it is not given, the sentence number `says` of those
    that follow, if any. With `folded` it stands in a fold of that title.
    `simulated`: as in :class:`loyalty.shown.table.Table`.
    """

    draw: Callable[[Language], Drawing]
    caption: Text
    alt: Text
    said: Text | None = field(default=None, kw_only=True)
    says: int | None = field(default=0, kw_only=True)
    folded: Text | None = field(default=None, kw_only=True)
    simulated: bool | None = field(default=None, kw_only=True)
