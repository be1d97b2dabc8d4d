"""Whole runs of a small case, in a folder of an awkward name: undisturbed, killed, resumed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
CASE = "brands"
DESCRIPTION = """
title: "Two brands"
summary: "Which brand households chose, made for the tests."
provenance: {{kind: simulated, source: "random", licence: "MIT", sampling: "drawn"}}
resources:
  - id: soap
    kind: choices
    label: "Soap"
    rows: {{file: {{path: choices.csv, sha256: {sha256}}}}}
    columns: {{household: household, brand: brand}}
    levels: {{A: A, B: B}}
"""
COMMAND = ("-m", "loyalty", "report", CASE, "--to", "html", "--draws", "20")
GENERATED = ("reports/results", "reports/executed", "reports/_book", ".cache/marks")
#: Seconds in which a run and all its processes have ended, on a busy machine, too.
AT_ONCE = 20.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


def describe(folder: Path) -> None:
    """A small case with little to compute, which still has every kind of step."""
    chance, rows = random.Random(1), ["household,brand"]
    for household in range(40):
        brand = chance.choice("AAB")
        for _ in range(6):
            brand = brand if chance.random() < 0.7 else chance.choice("AB")
            rows.append(f"{household},{brand}")
    content = "\n".join(rows).encode()
    folder.mkdir(parents=True)
    (folder / "choices.csv").write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    (folder / "study.yml").write_text(DESCRIPTION.format(sha256=sha256), encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with one case, in a folder whose path has blanks, brackets and more."""
    root = tmp_path_factory.mktemp("run") / "a b (c) {d} [e]" / "ü $x 'y'"
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("notebooks", "src", "packages/semfit/src", "benchmarks/results"):
        shutil.copytree(ROOT / name, root / name, ignore=skip)
    describe(root / "data" / CASE)
    for name in ("Snakefile", "_quarto.yml", "index.qmd", "references.bib", "data/claims.yml"):
        shutil.copy(ROOT / name, root / name)
    (root / "reports").mkdir()
    for file in (ROOT / "reports").glob("*.qmd"):
        shutil.copy(file, root / "reports")
    (root / ".cache").mkdir()
    for kept in (ROOT / ".cache").glob("*"):  # there is none in a fresh clone
        if kept.name not in ("computed", "marks", "books", "running", "render", "warm.log"):
            (root / ".cache" / kept.name).symlink_to(kept)
    return root


