"""Tables out of files: delimited text, sheets, the files of SPSS and Stata, parquet.

:func:`read` gives a :class:`Table`. What a description declares under ``format`` holds; what it
leaves open is taken from the file where the file leaves no doubt, and else is one line that says
what to declare. Nothing is read before :mod:`~loyalty.cases.reading.limits` lets it.
"""

from __future__ import annotations

from loyalty.cases.reading import limits
from loyalty.cases.reading.files import SUFFIXES, read, unpacked
from loyalty.cases.reading.table import Table, Wanted

__all__ = ["SUFFIXES", "Table", "Wanted", "limits", "read", "unpacked"]
