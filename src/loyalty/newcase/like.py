"""What another case or a model says about the columns of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from semfit.errors import ModelError
from semfit.syntax import parse

from loyalty.cases import reading
from loyalty.cases import study as studies
from loyalty.ground.errors import UserError


@dataclass
class Plan:
    """Constructs by id with their columns, their labels and roles, and the paths between them."""

    constructs: dict[str, list[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    wordings: dict[str, str] = field(default_factory=dict)
    reversed: set[str] = field(default_factory=set)
    paths: list[tuple[str, str, str]] = field(default_factory=list)


def from_case(case: str) -> Plan:
    """The constructs, wordings and hypotheses of a case that is described."""
    study = studies.load(case)
    plan = Plan()
    for construct in study.constructs:
        plan.constructs[construct.id] = [item.source_column for item in construct.items]
        plan.labels[construct.id] = construct.label.en
        plan.roles[construct.id] = construct.role
        for item in construct.items:
            plan.wordings[item.source_column] = item.en
            if item.reversed:
                plan.reversed.add(item.source_column)
    plan.paths = [(h.from_, h.to, h.sign) for h in study.hypotheses if h.is_path]
    return plan


def from_model(file: Path) -> Plan:
    """The factors and regressions of a model in lavaan's syntax."""
    content = reading.limits.content(file, file.name)
    try:
        syntax = parse(content[:1_000_000].decode("utf-8-sig"))
    except (ModelError, UnicodeDecodeError) as error:
        raise UserError("{file}: {error}", file=file.name, error=error) from None
    plan = Plan()
    for formula in syntax.formulas:
        if formula.op == "=~":
            plan.constructs.setdefault(formula.lhs, []).append(formula.rhs)
    for formula in syntax.formulas:
        if formula.op == "~" and {formula.lhs, formula.rhs} <= set(plan.constructs):
            plan.paths.append((formula.rhs, formula.lhs, "+"))
    if not plan.constructs:
        raise UserError("{file}: no factor (=~) in the model", file=file.name)
    starts, ends = {a for a, _, _ in plan.paths}, {b for _, b, _ in plan.paths}
    for name in plan.constructs:
        outcome = name in ends and name not in starts
        mediator = name in ends and name in starts
        plan.roles[name] = "outcome" if outcome else "mediator" if mediator else "antecedent"
    return plan
