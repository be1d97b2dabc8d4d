"""Pandoc as a service: many conversions in one or two processes.

`pandoc lua` starts once for a batch of jobs, which is much faster than one process a page.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pypandoc

from .errors import RenderError
from .store import Store

WORKER = Path(__file__).parent / "filters" / "worker.lua"
# Markdown that a program wrote (notebook outputs): nothing in it may become markup of its own.
SAFE_MARKDOWN = (
    "markdown-raw_html-raw_attribute-raw_tex-native_divs-native_spans-markdown_in_html_blocks"
    "-fenced_divs-fenced_code_attributes-inline_code_attributes-yaml_metadata_block"
    "-pandoc_title_block-auto_identifiers-latex_macros"
)
AUTHORED_MARKDOWN = "markdown-yaml_metadata_block-pandoc_title_block+autolink_bare_uris"

Job = dict[str, Any]


@cache
def executable() -> str:
    """Path of the Pandoc program that comes with `pypandoc-binary`.

    Not `get_pandoc_path`, which looks for the newest one: an old one on the path, which has no
    `pandoc lua`, was taken on a busy machine.
    """
    name = "pandoc.exe" if os.name == "nt" else "pandoc"
    bundled = Path(str(pypandoc.__file__)).parent / "files" / name
    return str(bundled if bundled.is_file() else pypandoc.get_pandoc_path())


@cache
def version() -> str:
    """Version of that Pandoc, such as ``3.9``."""
    done = subprocess.run([executable(), "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[1]


def _batch(jobs: Sequence[Job]) -> list[str]:
    if not jobs:
        return []
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.json"), Path(folder, "out.json")
        source.write_text(json.dumps(jobs, ensure_ascii=False), encoding="utf-8")
        done = subprocess.run(
            [executable(), "lua", str(WORKER), str(source), str(target)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        if done.returncode != 0 or not target.is_file():
            raise RenderError([f"pandoc: {line}" for line in done.stderr.splitlines() if line])
        results = json.loads(target.read_text(encoding="utf-8"))
    warnings = [line for line in done.stderr.splitlines() if "[WARNING]" in line]
    errors = [
        f"{job.get('where', 'pandoc')}: {result['error']}"
        for job, result in zip(jobs, results, strict=True)
        if "error" in result
    ]
    if errors or warnings:
        raise RenderError(errors + [f"pandoc: {line}" for line in warnings])
    return [str(result["ok"]) for result in results]


def run(jobs: Sequence[Job], processes: int = 2, store: Store | None = None) -> list[str]:
    """Results in the order of the jobs; what the store does not know, Pandoc makes (once)."""
    store = store or Store()
    keys = [store.key({k: v for k, v in job.items() if k != "where"}) for job in jobs]
    new: dict[str, Job] = {}
    for key, job in zip(keys, jobs, strict=True):
        if store.get(key) is None:
            new.setdefault(key, job)
    made = _shared(list(new.values()), processes)
    results = {key: store.put(key, text) for key, text in zip(new, made, strict=True)}
    return [results.get(key) or store.get(key) or "" for key in keys]


def _shared(jobs: Sequence[Job], processes: int) -> list[str]:
    """Do the jobs in at most `processes` Pandoc processes."""
    weight = [len(str(job.get("ast") or job.get("text") or "")) for job in jobs]
    bins: list[list[int]] = [[] for _ in range(max(1, min(processes, len(jobs))))]
    loads = [0] * len(bins)
    for index in sorted(range(len(jobs)), key=lambda i: -weight[i]):
        lightest = loads.index(min(loads))
        bins[lightest].append(index)
        loads[lightest] += weight[index] + 1
    with ThreadPoolExecutor(len(bins)) as pool:
        batches = list(pool.map(lambda ids: _batch([jobs[i] for i in ids]), bins))
    results = [""] * len(jobs)
    for ids, texts in zip(bins, batches, strict=True):
        for index, text in zip(ids, texts, strict=True):
            results[index] = text
    return results
