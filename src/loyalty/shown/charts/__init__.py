"""The study's figures in one style: intervals, direct labels, colours safe for colour-blindness.

Every function takes values and labels and returns a :class:`matplotlib.figure.Figure`; none knows
files or estimators.
"""

from loyalty.shown.charts.behaviour import *
from loyalty.shown.charts.charts import *
from loyalty.shown.charts.groups import *
from loyalty.shown.charts.measurement import *
from loyalty.shown.charts.reliability import *
from loyalty.shown.charts.structural import *
from loyalty.shown.charts.style import *
from loyalty.shown.charts.survey import *
from loyalty.shown.charts.voice import *
