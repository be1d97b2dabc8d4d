"""RO-Crate 1.1 metadata of a folder (https://w3id.org/ro/crate/1.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

METADATA = "ro-crate-metadata.json"
#: Of the context https://w3id.org/ro/crate/1.1/context the terms that the metadata use: they stand
#: in the metadata themselves, so that nobody needs the network to read or to validate these.
TERMS = {
    "CreateAction": "http://schema.org/CreateAction",
    "CreativeWork": "http://schema.org/CreativeWork",
    "Dataset": "http://schema.org/Dataset",
    "File": "http://schema.org/MediaObject",
    "Organization": "http://schema.org/Organization",
    "SoftwareApplication": "http://schema.org/SoftwareApplication",
    "about": "http://schema.org/about",
    "author": "http://schema.org/author",
    "conformsTo": "http://purl.org/dc/terms/conformsTo",
    "contentSize": "http://schema.org/contentSize",
    "datePublished": "http://schema.org/datePublished",
    "description": "http://schema.org/description",
    "encodingFormat": "http://schema.org/encodingFormat",
    "hasPart": "http://schema.org/hasPart",
    "instrument": "http://schema.org/instrument",
    "keywords": "http://schema.org/keywords",
    "license": "http://schema.org/license",
    "name": "http://schema.org/name",
    "result": "http://schema.org/result",
    "sha256": "http://schema.org/sha256",
    "softwareVersion": "http://schema.org/softwareVersion",
    "version": "http://schema.org/version",
}
TYPES = {
    ".R": "text/x-r-source",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".lav": "text/plain",
    ".lock": "application/toml",
    ".md": "text/markdown",
    ".tex": "application/x-tex",
    ".toml": "application/toml",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yml": "application/yaml",
}


def metadata(
    files: Mapping[str, bytes],
    said: Mapping[str, str],
    *,
    name: str,
    description: str,
    licence: str,
    date: str,
    software: Mapping[str, str],
) -> dict[str, Any]:
    """The metadata of a package.

    Parameters
    ----------
    files : mapping
        Path → content of every file but the metadata's own.
    said : mapping
        Path (or the folder's) → what the file is.
    licence : str
        Of the whole, in words: as the source of the data states it.
    date : str
        ISO 8601, the day it was made.
    software : mapping
        Program → version.
    """
    parts = [_file(path, files[path], said) for path in sorted(files)]
    licence_id = "#licence"
    programs = [
        {"@id": f"#{name_}", "@type": "SoftwareApplication", "name": name_, "softwareVersion": v}
        for name_, v in sorted(software.items())
    ]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": description,
        "datePublished": date,
        "license": {"@id": licence_id},
        "hasPart": [{"@id": part["@id"]} for part in parts],
    }
    made = {
        "@id": "#analysis",
        "@type": "CreateAction",
        "name": "The analysis that made the findings, tables and notebooks",
        "instrument": [{"@id": program["@id"]} for program in programs],
        "result": {"@id": "./"},
    }
    about = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    stated = {
        "@id": licence_id,
        "@type": "CreativeWork",
        "name": licence,
        "description": "The licence of the data, as their source states it",
    }
    return {
        "@context": TERMS,
        "@graph": [about, root, *parts, stated, made, *programs],
    }


def _file(path: str, content: bytes, said: Mapping[str, str]) -> dict[str, Any]:
    at = PurePosixPath(path)
    described = said.get(path) or said.get(f"{at.parts[0]}/") or at.name
    return {
        "@id": path,
        "@type": "File",
        "name": at.name,
        "description": described,
        "encodingFormat": TYPES.get(at.suffix, "application/octet-stream"),
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
