"""What the result files of all cases say together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from loyalty import simulate
from loyalty.cases.study import Study
from loyalty.ground import numbers, paths
from loyalty.ground.results import Result
from loyalty.ground.text import Language, Text
from loyalty.ground.thresholds import threshold
from loyalty.stats import CannotCompute
from loyalty.stats.pooling import random_effects

Found = Mapping[tuple[str, str], Result]
Records = list[dict[str, Any]]

#: An interval wider than this, in standard deviations, says too little to be read as a number.
WIDE = 1.0


def glance(cases: Mapping[str, Study], found: Found) -> Records:
    """One record a case: size, missingness, weakest alpha, highest HTMT, fit, supported paths."""
    return [
        {
            "case": case,
            "n": _number(found, case, "audit", "n"),
            "missing": _number(found, case, "audit", "missing-share"),
            "alpha": min(
                (row["value"] for row in _table(found, case, "reliability", "alpha")), default=None
            ),
            "htmt": _number(found, case, "measurement", "htmt-max"),
            "cfi": _number(found, case, "measurement", "cfi"),
            "supported": _of(
                _number(found, case, "structural", "paths-supported"),
                _number(found, case, "structural", "paths"),
            ),
        }
        for case in cases
    ]


def tables_beside(cases: Mapping[str, Study], found: Found, language: Language) -> Records:
    """Every table of behaviour or text with the rows that were read."""
    rows = {(r.case, d.resource): d.rows for r in found.values() for d in r.provenance.data}
    return [
        {"case": case, "label": table.label.in_(language), "rows": rows.get((case, table.id))}
        for case, described in cases.items()
        for table in described.resources
    ]


def all_paths(cases: Mapping[str, Study], found: Found, language: Language) -> Records:
    """Every estimated path of every case, with the labels of `language`."""
    rows = []
    for case, described in cases.items():
        for row in _table(found, case, "structural", "paths"):
            ends = (described.label(row[k], language) for k in ("from", "to"))
            rows.append({**row, "case": case, "path": " → ".join(ends)})
    return rows


def votes(rows: Records, cases: Mapping[str, Study]) -> Records:
    """How many paths of each case are supported, open, contradicted, and too wide to read."""
    return [
        {
            "case": case,
            **{
                verdict: sum(r["case"] == case and r["verdict"] == verdict for r in rows)
                for verdict in ("supported", "open", "contradicted")
            },
            "wide": sum(r["case"] == case and r["high"] - r["low"] > WIDE for r in rows),
        }
        for case in cases
    ]


def concepts(cases: Mapping[str, Study]) -> dict[str, Text]:
    """Concept → its label: that of a construct named like it (real cases first), else of any."""
    labels: dict[str, Text] = {}
    described = [(c.concept, c.id, c.label) for s in cases.values() for c in s.constructs]
    for concept, _, label in sorted(described, key=lambda d: d[0] != d[1]):
        labels.setdefault(concept, label)
    return labels


def shared_paths(rows: Records, cases: Mapping[str, Study]) -> dict[tuple[str, str], Records]:
    """Paths between the same two concepts, one record a case, where two cases or more have them.

    A case with several paths between two concepts (three loyalties, say) counts once: the mean of
    its estimates, with the mean of their standard errors, as if they were perfectly correlated.
    """
    grouped: dict[tuple[str, str], dict[str, Records]] = {}
    for row in rows:
        named = cases[row["case"]].named
        pair = named(row["from"]).concept, named(row["to"]).concept
        grouped.setdefault(pair, {}).setdefault(row["case"], []).append(row)
    shared: dict[tuple[str, str], Records] = {}
    for pair, by_case in grouped.items():
        if len(by_case) < 2:
            continue
        shared[pair] = [
            {
                "case": case,
                "paths": len(same),
                **{k: _mean(r[k] for r in same) for k in ("value", "se", "low", "high")},
            }
            for case, same in by_case.items()
        ]
    return shared


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return math.fsum(known) / len(known)


def pooled(
    rows: Records, cases: Mapping[str, Study], language: Language, *, simulated: bool
) -> Records:
    """Paths that two or more cases share, pooled by random effects: real ones, or simulated ones.

    Paths are the same when they join the same concepts.
    """
    kind = {name: s for name, s in cases.items() if s.simulated == simulated}
    label = concepts(cases)
    records = []
    for (a, b), same in shared_paths([r for r in rows if r["case"] in kind], kind).items():
        try:
            effect = random_effects([r["value"] for r in same], [r["se"] for r in same])
        except CannotCompute:
            continue
        records.append(
            {
                "path": f"{label[a].in_(language)} → {label[b].in_(language)}",
                "from": a,
                "to": b,
                "cases": [r["case"] for r in same],
                "k": effect.k,
                "value": effect.estimate,
                "low": effect.ci_lower,
                "high": effect.ci_upper,
                "pi_low": effect.pi_lower,
                "pi_high": effect.pi_upper,
                "i2": effect.i2 / 100,
                "tau": math.sqrt(effect.tau2),
                "q_p": effect.q_p,
            }
        )
    return records


def matrix(rows: Records, cases: Mapping[str, Study], language: Language) -> Records:
    """The cross-case matrix: one record a shared path, with each case's estimate under its name."""
    label = concepts(cases)
    return [
        {
            "path": f"{label[a].in_(language)} → {label[b].in_(language)}",
            **{r["case"]: interval_text(r["value"], r["low"], r["high"]) for r in same},
        }
        for (a, b), same in shared_paths(rows, cases).items()
    ]


def interval_text(value: float, low: float, high: float) -> str:
    """An estimate with a mark that says whether its interval is clear of zero."""
    return numbers.show(value, "number") + ("" if low > 0 or high < 0 else " °")


