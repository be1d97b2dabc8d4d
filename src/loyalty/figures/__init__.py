"""The study's figures in one style: intervals, direct labels, colours safe for colour-blindness.

Every function takes values and labels and returns a :class:`matplotlib.figure.Figure`; none knows
files or estimators.
"""

from loyalty.figures.behaviour import *
from loyalty.figures.charts import *
from loyalty.figures.groups import *
from loyalty.figures.measurement import *
from loyalty.figures.reliability import *
from loyalty.figures.structural import *
from loyalty.figures.style import *
from loyalty.figures.survey import *
from loyalty.figures.voice import *
