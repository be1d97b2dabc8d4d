"""A respondent who wants to be forgotten: out of the files and of all that was made of them."""

from __future__ import annotations

import csv
import glob
import hashlib
import io
import os
import re
import shutil
from itertools import product
from pathlib import Path
from urllib.parse import quote

from loyalty.cases import study as studies
from loyalty.cases.sources import ROLES, FileRows
from loyalty.cases.study import ALL, Study
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.text import LANGUAGES

BOOK = Path("reports", "_book")
#: Files by which it is seen whether pages show a case.
TEXTS = (".html", ".qmd", ".json", ".js", ".md")


def forget(case: str, respondent: str) -> tuple[int, list[Path]]:
    """Take every row of a respondent out of a case's files, and remove what was made of them.

    Nothing else in the files changes, byte for byte; the description gets their new checksums.
    Findings that were recorded go, too: what was committed or passed on before, git keeps.

    Returns
    -------
    tuple
        How many rows went, and the files and folders that were removed.

    Raises
    ------
    UserError
        When no column has ids, nobody has this one, or a file is no csv of the case's own; then
        nothing has changed.
    """
    study = studies.load(case)
    files = _with_ids(study)
    if not files:
        raise UserError(
            "{case}: neither a variable of kind id nor a table's column says who is who; add to "
            "study.yml: variables: [{{id: …, column: …, kind: id, label: …}}]",
            case=case,
        )
    description = study.folder / "study.yml"
    text = description.read_text(encoding="utf-8")
    changed: dict[Path, bytes] = {}
    n = 0
    for source, column in files:
        file = paths.inside(study.folder, source.path)
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() != source.sha256:
            raise UserError(
                "{case}/{path}: not the file that study.yml describes", case=case, path=source.path
            )
        name = f"{case}/{source.path}"
        kept, gone = _without(changed.get(file, content), column, respondent, name)
        if gone:
            n, changed[file] = n + gone, kept
    for source, _ in files:
        if (of := changed.get(paths.inside(study.folder, source.path))) is not None:
            text = text.replace(source.sha256, hashlib.sha256(of).hexdigest())
    if not n:
        raise UserError(
            "{case}: nobody has the id {respondent!r}", case=case, respondent=respondent
        )
    for file, kept in changed.items():
        part = file.with_name(file.name + ".part")
        part.write_bytes(kept)
        os.replace(part, file)
    paths.write(description, text)
    return n, _purged(case)


def _with_ids(study: Study) -> list[tuple[FileRows, str]]:
    """The case's own files with the column that says whose a row is."""
    found = []
    ids = [v.source_column for v in study.ids]
    if study.rows_ is not None and ids:
        found.append((study.rows_.file, ids[0]))
    for resource in study.resources:
        roles = [r for r, kind in ROLES[resource.kind].items() if kind.rstrip("?") == "id"]
        # A firm is nobody.
        people = [r for r in roles if r in ("customer", "household")]
        found += [(resource.rows.file, resource.columns.get(r, r)) for r in people]
    made = []
    for source, column in found:
        if source is None or not source.path.endswith(".csv"):
            raise UserError(
                "{case}: only csv files of the case's own can be written anew; take the "
                "rows out where the others come from, and write the new checksum into "
                "study.yml",
                case=study.case,
            )
        made.append((source, column))
    return made


def _without(content: bytes, column: str, respondent: str, name: str) -> tuple[bytes, int]:
    """The bytes of a csv without the rows of one respondent, and how many there were."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            "{name}: not UTF-8 text (byte {start})", name=name, start=error.start
        ) from None
    lines = list(io.StringIO(text, newline=""))
    for delimiter in ",;\t|":
        reader = csv.reader(iter(lines), delimiter=delimiter)
        heading = [cell.strip().removeprefix("\ufeff") for cell in next(reader, [])]
        if column in heading:
            break
    else:
        raise UserError("{name}: its first row has no {column!r}", name=name, column=column)
    at = heading.index(column)
    kept, gone, before = lines[: reader.line_num], 0, reader.line_num
    for row in reader:
        if len(row) > at and row[at].strip() == respondent:
            gone += 1
        else:
            kept += lines[before : reader.line_num]
        before = reader.line_num
    return "".join(kept).encode(), gone


def _purged(case: str) -> list[Path]:
    """Remove what was made of a case, and what was made of all cases where it shows this one."""
    made = [*_made_of(case), paths.root() / "reports" / "_cases" / case, paths.recorded(case)]
    if _shown(case, paths.results() / ALL):
        made += _made_of(ALL)
    for volume, language in product(("report", "trial"), LANGUAGES):
        name = f"{volume}-{language}"
        pages = BOOK / language if volume == "report" else BOOK / volume / language
        project = Path() if name == "report-en" else Path(".cache/books") / name
        generated = paths.root() / project / "reports" / "_generated"
        if _shown(case, paths.root() / pages, generated):
            made += [paths.root() / pages, paths.cache() / "render" / f"{name}.zip"]
            made += [generated if name == "report-en" else paths.root() / project]
    there = [path for path in made if path.exists()]
    for path in there:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return there


def _made_of(case: str) -> list[Path]:
    """Where all that is made of one case is, besides its recorded findings."""
    exports, cache = paths.root() / "reports" / "exports", paths.cache()
    return [
        paths.results() / case,
        paths.executed() / case,
        paths.by_hand() / case,
        paths.root() / BOOK / "cases" / case,
        exports / case,
        exports / f"{case}.zip",
        cache / "computed" / case,
        *(cache / "books" / f"case-{case}-{language}" for language in LANGUAGES),
        *(cache / "render" / f"case-{case}-{language}.zip" for language in LANGUAGES),
        *sorted((cache / "marks").glob(f"*/{glob.escape(quote(case, safe=''))}")),
    ]


def _shown(case: str, *folders: Path) -> bool:
    """Whether a text in the folders names the case; so, too, where only others than texts are."""
    files = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
    texts = [file for file in files if file.suffix in TEXTS]
    named = re.compile(rb"[/\"'-]" + re.escape(case.encode()) + rb"[/\"'-]")
    return bool(files) and (not texts or any(named.search(f.read_bytes()) for f in texts))
