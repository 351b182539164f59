"""XLSForm's `relevant` and `constraint`: comparisons of answers, nothing more.

Syntax as in XLSForm (https://xlsform.org/en/#relevant): `.` this answer, `${name}` another answer, `today()`,
`selected(${name}, 'choice')`, `not(…)`, `=`, `!=`, `<`, `<=`, `>`, `>=`, `and`, `or`, numbers and 'text'.
A comparison with an answer that was not given holds: what is unknown breaks no rule.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

Values = Mapping[str, Any]
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_TOKEN = re.compile(r"\$\{(\w+)\}|'[^']*'|\d+(?:\.\d+)?|[A-Za-z_]\w*|<=|>=|!=|=|<|>|[(),.]|\s+|(?P<bad>.)")


def names(expression: str) -> set[str]:
    """The answers it mentions."""
    return set(re.findall(r"\$\{(\w+)\}", expression))


def check(expression: str) -> None:
    """ValueError, saying what is wrong, unless it can be evaluated."""
    _evaluate(_parse(expression), {}, date.min)


def holds(expression: str, values: Values, *, this: Any = None, today: date) -> bool:
    """Whether the rule holds for these answers; an empty rule does."""
    return not expression or bool(_evaluate(_parse(expression), {**values, "": this}, today))


@lru_cache(maxsize=1024)  # a form asks the same few rules again and again
def _parse(expression: str) -> ast.expr:
    python = []
    for token in _TOKEN.finditer(expression):
        text = token.group()
        if token["bad"]:
            msg = f"unexpected {text!r} in {expression!r}"
            raise ValueError(msg)
        if token[1]:
            text = f"answer({token[1]!r})"
        elif text == ".":
            text = "answer('')"
        elif text == "=":
            text = "=="
        elif text == "not":
            text = "not "
        python.append(text)
    try:
        return ast.parse("".join(python).strip(), mode="eval").body
    except SyntaxError as error:
        msg = f"cannot read {expression!r}"
        raise ValueError(msg) from error


def _evaluate(node: ast.expr, values: Values, today: date) -> Any:  # noqa: PLR0911  one return a kind of node
    match node:
        case ast.Constant():
            return node.value
        case ast.BoolOp():
            parts = [bool(_evaluate(part, values, today)) for part in node.values]  # all: `check` must see each
            return all(parts) if isinstance(node.op, ast.And) else any(parts)
        case ast.UnaryOp(op=ast.Not()):
            return not _evaluate(node.operand, values, today)
        case ast.Compare(ops=[operation], comparators=[other]) if type(operation) in _COMPARE:
            left, right = _evaluate(node.left, values, today), _evaluate(other, values, today)
            return left is None or right is None or _COMPARE[type(operation)](left, right)
        case ast.Call(func=ast.Name(id="today"), args=[]):
            return today
        case ast.Call(func=ast.Name(id="answer"), args=[ast.Constant(value=name)]):
            return values.get(str(name))
        case ast.Call(func=ast.Name(id="selected"), args=[group, choice]):
            chosen = _evaluate(group, values, today)
            return _evaluate(choice, values, today) in (chosen or ())
    msg = f"{ast.unparse(node)!r} is not something a form may ask"
    raise ValueError(msg)
