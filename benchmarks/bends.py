"""What moves moderations and bends away from what is declared: one thing added after another.

    OPENBLAS_NUM_THREADS=1 python benchmarks/bends.py [--respondents 100000] [--json FILE]

Each simulated survey that declares a moderation or a bend is drawn large and without firms, so that
what is left is bias, and each term is estimated as the structural notebook does (product
indicators), by `step`:

- ``constructs``: no answers; regression on the constructs themselves, of all industries together,
  which differ in means and paths, and with a square where a threshold is declared;
- ``fine``: answers on a scale of 100 steps of one length, which cuts nothing off;
- ``answers``: on the declared scales, whose steps are unequal and whose ends are near;
- ``careless``: with the declared share of careless respondents;
- ``screened``: without those who show signs of carelessness, as the notebook has it.

`declared` is what the trial compares with; `se` the standard error of an `estimate`.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import json  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402
from types import SimpleNamespace  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from loyalty import simulate  # noqa: E402
from loyalty.analyses.structural import interactions  # noqa: E402
from loyalty.analyses.trial import read  # noqa: E402
from loyalty.cases import study, survey  # noqa: E402
from loyalty.cases.asked import Hypothesis  # noqa: E402
from loyalty.cases.study import Study  # noqa: E402
from loyalty.estimates import careless  # noqa: E402
from loyalty.ground import paths  # noqa: E402

SEED = 660_000
FINE = [round(float(cut), 4) for cut in np.linspace(-4, 4, 99)]
Estimates = dict[str, tuple[float, float]]


def varied(process: simulate.Process, **changed: Any) -> simulate.Process:
    """The process without firms and missing answers, and with what is `changed`."""
    values = {name: getattr(process, name) for name in simulate.Process.model_fields}
    alike = {c: e.model_copy(update={"firm_sd": 0.0}) for c, e in process.constructs.items()}
    changed = {"constructs": alike, "missing": None} | changed
    return simulate.Process.model_validate(values | changed)


def steps(process: simulate.Process) -> Iterator[tuple[str, simulate.Process]]:
    fine = {n: t.model_copy(update={"cuts": FINE}) for n, t in process.thresholds.items()}
    yield "fine", varied(process, careless=None, thresholds=fine)
    yield "answers", varied(process, careless=None)
    yield "careless", varied(process)


def by_constructs(case: Study, rows: pd.DataFrame, terms: list[Hypothesis]) -> Estimates:
    """Least squares on standardized constructs: all that leads to the outcome, and the products."""
    latents = rows.filter(like="latent_").rename(columns=lambda c: c.removeprefix("latent_"))
    z = (latents - latents.mean()) / latents.std()
    outcome = terms[0].to
    causes = [h.from_ for h in case.paths if h.to == outcome]
    parts = dict.fromkeys([*causes, *(c for h in terms for c in (h.from_, h.moderator) if c)])
    columns = [z[c] for c in parts] + [z[h.from_] * z[h.moderator or h.from_] for h in terms]
    x = np.column_stack([np.ones(len(z)), *columns])
    inverse = np.linalg.inv(x.T @ x)
    b = inverse @ (x.T @ z[outcome].to_numpy())
    left = z[outcome].to_numpy() - x @ b
    se = np.sqrt(np.diag(inverse) * (left @ left) / (len(x) - x.shape[1]))
    at = [len(x.T) - len(terms) + k for k in range(len(terms))]
    return {h.id: (float(b[k]), float(se[k])) for h, k in zip(terms, at, strict=True)}


def by_answers(
    case: Study, rows: pd.DataFrame, terms: list[Hypothesis], screened: bool = False
) -> Estimates:
    """Between latent constructs, as the structural notebook has it."""
    if screened:
        rows = rows[~careless.flags(survey.typed(case, rows, "", case.case, 1)[0]).careless]
    items = [i for c in case.main for i in c.items]
    answers = pd.DataFrame(
        {i.id: (-1 if i.reversed else 1) * rows[i.source_column].astype(float) for i in items}
    )
    found = interactions.latent(case, answers, terms[0].to, SEED).terms
    return {t.hypothesis.id: (t.estimate, (t.ci_upper - t.ci_lower) / 3.92) for t in found}


def records(name: str, respondents: int) -> list[dict[str, Any]]:
    """A record a term, in the order of the hypotheses."""
    case = study.load(name)
    assert case.rows_ is not None and case.rows_.simulator is not None
    process = simulate.load_process(paths.inside(case.folder, case.rows_.simulator.process))
    nothing = SimpleNamespace(cases={name: case}, of=lambda *_: None)
    effects = read.effects(nothing, name)  # type: ignore[arg-type]
    declared = {e.id: (e.kind, e.declared) for e in effects if e.kind in ("moderation", "bend")}
    bent = [h for h in case.hypotheses if h.id in declared]
    found: dict[str, Estimates] = {}
    for step, variant in steps(process) if bent else ():
        rows = simulate.simulate(variant, respondents=respondents, seed=SEED, with_latents=True)
        for outcome in dict.fromkeys(h.to for h in bent):
            terms = [h for h in bent if h.to == outcome]
            if step == "fine":
                found.setdefault("constructs", {}).update(by_constructs(case, rows, terms))
            found.setdefault(step, {}).update(by_answers(case, rows, terms))
            if step == "careless":
                found.setdefault("screened", {}).update(by_answers(case, rows, terms, True))
    return [
        {
            "case": name,
            "kind": declared[h.id][0],
            "id": h.id,
            "respondents": respondents,
            "declared": round(declared[h.id][1], 4),
            "estimate": {step: round(own[h.id][0], 4) for step, own in found.items()},
            "se": {step: round(own[h.id][1], 4) for step, own in found.items()},
        }
        for h in bent
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--respondents", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    kept: list[dict[str, Any]] = []
    for name in study.cases():
        if study.load(name).simulated and study.load(name).constructs:
            kept += records(name, options.respondents)
    text = json.dumps(kept, indent=1) + "\n"
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
