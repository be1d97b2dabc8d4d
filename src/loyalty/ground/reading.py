"""Reading and checking what people write: YAML files against typed models."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from loyalty.ground import paths
from loyalty.ground.errors import UserError

#: Largest description that is read, in bytes; a larger one is a mistake or an attack.
MAX_BYTES = 1_000_000
#: So many levels libyaml can take; many more overflow its stack.
DEEP = 5_000

Scalar = bool | int | float | str

M = TypeVar("M", bound=BaseModel)

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=40)]

Code = Annotated[str, StringConstraints(pattern=r"^[^\s#{}@|]{1,40}$")]

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


# --- files -----------------------------------------------------------------------------------
class _KeysOnce(yaml.constructor.SafeConstructor):
    """Refuses keys given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for k, _ in node.value:
            key = self.construct_object(k, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(
                    None, None, "a plain key is expected", k.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is given twice", k.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


class _Loader(_KeysOnce, yaml.SafeLoader):
    """Safe YAML that refuses aliases (nothing needs them)."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(
                None, None, "aliases (*name) are not allowed", event.start_mark
            )
        return super().compose_node(parent, index)


class _Quick(_KeysOnce, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same by libyaml, ten times as fast, for texts in which no alias can be."""


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
            raise UserError(f"{name}: larger than {MAX_BYTES:,} bytes")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{name}: not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}") from None
    try:
        if "*" not in text and _depth(text) < DEEP:
            with contextlib.suppress(yaml.YAMLError):  # the other one says better what is wrong
                return yaml.load(text, Loader=_Quick)  # a SafeLoader
        return yaml.load(text, Loader=_Loader)  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise UserError(f"{name}: {where}not YAML ({error.problem})") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UserError(f"{name}: not YAML ({type(error).__name__}: {error})") from None


def validated(model: type[M], content: Any, name: str) -> M:
    """`content` as a `model`; the first problems as one line that names file and key."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = []
        for problem in error.errors(include_url=False)[:5]:
            key = ".".join(str(part) for part in problem["loc"])
            text = problem["msg"].removeprefix("Value error, ")
            given = problem["input"]
            shown = f" (found {given!r:.60})" if isinstance(given, str | int | float) else ""
            problems.append(f"{key}: {text}{shown}" if key else f"{text}{shown}")
        more = error.error_count() - len(problems)
        if more > 0:
            problems.append(f"and {more} more")
        raise UserError(f"{name}: {'; '.join(problems)}") from None


def shown_path(path: Path) -> str:
    try:
        return str(path.relative_to(paths.root()))
    except (ValueError, UserError):
        return str(path)
