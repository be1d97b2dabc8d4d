"""The tone of what customers wrote, as the fourth letter beside recency, frequency and money."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from loyalty.estimates import tone
from loyalty.estimates.verdicts import Side, side
from loyalty.ground import disclosure
from loyalty.ground.findings import (
    Bounded,
    Cell,
    Count,
    Finding,
    People,
    Percent,
    Record,
    Shown,
)
from loyalty.ground.reasons import CannotCompute

#: The name of the tone among predictors.
TONE = "tone"


class ToneRow(Record):
    """A correlation of the mood behind a customer's texts with the normal score of leaving after a
    purchase, or of the rate of purchases. `planted` is what a simulated table declares."""

    conduct: Literal["rate", "leaving"]
    estimate: Bounded
    ci_lower: Bounded
    ci_upper: Bounded
    planted: Bounded | None
    verdict: Side


class Tone(Finding):
    """Texts up to the day of the survey, as they are filed: praise or complaint.

    `customer` is the share of the variance of one text's tone that is its writer's, by a model in
    which a text is praise with a chance that rises with the writer's mood; `apart` how many of two
    texts of one writer are filed apart.
    """

    writers: People
    texts: Count
    praise: Percent
    several: Annotated[int, Shown("count"), Cell("writers")]
    apart: Percent | None
    customer: Bounded
    customer_ci_lower: Bounded
    customer_ci_upper: Bounded
    customer_planted: Bounded | None
    rows: tuple[ToneRow, ...]


def written(rows: pd.DataFrame, asked: pd.Timestamp, people: pd.Index) -> pd.DataFrame:
    """Of everybody who wrote up to a day: ``praise`` of ``texts``, and ``tone``.

    That is the share of praise with one text of each kind added: a single text does not pass for
    all that somebody would write.

    Raises
    ------
    CannotCompute
        Where fewer people wrote than may be shown.
    """
    before = rows[(rows["date"] <= asked) & rows["person"].isin(people)]
    good = (before["polarity"] == "pos").groupby(before["person"])
    found = pd.DataFrame({"praise": good.sum(), "texts": good.count()})
    if (n := len(found)) < disclosure.least():
        raise CannotCompute("few_wrote", n=n)
    return found.assign(tone=(found["praise"] + 1) / (found["texts"] + 2))


def told(
    wrote: pd.DataFrame,
    purchases: pd.DataFrame,
    clusters: NDArray[np.intp] | None,
    planted: dict[str, float],
) -> Tone:
    """What the mood of those who wrote goes with; `planted` by name, of a simulated table.

    Raises
    ------
    CannotCompute
        Where the model cannot be fitted.
    """
    kept = purchases.notna().all(axis=1).to_numpy()
    own = None if clusters is None else clusters[kept]
    found = tone.toned(wrote[kept], purchases[kept], clusters=own)
    rows = []
    for conduct, one in (("leaving", found.leaving), ("rate", found.rate)):
        low, high = one.ci_lower, one.ci_upper
        rows.append(
            ToneRow(
                conduct=conduct,
                estimate=one.estimate,
                ci_lower=low,
                ci_upper=high,
                planted=planted.get(f"tone_{conduct}"),
                verdict=side(low, high),
            )
        )
    several = wrote[wrote["texts"] > 1]
    count, good = several["texts"], several["praise"]
    apart = 2 * good * (count - good) / (count * (count - 1))
    return Tone(
        writers=len(wrote),
        texts=int(wrote["texts"].sum()),
        praise=wrote["praise"].sum() / wrote["texts"].sum(),
        several=len(several),
        apart=float(apart.mean()) if len(several) else None,
        customer=found.customer.estimate,
        customer_ci_lower=found.customer.ci_lower,
        customer_ci_upper=found.customer.ci_upper,
        customer_planted=planted.get("tone_of_customer"),
        rows=tuple(rows),
    )