def start(root: Path, *words: str) -> subprocess.Popen[str]:
    code = f"{root / 'src'}{os.pathsep}{root / 'packages' / 'semfit' / 'src'}"
    return subprocess.Popen(
        [sys.executable, *(words or COMMAND)],
        cwd=root,
        env={**os.environ, "LOYALTY_ROOT": str(root), "PYTHONPATH": code},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # what runs in the background may have been told to ignore it
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def finished(root: Path) -> str:
    process = start(root)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return said


def alive(root: Path) -> list[str]:
    """The command lines of the run's processes."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"LOYALTY_ROOT={root}\0".encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:  # it has ended, or is another's
            continue
    return found


def left(root: Path) -> dict[str, bytes]:
    """What a run leaves."""
    files = [p for name in GENERATED for p in (root / name).rglob("*") if p.is_file()]
    return {str(p.relative_to(root)): p.read_bytes() for p in files}


def forget(root: Path) -> None:
    for name in (*GENERATED, ".cache/computed", ".cache/books", ".cache/render"):
        shutil.rmtree(root / name, ignore_errors=True)


@pytest.fixture(scope="module")
def timed() -> list[float]:
    return []


@pytest.fixture
def seconds(undisturbed: dict[str, bytes], timed: list[float]) -> float:
    """How long the undisturbed run took."""
    return timed[0]


@pytest.fixture(scope="module")
def undisturbed(project: Path, timed: list[float]) -> dict[str, bytes]:
    begun = time.monotonic()
    said = finished(project)
    timed.append(time.monotonic() - begun)
    assert f"report: reports/_book/cases/{CASE}/en/index.html" in said
    whole = left(project)
    assert f"reports/results/{CASE}/behaviour.json" in whole
    return whole


def ended(root: Path, process: subprocess.Popen[str]) -> str:
    """What a run said that was told to end, when all its processes have gone."""
    start = time.monotonic()
    said, _ = process.communicate(timeout=60)
    while rest := alive(root):
        assert time.monotonic() - start < AT_ONCE, rest
        time.sleep(0.05)
    return said


def marks_of(files: dict[str, bytes]) -> int:
    return sum(1 for name in files if name.startswith(".cache/marks/"))


def test_nothing_is_done_twice(project: Path, undisturbed: dict[str, bytes]) -> None:
    assert finished(project) == f"report: reports/_book/cases/{CASE}/en/index.html\n"
    assert left(project) == undisturbed


ELSEWHERE = """
import sys
from loyalty import cli
from loyalty.run import jobs
jobs.FORKS = False
sys.exit(cli.main(sys.argv[1:]))
"""


def test_without_forking_all_is_the_same(project: Path, undisturbed: dict[str, bytes]) -> None:
    forget(project)
    process = start(project, "-c", ELSEWHERE, *COMMAND[2:])
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert left(project) == undisturbed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_killed_run_is_resumed(
    project: Path, undisturbed: dict[str, bytes], number: signal.Signals
) -> None:
    forget(project)
    process = start(project)
    while len(alive(project)) < 4 and process.poll() is None:  # its job's kernel runs
        time.sleep(0.05)
    assert not [line for line in alive(project) if "ipykernel_launcher" in line]  # it is forked
    process.send_signal(number)
    said = ended(project, process)
    if number != signal.SIGKILL:
        assert "interrupted; the next run goes on from here" in said
        assert process.returncode == 130
    finished(project)
    assert left(project) == undisturbed
    assert not list(project.rglob("*.part"))


STILL_IMPORTING = """
import time
from loyalty.run import warm
warm.ready = lambda commands: (print("importing", flush=True), time.sleep(60))
warm.main()
"""


def test_a_warm_process_ends_with_its_starter_though_it_still_imports() -> None:
    ours, its = socket.socketpair()
    with ours, its:
        process = subprocess.Popen(
            [sys.executable, "-c", STILL_IMPORTING, str(its.fileno()), "[]"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[its.fileno()],
            start_new_session=True,
        )
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == b"importing\n"
        process.stdin.close()
        assert process.wait(AT_ONCE) == -signal.SIGKILL
        process.stdout.close()


def marked(root: Path) -> int:
    """How many steps are done."""
    return sum(1 for mark in (root / ".cache" / "marks").rglob("*") if mark.is_file())


def whole(root: Path) -> dict[str, bytes]:
    """What a reader finds after a run, however it ended: not what says that it is under way."""
    return {
        name: content
        for name, content in left(root).items()
        if name.startswith("reports/")
        and not name.endswith((".part", ".running.ipynb"))
        and not any(part.startswith(".") for part in Path(name).parts)
    }


def disturbed(root: Path, after: float, number: signal.Signals) -> bool:
    """A run that is told to end so many seconds later; whether it was not over before."""
    process = start(root)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after)
    hit = process.poll() is None
    process.send_signal(number)  # nothing is sent to one that has ended
    said = ended(root, process)
    assert "Traceback" not in said, said
    # told before it listens, or when all is done, it ends without a word; told while Python runs
    # code made of text, as that of dataclasses, Python itself ends by SIGINT: 130 to a shell
    assert process.returncode in ((130, -number, -signal.SIGINT) if hit else (0,)), said
    return hit


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.long)])
def test_runs_killed_at_random_moments_are_resumed(
    project: Path,
    undisturbed: dict[str, bytes],
    seconds: float,
    kills: int,
    record_property: Callable[[str, object], None],
) -> None:
    """Killed, resumed, killed again, until it is whole: then from the beginning, killed again.

    After every kill nothing is half written, and what was done is not done again.
    """
    chance, steps = random.Random(kills), marks_of(undisturbed)
    hits, runs, resumed = Counter[str](), 0, 0
    forget(project)
    while hits.total() < 2 * kills:
        runs += 1
        assert runs <= 5 * kills, hits
        number = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)[runs % 3]
        before = marked(project)
        after, begun = chance.uniform(0, seconds), time.monotonic()
        hit = disturbed(project, after, number)
        done = marked(project)
        assert before <= done <= steps
        assert whole(project).items() <= undisturbed.items()
        if hit:
            hits.update([number.name, f"{done} of {steps} steps done"])
            print(f"run {runs}: {number.name} after {after:.1f} s, {done} of {steps} steps done")
        else:
            assert left(project) == undisturbed
            if before:
                resumed += 1
            else:  # quicker than the one timed last
                seconds = time.monotonic() - begun
            forget(project)
    before = marked(project)
    said = finished(project)
    assert [*re.findall(r"(?m)^ *\d+/(\d+) ", said), "0"][0] == str(steps - before), said
    assert left(project) == undisturbed
    assert not list(project.rglob("*.part"))
    counted = ", ".join(f"{name}: {n}" for name, n in sorted(hits.items()))
    record_property("did", f"{kills} kills ({counted}); {resumed + 1} times all was done at last")


# --- a disk that is full or may not be written, a clock that goes back ----------------------------
def kept(root: Path) -> dict[str, bytes]:
    """What a reader has: findings, notebooks and pages, without what says what failed."""
    return {
        name: content
        for name, content in left(root).items()
        if name.startswith("reports/") and not name.endswith(".failed.ipynb")
    }


def refused(root: Path, wrap: Sequence[str], **more: Any) -> list[str]:
    """The lines of a run that would compute anew, and cannot leave it."""
    code = f"{root / 'src'}{os.pathsep}{root / 'packages' / 'semfit' / 'src'}"
    done = subprocess.run(
        [*wrap, sys.executable, *COMMAND[:-1], "21"],
        cwd=root,
        env={**os.environ, "LOYALTY_ROOT": str(root), "PYTHONPATH": code},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **more,
    )
    assert done.returncode in (1, 2), done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return [line for line in done.stderr.splitlines() if line]


@pytest.mark.parametrize("most", [0, 20_000])
def test_a_disk_that_takes_no_more_leaves_what_was_there(
    project: Path, undisturbed: dict[str, bytes], most: int
) -> None:
    finished(project)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    said = refused(project, [], preexec_fn=limited)
    assert 1 <= len(said) <= 3 and any("File too large" in line for line in said), said
    assert kept(project) == {k: v for k, v in undisturbed.items() if k.startswith("reports/")}
    finished(project)
    assert left(project) == undisturbed


NAMESPACE = ["unshare", "--mount"]
MAY_MOUNT = (
    shutil.which("unshare") is not None
    and subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
)


@pytest.mark.skipif(not MAY_MOUNT, reason="may not mount anything here")
@pytest.mark.parametrize(
    ("where", "how", "why"),
    [
        (".cache", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"', "Read-only"),
        ("reports", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"', "Read-only"),
        (".cache", 'mount -t tmpfs -o size=4k tmpfs "$0" && cp /dev/zero "$0/x"', "No space left"),
    ],
)
def test_a_folder_that_cannot_be_written_is_one_line(
    project: Path, undisturbed: dict[str, bytes], where: str, how: str, why: str
) -> None:
    finished(project)
    script = f'{{ {how}; }} 2>/dev/null; shift 0; exec "$@"'
    said = refused(project, [*NAMESPACE, "sh", "-c", script, str(project / where)])
    assert len(said) == 1, said
    assert said[0].startswith(f"error {where}: cannot be written to ({why}")
    assert left(project) == undisturbed


def test_a_clock_that_goes_back_changes_nothing(
    project: Path, undisturbed: dict[str, bytes]
) -> None:
    """Files from the future, and a change that is older than all that rests on it."""
    finished(project)
    for folder in ("reports", "notebooks", "data", "src"):
        for file in (project / folder).rglob("*"):
            os.utime(file, (4e9, 4e9))
    assert finished(project) == f"report: reports/_book/cases/{CASE}/en/index.html\n"
    description = project / "data" / CASE / "study.yml"
    text = description.read_text(encoding="utf-8")
    description.write_text(f"{text}# a word more\n", encoding="utf-8")
    os.utime(description, (1e9, 1e9))
    assert "behaviour" in finished(project)
    description.write_text(text, encoding="utf-8")
    os.utime(description, (1e8, 1e8))
    finished(project)
    assert left(project) == undisturbed
