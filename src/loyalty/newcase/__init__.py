"""A description of a file that nobody has described: what a case needs, as far as a file tells.

:func:`new` looks at a survey's file and writes ``data/<name>/study.yml``. What it cannot know is
marked ``# check:`` there.
"""

from __future__ import annotations

from loyalty.newcase.make import Made, new

__all__ = ["Made", "new"]
