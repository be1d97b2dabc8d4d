"""A survey's sample moments as they may be recorded, and what can be computed from them alone.

Complete-data maximum likelihood, reliability, HTMT and invariance depend on n, means and
covariances: :func:`fit` has the models, :func:`stand_in` rows of nobody with just these moments,
for statistics that take rows. What needs the rows themselves (FIML, robust errors, the bootstrap,
ordinal models) is refused by `semfit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import semfit

from loyalty.cases.matrix import Given
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.ground.disclosure import rounded, told_of
from loyalty.ground.findings import Count, Real, Record, Refused
from loyalty.ground.reasons import CannotCompute
from loyalty.stats.weighted import Design

#: So many people a group must have, and so many times as many as moments.
LEAST, TIMES = 100, 10
#: Of fewer different answers the frequencies would follow from n, mean and variance.
DIFFERENT = 4
#: Decimals of correlations, means and SDs that articles print.
PRINTED = 2
#: By so much standardized estimates differ at most where items' units do not matter.
UNIT = 1e-3
#: So many times as much as two decimals of all moments tell, the answers must hold.
FOLD = 4


class GroupMoments(Record):
    """Of one level of a group, or of everybody (None): of those who answered all items.

    `covariances` (divided by n − 1) are the lower triangle, row by row; `means` are none where a
    matrix is known without them.
    """

    level: str | None
    n: Count
    means: tuple[Real, ...]
    covariances: tuple[Real, ...]


class Grouped(Record):
    group: str | None
    levels: tuple[GroupMoments, ...]


class Moments(Record):
    """Means and covariances of the `items` (turned if reversed): of everybody, and by group."""

    items: tuple[str, ...]
    groups: tuple[Grouped, ...]


def enough(n: int, items: int) -> bool:
    """Whether the moments of so many people may be recorded."""
    return n >= needed(items)


def needed(items: int) -> int:
    """People that must have answered so many items for their moments to be recorded."""
    return max(LEAST, TIMES * (items + items * (items + 1) // 2))


def printable(answers: pd.DataFrame) -> bool:
    """Whether means, SDs and correlations of the answers may be given at two decimals.

    A correlation at two decimals is one of 200 values and tells log2(200) = 7.6 bits, and so,
    about, does a mean or an SD; an answer on k points holds log2(k) at most. With less than
    `FOLD` times as many bits as are told few tables of answers would fit them. Nor where mean and
    SD tell all frequencies of an item.
    """
    p = answers.shape[1]
    told = (2 * p + p * (p - 1) // 2) * np.log2(2 * 10**PRINTED)
    different = answers.nunique().to_numpy()
    held = len(answers) * np.log2(different).sum()
    return bool((different >= DIFFERENT).all() and held >= FOLD * told)


def moments(survey: Survey) -> Moments:
    """The moments of the main constructs' items, by eight significant digits; weighted ones of a
    survey with weights.

    A grouping is there when each of its levels has enough people (and different answers), and
    nobody, or again enough, is in none of them: else those left would follow by subtraction.

    Raises
    ------
    CannotCompute
        When too few people answered all items, or an item has too few different answers.
    """
    study, survey, design = survey.study, survey.weighted, survey.design
    rows = survey.main_items.dropna()
    items = list(rows.columns)
    p = len(items)
    for item in items:
        if (n := rows[item].nunique()) < DIFFERENT:
            raise CannotCompute("few_answers_for_moments", item=item, n=n)
    if not enough(len(rows), p):
        raise CannotCompute(
            "few_for_moments", n=len(rows), least=needed(p), moments=p + p * (p + 1) // 2
        )
    everybody = len(survey.rows)
    groups = [Grouped(group=None, levels=(_of(rows, None, design, everybody),))]
    for group in study.groups:
        if group.within is not None:
            continue
        of_all = survey.rows[group.id]
        of = of_all[rows.index]
        parts = [(level, rows[of == level]) for level in group.levels]
        parts = [(level, part) for level, part in parts if len(part)]
        rest = int(of.isna().sum())
        sizes = [len(part) for _, part in parts] + ([rest] if rest else [])
        whole = all(enough(n, p) for n in sizes)
        several = all((part.nunique() >= DIFFERENT).all() for _, part in parts)
        if len(parts) > 1 and whole and several:
            whole_of = of_all.value_counts()
            levels = tuple(_of(part, level, design, whole_of[level]) for level, part in parts)
            groups.append(Grouped(group=group.id, levels=levels))
    return Moments(items=tuple(items), groups=tuple(groups))


def _of(rows: pd.DataFrame, level: str | None, design: Design | None, whole: int) -> GroupMoments:
    """Of the `whole` people so many are told as :func:`~loyalty.ground.disclosure.told_of`."""
    if design is None:
        mean, cov = rows.mean().to_numpy(), rows.cov().to_numpy()
    else:
        mean, cov = design.means(rows), design.covariance(rows)
    return GroupMoments(
        level=level,
        n=told_of(len(rows), whole),
        means=tuple(rounded(x) for x in mean),
        covariances=tuple(rounded(x) for x in cov[np.tril_indices(len(cov))]),
    )


def of_matrix(study: Study, given: Given) -> Moments:
    """Those of the items of the study's models, where a matrix is all that is known."""
    return of_items(given, [i.id for c in study.main for i in c.items])


