"""Leaves of result files by address, and the rules that say where old leaves are now."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loyalty.ground.errors import UserError
from loyalty.ground.reading import read_yaml, shown_path

#: In the place of a value: there is none, or more than one.
ABSENT = object()


def leaves(value: Any, address: str = "") -> Iterator[tuple[str, Any]]:
    """(address, leaf) of a JSON value; an empty list or object is a leaf, too."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            name = _escaped(key)
            yield from leaves(below, f"{address}.{name}" if address else name)
    elif isinstance(value, list) and value:
        for i, below in enumerate(value):
            yield from leaves(below, f"{address}[{i}]")
    else:
        yield address, value


def _escaped(key: str) -> str:
    return re.sub(r"([.\[\]\\])", r"\\\1", key)


def shape(address: str) -> str:
    """The address with a wildcard for every index."""
    return re.sub(r"(?<!\\)\[\d+\]", "[*]", address)


# --- addresses with wildcards, captures and selected rows -------------------------------------
_NAME = r"(?:[^.\[\]\\]|\\.)+"
_STEP = re.compile(rf"(?P<key>{_NAME})|\[(?P<index>\*|\d+)\]|\[(?P<rows>(?:[^\[\]\\]|\\.)+)\]")
_CAPTURE = re.compile(r"<([a-z][a-z0-9_]*)>")


@dataclass(frozen=True)
class _Step:
    """One step of an address: a key, an index (None: any), or the row that holds these values."""

    key: str | None = None
    index: int | None = None
    rows: tuple[tuple[str, str], ...] = ()

    @property
    def star(self) -> bool:
        return self.key is None and self.index is None and not self.rows


def _steps(address: str) -> list[_Step]:
    steps: list[_Step] = []
    at = 0
    while at < len(address):
        bracket = address[at] == "["
        if steps and not bracket:
            if address[at] != ".":
                break
            at += 1
        found = _STEP.match(address, at)
        if not found or (found["key"] is None) != bracket or (bracket and not steps):
            break
        if found["key"]:
            steps.append(_Step(key=found["key"]))
        elif found["index"]:
            steps.append(_Step(index=None if found["index"] == "*" else int(found["index"])))
        else:
            pairs = [pair.split("=", 1) for pair in found["rows"].split(",")]
            if not all(len(pair) == 2 and pair[0].strip() for pair in pairs):
                break
            steps.append(_Step(rows=tuple((name.strip(), text.strip()) for name, text in pairs)))
        at = found.end()
    if at < len(address) or not steps:
        raise UserError("{address!r} is no address (column {at})", address=address, at=at + 1)
    return steps


def _pattern(text: str, bound: set[str], any_text: str = _NAME) -> str:
    """`text` as a regular expression with its ``<name>`` as groups, added to `bound`."""
    pattern, at = "", 0
    for capture in _CAPTURE.finditer(text):
        name = capture[1]
        again = f"(?P={name})" if name in bound else f"(?P<{name}>{any_text})"
        pattern += re.escape(text[at : capture.start()]) + again
        bound.add(name)
        at = capture.end()
    return pattern + re.escape(text[at:])


def _plain(key: str) -> str:
    """A key as the file holds it."""
    return re.sub(r"\\(.)", r"\1", key)


def _filled(text: str, bound: dict[str, str]) -> str:
    return _CAPTURE.sub(lambda capture: bound.get(capture[1], capture[0]), text)


def alike(text: str) -> str:
    """For names of old numbers, which are identifiers with - for _."""
    return text.replace("_", "-")


def _word(value: Any) -> str:
    """A leaf as a selector ``[id=…]`` writes it."""
    return value if isinstance(value, str) else json.dumps(value)


