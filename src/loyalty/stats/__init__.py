"""Classical statistics on small frames.

Pure functions: a frame of answers in, a frozen result with named fields out. A statistic that
cannot be computed raises :class:`CannotCompute`, what a page cannot show (an unknown method, an
absent column) a plain ValueError. One module a family:
``audit``, ``descriptives``, ``reliability``, ``efa``, ``validity``, ``groups``, ``pooling``,
``regression``, ``pls``.
"""

from loyalty.stats._common import CannotCompute, Result, plain

__all__ = ["CannotCompute", "Result", "plain"]
