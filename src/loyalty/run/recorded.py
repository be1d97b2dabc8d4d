"""Findings that come with the repository where rows may not: recorded, read, and computed anew.

``data/<case>/findings/`` holds a file an analysis, and ``moments.json``: findings as
:func:`loyalty.ground.disclosure.recordable` lets them pass, with the provenance of the run that
made them and a checksum of the file. Where a case's rows are absent a run takes them in the place
of what it would compute; where they are there, :func:`reproduce` computes and compares.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from pydantic import ValidationError

from loyalty.cases import roads, study, survey, tables
from loyalty.cases.study import ALL, Study
from loyalty.estimates import moments
from loyalty.estimates.moments import Moments
from loyalty.estimates.solution import Observed
from loyalty.ground import disclosure, findings, paths, results
from loyalty.ground.errors import RowsAbsent, UserError
from loyalty.ground.findings import READ, SCHEMA_VERSION, Found, Refused, cited
from loyalty.ground.reading import shown_path
from loyalty.ground.reasons import Reason
from loyalty.ground.results import Provenance, Recorded
from loyalty.ground.said import HELD, Said, said_by_system
from loyalty.ground.text import Text
from loyalty.run.analyses import findings_of
from loyalty.run.compare import compare
from loyalty.run.differences import Comparison
from loyalty.stats import descriptives

#: So many bytes the recorded findings of one case may have.
LARGEST = 300_000
#: Recorded numbers have eight digits; another machine's last ones may differ.
TOLERANCE = 1e-6
MOMENTS = "moments"
#: What of a description is words, which findings do not depend on.
_WORDS = {"title", "summary", "about", "provenance", "label", "en", "zh", "source", "place", "unit"}
_WORDS |= {"direction"}  # of a construct's scores: what is advised depends on it, no number


# --- what is recorded, and of what ---------------------------------------------------------------
def described(case: Study) -> str:
    """SHA-256 of what the description says of the rows and of the models, without its words."""
    content = case.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return _digest(_without_words(content))


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_words(v) for k, v in value.items() if k not in _WORDS}
    return [_without_words(v) for v in value] if isinstance(value, list) else value


def rows_of(case: Study) -> tuple[survey.Survey | None, dict[str, str], str]:
    """The survey, the checksum of every table's source, and the canonical one of all rows.

    The latter is of the rows as the analyses have them, written as CSV, wherever they came from.

    Raises
    ------
    RowsAbsent
        When some rows are not on this machine.
    UserError
        When they do not hold.
    """
    digest = hashlib.sha256()
    sources = {}
    answers, beside = rows(case)
    if answers is not None:
        sources["answers"] = answers.checksum
        digest.update(answers.rows.to_csv(index=False, lineterminator="\n").encode())
    for name, loaded in beside.items():
        sources[name] = loaded.checksum
        digest.update(loaded.rows.to_csv(index=False, lineterminator="\n").encode())
    return answers, sources, digest.hexdigest()


class Rows(NamedTuple):
    """All rows of a case, loaded; tables by their resource."""

    answers: survey.Survey | None
    tables: dict[str, tables.Loaded]


def rows(case: Study) -> Rows:
    """All rows of the case. A run has tried to bring them before its steps; elsewhere it is done
    here.

    Raises
    ------
    RowsAbsent
        When some are not on this machine.
    UserError
        When they do not hold.
    """
    if roads.lacking(case):
        why = None if HELD in os.environ else roads.bring([case.case]).get(case.case)
        if why is not None:
            raise why
        if roads.lacking(case):
            raise RowsAbsent("{case}: its rows are not here", case=case.case)
    return Rows(
        survey.load(case) if case.surveyed else None,
        {resource.id: tables.load(case, resource) for resource in case.resources},
    )


def absent(case: Study) -> RowsAbsent | None:
    """Why some rows of the case are not on this machine; None where all are.

    Raises
    ------
    UserError
        When rows that are here do not hold.
    """
    try:
        rows(case)
    except RowsAbsent as error:
        return error
    return None


def there(case: str) -> bool:
    """Whether findings of the case are recorded."""
    return paths.recorded(case).is_dir()


def recorded_of(case: str) -> list[str]:
    """The analyses of which findings of the case are recorded."""
    return sorted(f.stem for f in paths.recorded(case).glob("*.json") if f.stem != MOMENTS)


def few_answers(answers: survey.Survey | None) -> dict[str, int]:
    """Items of which some answer was given by few people: their numbers of different answers."""
    if answers is None:
        return {}
    found = {}
    for item in answers.study.items:
        counts = answers.rows[item.id].value_counts()
        if counts.min() < disclosure.least():
            found[item.id] = len(counts)
    return found


def known(answers: survey.Survey | None) -> disclosure.Known:
    """What of the answers decides what may be shown of them."""
    if answers is None:
        return disclosure.Known()
    rows_ = answers.main_items
    left_out = len(rows_) - len(rows_.dropna())
    return disclosure.Known(
        few_answers(answers),
        len(rows_),
        mixed=0 < left_out < disclosure.least(),
        hidden=hidden_levels(answers),
    )


def hidden_levels(answers: survey.Survey) -> dict[str, set[str | None]]:
    """Levels of which nothing may tell how many there are, with None for those without a level:
    with these the levels add up to all respondents."""
    groups = answers.study.groups
    counts, inner = descriptives.group_counts(
        answers.rows,
        {g.id: list(g.levels) for g in groups},
        {g.id: g.within for g in groups if g.within},
    )
    for g, found in counts.items():
        lacking = int(answers.rows[g].isna().sum())
        if lacking and g not in inner:
            counts[g] = pd.concat([found, pd.Series({None: lacking})])
    hidden = descriptives.hidden_cells(counts, inner, least=disclosure.least())
    return {g: set(of) for g, of in hidden.items()}


def recordable(found: Found[Any], of: Recorded, known: disclosure.Known) -> dict[str, Any]:
    """A result as it may be recorded: what its file holds, without the checksum."""
    kind = type(found.findings)
    parts = {
        name: disclosure.recordable(getattr(found.findings, name), known)
        for name in kind.model_fields
    }
    made = found.model_copy(
        update={
            "findings": kind.model_construct(**parts),
            "provenance": found.provenance.model_copy(update={"recorded": of}),
        }
    )
    content = made.model_dump(mode="json")
    content["findings"] = {k: v for k, v in content["findings"].items() if v is not None}
    return content


def closed(case: str) -> bool:
    """Whether the rows of a case may not be passed on."""
    return case != ALL and not study.load(case).provenance.redistribute


def shown(case: str, analysis: str, kind: type[Any]) -> Found[Any]:
    """A result as a reader may see it: of rows that may not be passed on what the gate lets pass,
    whether these are on this machine or not.

    Raises
    ------
    UserError
        As :func:`loyalty.ground.findings.read`.
    """
    found: Found[Any] = findings.read(case, analysis, kind)
    if not closed(case) or found.provenance.recorded is not None:
        return found
    described_case = study.load(case)
    key = (str(paths.root()), case, described(described_case))
    return gated(found, _known(*key), described_case)


@lru_cache(maxsize=4)
def _known(root: str, case: str, described: str) -> disclosure.Known:
    try:
        return known(rows(study.load(case)).answers)
    except RowsAbsent:
        return disclosure.Known()


def moments_of(case: Study) -> Moments | Refused | None:
    """What may be given of the moments of rows that may not be passed on."""
    try:
        answers = rows(case).answers
    except RowsAbsent:
        return None
    return None if answers is None else moments.recorded(answers)


def printable(answers: survey.Survey, found: Mapping[tuple[str, str], Found[Any]]) -> Any:
    """The observed moments, where at two decimals they may be given as an article prints them."""
    measured = found.get((answers.study.case, "measurement"))
    one = getattr(measured.findings, "observed", None) if measured else None
    return one if isinstance(one, Observed) and moments.printable(answers.main_items) else None


def printable_of(case: Study) -> Any:
    """The same of the case's last run; None where it is not of rows on this machine."""
    try:
        answers = rows(case).answers
        found = findings.read(case.case, "measurement", findings_of("measurement"))
    except (RowsAbsent, UserError):
        return None
    return None if answers is None else printable(answers, {(case.case, "measurement"): found})


