"""What a simulated case declares, and what its findings say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pandas as pd

from loyalty import simulate
from loyalty.analyses.behaviour.findings import Behaviour
from loyalty.analyses.conduct.findings import Conduct
from loyalty.analyses.drivers.findings import Drivers
from loyalty.analyses.failure.findings import Failure
from loyalty.analyses.structural.findings import Structural
from loyalty.analyses.synthesis.estimates import Everything, given
from loyalty.analyses.synthesis.estimates import everything as everything
from loyalty.analyses.voice.findings import Voice
from loyalty.cases.asked import Hypothesis
from loyalty.cases.study import Study
from loyalty.estimates.verdicts import PathVerdict, judge
from loyalty.ground import paths
from loyalty.ground.findings import Real, Record
from loyalty.stats import descriptives, moderation

#: What is declared: a path, a moderation, a bend, a product along a chain, how much more goes
#: along one chain than another, a share of what is explained of an outcome (of everybody
#: or in a group), or something of a table.
Kind = Literal["path", "moderation", "bend", "indirect", "contrast", "share", "table"]
KINDS: tuple[Kind, ...] = ("path", "moderation", "bend", "indirect", "contrast", "share", "table")
#: What is counted only: there are many of them, none is zero, and few are large.
COUNTED: frozenset[Kind] = frozenset({"contrast", "share"})
#: Of the parameters of tables those that are effects: zero would mean that there is none.
EFFECTS = {"elasticity", "programme", "uptake", "nps_per_year", "nps_change", "lift"}
#: Declared values by kind and name.
Truth = Mapping[tuple[str, str], float]


class Effect(Record):
    """A declared effect beside the estimate; the interval allows for firms where `firms`.

    `id` is a hypothesis', an indirect effect's, or a parameter of the `table`. `held`: the
    interval holds the declared value; None where there is no interval, or declared and found are
    not in one unit. `held_alone`: that of respondents taken as independent does. `verdict`: by the
    interval and the declared sign; None of what is no effect, and of what is declared to be zero.
    """

    kind: Kind
    id: str
    table: str | None = None
    declared: Real
    estimate: Real | None
    ci_lower: Real | None
    ci_upper: Real | None
    firms: bool = False
    held: bool | None
    held_alone: bool | None
    verdict: PathVerdict | None

    @property
    def alarm(self) -> bool:
        """Whether an effect is seen that is declared to be zero."""
        clear = self.ci_lower is not None and self.ci_upper is not None
        return self.declared == 0 and clear and not _within(0.0, self.ci_lower, self.ci_upper)


def simulated(data: Everything) -> dict[str, Study]:
    """The cases that are drawn from a declared process."""
    return {case: s for case, s in data.cases.items() if s.simulated}


def truth(study: Study) -> Truth:
    """What the process of a case declares of all its respondents together.

    Of paths and products the pooled value, of products of constructs and bends the mean over
    industries (:func:`loyalty.simulate.true_parameters`). Empty without a process.
    """
    sources = [study.rows_.simulator if study.rows_ else None]
    sources += [table.rows.simulator for table in study.resources]
    found: dict[tuple[str, str], float] = {}
    for process in dict.fromkeys(s.process for s in sources if s is not None):
        table = simulate.true_parameters(paths.inside(study.folder, process))
        for kind, name, where, value in table[["kind", "name", "industry", "value"]].itertuples(
            index=False
        ):
            if where == ("average" if kind in ("moderation", "quadratic") else "pooled"):
                found[kind, name] = float(value)
    return found


def by_industry(study: Study) -> Mapping[str, tuple[float, ...]]:
    """The declared path of every hypothesis in each industry; nothing without a process."""
    source = study.rows_.simulator if study.rows_ and study.constructs else None
    if source is None:
        return {}
    process = simulate.load_process(paths.inside(study.folder, source.process))
    table = simulate.true_parameters(process)
    table = table[(table["kind"] == "path") & table["industry"].isin(list(process.industries))]
    values = {name: tuple(own["value"]) for name, own in table.groupby("name")}
    return {h.id: values[name] for h in study.paths if (name := f"{h.from_} -> {h.to}") in values}


def squares(study: Study, n: int, seed: int) -> Iterator[tuple[Hypothesis, float, pd.Series]]:
    """Every declared bend with its term on scale scores of `n` answers to straight relations.

    Drawn from the case's process without bends, moderations, careless and missing answers; the
    term is a row of :func:`loyalty.stats.moderation.moderated_regression`.
    """
    source = study.rows_.simulator if study.rows_ and study.constructs else None
    if source is None:
        return
    process = simulate.load_process(paths.inside(study.folder, source.process))
    declared = truth(study)
    bent = [
        (h, declared[key])
        for h in study.hypotheses
        if h.quadratic and (key := _bent(h)[1]) in declared
    ]
    if not bent:
        return
    plain: dict[str, Any] = dict(curves=[], moderations=[], careless=None, missing=None)
    process = simulate.Process.model_validate(
        {name: getattr(process, name) for name in simulate.Process.model_fields} | plain
    )
    rows = simulate.simulate(process, respondents=n, seed=seed)
    answers = {}
    for item in (i for c in study.main for i in c.items):
        scale, codes = study.item_scale(item), rows[item.source_column].astype(float)
        answers[item.id] = scale.min + scale.max - codes if item.reversed else codes
    items = {c.id: [i.id for i in c.items] for c in study.main}
    scores = descriptives.scale_scores(pd.DataFrame(answers), items)
    for h, value in bent:
        causes = [p.from_ for p in study.paths if p.to == h.to]
        table = moderation.moderated_regression(scores, h.to, causes, squares=[h.from_])
        yield h, value, table[table["term"] == f"{h.from_}^2"].iloc[0]


def _within(value: float, lower: float | None, upper: float | None) -> bool:
    return lower is not None and upper is not None and lower <= value <= upper


def _effect(
    kind: Kind,
    name: str,
    declared: float,
    found: tuple[float | None, float | None, float | None],
    *,
    alone: tuple[float | None, float | None] | None = None,
    firms: bool = False,
    table: str | None = None,
    same_unit: bool = True,
    effect: bool = True,
) -> Effect:
    estimate, lower, upper = found
    known = lower is not None and upper is not None
    comparable = known and same_unit
    own = (lower, upper) if alone is None else alone
    return Effect(
        kind=kind,
        id=name,
        table=table,
        declared=declared,
        estimate=estimate,
        ci_lower=lower,
        ci_upper=upper,
        firms=firms,
        held=_within(declared, lower, upper) if comparable else None,
        held_alone=_within(declared, *own) if comparable else None,
        verdict=judge("+" if declared > 0 else "-", lower, upper)
        if effect and declared and lower is not None and upper is not None
        else None,
    )


def effects(data: Everything, case: str) -> Iterator[Effect]:
    """Everything that a case declares and an analysis looks for, in the order of :data:`KINDS`."""
    study = data.cases[case]
    declared = truth(study)
    structural = data.of(case, "structural", Structural) or Structural()
    yield from _paths(study, declared, structural)
    yield from _bends(study, declared, structural)
    yield from _products(study, declared, structural)
    yield from _contrasts(study, declared, structural)
    drivers = data.of(case, "drivers", Drivers) or Drivers()
    yield from _shares(drivers)
    yield from _journey(declared, drivers)
    yield from _parameters(data.of(case, "behaviour", Behaviour) or Behaviour())
    yield from _failures(study, declared, data.of(case, "failure", Failure) or Failure())
    yield from _complaints(study, declared, data.of(case, "voice", Voice) or Voice())
    yield from _conduct(study, data.of(case, "conduct", Conduct) or Conduct())


def _conduct(study: Study, conduct: Conduct) -> Iterator[Effect]:
    """What attitudes are declared to do to behaviour, beside the corrected estimates."""
    grown = given(conduct.growth)
    followed = next((t.id for t in study.resources if t.kind == "waves" and t.measures), None)
    for trend in grown.trends if grown else ():
        if trend.planted is not None:
            ends = (trend.estimate, trend.ci_lower, trend.ci_upper)
            yield _effect("table", f"change_{trend.series}", trend.planted, ends, table=followed)
    for lag in grown.carried if grown else ():
        if lag.planted is not None:
            ends = (lag.estimate, lag.ci_lower, lag.ci_upper)
            yield _effect("table", f"lag_{lag.of}_{lag.on}", lag.planted, ends, table=followed)
    found = given(conduct.effects)
    for row in found.rows if found else ():
        if row.planted is not None:
            ends = (row.estimate, row.ci_lower, row.ci_upper)
            firms = bool(found and found.clustered)
            table = _table(study, "complaints" if row.outcome == "complaints" else "transactions")
            name = f"attitude_{row.outcome}"
            yield _effect("table", name, row.planted, ends, table=table, firms=firms)
    yield from _tone(study, conduct)


def _tone(study: Study, conduct: Conduct) -> Iterator[Effect]:
    """What the mood that customers write in is declared to do, and how much of it a text tells."""
    found, bought, wrote = (
        given(conduct.tone),
        *(_table(study, k) for k in ("transactions", "reviews")),
    )
    if found is None:
        return
    for row in found.rows:
        if row.planted is not None:
            ends = (row.estimate, row.ci_lower, row.ci_upper)
            yield _effect("table", f"tone_{row.conduct}", row.planted, ends, table=bought)
    if found.customer_planted is not None:
        ends = (found.customer, found.customer_ci_lower, found.customer_ci_upper)
        planted = found.customer_planted
        yield _effect("table", "tone_of_customer", planted, ends, table=wrote, effect=False)


NONE = (None, None, None)


def _paths(study: Study, declared: Truth, structural: Structural) -> Iterator[Effect]:
    found, clusters = given(structural.paths), given(structural.clusters)
    rows = {r.id: r for r in found.rows} if found else {}
    by_firm = {r.id: r for r in clusters.rows} if clusters else {}
    for h in study.hypotheses:
        value = declared.get(("path", f"{h.from_} -> {h.to}"))
        if not h.is_path or value is None:
            continue
        row, both = rows.get(h.id), by_firm.get(h.id)
        ends = (row.estimate, row.ci_lower, row.ci_upper) if row else NONE
        alone = (both.ci_lower, both.ci_upper) if both else None
        firms = found is not None and found.firms is not None
        yield _effect("path", h.id, value, ends, alone=alone, firms=firms)


def _bent(h: Hypothesis) -> tuple[Kind, tuple[str, str]]:
    """The kind of a hypothesis that is no path, and how the process names it."""
    if h.quadratic:
        return "bend", ("quadratic", f"{h.from_} -> {h.to}")
    return "moderation", ("moderation", f"{h.from_} x {h.moderator} -> {h.to}")


def _bends(study: Study, declared: Truth, structural: Structural) -> Iterator[Effect]:
    """Between latent constructs; on scale scores, which have another unit, where these fail."""
    found = given(structural.moderation)
    rows = {r.id: r for r in found.rows} if found else {}
    named = {h.id: _bent(h) for h in study.hypotheses if not h.is_path}
    for wanted in ("moderation", "bend"):
        for name, (kind, key) in named.items():
            if kind != wanted or key not in declared:
                continue
            row, value = rows.get(name), declared[key]
            if row is None:
                yield _effect(kind, name, value, NONE)
            elif row.latent_estimate is None:
                ends = (row.estimate, row.ci_lower, row.ci_upper)
                yield _effect(kind, name, value, ends, same_unit=False)
            else:
                latent = (row.latent_estimate, row.latent_ci_lower, row.latent_ci_upper)
                firms = found is not None and found.firms is not None
                yield _effect(kind, name, value, latent, firms=firms)


def _products(study: Study, declared: Truth, structural: Structural) -> Iterator[Effect]:
    found = given(structural.effects)
    rows = {r.id: r for r in found.rows} if found else {}
    for e in study.effects:
        value = declared.get(("indirect", " -> ".join(e.through)))
        if value is None:
            continue
        row = rows.get(e.id)
        ends = (row.estimate, row.boot_ci_lower, row.boot_ci_upper) if row else NONE
        firms = found is not None and found.resamples.firms
        yield _effect("indirect", e.id, value, ends, firms=firms)


def _contrasts(study: Study, declared: Truth, structural: Structural) -> Iterator[Effect]:
    found = given(structural.contrasts)
    through = {e.id: " -> ".join(e.through) for e in study.effects}
    for row in found.rows if found else ():
        ends = [declared.get(("indirect", through[one])) for one in (row.first, row.second)]
        if ends[0] is None or ends[1] is None:
            continue
        estimate = (row.estimate, row.ci_lower, row.ci_upper)
        name = f"{row.first}-{row.second}"
        yield _effect("contrast", name, ends[0] - ends[1], estimate, effect=False)


def _shares(drivers: Drivers) -> Iterator[Effect]:
    """LMG shares of what is explained of each outcome that several constructs lead to."""
    whole, parts = given(drivers.shares), given(drivers.by_group)
    rows: list[tuple[Any, str]] = [(r, "") for r in (whole.rows if whole else ())]
    rows += [(r, f"-{r.level}") for r in (parts.rows if parts else ())]
    for row, where in rows:
        if row.truth is None:
            continue
        name = f"{row.side}-{row.from_}-{row.to}{where}"
        yield _effect(
            "share", name, row.truth, (row.estimate, row.ci_lower, row.ci_upper), effect=False
        )


def _journey(declared: Truth, drivers: Drivers) -> Iterator[Effect]:
    """Waiting and loss at each touchpoint, and the share of the variance between channels."""
    found, channels = given(drivers.journey), given(drivers.channels)
    if found is None:
        return
    for field in ("waiting", "lost"):
        for row in found.rows:
            name = f"{field}_{row.touchpoint}"
            value = declared.get(("panel", f"{found.table}: {name}"))
            if row.level is None and value is not None:
                ends = tuple(getattr(row, f"{field}{e}") for e in ("", "_ci_lower", "_ci_upper"))
                yield _effect("table", name, value, ends, table=found.table, effect=False)
    value = declared.get(("panel", f"{found.table}: channel_share"))
    if channels is not None and value is not None:
        ends = (channels.share, channels.ci_lower, channels.ci_upper)
        yield _effect("table", "channel_share", value, ends, table=found.table, effect=False)


#: By which of the hours a process says how many complaints have come to a step.
BY = {"answered": 24.0, "solved": 72.0, "closed": 168.0}


# --- tables beside the survey --------------------------------------------------------------------
def _parameters(behaviour: Behaviour) -> Iterator[Effect]:
    found = given(behaviour.recovered)
    for p in found.parameters if found else ():
        ends = (p.estimate, p.ci_lower, p.ci_upper)
        is_effect = p.parameter in EFFECTS
        yield _effect("table", p.parameter, p.declared, ends, table=p.table, effect=is_effect)


def _table(study: Study, kind: str) -> str | None:
    return next((t.id for t in study.resources if t.kind == kind), None)


def _failures(study: Study, declared: Truth, failure: Failure) -> Iterator[Effect]:
    """Points of loyalty for a point of each circumstance; of the paradox the sign alone.

    That the recovery counts the same after every failure is declared: no product of two
    circumstances is.
    """
    table, found = _table(study, "failures"), given(failure.determinants)
    for row in found.circumstances if found else ():
        value = declared.get(("panel", f"{table}: {row.term}"))
        if value is None:
            continue
        ends = (row.points, row.points_ci_lower, row.points_ci_upper)
        yield _effect("table", row.term, value, ends, table=table)
    product = given(failure.interaction)
    if product is not None and ("panel", f"{table}: severity") in declared:
        ends = (product.estimate, product.ci_lower, product.ci_upper)
        yield _effect("table", "recovery_by_severity", 0.0, ends, table=table)
    gap = declared.get(("panel", f"{table}: paradox"))
    paradox = given(failure.paradox)
    between = (
        next((c for c in paradox.comparisons if c.comparison == "between"), None)
        if (paradox)
        else None
    )
    if gap is not None and between is not None:
        # Declared is the gap after the best recovery, found that after those rated excellent.
        ends = (between.raw, between.raw_ci_lower, between.raw_ci_upper)
        yield _effect("table", "paradox", gap, ends, table=table, same_unit=False)


def _complaints(study: Study, declared: Truth, voice: Voice) -> Iterator[Effect]:
    """What goes with staying: declared are log-odds, found shares; the sign is compared.

    An answer in time is one after fewer hours.
    """
    table, found = _table(study, "complaints"), given(voice.staying)
    rows = {r.term: r for r in found.effects} if found else {}
    for term, parameter, sign in (
        ("solved", "stayed_by_solved", 1.0),
        ("soon", "stayed_by_hours", -1.0),
    ):
        value = declared.get(("panel", f"{table}: {parameter}"))
        if value is None or term not in rows:
            continue
        row = rows[term]
        ends = (row.estimate, row.ci_lower, row.ci_upper)
        yield _effect("table", term, sign * value, ends, table=table, same_unit=False)
    times = given(voice.times)
    for reached in times.rows if times else ():
        value = declared.get(("panel", f"{table}: {reached.step}_in_time"))
        if reached.group is None and value is not None and BY.get(reached.step) == reached.hours:
            share = (reached.estimate, reached.ci_lower, reached.ci_upper)
            name = f"{reached.step}_in_time"
            yield _effect("table", name, value, share, table=table, effect=False)
