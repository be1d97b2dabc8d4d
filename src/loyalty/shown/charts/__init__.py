"""The study's figures in one style: intervals, direct labels, colours safe for colour-blindness.

Every function takes values and labels and returns a :class:`matplotlib.figure.Figure`; none knows
files or estimators. Labels are drawn as they are given.
"""

from loyalty.shown.charts import vector
from loyalty.shown.charts.arrows import Arrow
from loyalty.shown.charts.behaviour import (
    calibration,
    duplication,
    forecast,
    survival,
    tracking,
    waves,
)
from loyalty.shown.charts.charts import (
    answer_shares,
    dots,
    growth,
    importance_performance,
    specification_curve,
)
from loyalty.shown.charts.forest import Row, forest, odds, stacked
from loyalty.shown.charts.groups import importance_maps
from loyalty.shown.charts.journey import incidence, journey_map
from loyalty.shown.charts.measurement import fit_levels, residual_map, two_triangles
from loyalty.shown.charts.paths import path_diagram
from loyalty.shown.charts.phone import narrow
from loyalty.shown.charts.reliability import Curve, Panel, loading_map, number_of_factors
from loyalty.shown.charts.structural import slopes
from loyalty.shown.charts.style import missing_glyphs, use_style
from loyalty.shown.charts.survey import (
    correlation_matrix,
    exclusion_flow,
    group_standing,
    interval_panels,
    score_distributions,
    skew_and_kurtosis,
)
from loyalty.shown.charts.trial import declared_found
from loyalty.shown.charts.voice import cluster_choice, recovery, word_contrast

__all__ = [
    "Arrow",
    "Curve",
    "Panel",
    "Row",
    "answer_shares",
    "calibration",
    "cluster_choice",
    "correlation_matrix",
    "declared_found",
    "dots",
    "duplication",
    "exclusion_flow",
    "fit_levels",
    "forecast",
    "forest",
    "group_standing",
    "growth",
    "importance_maps",
    "importance_performance",
    "incidence",
    "interval_panels",
    "journey_map",
    "loading_map",
    "missing_glyphs",
    "narrow",
    "number_of_factors",
    "odds",
    "path_diagram",
    "recovery",
    "residual_map",
    "score_distributions",
    "skew_and_kurtosis",
    "slopes",
    "specification_curve",
    "stacked",
    "survival",
    "tracking",
    "two_triangles",
    "use_style",
    "vector",
    "waves",
    "word_contrast",
]
