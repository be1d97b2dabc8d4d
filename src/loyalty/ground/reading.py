"""Reading and checking what people write: YAML files against typed models."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from loyalty.ground import expected, paths
from loyalty.ground.errors import UserError
from loyalty.ground.said import Said, said_by_system

#: Largest description that is read, in bytes; a larger one is a mistake or an attack.
MAX_BYTES = 1_000_000
#: So many levels libyaml can take; many more overflow its stack.
DEEP = 5_000

Scalar = bool | int | float | str

M = TypeVar("M", bound=BaseModel)

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=40)]

Code = Annotated[str, StringConstraints(pattern=r"^[^\s#{}@|]{1,40}$")]

#: How a level of a group is written in the rows: any text.
Level = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


# --- files -----------------------------------------------------------------------------------
_TRUTH = "tag:yaml.org,2002:bool"
#: What is no text where it stands unquoted; not yes, no, on and off, which YAML 1.2 takes as texts.
_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")


class _KeysOnce(yaml.constructor.SafeConstructor):
    """Takes keys as they are written (``01``, ``Yes`` and ``null`` are texts); none twice.

    What looks like a date or a number and is none (30 February) is told with its place.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, OverflowError, AttributeError, LookupError):
            said = Said("{value!r} is no such date, time or number", value=str(node.value)[:40])
            raise yaml.constructor.ConstructorError(None, None, said, node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for k, _ in node.value:
            if isinstance(k, yaml.ScalarNode) and k.tag.startswith("tag:yaml.org,2002:"):
                k.tag = "tag:yaml.org,2002:str"
            key = self.construct_object(k, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(
                    None, None, "a plain key is expected", k.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, Said("the key {key!r} is given twice", key=key), k.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


_RESOLVERS = {
    first: [(tag, _BOOL if tag == _TRUTH else pattern) for tag, pattern in resolvers]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Loader(_KeysOnce, yaml.SafeLoader):
    """Safe YAML that refuses aliases (nothing needs them)."""

    yaml_implicit_resolvers = _RESOLVERS

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(
                None, None, "aliases (*name) are not allowed", event.start_mark
            )
        return super().compose_node(parent, index)


class _Quick(_KeysOnce, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same by libyaml, ten times as fast, for texts in which no alias can be."""

    yaml_implicit_resolvers = _RESOLVERS


def _depth(text: str) -> int:
    """At most so many levels of YAML lie within each other in a text."""
    return text.count("[") + text.count("{") + max(map(len, text.splitlines()), default=0)


def read_yaml(path: Path, *, name: str | None = None) -> Any:
    """The content of a YAML file.

    Raises
    ------
    UserError
        With file, line and column when the file is absent, too large, not UTF-8 or not YAML.
    """
    name = name or shown_path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError("{name}: larger than {most:,} bytes", name=name, most=MAX_BYTES)
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            "{name}: line {line}: not UTF-8 text (byte {start})",
            name=name,
            line=error.object.count(b"\n", 0, error.start) + 1,
            start=error.start,
        ) from None
    except OSError as error:
        raise UserError("{name}: {why}", name=name, why=said_by_system(error)) from None
    try:
        if "*" not in text and _depth(text) < DEEP:
            with contextlib.suppress(yaml.YAMLError):  # the other one says better what is wrong
                return yaml.load(text, Loader=_Quick)  # a SafeLoader
        return yaml.load(text, Loader=_Loader)  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise UserError(
            "{name}: line {line}, column {column}: not YAML ({problem})",
            name=name,
            line=mark.line + 1 if mark else 1,
            column=mark.column + 1 if mark else 1,
            problem=expected.unparsed(error.problem or ""),
        ) from None
    except yaml.reader.ReaderError as error:
        raise UserError(
            "{name}: line {line}: not YAML (a control character, U+{code:04X}: take it out)",
            name=name,
            line=text.count("\n", 0, error.position) + 1,
            code=int(error.character),
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UserError(
            "{name}: not YAML ({type}: {error})", name=name, type=type(error).__name__, error=error
        ) from None


class Problems(ValueError):
    """Several things that do not hold in a model, each a sentence of its own."""

    def __init__(self, texts: Sequence[Said]) -> None:
        super().__init__("; ".join(texts))
        self.texts = tuple(texts)


class NotValid(UserError):
    """What does not hold in the content of a file: pairs of a key's steps and a text.

    Entries of a list are named as :func:`named` does.
    """

    def __init__(self, name: str, found: Sequence[tuple[tuple[str, ...], Said]]) -> None:
        shown = [_keyed(key, text) for key, text in found[:5]]
        if more := len(found) - len(shown):
            shown.append(Said("and {more} more", more=more))
        listed = shown[0]
        for one in shown[1:]:
            listed = Said("{listed}; {one}", listed=listed, one=one)
        super().__init__("{name}: {listed}", name=name, listed=listed)
        self.name, self.found = name, tuple(found)


def _keyed(key: Sequence[str | int], text: Said) -> Said:
    return Said("{key}: {text}", key=".".join(map(str, key)), text=text) if key else text


def _said(problem: ErrorDetails, known: Sequence[str]) -> Said:
    """What does not hold, and what was found instead."""
    of = expected.said(problem, known)
    given = problem["input"]
    if isinstance(given, str | int | float) and problem["type"] != "extra_forbidden":
        return Said("{said} (found {given!r:.60})", said=of, given=given)
    return of


def named(content: Any, key: Sequence[str | int]) -> tuple[str, ...]:
    """The steps of a key, entries of a list by their id, or by ``#1`` for the first."""
    steps = []
    for step in key:
        inner: Any = None
        if isinstance(step, int) and isinstance(content, list) and step < len(content):
            inner = content[step]
            of = inner.get("id") if isinstance(inner, dict) else None
            good = isinstance(of, str) and re.fullmatch(r"[\w-]{1,40}", of)
            steps.append(str(of) if good else f"#{step + 1}")
        else:
            steps.append(f"#{step + 1}" if isinstance(step, int) else str(step))
            inner = content.get(step) if isinstance(content, dict) else None
        content = inner
    return tuple(steps)


def validated(model: type[M], content: Any, name: str) -> M:
    """`content` as a `model`.

    Raises
    ------
    NotValid
        With all that does not hold; its text is one line that names file and keys.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        found: list[tuple[tuple[str, ...], Said]] = []
        for problem in error.errors(include_url=False):
            several = problem.get("ctx", {}).get("error")
            key = tuple(problem["loc"])
            if key[-1:] == ("int",):  # said of a whole number or any other, it is said again
                continue
            key = key[:-1] if key[-1:] == ("float",) else key
            known = expected.keys_at(model, key[:-1])
            texts = several.texts if isinstance(several, Problems) else [_said(problem, known)]
            found += [(named(content, key), one) for one in texts]
        raise NotValid(name, found) from None


def line_of(text: str, key: Sequence[str]) -> int | None:
    """The line of YAML on which a key stands, or the nearest above it that does.

    An entry of a list is found by its id, or as ``#1`` by its place.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    line = 1
    for step in key:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode):
            entry = next((e for k, e in enumerate(node.value) if _is_entry(e, k, step)), None)
            if entry is None:
                break
            line, node = entry.start_mark.line + 1, entry
        else:
            break
    return line


def _is_entry(node: yaml.Node, at: int, step: str) -> bool:
    if step == f"#{at + 1}":
        return True
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return any(key.value == "id" and value.value == step for key, value in pairs)


def shown_path(path: Path) -> str:
    try:
        return str(path.relative_to(paths.root()))
    except (ValueError, UserError):
        return str(path)
