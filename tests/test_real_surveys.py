"""The estimator on the real surveys against lavaan 0.7-3, wherever their rows are.

The rows are not in the repository: where a machine cannot get them, these tests are left out.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit

from loyalty.cases import study, survey
from loyalty.ground.errors import RowsAbsent

GOLDEN = json.loads((Path(__file__).parent / "golden" / "real_surveys.json").read_text())
MEASUREMENT = """E =~ OVERALLX + CUSTOMX + WRONGX
Q =~ OVERALLQ + CUSTOMQ + WRONGQ
V =~ PQ + QP
S =~ SATIS + CONFIRM + IDEAL
"""
STRUCTURE = f"{MEASUREMENT}Q ~ E\nV ~ E + Q\nS ~ E + Q + V\nREPUR ~ S"
SERVICE = "s =~ informat + willingn + officeho + compete + global"
LEVELS = ("loadings", "intercepts", "residuals")


@functools.lru_cache
def loaded(case: str) -> survey.Survey:
    try:
        return survey.load(study.load(case))
    except RowsAbsent as error:
        pytest.skip(str(error))


def rows(case: str) -> pd.DataFrame:
    return loaded(case).rows


def of(case: str, *constructs: str) -> str:
    """The measurement of these constructs, as the case describes it."""
    described = study.load(case)
    return described.measurement_model([described.named(c) for c in constructs])


def bank(**options: Any) -> semfit.Result:
    names = ("image", "expectation", "quality", "value", "satisfaction", "loyalty")
    model = of("bank-es-2008", *names)
    return semfit.fit(model, rows("bank-es-2008"), estimator="MLR", **options)


def acsi(model: str, missing: str, *, steps: int | None = None) -> semfit.Result:
    data = rows("acsi-2015")
    if steps is None:
        return semfit.fit(model, data, estimator="MLR", missing=missing)
    return semfit.fit(
        model,
        data,
        estimator="MLR",
        missing=missing,
        group="industry",
        group_equal=LEVELS[:steps],
    )


FITS: dict[str, Callable[[], semfit.Result]] = {
    "acsi_cfa_mlr_fiml": lambda: acsi(MEASUREMENT, "fiml"),
    "acsi_cfa_mlr_listwise": lambda: acsi(MEASUREMENT, "listwise"),
    "acsi_sem_mlr_fiml": lambda: acsi(STRUCTURE, "fiml"),
    "acsi_industry_config": lambda: acsi(MEASUREMENT, "fiml", steps=0),
    "acsi_industry_metric": lambda: acsi(MEASUREMENT, "fiml", steps=1),
    "acsi_industry_scalar": lambda: acsi(MEASUREMENT, "fiml", steps=2),
    "acsi_industry_strict": lambda: acsi(MEASUREMENT, "fiml", steps=3),
    "guidance_wlsmv": lambda: semfit.fit(
        SERVICE, rows("guidance-university"), ordered=SERVICE.split(" =~ ")[1].split(" + ")
    ),
    "guidance_users_scalar": lambda: semfit.fit(
        SERVICE,
        rows("guidance-university"),
        estimator="MLR",
        group="freqserv",
        group_equal=LEVELS[:2],
    ),
    "guidance_faculty_cluster": lambda: semfit.fit(
        SERVICE, rows("guidance-university"), estimator="MLR", cluster="faculty"
    ),
    "reputation2_cfa": lambda: semfit.fit(
        "COMP =~ comp_1 + comp_2 + comp_3\n"
        "LIKE =~ like_1 + like_2 + like_3\n"
        "CUSL =~ cusl_1 + cusl_2 + cusl_3",
        rows("reputation-mobile-2"),
        estimator="MLR",
    ),
    "switching_cfa": lambda: semfit.fit(
        "INV =~ INV1 + INV2 + INV3 + INV4\nSAT =~ SAT1 + SAT2 + SAT3\nINT =~ INT1 + INT2",
        loaded("switching").as_given.rows,
        estimator="MLR",
    ),
    "bank_cfa": lambda: bank(),
    "bank_gender_config": lambda: bank(group="gender"),
    "bank_gender_metric": lambda: bank(group="gender", group_equal=LEVELS[:1]),
    "bank_gender_scalar": lambda: bank(group="gender", group_equal=LEVELS[:2]),
    "service_cfa": lambda: semfit.fit(
        of("service-points-esan", "service", "premises"),
        rows("service-points-esan"),
        estimator="MLR",
    ),
}


@pytest.mark.parametrize("name", FITS)
def test_lavaan(name: str) -> None:
    expected = GOLDEN[name]
    found = FITS[name]()
    assert found.fit["ntotal"] == np.sum(expected["n"])
    for measure, value in expected["fit"].items():
        assert found.fit[measure] == pytest.approx(value, rel=1e-4, abs=1e-4), measure
    ours = found.parameters.set_index(["lhs", "op", "rhs"])
    # lavaan 0.7-3 multiplies the variances of WLSMV by N/(N - 1) once too often.
    for lhs, op, rhs, estimate, se in expected.get("parameters", []):
        row = ours.loc[(lhs, op, rhs) if (lhs, op, rhs) in ours.index else (rhs, op, lhs)]
        assert row["est"] == pytest.approx(estimate, rel=1e-4, abs=1e-4), (lhs, op, rhs)
        assert row["se"] == pytest.approx(se, rel=1e-3), (lhs, op, rhs)
