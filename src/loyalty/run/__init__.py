"""Running notebooks and showing what they found."""

import sys

# nbformat validates notebooks by jsonschema, which builds a grammar of internationalized addresses
# (seconds of processor time) at every start, where that package is installed. No notebook needs it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
