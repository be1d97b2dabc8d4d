"""A process that imports everything once and forks a process for each job, and for its kernel.

Importing takes longer than most notebooks compute. The workflow starts ``python -m
loyalty.run.warm LINE COMMANDS``: LINE is the number of a socket on which jobs come in (a command
as JSON, with the pipe that its output goes to), COMMANDS a JSON list of the commands to come, which
say what to import. It ends, and its jobs with it, when its standard input or the line is closed.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from loyalty.ground.errors import UserError
from loyalty.run.analyses import compute_files


# --- the kernel of a job -------------------------------------------------------------------------
class Kernel:
    """A forked process that waits for the command of a kernel: what Jupyter asks of a process."""

    stdin = stdout = stderr = None
    waiting: Kernel | None = None

    def __init__(self) -> None:
        order, self._order = os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._order)
            _run(_kernel, order)
        os.close(order)

    def launch(self, command: list[str], environment: dict[str, str], cwd: str | None) -> None:
        """Let it become the kernel ``python -m ipykernel_launcher ARGUMENTS``."""
        whole = {"arguments": command[3:], "environment": environment, "cwd": cwd}
        with os.fdopen(self._order, "w") as pipe:
            json.dump(whole, pipe)

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self) -> int:
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Provisioner(LocalProvisioner):
    """Jupyter's way to a kernel's process, by the one that is waiting."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        kernel, Kernel.waiting = Kernel.waiting, None
        if kernel is None:
            return await super().launch_kernel(cmd, **kwargs)
        environment = {**kwargs["env"], "JPY_PARENT_PID": str(os.getpid())}
        kernel.launch(cmd, environment, kwargs.get("cwd"))
        self.process, self.pid = kernel, kernel.pid  # type: ignore[assignment]
        return self.connection_info


def _kernel(order: int) -> int:
    from ipykernel.kernelapp import launch_new_instance

    with os.fdopen(order) as pipe:
        text = pipe.read()
    if not text:  # the job needed none
        return 0
    whole = json.loads(text)
    os.environ.clear()
    os.environ.update(whole["environment"])
    os.chdir(whole["cwd"] or ".")
    sys.argv = ["ipykernel_launcher", *whole["arguments"]]
    launch_new_instance(whole["arguments"])
    return 0


# --- the process ---------------------------------------------------------------------------------
def _run(job: Any, *given: Any) -> None:
    """Do something as the last thing in this process, and never come back."""
    code = 1
    try:
        code = job(*given) or 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _job(words: list[str], answer: int) -> int:
    os.dup2(answer, 1)
    os.dup2(answer, 2)
    os.close(answer)
    if words[0] == "execute":
        Kernel.waiting = Kernel()
        os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] = "loyalty-forked"
    code = 1
    try:
        code = import_module("loyalty.cli").main(words)
    except Exception:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(1, f"\0{code}".encode())
    return code


def ready(commands: list[list[str]]) -> None:
    """Import what the commands need, and do once what every job would do anew."""
    kinds = {words[0] for words in commands}
    modules = {"loyalty.cli"}
    for kind, *given in commands:
        if kind in ("execute", "show"):
            package = import_module(f"loyalty.analyses.{given[1]}")
            modules |= {f"{package.__name__}.{m.name}" for m in iter_modules(package.__path__)}
    if "execute" in kinds:
        modules |= {"papermill", "papermill.clientwrap", "ipykernel.ipkernel", "IPython"}
        modules |= {"ipykernel.kernelapp", "ipykernel.debugger"}
        modules |= {"loyalty.run.notebook", "loyalty.run.execute"}
        # semfit itself loads them when a name is first used
        modules |= {"semfit.bootstrap", "semfit.categorical", "semfit.ladder", "semfit.products"}
    if "check" in kinds:
        modules |= {"loyalty.cases.survey", "loyalty.cases.tables"}
    if "show" in kinds:
        modules |= {"loyalty.run.show", "loyalty.shown.charts.style"}
    if "render" in kinds:
        modules |= {"loyalty.book.report", "loyalty.book.dossier", "loyalty.render.embedded"}
    for name in sorted(modules):
        import_module(name)
    for kind, *given in commands:
        if kind == "execute":
            compute_files(given[1])
    for case, n in Counter(words[1] for words in commands if words[0] == "execute").items():
        if n > 1:
            with contextlib.suppress(UserError):  # its check says why
                _hold(case)
    if "show" in kinds:
        _show_ready({words[1] for words in commands if words[0] == "show"})


def _hold(case: str) -> None:
    """Load a case's survey, which most of its notebooks need."""
    from loyalty.cases import study, survey

    if case != study.ALL and study.load(case).surveyed:
        survey.hold(study.load(case))


def _show_ready(cases: Iterable[str]) -> None:
    """The style, the terms, the template of pages and the descriptions."""

    from loyalty.ground.catalogue import catalogue
    from loyalty.run import show
    from loyalty.shown.charts.style import use_style

    use_style()
    for name in ("headings", "reasons", "estimator", "faults", "notebooks", "messages"):
        catalogue(name)
    for case in cases:
        with contextlib.suppress(UserError):
            show.context(case)


def reap() -> None:
    """Let the jobs that have ended go, their processor time counted as this process's."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _left() -> bool:
    """Whether whoever started this has gone: nothing is ever written to the standard input."""
    return bool(select.select([0], [], [], 0)[0])


@contextlib.contextmanager
def watching() -> Iterator[None]:
    """End as soon as whoever started this has gone, whatever is being imported."""

    def look(*_: Any) -> None:
        if _left():
            os.killpg(0, signal.SIGKILL)

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 0.5, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def main() -> None:
    line = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(line.fileno(), False)
    with watching():
        ready(json.loads(sys.argv[2]))
    gc.collect()
    gc.freeze()
    while True:
        some, _, _ = select.select([line.fileno(), 0], [], [], 1.0)
        reap()
        if not some:
            continue
        request, answers = b"", list[int]()
        if 0 not in some:  # else whoever started this has gone
            request, answers, _, _ = socket.recv_fds(line, 1 << 20, 1)
        if not request:
            reap()
            os.killpg(0, signal.SIGKILL)
        (answer,) = answers
        if os.fork() == 0:
            line.close()
            _run(_job, json.loads(request), answer)
        os.close(answer)


if __name__ == "__main__":
    # by its name, for Jupyter looks for the provisioner there, and for the kernel that waits
    import_module("loyalty.run.warm").main()
