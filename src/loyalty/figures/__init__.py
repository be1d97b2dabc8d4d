"""The study's figures in one style: intervals, direct labels, colours safe for colour-blindness.

Every function takes values and labels and returns a :class:`matplotlib.figure.Figure`; none knows
files or estimators.
"""

from loyalty.figures.charts import *
from loyalty.figures.reliability import *
from loyalty.figures.style import *