def gated(found: Found[Any], known: disclosure.Known, case: Study) -> Found[Any]:
    """A result as the gate lets it pass, its numbers cited; with the provenance that it has."""
    of = Recorded(date="", rows="", described=described(case))
    kind = type(found.findings)
    content = recordable(found, of, known)
    made = Found[kind].model_validate(content, context=READ)  # type: ignore[valid-type]
    parts = {
        name: cited(getattr(made.findings, name), f"{found.case}/{found.analysis}/{name}")
        for name in kind.model_fields
    }
    return made.model_copy(
        update={"findings": kind.model_construct(**parts), "provenance": found.provenance}
    )


def record(case: str) -> list[Path]:
    """Record the findings of a case from its last run; the files.

    Raises
    ------
    UserError
        When the rows are not there, an analysis did not run or ran on other rows, or the findings
        are too large.
    """
    described_case = study.load(case)
    if described_case.matrix is not None:
        raise UserError(
            "{case}: a matrix holds no rows; it is passed on as it is, with study.yml", case=case
        )
    answers, sources, canonical = rows_of(described_case)
    of_answers = known(answers)
    ran: Provenance | None = None
    texts = {}
    for analysis in described_case.analyses:
        found = findings.read(case, analysis, findings_of(analysis))
        ran = found.provenance
        if ran.recorded is not None:
            raise UserError(
                "results {case}/{analysis}.json: themselves recorded findings",
                case=case,
                analysis=analysis,
            )
        for origin in ran.data:
            if sources.get(origin.resource) != origin.sha256:
                raise UserError(
                    "results {case}/{analysis}.json: of other rows ({resource}); run the "
                    "case again",
                    case=case,
                    analysis=analysis,
                    resource=origin.resource,
                )
        texts[analysis] = _sealed(
            recordable(found, _of(described_case, ran, canonical), of_answers)
        )
    assert ran is not None
    texts[MOMENTS] = _sealed(_moments(described_case, answers, ran, canonical))
    if (size := sum(len(text.encode()) for text in texts.values())) > LARGEST:
        raise UserError(
            "{case}: the findings have {size:,} bytes, more than {most:,}",
            case=case,
            size=size,
            most=LARGEST,
        )
    folder = paths.recorded(case)
    for stale in folder.glob("*.json"):
        if stale.stem not in texts:
            stale.unlink()
    return [paths.write(folder / f"{name}.json", text) for name, text in texts.items()]


