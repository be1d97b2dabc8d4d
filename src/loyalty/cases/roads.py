"""Rows that may not be on this machine: downloads, objects of R packages, files kept closed.

:func:`file` says where they are kept, ``data/<case>/rows/``, which git ignores, and brings them
there where they are not. Downloaded, exported by R or put there by hand: the checksum in
``study.yml`` decides. A file is written aside and gets its name when it is whole and the right one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from loyalty.cases import rpackage
from loyalty.cases import study as studies
from loyalty.cases.sources import UNKNOWN, DownloadRows, FileRows, PackageRows
from loyalty.cases.study import Study
from loyalty.ground import paths
from loyalty.ground.errors import Mistake, RowsAbsent, UserError
from loyalty.ground.said import Said, said_by_system

#: Seconds without a byte, and in all, until a download is given up.
SILENT, LONGEST = 20.0, 600.0
#: The largest download, in bytes.
LARGEST = 512 << 20

Source = DownloadRows | PackageRows


def file(study: Study, source: Source) -> Path:
    """Where the rows are; they are brought where they are not there yet.

    Raises
    ------
    RowsAbsent
        Where they cannot be had: with the reason, where they are from and where to put them.
    UserError
        Where what is there, or what came, is not what the description says.
    """
    kept = _kept(study, source)
    if kept.exists():
        _hold(source, kept, f"{study.case}/rows/{kept.name}")
        return kept
    kept.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".", suffix=".part") as aside:
        part = Path(aside) / kept.name
        if isinstance(source, DownloadRows):
            name = f"{study.case}: {source.url or f'doi:{source.doi}'}"
            _download(study, source, part, name)
        else:
            content, origin = rpackage.export(source, kept.parent, study.case)
            part.write_bytes(content)
            name = f"{study.case}: {source.object} of {origin}"
        _hold(source, part, name)
        os.replace(part, kept)
    return kept


def available() -> list[str]:
    """The cases that can be run: their rows, or findings that were recorded of them, are here.

    One whose description is broken counts: its check says so.
    """
    away = {
        study.case
        for study in _described(studies.cases())
        if _away(study) and not (study.folder / "findings").is_dir()
    }
    return [case for case in studies.cases() if case not in away]


def bring(cases: Iterable[str]) -> dict[str, UserError]:
    """Bring the rows that are not here; of each case that stays away, why.

    What was never seen is not looked for: nothing rests on it.
    """
    away = [study for study in _described(cases) if _away(study)]
    if not away:
        return {}
    with ThreadPoolExecutor(len(away)) as pool:
        found = list(pool.map(_brought, away))
    return {study.case: why for study, why in zip(away, found, strict=True) if why is not None}


def lacking(study: Study) -> bool:
    """Whether there is nothing, not even what would be refused, where some of the rows belong."""
    return any(
        not (
            paths.inside(study.folder, rows.path)
            if isinstance(rows, FileRows)
            else _kept(study, rows)
        ).exists()
        for rows in study.sources
    )


def _described(cases: Iterable[str]) -> Iterable[Study]:
    for case in cases:
        try:
            yield studies.load(case)
        except UserError:
            continue


def _away(study: Study) -> list[Source | FileRows]:
    """Of a case's rows those that are not here, or not known to be the right ones."""
    return [rows for rows in study.sources if not _here(study, rows)]


def _here(study: Study, rows: Source | FileRows) -> bool:
    try:
        if isinstance(rows, FileRows):  # what it holds, the case's check says
            return paths.inside(study.folder, rows.path).exists()
        return _sha256(_kept(study, rows)) == rows.sha256
    except UserError:  # a path that leaves the folder: the check says so, too
        return True


