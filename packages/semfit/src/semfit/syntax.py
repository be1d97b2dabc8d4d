"""The model syntax: text in lavaan's language, read into formulas.

The grammar is that of lavaan's tutorial (Rosseel 2012, *Journal of Statistical Software* 48:2):

========  =============================================  =======================
operator  meaning                                        example
========  =============================================  =======================
``=~``    is measured by                                 ``f =~ x1 + a*x2``
``~``     is regressed on (``~ 1``: intercept)           ``y ~ x + b*z``
``~~``    covaries with                                  ``x1 ~~ 0.5*x2``
``|``     thresholds of an ordinal variable              ``x1 | t1 + t2``
``:=``    is defined as a function of labels             ``ind := a*b``
``==``    linear constraint between labels               ``a == 2*b``
========  =============================================  =======================

A modifier stands before ``*``: a number fixes, a name labels, ``NA`` frees, ``start(1)`` gives a
starting value, ``c(…, …)`` gives one modifier per group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from .errors import ModelError
from .messages import Message, message

MAXIMUM_CHARACTERS = 1_000_000
MAXIMUM_DEPTH = 40
#: Of fixed and starting values, whose powers must not overflow.
LARGEST = 1e50

FORMULA_OPERATORS = ("=~", "~~", "~", "|")
_UNSUPPORTED = {
    "<~": message("formative"),
    "~*~": message("scaling_factors"),
    "|~": message("response_intercepts"),
    "<": message("inequality"),
    ">": message("inequality"),
    "%": message("percent"),
    "?": message("question_mark"),
}

#: Names before a bracket that other programs know, and what is said of them.
_UNSUPPORTED_CALLS = {
    "lower": message("bound", name="lower"),
    "upper": message("bound", name="upper"),
    "efa": message("exploratory"),
    "prior": message("prior"),
    "rv": message("random_slope"),
}
_BLOCKS = ("level", "group", "block", "class")

_TOKEN = re.compile(
    r"""
    (?:[ \t\r\f\v\u00a0\u3000]++|[#!][^\n]*+)*+  # spaces and comments
    (?:
        (?P<newline>\n|;|\Z)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<name>[^\W\d][\w.]*|\.[^\W\d][\w.]*)
      | (?P<string>"[^"\n]*"|'[^'\n]*')
      | (?P<op>=~|~\*~|\|~|~~|~|:=|==|<~|[<>%?|:+\-*/^(),=])
    )
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    kind: str
    text: str
    line: int


class Modifier(NamedTuple):
    """What stands before ``*``: one entry per group in each field that was given."""

    fixed: tuple[float | None, ...] = ()
    label: tuple[str | None, ...] = ()
    start: tuple[float | None, ...] = ()

    def merged(self, other: Modifier) -> Modifier:
        return Modifier(
            other.fixed or self.fixed, other.label or self.label, other.start or self.start
        )


class Formula(NamedTuple):
    """One parameter as written: ``lhs op rhs`` with its modifier (intercepts have op ``~1``)."""

    lhs: str
    op: str
    rhs: str
    modifier: Modifier = Modifier()


# An arithmetic expression: ("number", value), ("name", label), (operator, left, right),
# ("neg", operand) or ("call", function name, operand).
Expression = tuple[Any, ...]


@dataclass(frozen=True)
class Syntax:
    """A parsed model text."""

    formulas: tuple[Formula, ...]
    defined: tuple[tuple[str, Expression, str], ...] = ()
    constraints: tuple[tuple[Expression, Expression, str, str], ...] = ()
    text: str = field(default="", compare=False)


def tokenize(text: str) -> list[Token]:
    """The tokens of a model text; newlines are left only where a statement ends, and last.

    A statement goes on in the next line after an operator and before a ``+``.
    """
    tokens: list[Token] = []
    position, line = 0, 1
    while True:
        match = _TOKEN.match(text, position)
        if match is None:
            found = text[position : position + 500].lstrip()[:20]
            raise ModelError("syntax", line=line, problem=message("unreadable", found=found))
        kind = str(match.lastgroup)
        token = match[kind]
        if kind == "newline":
            if not token:
                tokens.append(Token(kind, "\n", line))
                return tokens
            last = tokens[-1] if tokens else None
            if last and last.kind != "newline" and (last.kind != "op" or last.text == ")"):
                tokens.append(Token(kind, token, line))
            line += token == "\n"
        else:
            if token == "+" and tokens and tokens[-1].kind == "newline":
                tokens.pop()
            tokens.append(Token(kind, token, line))
        position = match.end()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.last = len(tokens) - 1
        self.at = 0
        self.formulas: dict[tuple[str, str, str], Formula] = {}
        self.defined: list[tuple[str, Expression, str]] = []
        self.constraints: list[tuple[Expression, Expression, str, str]] = []

    # -- reading tokens ------------------------------------------------------------------------
    @property
    def here(self) -> Token:
        return self.tokens[self.at if self.at < self.last else self.last]

    def fail(self, problem: Message) -> ModelError:
        return ModelError("syntax", line=self.here.line, problem=problem)

    def found(self, token: Token) -> Message:
        """What stands in the place of something else."""
        if token.kind == "newline":
            return message("end_of_line")
        return message("quoted", text=token.text)

    def accept(self, *texts: str) -> bool:
        if self.here.kind == "op" and self.here.text in texts:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.fail(message("expected", expected=text, found=self.found(self.here)))

    # -- statements ----------------------------------------------------------------------------
    def parse(self) -> None:
        while self.at < self.last:
            self.statement()
            if self.here.kind != "newline":
                raise self.fail(message("unexpected", found=self.here.text))
            self.at += 1

    def statement(self) -> None:
        end = self.at
        operator = None
        while self.tokens[end].kind != "newline":
            token, following = self.tokens[end], self.tokens[end + 1].text
            if token.kind == "name" and following == "(" and token.text in _UNSUPPORTED_CALLS:
                raise self.fail(_UNSUPPORTED_CALLS[token.text])
            if end == self.at and following == ":" and token.text.lower() in _BLOCKS:
                raise self.fail(message("block", name=token.text))
            if token.kind == "op":
                if token.text in _UNSUPPORTED:
                    raise self.fail(_UNSUPPORTED[token.text])
                if token.text in (*FORMULA_OPERATORS, ":=", "==", "="):
                    operator = token.text
                    break
                if token.text == ":":
                    raise self.fail(message("colon"))
            end += 1
        if operator is None:
            raise self.fail(message("no_operator"))
        if operator == "=":
            raise self.fail(message("equals_sign"))
        if operator == "==":
            self.constraint()
            return
        if operator == ":=":
            self.definition()
            return
        left = [self.name()]
        while self.accept("+"):
            left.append(self.name())
        self.expect(operator)
        if operator == "=~" and self.here.text == "0" and self.tokens[self.at + 1].text != "*":
            raise self.fail(message("phantom", name=left[0]))
        terms = [self.term()]
        while self.accept("+"):
            terms.append(self.term())
        for lhs in left:
            for rhs, modifier in terms:
                self.add(lhs, operator, rhs, modifier)

    def name(self) -> str:
        if self.here.kind != "name":
            raise self.fail(message("expected_name", found=self.here.text.strip()))
        self.at += 1
        return self.tokens[self.at - 1].text

    def add(self, lhs: str, operator: str, rhs: str, modifier: Modifier) -> None:
        if rhs == "1":
            if operator != "~":
                raise self.fail(message("one_on_the_right", operator=operator))
            operator, rhs = "~1", ""
        if lhs == rhs and operator in ("~", "=~"):
            raise self.fail(message("both_sides", name=lhs, operator=operator))
        if operator == "|" and not re.fullmatch(r"t\d+", rhs):
            raise self.fail(message("threshold_name", found=rhs))
        key = (lhs, operator, rhs)
        if operator == "~~" and (rhs, operator, lhs) in self.formulas:
            key = (rhs, operator, lhs)
        known = self.formulas.get(key)
        merged = known.modifier.merged(modifier) if known else modifier
        self.formulas[key] = Formula(*key, merged)

    def term(self) -> tuple[str, Modifier]:
        modifier = Modifier()
        while True:
            if self.here.kind == "number" and self.here.text in ("1", "0"):
                following = self.tokens[self.at + 1]
                if not (following.kind == "op" and following.text == "*"):
                    if self.here.text == "0":
                        raise self.fail(message("zero_intercept"))
                    self.at += 1
                    return "1", modifier
            saved = self.at
            if self.here.kind == "name" and not (
                self.tokens[self.at + 1].kind == "op" and self.tokens[self.at + 1].text in "*("
            ):
                self.at += 1
                if self.here.kind == "op" and self.here.text == ":":
                    raise self.fail(message("product"))
                return self.tokens[saved].text, modifier
            modifier = modifier.merged(self.modifier())
            if not self.accept("*"):
                raise self.fail(message("modifier_alone"))

    def modifier(self) -> Modifier:
        token = self.here
        if token.kind == "name":
            following = self.tokens[self.at + 1]
            if following.kind == "op" and following.text == "(":
                if token.text in _UNSUPPORTED_CALLS:
                    raise self.fail(_UNSUPPORTED_CALLS[token.text])
                if token.text not in ("c", "start", "label", "equal", "as.numeric"):
                    raise self.fail(message("unknown_modifier", name=token.text))
                self.at += 2
                inner = self.here.text == "c" and self.tokens[self.at + 1].text == "("
                self.at += 2 * inner  # start(c(1, 2)) is start(1, 2)
                values = self.arguments()
                if inner:
                    self.expect(")")
                if token.text == "start":
                    return Modifier(start=tuple(self.number_of(v) for v in values))
                if token.text in ("label", "equal"):
                    return Modifier(label=tuple(str(v) for v in values))
                labels = tuple(v if isinstance(v, str) and v != "NA" else None for v in values)
                if any(labels):
                    if any(isinstance(v, float) for v in values):
                        raise self.fail(message("mixed_modifiers"))
                    return Modifier(label=labels)
                return Modifier(
                    fixed=tuple(float("nan") if isinstance(v, str) else float(v) for v in values)
                )
        value = self.scalar()
        if isinstance(value, float):
            return Modifier(fixed=(value,))
        if value == "NA":
            return Modifier(fixed=(float("nan"),))
        return Modifier(label=(value,))

    def number_of(self, value: float | str) -> float | None:
        if value == "NA":
            return None
        if isinstance(value, str):
            raise self.fail(message("start_not_number", value=value))
        return value

    def arguments(self) -> list[float | str]:
        values = [self.scalar()]
        while self.accept(","):
            values.append(self.scalar())
        if len(values) > 1000:
            raise self.fail(message("many_values"))
        self.expect(")")
        return values

    def scalar(self) -> float | str:
        sign = 1.0
        while self.here.kind == "op" and self.here.text in "+-":
            sign = -sign if self.here.text == "-" else sign
            self.at += 1
        token = self.here
        self.at += 1
        if token.kind == "number":
            if not float(token.text) <= LARGEST:
                raise self.fail(message("large_number", number=token.text, limit=LARGEST))
            return sign * float(token.text)
        if token.kind in ("name", "string") and sign > 0:
            return token.text.strip("\"'")
        self.at -= 1
        raise self.fail(message("expected_value", found=self.found(token)))

    # -- expressions ---------------------------------------------------------------------------
    def definition(self) -> None:
        name = self.name()
        self.expect(":=")
        start = self.at
        expression = self.expression(0)
        if any(name == known for known, _, _ in self.defined):
            raise self.fail(message("defined_twice", name=name))
        self.defined.append((name, expression, self.source(start)))

    def constraint(self) -> None:
        start = self.at
        left = self.expression(0)
        left_text = self.source(start)
        self.expect("==")
        start = self.at
        right = self.expression(0)
        self.constraints.append((left, right, left_text, self.source(start)))

    def source(self, start: int) -> str:
        return "".join(token.text for token in self.tokens[start : self.at])

    def expression(self, depth: int) -> Expression:
        if depth > MAXIMUM_DEPTH:
            raise self.fail(message("deep_brackets", limit=MAXIMUM_DEPTH))
        left = self.product(depth)
        count = 0
        while self.here.kind == "op" and self.here.text in "+-":
            operator = self.here.text
            self.at += 1
            left = (operator, left, self.product(depth))
            count += 1
            if count > 400:
                raise self.fail(message("many_terms"))
        return left

    def product(self, depth: int) -> Expression:
        left = self.unary(depth)
        count = 0
        while self.here.kind == "op" and self.here.text in "*/":
            operator = self.here.text
            self.at += 1
            left = (operator, left, self.unary(depth))
            count += 1
            if count > 400:
                raise self.fail(message("many_factors"))
        return left

    def unary(self, depth: int) -> Expression:
        negative = False
        while self.here.kind == "op" and self.here.text in "+-":
            negative ^= self.here.text == "-"
            self.at += 1
        operand = self.power(depth)
        return ("neg", operand) if negative else operand

    def power(self, depth: int) -> Expression:
        base = self.atom(depth)
        if self.accept("^"):
            if depth > MAXIMUM_DEPTH:
                raise self.fail(message("deep_powers", limit=MAXIMUM_DEPTH))
            return ("^", base, self.unary(depth + 1))
        return base

    def atom(self, depth: int) -> Expression:
        token = self.here
        if token.kind == "number":
            self.at += 1
            return ("number", float(token.text))
        if token.kind == "name":
            self.at += 1
            if token.text in _FUNCTIONS and self.accept("("):
                inner = self.expression(depth + 1)
                self.expect(")")
                return ("call", token.text, inner)
            return ("name", token.text)
        if self.accept("("):
            inner = self.expression(depth + 1)
            self.expect(")")
            return inner
        raise self.fail(message("expected_operand", found=self.found(token)))


def _abs(value: Any) -> Any:
    return value * np.sign(np.real(value))


_FUNCTIONS: dict[str, Any] = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "abs": _abs}


