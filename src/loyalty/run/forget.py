"""A respondent who wants to be forgotten: out of the files and of all that was made of them."""

from __future__ import annotations

import csv
import glob
import hashlib
import io
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path
from typing import Any
from urllib.parse import quote

from loyalty.cases import study as studies
from loyalty.cases.reading import Wanted, delimited, encodings
from loyalty.cases.reading.files import TEXT
from loyalty.cases.sources import FileRows, Format
from loyalty.cases.study import ALL, Study
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.text import LANGUAGES

BOOK = Path("reports", "_book")
#: Files by which it is seen whether pages show a case.
TEXTS = (".html", ".qmd", ".json", ".js", ".md")


@dataclass(frozen=True, eq=False)
class _File:
    """A delimited file of the case, and by which of its columns people are found."""

    source: FileRows
    form: Format
    ids: tuple[str, ...]
    personal: tuple[str, ...]


@dataclass(frozen=True)
class _Lines:
    """A file as it stands: the lines above its rows, and each row with the lines it takes."""

    mark: bytes
    encoding: str
    above: str
    rows: list[tuple[dict[str, str], str]]

    def without(self, gone: set[int]) -> bytes:
        kept = "".join(text for k, (_, text) in enumerate(self.rows) if k not in gone)
        return self.mark + (self.above + kept).encode(self.encoding)


def forget(case: str, respondent: str, column: str | None = None) -> tuple[int, list[Path]]:
    """Take every row of a respondent out of a case's files, and remove what was made of them.

    People are found by an id, or by a personal column, which is read for that alone; whoever is
    found by the latter is taken out of tables by the ids that stand beside. Nothing else in the
    files changes, byte for byte; the description gets their new checksums. Findings that were
    recorded go, too: what was committed or passed on before, git keeps.

    Parameters
    ----------
    column : str
        Look there alone; all rows that hold `respondent` are taken for one person's.

    Returns
    -------
    tuple
        How many rows went, and the files and folders that were removed.

    Raises
    ------
    UserError
        When no column says who is who, nobody has this id, personal columns hold it in several
        rows, or a file is no text of the case's own; then nothing has changed.
    """
    study = studies.load(case)
    files = _with_people(study, column)
    lines = {one: _read(study, one) for one in files}
    gone = {one: _rows_with(lines[one], one.ids, {respondent}) for one in files}
    if not any(gone.values()):
        gone = _by_person(study, lines, respondent, column)
    description = study.folder / "study.yml"
    text = description.read_text(encoding="utf-8")
    changed: dict[Path, bytes] = {}
    n = 0
    for path, ones in groupby(sorted(files, key=_path), key=_path):
        one, *others = ones  # a file may be read twice, as answers and as a table
        if rows := gone[one].union(*(gone[other] for other in others)):
            file = paths.inside(study.folder, path)
            changed[file] = lines[one].without(rows)
            text = text.replace(one.source.sha256, hashlib.sha256(changed[file]).hexdigest())
            n += len(rows)
    for file, kept in changed.items():
        part = file.with_name(file.name + ".part")
        part.write_bytes(kept)
        os.replace(part, file)
    paths.write(description, text)
    return n, _purged(case)


def _path(one: _File) -> str:
    return one.source.path


def _by_person(
    study: Study, lines: dict[_File, _Lines], respondent: str, column: str | None
) -> dict[_File, set[int]]:
    """Rows that a personal column says are the respondent's, and those of the ids beside."""
    found = {one: _rows_with(of, one.personal, {respondent}) for one, of in lines.items()}
    n = sum(map(len, found.values()))
    if not n:
        raise UserError(
            "{case}: nobody has the id {respondent!r}", case=study.case, respondent=respondent
        )
    if n > 1 and column is None:
        holding = sorted(
            {
                c
                for one, rows in found.items()
                for k in rows
                for c in one.personal
                if lines[one].rows[k][0].get(c) == respondent
            }
        )
        raise UserError(
            "{case}: {n:,} rows hold {respondent!r} ({columns}): several people, or one who "
            "answered again? If all are this person's, name the column: --column",
            case=study.case,
            n=n,
            respondent=respondent,
            columns=holding,
        )
    beside = {
        value
        for one, rows in found.items()
        for k in rows
        for c in one.ids
        if (value := lines[one].rows[k][0].get(c))
    }
    return {one: found[one] | _rows_with(of, one.ids, beside) for one, of in lines.items()}


