"""How the pages are built: `make docs`. What can be said from the code is written by pages.py."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

project = "The loyalty study"
author = copyright = "The loyalty study contributors"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
default_role = "py:obj"
smartquotes = False  # --json is no dash

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_default_options = {"members": True, "exclude-members": "__init__"}
napoleon_use_rtype = False
napoleon_use_param = False  # several names may share a line

html_theme = "furo"
html_title = project
html_show_copyright = False
html_last_updated_fmt = None


def setup(app: Any) -> None:
    import pages

    pages.write(Path(__file__).parent / "made")
