"""Everything that does not hold in a case, at once: its description, its rows, its tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml
from threadpoolctl import threadpool_limits

from loyalty.cases import joining, matrix, stores, survey, tables, works
from loyalty.cases import study as studies
from loyalty.cases.faults import Fault, ordered
from loyalty.cases.sources import FileRows
from loyalty.cases.study import Study
from loyalty.ground import disclosure, paths
from loyalty.ground.errors import RowsAbsent, UserError
from loyalty.ground.reading import Model, NotValid, line_of
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.said import Said
from loyalty.ground.thresholds import threshold
from loyalty.stats import sameness


class Read(Model):
    """A table that was read: of how many rows how many can be used."""

    table: str
    rows: int
    used: int
    sha256: str


class Checked(Model):
    """What a check found, by weight; `sound` where nothing stops the case."""

    case: str
    sound: bool
    items: int = 0
    constructs: int = 0
    read: tuple[Read, ...] = ()
    faults: tuple[Fault, ...] = ()


def described(case: str) -> Study | list[Fault]:
    """The description, or everything that does not hold in it.

    Raises
    ------
    UserError
        When there is no such case, or its file is no YAML.
    """
    try:
        return studies.load(case)
    except NotValid as error:
        text = (paths.data() / case / "study.yml").read_text(encoding="utf-8")
        return [_in_description(error.name, case, text, key, said) for key, said in error.found]


def _in_description(file: str, case: str, text: str, key: tuple[str, ...], said: Said) -> Fault:
    """What does not hold in a description, at its line; a sentence may itself name the key."""
    place, rest = said.placed()
    if not key and re.fullmatch(r"[\w.#-]+", place):
        key, said = tuple(place.split(".")), rest
    return Fault(
        weight="error",
        file=file,
        row=line_of(text, key),
        column=".".join(key) or None,
        said=said,
        mend=_checksum(case, text) if key == ("rows", "file", "sha256") else "",
    )


def _checksum(case: str, text: str) -> str:
    """The checksum of the file that a description names, as far as both can be read."""
    try:
        path = yaml.safe_load(text)["rows"]["file"]["path"]
        has = stores.sha256(paths.inside(paths.data() / case, path))
    except (yaml.YAMLError, KeyError, TypeError, OSError, UserError):
        return ""
    return Said("it is {sha256}", sha256=has) if has else ""


def rows(study: Study) -> Checked:
    """Everything that does not hold in the rows of a case.

    Raises
    ------
    RowsAbsent
        When rows are not on this machine.
    """
    found: list[Fault] = []
    read: list[Read] = []
    answers: survey.Survey | None = None
    there: list[tables.Loaded] = []
    if study.matrix is not None:
        given, faults = matrix.looked_at(study)
        found += faults
        if given is not None:
            p = len(given.covariances)
            read.append(Read(table="matrix", rows=p, used=p, sha256=given.checksum))
    if study.surveyed:
        try:
            looked, faults = survey.looked_at(_as_it_is(study, found))
        except RowsAbsent:
            raise
        except UserError as error:
            found.append(_unread(study, error))
        else:
            found += faults
            n = len(looked.rows)
            read.append(Read(table="answers", rows=n, used=n, sha256=looked.checksum))
            if not any(fault.weight == "error" for fault in faults):
                answers = looked
                with threadpool_limits(1):  # threads would only wait for each other
                    found += _looked(looked, _file(study))
    for resource in study.resources:
        whole = _as_it_is(study, found, resource.id)
        one = next(r for r in whole.resources if r.id == resource.id)
        left: list[Fault] = []
        try:
            loaded = tables.load(whole, one, left)
        except RowsAbsent:
            raise
        except UserError as error:
            found += [*left, _unread(study, error)]
        else:
            found += left
            there.append(loaded)
            read.append(
                Read(
                    table=resource.id,
                    rows=loaded.read,
                    used=loaded.used,
                    sha256=loaded.checksum,
                )
            )
    if answers is not None and study.join is not None and study.join.key is not None:
        found += _joined(answers, there)
    found += works.uncited(study)
    faults = ordered(found)
    return Checked(
        case=study.case,
        sound=not any(fault.weight == "error" for fault in faults),
        items=len(study.items),
        constructs=len(study.constructs),
        read=tuple(read),
        faults=tuple(faults),
    )


def _file(study: Study) -> str:
    """What the rows of a survey are called in a fault."""
    rows = study.rows
    return f"{study.case}/{rows.file.path}" if rows.file else study.case


def _unread(study: Study, error: UserError) -> Fault:
    name, said = error.said.placed()
    return Fault(weight="error", file=name or study.case, said=said)


def _as_it_is(study: Study, found: list[Fault], resource: str | None = None) -> Study:
    """The description with the checksum that a file of the case has; another one is a fault."""
    owner = (
        study.rows_
        if resource is None
        else next(r.rows for r in study.resources if r.id == resource)
    )
    source = owner.file if owner is not None else None
    if source is None:
        return study
    file = paths.inside(study.folder, source.path)
    if resource is None and file.is_dir():  # which reading says
        return study
    has = stores.sha256(file)
    if has in (None, source.sha256):
        return study
    key = "rows.file.sha256" if resource is None else f"resources.{resource}.rows.file.sha256"
    found.append(
        Fault(
            weight="error",
            file=f"{study.case}/{source.path}",
            value=has,
            said=Said(
                "its SHA-256 is {has}, {key} in study.yml says {sha256}",
                has=has,
                key=key,
                sha256=source.sha256,
            ),
            expected=source.sha256,
            mend=Said("if the change is meant, write the SHA-256 that stands above there"),
        )
    )
    return _with_checksum(study, source, str(has))


def _with_checksum(study: Study, source: FileRows, sha256: str) -> Study:
    def rows(of: object) -> dict[str, object]:
        return {"file": source.model_copy(update={"sha256": sha256})} if of is source else {}

    changed = study.model_copy(
        update={
            "rows_": study.rows_ and study.rows_.model_copy(update=rows(study.rows_.file)),
            "resources": [
                r.model_copy(update={"rows": r.rows.model_copy(update=rows(r.rows.file))})
                for r in study.resources
            ],
        }
    )
    changed._case, changed._folder = study.case, study.folder
    return changed


def _joined(answers: survey.Survey, there: list[tables.Loaded]) -> list[Fault]:
    """Of each table that is joined to the survey: that hardly anybody's key is in it."""
    study, found = answers.study, list[Fault]()
    assert study.join is not None and study.join.key is not None
    key = study.join.key
    for table in there:
        try:
            joining.join(answers, [table])
        except CannotCompute as why:
            if why.reason.code not in ("no_key_matches", "few_keys_match"):
                continue
            found.append(
                Fault(
                    weight="loss",
                    file=_file(study),
                    column=next((v.source_column for v in study.variables if v.id == key), key),
                    said=Said(
                        "of {n:,} respondents fewer than {least} have rows of their own in {table}",
                        n=len(answers.rows),
                        least=disclosure.least(),
                        table=table.resource.id,
                    ),
                    expected=Said("keys that are written alike in both"),
                    mend=Said("else nothing is said of both together"),
                )
            )
    return found


