"""Text into Markdown, so that nothing in it is taken for markup."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def escape(text: str) -> str:
    """`text` as literal Markdown on one line: a backslash before every ASCII punctuation mark.

    Pandoc and CommonMark both take a backslashed punctuation mark literally, so no HTML, link,
    reference, formula or shortcode can come out of an item's wording.
    """
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
