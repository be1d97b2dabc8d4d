"""The hypotheses on moderation and bends: on scale scores, and between latent constructs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import semfit

from loyalty.analyses.structural import interactions
from loyalty.cases.asked import Hypothesis
from loyalty.cases.study import Study
from loyalty.estimates.groups import Clusters
from loyalty.estimates.verdicts import PathVerdict, judge
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.stats import descriptives, moderation


@dataclass
class Bends:
    """What is found of each hypothesis by its id, and what was refused.

    `clusters`: firms, not respondents, are the independent units. `left_out`: respondents.

    `scores` has rows of :func:`loyalty.stats.moderation.moderated_regression`.
    """

    hypotheses: Sequence[Hypothesis]
    clusters: Clusters | None = None
    left_out: int = 0
    scores: dict[str, Any] = field(default_factory=dict)
    latent: dict[str, interactions.LatentTerm] = field(default_factory=dict)
    refused_scores: list[Reason] = field(default_factory=list)
    refused_latent: list[Reason] = field(default_factory=list)
    warnings: list[Reason] = field(default_factory=list)

    def judged(self) -> list[dict[str, Any]]:
        """A row a hypothesis that scale scores could judge, with what its latent term says."""
        rows = []
        for h in self.hypotheses:
            if (row := self.scores.get(h.id)) is None:
                continue
            found = _named(h) | {"sign": h.sign, "estimate": row["est"], **_judged(h, row)}
            found |= {name: row[name] for name in ("n", "p", "ci_lower", "ci_upper")}
            if (term := self.latent.get(h.id)) is not None:
                found |= {
                    f"latent_{name}": getattr(term, name)
                    for name in ("estimate", "ci_lower", "ci_upper", "p")
                }
                found |= _judged(h, vars(term), "latent_")
            rows.append(found)
        return rows

    def slopes(self) -> list[dict[str, Any]]:
        """A row a latent term: simple slopes, Johnson-Neyman bounds, and both verdicts."""
        rows = []
        for h in self.hypotheses:
            if (term := self.latent.get(h.id)) is None:
                continue
            below, mean, above = interactions.listed(term).to_dict("records")
            found = _named(h) | _judged(h, vars(term))
            if h.id in self.scores:
                found |= _judged(h, self.scores[h.id], "score_")
            rows.append(
                found
                | {"below": below, "mean": mean, "above": above, "region": term.region}
                | {"curve": term.slopes.to_dict("records")}
                | {
                    "jn_lower": min(term.bounds, default=None),
                    "jn_upper": max(term.bounds, default=None),
                }
            )
        return rows


def _named(h: Hypothesis) -> dict[str, Any]:
    ends = {"id": h.id, "from_": h.from_, "moderator": h.moderator or h.from_, "to": h.to}
    return ends | {"quadratic": h.quadratic}


def _judged(h: Hypothesis, row: Mapping[str, Any], before: str = "") -> dict[str, PathVerdict]:
    return {f"{before}verdict": judge(h.sign, row["ci_lower"], row["ci_upper"])}


def estimated(
    study: Study,
    answers: pd.DataFrame,
    seed: int,
    units: tuple[str, Clusters] | None = None,
    careless: pd.Series | None = None,
) -> Bends:
    """All products and squares of an outcome together, both ways; `units` are firms if any.

    `careless` respondents (bool by row) are left out: far from the means they weigh most in a
    product.
    """
    left_out = 0 if careless is None else int(careless.sum())
    if careless is not None:
        answers = answers[~careless]
    found = Bends([h for h in study.hypotheses if not h.is_path], units and units[1], left_out)
    items = {c.id: [i.id for i in c.items] for c in study.main}
    scores = descriptives.scale_scores(answers, items)
    for outcome in dict.fromkeys(h.to for h in found.hypotheses):
        mine = [h for h in found.hypotheses if h.to == outcome]
        try:
            table = moderation.moderated_regression(
                scores,
                outcome,
                [h.from_ for h in study.paths if h.to == outcome],
                products=[(h.from_, h.moderator) for h in mine if h.moderator],
                squares=[h.from_ for h in mine if h.quadratic],
                cluster=answers[units[0]] if units else None,
            ).set_index("term")
        except CannotCompute as error:
            found.refused_scores.append(error.reason)
        else:
            for h in mine:
                term = f"{h.from_}^2" if h.quadratic else f"{h.from_}:{h.moderator}"
                found.scores[h.id] = table.loc[term]
        try:
            latent = interactions.latent(study, answers, outcome, seed, units)
        except (CannotCompute, semfit.ModelError) as error:
            found.refused_latent.append(reason_of(error))
        else:
            found.latent |= {t.hypothesis.id: t for t in latent.terms}
            found.warnings += map(reason_of, latent.result.warnings)
    return found
