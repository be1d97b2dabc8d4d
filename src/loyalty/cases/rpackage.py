"""Data frames of R packages: out of the source archive, or by an R that has the package.

Whatever the road, :func:`as_csv` writes the same bytes.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import shutil
import subprocess
import tarfile
import tempfile
import warnings
from collections.abc import Callable
from numbers import Integral, Real
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from loyalty.cases.sources import PackageRows
from loyalty.ground.errors import RowsAbsent, UserError
from loyalty.ground.said import Said, said_by_system

#: Seconds that R has for one thing.
PATIENCE = 120
#: Largest file of an archive that is unpacked, in bytes.
LARGEST = 512 << 20

#: How warnings are heard is one for all threads.
_QUIET = Lock()
#: Exit codes that R itself does not use.
NO_PACKAGE, NO_OBJECT, NO_FRAME = 11, 12, 13
# An object, as data() finds it or as the package exports it.
_EXPORT = """
a <- commandArgs(TRUE)
if (!nzchar(system.file(package = a[1]))) quit(status = 11)
e <- new.env()
suppressWarnings(utils::data(list = a[2], package = a[1], envir = e))
if (!exists(a[2], e, inherits = FALSE))
  try(assign(a[2], getExportedValue(a[1], a[2]), e), silent = TRUE)
