"""The words in which a resource type is mapped to AWS calls. A mapping is data; `lifecycle` is the engine that reads it.

Names: a property is Pulumi's (`cidrBlock`), a member is the API's (`CidrBlock`). A property meets the member of the same
name whatever its case; where they differ, `rename` says so, by a path without indices: {"actions.forward": "ForwardConfig"}.
Templates: "{property}" inside `params` or `at` is replaced by the property's value (whole, with its type, when it stands alone). A
missing value removes the entry; with a mark, "{cidrIpv4!}", it removes the structure that holds it. In an update, "{old_name}"
is the value before it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]
Action = Callable[[Any, Values], None]  # what no single call can do, such as emptying a bucket: (cloud, values)

FLAT = "."  # as a rename: the block's properties are members of the level above it


@dataclass(frozen=True)
class Text:
    """An id or an output composed from other values, such as Text("arn:aws:s3:::{bucket}")."""

    template: str


@dataclass(frozen=True)
class At:
    """An id or an output found in an answer, by a JMESPath expression."""

    path: str


@dataclass(frozen=True)
class Convert:
    """A property whose form differs from the API's: `member` is a member's name, `to` and `of` turn one form into the other."""

    member: str
    to: Callable[[Any], Any]
    of: Callable[[Any], Any]


@dataclass(frozen=True)
class Call:
    """One API call.

    Attributes:
        operation: boto3's name of it, such as "create_vpc".
        params: fixed and templated parameters; they win over what is matched by name.
        carries: the properties that it may send by name; None means every one that its input shape knows.
        rename: as in the module's docstring, on top of the resource's own.
        at: where in the answer the resource's description is (JMESPath). On create it is given where reading needs an
            output that only creation tells, such as a revision's ARN.
        when: what must hold of the properties for the call to be made, by a JMESPath expression such as "!skipDestroy".
    """

    operation: str
    params: Values = field(default_factory=dict)
    carries: tuple[str, ...] | None = None
    rename: Mapping[str, str | Convert] = field(default_factory=dict)
    at: str = "@"
    when: str | None = None


@dataclass(frozen=True)
class Part:
    """Properties that live in a call of their own, such as a VPC's attributes or a bucket's versioning.

    Attributes:
        properties: the ones it carries; it is written when one of them is given or has changed, at creation only if the
            creating call does not carry them already.
        put: writes them.
        read: reads them back; None where the resource's own description holds them.
        clear: removes them, when all are gone from the program or what `put.when` asks for is.
        shrink: takes away the items (alike in "name") that a list has lost, where `put` would leave them.
        portion: how many items of its (only) list one call takes; more go in several calls.
        exclusive: whether what was set before has to be cleared before another value can be put.
        absent: error codes of `read` that mean "not set".
        pairs: for APIs that keep a list of Key and Value: which key each property (or "block.property") has; `put.at` is
            the list's member in the request, `read.at` finds it in the answer.
    """

    properties: tuple[str, ...]
    put: Call
    read: Call | None = None
    clear: Call | None = None
    absent: tuple[str, ...] = ()
    shrink: Call | None = None
    exclusive: bool = False
    portion: int | None = None
    pairs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Until:
    """Readiness: `at` in the description becomes one of `ready`, and an error when it becomes one of `failed`."""

    at: str
    ready: tuple[Any, ...]
    failed: tuple[Any, ...] = ()
    seconds: int = 1200


@dataclass(frozen=True)
class Name:
    """The property that Pulumi names by itself: logical name, a dash and seven hexadecimal digits, within `limit` characters.

    The suffix, such as ".fifo", is given only when the property `suffix_when` is true.
    """

    property: str = "name"
    limit: int = 255
    lower: bool = False
    suffix: str = ""
    suffix_when: str = ""


@dataclass(frozen=True)
class Resource:
    """One resource type.

    Attributes:
        token: Pulumi's type token.
        service: boto3's name of the service.
        create: the call that makes it; `id` finds its id in the answer (At) or composes it (Text).
        read: the call that describes it.
        alternatives: other creating calls, by the property whose presence asks for them; what they do not take is sent
            by update afterwards, with `rest` on top.
        update: sends changed properties in place; `update_all` makes it send every property that it carries, and a
            property that it does not send is taken back by that.
        delete: removes it; None for what lives and dies with its parent.
        known_as: finds the id (at `at`) by the name that people give to an import, where the two differ.
        replace: properties whose change makes a new resource, as the official provider does.
        removals: properties that are given at creation only, and whose removal is a call of its own.
        deltas: sets that update takes as what comes and what goes: property → the two members.
        fixed: properties that nothing can change after creation, so that a refresh keeps them as given.
        rename, parts, outputs: see Call, Part; outputs are found in the description, composed, or asked for by a call.
        name: the property that is named automatically.
        defaults: what the official provider fills in; "block.property" fills a block that is given.
        computed: properties that keep the API's value when the program stops giving them.
        unordered: properties whose order means nothing; nested ones by a path without indices, such as "vpcConfig.subnetIds".
        documents: properties that hold JSON text, compared by meaning.
        versions: properties of which a shorter version stands for all below it: 18 for 18.4.
        local: properties that only the provider uses, and no call sends.
        secret_outputs: outputs that are secret although the SDK does not say so.
        after_create, before_delete: further calls, or actions, at these moments.
        ready, gone_when: readiness after create and update; a description that means "deleted" (JMESPath).
        gone: error codes that mean that it does not exist.
        gaps: properties that the embedded cloud keeps less of than AWS, with the reason; they are sent but not read back.
        unserved: outputs of the SDK that the embedded cloud does not serve, with the reason.
        taggable: whether `tags` goes by the service's tagging calls; `tags_in_create` whether create takes them;
            `tagging` names another way than the service's first, such as "iam:policy".
    """

    token: str
    service: str
    create: Call
    id: At | Text
    read: Call
    delete: Call | None
    alternatives: Mapping[str, Call] = field(default_factory=dict)
    rest: Values = field(default_factory=dict)
    update: Call | None = None
    update_all: bool = False
    replace: tuple[str, ...] = ()
    removals: Mapping[str, Call] = field(default_factory=dict)
    deltas: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    rename: Mapping[str, str | Convert] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    outputs: Mapping[str, "At | Text | Call"] = field(default_factory=dict)
    name: Name | None = None
    defaults: Values = field(default_factory=dict)
    computed: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    secret_outputs: tuple[str, ...] = ()
    after_create: tuple[Call, ...] = ()
    before_delete: "tuple[Call | Action, ...]" = ()
    ready: Until | None = None
    gone_when: str | None = None
    known_as: Call | None = None
    gone: tuple[str, ...] = ()
    gaps: Mapping[str, str] = field(default_factory=dict)
    unserved: Mapping[str, str] = field(default_factory=dict)
    taggable: bool = True
    tags_in_create: bool = True
    tagging: str = ""

    @property
    def tagging_way(self) -> str:
        """The key of its way in `tags.SERVICES`."""
        return self.tagging or self.service


@dataclass(frozen=True)
class Lookup:
    """A function of the official provider, such as aws:index/getRegion:getRegion, as one call and its answer's members."""

    token: str
    service: str
    call: Call
    outputs: Mapping[str, At | Text]
