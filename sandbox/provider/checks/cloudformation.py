"""A request against CloudFormation's schemas and cfn-lint's rules, where AWS's service model leaves a value free.

The request becomes the properties of one resource (mappings.py), and cfn-lint's rules judge a template with it alone.
Their data covers instance classes, engine versions, Fargate pairs, log retention, runtimes, IAM actions and state machines.
"""

import ast
import hashlib
import json
import logging
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import regex
from botocore.model import OperationModel

from sandbox.home import REGION
from sandbox.provider.checks.located import Branch, Leaf, Row, Tree, document, find, leaves, locate, plain
from sandbox.provider.checks.mapping import Mapping
from sandbox.provider.checks.mappings import MAPPINGS
from sandbox.provider.checks.problem import Problem, child, one_of, shorten

if TYPE_CHECKING:
    from cfnlint.match import Match

_LOG = logging.getLogger(__name__)
_PREFIX = ["Resources", "Resource", "Properties"]
_CACHE: dict[str, tuple["Match", ...]] = {}
_CACHE_ENTRIES = 1024
_LOCK = threading.Lock()  # cfn-lint's rules keep state while they run, and a provider answers several calls at once

# E3 is the family of rules on resources; those of E115 and E116 know the forms of ids and ARNs. Not those of keys, which the
# model hides in places. The others speak about templates: syntax, functions, parameters, outputs.
_RESOURCE_RULES = ("E3", "E1150", "E1151", "E1153", "E1154", "E1155", "E1156", "E1158", "E1159", "E1160", "E1161")
# Warnings of cfn-lint that are refusals by AWS itself: an IAM action that does not exist.
_REFUSING_WARNINGS = {"W3037"}
_FAILED_RULE = "E0002"  # a rule that raised an exception
_WHOLE_RESOURCE = {
    "E3003": "an update, or a preview, need not send what the resource requires",
    "E3014": "one of several members may have been sent before",
    "E3017": "one of several members may have been sent before",
    "E3018": "one of several members may have been sent before",
    "E3021": "the member that this one needs may have been sent before",
    "E3032": "an unknown element is left out of its list",
    "E3058": "one of several members may have been sent before",
}
_REQUIRED = "is a required property"
_TOO_FEW = "expected minimum item count"  # an unknown element is left out of its list
_NOT_ONE_OF = regex.compile(r"^(?P<value>.*?) is not one of (?P<allowed>\[.*\])", regex.DOTALL)


def problems(service: str, operation: OperationModel, params: Any, *, partial: bool = False) -> list[Problem]:
    """Every problem that CloudFormation's rules have with the request; none for operations without a mapping."""
    mapping = MAPPINGS.get((service, operation.name))
    tree = locate(params, shape=operation.input_shape) if mapping else None
    found: list[Problem] = []
    while mapping and isinstance(tree, Branch):
        found += _of_resource(mapping, tree, partial)
        mapping = mapping.also
    return sorted(found)


def _of_resource(mapping: Mapping, tree: Branch, partial: bool) -> set[Problem]:
    reshaped = mapping.reshape(tree) if mapping.reshape else tree
    if reshaped is None:
        return set()
    unread: list[Problem] = []
    properties = Properties(mapping, unread).convert(reshaped)
    if unread:
        return set(unread)  # a document that cannot be read is missing from the properties
    in_part = partial or mapping.update
    skipped = set(mapping.without) | (set(_WHOLE_RESOURCE) if in_part else set())
    judged = _judged(mapping, properties, skipped)
    return {problem for problem in judged if not (in_part and _wants_the_rest(problem))}


