"""From a file to a description: look, decide, write, and check that it holds."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from loyalty.cases import naming, reading
from loyalty.cases import study as studies
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.text import Language
from loyalty.newcase import asking, beside, decide, kinds, like, names, write
from loyalty.newcase.source import look, square


@dataclass(frozen=True)
class Made:
    """The description that was written, and how many marks to check are in it; of a table in the
    place of a survey its kind."""

    path: Path
    rows: Path
    items: int
    constructs: int
    checks: int
    personal: int
    table: str | None = None


Ask = Callable[[str, str], str]


def new(
    name: str,
    file: Path,
    *,
    sheet: str | None = None,
    plan: like.Plan | None = None,
    language: Language = "en",
    ask: Ask | None = None,
) -> Made:
    """Describe a survey's file as the case `name`.

    The file is copied into ``data/<name>/rows/``, which git ignores, unless it lies in the case's
    folder already; it is never changed.

    Parameters
    ----------
    ask : function, optional
        Gives the answer to a question, of which the second argument is what is taken otherwise.

    Raises
    ------
    UserError
        When there is such a case already, the file cannot be read, or no column of it has answers
        on a scale.
    """
    if not studies.CASE_ID.fullmatch(name) or name == studies.ALL or naming.DEVICE.fullmatch(name):
        raise UserError(naming.refused(name))
    folder = paths.data() / name
    if (folder / "study.yml").exists():
        raise UserError("data/{name}/study.yml is there already; it is not written over", name=name)
    content = reading.limits.content(file, file.name)
    checksum = hashlib.sha256(content).hexdigest()
    with threadpool_limits(1):  # threads would only wait for each other
        source = look(content, file.name, file.name, sheet)
        if square(source):
            raise UserError(
                "{file}: a matrix of correlations or covariances, no answers of people; describe "
                "it with matrix: in the place of rows:, as docs/own-case.md shows",
                file=file.name,
            )
        found = decide.find(source, plan)
    if not found.blocks and found.table is None:
        if found.all_unused and all(why == "constant" for _, why in found.unused):
            raise UserError("{file}: every column has one value throughout", file=file.name)
        raise UserError(
            "{file}: no column with answers on a scale was found; columns: {columns}",
            file=file.name,
            columns=[repr(str(c)) for c in list(found.source.table.frame.columns)[:12]],
        )
    inside = file.resolve().is_relative_to(folder.resolve())
    kept = file.resolve() if inside else folder / "rows" / _file_name(file.name)
    if not inside and kept.exists() and kept.read_bytes() != content:
        raise UserError(
            "data/{name}/rows/{kept} is there already with other content",
            name=name,
            kept=kept.name,
        )
    relative = kept.relative_to(folder.resolve() if inside else folder).as_posix()
    role_of = asking.constructs(found, ask, language, names.role) if ask else names.role
    text = write.description(found, relative, checksum, language, ask, role_of)
    made = [part for part in (kept.parent, folder) if not part.exists()]
    there = inside or kept.exists()
    try:  # as late as can be: whoever breaks off leaves nothing behind
        if not there:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(content)
        path = paths.write(folder / "study.yml", text)
    except BaseException:
        if not there:
            kept.unlink(missing_ok=True)
        for part in made:
            shutil.rmtree(part, ignore_errors=True)
        raise
    beside.settle()
    return Made(
        path,
        kept,
        sum(len(b.items) for b in found.blocks),
        len(found.blocks),
        len(re.findall(rf"(?m)(?:^|  ){write.CHECK} ", text)),
        len(found.personal),
        found.table.kind if found.table else None,
    )


def _file_name(name: str) -> str:
    """What a copy is called; *answers* where the file's name holds somebody's address or number."""
    if kinds.of_somebody(name):
        packed = -2 if name.endswith(".gz") else -1
        return "".join(["answers", *Path(name).suffixes[packed:]])
    cleaned = re.sub(r"[\x00-\x1f/\\]", "_", name).lstrip(". ")
    return cleaned if Path(cleaned).suffix else f"rows.{cleaned}"
