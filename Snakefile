# The study as a graph: a case's rows are checked, its notebooks run, all of it becomes the report.
# Only what is out of date runs: data, description, parameters, package code, notebook.
#
# `loyalty run` and `loyalty report` drive this file; to run it on a cluster, call snakemake
# itself with an executor: snakemake --executor slurm --jobs 50 report
import json
import sys
from pathlib import Path

from loyalty.run import execute
from loyalty.book import report
from loyalty.ground import results
from loyalty.cases import study
from loyalty.ground.errors import UserError

LOYALTY = f"{sys.executable} -m loyalty.cli"
WIDE = {k: v for k, v in config.items() if k in ("draws", "seed", "language")}
CODE = [str(p.relative_to(Path.cwd())) for p in results.code_files()]
RENDER = [str(p.relative_to(Path.cwd())) for p in report.code_files()]


def described(case):
    """The case's description, or None where it does not hold: its check says why, and fails."""
    try:
        return study.load(case)
    except UserError:
        return None


CASES = {case: described(case) for case in study.cases()}


def analyses(case):
    return CASES[case].analyses if CASES[case] else list(study.SURVEY)


def parameters(case, analysis):
    """What a run is given, as text: a change of it makes the result out of date."""
    try:
        return json.dumps(execute.parameters(case, analysis, WIDE), sort_keys=True)
    except UserError as error:
        return str(error)


def notebook(analysis):
    return str(execute.notebook_file(analysis).relative_to(Path.cwd()))


def done(case, analysis):
    """The mark that an analysis is done.

    Marks are the graph's files, not the results: Snakemake deletes a job's outputs before it
    runs, and a failed run must not take the results of an earlier one with it. A mark whose
    results have gone does not count.
    """
    mark = Path(".cache/done", case, analysis)
    if not all(file.is_file() for file in execute.outputs(case, analysis)):
        mark.unlink(missing_ok=True)
    return str(mark)


DONE = [done(case, a) for case in CASES for a in analyses(case)]
SYNTHESIS = done(study.ALL, execute.SYNTHESIS)
REPORT = Path(".cache/done/report")
if not all(file.is_file() for file in report.files(config.get("to", "html,pdf").split(","))):
    REPORT.unlink(missing_ok=True)


rule results:
    input:
        DONE,
        SYNTHESIS,


rule report:
    input:
        DONE,
        SYNTHESIS,
        report.sources(),
        RENDER,
        CODE,
    output:
        touch(REPORT),
    params:
        to=config.get("to", "html,pdf"),
    shell:
        "{LOYALTY} render --to {params.to}"


for case in CASES:

    rule:
        name:
            f"check_{case}"
        input:
            [str(p) for p in Path("data", case).rglob("*") if p.is_file()],
            CODE,
        output:
            f".cache/checked/{case}",
        params:
            case=case,
        shell:
            "{LOYALTY} check {params.case} && touch {output}"

    for analysis in analyses(case):

        rule:
            name:
                f"{case}_{analysis}"
            input:
                f".cache/checked/{case}",
                notebook(analysis),
                CODE,
            output:
                touch(done(case, analysis)),
            params:
                case=case,
                analysis=analysis,
                given=parameters(case, analysis),
                wide=json.dumps(WIDE),
            shell:
                "{LOYALTY} execute {params.case} {params.analysis} --wide {params.wide:q}"


rule synthesis:
    input:
        DONE,
        "data/claims.yml",
        notebook(execute.SYNTHESIS),
        CODE,
    output:
        touch(SYNTHESIS),
    params:
        given=parameters(study.ALL, execute.SYNTHESIS),
        wide=json.dumps(WIDE),
    shell:
        "{LOYALTY} execute {study.ALL} {execute.SYNTHESIS} --wide {params.wide:q}"
