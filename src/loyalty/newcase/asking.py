"""What somebody is asked at the terminal: a construct's name and role."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, get_args

from loyalty.cases.asked import Construct
from loyalty.ground.text import Language

if TYPE_CHECKING:
    from loyalty.newcase.found import Found
    from loyalty.newcase.write import Roles

Ask = Callable[[str, str], str]
ROLES: tuple[str, ...] = get_args(Construct.model_fields["role"].annotation)
_SAYS = {
    "items": ("Asked together:", "以下题项归为一组："),
    "label": ("a short name for it", "简短名称"),
    "role": (f"its role, of {', '.join(ROLES)}", f"角色，可选 {'、'.join(ROLES)}"),
}
#: So many items are shown.
SHOWN = 6


def constructs(found: Found, ask: Ask, language: Language, role_of: Roles) -> Roles:
    """Ask for the name and the role of each construct; the roles are those that were answered.

    A role that there is not is asked for again.
    """
    at = 1 if language == "zh" else 0
    roles: dict[str, str] = {}
    for block in found.blocks:
        wordings = [block.wordings.get(i.column.name) or i.column.asked for i in block.items]
        more = ["  …"] if len(wordings) > SHOWN else []
        items = [_SAYS["items"][at], *(f"  {w[:100]}" for w in wordings[:SHOWN]), *more]
        heading = "\n".join(["", *items, _SAYS["label"][at]])
        block.label = ask(heading, block.label or block.stem) or block.label
        guessed = role_of(found, block)[0]
        while (answer := ask(_SAYS["role"][at], guessed).strip().lower()) not in ROLES:
            pass
        roles[block.stem] = answer
    return lambda _, block: (roles[block.stem], True)
