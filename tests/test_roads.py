"""Rows that come from elsewhere: downloads (from a server of this test) and R packages."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import shutil
import subprocess
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty import cli
from loyalty.book import pages, plan
from loyalty.cases import roads, rpackage, study
from loyalty.cases import survey as sources
from loyalty.cases.reading import limits
from loyalty.cases.sources import PackageRows
from loyalty.ground.errors import RowsAbsent

PAGE = b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>Please log in</body></html>"


def load() -> sources.Survey:
    return sources.load(study.load("small"))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- downloads -----------------------------------------------------------------------------------
class Server(ThreadingHTTPServer):
    """Serves `content`, as the address asks for it; counts what was asked."""

    content = b""
    asked = 0
    kind = ""  # of every address, where it is not said by the address itself

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, code: int, content: bytes, length: int | None = None, **more: str) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.server.asked += 1
        content, kind = self.server.content, self.server.kind or self.path.split("/")[1]
        if kind == "broken-once" and self.server.asked == 1:
            kind = "truncated"
        if kind == "absent":
            self.answer(404, b"gone")
        elif kind == "truncated":
            self.answer(200, content[: len(content) // 2], length=len(content))
        elif kind == "changed":
            self.answer(200, content + b"\n")
        elif kind == "page":
            self.answer(200, PAGE)
        elif kind == "moved":
            self.answer(302, b"", Location="/as-it-is/rows.csv")
        elif kind == "elsewhere":
            self.answer(302, b"", Location="file:///etc/passwd")
        elif kind == "slow":
            self.answer(200, content[:10], length=len(content))
            time.sleep(1)
        elif kind == "drop-by-drop":
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                try:
                    self.wfile.write(content[:1])
                except OSError:  # the other one has had enough
                    return
                time.sleep(0.02)
        else:
            self.answer(200, content)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.fixture
def download(project: Any, server: Server, small_answers: pd.DataFrame) -> Callable[..., Path]:
    """``download(kind)`` describes rows at that kind of address; where they are kept."""
    server.content = small_answers.to_csv(index=False).encode()

    def described(kind: str = "as-it-is", **more: Any) -> Path:
        given = {
            "url": f"{server.url}/{kind}/rows.csv",
            "landing_page": "https://example.org/rows",
            "file": "all rows.csv",
            "sha256": sha256(server.content),
        }
        project.study["rows"] = {"download": {**given, **more}}
        project.describe()
        kept: Path = project.folder / "rows" / (more.get("file") or "all rows.csv")
        return kept

    return described


@pytest.mark.parametrize("kind", ["as-it-is", "moved"])
def test_a_download(download: Callable[..., Path], server: Server, kind: str) -> None:
    kept = download(kind)
    once = load()
    assert kept.read_bytes() == server.content
    assert once.checksum == sha256(server.content)
    asked = server.asked
    again = load()
    assert server.asked == asked  # it is there
    pd.testing.assert_frame_equal(again.rows, once.rows)
    assert [p.name for p in kept.parent.iterdir()] == [kept.name]


HAD = "; get 'all rows.csv' from https://example.org/rows and put it into data/small/rows/"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("absent", f"could not be downloaded (the server says 404 Not Found){HAD}"),
        ("truncated", f"could not be downloaded (it broke off){HAD}"),
        ("elsewhere", "could not be downloaded (No connection adapters were found for"),
        ("changed", "its SHA-256 is "),
        ("page", "a web page, not the file"),
    ],
)
def test_a_download_that_does_not_bring_the_file(
    download: Callable[..., Path], refusal: Callable[..., str], kind: str, said: str
) -> None:
    kept = download(kind)
    message = refusal(load)
    assert message.startswith("small: http://127.0.0.1:")
    assert said in message
    assert list(kept.parent.iterdir()) == []


@pytest.mark.parametrize(("kind", "said"), [("slow", "no answer for"), ("drop-by-drop", "whole")])
def test_a_slow_server(
    download: Callable[..., Path],
    refusal: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    said: str,
) -> None:
    monkeypatch.setattr(roads, "SILENT", 0.2)
    monkeypatch.setattr(roads, "LONGEST", 0.2)
    kept = download(kind)
    assert said in refusal(load)
    assert list(kept.parent.iterdir()) == []


def test_a_download_that_is_too_large(
    download: Callable[..., Path], refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roads, "LARGEST", 100)
    download()
    assert "larger than 100 bytes" in refusal(load)


def test_no_server(
    download: Callable[..., Path], server: Server, refusal: Callable[..., str]
) -> None:
    download(url="http://127.0.0.1:9/rows.csv")
    with pytest.raises(RowsAbsent):
        load()
    assert "(the network cannot be reached)" in refusal(load)


def test_what_broke_off_is_fetched_anew(
    download: Callable[..., Path], server: Server, refusal: Callable[..., str]
) -> None:
    kept = download("broken-once")
    assert "it broke off" in refusal(load)
    load()
    assert kept.read_bytes() == server.content
    # what a killed process left is not taken for the file
    (kept.parent / ".x.part").mkdir()
    (kept.parent / ".x.part" / kept.name).write_bytes(server.content[:50])
    kept.unlink()
    load()
    assert kept.read_bytes() == server.content


def test_the_checksum_decides_about_what_was_put_there_by_hand(
    download: Callable[..., Path], server: Server, refusal: Callable[..., str]
) -> None:
    kept = download("absent")
    kept.parent.mkdir()
    kept.write_bytes(server.content)
    load()
    assert server.asked == 0
    kept.write_bytes(server.content[:-20])
    message = refusal(load)
    assert message.startswith("small/rows/all rows.csv: its SHA-256 is ")
    assert kept.read_bytes() == server.content[:-20]  # it is theirs
    kept.unlink()
    kept.mkdir()
    assert refusal(load) == "small/rows/all rows.csv: not a regular file"
    kept.rmdir()
    kept.parent.rmdir()
    kept.parent.write_bytes(b"")
    assert str(roads.bring(["small"])["small"]) == "small/rows: File exists"


def test_what_was_never_seen(
    download: Callable[..., Path], server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = download(sha256="unknown")
    assert roads.available() == []
    assert "never seen by us" in str(roads.bring(["small"])["small"])
    assert server.asked == 0 and not kept.exists()  # a run looks for nothing that counts nowhere
    assert cli.main(["check", "small"]) == 0
    out = capsys.readouterr().out
    assert "small · never seen by us" in out
    assert f"sha256 {sha256(server.content)}" in out
    assert roads.available() == []  # until it is written down


def test_a_web_page_is_no_file_that_was_never_seen(
    download: Callable[..., Path], refusal: Callable[..., str]
) -> None:
    kept = download("page", sha256="unknown")
    assert refusal(load).endswith("a web page, not the file")
    assert not kept.exists()


def test_a_doi_whose_deposit_is_not_reached(
    download: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, refusal: Callable[..., str]
) -> None:
    import pooch

    def offline(doi: str, **_: Any) -> str:
        assert doi == "10.5281/zenodo.1"
        raise ValueError("no network in this test")

    monkeypatch.setattr(pooch.downloaders, "doi_to_url", offline)
    download(url=None, doi="10.5281/zenodo.1")
    message = refusal(load)
    assert message.startswith("small: doi:10.5281/zenodo.1: could not be downloaded (no network")


def test_a_doi_of_another_kind_of_deposit(
    download: Callable[..., Path],
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    refusal: Callable[..., str],
) -> None:
    import pooch

    for kind in ("absent", "page"):  # what a site that is no Dataverse answers to its questions
        site = f"{server.url}/{kind}/deposit"
        monkeypatch.setattr(pooch.downloaders, "doi_to_url", lambda *_, site=site, **__: site)
        server.kind = kind
        download(url=None, doi="10.17632/64xkbj2ry5.2")
        assert "(a deposit of another kind than Zenodo, figshare and Dataverse)" in refusal(load)


def test_a_doi(
    download: Callable[..., Path], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pooch

    class Deposit:
        def download_url(self, name: str) -> str:
            assert name == "all rows.csv"
            return f"{server.url}/as-it-is/rows.csv"

    monkeypatch.setattr(pooch.downloaders, "doi_to_repository", lambda *_, **__: Deposit())
    kept = download(url=None, doi="10.5281/zenodo.1")
    load()
    assert kept.read_bytes() == server.content


# --- what is in a download -----------------------------------------------------------------------
def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_a_member_of_a_zip_archive(
    download: Callable[..., Path], server: Server, refusal: Callable[..., str]
) -> None:
    rows = server.content
    server.content = zipped(**{"data__my rows.csv": rows, "readme.txt": b"hello"})
    download(file="deposit v2.zip", member="data/my rows.csv")
    survey = load()
    assert survey.checksum == sha256(server.content) and len(survey.rows) == 60
    download(file="deposit v2.zip", member="data/my row.csv")
    assert "no 'data/my row.csv'; did you mean 'data/my rows.csv'?" in refusal(load)
    download(file="deposit v2.zip")
    assert "one file is expected in the archive, not 2" in refusal(load)


def test_a_zip_archive_that_is_broken_or_too_large(
    download: Callable[..., Path],
    server: Server,
    refusal: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = zipped(**{"rows.csv": server.content})
    server.content = whole[:-30]
    download(file="a.zip", member="rows.csv")
    assert refusal(load) == "small/rows/a.zip: not a whole zip archive"
    server.content = zipped(**{"rows.csv": b"0" * 10_000})
    monkeypatch.setattr(limits, "UNPACKED", 5_000)
    download(file="b.zip", member="rows.csv")
    said = "small/rows/b.zip: rows.csv: what it holds is larger than 5,000 bytes"
    assert refusal(load) == said


def test_a_sheet_of_a_workbook(
    download: Callable[..., Path], server: Server, small_answers: pd.DataFrame
) -> None:
    pytest.importorskip("openpyxl")
    book = io.BytesIO()
    with pd.ExcelWriter(book, engine="openpyxl") as writer:
        pd.DataFrame({"nothing": [1]}).to_excel(writer, sheet_name="Data Dict.", index=False)
        small_answers.to_excel(writer, sheet_name="My Data", index=False)
    server.content = book.getvalue()
    download(file="My Data 2015 ver2.xlsx", sheet="My Data")
    assert len(load().rows) == 60


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("file", "../rows.csv"),
        ("file", "/etc/passwd"),
        ("file", "a/b.csv"),
        ("file", "..\\rows.csv"),
        ("file", ".hidden"),
        ("member", "/etc/passwd"),
        ("member", "../../rows.csv"),
        ("member", "a/../../rows.csv"),
        ("url", "file:///etc/passwd"),
        ("url", "ftp://example.org/rows.csv"),
        ("url", "https:///rows.csv"),
        ("doi", "10.5281/../../x"),
        ("landing_page", "javascript:alert(1)"),
        ("sha256", "unknow"),
    ],
)
def test_a_description_of_a_download_that_does_not_hold(
    download: Callable[..., Path], refusal: Callable[..., str], key: str, value: str
) -> None:
    download(**{key: value}, **({"url": None} if key == "doi" else {}))
    message = refusal(load)
    assert f"rows.download.{key}: " in message or f"rows.download: {key}: " in message


def test_a_link_out_of_the_folder(
    download: Callable[..., Path], tmp_path: Path, refusal: Callable[..., str]
) -> None:
    kept = download()
    kept.parent.symlink_to(tmp_path, target_is_directory=True)
    assert "leaves the case's folder" in refusal(load)
    assert roads.available() == ["small"]  # its check says so


# --- R packages ----------------------------------------------------------------------------------
#: ``save(rows, four, file = "rows.rda", version = 2)`` of R 4.2.2, where ``rows`` is
#: ``data.frame(whole = c(1L, NA), half = c(0.5, 3), yes = c(TRUE, NA), said = c("a,b", NA),
#: level = factor(c("high", "low"), levels = c("low", "high")))`` and ``four`` is 4.
RDA = base64.b64decode(
    "H4sIAAAAAAAAA22QTQ6CMBCFhwJGmmhIvIZh4QVk4Qlcsa38CEm1CUWJO4/qScChZUhsnASYKa/vm7zzKTvwjAMA"
    "g4AxYD62AcOXBwFE09CqXgP4O+xDfDZGi//fYGo7zcePHdI1UHFHF1uG8fTF/oKfaMTCiSwt9he/kuWzlNo1kKqn"
    "/ermWjuXwlwKTXcWp0rknWqxG1z5XdxKkod02NdKlgtEyIrYL9TOx1o0BenNotbZHx02L0QnkqpFjsOOMN6E+CaI"
    "KS/MZfizaFCpRztn7qXxkvXwBaTAMMTHAQAA"
)
#: What both give.
CSV = b'whole,half,yes,said,level\n1,0.5,TRUE,"a,b",high\n,3,,,low\n'


def archive(
    name: str = "tiny",
    version: str = "1.2-3",
    data: bytes = RDA,
    file: str = "rows.rda",
    **more: bytes,
) -> bytes:
    """The source archive of a package with one file of data."""
    out = io.BytesIO()
    files = {
        f"{name}/DESCRIPTION": f"Package: {name}\nVersion: {version}\n".encode(),
        f"{name}/data/{file}": data,
        **more,
    }
    with tarfile.open(fileobj=out, mode="w:gz") as packed:
        for path, content in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture
def package(project: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., PackageRows]:
    """``package(archive, object=…)``: a description of rows and an archive put there by hand."""
    pytest.importorskip("rdata")
    monkeypatch.setattr(shutil, "which", lambda _: None)  # there is no R

    def described(content: bytes | None = None, **more: Any) -> PackageRows:
        given = {"name": "tiny", "object": "rows", "version": "1.2-3", "sha256": sha256(CSV)}
        project.study["rows"] = {"r_package": {**given, **more}}
        project.describe()
        if content is not None:
            (project.folder / "rows").mkdir(exist_ok=True)
            (project.folder / "rows" / "tiny_1.2-3.tar.gz").write_bytes(content)
        return PackageRows(**{**given, **more})

    return described


def kept(source: PackageRows) -> bytes:
    return roads.file(study.load("small"), source).read_bytes()


def test_a_source_archive_put_there_by_hand(package: Callable[..., PackageRows]) -> None:
    assert kept(package(archive())) == CSV
    assert kept(package()) == CSV  # the rows are there now


def test_an_object_in_a_file_of_another_name(package: Callable[..., PackageRows]) -> None:
    assert kept(package(archive(data=gzip.decompress(RDA), file="many.RData"))) == CSV


def test_some_columns_alone(
    package: Callable[..., PackageRows], refusal: Callable[..., str]
) -> None:
    two = b"level,whole\nhigh,1\nlow,\n"
    assert kept(package(archive(), columns=["level", "whole"], sha256=sha256(two))) == two
    (study.load("small").folder / "rows" / "rows.csv").unlink()
    wrong = package(archive(), columns=["levels"])
    assert refusal(kept, wrong).endswith("rows has no one column 'levels'")


def test_another_version_with_the_same_rows_will_do(package: Callable[..., PackageRows]) -> None:
    assert kept(package(archive(version="1.3"))) == CSV


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        (archive(version="1.3"), {"sha256": "0" * 64}, "small: rows of tiny 1.3: its SHA-256 is"),
        (archive(), {"object": "four"}, "tiny_1.2-3.tar.gz: four is no data frame"),
        (archive(), {"object": "five"}, "tiny_1.2-3.tar.gz: no five in what it has as .rda"),
        (archive("other"), {}, "tiny_1.2-3.tar.gz: not the source archive of tiny"),
        (archive()[:200], {}, "tiny_1.2-3.tar.gz: not a whole source archive"),
        (PAGE, {}, "tiny_1.2-3.tar.gz: not a whole source archive"),
        (archive(data=RDA[:-20]), {}, "tiny_1.2-3.tar.gz: tiny/data/rows.rda is not readable"),
        (archive(data=b"nothing of R's"), {}, "rows.rda is not readable"),
    ],
)
def test_an_archive_that_does_not_hold(
    package: Callable[..., PackageRows],
    refusal: Callable[..., str],
    content: bytes,
    more: dict[str, Any],
    said: str,
) -> None:
    assert said in refusal(kept, package(content, **more))
    assert not (study.load("small").folder / "rows" / "rows.csv").exists()


def test_an_archive_that_unpacks_to_too_much(
    package: Callable[..., PackageRows],
    refusal: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rpackage, "LARGEST", 10_000)
    bomb = gzip.compress(b"\0" * 1_000_000)
    assert "larger than 10,000 bytes" in refusal(kept, package(archive(data=bomb)))
    plain = package(archive(data=b"\0" * 20_000))
    assert "tiny/data/rows.rda is larger than 10,000 bytes" in refusal(kept, plain)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "../tiny"),
        ("name", "-e"),
        ("object", "a/../b"),
        ("object", "system('ls')"),
        ("version", "1.0; x"),
    ],
)
def test_a_description_of_a_package_that_does_not_hold(
    project: Any, refusal: Callable[..., str], key: str, value: str
) -> None:
    given = {"name": "tiny", "object": "rows", "version": "1.2", "sha256": "unknown"}
    project.study["rows"] = {"r_package": {**given, key: value}}
    project.describe()
    assert f"rows.r_package.{key}" in refusal(load)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (None, "there is no R"),
        ("#!/bin/no-such-program\n", "R cannot be started ("),
        ("#!/bin/sh\necho 'Fatal error' >&2\nexit 2\n", "R says Fatal error"),
        ("#!/bin/sh\nexit 11\n", "R does not have it and could not download it"),
        ("#!/bin/sh\nexec sleep 9\n", "R did not answer in 0.2 s"),
    ],
)
def test_an_r_that_does_not_help(
    package: Callable[..., PackageRows],
    refusal: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    program: str | None,
    said: str,
) -> None:
    if program is not None:
        file = tmp_path / "Rscript"
        file.write_text(program)
        file.chmod(0o755)
        monkeypatch.setattr(shutil, "which", lambda _: str(file))
        monkeypatch.setattr(rpackage, "PATIENCE", 0.2 if "sleep" in program else 20)
    source = package()
    with pytest.raises(RowsAbsent):
        kept(source)
    where = "put its source archive tiny_1.2-3.tar.gz into data/small/rows/, or install the package"
    message = refusal(kept, source)
    assert message.startswith("small: the rows are rows of the R package tiny 1.2-3: ")
    assert said in message and message.endswith(where)


def test_an_archive_that_r_downloads(
    package: Callable[..., PackageRows], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there.tar.gz").write_bytes(archive())
    file = tmp_path / "Rscript"
    took = f'cp "{tmp_path}/there.tar.gz" tiny_1.2-3.tar.gz; exit 0'
    file.write_text(f'#!/bin/sh\ncase "$2" in *download.packages*) {took};; esac\nexit 11\n')
    file.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(file))
    assert kept(package()) == CSV


@pytest.mark.parametrize("lazy", ["true", "false"])
def test_an_installed_package(
    project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lazy: str
) -> None:
    """By R, out of a lazy-load database and out of a file of data."""
    pytest.importorskip("rdata")
    if shutil.which("R") is None:
        pytest.skip("there is no R")
    lines = ["Package: tiny", "Version: 1.2-3", f"LazyData: {lazy}", "Title: Tiny"]
    described = {"tiny/DESCRIPTION": "\n".join(lines).encode(), "tiny/NAMESPACE": b""}
    (tmp_path / "tiny.tar.gz").write_bytes(archive(**described))
    library = tmp_path / "library"
    library.mkdir()
    install = ["R", "CMD", "INSTALL", f"--library={library}", "tiny.tar.gz"]
    subprocess.run(install, cwd=tmp_path, check=True, capture_output=True)
    assert (library / "tiny" / "data" / "Rdata.rdb").exists() == (lazy == "true")
    monkeypatch.setenv("R_LIBS", str(library))
    source = PackageRows(name="tiny", object="rows", version="1.2-3", sha256=sha256(CSV))
    assert kept(source) == CSV


def test_customer_sat_whole(repository: Path, tmp_path: Path, refusal: Callable[..., str]) -> None:
    """The data frame of an installed package, read by R."""
    pytest.importorskip("rdata")
    described = study.load("customer-sat")
    source = described.rows.r_package
    assert source is not None
    try:
        content, origin = rpackage.export(source, tmp_path, "customer-sat")
    except RowsAbsent as error:
        pytest.skip(str(error))
    assert origin.startswith("bayesm ")
    assert sha256(content) == source.sha256
    frame = sources.parse(content, ".csv", "rows")
    assert frame.shape == (1811, 10)
    # its documentation: all responses are from 1 to 10; the mean of q1 as R's own mean()
    assert frame.min().min() == 1 and frame.max().max() == 10
    with pytest.raises(Exception, match="bank of bayesm is no data frame"):
        rpackage.export(source.model_copy(update={"object": "bank"}), tmp_path, "x")
    with pytest.raises(Exception, match="the R package bayesm has no nothing"):
        rpackage.export(source.model_copy(update={"object": "nothing"}), tmp_path, "x")


def test_the_canonical_export() -> None:
    frame = pd.DataFrame(
        {
            "a": pd.array([1, None, -3], dtype="Int32"),
            "b": [0.1 + 0.2, -0.0, np.nan],
            "c": [1e22, 1e-7, 2.0],
            "d": pd.Categorical(["low", None, "high"], categories=["low", "high"]),
            "e": ['say "a, b"', None, "höher"],
            "f": pd.array([True, False, None], dtype="boolean"),
        }
    )
    assert rpackage.as_csv(frame).decode() == (
        "a,b,c,d,e,f\n"
        '1,0.30000000000000004,1e+22,low,"say ""a, b""",TRUE\n'
        ",0,1e-07,,,FALSE\n"
        "-3,,2,high,höher,\n"
    )


