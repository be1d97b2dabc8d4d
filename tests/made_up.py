"""Findings made up for tests: of each only what matters to the test is given."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from loyalty.ground.findings import Refused


def made(kind: type[BaseModel], /, **given: Any) -> Any:
    """A finding of which only `given` matters: its other fields hold whatever they take."""
    return kind(
        **{
            name: _filled(info.annotation, given.get(name, ...))
            for name, info in kind.model_fields.items()
            if name in given or info.is_required()
        }
    )


def _filled(annotation: Any, value: Any = ...) -> Any:
    kinds = list(_parts(annotation))
    model = next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)
    if isinstance(value, dict) and model is not None:
        return made(model, **value)
    if isinstance(value, list):
        inner = get_args(next(k for k in kinds if get_origin(k) is not None))[0]
        return tuple(_filled(inner, one) for one in value)
    if value is not ...:
        return value
    if type(None) in kinds:
        return None
    first = kinds[0]
    if get_origin(first) is Literal:
        return get_args(first)[0]
    if get_origin(first) is not None:
        return ()
    return made(model) if model is not None else {int: 1, float: 0.5, bool: False}.get(first, "x")


def _parts(annotation: Any) -> Sequence[Any]:
    if get_origin(annotation) is Annotated:
        return _parts(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [part for of in get_args(annotation) for part in _parts(of) if part is not Refused]
    return [annotation]
