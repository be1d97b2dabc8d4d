"""Structural equation modelling: lavaan's names and conventions, at NumPy's speed.

>>> import semfit
>>> result = semfit.fit("f =~ x1 + x2 + x3", data)      # doctest: +SKIP
>>> result.parameters, result.fit["cfi"], result.warnings      # doctest: +SKIP
"""

from .bootstrap import Bootstrap
from .errors import ModelError
from .fitting import fit
from .interaction import Interaction, interaction, product_indicators
from .invariance import Invariance, Rule, difference_test, invariance, partial_invariance
from .messages import Message
from .result import Result

__all__ = [
    "Bootstrap",
    "Interaction",
    "Invariance",
    "Message",
    "ModelError",
    "Result",
    "Rule",
    "difference_test",
    "fit",
    "interaction",
    "invariance",
    "partial_invariance",
    "product_indicators",
]
