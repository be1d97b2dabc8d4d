"""How the pages are built: `make docs`. What can be said from the code is written by pages.py."""

import sys
from pathlib import Path
from typing import Any

from docutils import nodes

from loyalty.render import ast, pandoc

sys.path.insert(0, str(Path(__file__).parent))

project = "The loyalty study"
author = copyright = "The loyalty study contributors"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
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


def formulas(_app: Any, doctree: nodes.document, _name: str) -> None:
    """Formulas as MathML, which a page shows without a script and without a network."""
    found = [n for n in doctree.findall() if isinstance(n, nodes.math | nodes.math_block)]
    jobs = []
    for one in found:
        block, text = isinstance(one, nodes.math_block), one.astext()
        if block and "\\\\" in text:
            text = f"\\begin{{aligned}}{text}\\end{{aligned}}"
        kind = ast.node("DisplayMath" if block else "InlineMath")
        math = [ast.node("Plain", [ast.node("Math", [kind, text])])]
        jobs.append({"op": "write", "ast": ast.dump(math), "format": "html5", "where": text})
    for one, made in zip(found, pandoc.run(jobs), strict=True):
        if isinstance(one, nodes.math_block):
            made = f'<p style="overflow-x: auto" tabindex="0">{made}</p>'
        one.replace_self(nodes.raw("", made, format="html"))


def setup(app: Any) -> None:
    import pages

    app.connect("doctree-resolved", formulas)
    pages.write(Path(__file__).parent / "made")