def of_items(given: Given, items: list[str] | None = None, n: int | None = None) -> Moments:
    """Those of these `items` of a matrix (else of all), as of `n` people (else as many as there
    were)."""
    items = [str(i) for i in given.covariances] if items is None else items
    cov = given.covariances.loc[items, items].to_numpy()
    of = GroupMoments(
        level=None,
        n=n or given.n,
        means=() if given.means is None else tuple(given.means[items]),
        covariances=tuple(cov[np.tril_indices(len(items))]),
    )
    return Moments(items=tuple(items), groups=(Grouped(group=None, levels=(of,)),))


# --- from moments --------------------------------------------------------------------------------
def covariances(items: Sequence[str], of: GroupMoments) -> pd.DataFrame:
    """The covariance matrix, items × items."""
    cov = np.zeros((len(items), len(items)))
    cov[np.tril_indices(len(items))] = of.covariances
    cov = cov + np.tril(cov, -1).T
    return pd.DataFrame(cov, index=list(items), columns=list(items))


def grouped(found: Moments, group: str | None) -> Grouped:
    """The moments by a group, or of everybody.

    Raises
    ------
    CannotCompute
        When there are none by this group.
    """
    for one in found.groups:
        if one.group == group:
            return one
    raise CannotCompute("no_moments_by", group=str(group))


def fit(
    found: Moments,
    model: str,
    *,
    group: str | None = None,
    unscaled: bool = False,
    **options: Any,
) -> semfit.Result:
    """A model fitted to recorded moments (ML, GLS, ULS).

    Of correlations in the place of covariances (`unscaled`) the test and the standardized solution
    with its delta-method errors are those that any standard deviations would give, where the model
    is free of the items' units; its other errors are not (Cudeck 1989, Psychological Bulletin 105,
    317-327). Whether it is, a second fit says, with other standard deviations.

    Parameters
    ----------
    model : str
        In lavaan's syntax.
    group : str
        Fit to the moments of each of its levels.
    **options
        As :func:`semfit.fit` takes them: `estimator`, `group_equal` …

    Raises
    ------
    CannotCompute
        When there are no moments by this group; of correlations, when the model fixes or equates
        what has a unit.
    semfit.ModelError
        When the model needs rows, or cannot be fitted.
    """
    if unscaled:
        one, other = (fit(of, model, **options) for of in (found, _stretched(found)))
        gap = one.standardized()["est_std"] - other.standardized()["est_std"]
        if one.converged and other.converged and gap.abs().max() > UNIT:
            raise CannotCompute("model_has_units")
        return one
    levels = grouped(found, group).levels
    covs = [covariances(found.items, of) for of in levels]
    means = [pd.Series(of.means, index=list(found.items)) if of.means else None for of in levels]
    if group is None:
        return semfit.fit(
            model, sample_cov=covs[0], sample_mean=means[0], sample_nobs=levels[0].n, **options
        )
    names = [of.level for of in levels]
    return semfit.fit(
        model,
        sample_cov=dict(zip(names, covs, strict=True)),
        sample_mean=dict(zip(names, means, strict=True)),
        sample_nobs={of.level: of.n for of in levels},
        **options,
    )


def _stretched(found: Moments) -> Moments:
    """The moments of everybody with items in other units."""
    (of,) = grouped(found, None).levels
    sd = 1.0 + np.arange(len(found.items)) % 3
    cov = covariances(found.items, of).to_numpy() * np.outer(sd, sd)
    lower = tuple(cov[np.tril_indices(len(sd))])
    other = of.model_copy(update={"covariances": lower})
    return Moments(items=found.items, groups=(Grouped(group=None, levels=(other,)),))


def stand_in(found: Moments, group: str | None = None) -> pd.DataFrame:
    """Rows of nobody with exactly these n, means and covariances, n × items.

    For statistics that depend on nothing else: alpha, omega, HTMT, complete-data ML and its
    ladder of invariance. With a group the column of its name has the levels. The rows are cosines
    of rising frequency (orthogonal, and to a constant), times a root of the covariances.
    """
    parts = []
    for of in grouped(found, group).levels:
        p = len(found.items)
        angle = np.pi * (np.arange(of.n)[:, None] + 0.5) * np.arange(1, p + 1) / of.n
        basis = np.sqrt(2.0 / of.n) * np.cos(angle)
        root = np.linalg.cholesky(covariances(found.items, of).to_numpy())
        values = np.asarray(of.means or 0.0) + np.sqrt(of.n - 1.0) * basis @ root.T
        part = pd.DataFrame(values, columns=list(found.items))
        parts.append(part if group is None else part.assign(**{group: of.level}))
    return pd.concat(parts, ignore_index=True)


def recorded(survey: Survey) -> Moments | Refused:
    """The moments, or why they are not recorded."""
    try:
        return moments(survey)
    except CannotCompute as error:
        return Refused(refused=error.reason)
