"""Two runs beside each other: what moved, appeared or went, and by how much.

A result file is read as leaves by address, like ``tables.paths[0].value`` or
``findings.paths.rows[0].estimate``; a ``.``, ``[`` or ``]`` inside a key is written with a
backslash before it. Files of the same schema are compared address by address. Where the schema
changed, a map says where each old leaf is now (see :class:`loyalty.run.rules.Rules`).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from loyalty.ground.errors import UserError
from loyalty.ground.reading import shown_path
from loyalty.ground.said import Said, said_by_system, spoken
from loyalty.run import pages
from loyalty.run.differences import (
    TOLERANCE,
    Comparison,
    Difference,
    Tally,
    as_text,
    is_number,
    move,
)
from loyalty.run.rules import ABSENT, Rules, alike, leaves, old_leaves, read_map, shape


def compare(
    old: Path,
    new: Path,
    *,
    tolerance: float = TOLERANCE,
    moved: Path | None = None,
    cases: Iterable[str] = (),
    analyses: Iterable[str] = (),
) -> Comparison:
    """Compare two folders of results, or two built books.

    For results: `moved` is a map, or a folder of maps; `cases` and `analyses` narrow what is
    compared.

    Raises
    ------
    UserError
        When a folder holds neither, a file is not what it should be, or the map is wrong.
    """
    books = [pages.is_book(folder) for folder in (old, new)]
    if all(books):
        return pages.compare_books(old, new)
    if any(books):
        raise UserError(
            "{old}, {new}: one is a book, the other is not",
            old=shown_path(old),
            new=shown_path(new),
        )
    return _compare_results(
        _found(old, cases, analyses), _found(new, cases, analyses), tolerance, old, moved
    )


def result_files(folder: Path) -> dict[tuple[str, str], Path]:
    """``<case>/<analysis>.json`` below `folder`, by (case, analysis), sorted."""
    return {(p.parent.name, p.stem): p for p in sorted(folder.glob("*/*.json"))}


def _found(
    folder: Path, cases: Iterable[str] = (), analyses: Iterable[str] = ()
) -> dict[tuple[str, str], Path]:
    files = result_files(folder)
    if not files:
        raise UserError(
            "{folder}: neither results (<case>/<analysis>.json) nor a book (index.html)",
            folder=shown_path(folder),
        )
    for given, known, of_cases in (
        (set(cases), {case for case, _ in files}, True),
        (set(analyses), {analysis for _, analysis in files}, False),
    ):
        if unknown := sorted(given - known):
            raise UserError(
                "{folder}: no case {unknown!r} in it"
                if of_cases
                else "{folder}: no analysis {unknown!r} in it",
                folder=shown_path(folder),
                unknown=unknown[0],
            )
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
        raise UserError("{name}: {why}", name=name, why=said_by_system(error)) from None
    except (ValueError, RecursionError) as error:
        raise UserError("{name}: not JSON ({error})", name=name, error=error) from None
    parts = ("numbers", "tables", "provenance"), ("findings", "provenance")
    if not isinstance(content, dict) or not any(
        all(isinstance(content.get(part), dict) for part in of) for of in parts
    ):
        raise UserError("{name}: not a result file", name=name)
    return content


def _schema(content: dict[str, Any]) -> int:
    return 2 if "findings" in content else 1


def _provenance(content: dict[str, Any]) -> dict[str, Any]:
    """Parameters and checksums by address: what a result depends on beside the code."""
    given = content["provenance"]
    found = {f"provenance.parameters.{k}": v for k, v in _items(given.get("parameters"))}
    data = given.get("data")
    for origin in data if isinstance(data, list) else ():
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
            found.went.append(Difference(part, "", Said("(the file)")))
        elif key not in old:
            found.appeared.append(Difference(part, "", Said("(the file)")))
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
                note = Said(
                    "{analysis}: its schema changed, and no map has rules for it", analysis=key[1]
                )
                if key[1] not in maps and note not in found.notes:
                    found.notes.append(note)
                _compare_mapped(found, part, before, after, tolerance, rules)
    wrong = [
        line
        for analysis in sorted(mapped & maps.keys())
        for line in maps[analysis].unused(
            read(path) for (_, a), path in result_files(folder).items() if a == analysis
        )
    ]
    if wrong:
        raise UserError("the map: matching nothing in any old file: {wrong}", wrong=wrong)
    differing = [
        " ".join([name, *(f"{a} → {b}" for a, b in sorted(pairs) if a != b)])
        for name, pairs in ran.items()
        if any(a != b for a, b in pairs)
    ]
    if differing:
        found.notes.append(Said("ran with: {differing}", differing=sorted(differing)))
    return found


def _difference(
    found: Comparison, part: str, address: str, old: Any, new: Any, tolerance: float
) -> float:
    """Enter what became of one leaf; the size of its move."""
    by = move(old, new, tolerance)
    if by:
        text = Said("{old} → {new} (by {by:.3g})", old=as_text(old), new=as_text(new), by=by)
        found.moved.append(Difference(part, address, text, by))
    elif by is None and not _same(old, new):
        found.changed.append(Difference(part, address, f"{as_text(old)} → {as_text(new)}"))
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
            found.went.append(Difference(part, address, as_text(value)))
    for address in after.keys() - before.keys():
        found.appeared.append(Difference(part, address, as_text(after[address])))


def _same(old: Any, new: Any) -> bool:
    return type(old) is type(new) and bool(old == new)


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
        raise UserError("{part}: OLD is of a later schema than NEW", part=part)
    analysis = part.partition("/")[2]
    tally = found.tallies.setdefault(analysis, Tally())
    flat = old_leaves(old)
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
        if value is None and now is ABSENT:  # nothing was there, nothing is
            continue
        if now is ABSENT or (isinstance(now, dict | list) and now):
            tally.unmatched += address in numbers
            why = Said("not there") if now is ABSENT else Said("no single value")
            text = Said("{old} → {target}: {why}", old=as_text(value), target=target, why=why)
            group = Said("{analysis} {rule}: {why}", analysis=analysis, rule=rule, why=why)
            found.unmatched.append(Difference(part, address, text, group=group))
            continue
        taken.add(target)
        tally.matched += address in numbers
        by = _difference(found, part, f"{address} → {target}", value, now, tolerance)
        if by and address in numbers:
            tally.moved += 1
            tally.largest = max(tally.largest, 0.0 if math.isnan(by) else by)
    tally.unmatched += len(left)
    words = {alike(value) for value in flat.values() if isinstance(value, str)}
    found.unmatched += [
        Difference(
            part,
            a,
            Said("{value}: no rule", value=as_text(flat[a])),
            group=Said("{value}: no rule", value=f"{analysis} {_named(shape(a), words)}"),
        )
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
        note = Said(
            "{analysis}: {address}: in {where} alone",
            analysis=analysis,
            address=address,
            where=where,
        )
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
            of_old = _schema(content) == 1
            flat = old_leaves(content) if of_old else dict(leaves(content["findings"]))
            named = {a for a, *_ in maps[analysis].apply(flat)} if analysis in maps else set()
            flats.append((flat, named))
        words = {alike(v) for f, _ in flats for v in f.values() if isinstance(v, str)}
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
        total = sum(n["numbers"] for n in counts.values())
        lines.append(spoken(Said("{analysis}: {n:,} numbers", analysis=analysis, n=total)))
        for one, n in sorted(counts.items()):
            if n["numbers"] or not one.startswith("numbers."):
                parts = [
                    Said("{n:,} {what}", n=n[what], what=said)
                    for what, said in (
                        ("numbers", Said("numbers")),
                        ("others", Said("others")),
                        ("files", Said("files")),
                    )
                    if n[what]
                ]
                parts += [Said("like {one}", one=like[one])] if "<…>" in one else []
                lines.append(f"  {one}  ({spoken(parts)})")
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
