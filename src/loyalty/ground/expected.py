"""What a typed model expects, in our words: a sentence for each kind of validation error.

pydantic names its kinds of error and says each in a sentence for programmers; here each kind that
a description can meet has one for its author, in every language.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from loyalty.ground.said import Said

_NUMBER = ("float_type", "float_parsing", "finite_number", "decimal_type", "decimal_parsing")
_WHOLE = ("int_type", "int_parsing", "int_from_float", "int_parsing_size")
_KEYS = ("dict_type", "model_type", "model_attributes_type", "mapping_type", "dataclass_type")
_LIST = ("list_type", "tuple_type", "set_type", "iterable_type")
_TEXT = ("string_type", "string_sub_type", "string_unicode", "invalid_key")
_TRUTH = ("bool_type", "bool_parsing")
_DATE = (
    *("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
    *("datetime_type", "datetime_parsing", "datetime_object_invalid"),
)

#: What a pattern asks for.
PATTERNS: dict[str, Said] = {
    r"^[A-Za-z][A-Za-z0-9_]*$": Said("letters A to Z, digits and _ are expected, a letter first"),
    r"^[A-Za-z][A-Za-z0-9]*$": Said("letters A to Z and digits are expected, a letter first"),
    r"^[^\x00-\x1f\x7f]{1,200}$": Said("a text of 1 to 200 characters in one line is expected"),
    r"^[^\s#{}@|]{1,40}$": Said("a text of 1 to 40 characters without blanks is expected"),
    r"^[0-9a-f]{64}$": Said("the SHA-256 of the file is expected, 64 digits of 0 to 9 and a to f"),
    r"^([0-9a-f]{64}|unknown)$": Said(
        "the SHA-256 of the file is expected, 64 digits of 0 to 9 and a to f, or unknown"
    ),
    r"^[A-Z]{2}$": Said("two capital letters are expected, as DE or CN (ISO 3166)"),
    r"^https?://[^\s/]+/\S*$": Said("an address is expected, as https://example.org/file.csv"),
    r"^https?://[^\s/]+(/\S*)?$": Said("an address is expected, as https://example.org/page"),
    r"^10\.\d{4,9}/[^\s/]+$": Said("a DOI is expected, as 10.5281/zenodo.1234"),
    r"^[^/\\\s.\x00-\x1f][^/\\\x00-\x1f]*$": Said("the name of a file is expected, no folder"),
    r"^[^/\\\x00-\x1f]": Said("a path within the archive is expected"),
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": Said("the name of a package is expected"),
    r"^[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]$": Said("the name of a package is expected"),
    r"^[A-Za-z][A-Za-z0-9._]*$": Said("the name of an object is expected"),
    r"^[A-Za-z0-9][A-Za-z0-9._+!-]*$": Said("a version is expected, as 1.2.3"),
    r"^\d+([.-]\d+)+$": Said("a version is expected, as 1.2.3"),
    r"^-?\d{1,12}(\.\d{1,8})?$": Said("a number as it is printed is expected, in quotes: '0.45'"),
    r"^-?\d+\.\d+$": Said("a number as it is printed is expected, in quotes: '0.45'"),
}

#: What the parser of YAML says, and what its author may have done.
_YAML: tuple[tuple[str, Said], ...] = (
    (r".*'\\t' that cannot start", Said("a tab; lines are indented with blanks")),
    (
        r"mapping values are not allowed",
        Said("a colon within a text: put the text in quotes, or mend the indentation"),
    ),
    (
        r"expected <block end>|did not find expected (?:key|'-' indicator)|while parsing a block",
        Said("the indentation is uneven, or a quote or a bracket is not closed"),
    ),
    (
        r"could not find expected ':'",
        Said("a colon is missing after a key, or a quote is not closed"),
    ),
    (
        r"expected ',' or|did not find expected ',' or|.*unexpected end of stream|"
        r"expected the node content",
        Said("a comma is missing, or a quote or a bracket is not closed"),
    ),
    (
        r"found character .* that cannot start|found unexpected ':'|.*unknown escape|"
        r"found undefined tag|could not determine a constructor|found unknown",
        Said("a character that means something in YAML: put the text in quotes"),
    ),
)


def unparsed(problem: str) -> Said:
    """Why a text is no YAML, from what its parser says."""
    if isinstance(problem, Said):
        return problem
    return next((told for pattern, told in _YAML if re.match(pattern, problem)), Said(problem))


def said(problem: ErrorDetails, known: Sequence[str] = ()) -> Said:
    """What does not hold, and what is expected instead.

    Parameters
    ----------
    known : sequence of str
        The keys that there could be where one is that nobody knows.
    """
    context: Mapping[str, Any] = problem.get("ctx", {})
    kind = problem["type"]
    if of := getattr(context.get("error"), "said", None):
        return Said(of)
    if kind == "value_error":
        return Said(str(context["error"]))
    if kind == "extra_forbidden":
        return _unknown(str(problem["loc"][-1]), known)
    if kind == "missing":
        return Said("it is expected, and not there")
    if kind == "literal_error":
        return _one_of(str(context["expected"]))
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return PATTERNS.get(pattern, Said("a text like {pattern} is expected", pattern=pattern))
    return _sized(kind, context) or _typed(kind, problem)


def _typed(kind: str, problem: ErrorDetails) -> Said:
    if kind in _NUMBER:
        return Said("a number is expected")
    if kind in _WHOLE:
        return Said("a whole number is expected")
    if kind in _KEYS:
        return Said("keys with values are expected (key: value)")
    if kind in _LIST:
        return Said("a list is expected, [a, b] or lines that begin with -")
    if kind in _TEXT:
        return Said("a text is expected")
    if kind in _TRUTH:
        return Said("true or false is expected")
    if kind in _DATE:
        return Said("a date is expected, as 2026-01-31")
    return Said(problem["msg"])


def _sized(kind: str, context: Mapping[str, Any]) -> Said | None:
    match kind:
        case "greater_than":
            return Said("a number above {gt} is expected", gt=context["gt"])
        case "greater_than_equal":
            return Said("a number of at least {ge} is expected", ge=context["ge"])
        case "less_than":
            return Said("a number below {lt} is expected", lt=context["lt"])
        case "less_than_equal":
            return Said("a number of at most {le} is expected", le=context["le"])
        case "string_too_short":
            return Said("a text is expected, not an empty one")
        case "string_too_long":
            most = context["max_length"]
            return Said("a text of at most {most} characters is expected", most=most)
        case "too_short" if context["min_length"] == 1:
            return Said("at least one entry is expected")
        case "too_short":
            return Said("at least {least} entries are expected", least=context["min_length"])
        case "too_long":
            return Said("at most {most} entries are expected", most=context["max_length"])
    return None


def _one_of(expected: str) -> Said:
    """Of values that pydantic lists as ``'a', 'b' or 'c'``."""
    values = re.findall(r"'((?:[^'\\]|\\.)*)'|(\w+)(?=,|$| or )", expected)
    listed = [quoted or bare for quoted, bare in values if (quoted or bare) != "or"]
    if len(listed) == 1:
        return Said("{value} is expected", value=listed[0])
    return Said("one of {values} is expected", values=listed)


def meant(word: str, known: Sequence[str]) -> Said | None:
    """Which of the known words another may stand for."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.7)
    return Said("did you mean {near!r}?", near=near[0]) if near else None


