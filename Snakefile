# The study as a graph: a case's rows are checked, each of its analyses is computed and then shown,
# and all of it becomes the report. Only what is out of date runs.
#
# Computing depends on the data, the description, the parameters, the notebook and the code behind
# its findings; showing on the findings and on tables, figures, words and terms. So a comma in a
# sentence computes nothing. The steps stand in loyalty.book.plan; what is up to date is said by
# marks (loyalty.run.marks).
#
# A case whose rows are not here is not in the graph; `loyalty check CASE` brings them.
#
# For clusters: snakemake --executor slurm --jobs 50 report. On one machine `loyalty run` and
# `loyalty report` do the same steps by themselves (loyalty.run.workflow), in less than half the
# processor time.
from pathlib import Path

from loyalty.book import plan
from loyalty.run import jobs, marks

STEPS = {step.name: step for step in plan.steps(config)}
marks.sweep(STEPS.values())
SHOWN = [s.mark for s in STEPS.values() if s.command[0] == "show" and s.command[-1] == "en"]


def here(mark):
    return str(mark.relative_to(Path.cwd()))


rule results:
    input:
        [here(mark) for mark in SHOWN],


for step in STEPS.values():

    rule:
        name:
            step.name
        input:
            [here(mark) for mark in step.needs],
        output:
            here(step.mark),
        params:
            step=step.name,
        run:
            jobs.do(STEPS[params.step])
