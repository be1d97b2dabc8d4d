"""What people say and what they do over waves: does the one foretell the other within a person?

The random-intercept cross-lagged panel model (Hamaker, Kuiper & Grasman 2015, Psychological Methods
20:102-116): every series is a person's own level plus deviations from it, and deviations carry over
to the next wave (x -> x, y -> y) and across (x -> y, y -> x). Lagged effects are the same from wave
to wave; variances and covariances of the innovations are not (Mulder & Hamaker 2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import semfit

from loyalty.ground.reasons import CannotCompute

#: The lagged effects: what is foretold, and by what.
EFFECTS = {"bx": ("x", "x"), "gx": ("y", "x"), "gy": ("x", "y"), "by": ("y", "y")}


@dataclass(frozen=True)
class CrossLagged:
    """The model's answer.

    Attributes
    ----------
    effects : DataFrame
        A row a lagged effect: ``of`` and ``on`` (``x`` or ``y``), ``estimate``, ``se``,
        ``ci_lower``, ``ci_upper``, ``p``; unstandardized, in the units of the series.
    between : float
        Correlation of the persons' levels, with ``between_ci_lower`` and ``between_ci_upper``.
    result : Result
        The fitted model.
    """

    effects: pd.DataFrame
    between: float
    between_ci_lower: float
    between_ci_upper: float
    result: semfit.Result


def model(waves: int) -> str:
    """The model's text for so many waves of ``x1 … y1 …``, at least three."""
    if waves < 3:
        raise CannotCompute("panel_few_waves", n=waves)
    times = range(1, waves + 1)
    lines = [f"RI{v} =~ " + " + ".join(f"1*{v}{t}" for t in times) for v in "xy"]
    lines += [f"w{v}{t} =~ 1*{v}{t}" for v in "xy" for t in times]
    lines += [f"{v}{t} ~~ 0*{v}{t}" for v in "xy" for t in times]
    for t in times[1:]:
        lines.append(f"wx{t} ~ bx*wx{t - 1} + gx*wy{t - 1}")
        lines.append(f"wy{t} ~ gy*wx{t - 1} + by*wy{t - 1}")
    lines += [f"wx{t} ~~ wy{t}" for t in times]
    lines += ["RIx ~~ RIy", "RIx ~~ 0*wx1 + 0*wy1", "RIy ~~ 0*wx1 + 0*wy1"]
    return "\n".join(lines)


def waves(panel: pd.DataFrame, done: str, said: str) -> pd.DataFrame:
    """The series of :func:`cross_lagged`, x of what is `done` and y of what is `said`.

    `panel` has a row a person and wave: ``customer``, ``wave`` (1, 2, …) and both columns.
    """
    parts = [
        panel.pivot(index="customer", columns="wave", values=name).add_prefix(letter)
        for letter, name in (("x", done), ("y", said))
    ]
    return parts[0].join(parts[1])


def cross_lagged(frame: pd.DataFrame) -> CrossLagged:
    """Fit the model by full-information maximum likelihood.

    Parameters
    ----------
    frame : DataFrame, people x 2 waves
        ``x1 … xT`` and ``y1 … yT``; missing where not answered or not logged.

    Raises
    ------
    CannotCompute
        Fewer than three waves, or a solution that did not converge or is not admissible.
    ModelError
        As `semfit.fit`.
    """
    waves = sum(str(c).startswith("x") for c in frame.columns)
    result = semfit.fit(model(waves), frame, missing="fiml")
    if not result.admissible:
        raise CannotCompute("panel_not_admissible", why=result.problems[0])
    table = result.parameters
    own = table[(table["op"] == "~") & table["label"].isin(EFFECTS)].drop_duplicates("label")
    rows = own.set_index("label").loc[list(EFFECTS)]
    effects = pd.DataFrame(
        {
            "of": [EFFECTS[k][0] for k in rows.index],
            "on": [EFFECTS[k][1] for k in rows.index],
            "estimate": rows["est"].to_numpy(),
            "se": rows["se"].to_numpy(),
            "ci_lower": rows["ci_lower"].to_numpy(),
            "ci_upper": rows["ci_upper"].to_numpy(),
            "p": rows["pvalue"].to_numpy(),
        },
        index=rows.index,
    )
    standard = result.standardized()
    own = standard[
        (standard["lhs"] == "RIx") & (standard["op"] == "~~") & (standard["rhs"] == "RIy")
    ]
    level, lower, upper = own[["est_std", "ci_lower", "ci_upper"]].to_numpy(dtype=float)[0]
    return CrossLagged(effects, float(level), float(lower), float(upper), result)
