"""Two data sets that everybody knows, for trying things out."""

from __future__ import annotations

from importlib.resources import files

from .errors import ModelError
from .frames import pd

NAMES = ("holzinger_swineford", "political_democracy")


def example_data(name: str) -> pd.DataFrame:
    """One of the data sets that come with the package.

    Parameters
    ----------
    name
        ``"holzinger_swineford"``: nine tests of mental ability (``x1`` to ``x9``: three visual,
        three textual, three of speed) of 301 children of two schools (Holzinger & Swineford 1939),
        lavaan's ``HolzingerSwineford1939``. ``"political_democracy"``: 75 developing countries,
        democracy in 1960 and 1965 (``y1`` to ``y8``) and industrialization (``x1`` to ``x3``)
        (Bollen 1989), lavaan's ``PoliticalDemocracy``.

    Raises
    ------
    ModelError
        When there is none of that name.

    Examples
    --------
    >>> import semfit
    >>> semfit.example_data("holzinger_swineford").shape
    (301, 15)
    """
    if name not in NAMES:
        raise ModelError("unknown_example", name=name, known=", ".join(NAMES))
    with (files("semfit") / "csv" / f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)
