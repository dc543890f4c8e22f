"""What the SDKs know of a type: the names of its inputs and outputs, read off their classes."""

import functools
import importlib

_KEYWORDS = {"lambda": "lambda_"}


@functools.cache
def properties(token: str) -> tuple[frozenset[str], frozenset[str]]:
    """The inputs and the outputs of the type, as Pulumi names them; "aws:ec2/vpc:Vpc" is pulumi_aws.ec2.Vpc.

    Raises:
        KeyError: no SDK here has the type.
    """
    package, path, name = token.split(":")
    module = path.split("/")[0]
    dotted = f"pulumi_{package}" if module == "index" else f"pulumi_{package}.{_KEYWORDS.get(module, module)}"
    if package == "random":
        dotted = "pulumi_random"
    try:
        library = importlib.import_module(dotted)
        resource = getattr(library, name)
        arguments = getattr(library, f"{name}InitArgs", None) or getattr(library, f"{name}Args")
    except (ImportError, AttributeError) as error:
        raise KeyError(token) from error
    return _names(arguments), _names(resource) - {"id", "urn", "pulumiResourceName", "pulumiResourceType"}


def _names(cls: type) -> frozenset[str]:
    found: set[str] = set()
    for base in cls.__mro__[:-1]:
        if base.__module__.startswith("pulumi."):
            continue
        for name, member in vars(base).items():
            if isinstance(member, property) and member.fget is not None:
                found.add(getattr(member.fget, "_pulumi_name", name))
    return frozenset(found)