def evaluate(expression: Expression, values: dict[str, Any]) -> Any:
    """The value of an expression; ``values`` maps labels to numbers or (complex) arrays."""
    kind = expression[0]
    if kind == "number":
        return expression[1]
    if kind == "name":
        try:
            return values[expression[1]]
        except KeyError:
            raise ModelError("no_label", name=expression[1]) from None
    if kind == "neg":
        return -evaluate(expression[1], values)
    if kind == "call":
        return _FUNCTIONS[expression[1]](evaluate(expression[2], values) + 0.0)
    left, right = evaluate(expression[1], values), evaluate(expression[2], values)
    if kind == "+":
        return left + right
    if kind == "-":
        return left - right
    if kind == "*":
        return left * right
    if kind == "/":
        return np.divide(left, right)
    if np.isscalar(right) and float(np.real(right)) == 2.0:
        return left * left
    return np.power(left, right)


def names_in(expression: Expression) -> set[str]:
    """The labels that an expression mentions."""
    if expression[0] == "name":
        return {expression[1]}
    found: set[str] = set()
    for part in expression[1:]:
        if isinstance(part, tuple):
            found |= names_in(part)
    return found


def parse(model: str, formulas: bool = True) -> Syntax:
    """Read a model text; without ``formulas`` one that need not have any.

    Raises `ModelError` with the line and the cause where the text is not a model.
    """
    if not isinstance(model, str):
        raise ModelError("model_not_text", type=type(model).__name__)
    if len(model) > MAXIMUM_CHARACTERS:
        raise ModelError("model_too_long", characters=len(model), limit=MAXIMUM_CHARACTERS)
    parser = _Parser(tokenize(model))
    parser.parse()
    if formulas and not parser.formulas:
        raise ModelError("no_formula")
    return Syntax(
        tuple(parser.formulas.values()), tuple(parser.defined), tuple(parser.constraints), model
    )
