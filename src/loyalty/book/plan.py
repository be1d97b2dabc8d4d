"""All steps of the road from rows to reports, and what each depends on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from loyalty.book import files
from loyalty.book.files import TRANSLATED, Edition
from loyalty.cases import roads, study, works
from loyalty.cases.analyses import SURVEY
from loyalty.cases.study import ALL
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.text import LANGUAGES, Language
from loyalty.run import execute
from loyalty.run.analyses import ACROSS, code_behind, compute_files, show_files, shown_file
from loyalty.run.marks import Step, digest, mark
from loyalty.run.show import JUDGED


def steps(config: Mapping[str, Any]) -> list[Step]:
    """The steps, each after those that it needs: ``check``, ``execute``, ``show``, ``render``.

    Of the cases whose rows are here (:func:`loyalty.cases.roads.bring` brings them).

    Parameters
    ----------
    config : mapping
        `draws` and `seed` of every notebook; `to`, the formats of the volumes, and `case_to`, those
        of the cases' pages, separated by commas.
    """
    wide = {key: int(config[key]) for key in ("draws", "seed") if key in config}
    to = str(config.get("to", "html,pdf"))
    return list(_steps(wide, to, str(config.get("case_to", "html"))))


def _steps(wide: dict[str, Any], to: str, case_to: str) -> Iterator[Step]:
    analyses = {case: _analyses(case) for case in roads.available()}
    computed: list[Step] = []
    for case, names in analyses.items():
        check = Step(
            f"check_{_plain(case)}",
            mark("checked", case, "rows"),
            _checking(case),
            (),
            (),
            ("check", case),
        )
        yield check
        computed += [_computing(case, name, wide, (check,)) for name in names]
    across = () if paths.own() else ACROSS  # one's own cases stand for themselves
    for name in across:
        computed.append(_computing(ALL, name, wide, tuple(computed)))
    yield from computed
    judges: dict[str, list[Path]] = {s.command[1]: [] for s in computed}
    for step in computed:
        if step.command[2] in JUDGED:
            judges[step.command[1]].append(step.mark)
    yield from (
        _showing(step, language, judges[step.command[1]])
        for step in computed
        for language in LANGUAGES
    )
    cases = [
        _pages(case, names, language, case_to)
        for case, names in {**analyses, **({ALL: list(across)} if across else {})}.items()
        for language in LANGUAGES
    ]
    yield from cases
    if not across:
        return
    volumes = [_volume(edition, to, computed) for edition in files.EDITIONS]
    yield from volumes
    wanted = [step for step in cases if step.command[-1] == "en" or step.command[1] in TRANSLATED]
    needs = tuple(step.mark for step in [*volumes, *wanted])
    first = (files.book() / "index.html",)
    made = digest(_descriptions(), files.digest())
    yield Step("report", mark("report", ALL, "front"), made, needs, first, ("front",))


def _descriptions() -> list[Path]:
    return sorted(paths.data().glob("*/study.yml"))


def _volume(edition: Edition, to: str, computed: Sequence[Step]) -> Step:
    """A volume depends on what the notebooks over all cases show, and on all findings."""
    shown = [mark(f"shown-{edition.language}", ALL, name) for name in ACROSS]
    return Step(
        edition.name.replace("-", "_"),
        mark("report", ALL, edition.name),
        digest([], files.digest(edition), to),
        tuple(shown) + tuple(step.mark for step in computed),
        (edition.folder,),
        ("render", "--volume", edition.volume, "--to", to, "--language", edition.language),
    )


def _pages(case: str, names: Sequence[str], language: Language, to: str) -> Step:
    return Step(
        f"report_{_plain(case)}_{language}",
        mark(f"case-{language}", case, "report"),
        digest([f for f in [works.file_of(case)] if f.is_file()], files.digest(), to),
        tuple(mark(f"shown-{language}", case, name) for name in names),
        (files.case_folder(case, language),),
        ("render", case, "--to", to, "--language", language),
    )


def _plain(case: str) -> str:
    """A folder's name without what Snakemake reads as a pattern."""
    return quote(case, safe="")


def _analyses(case: str) -> list[str]:
    """The analyses of a case; of a broken one all of a survey's (its check fails, and says why)."""
    try:
        return study.load(case).analyses
    except UserError:
        return list(SURVEY)


def _checking(case: str) -> str:
    data = sorted(
        p
        for p in (paths.data() / case).rglob("*")
        if p.is_file() and p != works.file_of(case)  # no number hangs on the literature
    )
    return digest([*data, *code_behind("loyalty.cases.survey", "loyalty.cases.tables")])


def _computing(case: str, analysis: str, wide: dict[str, Any], after: tuple[Step, ...]) -> Step:
    """Depends on the notebook, the code behind its findings, and the parameters."""
    try:
        given = json.dumps(execute.parameters(case, analysis, wide), sort_keys=True)
    except UserError as error:
        given = str(error)
    claims = [paths.data() / "claims.yml"] if case == ALL else []
    return Step(
        f"{_plain(case)}_{analysis}" if case != ALL else analysis,
        mark("computed", case, analysis),
        digest(claims, _code(analysis), given),
        tuple(step.mark for step in after),
        tuple(execute.outputs(case, analysis)),
        ("execute", case, analysis, "--wide", json.dumps(wide)),
    )


@cache
def _code(analysis: str) -> str:
    return digest(compute_files(analysis))


@cache
def _words(analysis: str) -> str:
    return digest(show_files(analysis))


def _showing(computed: Step, language: Language, judges: Sequence[Path]) -> Step:
    """Depends on the findings, on those that say how far a survey's paths may be relied upon
    (`judges`), and on the code and the words behind what is shown."""
    _, case, analysis, *_ = computed.command
    return Step(
        f"show_{_plain(case)}_{analysis}_{language}",
        mark(f"shown-{language}", case, analysis),
        digest([], _words(analysis), language),
        (computed.mark, *(m for m in judges if m != computed.mark)),
        (shown_file(case, analysis, language),),
        ("show", case, analysis, "--language", language),
    )
