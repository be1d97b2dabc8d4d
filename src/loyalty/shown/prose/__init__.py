"""Sentences made from numbers; they move to their analyses."""

from loyalty.shown.prose.failure import *
from loyalty.shown.prose.synthesis import *
from loyalty.shown.prose.voice import *
from loyalty.shown.prose.words import *
