"""Golden values from R (golden/make_goldens.R) and the data they were made from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

GOLDEN = Path(__file__).parent / "golden"
XS = [f"x{i}" for i in range(1, 10)]
HS_SCALES = {"visual": XS[:3], "textual": XS[3:6], "speed": XS[6:]}
MOBI_SCALES = {
    "Image": [f"IMAG{i}" for i in range(1, 6)],
    "Expect": [f"CUEX{i}" for i in range(1, 4)],
    "Quality": [f"PERQ{i}" for i in range(1, 8)],
    "Value": ["PERV1", "PERV2"],
    "Satis": [f"CUSA{i}" for i in range(1, 4)],
    "Loyal": [f"CUSL{i}" for i in range(1, 4)],
}


@pytest.fixture(scope="session")
def gold() -> dict[str, Any]:
    return json.loads((GOLDEN / "goldens.json").read_text())


@pytest.fixture(scope="session")
def validity_gold() -> dict[str, Any]:
    """From golden/make_validity.R."""
    return json.loads((GOLDEN / "validity.json").read_text())


@pytest.fixture(scope="session")
def psych_hs() -> dict[str, Any]:
    return json.loads((GOLDEN / "psych_hs.json").read_text())


@pytest.fixture(scope="session")
def golden_csv() -> Callable[[str], pd.DataFrame]:
    return lambda name: pd.read_csv(GOLDEN / name, index_col=0)


@pytest.fixture(scope="session")
def golden_json() -> Callable[[str], dict[str, Any]]:
    return lambda name: json.loads((GOLDEN / name).read_text())


@pytest.fixture
def hs() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "data" / "hs.csv")[XS]


@pytest.fixture
def hs_full() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "data" / "hs.csv")


@pytest.fixture
def hs_miss() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "data" / "hs_miss.csv")[XS]


@pytest.fixture
def mobi() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "data" / "mobi.csv")


@pytest.fixture(scope="session")
def data_csv() -> Callable[[str], pd.DataFrame]:
    return lambda name: pd.read_csv(GOLDEN / "data" / name)


@pytest.fixture
def hs_scales() -> dict[str, list[str]]:
    return {k: list(v) for k, v in HS_SCALES.items()}


@pytest.fixture
def mobi_scales() -> dict[str, list[str]]:
    return {k: list(v) for k, v in MOBI_SCALES.items()}


@pytest.fixture(scope="session")
def gold_reliability() -> dict[str, Any]:
    """From golden/make_reliability_goldens.R."""
    return json.loads((GOLDEN / "reliability.json").read_text())


@pytest.fixture
def mobi_five(mobi: pd.DataFrame) -> pd.DataFrame:
    """mobi in five categories, as golden/make_reliability_goldens.R cuts it."""
    return mobi.apply(lambda x: np.searchsorted([4, 6, 8, 9], x, side="right") + 1.0)