def _brought(study: Study) -> UserError | None:
    for rows in _away(study):
        if isinstance(rows, FileRows):
            return RowsAbsent("{case}/{path}: no such file", case=study.case, path=rows.path)
        if rows.sha256 == UNKNOWN:
            return RowsAbsent(
                "{case}: never seen by us; loyalty check {case} tries it", case=study.case
            )
        try:
            file(study, rows)
        except UserError as error:
            return error
        except OSError as error:  # as of a folder that cannot be written to
            return UserError("{case}/rows: {why}", case=study.case, why=said_by_system(error))
    return None


def _kept(study: Study, source: Source) -> Path:
    name = source.file if isinstance(source, DownloadRows) else f"{source.object}.csv"
    return paths.inside(study.folder, f"rows/{name}")


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return "absent"


def _hold(source: Source, path: Path, name: str) -> None:
    """Refuse a file that is not the one described."""
    if path.exists() and not path.is_file():
        raise UserError("{name}: not a regular file", name=name)
    try:
        found, page = _sha256(path), _is_page(path)
    except OSError as error:
        raise UserError("{name}: {why}", name=name, why=said_by_system(error)) from None
    if page and source.sha256 != found:
        raise UserError("{name}: a web page, not the file", name=name)
    if source.sha256 not in (UNKNOWN, found):
        raise UserError(
            "{name}: its SHA-256 is {found}, study.yml says {sha256}",
            name=name,
            found=found,
            sha256=source.sha256,
        )


def _is_page(path: Path) -> bool:
    if path.suffix.lower() in (".htm", ".html"):
        return False
    with path.open("rb") as content:
        start = content.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html"))


# --- downloads ---------------------------------------------------------------------------------
class _Within:
    """A file that a download may fill, for so long and up to so many bytes."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self._end, self._left = out, time.monotonic() + LONGEST, LARGEST

    def write(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise Mistake("larger than {most:,} bytes", most=LARGEST)
        if time.monotonic() > self._end:
            raise Mistake("not whole after {seconds:g} s", seconds=LONGEST)
        self._out.write(chunk)

    def flush(self) -> None:
        self._out.flush()


def _download(study: Study, source: DownloadRows, part: Path, name: str) -> None:
    import pooch  # slow to import, and needed once

    address = source.url or f"doi:{source.doi}/{source.file}"
    road = pooch.HTTPDownloader if source.url else pooch.DOIDownloader
    opened: list[Any] = []  # pooch leaves answers open

    def note(response: Any, *_: Any, **__: Any) -> None:
        opened.append(response)

    fetch = road(timeout=SILENT, chunk_size=1 << 16, hooks={"response": note})
    try:
        with part.open("wb") as out:
            fetch(address, _Within(out), None)
    except Exception as error:  # requests, urllib3, and what a deposit's answer lacks
        raise RowsAbsent(
            "{name}: could not be downloaded ({said}); get {file!r} from "
            "{landing_page} and put it into data/{case}/rows/",
            name=name,
            said=_said(error),
            file=source.file,
            landing_page=source.landing_page,
            case=study.case,
        ) from None
    finally:
        for response in opened:
            response.close()


def _said(error: Exception) -> Said:
    """Why a download failed, in a few words."""
    from requests import exceptions as of

    response = getattr(error, "response", None)
    if isinstance(error, of.HTTPError) and response is not None:
        return Said(
            "the server says {code} {reason}", code=response.status_code, reason=response.reason
        )
    if isinstance(error, of.Timeout) or "timed out" in str(error).lower():
        return Said("no answer for {seconds:g} s", seconds=SILENT)
    if isinstance(error, of.ChunkedEncodingError | of.ContentDecodingError):
        return Said("it broke off")
    if isinstance(error, of.ConnectionError):
        return Said("the network cannot be reached")
    if isinstance(error, of.JSONDecodeError) or "Invalid data repository" in str(error):
        return Said("a deposit of another kind than Zenodo, figshare and Dataverse")
    if isinstance(error, Mistake):
        return error.said
    return Said("{error:.120}", error=str(error) or type(error).__name__)
