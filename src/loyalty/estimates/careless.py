"""The study's rule for careless answering: two signs that agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import semfit

from loyalty.cases.survey import Survey
from loyalty.ground import paths
from loyalty.ground.thresholds import threshold
from loyalty.stats import CannotCompute, audit

#: Least correlation of two items taken for psychometric synonyms (Meade & Craig 2012).
SYNONYMS = 0.60


@dataclass(frozen=True)
class Screening:
    """The signs of careless answering of a case.

    Attributes
    ----------
    indices : CarelessIndices
        Every index by respondent.
    flags : CarelessFlags
        Who shows which sign, and who shows as many as the rule asks for.
    left_out : dict
        Index → why it is no sign here (in one clause).
    """

    indices: audit.CarelessIndices
    flags: audit.CarelessFlags
    left_out: dict[str, str]


def screen(survey: Survey) -> Screening:
    """All indices, and those that count as signs by the cited cut-offs.

    A correlation within a person (even-odd consistency, synonyms) is a sign only where it rests
    on enough pairs: over k pairs its standard error is about 1 / √(k − 3).
    """
    study = survey.study
    items = [i.id for i in study.items]
    clock = next((v.id for v in study.variables if v.kind == "seconds"), None)
    indices = audit.careless_indices(
        survey.rows[items],
        {c.id: [i.id for i in c.items] for c in study.constructs},
        recoded=survey.scored[items],
        synonym_threshold=SYNONYMS,
        seconds=None if clock is None else survey.rows[clock],
    )
    left_out = dict(indices.not_computed)
    enough = int(threshold("person_pairs").value)
    for name, pairs in indices.pairs.items():
        if name not in left_out and pairs < enough:
            left_out[name] = f"it rests on {pairs} pairs, and at least {enough} are asked for"
    if clock is None:
        left_out["seconds_per_item"] = "the case has no response times"

    def cut(name: str) -> float | None:
        return None if name in left_out else threshold(name).value

    flags = audit.flag_careless(
        indices,
        max_long_string=int(threshold("long_string_share").value * len(items)),
        min_variability=threshold("intra_individual_variability").value,
        min_mahalanobis_p=threshold("mahalanobis_p").value,
        min_even_odd=cut("even_odd_consistency"),
        min_synonyms=cut("psychometric_synonyms"),
        min_seconds_per_item=cut("seconds_per_item"),
        min_flags=int(threshold("careless_signs").value),
    )
    return Screening(indices, flags, left_out)


def flags(survey: Survey) -> audit.CarelessFlags:
    """Signs of careless answering by respondent, and who shows as many as the rule asks for."""
    return screen(survey).flags


def truth(survey: Survey) -> pd.Series | None:
    """How each respondent of a simulated case answers, by the process that drew the rows.

    ``no`` for carefully, else the kind of carelessness; None for a real case and for a process
    without careless respondents.
    """
    source = survey.study.rows.simulator
    if source is None:
        return None
    from loyalty import simulate  # slow to import, and real cases do not need it

    drawn = simulate.simulate(
        paths.inside(survey.study.folder, source.process),
        respondents=source.respondents,
        seed=source.seed,
        with_latents=True,
    )
    if "careless" not in drawn or (drawn["careless"] == "no").all():
        return None
    return drawn["careless"].set_axis(survey.rows.index)


def sensitivity(survey: Survey, without: Sequence[tuple[str, pd.Series]]) -> pd.DataFrame:
    """The focal path with everybody and without some.

    Parameters
    ----------
    without
        (name, bool by row: leave out) of each selection; the first row of the result is
        everybody.

    Returns
    -------
    DataFrame
        ``who, n, value, low, high, problem``: the standardized path with its robust 95 % interval
        (MLR), NaN with the reason as problem where it could not be estimated.

    Raises
    ------
    CannotCompute
        Where no path leads to an outcome.
    """
    study, rows = survey.study, survey.scored
    if study.focal is None:
        raise CannotCompute("no_focal_path")
    model, label = study.structural_model(effects=False), f"p_{study.focal.id}"
    used = [i.id for c in study.structural for i in c.items]
    found = []
    everybody = pd.Series(False, index=rows.index)
    for who, out in [("everybody", everybody), *without]:
        kept = rows[~out]
        missing = "fiml" if kept[used].isna().any(axis=None) else "listwise"
        values, problem = (float("nan"),) * 3, ""
        try:
            result = semfit.fit(model, kept, estimator="MLR", missing=missing)
            row: Any = result.standardized().set_index("label").loc[label]
            values = (float(row["est_std"]), float(row["ci_lower"]), float(row["ci_upper"]))
            problem = "; ".join(result.problems)
        except semfit.ModelError as error:
            problem = str(error)
        found.append((who, int((~out).sum()), *values, problem))
    return pd.DataFrame(found, columns=["who", "n", "value", "low", "high", "problem"])
