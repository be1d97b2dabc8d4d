"""``python -m semfit``: the command."""

import sys

from .cli import main

sys.exit(main())
