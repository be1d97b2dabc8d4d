"""environment.yml, pyproject.toml and uv.lock say the same."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
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
#: The distributions made in this repository beside the study.
MEMBERS = {"semfit"}
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


def mine() -> dict[str, Any]:
    """This project in the lock."""
    found: dict[str, Any] = next(
        p for p in toml("uv.lock")["package"] if p["source"] == {"editable": "."}
    )
    return found


def groups() -> dict[str, list[str]]:
    """The dependency groups of who uses the project: all but the developers' two."""
    named: dict[str, list[str]] = toml("pyproject.toml")["dependency-groups"]
    return {name: needs for name, needs in named.items() if name not in ("dev", "docs")}


def locked(version: str) -> Pins:
    """What the lock gives this project, directly or by a group, on one Python."""
    packages = toml("uv.lock")["package"]
    needs = [*mine()["dependencies"]]
    for group in groups():
        needs += mine()["dev-dependencies"][group]
    pins: Pins = {}
    for need in needs:
        if need["name"] not in MEMBERS and holds(need.get("marker"), version):
            found = {p["version"] for p in packages if p["name"] == need["name"]}
            pinned = need.get("version") or (found.pop() if len(found) == 1 else None)
            assert pinned is not None
            add(pins, need["name"], pinned, need.get("extra", []))
    return pins


def add(pins: Pins, name: str, version: str, extras: Iterable[str]) -> None:
    known, more = pins.get(name, (version, frozenset()))
    assert known == version, name
    pins[name] = (version, more | frozenset(extras))


def pip_lines() -> list[str]:
    found: list[str] = next(d["pip"] for d in conda() if isinstance(d, dict))
    return found


def listed(version: str) -> Pins:
    """What environment.yml gives pip on one Python."""
    pins: Pins = {}
    for line in pip_lines():
        if line.startswith("--editable "):
            continue
        need = Requirement(line)
        if need.marker is None or need.marker.evaluate(python(version)):
            (pin,) = need.specifier
            assert pin.operator == "==", line
            assert canonicalize_name(need.name) not in pins, line
            add(pins, canonicalize_name(need.name), pin.version, need.extras)
    return pins


@pytest.mark.parametrize("version", PYTHONS)
def test_conda_users_get_what_the_lock_says(version: str) -> None:
    assert listed(version) == locked(version)


def test_the_project_and_its_packages_are_installed() -> None:
    editable = [x.removeprefix("--editable ") for x in pip_lines() if x.startswith("--editable ")]
    assert sorted(editable) == sorted([".", *(f"packages/{name}" for name in MEMBERS)])
    assert {p.parent.name for p in ROOT.glob("packages/*/pyproject.toml")} == MEMBERS


def test_the_lock_is_of_these_dependencies() -> None:
    wanted = toml("pyproject.toml")["project"]["dependencies"]
    needs = [Requirement(d) for d in [*wanted, *(d for g in groups().values() for d in g)]]
    needs = [n for n in needs if n.name not in MEMBERS]
    for version in PYTHONS:
        pins = locked(version)
        assert set(pins) == {canonicalize_name(n.name) for n in needs}
        for need in needs:
            pinned, extras = pins[canonicalize_name(need.name)]
            assert need.specifier.contains(pinned, prereleases=True), need
            assert need.extras <= extras


def test_every_group_is_installed_where_none_is_named() -> None:
    assert toml("pyproject.toml")["tool"]["uv"]["default-groups"] == "all"


def test_the_names_and_versions_are_one() -> None:
    project = toml("pyproject.toml")["project"]
    assert (mine()["name"], mine()["version"]) == (project["name"], project["version"])
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == project["version"]
    for folder in (".", *(f"packages/{name}" for name in MEMBERS)):
        version = toml(f"{folder}/pyproject.toml")["project"]["version"]
        log = (ROOT / folder / "CHANGELOG.md").read_text(encoding="utf-8")
        assert f"\n## [{version}]" in log


def test_the_range_of_python_is_one() -> None:
    wanted = SpecifierSet(toml("pyproject.toml")["project"]["requires-python"])
    asked = next(d for d in conda() if isinstance(d, str) and d.startswith("python "))
    assert SpecifierSet(asked.removeprefix("python ")) == wanted
    assert SpecifierSet(toml("uv.lock")["requires-python"]) == wanted
    inside = [v for v in ("3.10", "3.11", "3.12", "3.13", "3.14") if wanted.contains(f"{v}.0")]
    assert inside == list(PYTHONS)
