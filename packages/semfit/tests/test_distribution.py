"""The distribution in an environment of its own: NumPy, SciPy and pandas are enough."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

HERE = Path(__file__).parents[1]


def run(*words: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(
        [str(w) for w in words], capture_output=True, text=True, check=check, env=outside
    )


def installed(folder: Path) -> Path:
    """The programs of a new environment with the package and what it needs."""
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / "python"
    if uv := shutil.which("uv"):
        run(uv, "venv", "--python", sys.executable, folder)
        install = [uv, "pip", "install", "--python", python]
    else:
        run(sys.executable, "-m", "venv", folder)
        install = [python, "-m", "pip", "install"]
    done = run(*install, HERE, check=False)
    if done.returncode and uv:  # without a registry, from uv's cache
        done = run(*install, "--offline", HERE, check=False)
    if done.returncode:
        pytest.skip(f"nothing to install from: {done.stderr[-200:]}")
    return programs


@pytest.mark.long
def test_installed_alone(tmp_path: Path) -> None:
    programs = installed(tmp_path / "env")
    python, semfit = programs / "python", programs / "semfit"
    names = (
        "from importlib.metadata import distributions as d;"
        "print(*sorted({x.name.lower() for x in d()} - {'pip', 'setuptools'}))"
    )
    found = run(python, "-c", names).stdout.split()
    needed = {"numpy", "pandas", "python-dateutil", "scipy", "semfit", "six", "tzdata"}
    assert {"numpy", "pandas", "scipy", "semfit"} <= set(found) <= needed
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"(?s)```python\n(.*?)```", readme)
    assert "CFI 0.9" in run(python, "-W", "error", "-c", block).stdout
    (tmp_path / "m.lav").write_text("f =~ x1 + x2 + x3")
    frame = pd.read_csv(HERE / "tests" / "golden" / "data" / "hs.csv")
    frame.to_csv(tmp_path / "data.csv")
    frame.to_stata(tmp_path / "data.dta")
    frame.to_excel(tmp_path / "data.xlsx")
    for name in ("data.csv", "data.dta"):
        assert "N = 301" in run(semfit, tmp_path / "m.lav", tmp_path / name).stdout
    said = run(semfit, tmp_path / "m.lav", tmp_path / "data.xlsx", check=False)
    assert said.returncode == 2
    assert said.stderr == "semfit: reading .xlsx needs openpyxl: pip install 'semfit[files]'\n"
    assert run(python, "-m", "semfit", "--version").stdout.startswith("semfit ")
