"""The result files beside a case's pages, and the scripts by which its numbers open them."""

from __future__ import annotations

import base64
import gzip
import json
import re
from html import unescape
from typing import Any

from loyalty.book.files import result_folder
from loyalty.book.report import Results
from loyalty.ground import paths
from loyalty.ground.numbers import exact
from loyalty.run import recorded

_KEY = re.compile(r'<tr data-of="([^"]*)"|</tr>|data-key="([^"]*)"')


def write(case: str, found: Results) -> None:
    """The result files for readers, and packed into scripts for the pages' numbers: a page that is
    opened from a folder may not read files, but may run a script. Of lists the scripts have the
    rows to which a number of the case's pages leads."""
    linked = _linked(case)
    for (of, analysis), result in found.items():
        if recorded.closed(of):
            content = json.loads(result.model_dump_json())
        else:
            content = json.loads((paths.results() / of / f"{analysis}.json").read_bytes())
        name = json.dumps(f"{of}/{analysis}", ensure_ascii=False)
        paths.write(result_folder(case) / f"{analysis}.json", _short(content))
        for finding, value in content["findings"].items():
            content["findings"][finding] = _rows_of(value, finding, linked)
        short = _short(content).encode("utf-8")
        packed = base64.b64encode(gzip.compress(short, mtime=0)).decode("ascii")
        paths.write(result_folder(case) / f"{analysis}.js", f'loyaltyResult({name},"{packed}");')


def _short(content: dict[str, Any]) -> str:
    return json.dumps(_exact(content), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _exact(below) for name, below in value.items()}
    if isinstance(value, list):
        return [_exact(below) for below in value]
    return exact(value) if isinstance(value, float) else value


def _linked(case: str) -> frozenset[str]:
    """The rows in lists of findings to which numbers on the case's pages lead: ``finding.rows[3]``,
    of whatever analysis."""
    rows = set()
    for page in sorted(result_folder(case).parent.rglob("*.html")):
        begin = ""
        for found in _KEY.finditer(page.read_text(encoding="utf-8")):
            if found[2] is None:  # a row of a table begins, or ends
                begin = found[1] or ""
                continue
            key = unescape(found[2])
            key = begin + key if key.startswith((".", "[")) else key
            rows |= {key[: place.end()] for place in re.finditer(r"\]", key)}
    return frozenset(rows)


def _rows_of(value: Any, here: str, linked: frozenset[str]) -> Any:
    """A value of a result file without the rows of lists that are not `linked`."""
    if isinstance(value, dict):
        return {name: _rows_of(below, f"{here}.{name}", linked) for name, below in value.items()}
    if isinstance(value, list):
        places = [f"{here}[{k}]" for k in range(len(value))]
        return [
            _rows_of(below, place, linked) if place in linked else 0
            for place, below in zip(places, value, strict=True)
        ]
    return value