def _of(case: Study, ran: Provenance, canonical: str) -> Recorded:
    return Recorded(date=results.date_of(ran.git_commit), rows=canonical, described=described(case))


def _moments(
    case: Study, answers: survey.Survey | None, ran: Provenance, canonical: str
) -> dict[str, Any]:
    if answers is None:
        found: Moments | Refused | None = None
    else:
        found = moments.recorded(answers)
    return {
        "schema_version": SCHEMA_VERSION,
        "case": case.case,
        "findings": {} if found is None else {"moments": found.model_dump(mode="json")},
        "provenance": {
            "git_commit": ran.git_commit,
            "recorded": _of(case, ran, canonical).model_dump(mode="json"),
        },
    }


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _sealed(content: dict[str, Any]) -> str:
    """The text of a file: a finding a line, with the checksum of all that it says."""
    findings_ = content["findings"]
    lines = [f"{json.dumps(name)}:{_line(findings_[name])}" for name in sorted(findings_)]
    rest = {k: v for k, v in content.items() if k != "findings"}
    others = [f"{json.dumps(name)}:{_line(rest[name])}" for name in sorted(rest)]
    body = ",\n".join(lines)
    return (
        "{\n" + ",\n".join(others) + ',\n"findings":{\n' + body + "\n},\n"
        f'"sha256":"{_digest(content)}"\n}}'
    )


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