def _unknown(key: str, known: Sequence[str]) -> Said:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.7)
    if near:
        return Said("there is no such key; did you mean {near!r}?", near=near[0])
    if known:
        return Said("there is no such key here; there are {known}", known=[*known])
    return Said("there is no such key here")


# --- which keys there could be -------------------------------------------------------------------
def keys_at(model: type[BaseModel], steps: Sequence[str | int]) -> list[str]:
    """The keys that a model takes at a place, by the steps that lead there; none of a free one."""
    kinds: list[Any] = [model]
    for step in steps:
        kinds = [inner for kind in kinds for inner in _inside(kind, step)]
    models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return list(
        dict.fromkeys(
            field.alias or name for kind in models for name, field in kind.model_fields.items()
        )
    )


def _inside(kind: Any, step: str | int) -> list[Any]:
    """What a type holds under a step, its optional and listed parts taken apart."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if step in (name, field.alias):
                return _apart(field.annotation)
        return []
    arguments = get_args(kind)
    if isinstance(step, int):
        return [inner for argument in arguments for inner in _apart(argument)]
    return _apart(arguments[-1]) if arguments else []


def _apart(kind: Any) -> list[Any]:
    """A type, or the members of a union or of what is annotated."""
    origin = getattr(kind, "__origin__", None)
    if hasattr(kind, "__metadata__"):
        return _apart(kind.__origin__)
    if origin in (list, tuple, dict, set) or not get_args(kind):
        return [kind]
    return [inner for argument in get_args(kind) for inner in _apart(argument)]
