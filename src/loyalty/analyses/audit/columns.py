"""Columns that are not what they seem: items that are one, turned, or coded on another scale."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import semfit

from loyalty.cases.survey import Survey
from loyalty.estimates import careless
from loyalty.estimates.careless import Selection
from loyalty.estimates.fit import FitMeasures, fit_measures, missing_answers
from loyalty.ground.findings import Answering, Bounded, Count, Finding, OfConstruct, Record, Refused
from loyalty.ground.reasons import CannotCompute, reason_of
from loyalty.ground.thresholds import threshold
from loyalty.stats import sameness


class OnePair(Record):
    """Two items that are one.

    `follows`: the item whose answer follows from the other's in every row (``both``: each from
    the other). `polychoric` only where the product-moment correlation is below the cut-off.
    """

    a: str
    b: str
    n: Answering
    r: Bounded
    polychoric: Bounded | None
    follows: Literal["a", "b", "both"] | None


class Against(OfConstruct):
    """An item that goes against the other items of its construct (scored, complete rows)."""

    item: str
    r: Bounded


class OtherScale(Record):
    """An item whose codes fill the scale from `low` to `high`, but not the declared one."""

    item: str
    low: Count
    high: Count
    declared_low: Count
    declared_high: Count


class Model(Record):
    """The measurement model with all items, or without `left_out`: `fit`, and the focal path.

    `focal` is None where no path is focal, or where none of the items is in its model.
    """

    who: Literal["all", "without"]
    fit: FitMeasures | Refused
    focal: Selection | None


class Columns(Finding):
    """What was found among the `items`; `models` are there where a pair is in the main model.

    `left_out` are the items without which no two in the measurement model are one.
    """

    items: Count
    pairs: tuple[OnePair, ...]
    against: tuple[Against, ...]
    coded: tuple[OtherScale, ...]
    left_out: tuple[str, ...]
    from_: str | None
    to: str | None
    models: tuple[Model, ...]


def columns(survey: Survey) -> Columns:
    """Every item beside every other, beside the rest of its construct, and beside its scale."""
    study, scored = survey.study, survey.scored
    names = [item.id for item in study.items]
    pairs = sameness.items_that_are_one(scored[names], least=threshold("one_item").value)
    main = set(survey.main_items.columns)
    left_out = sameness.names_of([p for p in pairs if {p.a, p.b} <= main])
    against = [
        Against(item=found.item, construct=construct.id, r=found.r)
        for construct in study.main
        for found in sameness.against_the_rest(scored[[i.id for i in construct.items]])
    ]
    scales = {i.id: (study.item_scale(i).min, study.item_scale(i).max) for i in study.items}
    coded = [
        OtherScale(
            item=found.item,
            low=found.likely[0],
            high=found.likely[1],
            declared_low=int(scales[found.item][0]),
            declared_high=int(scales[found.item][1]),
        )
        for found in sameness.codes_of_another_scale(survey.rows[names], scales)
    ]
    focal = study.focal
    concerned = focal is not None and bool(
        set(left_out) & {i.id for c in study.structural for i in c.items}
    )
    models = []
    if left_out:
        for who, drop in (("all", []), ("without", left_out)):
            path = careless.focal_path(survey, drop=drop) if concerned else None
            models.append(Model(who=who, fit=_fit(survey, drop), focal=path))
    return Columns(
        items=len(names),
        pairs=[
            OnePair(a=p.a, b=p.b, n=p.n, r=p.r, polychoric=p.polychoric, follows=p.follows)
            for p in pairs
        ],
        against=against,
        coded=coded,
        left_out=left_out,
        from_=focal.from_ if focal and concerned else None,
        to=focal.to if focal and concerned else None,
        models=models,
    )


def _fit(survey: Survey, drop: list[str]) -> FitMeasures | Refused:
    """The planned measurement model without some items, by robust maximum likelihood."""
    constructs = [
        c.model_copy(update={"items": kept})
        for c in survey.study.main
        if (kept := [i for i in c.items if i.id not in drop])
    ]
    rows: pd.DataFrame = survey.scored
    used = [i.id for c in constructs for i in c.items]
    try:
        result = semfit.fit(
            survey.study.measurement_model(constructs),
            rows,
            estimator="MLR",
            missing=missing_answers(rows, used),
        )
        return fit_measures(result)
    except (semfit.ModelError, CannotCompute) as error:
        return Refused(refused=reason_of(error))
