"""Drawing the survey's rows."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from loyalty.simulate.entries import Floats, Integers, ProcessError, Seconds, listed
from loyalty.simulate.panels import People
from loyalty.simulate.population import at
from loyalty.simulate.process import Process, load_process


class Streams:
    """Independent PCG64 streams by stage and name: no draw moves another."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, stage: str, name: str = "") -> np.random.Generator:
        digest = hashlib.blake2b(f"{stage}/{name}".encode(), digest_size=16).digest()
        words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(self._seed, spawn_key=words))
        )


def simulate(
    process: Process | Path,
    *,
    respondents: int,
    seed: int,
    with_latents: bool = False,
) -> pd.DataFrame:
    """Draw a survey.

    Parameters
    ----------
    process
        The declared process, or the file that declares it.
    respondents
        Number of rows.
    seed
        Any non-negative integer; the same seed gives the same rows.
    with_latents
        Add ``latent_<construct>`` (means and firm effects included) and ``careless`` ("no" or
        the kind), which no survey would have.

    Returns
    -------
    pandas.DataFrame
        ``respondent``, ``industry``, ``firm``, the quota columns, the items and single variables
        (``Int64``, missing where not answered) and ``seconds``.

    Raises
    ------
    ProcessError
        If the process is not valid, or respondents or seed are out of range.
    """
    if not isinstance(process, Process):
        process = load_process(process)
    _check_arguments(respondents, seed)
    streams = Streams(seed)

    industry, firm = allocate(process, respondents, streams)
    columns: dict[str, Any] = {
        "respondent": [f"R{i:05d}" for i in range(1, respondents + 1)],
        "industry": np.array(list(process.industries))[industry],
    }
    firms = [f for i in process.industries.values() for f in (i.firms or {})]
    if firms:
        columns["firm"] = np.array(firms)[firm]
    for quota, shares in process.quotas.items():
        level = _balanced(firm, shares, streams("quota", quota))
        columns[quota] = np.array(list(shares))[level]

    latents = draw_latents(process, industry, firm, streams)
    careless = _draw_careless(process, respondents, streams)
    answers = _draw_answers(process, latents, industry, streams)
    _answer_carelessly(process, answers, careless, streams)
    holes = _draw_holes(process, answers, columns, respondents, streams)
    for name, codes in answers.items():
        columns[name] = pd.arrays.IntegerArray(codes, holes[name])
    if process.seconds is not None:
        columns["seconds"] = _draw_seconds(process.seconds, careless, streams)
    if with_latents:
        columns |= {f"latent_{c}": latents[c] for c in process.constructs}
        columns["careless"] = np.array(["no", *_KINDS])[careless]
    return pd.DataFrame(columns)


def panel(process: Process | Path, name: str, *, respondents: int, seed: int) -> pd.DataFrame:
    """Draw a table beside the survey, about the respondents and firms of the same seed.

    Parameters
    ----------
    process
        The declared process, or the file that declares it.
    name
        The panel's name under ``panels``.
    respondents, seed
        Those of the survey: with the same ones, firm effects and latent variables are the same.

    Returns
    -------
    pandas.DataFrame
        A column for every role of the panel's kind that it fills (`loyalty.cases.sources.ROLES`).

    Raises
    ------
    ProcessError
        If there is no such panel, the process is not valid, or an argument is out of range.
    """
    if not isinstance(process, Process):
        process = load_process(process)
    _check_arguments(respondents, seed)
    if name not in process.panels:
        expected = listed(process.panels) or "none, as the process declares none"
        raise ProcessError(f"panels: no {name!r}; expected {expected}")
    streams = Streams(seed)
    industry, firm = allocate(process, respondents, streams)
    firms = tuple(f for i in process.industries.values() for f in (i.firms or {}))
    people = People(
        industry=np.array(list(process.industries))[industry],
        firm=np.array(firms)[firm] if firms else np.full(respondents, ""),
        firms=firms,
        latents=draw_latents(process, industry, firm, streams),
        stream=lambda part: streams(f"panel/{name}", part),
        mood=streams("people", "mood").standard_normal(respondents),
    )
    if process.panels[name].by_firm and respondents < len(firms):
        raise ProcessError(f"respondents: expected one or more of each of {len(firms)} firms")
    return process.panels[name].draw(people)


