"""Sentences made from numbers, in English and Chinese from one place.

Every function returns a :class:`loyalty.study.Text` of Markdown. Wordings hedge as far as the
interval does: a cut-off inside an interval leaves the question open. One module an analysis.
"""

from loyalty.prose.audit import *
from loyalty.prose.behaviour import *
from loyalty.prose.descriptives import *
from loyalty.prose.failure import *
from loyalty.prose.groups import *
from loyalty.prose.measurement import *
from loyalty.prose.reliability import *
from loyalty.prose.robustness import *
from loyalty.prose.structural import *
from loyalty.prose.synthesis import *
from loyalty.prose.voice import *
from loyalty.prose.words import *
