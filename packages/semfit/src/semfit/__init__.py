"""Structural equation modelling: lavaan's names and conventions, at NumPy's speed.

>>> import semfit
>>> data = semfit.example_data("holzinger_swineford")
>>> result = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
>>> print(result)
SEM by ML: converged, N = 301, 13 parameters
chi-square 24.361 (df 8, p 0.0020), CFI 0.975, TLI 0.953, RMSEA 0.082 [0.046, 0.121], SRMR 0.047
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .after_measurement import Sam, sam
    from .bootstrap import Bootstrap
    from .errors import ModelError
    from .examples import example_data
    from .fitting import fit
    from .ladder import Invariance, Rule, difference_test, invariance, partial_invariance
    from .messages import Message
    from .modification import ScoreTest
    from .products import Interaction, interaction, product_indicators
    from .result import Result

__version__ = "0.1.0"

__all__ = [
    "Bootstrap",
    "Interaction",
    "Invariance",
    "Message",
    "ModelError",
    "Result",
    "Rule",
    "Sam",
    "ScoreTest",
    "difference_test",
    "example_data",
    "fit",
    "interaction",
    "invariance",
    "partial_invariance",
    "product_indicators",
    "sam",
]

#: The module of each name. The first name loads NumPy and SciPy, the first data pandas.
_HOMES = {
    "bootstrap": ("Bootstrap",),
    "errors": ("ModelError",),
    "examples": ("example_data",),
    "fitting": ("fit",),
    "ladder": ("Invariance", "Rule", "difference_test", "invariance", "partial_invariance"),
    "messages": ("Message",),
    "modification": ("ScoreTest",),
    "products": ("Interaction", "interaction", "product_indicators"),
    "result": ("Result",),
    "after_measurement": ("Sam", "sam"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