def test_a_cell_with_several_values(refusal: Callable[..., str]) -> None:
    frame = pd.DataFrame({"a": [[1, 2], [3]]})
    assert refusal(rpackage.as_csv, frame, "x") == "x: a cell that holds more than one value"


# --- a run ---------------------------------------------------------------------------------------
def test_a_case_that_is_not_here_is_not_planned(
    download: Callable[..., Path], server: Server
) -> None:
    kept = download("absent")
    assert roads.available() == []
    assert list(roads.bring(["small"])) == ["small"]
    (kept.parents[1] / "findings").mkdir()  # recorded ones stand in
    assert roads.available() == ["small"]
    (kept.parents[1] / "findings").rmdir()
    kept.write_bytes(server.content)
    assert roads.available() == ["small"]
    assert roads.bring(["small"]) == {}


def test_a_check_of_rows_that_cannot_be_had(
    download: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    download("absent")
    assert cli.main(["check", "small"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("not available here small: http") and said.count("\n") == 1
    download("changed")
    assert cli.main(["check", "small"]) == 2


def test_a_run_goes_on_without_a_case(
    download: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(plan, "steps", lambda _: [])
    download("absent")
    assert cli.main(["run"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("not available here  small: http") and out.count("\n") == 1
    assert cli.main(["run", "small"]) == 3  # it was asked for
    download("changed")
    assert cli.main(["run"]) == 1  # something is wrong with it
    assert capsys.readouterr().err.count("its SHA-256 is") == 1


def test_the_report_says_what_it_does_not_have(download: Callable[..., Path]) -> None:
    download("absent")
    page = "\n".join(pages.one_case(study.load("small"), {}, "en"))
    assert "**Not available.**" in page and "Rows: <https://example.org/rows>." in page
    assert "**不可用**　" in "\n".join(pages.one_case(study.load("small"), {}, "zh"))
    download(sha256="unknown")
    page = "\n".join(pages.one_case(study.load("small"), {}, "en"))
    assert "**Never seen.**" in page


def test_a_licence_that_is_not_stated(project: Any) -> None:
    project.study["provenance"]["licence"] = "not stated"
    project.describe()
    described = study.load("small")
    assert "**Licence.** not stated." in "\n".join(pages.one_case(described, {}, "en"))
    assert "**许可**　未说明。" in "\n".join(pages.one_case(described, {}, "zh"))


def test_rows_that_may_not_be_passed_on_lie_where_git_ignores_them(
    project: Any, small_answers: pd.DataFrame, refusal: Callable[..., str]
) -> None:
    project.study["provenance"]["redistribute"] = False
    project.rows(small_answers)
    assert "rows.file.path: expected in rows/" in refusal(load)
    (project.folder / "rows").mkdir()
    project.rows(small_answers, "rows/rows.csv")
    assert len(load().rows) == 60
    (project.folder / "rows" / "rows.csv").unlink()
    assert roads.available() == []


def test_how_people_came_into_the_data_ends_in_a_stop(project: Any) -> None:
    ends = {"not stated": ("not stated.", "未说明。"), "drawn": ("drawn.", "drawn。")}
    for stated, (en, zh) in {**ends, "Drawn.": (r"Drawn\.",) * 2}.items():
        project.study["provenance"]["sampling"] = stated
        project.describe()
        described = study.load("small")
        assert f"**Sampling.** {en}\n" in "\n".join(pages.one_case(described, {}, "en"))
        assert f"**抽样**　{zh}\n" in "\n".join(pages.one_case(described, {}, "zh"))
