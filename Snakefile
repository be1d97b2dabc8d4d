# The study as a graph: a case's rows are checked, each of its analyses is computed and then shown,
# and all of it becomes the report. Only what is out of date runs.
#
# Computing depends on the data, the description, the parameters, the notebook and the code behind
# its findings; showing on the findings and on tables, figures, words and terms. So a comma in a
# sentence computes nothing. A step's mark holds the digest of what it depends on (loyalty.run.marks).
#
# `loyalty run` and `loyalty report` drive this file; to run it on a cluster, call snakemake
# itself with an executor: snakemake --executor slurm --jobs 50 report
import json
import sys
from pathlib import Path

from loyalty.book import files
from loyalty.cases import study
from loyalty.run import marks

LOYALTY = f"{sys.executable} -m loyalty.cli"
WIDE = {k: v for k, v in config.items() if k in ("draws", "seed")}
LANGUAGES = config.get("language", "en").split(",")
TO = config.get("to", "html,pdf")
CASES = study.cases()
EVERY = [(case, name) for case in [*CASES, study.ALL] for name in marks.analyses_of(case)]
COMPUTED = {key: marks.computed(*key, WIDE) for key in EVERY}
SHOWN = {
    (*key, language): marks.shown(*key, language)
    for key in EVERY
    for language in sorted({"en", *LANGUAGES})
}
CHECKED = {case: (marks.mark("checked", case, "rows"), marks.checking(case)) for case in CASES}
RENDERING = files.digest()
REPORT = marks.mark("report", study.ALL, "book")
marks.sweep(REPORT, RENDERING + TO, files.files(TO.split(",")))


def here(mark):
    return str(mark.relative_to(Path.cwd()))


BOOK = [here(SHOWN[*key, "en"][0]) for key in EVERY]


rule results:
    input:
        BOOK,


rule report:
    input:
        BOOK,
    output:
        here(REPORT),
    params:
        to=TO,
        digest=RENDERING + TO,
    shell:
        "{LOYALTY} render --to {params.to} && echo {params.digest} > {output}"


for case, (made, wanted) in CHECKED.items():
    marks.sweep(made, wanted, [])

    rule:
        name:
            f"check_{case}"
        output:
            here(made),
        params:
            case=case,
            digest=wanted,
        shell:
            "{LOYALTY} check {params.case} && echo {params.digest} > {output}"

    for language in LANGUAGES:
        book = marks.mark(f"case-{language}", case, "report")
        marks.sweep(book, RENDERING + TO, files.case_files(case, language, TO.split(",")))

        rule:
            name:
                f"report_{case}_{language}"
            input:
                [here(SHOWN[case, name, language][0]) for name in marks.analyses_of(case)],
            output:
                here(book),
            params:
                case=case,
                language=language,
                to=TO,
                digest=RENDERING + TO,
            shell:
                "{LOYALTY} render {params.case} --to {params.to} --language {params.language}"
                " && echo {params.digest} > {output}"


for (case, name), (made, wanted) in COMPUTED.items():
    ready = [here(CHECKED[case][0])] if case != study.ALL else []
    if case == study.ALL:
        ready = [here(other) for key, (other, _) in COMPUTED.items() if key[0] != study.ALL]

    rule:
        name:
            f"{case}_{name}" if case != study.ALL else name
        input:
            ready,
        output:
            here(made),
        params:
            case=case,
            name=name,
            wide=json.dumps(WIDE),
            digest=wanted,
        shell:
            "{LOYALTY} execute {params.case} {params.name} --wide {params.wide:q}"
            " && echo {params.digest} > {output}"


for (case, name, language), (made, wanted) in SHOWN.items():

    rule:
        name:
            f"show_{case}_{name}_{language}"
        input:
            here(COMPUTED[case, name][0]),
        output:
            here(made),
        params:
            case=case,
            name=name,
            language=language,
            digest=wanted,
        shell:
            "{LOYALTY} show {params.case} {params.name} --language {params.language}"
            " && echo {params.digest} > {output}"
