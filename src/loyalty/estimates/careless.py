"""The study's rule for careless answering: two signs that agree."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pandas as pd
import semfit

from loyalty.cases.survey import Survey
from loyalty.estimates.fit import missing_answers
from loyalty.ground import paths
from loyalty.ground.findings import (
    Cell,
    Real,
    Record,
    Shown,
)
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.ground.thresholds import threshold
from loyalty.stats import audit

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
        Index → why it is no sign here.
    """

    indices: audit.CarelessIndices
    flags: audit.CarelessFlags
    left_out: dict[str, Reason]


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
        ranges={i.id: (study.item_scale(i).min, study.item_scale(i).max) for i in study.items},
    )
    left_out = dict(indices.not_computed)
    enough = int(threshold("person_pairs").value)
    for name, pairs in indices.pairs.items():
        if name not in left_out and pairs < enough:
            left_out[name] = Reason(
                code="few_pairs_within", parameters={"n": pairs, "least": enough}
            )
    if clock is None:
        left_out["seconds_per_item"] = Reason(code="no_response_times")

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


# --- scale use -----------------------------------------------------------------------------------
def battery(survey: Survey) -> list[str]:
    """The items that are answered on the study's own scale."""
    study, own = survey.study, (survey.study.scale.min, survey.study.scale.max)
    scales = {i.id: study.item_scale(i) for i in study.items}
    return [item for item, scale in scales.items() if (scale.min, scale.max) == own]


def one_answer(survey: Survey) -> pd.Series:
    """Who gave one answer throughout the battery (as answered, not turned), by row."""
    return audit.intra_individual_variability(survey.rows[battery(survey)]) == 0


def within_person(survey: Survey) -> pd.DataFrame:
    """The scored rows with the battery's answers standardized within the person.

    Each answer less the mean of the person's answers to the battery, over their standard deviation
    (n − 1); reverse-coded items change their sign after that, since the use of a scale is that of
    the answers as given. Respondents without spread are left out. What people tend to answer is
    gone, and so is what they think of everything together (Rossi, Gilula & Allenby 2001, Journal
    of the American Statistical Association 96, 20-31, on scale use).
    """
    items = battery(survey)
    raw, rows = survey.rows[items], survey.scored
    spread = audit.intra_individual_variability(raw)
    kept = rows[spread > 0].copy()
    for item in survey.study.items:
        if item.id in items:
            own = raw[item.id] - raw.mean(axis=1)
            kept[item.id] = (-own if item.reversed else own) / spread
    return kept


class Selection(Record):
    """The focal path of some respondents: standardized, with its robust 95 % interval (MLR).

    None where it could not be estimated; `problems` say why, or what speaks against the solution.
    `fewest`: the fewest people whose number would follow from `n` and what is told before.
    """

    who: str
    n: Annotated[int, Shown("count"), Cell(rest=True)]
    estimate: Real | None
    ci_lower: Real | None
    ci_upper: Real | None
    problems: tuple[Reason, ...]
    fewest: Annotated[int, Shown("count"), Cell(within=True)] | None = None


def sensitivity(survey: Survey, without: Sequence[tuple[str, pd.Series]]) -> list[Selection]:
    """The focal path of everybody, and without some.

    Parameters
    ----------
    without
        (name, bool by row: leave out) of each selection.

    Raises
    ------
    CannotCompute
        Where no path leads to an outcome.
    """
    found = []
    everybody = pd.Series(False, index=survey.rows.index)
    for who, out in [("everybody", everybody), *without]:
        found.append(focal_path(survey, who, out=out))
    return found


def focal_path(
    survey: Survey,
    who: str = "everybody",
    *,
    out: pd.Series | None = None,
    drop: Collection[str] = (),
) -> Selection:
    """The focal path without some respondents (`out`, bool by row) or items (`drop`).

    Raises
    ------
    CannotCompute
        Where no path leads to an outcome.
    """
    study, rows = survey.study, survey.scored
    if study.focal is None:
        raise CannotCompute("no_focal_path")
    label = f"p_{study.focal.id}"
    used = [i.id for c in study.structural for i in c.items if i.id not in drop]
    kept = rows if out is None else rows[~out]
    values: dict[str, Any] = dict.fromkeys(("estimate", "ci_lower", "ci_upper"))
    try:
        model = study.structural_model(effects=False, drop=drop)
        result = semfit.fit(model, kept, estimator="MLR", missing=missing_answers(kept, used))
        row: Any = result.standardized().set_index("label").loc[label]
        values = {"estimate": row["est_std"], **row[["ci_lower", "ci_upper"]]}
        problems = tuple(map(reason_of, result.problems))
    except (semfit.ModelError, CannotCompute) as error:
        problems = (reason_of(error),)
    return Selection(who=who, n=len(kept), **values, problems=problems)