class _Old:
    """An old address with wildcards, captures and selected rows.

    `below`: it stands for everything below it, too.
    """

    def __init__(self, address: str, *, below: bool = False) -> None:
        self.address = address
        self.names: set[str] = set()
        self.stars = 0
        self._rows: list[tuple[tuple[str, str], ...]] = []
        pattern = ""
        for step in _steps(address):
            if step.key is not None:
                pattern += (r"\." if pattern else "") + _pattern(step.key, self.names)
            elif step.rows:
                pattern += rf"\[(?P<_row{len(self._rows)}>\d+)\]"
                self._rows.append(step.rows)
            elif step.star:
                pattern += rf"\[(?P<_star{self.stars}>\d+)\]"
                self.stars += 1
            else:
                pattern += rf"\[{step.index}\]"
        for rows in self._rows:
            self.names |= {name for _, text in rows for name in _CAPTURE.findall(text)}
        self._regex = re.compile(pattern + (r"(?=[.\[]|$)" if below else "$"))

    def match(self, address: str, flat: dict[str, Any]) -> tuple[dict[str, str], list[int]] | None:
        """What captures and wildcards stand for in `address`, one of the leaves `flat`."""
        found = self._regex.match(address)
        if not found:
            return None
        groups = found.groupdict()
        stars = [int(groups.pop(f"_star{i}")) for i in range(self.stars)]
        bound = {k: _plain(v) for k, v in groups.items() if not k.startswith("_")}
        for i, rows in enumerate(self._rows):
            row = address[: found.end(f"_row{i}") + 1]
            for name, text in rows:
                value = flat.get(f"{row}.{name}", ABSENT)
                if value is ABSENT:
                    return None
                selected = re.fullmatch(
                    _pattern(_filled(text, bound), set(), ".+"), _word(value), re.DOTALL
                )
                if not selected:
                    return None
                bound |= selected.groupdict()
        return bound, stars


class _New:
    """A new address, relative to the findings; ``len(…)`` is how many there are."""

    def __init__(self, address: str, old: _Old) -> None:
        self.address = address
        counted = re.fullmatch(r"len\((.+)\)", address)
        self._counted = bool(counted)
        self._steps = _steps(counted[1] if counted else address)
        unbound = sorted(set(_CAPTURE.findall(address)) - old.names)
        if unbound:
            raise UserError(
                "{address!r} names <{unbound}>, {old!r} does not",
                address=address,
                unbound=unbound[0],
                old=old.address,
            )
        if sum(step.star for step in self._steps) > old.stars:
            raise UserError(
                "{address!r} has more [*] than {old!r}",
                address=address,
                old=old.address,
            )

    def find(self, findings: Any, bound: dict[str, str], stars: list[int]) -> tuple[str, Any]:
        """(address, value); the value is `ABSENT` where there is none or more than one."""
        here: Any = findings
        address = ""
        left = iter(stars)
        for number, step in enumerate(self._steps):
            if step.key is not None:
                key = _filled(_plain(step.key), bound)
                if isinstance(here, dict) and key not in here:
                    key = next((k for k in here if alike(k) == alike(key)), key)
                address += ("." if address else "") + _escaped(key)
                here = here.get(key, ABSENT) if isinstance(here, dict) else ABSENT
                continue
            rows = here if isinstance(here, list) else []
            if not step.rows:
                index = next(left) if step.index is None else step.index
                address += f"[{index}]"
                here = rows[index] if index < len(rows) else ABSENT
                continue
            wanted = [(name, _filled(text, bound)) for name, text in step.rows]
            fitting = [i for i, row in enumerate(rows) if _fits(row, wanted, _word)]
            if not fitting:
                loose = [(name, alike(text)) for name, text in wanted]
                fitting = [
                    i for i, row in enumerate(rows) if _fits(row, loose, lambda v: alike(_word(v)))
                ]
            if self._counted and number == len(self._steps) - 1 and isinstance(here, list):
                return self.address, len(fitting)
            where = ",".join(f"{name}={text}" for name, text in wanted)
            address += f"[{fitting[0]}]" if len(fitting) == 1 else f"[{where}]"
            here = rows[fitting[0]] if len(fitting) == 1 else ABSENT
        if self._counted:
            return self.address, len(here) if isinstance(here, list | dict) else ABSENT
        return address, here


def _fits(row: Any, wanted: list[tuple[str, str]], word: Callable[[Any], str]) -> bool:
    return isinstance(row, dict) and all(
        name in row and word(row[name]) == text for name, text in wanted
    )


