"""The texts of the project in every language: a file a part in ``ground/terms/``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml


@cache
def catalogue(name: str) -> dict[str, dict[str, str]]:
    """One part: headings, reasons, estimator, faults, notebooks, messages or another."""
    file = files("loyalty.ground") / "terms" / f"{name}.yml"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries: dict[str, dict[str, str]] = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
    return entries