def industries(cases: Mapping[str, Study], found: Found) -> Records:
    """One record a case with groups: paths compared, how many differ, and what to hold against it.

    ``clustered`` counts the paths that differ with firms as the independent units (None where the
    case has no firms), ``released`` the equalities of the measurement that did not hold.
    """
    records = []
    for case in cases:
        rows = _table(found, case, "groups", "differences")
        if not rows:
            continue
        level = threshold("significance").value
        clustered = [r["cl_p_holm"] for r in rows if r.get("cl_p_holm") is not None]
        records.append(
            {
                "case": case,
                "paths": len(rows),
                "different": sum(r["p_holm"] < level for r in rows),
                "clustered": sum(p < level for p in clustered) if clustered else None,
                "released": _number(found, case, "groups", "released"),
                "firms": _number(found, case, "groups", "firms"),
            }
        )
    return records


def one_point(cases: Mapping[str, Study], found: Found, language: Language) -> Records:
    """What a rise of one point in an antecedent goes with in each outcome, in points.

    Points are those of the first item of each construct; total effects, so that whatever the
    antecedent moves on the way counts.
    """
    records = []
    for case, described in cases.items():
        role = {c.id: c.role for c in described.constructs}
        for row in _table(found, case, "structural", "one_point"):
            if role[row["from"]] == "antecedent" and role[row["to"]] == "outcome":
                ends = (described.label(row[k], language) for k in ("from", "to"))
                records.append({**row, "case": case, "path": " → ".join(ends)})
    return records


def worth(cases: Mapping[str, Study], found: Found, faster: float, margin: float) -> Records:
    """What a faster answer may cost, by the panel of firms of a case.

    An elasticity b of repurchase R with respect to response hours says that answering `faster`
    (0.1: in 10 % less time) goes with ``R ((1 - faster)^b - 1)`` more repurchase; it pays as long
    as it costs less per customer than that times the `margin` of a purchase.
    """
    records = []
    for case in cases:
        share = _number(found, case, "behaviour", "repurchase")
        rows = _table(found, case, "behaviour", "speed")
        main = next((r for r in rows if r["specification"] == "both"), None)
        if main is None or share is None:
            continue
        bounds = sorted(
            share * ((1 - faster) ** b - 1)
            for b in (main["b"], main["wild_lower"], main["wild_upper"])
        )
        low, value, high = bounds
        records.append(
            {
                "case": case,
                "share": share,
                "value": value,
                "low": low,
                "high": high,
                "cost": value * margin,
                "cost_low": low * margin,
                "cost_high": high * margin,
            }
        )
    return records


def recovery(cases: Mapping[str, Study], found: Found, language: Language) -> Records:
    """True and estimated paths of the simulated cases."""
    records = []
    for case, described in cases.items():
        source = described.rows.simulator if described.constructs else None
        if source is None:
            continue
        truth = simulate.true_parameters(paths.inside(described.folder, source.process))
        truth = truth[(truth["kind"] == "path") & (truth["industry"] == "pooled")]
        by_name = dict(zip(truth["name"], truth["value"], strict=True))
        for row in _table(found, case, "structural", "paths"):
            true = by_name.get(f"{row['from']} -> {row['to']}")
            if true is None:
                continue
            ends = (described.label(row[k], language) for k in ("from", "to"))
            records.append(
                {
                    "case": case,
                    "id": row["id"],
                    "path": " → ".join(ends),
                    "truth": float(true),
                    "value": row["value"],
                    "low": row["low"],
                    "high": row["high"],
                }
            )
    return records


def recovered(rows: Records) -> Records:
    """One record a survey of what :func:`recovery` found.

    ``covered`` counts the paths whose interval holds the true value; ``missed`` names the others;
    ``mean_gap`` and ``largest_gap`` are of the absolute differences of estimate and truth.
    """
    by_case: dict[str, Records] = {}
    for row in rows:
        by_case.setdefault(row["case"], []).append(row)
    records = []
    for case, own in by_case.items():
        missed = [r["id"] for r in own if not r["low"] <= r["truth"] <= r["high"]]
        gaps = [abs(r["value"] - r["truth"]) for r in own]
        records.append(
            {
                "case": case,
                "paths": len(own),
                "covered": len(own) - len(missed),
                "missed": ", ".join(missed),
                "mean_gap": sum(gaps) / len(gaps),
                "largest_gap": max(gaps),
                "largest": own[gaps.index(max(gaps))]["path"],
            }
        )
    return records


def first(cases: Mapping[str, Study], found: Found, language: Language) -> Records:
    """Constructs that matter for the outcome and stand low, by survey, the most important first.

    Only where the interval of the total effect is clear of zero.
    """
    records = []
    for case, described in cases.items():
        rows = _table(found, case, "groups", "importance")
        for row in sorted(rows, key=lambda r: -r["importance"]):
            if row.get("quadrant") == "improve" and row["low"] > 0:
                label = described.label(row["construct"], language)
                records.append({**row, "case": case, "label": label})
    return records


def largest(rows: Records, cases: Mapping[str, Study]) -> Records:
    """Of :func:`one_point` every effect of the real surveys, of each simulated one the largest."""
    kept = []
    for case, described in cases.items():
        own = [r for r in rows if r["case"] == case]
        if own and described.simulated:
            own = [max(own, key=lambda r: abs(r["value"]))]
        kept += own
    return kept


def _number(found: Found, case: str, analysis: str, name: str) -> Any:
    result = found.get((case, analysis))
    number = result.numbers.get(name) if result else None
    return number.value if number else None


def _table(found: Found, case: str, analysis: str, name: str) -> Records:
    result = found.get((case, analysis))
    return result.tables.get(name, []) if result else []


def _of(part: Any, whole: Any) -> str | None:
    return None if part is None or whole is None else f"{part} / {whole}"