# --- reading -------------------------------------------------------------------------------------
def content(case: Study, name: str) -> dict[str, Any]:
    """What a file of recorded findings says, once it is seen to be whole and of this case.

    Raises
    ------
    UserError
        One line: absent, damaged, changed by hand, of another schema version, or of other rows.
    """
    file = paths.recorded(case.case) / f"{name}.json"
    where = shown_path(file)
    try:
        found = json.loads(file.read_bytes())
        if not isinstance(found, dict) or not isinstance(found.get("provenance"), dict):
            raise ValueError("no recorded finding")
    except FileNotFoundError:
        raise UserError(
            "{where}: not there; nothing is recorded of this analysis", where=where
        ) from None
    except OSError as error:
        raise UserError("{where}: {why}", where=where, why=said_by_system(error)) from None
    except (ValueError, RecursionError) as error:
        raise UserError("{where}: damaged ({error})", where=where, error=error) from None
    version = found.get("schema_version")
    if version != SCHEMA_VERSION:
        raise UserError(
            "{where}: schema version {version}, expected {expected}",
            where=where,
            version=version,
            expected=SCHEMA_VERSION,
        )
    seal = found.pop("sha256", None)
    if seal != _digest(found):
        raise UserError(
            "{where}: its checksum does not match: damaged, or changed by hand", where=where
        )
    try:
        of = Recorded.model_validate(found["provenance"].get("recorded"))
    except ValidationError:
        raise UserError("{where}: it does not say what it was recorded of", where=where) from None
    if found.get("case") != case.case:
        raise UserError("{where}: of another case ({other})", where=where, other=found.get("case"))
    if of.described != described(case):
        raise UserError(
            "{where}: of other rows or another model than study.yml describes", where=where
        )
    return found


def read(case: Study, analysis: str) -> Found[Any]:
    """The recorded findings of an analysis.

    Of one of which nothing is recorded, since it is younger than the record: that, in the place of
    its first finding.

    Raises
    ------
    UserError
        As :func:`content`; or when they do not hold to the analysis's schema.
    """
    kind = findings_of(analysis)
    if analysis not in recorded_of(case.case) and (others := recorded_of(case.case)):
        field = next(iter(kind.model_fields))
        refused = Refused(refused=Reason(code="analysis_not_recorded"))
        return Found[kind](  # type: ignore[valid-type]
            case=case.case,
            analysis=analysis,
            simulated=case.simulated,
            findings=kind(**{field: refused}),
            provenance=read(case, others[0]).provenance,
        )
    found = content(case, analysis)
    try:
        made: Found[Any] = Found[kind].model_validate(found, context=READ)  # type: ignore[valid-type]
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"]))
        where = shown_path(paths.recorded(case.case) / f"{analysis}.json")
        raise UserError("{where}: {at}: {msg}", where=where, at=at, msg=first["msg"]) from None
    if made.analysis != analysis:
        raise UserError(
            "{case}: {analysis}.json holds findings of {other}",
            case=case.case,
            analysis=analysis,
            other=made.analysis,
        )
    return made


def read_moments(case: Study) -> Moments | Refused | None:
    """The recorded moments of the case's survey, or why there are none."""
    found = content(case, MOMENTS)["findings"].get("moments")
    if found is None:
        return None
    kind = Refused if "refused" in found else Moments
    return kind.model_validate(found, context=READ)


def instead(case: Study) -> Recorded | None:
    """What all findings of a case are recorded of, where they stand in for absent rows; or None.

    Raises
    ------
    UserError
        When rows that are here, or recorded findings, do not hold.
    """
    if not there(case.case) or absent(case) is None:
        return None
    of = [read(case, analysis).provenance.recorded for analysis in case.analyses]
    read_moments(case)
    if len(set(of)) != 1:
        raise UserError(
            "{recorded}: recorded of different rows", recorded=shown_path(paths.recorded(case.case))
        )
    return of[0]


def said(provenance: Provenance, case: str, analysis: str) -> Text | None:
    """Where a result comes from that is a recorded finding; None of one that was computed.

    Of an analysis that is younger than the record: that there is nothing.
    """
    of = provenance.recorded
    if of is None:
        return None
    if analysis not in recorded_of(case):
        return Text(
            en="The rows of this case are not on this machine, and nothing is recorded of this "
            "analysis.",
            zh="本案例的原始数据不在这台机器上，这项分析也没有记录的结果。",
        )
    commit = (provenance.git_commit or "unknown")[:10]
    changed = " with uncommitted changes" if provenance.git_changed else ""
    zh_changed = "（含未提交的改动）" if provenance.git_changed else ""
    file = f"data/{case}/findings/{analysis}.json"
    return Text(
        en="The rows of this case are not on this machine: what is shown are findings recorded on "
        f"{of.date} at commit `{commit}`{changed} from rows with the SHA-256 `{of.rows[:16]}…` "
        f"(`{file}`).",
        zh=f"本案例的原始数据不在这台机器上，所示为 {of.date} 于提交 `{commit}`"
        f"{zh_changed} 记录的结果，其数据的 SHA-256 为 `{of.rows[:16]}…`（`{file}`）。",
    )


