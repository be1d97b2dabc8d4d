"""semopy as second opinion: ML estimates and standard errors from an independent program."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import semfit
from sem_reference import HS, MOBI_CFA, PD, data

semopy = pytest.importorskip("semopy")


@pytest.mark.parametrize(("model", "name"), [(HS, "hs"), (PD, "pd"), (MOBI_CFA, "mobi")])
def test_semopy_agrees(model: str, name: str) -> None:
    frame = data(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = semopy.Model(model)
        other.fit(frame, options={"ftol": 1e-14, "maxiter": 5000})
        theirs = {(r["lval"], r["op"], r["rval"]): r for r in other.inspect().to_dict("records")}
    checked = 0
    for row in semfit.fit(model, frame).parameters.to_dict("records"):
        if row["op"] == "=~":  # semopy writes x ~ f
            key = (row["rhs"], "~", row["lhs"])
        else:
            key = (row["lhs"], row["op"], row["rhs"])
        found = theirs.get(key) or theirs.get((key[2], key[1], key[0]))
        if found is None or not row["se"] > 0:
            continue
        assert found["Estimate"] == pytest.approx(row["est"], abs=2e-3 * max(1, abs(row["est"])))
        assert float(found["Std. Err"]) == pytest.approx(row["se"], rel=1e-2)
        checked += 1
    assert checked >= 15


def test_fiml_with_clusters() -> None:
    frame = data("hs_miss").assign(cl=[k % 60 for k in range(301)])
    plain = semfit.fit(HS, frame, missing="fiml")
    robust = semfit.fit(HS, frame, missing="fiml", cluster="cl")
    np.testing.assert_allclose(plain.parameters["est"], robust.parameters["est"], atol=1e-8)
    ratio = robust.parameters["se"] / plain.parameters["se"].where(lambda s: s > 0)
    assert ratio.min() > 0.3 and ratio.max() < 3
