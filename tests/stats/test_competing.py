"""Competing risks against R's survival 3.5.3."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute
from loyalty.stats.competing import aalen_johansen
from loyalty.stats.survival import kaplan_meier

TIME = pd.Series([1, 2, 2, 3, 4, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12])
CAUSE = pd.Series([1, 2, 1, 0, 1, 2, 0, 1, 1, 2, 0, 1, 0, 2, 0]).map({1: "a", 2: "b"})
#: c <- factor(c(1,2,1,0,1,2,0,1,1,2,0,1,0,2,0), 0:2)
#: f <- survfit(Surv(t, c) ~ 1, conf.type = "log-log"): time, pstate, std.err, lower, upper
GOLDEN = {
    "a": [
        (1, 0.06666666667, 0.06440611887, 0.004300363449, 0.2603219631),
        (2, 0.1333333333, 0.08777074515, 0.021873209452, 0.3457322110),
        (4, 0.20606060606, 0.10633599300, 0.049957528808, 0.4348975261),
        (7, 0.36969696970, 0.13288984178, 0.132662878928, 0.6125066393),
        (9, 0.47196969697, 0.14422947999, 0.188776867496, 0.7130877593),
    ],
    "b": [
        (2, 0.06666666667, 0.06440611887, 0.004300363449, 0.2603219631),
        (4, 0.13939393939, 0.09164198000, 0.022610238224, 0.3589298175),
        (8, 0.22121212121, 0.11354152761, 0.052925279789, 0.4609630307),
        (11, 0.37462121212, 0.15498429850, 0.106208250772, 0.6505678364),
    ],
}


def test_incidences_are_those_of_survfit() -> None:
    found = aalen_johansen(TIME, CAUSE)
    for cause, rows in GOLDEN.items():
        mine = found.curve[found.curve["cause"] == cause].set_index("time")
        for time, *expected in rows:
            got = mine.loc[time, ["estimate", "se", "ci_lower", "ci_upper"]]
            assert got.tolist() == pytest.approx(expected, rel=1e-8), (cause, time)
            assert found.at(cause, time + 0.5) == pytest.approx(
                (expected[0], expected[2], expected[3]), rel=1e-8
            )
    assert found.at("b", 1.5) == (0.0, 0.0, 0.0)
    assert found.events.to_dict() == {"a": 6, "b": 4}


def test_with_one_cause_it_is_kaplan_and_meier() -> None:
    one = CAUSE.where(CAUSE.isna(), "any")
    found = aalen_johansen(TIME, one).curve
    curve = kaplan_meier(TIME, one.notna()).curve
    assert found["estimate"].to_numpy() == pytest.approx(1 - curve["survival"].to_numpy())


def test_spells_of_one_person_are_one_witness() -> None:
    twice = pd.concat([TIME, TIME], ignore_index=True)
    cause = pd.concat([CAUSE, CAUSE], ignore_index=True)
    who = pd.Series(np.tile(np.arange(len(TIME)), 2))
    once = aalen_johansen(TIME, CAUSE).curve
    got = aalen_johansen(twice, cause, cluster=who).curve
    pd.testing.assert_frame_equal(got, once)
    alone = aalen_johansen(twice, cause).curve["se"]
    assert alone.to_numpy() == pytest.approx(once["se"].to_numpy() / np.sqrt(2))


def test_what_is_refused() -> None:
    with pytest.raises(CannotCompute):
        aalen_johansen(TIME, CAUSE.where(CAUSE.isna()))
    with pytest.raises(CannotCompute):
        aalen_johansen(-TIME, CAUSE)
