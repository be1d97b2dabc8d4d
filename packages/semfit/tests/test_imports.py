"""What is loaded, and when: a program that imports semfit waits for what it uses alone."""

from __future__ import annotations

import subprocess
import sys

import pytest
import semfit

HEAVY = ("numpy", "scipy", "pandas", "pyarrow", "openpyxl", "pyreadstat")
#: What no fit of a data frame needs: SciPy's statistics cost most of all to import.
SLOW = ("scipy.stats", "scipy.optimize", "scipy.sparse", "openpyxl", "pyreadstat", "matplotlib")

FIT = """
import numpy as np, pandas as pd, semfit
rng = np.random.default_rng(1)
x = rng.normal(size=(200, 1)) + rng.normal(size=(200, 6))
data = pd.DataFrame(x, columns=[f"x{k}" for k in range(6)])
result = semfit.fit("f =~ x0 + x1 + x2; g =~ x3 + x4 + x5", data, estimator="MLR")
result.fit, result.parameters, result.standardized(), result.residuals, result.modindices()
result.factor_scores(), result.reliability(), result.bootstrap(20)
semfit.fit("f =~ x0 + x1 + x2", (data > 0).astype(int), ordered=True).fit
"""


def loaded(code: str) -> set[str]:
    """The modules that are loaded after `code`, in an interpreter of its own."""
    shown = f"{code}\nimport sys; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", shown], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_import_loads_nothing_heavy() -> None:
    assert loaded("import semfit").isdisjoint(HEAVY)


def test_pandas_waits_for_the_first_data() -> None:
    assert {"pandas", "pyarrow"}.isdisjoint(loaded("from semfit import fit"))


def test_fit_loads_nothing_slow() -> None:
    assert loaded(FIT).isdisjoint(SLOW)


def test_every_public_name_is_found() -> None:
    for name in semfit.__all__:
        assert getattr(semfit, name).__name__ == name
    assert set(semfit.__all__) <= set(dir(semfit))
    assert semfit.__version__ == "0.1.0"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = semfit.nothing