def _alike(
    pairs: Sequence[sameness.OnePair],
) -> tuple[list[list[str]], list[sameness.OnePair]]:
    """Three items or more of which each stands for the others, and the pairs that are left."""
    groups: list[list[str]] = []
    for pair in (p for p in pairs if p.follows == "both"):
        held = [g for g in groups if pair.a in g or pair.b in g]
        groups = [g for g in groups if g not in held]
        groups.append(list(dict.fromkeys([*(i for g in held for i in g), pair.a, pair.b])))
    groups = [g for g in groups if len(g) > 2]
    left = [p for p in pairs if not any(p.a in g and p.b in g for g in groups)]
    return groups, left


# --- what may be looked at -----------------------------------------------------------------------
def _looked(looked: survey.Survey, file: str) -> list[Fault]:
    """What the numbers of sound rows give reason to look at."""
    study, scored = looked.study, looked.scored
    columns = {item.id: item.source_column for item in study.items}
    items = scored[list(columns)]
    found = []
    for construct in study.main:
        if len(construct.items) < 2:
            continue
        for against in sameness.against_the_rest(items[[i.id for i in construct.items]]):
            found.append(
                Fault(
                    weight="note",
                    file=file,
                    column=columns[against.item],
                    value=f"r = {against.r:.2f}",
                    n=against.n,
                    said=Said(
                        "it goes against the other items of {construct}", construct=construct.id
                    ),
                    expected=Said("a positive correlation with them"),
                    mend=Said("reversed: true, where its wording is turned round; or take it out"),
                )
            )
    for construct in study.main:
        ranges = {(s.min, s.max) for s in map(study.item_scale, construct.items)}
        if len(ranges) > 1:
            found.append(
                Fault(
                    weight="note",
                    file=file,
                    column=construct.items[0].source_column,
                    n=len(construct.items),
                    said=Said(
                        "the items of {construct} have different ranges", construct=construct.id
                    ),
                    expected=Said("items of one range"),
                    mend=Said("its mean score takes a point of one item for a point of another"),
                )
            )
    pairs = sameness.items_that_are_one(items, least=threshold("one_item").value)
    alike, pairs = _alike(pairs)
    for group in alike:
        found.append(
            Fault(
                weight="note",
                file=file,
                column=columns[group[0]],
                said=Said(
                    "{n} columns stand for one another: {columns}",
                    n=len(group),
                    columns=[columns[i] for i in group],
                ),
                expected=Said("items that were asked apart"),
                mend=Said("look where the columns come from; nothing can be told of them apart"),
            )
        )
    for pair in pairs:
        a, b = columns[pair.a], columns[pair.b]
        if pair.follows is None:
            said = Said("{a} and {b} are nearly one column", a=a, b=b)
        elif pair.follows == "both":
            said = Said("each answer to {a} stands for one to {b}", a=a, b=b)
        else:
            one, other = (a, b) if pair.follows == "a" else (b, a)
            said = Said(
                "{one} follows from {other} in each of the {n:,} rows",
                one=one,
                other=other,
                n=pair.n,
            )
        found.append(
            Fault(
                weight="note",
                file=file,
                column=b,
                value=f"r = {pair.r:.2f}",
                n=pair.n,
                said=said,
                expected=Said("items that were asked apart"),
                mend=Said("look where the columns come from; the audit shows the model without"),
            )
        )
    scales = {i.id: (study.item_scale(i).min, study.item_scale(i).max) for i in study.items}
    for coded in sameness.codes_of_another_scale(looked.rows[list(columns)], scales):
        low, high = coded.likely
        lowest, highest = scales[coded.item]
        found.append(
            Fault(
                weight="note",
                file=file,
                column=columns[coded.item],
                value=Said("{low:g} to {high:g}", low=coded.low, high=coded.high),
                n=coded.n,
                said=Said("its codes fill a scale from {low} to {high}", low=low, high=high),
                expected=Said("{low:g} to {high:g}", low=lowest, high=highest),
                mend=Said("give the item the scale that it was asked on"),
            )
        )
    return found
