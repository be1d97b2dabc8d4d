"""How the pages are built: `make docs`."""

import semfit

project = "semfit"
author = copyright = "The loyalty study contributors"
version = release = semfit.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
default_role = "py:obj"

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_default_options = {"members": True, "exclude-members": "__init__"}
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_param = False  # several names may share a line

html_theme = "furo"
html_title = f"semfit {release}"
html_show_copyright = False
