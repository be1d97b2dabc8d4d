"""What a case's description says, in the forms others read: a Frictionless data package."""

from __future__ import annotations

from typing import Any

from loyalty.sources import Survey
from loyalty.study import Item


def datapackage(survey: Survey) -> dict[str, Any]:
    """The Frictionless ``datapackage.json`` of a case (specs.frictionlessdata.io, version 1).

    Derived from ``study.yml``; the rows themselves are not part of it.
    """
    study = survey.study
    fields = [_item(survey, item) for item in study.items]
    for variable in study.variables:
        kind = "string" if variable.kind == "id" else "number"
        fields.append({"name": variable.source_column, "type": kind, "title": variable.label.en})
    for group in study.groups:
        fields.append(
            {
                "name": group.source_column,
                "type": "string",
                "title": group.label.en,
                "constraints": {"enum": list(group.levels)},
            }
        )
    missing = sorted({code for i in study.items for code in study.item_scale(i).missing})
    return {
        "profile": "tabular-data-package",
        "name": study.case,
        "title": study.title.en,
        "description": study.summary.en,
        "licenses": [{"title": study.provenance.licence}],
        "sources": [{"title": study.provenance.source.en}],
        "simulated": study.simulated,
        "resources": [
            {
                "name": "answers",
                "profile": "tabular-data-resource",
                "path": "answers.csv",
                "hash": f"sha256:{survey.checksum}",
                "schema": {
                    "fields": fields,
                    "missingValues": ["", *(f"{code:g}" for code in missing)],
                },
            }
        ],
    }


def _item(survey: Survey, item: Item) -> dict[str, Any]:
    scale = survey.study.item_scale(item)
    return {
        "name": item.source_column,
        "type": "integer",
        "title": item.en,
        "description": item.wording.zh,
        "reversed": item.reversed,
        "constraints": {"minimum": scale.min, "maximum": scale.max},
    }
