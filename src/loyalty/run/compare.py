"""Two runs beside each other: what moved, appeared or went, and by how much.

A result file is read as leaves by address, like ``tables.paths[0].value`` or
``findings.paths.rows[0].estimate``; a ``.``, ``[`` or ``]`` inside a key is written with a
backslash before it. Files of the same schema are compared address by address. Where the schema
changed, a map says where each old leaf is now (see :class:`Rules`).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from loyalty.ground.errors import UserError
from loyalty.ground.reading import read_yaml, shown_path

#: Moves up to this times ``max(1, |old|)`` are none.
TOLERANCE = 1e-9
#: Lines of a section that are shown unless all are asked for.
SHOWN = 50


# --- what a comparison finds -------------------------------------------------------------------
@dataclass(frozen=True, order=True)
class Difference:
    """One thing that is not as it was: in a file (`part`: ``case/analysis`` or a page).

    Those of one `group` are shown in one line with their number.
    """

    part: str
    address: str
    text: str
    size: float = 0.0
    group: str = ""

    def __str__(self) -> str:
        return " ".join(text for text in (self.part, self.address, self.text) if text)


@dataclass
class Tally:
    """What a map did for one analysis, in numbers of the old files (appeared: of the new)."""

    old: int = 0
    matched: int = 0
    moved: int = 0
    largest: float = 0.0
    unmatched: int = 0
    gone: int = 0
    appeared: int = 0


@dataclass
class Comparison:
    """What differs between OLD and NEW, by kind; `notes` are no differences."""

    SECTIONS: ClassVar = ("moved", "changed", "appeared", "went", "unmatched")

    moved: list[Difference] = field(default_factory=list)
    changed: list[Difference] = field(default_factory=list)
    appeared: list[Difference] = field(default_factory=list)
    went: list[Difference] = field(default_factory=list)
    unmatched: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    parts: int = 0

    @property
    def equal(self) -> bool:
        return not (self.moved or self.changed or self.appeared or self.went or self.unmatched)

    def lines(self, *, everything: bool = False) -> Iterator[str]:
        """The report as plain text, each section sorted and at most :data:`SHOWN` lines long."""
        if self.tallies:
            heads = ("old numbers", "matched", "moved", "largest", "unmatched", "gone", "appeared")
            yield f"{'':20}" + "".join(f"{head:>12}" for head in heads)
            for analysis, t in sorted(self.tallies.items()):
                largest = f"{t.largest:.2g}" if t.moved else "-"
                counts = (t.old, t.matched, t.moved, largest, t.unmatched, t.gone, t.appeared)
                yield f"{analysis:20}" + "".join(f"{n:>12}" for n in counts)
        for title in self.SECTIONS:
            found: list[Difference] = sorted(getattr(self, title))
            if found:
                yield ""
                yield f"{title} ({len(found):,})"
                shown = [str(one) for one in found] if everything else _grouped(found)
                for line in shown if everything else shown[:SHOWN]:
                    yield f"  {line}"
                if not everything and len(shown) > SHOWN:
                    yield f"  … and {len(shown) - SHOWN:,} more"
        yield from self.notes
        every = [(title, getattr(self, title)) for title in self.SECTIONS]
        said = ", ".join(f"{len(d):,} {title}" for title, d in every if d) or "nothing moved"
        if self.moved and (by := max(one.size for one in self.moved)):
            said += f"; the largest move is {by:.3g}"
        yield f"{self.parts:,} compared: {said}"


def _grouped(found: list[Difference]) -> list[str]:
    """One line for each difference without a group, and one for each group, in sorted order."""
    groups: dict[str, list[Difference]] = defaultdict(list)
    for one in found:
        groups[one.group or str(one)].append(one)
    return sorted(
        f"{group} ({len(ones):,} times, first {ones[0]})" if ones[0].group else group
        for group, ones in groups.items()
    )


def compare(
    old: Path,
    new: Path,
    *,
    tolerance: float = TOLERANCE,
    moved: Path | None = None,
    cases: Iterable[str] = (),
    analyses: Iterable[str] = (),
) -> Comparison:
    """Compare two folders of results.

    `moved` is a map, or a folder of maps; `cases` and `analyses` narrow what is compared.

    Raises
    ------
    UserError
        When a folder holds no results, a file is not what it should be, or the map is wrong.
    """
    return _compare_results(
        _found(old, cases, analyses), _found(new, cases, analyses), tolerance, old, moved
    )


# --- leaves ------------------------------------------------------------------------------------
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


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def shape(address: str) -> str:
    """The address with a wildcard for every index."""
    return re.sub(r"(?<!\\)\[\d+\]", "[*]", address)


def move(old: Any, new: Any, tolerance: float) -> float | None:
    """How far a number moved (0 within the tolerance), None where the two are no numbers."""
    if not (is_number(old) and is_number(new)):
        return None
    if old == new or (old != old and new != new):
        return 0.0
    try:
        by = abs(float(new) - float(old))
        allowed = tolerance * max(1.0, abs(float(old)))
    except OverflowError:  # integers that no float holds
        return math.inf
    if not math.isfinite(by):
        return math.inf
    return by if by > allowed else 0.0


def _same(old: Any, new: Any) -> bool:
    return type(old) is type(new) and bool(old == new)


def _text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"


# --- result files ------------------------------------------------------------------------------
def result_files(folder: Path) -> dict[tuple[str, str], Path]:
    """``<case>/<analysis>.json`` below `folder`, by (case, analysis), sorted."""
    return {(p.parent.name, p.stem): p for p in sorted(folder.glob("*/*.json"))}


def _found(
    folder: Path, cases: Iterable[str] = (), analyses: Iterable[str] = ()
) -> dict[tuple[str, str], Path]:
    files = result_files(folder)
    if not files:
        raise UserError(f"{shown_path(folder)}: no results in it (<case>/<analysis>.json)")
    for given, known, what in (
        (set(cases), {case for case, _ in files}, "case"),
        (set(analyses), {analysis for _, analysis in files}, "analysis"),
    ):
        if unknown := sorted(given - known):
            raise UserError(f"{shown_path(folder)}: no {what} {unknown[0]!r} in it")
    return {
        (case, analysis): path
        for (case, analysis), path in files.items()
        if (not cases or case in cases) and (not analyses or analysis in analyses)
    }


def read(path: Path) -> dict[str, Any]:
    """A result file of either schema, as it stands.

    Raises
    ------
    UserError
        Naming the file, when it is not JSON or no result.
    """
    name = shown_path(path)
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name}: not JSON ({error})") from None
    parts = ("numbers", "tables", "provenance"), ("findings", "provenance")
    if not isinstance(content, dict) or not any(
        all(isinstance(content.get(part), dict) for part in of) for of in parts
    ):
        raise UserError(f"{name}: not a result file")
    return content


def _schema(content: dict[str, Any]) -> int:
    return 2 if "findings" in content else 1


def _provenance(content: dict[str, Any]) -> dict[str, Any]:
    """Parameters and checksums by address: what a result depends on beside the code."""
    given = content["provenance"]
    found = {f"provenance.parameters.{k}": v for k, v in _items(given.get("parameters"))}
    for origin in given.get("data") or []:
        if isinstance(origin, dict):
            found[f"provenance.data.{origin.get('resource')}.sha256"] = origin.get("sha256")
    return found


def _items(value: Any) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, dict) else ()


def _code(content: dict[str, Any]) -> dict[str, str]:
    """What ran: for a note, since it says nothing about the numbers."""
    given = content["provenance"]
    packages = {name: str(version) for name, version in _items(given.get("packages"))}
    commit, code = given.get("git_commit"), given.get("code_sha256")
    return {
        "schema": str(_schema(content)),
        "commit": str(commit)[:7],
        "code": str(code)[:7],
        "python": str(given.get("python")),
        **packages,
    }


def _compare_results(
    old: dict[tuple[str, str], Path],
    new: dict[tuple[str, str], Path],
    tolerance: float,
    folder: Path,
    moved: Path | None,
) -> Comparison:
    found = Comparison()
    maps = read_map(moved) if moved else {}
    mapped: set[str] = set()
    ran: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for key in sorted({*old, *new}):
        part = "/".join(key)
        if key not in new:
            found.went.append(Difference(part, "", "(the file)"))
        elif key not in old:
            found.appeared.append(Difference(part, "", "(the file)"))
        else:
            found.parts += 1
            before, after = read(old[key]), read(new[key])
            was, is_ = _code(before), _code(after)
            for name in {*was, *is_}:
                ran[name][was.get(name, "none"), is_.get(name, "none")] += 1
            if _schema(before) == _schema(after):
                _compare_same(found, part, before, after, tolerance)
            else:
                mapped.add(key[1])
                rules = maps.get(key[1], Rules(key[1]))
                _compare_mapped(found, part, before, after, tolerance, rules)
    wrong = [
        line
        for analysis in sorted(mapped & maps.keys())
        for line in maps[analysis].unused(
            read(path) for (_, a), path in result_files(folder).items() if a == analysis
        )
    ]
    if wrong:
        raise UserError(f"the map: matching nothing in any old file: {'; '.join(wrong)}")
    differing = [
        f"{name} {' and '.join(f'{a} → {b}' for a, b in sorted(pairs) if a != b)}"
        for name, pairs in ran.items()
        if any(a != b for a, b in pairs)
    ]
    if differing:
        found.notes.append(f"ran with: {', '.join(sorted(differing))}")
    return found


def _difference(
    found: Comparison, part: str, address: str, old: Any, new: Any, tolerance: float
) -> float:
    """Enter what became of one leaf; the size of its move."""
    by = move(old, new, tolerance)
    if by:
        text = f"{_text(old)} → {_text(new)} (by {by:.3g})"
        found.moved.append(Difference(part, address, text, by))
    elif by is None and not _same(old, new):
        found.changed.append(Difference(part, address, f"{_text(old)} → {_text(new)}"))
        return math.nan
    return by or 0.0


def _compare_same(
    found: Comparison, part: str, old: dict[str, Any], new: dict[str, Any], tolerance: float
) -> None:
    def flat(content: dict[str, Any]) -> dict[str, Any]:
        rest = {k: v for k, v in content.items() if k not in ("provenance", "schema_version")}
        return {**dict(leaves(rest)), **_provenance(content)}

    before, after = flat(old), flat(new)
    for address, value in before.items():
        if address in after:
            _difference(found, part, address, value, after[address], tolerance)
        else:
            found.went.append(Difference(part, address, _text(value)))
    for address in after.keys() - before.keys():
        found.appeared.append(Difference(part, address, _text(after[address])))


# --- maps --------------------------------------------------------------------------------------
_NAME = r"(?:[^.\[\]\\]|\\.)+"
_STEP = re.compile(rf"(?P<key>{_NAME})|\[(?P<index>\*|\d+)\]|\[(?P<rows>(?:[^\[\]\\]|\\.)+)\]")
_CAPTURE = re.compile(r"<([a-z][a-z0-9_]*)>")
_ABSENT = object()


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
        raise UserError(f"{address!r} is no address (column {at + 1})")
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


def _alike(text: str) -> str:
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
                value = flat.get(f"{row}.{name}", _ABSENT)
                if value is _ABSENT:
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
            raise UserError(f"{address!r} names <{unbound[0]}>, {old.address!r} does not")
        if sum(step.star for step in self._steps) > old.stars:
            raise UserError(f"{address!r} has more [*] than {old.address!r}")

    def find(self, findings: Any, bound: dict[str, str], stars: list[int]) -> tuple[str, Any]:
        """(address, value); the value is `_ABSENT` where there is none or more than one."""
        here: Any = findings
        address = ""
        left = iter(stars)
        for number, step in enumerate(self._steps):
            if step.key is not None:
                key = _filled(_plain(step.key), bound)
                if isinstance(here, dict) and key not in here:
                    key = next((k for k in here if _alike(k) == _alike(key)), key)
                address += ("." if address else "") + _escaped(key)
                here = here.get(key, _ABSENT) if isinstance(here, dict) else _ABSENT
                continue
            rows = here if isinstance(here, list) else []
            if not step.rows:
                index = next(left) if step.index is None else step.index
                address += f"[{index}]"
                here = rows[index] if index < len(rows) else _ABSENT
                continue
            wanted = [(name, _filled(text, bound)) for name, text in step.rows]
            fitting = [i for i, row in enumerate(rows) if _fits(row, wanted, _word)]
            if not fitting:
                loose = [(name, _alike(text)) for name, text in wanted]
                fitting = [
                    i for i, row in enumerate(rows) if _fits(row, loose, lambda v: _alike(_word(v)))
                ]
            if self._counted and number == len(self._steps) - 1 and isinstance(here, list):
                return self.address, len(fitting)
            where = ",".join(f"{name}={text}" for name, text in wanted)
            address += f"[{fitting[0]}]" if len(fitting) == 1 else f"[{where}]"
            here = rows[fitting[0]] if len(fitting) == 1 else _ABSENT
        if self._counted:
            return self.address, len(here) if isinstance(here, list | dict) else _ABSENT
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
            raise UserError(f"{analysis}: gone: old address: reason is expected")
        self._gone = [_Old(address, below=True) for address in gone]
        self._rules: list[tuple[_Old, list[_New], bool]] = []
        for address, given in rules.items():
            several = isinstance(given, list)
            targets = given if several else [given]
            if not targets or not all(isinstance(t, str) for t in [address, *targets]):
                raise UserError(f"{analysis}: {address}: an address or a list of them is expected")
            old = _Old(address)
            if several and not old.stars:
                raise UserError(f"{analysis}: {address}: a list is taken by [*], there is none")
            self._rules.append((old, [_New(t, old) for t in targets], several))

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
                    there = f"(element {which} of {len(targets)})", _ABSENT
                yield address, value, old.address, there
                break

    def unused(self, contents: Iterable[dict[str, Any]]) -> list[str]:
        """The rules that fit no leaf of these old files."""
        used = {rule for c in contents for _, _, rule, _ in self.apply(_shown(c))}
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
        raise UserError(f"{shown_path(path)}: no map in it (*.yml)")
    maps: dict[str, Rules] = {}
    for file in files:
        content = read_yaml(file)
        name = shown_path(file)
        if not isinstance(content, dict):
            raise UserError(f"{name}: rules by analysis are expected")
        for analysis, rules in content.items():
            if not isinstance(rules, dict):
                raise UserError(f"{name}: {analysis}: rules (old: new) are expected")
            if analysis in maps:
                raise UserError(f"{name}: {analysis} has rules in another file, too")
            try:
                maps[str(analysis)] = Rules(str(analysis), rules)
            except UserError as error:
                raise UserError(f"{name}: {error}") from None
    return maps


def _shown(content: dict[str, Any]) -> dict[str, Any]:
    """The leaves of an old file that a map speaks of."""
    return dict(leaves({"numbers": content["numbers"], "tables": content["tables"]}))


def _compare_mapped(
    found: Comparison,
    part: str,
    old: dict[str, Any],
    new: dict[str, Any],
    tolerance: float,
    rules: Rules,
) -> None:
    """Compare an old file with a new one through the rules of its analysis.

    Every number of the old file must be in the new one or be gone by name; other leaves are
    compared where a rule names them. Sentences are no findings, so there is nothing to compare.
    """
    if _schema(new) < _schema(old):
        raise UserError(f"{part}: OLD is of a later schema than NEW")
    analysis = part.partition("/")[2]
    tally = found.tallies.setdefault(analysis, Tally())
    flat = _shown(old)
    findings = new["findings"]
    numbers = {address for address, value in flat.items() if is_number(value)}
    tally.old += len(numbers)
    taken: set[str] = set()
    left = set(numbers)
    for address, value, rule, there in rules.apply(flat, findings):
        left.discard(address)
        if there is None:
            tally.gone += address in numbers
            continue
        target, now = there
        if now is _ABSENT or (isinstance(now, dict | list) and now):
            tally.unmatched += 1
            why = "not there" if now is _ABSENT else "no single value"
            text = f"{_text(value)} → {target}: {why}"
            found.unmatched.append(
                Difference(part, address, text, group=f"{analysis} {rule}: {why}")
            )
            continue
        taken.add(target)
        tally.matched += address in numbers
        by = _difference(found, part, f"{address} → {target}", value, now, tolerance)
        if by:
            tally.moved += 1
            tally.largest = max(tally.largest, 0.0 if math.isnan(by) else by)
    tally.unmatched += len(left)
    found.unmatched += [
        Difference(part, a, f"{_text(flat[a])}: no rule", group=f"{analysis} {shape(a)}: no rule")
        for a in left
    ]
    tally.appeared += sum(
        is_number(value) and address not in taken for address, value in leaves(findings)
    )
    before = {"simulated": old.get("simulated"), **_provenance(old)}
    after = {"simulated": new.get("simulated"), **_provenance(new)}
    for address in sorted(before.keys() & after.keys()):
        _difference(found, part, address, before[address], after[address], tolerance)
    for address in sorted(before.keys() ^ after.keys()):
        where = "OLD" if address in before else "NEW"
        note = f"{analysis}: {address}: in {where} alone"
        if note not in found.notes:
            found.notes.append(note)


# --- what a map has to speak of ------------------------------------------------------------------
def keys(folder: Path, *, moved: Path | None = None, analyses: Iterable[str] = ()) -> list[str]:
    """The addresses of old results, each with how many numbers and other leaves stand there.

    ``[*]`` stands for indices and ``<…>`` for what a number's name takes from a cell of the tables
    or from a key. With a map, only the addresses that it does not speak of. `folder` may be
    ``…/<analysis>``.
    """
    if not folder.is_dir() and folder.parent.is_dir():
        folder, analyses = folder.parent, [folder.name]
    maps = read_map(moved) if moved else {}
    by_analysis: dict[str, list[Path]] = defaultdict(list)
    for (_, analysis), path in _found(folder, (), analyses).items():
        by_analysis[analysis].append(path)
    lines = []
    for analysis, files in sorted(by_analysis.items()):
        flats = []
        for content in map(read, files):
            flat = _shown(content) if _schema(content) == 1 else dict(leaves(content["findings"]))
            named = {a for a, *_ in maps[analysis].apply(flat)} if analysis in maps else set()
            flats.append((flat, named))
        words = {_alike(v) for f, _ in flats for v in f.values() if isinstance(v, str)}
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        like: dict[str, str] = {}
        for flat, named in flats:
            seen = set()
            for address in flat.keys() - named:
                one = _named(shape(address), words)
                like.setdefault(one, address)
                like[one] = min(like[one], address)
                counts[one]["numbers" if is_number(flat[address]) else "others"] += 1
                seen.add(one)
            for one in seen:
                counts[one]["files"] += 1
        lines.append(f"{analysis}: {sum(n['numbers'] for n in counts.values()):,} numbers")
        for one, n in sorted(counts.items()):
            if n["numbers"] or not one.startswith("numbers."):
                parts = [
                    f"{n[what]:,} {what}" for what in ("numbers", "others", "files") if n[what]
                ]
                parts += [f"like {like[one]}"] if "<…>" in one else []
                lines.append(f"  {one}  ({', '.join(parts)})")
    return lines


def _named(address: str, words: set[str]) -> str:
    """The address of a number with ``<…>`` for the part of its name that is one of `words`."""
    found = re.fullmatch(r"(numbers\.)([^.]+)(\..*)", address)
    if not found:
        return address
    name = found[2].split("-")
    spans = sorted(
        ((i, j) for i in range(len(name)) for j in range(i + 1, len(name) + 1)),
        key=lambda span: span[0] - span[1],
    )
    for i, j in spans:
        if j - i < len(name) and "-".join(name[i:j]) in words:
            return found[1] + "-".join([*name[:i], "<…>", *name[j:]]) + found[3]
    return address
