"""The rows of a case: a file of it, of a distribution, download or R package, or simulated.

:func:`load` gives a :class:`Survey`: the checked answers with the checksum of what they came from.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from loyalty.cases import reading, roads
from loyalty.cases.asked import Group, Scale
from loyalty.cases.faults import Fault, Weight, brief, cell, refuse
from loyalty.cases.rules import Exclude, Impossible
from loyalty.cases.sources import (
    Distribution,
    DistributionRows,
    DownloadRows,
    FileRows,
    Format,
    PackageRows,
    SimulatorRows,
)
from loyalty.cases.study import Study
from loyalty.ground import paths
from loyalty.ground.errors import RowsAbsent, UserError
from loyalty.ground.said import Said
from loyalty.stats.weighted import Design

MEND = Said("declare it under scale.missing, correct it, or set rows.outside_scale: missing")
MENDED = Said("correct it in the file, where it is known what was meant")
#: A number of so many digits is none that a computer's floats hold.
DIGITS = 300
_LONG = re.compile(rf"\s*[+-]?(?:\d{{20}}…|\d[\d.,]{{{DIGITS - 1},}})")
OUTSIDE = "{value:g} is not on the scale {low:g} to {high:g} ({n} such in this column)"
OUTSIDE_MISSING = (
    "{value:g} is not on the scale {low:g} to {high:g} ({n} such in this column), set to missing"
)


def _no_number(value: str, *, long: bool, refused: bool) -> Said:
    if long:
        if refused:
            return Said("{value!r} has too many digits", value=value)
        return Said("{value!r} has too many digits, set to missing", value=value)
    if refused:
        return Said("{value!r} is no number", value=value)
    return Said("{value!r} is no number, set to missing", value=value)


@dataclass(frozen=True)
class Survey:
    """The answers of one case.

    Attributes
    ----------
    rows : DataFrame, respondents × columns
        Items as floats in the order of the description (missing: NaN, as answered: reverse-coded
        items are *not* turned), then variables (floats), then groups (text).
    scored : DataFrame
        The same with reverse-coded items turned (``min + max − answer``).
    checksum : str
        SHA-256 of the file, the member, or the drawn rows as CSV.
    missing_codes : dict
        Item → how many answers carried a declared missing code.
    outside : dict
        Item, or variable with a scale → its answers outside it, by row, which were set to missing.
    read : int
        Rows before the study's rules left any out.
    excluded : dict
        Rule of `exclude` → how many rows it left out of those that the rules before it left.
    impossible : dict
        Rule of `impossible` → of how many rows it holds. They stay.
    weights : Series, optional
        The weights of the rows as given, NaN where there is none.
    """

    study: Study
    rows: pd.DataFrame
    checksum: str
    missing_codes: dict[str, int]
    outside: dict[str, pd.Series]
    read: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    impossible: dict[str, int] = field(default_factory=dict)
    weights: pd.Series | None = None

    @property
    def weighted(self) -> Survey:
        """Of a survey with weights the rows that have one above 0, else the survey."""
        if self.weights is None:
            return self
        there = self.weights > 0
        rows = self.rows[there].reset_index(drop=True)
        weights = self.weights[there].reset_index(drop=True)
        return replace(self, rows=rows, weights=weights, outside={})

    @cached_property
    def design(self) -> Design | None:
        """The weights and clusters of the rows of :attr:`weighted`, None without weights."""
        weighted = self.weighted
        if weighted.weights is None:
            return None
        units = self.study.units
        return Design(weighted.weights, None if units is None else weighted.rows[units.id])

    @property
    def as_given(self) -> Survey:
        """The same with the answers outside the scale, as some publications took them."""
        rows = self.rows.copy()
        for name, answers in self.outside.items():
            rows.loc[answers.index, name] = answers
        return replace(self, rows=rows, outside={})

    @property
    def scored(self) -> pd.DataFrame:
        turned = self.rows.copy()
        for item in self.study.items:
            if item.reversed:
                scale = self.study.item_scale(item)
                turned[item.id] = scale.min + scale.max - turned[item.id]
        return turned

    def items(self, construct_id: str) -> pd.DataFrame:
        """The scored items of one construct."""
        return self.scored[[item.id for item in self.study.named(construct_id).items]]

    @property
    def main_items(self) -> pd.DataFrame:
        """The scored items of the constructs of the study's models."""
        return self.scored[[item.id for c in self.study.main for item in c.items]]


