"""environment.yml, pyproject.toml and uv.lock say the same."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
#: name → (version, extras)
Pins = dict[str, tuple[str, frozenset[str]]]


@cache
def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / name).read_text(encoding="utf-8"))


@cache
def conda() -> list[Any]:
    content = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    dependencies: list[Any] = content["dependencies"]
    return dependencies


def python(version: str) -> dict[str, str]:
    """The part of a marker environment that says which Python there is."""
    return {"python_version": version, "python_full_version": f"{version}.5"}


def holds(marker: str | None, version: str) -> bool:
    wanted = Requirement(f"x ; {marker}").marker if marker else None
    return wanted is None or wanted.evaluate(python(version))


def locked(version: str) -> Pins:
    """What the lock gives this project, directly, on one Python."""
    packages = toml("uv.lock")["package"]
    mine = next(p for p in packages if p["source"] == {"editable": "."})
    pins: Pins = {}
    for need in mine["dependencies"]:
        if holds(need.get("marker"), version):
            found = {p["version"] for p in packages if p["name"] == need["name"]}
            pinned = need.get("version") or (found.pop() if len(found) == 1 else None)
            assert pinned is not None and need["name"] not in pins
            pins[need["name"]] = (pinned, frozenset(need.get("extra", [])))
    return pins


def listed(version: str) -> Pins:
    """What environment.yml gives pip on one Python."""
    lines = next(d["pip"] for d in conda() if isinstance(d, dict))
    pins: Pins = {}
    for line in lines:
        if line == "--editable .":
            continue
        need = Requirement(line)
        if need.marker is None or need.marker.evaluate(python(version)):
            (pin,) = need.specifier
            assert pin.operator == "==", line
            assert canonicalize_name(need.name) not in pins, line
            pins[canonicalize_name(need.name)] = (pin.version, frozenset(need.extras))
    return pins


@pytest.mark.parametrize("version", PYTHONS)
def test_conda_users_get_what_the_lock_says(version: str) -> None:
    assert listed(version) == locked(version)


def test_the_project_itself_is_installed() -> None:
    assert "--editable ." in next(d["pip"] for d in conda() if isinstance(d, dict))


def test_the_lock_is_of_these_dependencies() -> None:
    needs = [Requirement(d) for d in toml("pyproject.toml")["project"]["dependencies"]]
    for version in PYTHONS:
        pins = locked(version)
        assert set(pins) == {canonicalize_name(n.name) for n in needs}
        for need in needs:
            pinned, extras = pins[canonicalize_name(need.name)]
            assert need.specifier.contains(pinned, prereleases=True), need
            assert extras == need.extras


def test_the_range_of_python_is_one() -> None:
    wanted = SpecifierSet(toml("pyproject.toml")["project"]["requires-python"])
    asked = next(d for d in conda() if isinstance(d, str) and d.startswith("python "))
    assert SpecifierSet(asked.removeprefix("python ")) == wanted
    assert SpecifierSet(toml("uv.lock")["requires-python"]) == wanted
    inside = [v for v in ("3.10", "3.11", "3.12", "3.13", "3.14") if wanted.contains(f"{v}.0")]
    assert inside == list(PYTHONS)
