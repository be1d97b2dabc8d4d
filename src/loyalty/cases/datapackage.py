"""What a case's description says, in the forms others read: a Frictionless data package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loyalty.cases.asked import Item
from loyalty.cases.sources import Resource
from loyalty.cases.study import Study


def datapackage(study: Study, checksums: Mapping[str, str]) -> dict[str, Any]:
    """The Frictionless ``datapackage.json`` of a case (specs.frictionlessdata.io, version 1).

    Derived from ``study.yml``; the rows themselves are not part of it.

    Parameters
    ----------
    checksums : mapping
        Table (``answers`` or the id of a table beside the survey) → SHA-256 of its rows.
    """
    tables = [_answers(study)] if study.surveyed else []
    tables += [_beside(resource) for resource in study.resources]
    for table in tables:
        if table["name"] in checksums:
            table["hash"] = f"sha256:{checksums[table['name']]}"
    return {
        "profile": "tabular-data-package",
        "name": study.case,
        "title": study.title.en,
        "description": study.summary.en,
        "licenses": [{"title": study.provenance.licence}],
        "sources": [{"title": study.provenance.source.en}],
        "simulated": study.simulated,
        "resources": tables,
    }


def _answers(study: Study) -> dict[str, Any]:
    fields = [_item(study, item) for item in study.items]
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
    if study.weights is not None:
        weight = {"name": study.weights, "type": "number", "title": "Sampling weight"}
        fields.append({**weight, "constraints": {"minimum": 0}})
    missing = sorted({code for i in study.items for code in study.item_scale(i).missing})
    schema = {"fields": fields, "missingValues": ["", *(f"{code:g}" for code in missing)]}
    return _table("answers", "answers.csv", schema)


def _beside(resource: Resource) -> dict[str, Any]:
    types = {"date": "date", "flag": "boolean", "id": "string", "text": "string"}
    fields = [
        {
            "name": resource.columns.get(role, role),
            "type": types.get(kind.rstrip("?"), "number"),
            "title": role.replace("_", " "),
        }
        for role, kind in resource.roles.items()
        if not kind.endswith("?") or role in resource.columns
    ]
    table = _table(resource.id, f"{resource.id}.csv", {"fields": fields})
    return {**table, "title": resource.label.en}


def _table(name: str, path: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "profile": "tabular-data-resource", "path": path, "schema": schema}


def _item(study: Study, item: Item) -> dict[str, Any]:
    scale = study.item_scale(item)
    return {
        "name": item.source_column,
        "type": "integer" if scale.step == 1 else "number",
        "title": item.en,
        "description": item.wording.zh,
        "reversed": item.reversed,
        "constraints": {"minimum": scale.min, "maximum": scale.max},
    }