class Rules:
    """Where the old leaves of one analysis are now.

    A map is YAML: by analysis, ``old address: new address`` (relative to the findings), and
    ``gone: {old address: reason}``. In an old address

    - ``[*]`` is any index; the new address takes its ``[*]`` in the same order;
    - ``<name>``, in a key, is any text, to be named again in the new address;
    - ``[id=<name>]`` or ``[from=<a>,to=<b>]`` is any row, by its values, ``[id=H1]`` this row.

    In a new address ``[id=…]`` is the one row with these values (``brand-image`` finds
    ``brand_image``, too), and ``len(…)`` counts rows. A list of new addresses is for the indices
    of the old address's last ``[*]``: ``numbers.rmsea.ci[*]: [fit.rmsea_lower, fit.rmsea_upper]``.
    The first rule that fits is taken; what is gone comes before, and takes all below its address
    with it.

    Raises
    ------
    UserError
        When a rule cannot be read.
    """

    def __init__(self, analysis: str, content: dict[str, Any] | None = None) -> None:
        self.analysis = analysis
        rules = dict(content or {})
        gone = rules.pop("gone", None) or {}
        if not isinstance(gone, dict) or not all(
            isinstance(k, str) and isinstance(v, str) and v.strip() for k, v in gone.items()
        ):
            raise UserError("{analysis}: gone: old address: reason is expected", analysis=analysis)
        self._gone = [_Old(address, below=True) for address in gone]
        self._rules: list[tuple[_Old, list[_New], bool]] = []
        for address, given in rules.items():
            several = isinstance(given, list)
            targets = given if several else [given]
            if not targets or not all(isinstance(t, str) for t in [address, *targets]):
                raise UserError(
                    "{analysis}: {address}: an address or a list of them is expected",
                    analysis=analysis,
                    address=address,
                )
            old = _Old(address)
            if several and not old.stars:
                raise UserError(
                    "{analysis}: {address}: a list is taken by [*], there is none",
                    analysis=analysis,
                    address=address,
                )
            self._rules.append((old, [_New(t, old) for t in targets], several))

    def targets(self) -> set[str]:
        """The new addresses that the rules lead to."""
        return {new.address for _, targets, _ in self._rules for new in targets}

    def apply(
        self, flat: dict[str, Any], findings: Any = None
    ) -> Iterator[tuple[str, Any, str, tuple[str, Any] | None]]:
        """(old address, leaf, rule, (new address, value)) of each leaf a rule or `gone` names."""
        for address, value in flat.items():
            if gone := next((old for old in self._gone if old.match(address, flat)), None):
                yield address, value, gone.address, None
                continue
            for old, targets, several in self._rules:
                if (fitting := old.match(address, flat)) is None:
                    continue
                bound, stars = fitting
                which = stars[-1] if several else 0
                if which < len(targets):
                    there = targets[which].find(findings, bound, stars)
                else:
                    there = f"(element {which} of {len(targets)})", ABSENT
                yield address, value, old.address, there
                break

    def unused(self, contents: Iterable[dict[str, Any]]) -> list[str]:
        """The rules that fit no leaf of these old files."""
        used = {rule for c in contents for _, _, rule, _ in self.apply(old_leaves(c))}
        every = [old.address for old in self._gone] + [old.address for old, *_ in self._rules]
        return [f"{self.analysis}: {address}" for address in every if address not in used]


def read_map(path: Path) -> dict[str, Rules]:
    """The rules of a map, or of all maps (``*.yml``) in a folder, by analysis.

    Raises
    ------
    UserError
        When there is none, or one is not a map.
    """
    files = sorted(path.glob("*.yml")) if path.is_dir() else [path]
    if not files:
        raise UserError("{path}: no map in it (*.yml)", path=shown_path(path))
    maps: dict[str, Rules] = {}
    for file in files:
        content = read_yaml(file)
        name = shown_path(file)
        if not isinstance(content, dict):
            raise UserError("{name}: rules by analysis are expected", name=name)
        for analysis, rules in content.items():
            if not isinstance(rules, dict):
                raise UserError(
                    "{name}: {analysis}: rules (old: new) are expected",
                    name=name,
                    analysis=analysis,
                )
            if analysis in maps:
                raise UserError(
                    "{name}: {analysis} has rules in another file, too",
                    name=name,
                    analysis=analysis,
                )
            try:
                maps[str(analysis)] = Rules(str(analysis), rules)
            except UserError as error:
                raise UserError("{name}: {error}", name=name, error=error) from None
    return maps


def old_leaves(content: dict[str, Any]) -> dict[str, Any]:
    """The leaves of an old file that a map speaks of."""
    return dict(leaves({"numbers": content["numbers"], "tables": content["tables"]}))