def load(study: Study) -> Survey:
    """Fetch, check and type the rows of `study`.

    Raises
    ------
    UserError
        One line with the file, the row and the column of the first thing that does not hold:
        a file that is absent, altered or not what its suffix says, a column that is missing, an
        answer that is no number or lies outside its scale, an item without variation, or a level
        that no row has or that is not declared.
    """
    if study.case in _held:
        if isinstance(held := _held[study.case], RowsAbsent):
            raise held
        return held
    survey, found = looked_at(study)
    refuse(found, study.case)
    return survey


def looked_at(study: Study) -> tuple[Survey, list[Fault]]:
    """The answers, and everything that does not hold in them.

    Raises
    ------
    UserError
        When there is no table to look at: a file that is absent, altered or unreadable.
    """
    rows = study.rows
    source = rows.file or rows.distribution or rows.download or rows.r_package
    if source is None:
        assert rows.simulator is not None
        frame, checksum, name = _from_simulator(study, rows.simulator)
        return typed(study, frame, checksum, name, 1)
    found, path, checksum, name = content(study, source)
    frame = parse(
        found,
        Path(path).suffix.lower(),
        name,
        rows.format,
        sheet=getattr(source, "sheet", None),
        wanted=wanted(study),
    )
    return typed(study, frame, checksum, name, first_row(frame, path))


_held: dict[str, Survey | RowsAbsent] = {}


def hold(study: Study) -> None:
    """Load a survey once for this process and for those forked from it, or learn that it cannot."""
    try:
        _held[study.case] = load(study)
    except RowsAbsent as error:
        _held[study.case] = error


# --- where rows come from --------------------------------------------------------------------
Source = FileRows | DistributionRows | DownloadRows | PackageRows


def content(study: Study, source: Source) -> tuple[bytes, str, str, str]:
    """What is read: its bytes, its path (the suffix says how), the SHA-256 of the file that holds
    it, and what to call it in a message.
    """
    if isinstance(source, DistributionRows):
        name = f"{study.case}: {source.name} {source.version}, {source.member}"
        found, path = member(source, source.member), source.member
        checksum = hashlib.sha256(found).hexdigest()
    else:
        if isinstance(source, FileRows):
            file = paths.inside(study.folder, source.path)
            name = f"{study.case}/{source.path}"
        else:
            file = roads.file(study, source)
            name = f"{study.case}/rows/{file.name}"
        found, path = reading.limits.content(file, name), file.name
        checksum = hashlib.sha256(found).hexdigest()
        if isinstance(source, FileRows) and checksum != source.sha256:
            raise UserError(
                "{name}: its SHA-256 is {checksum}, rows.file.sha256 in study.yml says "
                "{sha256}; write the new one there if the change is meant",
                name=name,
                checksum=checksum,
                sha256=source.sha256,
            )
    inner = source.member if isinstance(source, DownloadRows) else None
    return *reading.unpacked(found, path, name, inner), checksum, name


def member(source: Distribution, path: str) -> bytes:
    """The bytes of one member of a distribution: a wheel, or the archive of its sources."""
    name = f"{source.name} {source.version}, {path}"
    archive = fetch_distribution(source.name, source.version, source.sha256)
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(path)
        with tarfile.open(archive) as packed:
            # In an archive of sources everything stands in one folder.
            file = packed.extractfile(f"{source.name}-{source.version}/{path}")
            if file is None:
                raise KeyError(path)
            return file.read()
    except KeyError:
        raise UserError("{name}: the distribution has no such member", name=name) from None
    except (zipfile.BadZipFile, tarfile.TarError):
        raise UserError("{name}: the distribution is not a readable archive", name=name) from None


def parse(
    content: bytes,
    suffix: str,
    name: str,
    form: Format | None = None,
    *,
    sheet: str | None = None,
    wanted: reading.Wanted | None = None,
) -> pd.DataFrame:
    """A table out of the bytes of a file, judged by its suffix; ``attrs["headings"]`` says how many
    rows stand above the first of its data.
    """
    return reading.read(content, suffix, name, form, sheet=sheet, wanted=wanted).frame


