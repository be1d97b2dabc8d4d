"""How a case's models are estimated, where the description says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypedDict

from loyalty.cases.asked import Construct
from loyalty.ground.reading import Identifier, Model

#: Of covariance-based models.
Estimator = Literal["MLR", "ML", "MLM", "GLS", "ULS", "WLSMV"]
#: Those that use the answers of people who left some out.
FULL: tuple[Estimator, ...] = ("MLR", "ML")
#: Those that need nothing but covariances.
OF_MOMENTS: tuple[Estimator, ...] = ("ML", "GLS", "ULS")
Mode = Literal["A", "B"]


class Options(TypedDict):
    """Keywords of :func:`loyalty.stats.pls.pls_path_model`."""

    mode_b: list[str]
    scheme: Literal["path", "centroid", "factorial"]
    standardized: bool
    consistent: bool
    missing: Literal["mean", "listwise"]


class PLSOptions(Model):
    """How PLS path models are estimated (see :func:`loyalty.stats.pls.pls_path_model`).

    `mode` A has correlation weights, B regression weights; `modes` sets it for
    single constructs. Formative constructs have mode B unless named there. `standardized: false`
    only centres the items; `consistent` is PLSc.
    """

    scheme: Literal["path", "centroid", "factorial"] = "path"
    mode: Mode = "A"
    modes: dict[Identifier, Mode] = {}
    standardized: bool = True
    consistent: bool = False
    missing: Literal["mean", "listwise"] = "listwise"

    def options(self, constructs: Iterable[Construct]) -> Options:
        """As keywords of :func:`loyalty.stats.pls.pls_path_model`, for a model of `constructs`."""
        usual = {c.id: "B" if c.mode == "formative" else self.mode for c in constructs}
        return {
            "mode_b": [c for c, mode in usual.items() if self.modes.get(c, mode) == "B"],
            "scheme": self.scheme,
            "standardized": self.standardized,
            "consistent": self.consistent,
            "missing": self.missing,
        }