# --- computed anew -------------------------------------------------------------------------------
def reproduce(
    cases: Sequence[str], cores: int, say: Callable[[Said], None]
) -> tuple[bool, Comparison]:
    """Compute the recorded findings of cases anew where their rows are, and compare.

    Returns
    -------
    bool
        Whether everything that could be tried came out as recorded.
    Comparison
        What moved.
    """
    scratch = paths.cache() / "reproduced"
    shutil.rmtree(scratch, ignore_errors=True)
    good, tried, total = True, list[str](), Comparison()
    away = roads.bring(cases)
    for case in cases:
        try:
            missing = away.get(case) or _compute(study.load(case), scratch, cores)
            if missing is not None and not isinstance(missing, RowsAbsent):
                raise missing
        except UserError as error:
            say(Said("{case} · {error}", case=case, error=error))
            good = False
            continue
        if missing is not None:
            say(Said("{case} · not tried: {missing}", case=case, missing=missing))
        else:
            tried.append(case)
    if tried:
        total = compare(scratch / "recorded", scratch / "computed", tolerance=TOLERANCE)
        for case in tried:
            moved = _of_case(total, case)
            good = good and not moved
            if moved:
                say(Said("{case} · {moved:,} values are not as recorded", case=case, moved=moved))
            else:
                say(Said("{case} · as recorded", case=case))
    return good, total


def _of_case(found: Comparison, case: str) -> int:
    lists = (found.moved, found.changed, found.appeared, found.went)
    return sum(one.part.startswith(f"{case}/") for some in lists for one in some)


def _compute(case: Study, scratch: Path, cores: int) -> RowsAbsent | None:
    """Leave what is recorded, and what is computed now, below two folders; or why it cannot be.

    Raises
    ------
    UserError
        When recorded findings or rows do not hold, or a notebook fails.
    """
    names = [file.stem for file in sorted(paths.recorded(case.case).glob("*.json"))]
    if not names:
        raise UserError("nothing is recorded")
    kept = {name: content(case, name) for name in names}
    if missing := absent(case):
        return missing
    answers, _, canonical = rows_of(case)
    of = Recorded.model_validate(kept[names[0]]["provenance"]["recorded"])
    if of.rows != canonical:
        raise UserError(
            "recorded of other rows: {rows}…, here are {canonical}…",
            rows=of.rows[:16],
            canonical=canonical[:16],
        )
    of_answers = known(answers)
    given = {name: kept[name]["provenance"]["parameters"] for name in names if name != MOMENTS}
    made = scratch / "made"
    for analysis, said_ in _executed(case.case, given, made, cores):
        if said_ is not None:
            raise UserError("{analysis}: {said}", analysis=analysis, said=said_)
    for name in names:
        if name == MOMENTS:
            found: dict[str, Any] = {
                **kept[name],
                "findings": {"moments": moments.recorded(answers).model_dump(mode="json")}
                if answers is not None
                else {},
            }
        else:
            one = findings.read(case.case, name, findings_of(name), made / "reports" / "results")
            found = recordable(one, of, of_answers)
        for folder, text in (("recorded", kept[name]), ("computed", found)):
            paths.write(scratch / folder / case.case / f"{name}.json", json.dumps(text))
    return None


def _executed(
    case: str, given: Mapping[str, Mapping[str, Any]], made: Path, cores: int
) -> Iterator[tuple[str, str | None]]:
    """Run notebooks with these parameters, their results below `made`; what went wrong."""
    from loyalty.run.jobs import Jobs

    commands = {
        analysis: (
            "execute",
            case,
            analysis,
            "--wide",
            json.dumps({k: v for k, v in parameters.items() if k != "case"}),
        )
        for analysis, parameters in given.items()
    }
    os.environ[paths.MADE] = str(made)
    try:
        with Jobs(list(commands.values())) as jobs, ThreadPoolExecutor(cores) as pool:
            done = pool.map(jobs.command, commands.values())
            for analysis, (code, told) in zip(commands, done, strict=True):
                yield analysis, None if code == 0 else " ".join(told.split())
    finally:
        del os.environ[paths.MADE]