def _check_arguments(respondents: int, seed: int) -> None:
    for name, value, least in (("respondents", respondents, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ProcessError(f"{name}: expected a whole number of at least {least}, got {value}")


_KINDS: tuple[Literal["straightlining", "random"], ...] = ("straightlining", "random")


def _apportion(total: int, shares: Sequence[float]) -> Integers:
    """Whole numbers that sum to the total and are nearest to the shares (largest remainder)."""
    exact = total * np.asarray(shares)
    counts = np.floor(exact + 1e-9).astype(np.int64)
    short = total - int(counts.sum())
    largest = np.argsort(-(exact - counts), kind="stable")[:short]
    counts[largest] += 1
    return counts


def allocate(process: Process, n: int, streams: Streams) -> tuple[Integers, Integers]:
    """Industry and firm of each row (indices); without firms the industry stands for its firm."""
    cells = [
        (i, industry.share * share)
        for i, industry in enumerate(process.industries.values())
        for share in (industry.firms or {"": 1.0}).values()
    ]
    counts = _apportion(n, [share for _, share in cells])
    firm = streams("order").permutation(np.repeat(np.arange(len(cells)), counts))
    return np.array([i for i, _ in cells])[firm], firm


def _balanced(firm: Integers, shares: Mapping[str, float], draw: np.random.Generator) -> Integers:
    """Quota levels: in each firm as near to the shares as whole numbers allow, else random."""
    order = np.lexsort((draw.random(len(firm)), firm))
    sizes = np.bincount(firm)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = np.arange(len(firm)) - first + np.repeat(draw.random(len(sizes)), sizes)
    edges = np.cumsum(list(shares.values()))[:-1]
    level = np.empty(len(firm), dtype=np.int64)
    # A random start in each firm keeps the first level from getting every odd respondent.
    level[order] = np.searchsorted(edges, (place / np.repeat(sizes, sizes)) % 1, side="right")
    return level


def firm_effects(process: Process, construct: str, streams: Streams) -> Floats:
    """One effect per firm; they sum to zero in an industry, so its declared mean stands."""
    sd = process.constructs[construct].firm_sd
    effects: list[Floats] = []
    draw = streams("firm", construct)
    for industry in process.industries.values():
        weights = np.array(list((industry.firms or {"": 1.0}).values()))
        raw = draw.standard_normal(len(weights))
        if sd > 0:
            # Centring takes sum(weights^2) of the variance away.
            scale = sd / math.sqrt(1 - float(weights @ weights))
            effects.append(scale * (raw - weights @ raw))
        else:
            effects.append(np.zeros(len(weights)))
    return np.concatenate(effects)


def draw_latents(
    process: Process, industry: Integers, firm: Integers, streams: Streams
) -> dict[str, Floats]:
    exogenous = process.exogenous
    endogenous = [c for c in process.order if c not in exogenous]
    deviates = {c: streams("latent", c).standard_normal(len(firm)) for c in process.constructs}
    firms = {c: firm_effects(process, c, streams) for c in process.constructs}
    latents = {c: np.empty(len(firm)) for c in process.constructs}
    for g, name in enumerate(process.industries):
        rows = np.flatnonzero(industry == g)
        population = process.population[name]
        own: dict[str, Floats] = {}
        for group, root in (
            (exogenous, population.exogenous_root),
            (endogenous, population.disturbance_root),
        ):
            if group:
                mixed = np.column_stack([deviates[c][rows] for c in group]) @ root.T
                own |= {c: mixed[:, i] + firms[c][firm[rows]] for i, c in enumerate(group)}
        for equation in population.equations:
            own[equation.target] = equation.explained(own) + own[equation.target]
        for construct, values in own.items():
            latents[construct][rows] = values + at(process.constructs[construct].mean, name)
    return latents


def _draw_answers(
    process: Process, latents: Mapping[str, Floats], industry: Integers, streams: Streams
) -> dict[str, Integers]:
    answers: dict[str, Integers] = {}
    for name, (construct, item) in process.items.items():
        loading = np.array([at(item.loading, g) for g in process.industries])[industry]
        shift = np.array([at(item.shift, g) for g in process.industries])[industry]
        noise = streams("item", name).standard_normal(len(industry))
        response = loading * latents[construct] + np.sqrt(1 - loading**2) * noise - shift
        cuts = process.thresholds[item.thresholds].cuts
        position = np.searchsorted(cuts, response).astype(np.int64)
        answers[name] = item.first + (len(cuts) - position if item.reversed else position)
    return answers


def _draw_careless(process: Process, n: int, streams: Streams) -> Integers:
    """0 for a careful respondent, else 1 + the index of the kind."""
    kind = np.zeros(n, dtype=np.int64)
    if process.careless is not None:
        draw = streams("careless")
        who = draw.permutation(n)[: round(process.careless.share * n)]
        shares = [process.careless.kinds.get(k, 0.0) for k in _KINDS]
        kind[who] = np.repeat(np.arange(1, len(_KINDS) + 1), _apportion(len(who), shares))
    return kind


def _answer_carelessly(
    process: Process, answers: dict[str, Integers], careless: Integers, streams: Streams
) -> None:
    """Overwrite in place: straight-liners tick the same place everywhere, whatever is asked."""
    if not careless.any():
        return
    lining, random = (np.flatnonzero(careless == i) for i in (1, 2))
    declared = {n: item for n, (_, item) in process.items.items()}
    steps = {n: len(process.thresholds[i.thresholds].cuts) for n, i in declared.items()}
    height = streams("straightlining").random(len(lining))
    for name, item in declared.items():
        anything = streams("careless", name).random(len(random))
        for rows, place in ((lining, height), (random, anything)):
            answers[name][rows] = item.first + np.floor(place * (steps[name] + 1)).astype(np.int64)


def _draw_holes(
    process: Process,
    answers: Mapping[str, Integers],
    columns: Mapping[str, Any],
    n: int,
    streams: Streams,
) -> dict[str, npt.NDArray[np.bool_]]:
    holes: dict[str, npt.NDArray[np.bool_]] = {}
    missing = process.missing
    for name in answers:
        holes[name] = np.zeros(n, dtype=bool)
        if missing is None or name in missing.never:
            continue
        answered = np.full(n, 1 - missing.everywhere)
        for rule in missing.at_random:
            if name in rule.items:
                observed = pd.Series(answers.get(rule.by, columns.get(rule.by))).astype(str)
                rates = {str(level): rate for level, rate in rule.rates.items()}
                answered *= 1 - observed.map(rates).to_numpy(dtype=float)
        holes[name] = streams("missing", name).random(n) >= answered
    return holes


def _draw_seconds(seconds: Seconds, careless: Integers, streams: Streams) -> Integers:
    median = np.where(careless > 0, seconds.median * seconds.careless_factor, seconds.median)
    deviates = streams("seconds").standard_normal(len(careless))
    time: Integers = np.maximum(np.rint(median * np.exp(seconds.log_sd * deviates)), 1).astype(
        np.int64
    )
    return time
