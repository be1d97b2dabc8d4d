"""A PLS path model of a matrix: all of it but the intervals, which resample rows."""

from __future__ import annotations

from itertools import combinations

from loyalty.analyses.matrix.data import Data, told_apart
from loyalty.ground.findings import Bounded, Count, Finding, OfConstruct, Real, Record
from loyalty.stats import CannotCompute, pls


class Weighted(OfConstruct):
    """An item's weight in its composite, and its loading on it, of standardized items."""

    item: str
    weight: Real
    loading: Bounded


class Composite(OfConstruct):
    """Standardized α, ρA, composite reliability and AVE; R² of what paths lead to.

    Nothing but R² of a single item, or of a composite with regression weights (mode B).
    """

    alpha: Bounded | None
    rho_a: Real | None
    rho_c: Bounded | None
    ave: Bounded | None
    r2: Bounded | None


class Led(Record):
    id: str
    from_: str
    to: str
    sign: str
    estimate: Real
    total: Real


class Beside(Record):
    """The correlation of two composites; `distinct`: below the square roots of both AVE."""

    a: str
    b: str
    correlation: Bounded
    distinct: bool | None


class Composites(Finding):
    """`mode_b`: the composites with regression weights. `as_expected` of `count` paths have the
    sign. `compared` pairs have AVE on both sides, of which `alike` are not distinct by Fornell and
    Larcker."""

    n: Count
    scheme: str
    consistent: bool
    mode_b: tuple[str, ...]
    outer: tuple[Weighted, ...]
    quality: tuple[Composite, ...]
    paths: tuple[Led, ...]
    count: Count
    as_expected: Count
    pairs: tuple[Beside, ...]
    compared: Count
    alike: Count


def composites(data: Data) -> Composites:
    """All plain hypotheses as one PLS model, as the description's ``pls`` says.

    Raises
    ------
    CannotCompute
        No path, or as :func:`loyalty.stats.pls.pls_path_model`.
    """
    study = data.study
    hypotheses = [h for h in study.hypotheses if h.is_path and h.set_aside is None]
    if not hypotheses:
        raise CannotCompute("no_hypothesis")
    ends = {end for h in hypotheses for end in (h.from_, h.to)}
    used = [c for c in study.constructs if c.id in ends]
    options = study.pls.options(used)
    found = pls.pls_path_model(
        data.nobody,
        {c.id: [i.id for i in c.items] for c in used},
        [(h.from_, h.to) for h in hypotheses],
        **options,
    )
    direct = found.paths.set_index(["source", "target"])["estimate"]
    totals = found.indirect.set_index(["source", "target"])["total"]
    paths = []
    for h in hypotheses:
        ends_ = (h.from_, h.to)
        estimate = float(direct.loc[ends_])
        total = float(totals.get(ends_, estimate))
        paths.append(
            Led(id=h.id, from_=h.from_, to=h.to, sign=h.sign, estimate=estimate, total=total)
        )
    factors = found.quality.index[found.quality["ave"].notna()]
    of = found.outer.set_index("construct")["loading"]
    distinct = told_apart({c: of.loc[[c]].tolist() for c in factors}, found.correlations)
    pairs = [
        Beside(
            a=a,
            b=b,
            correlation=found.correlations.loc[a, b],
            distinct=distinct.get(frozenset((a, b))),
        )
        for a, b in combinations([c.id for c in used], 2)
    ]
    quality = found.quality.reset_index()
    quality["r2"] = quality["construct"].map(found.r2["r2"])
    compared = [pair for pair in pairs if pair.distinct is not None]
    return Composites(
        n=data.given.n,
        scheme=options["scheme"],
        consistent=options["consistent"],
        mode_b=tuple(options["mode_b"]),
        outer=Weighted.each(found.outer),
        quality=Composite.each(quality),
        paths=tuple(paths),
        count=len(paths),
        as_expected=sum((p.estimate > 0) == (p.sign == "+") for p in paths),
        pairs=tuple(pairs),
        compared=len(compared),
        alike=sum(not pair.distinct for pair in compared),
    )
