"""What the command says to a person: a sentence of the catalogue with its parameters.

A :class:`Said` is its English text, wherever a text is expected (in a log, a JSON output, a test);
:meth:`Said.in_` is the same sentence in another language, from ``ground/terms/messages.yml``, where
sentences are named by their English. :func:`spoken` shows any value in the reader's language.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from loyalty.ground.catalogue import catalogue

#: Where a reader's language is looked for, the first that is set: the command's own, the locale's.
LANGUAGE = ("LOYALTY_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
#: Set while a run holds the project, for its processes: what they print, it reads.
HELD = "LOYALTY_HELD"


def language() -> str:
    """The reader's language: ``zh`` where the environment says so, else ``en``."""
    for name in LANGUAGE:
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


class Said(str):
    """A sentence in one line: a template of :meth:`str.format` and what stands in its places.

    Parameters
    ----------
    template : str
        The English sentence, which names its entry in the catalogue. Without parameters it is
        taken as it is, braces and all.
    **parameters
        Numbers, names, values; a sequence is listed; what is a sentence itself (:class:`Said`, an
        exception that has one, a ``Text``) is shown in the language asked for.
    """

    template: str
    parameters: Mapping[str, Any]

    def __new__(cls, template: str, **parameters: Any) -> Said:
        if isinstance(template, Said) and not parameters:
            return template
        made = super().__new__(cls, _filled(template, parameters, "en"))
        made.template, made.parameters = template, parameters
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.template, dict(self.parameters))

    def in_(self, language: str) -> str:
        """The sentence in a language; in English where the catalogue has no other."""
        entry = catalogue("messages").get(self.template, {})
        return _filled(entry.get(language, self.template), self.parameters, language)

    def placed(self) -> tuple[str, Said]:
        """Where it belongs, which stands before the first colon (else nothing), and the rest.

        A sentence says in every language in the same way where it belongs.
        """
        place, colon, _ = self.partition(": ")
        return (place, _After(self.template, **self.parameters)) if colon else ("", self)


class _After(Said):
    """What a sentence says after its first colon."""

    def __new__(cls, template: str, **parameters: Any) -> _After:
        whole = Said(template, **parameters)
        made = str.__new__(cls, whole.partition(": ")[2])
        made.template, made.parameters = template, parameters
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_after, (self.template, dict(self.parameters))

    def in_(self, language: str) -> str:
        return Said(self.template, **self.parameters).in_(language).partition(": ")[2]


def _made_after(template: str, parameters: dict[str, Any]) -> _After:
    return _After(template, **parameters)


def _made(template: str, parameters: dict[str, Any]) -> Said:
    return Said(template, **parameters)


def spoken(value: Any, language_: str | None = None) -> str:
    """A value in the reader's language (or in another one)."""
    return _shown(value, language_ or language())


def said_by_system(error: OSError) -> Said:
    """Why the system could not do something."""
    return Said(error.strerror or type(error).__name__)


def _filled(template: str, parameters: Mapping[str, Any], language: str) -> str:
    if parameters:
        shown = {
            name: _shown(value, language) if _speaks(value) else value
            for name, value in parameters.items()
        }
        template = template.format(**shown)
    return " ".join(template.split())


def _speaks(value: Any) -> bool:
    """Whether a value is not the same in every language."""
    return isinstance(value, BaseException | list | tuple) or hasattr(value, "in_")


def _shown(value: Any, language: str) -> str:
    if isinstance(value, BaseException):
        value = getattr(value, "said", str(value))
    if hasattr(value, "in_"):
        return str(value.in_(language))
    if isinstance(value, list | tuple):
        between, nothing = ("、", "无") if language == "zh" else (", ", "none")
        return between.join(_shown(one, language) for one in value) or nothing
    return str(value)
