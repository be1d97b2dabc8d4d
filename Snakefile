# The study as a graph: a case's rows are checked, each of its analyses is computed and then shown,
# and all of it becomes the report. Only what is out of date runs.
#
# Computing depends on the data, the description, the parameters, the notebook and the code behind
# its findings; showing on the findings and on tables, figures, words and terms. So a comma in a
# sentence computes nothing.
#
# `loyalty run` and `loyalty report` drive this file; to run it on a cluster, call snakemake
# itself with an executor: snakemake --executor slurm --jobs 50 report
import json
import sys
from pathlib import Path

from loyalty.book import case as case_book
from loyalty.book import report
from loyalty.cases import study
from loyalty.ground import findings
from loyalty.ground.errors import UserError
from loyalty.run import analyses, execute

LOYALTY = f"{sys.executable} -m loyalty.cli"
WIDE = {k: v for k, v in config.items() if k in ("draws", "seed")}
LANGUAGES = config.get("language", "en").split(",")
TO = config.get("to", "html,pdf")


def relative(files):
    return [str(Path(f).relative_to(Path.cwd())) for f in files]


def described(case):
    """The case's description, or None where it does not hold: its check says why, and fails."""
    try:
        return study.load(case)
    except UserError:
        return None


CASES = {case: described(case) for case in study.cases()}


def names(case):
    if case == study.ALL:
        return [analyses.SYNTHESIS]
    return CASES[case].analyses if CASES[case] else list(study.SURVEY)


def parameters(case, analysis):
    """What a run is given, as text: a change of it makes the result out of date."""
    try:
        return json.dumps(execute.parameters(case, analysis, WIDE), sort_keys=True)
    except UserError as error:
        return str(error)


def mark(kind, case, analysis, files):
    """The mark that something is done.

    Marks are the graph's files, not the results: Snakemake deletes a job's outputs before it
    runs, and a failed run must not take the results of an earlier one with it. A mark whose
    files have gone does not count.
    """
    made = Path(".cache", kind, case, analysis)
    if not all(file.is_file() for file in files):
        made.unlink(missing_ok=True)
    return str(made)


def computed(case, analysis):
    result, notebook = execute.outputs(case, analysis)
    if (version := findings.other_version(result)) is not None:
        print(f"  {case} · {analysis} · schema version {version} is an older one: computed anew")
        result.unlink()
    return mark("computed-marks", case, analysis, [result, notebook])


def shown(case, analysis, language):
    files = analyses.shown_files(case, analysis, language)
    return mark(f"shown-{language}", case, analysis, files)


EVERY = [(case, analysis) for case in CASES for analysis in names(case)]
DONE = {key: computed(*key) for key in EVERY}
ALL_KEY = (study.ALL, analyses.SYNTHESIS)
SHOWN = {
    (*key, language): shown(*key, language)
    for key in [*EVERY, ALL_KEY]
    for language in sorted({"en", *LANGUAGES})
}
BOOK = [SHOWN[*key, "en"] for key in [*EVERY, ALL_KEY]]
REPORT = Path(".cache/done/report")
if not all(file.is_file() for file in report.files(TO.split(","))):
    REPORT.unlink(missing_ok=True)


rule results:
    input:
        BOOK,


rule report:
    input:
        BOOK,
        report.sources(),
        relative(report.code_files()),
    output:
        touch(REPORT),
    params:
        to=TO,
    shell:
        "{LOYALTY} render --to {params.to}"


for case in [*CASES, study.ALL]:
    if case != study.ALL:

        rule:
            name:
                f"check_{case}"
            input:
                [str(p) for p in Path("data", case).rglob("*") if p.is_file()],
                relative(analyses.code_behind("loyalty.cases.survey", "loyalty.cases.tables")),
            output:
                f".cache/checked/{case}",
            params:
                case=case,
            shell:
                "{LOYALTY} check {params.case} && touch {output}"

        for language in LANGUAGES:

            rule:
                name:
                    f"report_{case}_{language}"
                input:
                    [SHOWN[case, analysis, language] for analysis in names(case)],
                    report.sources(),
                    relative(report.code_files()),
                output:
                    touch(mark(f"case-{language}", case, "report", case_book.files(case, language, TO))),
                params:
                    case=case,
                    language=language,
                    to=TO,
                shell:
                    "{LOYALTY} render {params.case} --to {params.to} --language {params.language}"

    for analysis in names(case):

        rule:
            name:
                f"{case}_{analysis}" if case != study.ALL else "synthesis"
            input:
                f".cache/checked/{case}" if case != study.ALL else [*DONE.values(), "data/claims.yml"],
                relative(analyses.compute_files(analysis)),
            output:
                touch(DONE.get((case, analysis)) or computed(case, analysis)),
            params:
                case=case,
                analysis=analysis,
                given=parameters(case, analysis),
                wide=json.dumps(WIDE),
            shell:
                "{LOYALTY} execute {params.case} {params.analysis} --wide {params.wide:q}"

        for language in sorted({"en", *LANGUAGES}):

            rule:
                name:
                    f"show_{case}_{analysis}_{language}"
                input:
                    DONE.get((case, analysis)) or computed(case, analysis),
                    relative(analyses.show_files(analysis)),
                output:
                    touch(SHOWN[case, analysis, language]),
                params:
                    case=case,
                    analysis=analysis,
                    language=language,
                shell:
                    "{LOYALTY} show {params.case} {params.analysis} --language {params.language}"
