"""The command ``semfit``: a model text and a data file in, tables or JSON out."""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

from . import __version__
from .errors import ModelError
from .fitting import fit
from .messages import message
from .reading import read_data
from .result import as_tuple
from .syntax import parse
from .table import variables_of

MAXIMUM_MODEL_BYTES = 1_000_000


def read_model(path: Path) -> str:
    """A model text from a file."""
    if not path.is_file():
        raise ModelError("no_model_file", path=path)
    if path.stat().st_size > MAXIMUM_MODEL_BYTES:
        raise ModelError("model_file_large", bytes=path.stat().st_size)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ModelError("model_file_encoding", file=path.name) from None
    except OSError as error:
        raise ModelError("file_unreadable", file=path.name, reason=error.strerror) from None


def fit_command(
    model: Path | str,
    data: Path | str,
    *,
    group: str | None = None,
    group_equal: str = "",
    group_partial: str = "",
    cluster: str | None = None,
    ordered: str = "",
    sheet: str | None = None,
    as_json: bool = False,
    **options: Any,
) -> str:
    """Fit the model in a text file to a data file and return the text to print.

    Lists are texts with commas; ``ordered="all"`` makes every dependent variable ordinal;
    ``sheet`` names a workbook's sheet; other ``options`` are those of `semfit.fit`. With
    ``as_json`` the text is an object with ``parameters``, ``fit`` and ``warnings``. Raises
    `ModelError` with one line where that cannot be done.
    """
    text = read_model(Path(model))
    names = variables_of(parse(text), (), True).observed
    levels = [name for name in (group, cluster) if name is not None]
    result = fit(
        text,
        read_data(Path(data), names, levels, sheet),
        group=group,
        group_equal=as_tuple(group_equal),
        group_partial=as_tuple(group_partial),
        cluster=cluster,
        ordered=as_tuple(ordered),
        **options,
    )
    return json.dumps(result.to_dict()) if as_json else str(result.summary())


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, as every other mistake has; ``--help`` has the rest."""
        self.exit(2, f"{self.prog}: {message}\n")


def parser(prog: str = "semfit") -> argparse.ArgumentParser:
    """The command's arguments, which are those of `fit_command`."""
    words = _Parser(
        prog=prog,
        description="Fit a structural equation model to a data file.",
        epilog="Lists have commas between their members.",
        allow_abbrev=False,
    )
    add = words.add_argument
    add("model", help="a text file with the model in lavaan's syntax")
    add("data", help="csv, tsv, xlsx, parquet, sav or dta")
    add("--group", metavar="COLUMN", help="the column that names the groups")
    add("--group-equal", metavar="LIST", default="", help="loadings,intercepts,…")
    add("--group-partial", metavar="LIST", default="", help="left free, like x3~1")
    add("--estimator", metavar="NAME", help="ML, MLM, MLR, GLS, ULS, WLSMV, …")
    add("--missing", metavar="HOW", default="listwise", help="listwise or fiml")
    add("--ordered", metavar="LIST", default="", help="the ordinal variables, or all")
    add("--cluster", metavar="COLUMN", help="the column that names the clusters")
    add("--weights", metavar="COLUMN", help="the column of sampling weights")
    add("--se", metavar="KIND", default="default", help="expected, observed or robust")
    add("--std-lv", action="store_true", help="factor variances are one, all loadings free")
    add("--orthogonal", action="store_true", help="factors are uncorrelated")
    add("--meanstructure", action=argparse.BooleanOptionalAction, help="with intercepts")
    add("--fixed-x", action=argparse.BooleanOptionalAction, help="predictors are given")
    add("--bootstrap", metavar="DRAWS", type=int, default=0, help="errors from so many refits")
    add("--seed", type=int, default=1, help="of the bootstrap")
    add("--sheet", metavar="NAME", help="the sheet of a workbook")
    add("--json", action="store_true", dest="as_json", help="print JSON")
    add("--version", action="version", version=f"semfit {__version__}")
    return words


def main(words: Sequence[str] | None = None, prog: str = "semfit") -> int:
    """Run the command and return its exit code: a user's mistake is one line and 2."""

    def say(text: object, *_: Any) -> None:
        print(f"{prog}: {text}", file=sys.stderr)

    try:
        given = vars(parser(prog).parse_args(words))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    if isinstance(sys.stdout, TextIOWrapper):  # a console that lacks a letter
        sys.stdout.reconfigure(errors="backslashreplace")
    with warnings.catch_warnings():
        warnings.showwarning = say  # type: ignore[assignment]
        try:
            print(fit_command(**given), flush=True)
        except ModelError as error:
            say(error)
            return 2
        except MemoryError:
            say(message("no_memory"))
            return 2
        except KeyboardInterrupt:
            return 130
        except BrokenPipeError:  # the reader has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
