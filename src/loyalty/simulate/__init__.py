"""Draw a survey, and tables beside it, from the process that a case declares in ``process.yml``.

The metric. Within an industry, over all the firms that it might have, every latent variable is
normal up to the declared non-linear terms, with the declared mean and variance one. Structural
equations are written in deviations from the industry's means, so a declared path *is* the
standardized path within the industry. Disturbance variances are not declared: they are what is
left of the variance one, and a process that leaves none is refused.

Non-linear terms (moderations, curves) enter as residuals from their own linear regression on the
predictors of the same equation. A declared path is therefore at once the average slope and what
a linear model is consistent for; a moderation's value is the coefficient of the latent product.

Randomness. Every stage, and inside a stage every construct or item, has its own PCG64 stream,
keyed by the seed and by its name. Adding an item changes no other column; the order of hashing
plays no part.
"""

from __future__ import annotations

from loyalty.simulate.entries import ProcessError
from loyalty.simulate.process import Process, load_process
from loyalty.simulate.survey import panel, simulate
from loyalty.simulate.truth import latent_correlations, true_parameters

__all__ = [
    "Process",
    "ProcessError",
    "latent_correlations",
    "load_process",
    "panel",
    "simulate",
    "true_parameters",
]