def _masked(value: str) -> str:
    """A text as long as the secret that tells nothing of it, yet differs where secrets differ."""
    digest = hashlib.sha256(value.encode()).hexdigest()
    return (digest * (len(value) // len(digest) + 1))[: len(value)]


def _wants_the_rest(problem: Problem) -> bool:
    """Whether it is what is left out that is missing: rules of single types say so under ids of their own."""
    return (not problem.path and problem.message.endswith(_REQUIRED)) or problem.message.startswith(_TOO_FEW)


def _judged(mapping: Mapping, properties: Branch, skipped: set[str]) -> list[Problem]:
    """cfn-lint's problems with the properties; where one is assumed, those under the first value that fits, else the first."""
    name, values = mapping.assumed or ("", ())
    assumptions = [{name: value} for value in values] if name and name not in properties else [{}]
    first: list[Problem] = []
    for assumption in assumptions:
        matches = _lint(mapping.type, plain(properties) | assumption)
        found = [_problem(match, properties) for match in matches if match.rule.id not in skipped]
        if not found:
            return []
        first = first or found
    # Several rules may list the values of one member: by region, by engine, by version. The first list is enough.
    return list({(problem.path, problem.message.partition(";")[0]): problem for problem in reversed(first)}.values())


class Properties:
    """The properties of a CloudFormation resource, made of a request by the resource's schema."""

    def __init__(self, mapping: Mapping, found: list[Problem]) -> None:
        self.mapping = mapping
        self.found = found
        self.root = _schema(mapping.type)
        self.unmapped: list[str] = []

    def convert(self, tree: Any, schema: dict[str, Any] | None = None, path: str = "") -> Any:
        """The tree under CloudFormation's names; what it has no name for is left out, and collected in `unmapped`."""
        schema = self._resolve(self.root if schema is None else schema)
        if isinstance(tree, Row):
            return Row((self.convert(item, schema.get("items", {}), f"{path}[]") for item in tree), tree.path)
        if isinstance(tree, Leaf):
            return (
                Leaf(_masked(tree.value), tree.path, secret=True)
                if tree.secret and isinstance(tree.value, str)
                else tree
            )
        if not schema.get("properties"):
            return Branch({name: self.convert(item, {}, child(path, name)) for name, item in tree.items()}, tree.path)
        converted = Branch({}, tree.path)
        for name, item in tree.items():
            target = self.target(name, schema, child(path, name))
            if target in self.mapping.documents and isinstance(item, Leaf):
                parsed = self._document(item)
                if parsed is not None:
                    converted[target] = parsed
            elif target:
                converted[target] = self.convert(item, schema["properties"][target], child(path, name))
        return converted

    def target(self, name: str, schema: dict[str, Any], path: str) -> str | None:
        """CloudFormation's name of the member at this dotted path, or None where there is none."""
        if path in self.mapping.members:
            return self.mapping.members[path]
        names = {known.lower(): known for known in schema["properties"]}
        if name in {"Tags", "tags"}:
            return None  # moved about by each API in its own way, and checked by AWS's model
        if name.lower() not in names:
            self.unmapped.append(path)
        return names.get(name.lower())

    def _resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            node = self.root
            for step in schema["$ref"].removeprefix("#/").split("/"):
                node = node[step]
            schema = node
        return schema

    def _document(self, leaf: Leaf) -> Any:
        try:
            return document(leaf)
        except (TypeError, ValueError) as error:
            where = (
                f" (line {error.lineno}, column {error.colno}: {error.msg})"
                if isinstance(error, json.JSONDecodeError)
                else ""
            )
            self.found.append(Problem(leaf.path, f"is no JSON{where}"))
            return None


def _problem(match: "Match", properties: Tree) -> Problem:
    tree, path = find(properties, match.path[len(_PREFIX) :])
    value = plain(tree)
    hidden = [leaf.value for leaf in leaves(tree) if leaf.secret]
    listed = _NOT_ONE_OF.match(match.message)
    if listed:
        try:
            shown, allowed = ast.literal_eval(listed["value"]), ast.literal_eval(listed["allowed"])
        except (SyntaxError, ValueError):
            pass  # a message of another form, shown as it is
        else:
            return Problem(path, one_of(None if hidden else shown, allowed))
    message = match.message.replace(repr(value), "the value" if hidden else shorten(value))
    for secret in hidden:
        message = message.replace(repr(secret), "a hidden value")
    return Problem(path, message)


def _lint(kind: str, properties: Any) -> tuple["Match", ...]:
    """cfn-lint's matches for one resource, remembered by content: 1 to 120 ms each on one shared core."""
    from cfnlint.runner import run_template_by_data  # noqa: PLC0415 half a second of imports, wanted by few processes

    template = {"Resources": {"Resource": {"Type": kind, "Properties": properties}}}
    key = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()
    with _LOCK:
        if key not in _CACHE:
            if len(_CACHE) >= _CACHE_ENTRIES:
                _CACHE.clear()
            rules, config = _rules()
            found = list(run_template_by_data(template, config, rules))
            for failed in (match for match in found if match.rule.id == _FAILED_RULE):
                _LOG.warning("%s for %s; its rule says nothing", failed.message.partition(":")[0], kind)
            _CACHE[key] = tuple(match for match in found if match.rule.id != _FAILED_RULE)
        return _CACHE[key]


@lru_cache(maxsize=1)
def _rules() -> tuple[Any, Any]:
    from cfnlint.config import _DEFAULT_RULESDIR, ConfigMixIn  # noqa: PLC0415 as above
    from cfnlint.rules._rules import Rules  # noqa: PLC0415 as above

    rules = Rules.create_from_directory(_DEFAULT_RULESDIR)
    wanted = _REFUSING_WARNINGS | {_FAILED_RULE}
    ignored = [name for name in rules.data if not name.startswith(_RESOURCE_RULES) and name not in wanted]
    return rules, ConfigMixIn([], regions=[REGION], ignore_checks=ignored)


@lru_cache(maxsize=64)
def _schema(kind: str) -> dict[str, Any]:
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415 as above

    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    return schema
