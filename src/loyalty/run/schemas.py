"""The JSON Schemas that are committed: of descriptions, and of every analysis's findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from loyalty.cases import study
from loyalty.ground import paths
from loyalty.ground.findings import Found
from loyalty.run.analyses import ANALYSES, findings_of


def _schemas() -> dict[Path, dict[str, Any]]:
    made = {paths.data() / "study.schema.json": study.json_schema()}
    for analysis in ANALYSES:
        kind = findings_of(analysis)
        schema = Found[kind].model_json_schema()  # type: ignore[valid-type]
        made[paths.schemas() / f"{analysis}.json"] = {**schema, "title": f"Results: {analysis}"}
    return made


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def stale() -> list[Path]:
    """The files that are not there or do not say what the models say."""
    return [
        file
        for file, schema in _schemas().items()
        if not file.is_file() or file.read_text(encoding="utf-8") != _text(schema)
    ]


def write() -> None:
    """Write every schema anew."""
    for file, schema in _schemas().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_text(schema), encoding="utf-8")
