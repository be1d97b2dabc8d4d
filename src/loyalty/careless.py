"""The study's rule for careless answering: two signs that agree."""

from __future__ import annotations

from loyalty.sources import Survey
from loyalty.stats import audit
from loyalty.thresholds import threshold


def flags(survey: Survey) -> audit.CarelessFlags:
    """Signs of careless answering by respondent, and who shows as many as the rule asks for."""
    study = survey.study
    items = [i.id for i in study.items]
    indices = audit.careless_indices(
        survey.rows[items],
        {c.id: [i.id for i in c.items] for c in study.constructs},
        recoded=survey.scored[items],
    )
    return audit.flag_careless(
        indices,
        max_long_string=int(threshold("long_string_share").value * len(items)),
        min_variability=threshold("intra_individual_variability").value,
        min_mahalanobis_p=threshold("mahalanobis_p").value,
        min_flags=int(threshold("careless_signs").value),
    )