def wanted(study: Study) -> reading.Wanted:
    """What is read of the answers of a study, and as what."""
    numbers = {item.source_column: study.item_scale(item).answers for item in study.items}
    for variable in study.variables:
        if variable.kind != "id":
            scale = variable.scale or study.scale
            numbers.setdefault(variable.source_column, scale.answers)
    if study.weights is not None:
        numbers.setdefault(study.weights, {})
    ids = [variable for variable in study.variables if variable.kind == "id"]
    texts = frozenset(c.source_column for c in (*study.groups, *ids))
    bare = frozenset(v.source_column for v in study.variables if v.kind == "seconds")
    return reading.Wanted(numbers, texts - set(numbers), frozenset(study.personal), bare)


def fetch_distribution(name: str, version: str, sha256: str) -> Path:
    """A pinned distribution, from the cache or, once, from the package index.

    It is downloaded by pip with the user's own index settings, its hash is checked on every use,
    and nothing of it is installed. Where there is a wheel nothing of it is run either; of an
    archive of sources pip asks, once its hash holds, the ``setup.py`` for the metadata.
    """
    folder = paths.cache() / "distributions"
    stem = f"{name}-{version}-{sha256[:16]}"
    for suffix in (".whl", ".tar.gz"):
        cached = folder / f"{stem}{suffix}"
        if cached.is_file() and _sha256(cached) == sha256:
            return cached
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        pinned = Path(scratch) / "pinned.txt"
        pinned.write_text(f"{name}=={version} --hash=sha256:{sha256}\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--dest", scratch]
        command += ["--requirement", str(pinned)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        archives = sorted([*Path(scratch).glob("*.whl"), *Path(scratch).glob("*.tar.gz")])
        if done.returncode or len(archives) != 1:
            reason = _brought_nothing(done.stderr)
            raise RowsAbsent(
                "{name} {version}: could not be downloaded ({reason:.200})",
                name=name,
                version=version,
                reason=reason,
            )
        (archive,) = archives
        if _sha256(archive) != sha256:
            raise UserError(
                "{name} {version}: its SHA-256 is not {sha256}",
                name=name,
                version=version,
                sha256=sha256,
            )
        shutil.move(archive, scratch + ".part")
        cached = folder / f"{stem}{'.whl' if archive.suffix == '.whl' else '.tar.gz'}"
        os.replace(scratch + ".part", cached)
    return cached


def _brought_nothing(said: str) -> Said | str:
    """Why, by what pip says: it takes an index that it cannot reach for one that has nothing."""
    if "incomplete-download" in said or "IncompleteRead" in said:
        return Said("it broke off")
    errors = [x for x in said.splitlines() if x.startswith("ERROR: ")] or [""]
    if "No matching distribution" in errors[-1] and "connection broken by" in said:
        return Said("the network cannot be reached")
    return errors[-1].removeprefix("ERROR: ") or Said("no archive came")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _from_simulator(study: Study, source: SimulatorRows) -> tuple[pd.DataFrame, str, str]:
    from loyalty import simulate

    process = paths.inside(study.folder, source.process)
    try:
        frame = simulate.simulate(process, respondents=source.respondents, seed=source.seed)
    except (simulate.ProcessError, OSError) as error:
        raise UserError(str(error)) from None
    checksum = hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()
    return frame, checksum, f"{study.case}: {source.process}"


# --- what rows must be -----------------------------------------------------------------------
def first_row(frame: pd.DataFrame, path: str) -> int:
    """The number of the first row of data, as the program that made the file counts.

    A sheet counts its headings (``attrs["headings"]`` of them, else one); statistics programs and
    data frames count cases.
    """
    sheet = Path(path).suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")
    headings: int = frame.attrs.get("headings", 1 if sheet else 0)
    return headings + 1


def typed(
    study: Study, frame: pd.DataFrame, checksum: str, name: str, first: int
) -> tuple[Survey, list[Fault]]:
    """The answers as floats and the groups as text, and everything that does not hold in them.

    What a fault of weight ``error`` touches is no answer.
    """
    frame = frame.rename(columns=str)
    there = list(frame.columns)
    faults: list[Fault] = []
    read, excluded = len(frame), {}
    for rule in study.exclude:
        if lacking := [c for c in dict.fromkeys(rule.columns) if there.count(c) != 1]:
            faults += [_lacking(name, column, there) for column in lacking]
            continue
        out = rule.takes(frame, study.rows.format.dates)
        excluded[rule.id] = int(out.sum())
        if not excluded[rule.id]:
            faults.append(_idle(name, rule, frame))
        frame = frame[~out]
    if excluded and frame.empty:
        said = Said("the rules of exclude leave nobody")
        return Survey(study, frame, checksum, {}, {}, read, excluded), [
            *faults,
            Fault(weight="error", file=name, said=said, expected=Said("some rows")),
        ]
    typing = _Typing(study, frame, name, first)
    typing.found += faults
    impossible = {rule.id: typing.impossible(rule, there) for rule in study.impossible}
    missing_codes: dict[str, int] = {}
    outside: dict[str, pd.Series] = {}
    columns: dict[str, pd.Series] = {}
    wanted = [*study.items, *study.variables, *study.groups]
    for column in dict.fromkeys(v.source_column for v in wanted):
        if there.count(column) != 1:
            typing.found.append(_lacking(name, column, there))
    for item in study.items:
        if there.count(item.source_column) != 1:
            continue
        scale = study.item_scale(item)
        answers, none = typing.numbers(item.source_column)
        typing.coded(answers, item.source_column, scale)
        answers, missing_codes[item.id] = _without_codes(answers, scale)
        answers, off = typing.within(answers, item.source_column, scale)
        outside[item.id] = pd.concat([off, none]) if len(none) else off
        typing.varies(answers, item.source_column)
        columns[item.id] = answers
    for variable in study.variables:
        if there.count(variable.source_column) != 1:
            continue
        if variable.kind == "id":
            columns[variable.id] = frame[variable.source_column].astype("string")
            continue
        answers, none = typing.numbers(variable.source_column)
        answers, _ = _without_codes(answers, variable.scale or study.scale)
        if variable.scale is not None:
            whole = variable.kind in ("nps", "csat")
            answers, wrong = typing.within(answers, variable.source_column, variable.scale, whole)
            if len(wrong) or len(none):
                outside[variable.id] = pd.concat([wrong, none]) if len(none) else wrong
        columns[variable.id] = answers
    for group in study.groups:
        if there.count(group.source_column) == 1:
            columns[group.id] = typing.levels(group)
    weights = typing.weights(there)
    typing.enough()
    rows = pd.DataFrame(columns, index=frame.index).reset_index(drop=True)
    return Survey(
        study, rows, checksum, missing_codes, outside, read, excluded, impossible, weights
    ), typing.found


def _idle(name: str, rule: Exclude, frame: pd.DataFrame) -> Fault:
    """That a rule of `exclude` takes nobody, and what stands in its column."""
    there = frame[rule.column].astype("string").str.strip().value_counts().index[:6]
    return Fault(
        weight="note",
        file=name,
        column=rule.column,
        said=Said("the rule {rule} of exclude leaves nobody out", rule=rule.id),
        expected=Said("values of the column: {values}", values=[repr(brief(v)) for v in there]),
        mend=Said("correct the rule, or take it out"),
    )


def no_column(name: str, column: str, columns: list[str]) -> Said:
    return _lacking(name, column, columns).line


def _lacking(name: str, column: str, columns: list[str]) -> Fault:
    if columns.count(column) > 1:
        said = Said(
            "the column {column!r} stands there {n} times", column=column, n=columns.count(column)
        )
        return Fault(
            weight="error",
            file=name,
            said=said,
            expected=Said("once"),
            mend=Said("rename all but one"),
        )
    near = difflib.get_close_matches(column, columns, n=1) or [
        other for other in columns if other.casefold().startswith(column.casefold())
    ]
    hint = Said("did you mean {near!r}?", near=near[0]) if near else ""
    return Fault(
        weight="error",
        file=name,
        said=Said("no column {column!r}", column=column),
        expected=Said(
            "one of {columns} …" if len(columns) > 20 else "one of {columns}",
            columns=[*map(repr, columns[:20])],
        ),
        mend=hint,
    )


class _Typing:
    """Columns typed one after the other; what does not hold is kept."""

    def __init__(self, study: Study, frame: pd.DataFrame, name: str, first: int) -> None:
        self.study, self.frame, self.name, self.first = study, frame, name, first
        self.found: list[Fault] = []

    def _fault(
        self,
        wrong: pd.Series,
        column: str,
        weight: Weight,
        said: Said,
        expected: str = "",
        mend: str = "",
    ) -> None:
        at: dict[str, Any] = cell(self.frame, wrong, column, self.first)
        self.found.append(
            Fault(weight=weight, file=self.name, said=said, expected=expected, mend=mend, **at)
        )

    def impossible(self, rule: Impossible, there: list[str]) -> int:
        """Of how many rows a rule of `impossible` holds; the first is pointed at."""
        if lacking := [c for c in dict.fromkeys(rule.columns) if there.count(c) != 1]:
            self.found += [_lacking(self.name, column, there) for column in lacking]
            return 0
        wrong = rule.takes(self.frame, self.study.rows.format.dates)
        if wrong.any():
            self._fault(
                wrong,
                rule.columns[0],
                weight="note",
                said=Said("this cannot be: {rule}", rule=rule.label),
                expected=Said("no such row"),
                mend=Said("correct them, or leave them out by exclude; they stay in the analyses"),
            )
        return int(wrong.sum())

    def numbers(self, column: str, strict: bool = False) -> tuple[pd.Series, pd.Series]:
        """A column as numbers, and by its place in it what is none (NaN) and was set to missing.

        That is done where what is off its scale is, unless most of the column is no number or its
        first cell looks like a heading.
        """
        raw = self.frame[column]
        try:
            numbers = pd.to_numeric(raw, errors="coerce").astype("float64")
        except (OverflowError, TypeError, ValueError):  # whole numbers of hundreds of digits, bytes
            texts = raw.map(lambda value: value if value is None else str(value))
            numbers = pd.to_numeric(texts, errors="coerce").astype("float64")
        blank = raw.isna()
        if not pd.api.types.is_numeric_dtype(raw):
            blank |= (raw.astype("string").str.strip() == "").fillna(True)
        bad = ~pd.Series(np.isfinite(numbers.to_numpy()), index=raw.index) & ~blank.astype(bool)
        none = bad & False
        if bad.any():
            value = brief(raw[bad].iloc[0])
            long = bool(_LONG.match(str(raw[bad].iloc[0])))
            first = bool(bad.iloc[0]) and len(value) > 12 and not long
            refused = strict or first or self.study.rows.outside_scale == "refuse"
            refused |= int(bad.sum()) > int((numbers.notna() & ~bad).sum())
            none = none if refused else bad
            self._fault(
                bad,
                column,
                weight="error" if refused else "loss",
                said=_no_number(value, long=long, refused=refused),
                expected=Said("a number of fewer than {most} digits", most=DIGITS)
                if long
                else Said("a number, or nothing"),
                mend=Said(
                    "if it is a heading, set heading_rows under rows.format to the number of "
                    "rows that are"
                )
                if first
                else Said("correct it; an answer in words gets its number under scale.answers")
                if refused and not long
                else MENDED,
            )
        at = np.flatnonzero(none.to_numpy())
        return numbers.mask(bad), pd.Series(np.nan, index=at, dtype="float64")

    def within(
        self, answers: pd.Series, column: str, scale: Scale, whole: bool = True
    ) -> tuple[pd.Series, pd.Series]:
        """Answers on the scale, and the others by their place in the column."""
        on = scale.holds(answers) if whole else answers.between(scale.min, scale.max)
        wrong = answers.notna() & ~on
        n = int(wrong.sum())
        if n:
            refused = self.study.rows.outside_scale == "refuse"
            at = int(np.flatnonzero(wrong.to_numpy())[0])
            of = {"value": answers.iloc[at], "low": scale.min, "high": scale.max, "n": n}
            on_scale = {"low": scale.min, "high": scale.max, "step": scale.step}
            self._fault(
                wrong,
                column,
                weight="error" if refused else "loss",
                said=Said(OUTSIDE, **of) if refused else Said(OUTSIDE_MISSING, **of),
                expected=Said("{low:g} to {high:g}", **on_scale)
                if scale.step in (0, 1)
                else Said("{low:g} to {high:g} in steps of {step:g}", **on_scale),
                mend=MEND if refused else MENDED,
            )
        return answers.mask(wrong), answers[wrong].set_axis(np.flatnonzero(wrong.to_numpy()))

    def coded(self, answers: pd.Series, column: str, scale: Scale) -> None:
        """Points of the scale that are declared to stand for no answer."""
        on = [code for code in scale.missing if scale.min <= code <= scale.max]
        wrong = answers.isin(on)
        if wrong.any():
            value = answers[wrong].iloc[0]
            low, high = scale.min, scale.max
            said = Said(
                "{value:g} is on the scale {low:g} to {high:g} and declared missing",
                value=value,
                low=low,
                high=high,
            )
            mend = Said("take it out of scale.missing if it is an answer")
            expected = Said("codes off the scale")
            self._fault(wrong, column, "note", said, expected=expected, mend=mend)

    def varies(self, answers: pd.Series, column: str) -> None:
        # A column whose cells do not hold has said so.
        if answers.nunique() < 2 and not any(
            f.column == column and f.weight == "error" for f in self.found
        ):
            self.found.append(
                Fault(
                    weight="error",
                    file=self.name,
                    column=column,
                    said=Said("a constant item (no answer at all)")
                    if answers.nunique() == 0
                    else Said("a constant item (always {value:g})", value=answers.max()),
                    expected=Said("two different answers"),
                    mend=Said("leave the item out of its construct"),
                )
            )

    def levels(self, group: Group) -> pd.Series:
        raw, column = self.frame[group.source_column], group.source_column
        texts = raw.astype("string").str.strip()
        if pd.api.types.is_float_dtype(raw):  # a code column with holes is read as floats
            texts = texts.str.removesuffix(".0")
        blank = texts.isna() | (texts == "")
        texts = texts.mask(blank | texts.isin(group.missing))
        unknown = texts.notna() & ~texts.isin(list(group.levels))
        if unknown.any():
            level = brief(texts[unknown].iloc[0])
            self._fault(
                unknown.astype(bool),
                column,
                weight="error",
                said=Said("the level {level!r} is not declared in study.yml", level=level),
                expected=Said("{levels}", levels=list(group.levels)),
                mend=Said(
                    "declare it under levels or missing of the group {group}", group=group.id
                ),
            )
        counts = texts.value_counts()
        there = [repr(level) for level in counts.index[:10]]
        for level in group.levels:
            if level not in counts.index:
                self.found.append(
                    Fault(
                        weight="error",
                        file=self.name,
                        column=column,
                        value=level,
                        said=Said(
                            "the level {level!r} is declared, but no row has it", level=level
                        ),
                        expected=Said("{levels}", levels=there),
                        mend=Said(
                            "write the level of the group {group} as the file has it, "
                            "or take it out",
                            group=group.id,
                        ),
                    )
                )
        if blank.any():
            self._fault(
                blank.astype(bool),
                column,
                weight="note",
                said=Said("no level of {group}", group=group.id),
                expected=Said("a level"),
                mend=Said("who has none takes no part where the groups are compared"),
            )
        return texts.astype(object).where(texts.notna(), None)

    def weights(self, there: list[str]) -> pd.Series | None:
        """The weights of the rows, NaN where there is none or it does not hold."""
        column = self.study.weights
        if column is None:
            return None
        if there.count(column) != 1:
            self.found.append(_lacking(self.name, column, there))
            return None
        before = len(self.found)
        weights, _ = self.numbers(column, strict=True)
        weight = Said("a weight of 0 or more")
        if (below := weights < 0).any():
            said = Said("the weight {value:g} is below 0", value=weights[below].iloc[0])
            self._fault(below, column, weight="error", said=said, expected=weight)
        elif not (weights > 0).any() and len(self.found) == before:
            mend = Said("take weights out of study.yml, or name another column")
            none = Said("no row has a weight above 0")
            self._fault(weights.isna() | (weights == 0), column, "error", none, weight, mend)
        elif len(self.found) == before:
            for wrong, said in (
                (weights.isna(), Said("no weight: left out of what is weighted")),
                (weights == 0, Said("a weight of 0: left out of what is weighted")),
            ):
                if wrong.any():
                    self._fault(wrong, column, "note", said, Said("a weight above 0"))
        return weights.mask(below).reset_index(drop=True)

    def enough(self) -> None:
        parameters, n = _free_parameters(self.study), len(self.frame)
        if n <= parameters:
            self.found.append(
                Fault(
                    weight="note" if n > 1 else "error",
                    file=self.name,
                    said=Said(
                        "{n} rows, but the measurement model has {parameters} parameters: what "
                        "needs it cannot be computed",
                        n=n,
                        parameters=parameters,
                    ),
                    expected=Said("more than {parameters} rows", parameters=parameters),
                )
            )


def _without_codes(answers: pd.Series, scale: Scale) -> tuple[pd.Series, int]:
    coded = answers.isin(scale.missing)
    return answers.mask(coded), int(coded.sum())


def _free_parameters(study: Study) -> int:
    """Free parameters of the measurement model: loadings, residuals, factor (co)variances."""
    loadings = sum(len(c.items) - 1 for c in study.main)
    residuals = sum(len(c.items) for c in study.main if len(c.items) > 1)
    factors = len(study.main)
    return loadings + residuals + factors * (factors + 1) // 2