if (!exists(a[2], e, inherits = FALSE)) quit(status = 12)
if (!is.data.frame(get(a[2], e))) quit(status = 13)
save(list = a[2], envir = e, file = "rows.rda", version = 2)
writeLines(utils::packageDescription(a[1])$Version, "version.txt")
"""
# The source archive, from where this R has its packages.
_DOWNLOAD = """
a <- commandArgs(TRUE)
options(timeout = 60)
if ("@CRAN@" %in% getOption("repos")) utils::chooseCRANmirror(ind = 1)
invisible(utils::download.packages(a[1], ".", type = "source", quiet = TRUE))
"""


def export(source: PackageRows, folder: Path, case: str) -> tuple[bytes, str]:
    """The data frame as CSV, and what it is out of, like ``bayesm 3.1-5``.

    Looked for in a source archive that somebody put into `folder`, then in the packages that R
    has, then in the source archive that R downloads.

    Raises
    ------
    RowsAbsent
        Where there is none of the three, with the reason and what to do.
    UserError
        Where the package has no such data frame, or the archive cannot be read.
    """
    by_hand = sorted(folder.glob(f"{source.name}_*.tar.gz"))
    if by_hand:
        return _from_archive(by_hand[-1], source, case)
    with tempfile.TemporaryDirectory(prefix="loyalty-r-") as scratch:
        code, why = _r(_EXPORT, Path(scratch), source.name, source.object)
        if code == 0:
            version = (Path(scratch) / "version.txt").read_text(encoding="utf-8").strip()
            origin = f"{source.name} {version}"
            content = (Path(scratch) / "rows.rda").read_bytes()
            return _of([("rows.rda", content)], source, f"{case}: {origin}"), origin
        if code == NO_OBJECT:
            raise UserError(
                "{case}: the R package {name} has no {object}",
                case=case,
                name=source.name,
                object=source.object,
            )
        if code == NO_FRAME:
            raise UserError(
                "{case}: {object} of {name} is no data frame",
                case=case,
                object=source.object,
                name=source.name,
            )
        if code == NO_PACKAGE:
            _r(_DOWNLOAD, Path(scratch), source.name)
            if archives := sorted(Path(scratch).glob("*.tar.gz")):
                return _from_archive(archives[0], source, case)
            why = Said("R does not have it and could not download it")
    raise RowsAbsent(
        "{case}: the rows are {object} of the R package {name} {version}: {why}; "
        "put its source archive {name}_{version}.tar.gz into data/{case}/rows/, "
        "or install the package",
        case=case,
        object=source.object,
        name=source.name,
        version=source.version,
        why=why,
    )


def _r(script: str, scratch: Path, *words: str) -> tuple[int | None, Said]:
    """Run a script in a folder: its exit code (None if it could not be run), and what went wrong.

    R reads no profile of the project there, and the words are never part of the script.
    """
    program = shutil.which("Rscript")
    if program is None:
        return None, Said("there is no R")
    try:
        done = subprocess.run(
            [program, "-e", script, *words],
            cwd=scratch,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except OSError as error:
        return None, Said("R cannot be started ({why})", why=said_by_system(error))
    except subprocess.TimeoutExpired:
        return None, Said("R did not answer in {seconds} s", seconds=PATIENCE)
    said = done.stderr.split()
    if not said:
        return done.returncode, Said("R does not say why")
    return done.returncode, Said("R says {said:.160}", said=" ".join(said))


# --- source archives ---------------------------------------------------------------------------
def _from_archive(path: Path, source: PackageRows, case: str) -> tuple[bytes, str]:
    """Out of ``<name>/data/`` of a source archive; nothing of it is unpacked to disk or run."""
    name = f"{case}: {path.name}"
    try:
        with tarfile.open(path, "r:gz") as archive:
            described = _member(archive, f"{source.name}/DESCRIPTION", name)
            fields = dict(
                line.split(": ", 1)
                for line in described.decode("utf-8", "replace").splitlines()
                if ": " in line
            )
            version = fields.get("Version", "").strip()
            files = [
                (file.name, _member(archive, file.name, name))
                for file in archive.getmembers()
                if file.isfile()
                and file.name.startswith(f"{source.name}/data/")
                and file.name.lower().endswith((".rda", ".rdata"))
            ]
    except KeyError:
        raise UserError(
            "{name}: not the source archive of {package}", name=name, package=source.name
        ) from None
    except (OSError, EOFError, tarfile.TarError, lzma.LZMAError, ValueError) as error:
        raise UserError(
            "{name}: not a whole source archive ({error:.80})", name=name, error=error
        ) from None
    return _of(files, source, name), f"{source.name} {version}"


def _member(archive: tarfile.TarFile, path: str, name: str) -> bytes:
    info = archive.getmember(path)
    if info.size > LARGEST:
        raise UserError(
            "{name}: {path} is larger than {most:,} bytes", name=name, path=path, most=LARGEST
        )
    file = archive.extractfile(info)
    if file is None:
        raise KeyError(path)
    return file.read()


def _of(files: list[tuple[str, bytes]], source: PackageRows, name: str) -> bytes:
    """The object as CSV, out of the one of these files that has it: the like-named first."""
    try:
        import rdata
    except ImportError:
        raise RowsAbsent(
            "{name}: what reads R's files is not installed (uv sync --frozen --group files)",
            name=name,
        ) from None
    for path, content in sorted(files, key=lambda f: Path(f[0]).stem != source.object):
        try:
            with _QUIET, warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of classes that it takes for what they hold
                parsed = rdata.parser.parse_data(_unpacked(content))
                objects = rdata.conversion.convert(parsed)
        except Exception as error:  # a broken file raises nearly anything
            said = " ".join(str(error).split()) or type(error).__name__
            raise UserError(
                "{name}: {path} is not readable ({said:.80})", name=name, path=path, said=said
            ) from None
        if source.object in objects:
            frame = objects[source.object]
            if not isinstance(frame, pd.DataFrame):
                raise UserError(
                    "{name}: {object} is no data frame", name=name, object=source.object
                )
            for column in source.columns:
                if list(frame.columns).count(column) != 1:
                    raise UserError(
                        "{name}: {object} has no one column {column!r}",
                        name=name,
                        object=source.object,
                        column=column,
                    )
            return as_csv(frame[source.columns] if source.columns else frame, name)
    raise UserError(
        "{name}: no {object} in what it has as .rda or .RData", name=name, object=source.object
    )


def _unpacked(content: bytes) -> bytes:
    """What a file of R holds, whatever it is packed with."""
    packers: dict[bytes, Callable[..., Any]] = {
        b"\x1f\x8b": gzip.open,
        b"BZh": bz2.open,
        b"\xfd7zXZ": lzma.open,
    }
    for magic, opened in packers.items():
        if content.startswith(magic):
            with opened(io.BytesIO(content)) as file:
                whole: bytes = file.read(LARGEST + 1)
            if len(whole) > LARGEST:
                raise ValueError(f"larger than {LARGEST:,} bytes")
            return whole
    return content


# --- the same bytes on every road ----------------------------------------------------------------
def as_csv(frame: pd.DataFrame, name: str = "") -> bytes:
    """A data frame as CSV in UTF-8: a heading, then the rows, in their order; row names left out.

    Numbers in the fewest digits that give them back, whole ones without a point; TRUE and FALSE;
    factors by label; what is missing is empty. Lines end in one line feed, and what holds a comma,
    a quotation mark or a line feed stands in quotation marks.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(str, frame.columns))
    columns = [frame.iloc[:, j].tolist() for j in range(frame.shape[1])]
    for row in zip(*columns, strict=True):
        writer.writerow([_cell(value, name) for value in row])
    return out.getvalue().encode()


def _cell(value: Any, name: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if not pd.api.types.is_scalar(value):
        raise UserError("{name}: a cell that holds more than one value", name=name)
    if pd.isna(value):
        return ""
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        return repr(float(value) + 0.0).removesuffix(".0")  # −0 is 0
    raise UserError(
        "{name}: a cell that is no number and no text ({type})",
        name=name,
        type=type(value).__name__,
    )
