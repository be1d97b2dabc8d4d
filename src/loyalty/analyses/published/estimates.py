"""Figures printed elsewhere about a case's data, beside the same computed here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import semfit

from loyalty.cases.study import Published, Study
from loyalty.cases.survey import Survey
from loyalty.ground import numbers
from loyalty.ground.text import Text
from loyalty.stats import clv, pls


def caption(entries: Sequence[Published]) -> Text:
    """What is compared, and where it was printed."""
    en = "; ".join(f"{p.label.en} [@{p.source}], {p.place.en}" for p in entries)
    zh = "；".join(f"{p.label.zh} [@{p.source}]，{p.place.zh}" for p in entries)
    return Text(en=f"Printed and computed anew: {en}.", zh=f"所刊与重算：{zh}。")


def as_printed(rows: pd.DataFrame) -> pd.DataFrame:
    """With ``printed_text`` and ``ours_text``, to the decimals that each figure is printed with."""
    shown = {
        f"{column}_text": [
            numbers.show(value, "number", decimals=int(d))
            for value, d in zip(rows[column], rows["decimals"], strict=True)
        ]
        for column in ("printed", "ours")
    }
    return rows.assign(**shown)


def pls_beside(
    study: Study, entry: Published, survey: Survey, *, draws: int, seed: int
) -> tuple[pd.DataFrame, bool]:
    """A printed PLS model and ours: paths, then R².

    Formative constructs have regression weights (mode B), as in the sources.

    Returns
    -------
    rows : DataFrame
        ``from`` (empty for an R²), ``to``, ``printed``, ``ours``, ``low``, ``high`` (bootstrap),
        ``ml``, ``ml_low``, ``ml_high``: the path in the study's covariance-based model.
    sound : bool
        Whether that model's solution has no problem and no standardized path beyond one.
    """
    assert entry.pls is not None
    ends = {end for p in entry.pls.paths for end in (p.from_, p.to)}
    used = [c for c in study.constructs if c.id in ends]
    ours = pls.pls_path_model(
        survey.scored,
        {c.id: [i.id for i in c.items] for c in used},
        [(p.from_, p.to) for p in entry.pls.paths],
        mode_b=[c.id for c in used if c.mode == "formative"],
        missing=entry.pls.missing,
        draws=draws,
        seed=seed,
    )
    estimates = {(r["source"], r["target"]): r for r in ours.paths.to_dict("records")}
    items = [i.id for c in study.structural for i in c.items]
    missing = "fiml" if survey.scored[items].isna().any(axis=None) else "listwise"
    model = semfit.fit(study.structural_model(), survey.scored, estimator="MLR", missing=missing)
    paths = model.standardized()
    paths = paths[paths["op"] == "~"]
    beside = {(r["rhs"], r["lhs"]): r for r in paths.to_dict("records")}
    explained = model.r2.set_index("variable")["r2"]
    rows = []
    for p in entry.pls.paths:
        found = estimates[p.from_, p.to]
        row = {"from": p.from_, "to": p.to, "printed": p.value, "ours": found["estimate"]}
        row |= {"low": found["ci_lower"], "high": found["ci_upper"]}
        if (p.from_, p.to) in beside:
            ml = beside[p.from_, p.to]
            row |= {"ml": ml["est_std"], "ml_low": ml["ci_lower"], "ml_high": ml["ci_upper"]}
        rows.append(row)
    for construct, printed in entry.pls.r2.items():
        row = {"from": "", "to": construct, "printed": printed}
        row |= {"ours": ours.r2.loc[construct, "r2"], "ml": explained.get(construct, np.nan)}
        rows.append(row)
    columns = ["from", "to", "printed", "ours", "low", "high", "ml", "ml_low", "ml_high"]
    table = pd.DataFrame(rows).reindex(columns=columns).assign(decimals=entry.decimals)
    return table, not model.problems and bool((paths["est_std"].abs() <= 1).all())


def bg_nbd_beside(entry: Published, purchases: pd.DataFrame) -> pd.DataFrame:
    """A printed BG/NBD model and ours: ``parameter, printed, ours, low, high, decimals``."""
    printed = entry.bg_nbd
    assert printed is not None
    ours = clv.bg_nbd(clv.customer_summary(purchases, pd.Timestamp(printed.until)))
    rows = [
        {
            "parameter": name,
            "printed": getattr(printed, str(name)),
            "ours": row["estimate"],
            "low": row["ci_lower"],
            "high": row["ci_upper"],
            "decimals": entry.decimals,
        }
        for name, row in ours.parameters.iterrows()
    ]
    rows.append(
        {
            "parameter": "log-likelihood",
            "printed": printed.log_likelihood,
            "ours": ours.log_likelihood,
            "decimals": printed.log_likelihood_decimals,
        }
    )
    return pd.DataFrame(rows)
