"""RDS's formulas for parameter values, such as `LEAST({DBInstanceClassMemory/9531392},5000)`.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html
"""

import ast
import math
import re
from dataclasses import dataclass

GIB = 2**30
# Memory of "large" in GiB by the first letter of the family; each next size doubles it.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
LARGE_MEMORY = {"t": 8, "m": 8, "r": 16, "c": 4}
LARGE_VCPU = 2
SMALLER = {"micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1.0, "xlarge": 2.0}
CLASS = re.compile(r"db\.(?P<family>[a-z])[0-9]+[a-z]*\.(?P<times>[0-9]*)(?P<size>[a-z]+)")
VARIABLES = ("AllocatedStorage", "DBInstanceClassMemory", "DBInstanceVCPU", "EndPointPort")


class FormulaError(ValueError):
    """A formula that RDS would not take, or one that cannot be computed here; the message says which part."""


@dataclass(frozen=True)
class Machine:
    """What formulas can ask for. Memory and storage are in bytes; None when the class is not known here."""

    memory: int | None
    vcpu: int | None
    storage: int
    port: int

    @classmethod
    def of(cls, instance_class: str, storage_gib: int, port: int) -> "Machine":
        """The machine of an instance class such as "db.r6g.2xlarge".

        Memory is the nominal one; AWS takes off what its own processes need, and does not say how much.
        """
        found = CLASS.fullmatch(instance_class)
        factor = SMALLER.get(found["size"]) if found else None
        if found is None or factor is None or found["family"] not in LARGE_MEMORY:
            return cls(None, None, storage_gib * GIB, port)
        if found["times"]:
            factor *= int(found["times"])
        memory = int(LARGE_MEMORY[found["family"]] * factor * GIB)
        return cls(memory, max(LARGE_VCPU, int(LARGE_VCPU * factor)), storage_gib * GIB, port)

    def variables(self) -> dict[str, int | None]:
        """The values by the names that formulas use."""
        return dict(zip(VARIABLES, (self.storage, self.memory, self.vcpu, self.port), strict=True))


def is_formula(value: str) -> bool:
    """Whether the value is computed rather than taken as it stands."""
    return "{" in value


def evaluate(value: str, machine: Machine) -> str:
    """The whole number that the formula gives for the machine, as text. A FormulaError says what is wrong with it."""
    try:
        tree = ast.parse(value.strip(), mode="eval").body
    except SyntaxError as error:
        raise FormulaError(f"{value} is not a formula") from error
    return str(math.floor(_number(tree, value, machine)))


def _number(node: ast.expr, text: str, machine: Machine) -> float:
    match node:
        case ast.Set(elts=[inner]):
            return _number(inner, text, machine)
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(id=name) if name in VARIABLES:
            known = machine.variables()[name]
            if known is None:
                raise FormulaError(f"{name} in {text} is not known for this instance class")
            return known
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as sign, right=right):
            first, second = _number(left, text, machine), _number(right, text, machine)
            if isinstance(sign, ast.Mult):
                return first * second
            if not second:
                raise FormulaError(f"{text} divides by zero")
            return first // second
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if arguments:
            return _call(name, [_number(a, text, machine) for a in arguments], text)
    raise FormulaError(f"{text} uses more than {', '.join(VARIABLES)}, * and /, GREATEST, LEAST, SUM and log")


def _call(name: str, arguments: list[float], text: str) -> float:
    match name.lower(), arguments:
        case "greatest", _:
            return max(arguments)
        case "least", _:
            return min(arguments)
        case "sum", _:
            return sum(arguments)
        case "log", [argument] if argument > 0:
            return math.log2(argument)
    raise FormulaError(f"{text} calls {name}, which RDS's formulas do not have so")
