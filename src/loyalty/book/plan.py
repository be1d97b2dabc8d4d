"""All steps of the road from rows to reports, and what each depends on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from loyalty.book import files
from loyalty.cases import roads, study
from loyalty.cases.study import ALL
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.text import Language
from loyalty.run import execute
from loyalty.run.analyses import ACROSS, code_behind, compute_files, show_files, shown_files
from loyalty.run.marks import Step, digest, mark


def steps(config: Mapping[str, Any]) -> list[Step]:
    """The steps, each after those that it needs: ``check``, ``execute``, ``show``, ``render``.

    Of the cases whose rows are here (:func:`loyalty.cases.roads.bring` brings them).

    Parameters
    ----------
    config : mapping
        `draws` and `seed` of every notebook; `language` and `to`, separated by commas.
    """
    wide = {key: int(config[key]) for key in ("draws", "seed") if key in config}
    languages: list[Any] = str(config.get("language", "en")).split(",")
    to = str(config.get("to", "html,pdf"))
    return list(_steps(wide, languages, to))


def _steps(wide: dict[str, Any], languages: list[Language], to: str) -> Iterator[Step]:
    editions: list[Language] = ["en", *(one for one in languages if one != "en")]
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
    for name in ACROSS:
        computed.append(_computing(ALL, name, wide, tuple(computed)))
    yield from computed
    shown = [_showing(step, language) for step in computed for language in editions]
    yield from shown
    rendering = digest([], files.digest(), to)
    yield Step(
        "report",
        mark("report", ALL, "book"),
        rendering,
        tuple(step.mark for step in shown if step.command[-1] == "en"),
        (files.files(["html"])[0].parent,),
        ("render", "--to", to),
    )
    for case, names in analyses.items():
        for language in languages:
            yield Step(
                f"report_{_plain(case)}_{language}",
                mark(f"case-{language}", case, "report"),
                rendering,
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
        return list(study.SURVEY)


def _checking(case: str) -> str:
    data = sorted(p for p in (paths.data() / case).rglob("*") if p.is_file())
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


def _showing(computed: Step, language: Language) -> Step:
    """Depends on the findings, and on the code and the words behind what is shown."""
    _, case, analysis, *_ = computed.command
    return Step(
        f"show_{_plain(case)}_{analysis}_{language}",
        mark(f"shown-{language}", case, analysis),
        digest([], _words(analysis), language),
        (computed.mark,),
        shown_files(case, analysis, language),
        ("show", case, analysis, "--language", language),
    )