def _rows_with(of: _Lines, columns: Sequence[str], values: set[str]) -> set[int]:
    return {k for k, (row, _) in enumerate(of.rows) if any(row.get(c) in values for c in columns)}


def _with_people(study: Study, column: str | None) -> list[_File]:
    """The case's own files by which people are found: by ids, or by personal columns."""
    listed: list[tuple[FileRows | None, Format, tuple[str, ...]]] = []
    if study.rows_ is not None:
        ids = tuple(v.source_column for v in study.ids)
        if ids or study.personal:
            listed.append((study.rows_.file, study.rows_.format, ids))
    for resource in study.resources:
        roles = [r for r, kind in resource.roles.items() if kind.rstrip("?") == "id"]
        # A firm is nobody.
        people = [r for r in roles if r in ("customer", "household")]
        named = tuple(resource.columns.get(r, r) for r in people)
        if named:
            listed.append((resource.rows.file, resource.rows.format, named))
    if not listed:
        raise UserError(
            "{case}: no column says who is who; add to study.yml personal: [column], or "
            "variables: [{{id: …, column: …, kind: id, label: …}}]",
            case=study.case,
        )
    made = []
    for source, form, named in listed:
        if source is None or Path(source.path).suffix.lower() not in TEXT:
            raise UserError(
                "{case}: only text files (csv, tsv) of the case's own can be written anew; take "
                "the rows out where the others come from, and write the new checksum into "
                "study.yml",
                case=study.case,
            )
        personal = tuple(study.personal)
        if column is not None:
            named = tuple(c for c in named if c == column)
            personal = tuple(c for c in personal if c == column)
        made.append(_File(source, form, named, personal))
    if column is not None and not any(one.ids or one.personal for one in made):
        raise UserError(
            "{case}: {column!r} is neither an id nor listed under personal:",
            case=study.case,
            column=column,
        )
    return made


def _read(study: Study, one: _File) -> _Lines:
    """A file's lines, as the description says that it is written."""
    content = paths.inside(study.folder, one.source.path).read_bytes()
    if hashlib.sha256(content).hexdigest() != one.source.sha256:
        raise UserError(
            "{case}/{path}: not the file that study.yml describes",
            case=study.case,
            path=one.source.path,
        )
    name = f"{study.case}/{one.source.path}"
    table = delimited.read(content, one.form, name, Wanted())
    columns, found = list(table.frame.columns), dict[str, Any](table.found)
    mark, encoding = encodings.mark(content, found["encoding"])
    text = content[len(mark) :].decode(encoding)
    lines = list(io.StringIO(text, newline=""))
    at = found["skip"] + found["sep_line"]
    separator = delimited.separator(found["delimiter"])
    reader = csv.reader(iter(lines[at:]), delimiter=separator, skipinitialspace=True)
    above, rows, before, headings = at, [], at, found["heading_rows"]
    try:
        for record in reader:
            after = at + reader.line_num
            if headings:
                headings -= bool(record)
                above = after
            else:
                cells = (cell.strip() for cell in record)
                rows.append((dict(zip(columns, cells, strict=False)), "".join(lines[before:after])))
            before = after
    except csv.Error as error:
        raise UserError(
            "{name}: not a readable csv file ({error})", name=name, error=error
        ) from None
    made = _Lines(mark, encoding, "".join(lines[:above]), rows)
    if made.without(set()) != content:
        raise UserError("{name}: could not be written anew as it is", name=name)
    for c in one.ids:
        if c not in columns:
            raise UserError("{name}: its heading has no {column!r}", name=name, column=c)
    return made


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
        cache / "reproduced",
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
