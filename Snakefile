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
from loyalty.run.analyses import SYNTHESIS

LOYALTY = f"{sys.executable} -m loyalty.cli"
WIDE = {k: v for k, v in config.items() if k in ("draws", "seed")}
LANGUAGES = config.get("language", "en").split(",")
TO = config.get("to", "html,pdf")
CASES = study.cases()
CHECKED = {case: marks.checked(case) for case in CASES}
SINGLE = [(case, name) for case in CASES for name in marks.analyses_of(case)]
EVERY = [*SINGLE, (study.ALL, SYNTHESIS)]
COMPUTED = {key: marks.computed(*key, WIDE, [CHECKED[key[0]][0]]) for key in SINGLE}
COMPUTED[EVERY[-1]] = marks.computed(*EVERY[-1], WIDE, [made for made, _ in COMPUTED.values()])
SHOWN = {
    (*key, language): marks.shown(*key, language)
    for key in EVERY
    for language in sorted({"en", *LANGUAGES})
}
RENDERING = files.digest()
REPORT = marks.mark("report", study.ALL, "book")
PAGES = [SHOWN[*key, "en"][0] for key in EVERY]
marks.sweep(REPORT, RENDERING + TO, [*files.files(TO.split(",")), *PAGES])


def here(mark):
    return str(mark.relative_to(Path.cwd()))


BOOK = [here(page) for page in PAGES]


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
        pages = [SHOWN[case, name, language][0] for name in marks.analyses_of(case)]
        made_of = [*files.case_files(case, language, TO.split(",")), *pages]
        marks.sweep(book, RENDERING + TO, made_of)

        rule:
            name:
                f"report_{case}_{language}"
            input:
                [here(page) for page in pages],
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
