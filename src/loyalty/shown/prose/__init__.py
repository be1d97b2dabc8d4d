"""Sentences made from numbers, in English and Chinese from one place.

Every function returns a :class:`loyalty.cases.study.Text` of Markdown. Wordings hedge as far as the
interval does: a cut-off inside an interval leaves the question open. One module an analysis.
"""

from loyalty.shown.prose.audit import *
from loyalty.shown.prose.behaviour import *
from loyalty.shown.prose.failure import *
from loyalty.shown.prose.groups import *
from loyalty.shown.prose.measurement import *
from loyalty.shown.prose.reliability import *
from loyalty.shown.prose.robustness import *
from loyalty.shown.prose.structural import *
from loyalty.shown.prose.synthesis import *
from loyalty.shown.prose.voice import *
from loyalty.shown.prose.words import *
