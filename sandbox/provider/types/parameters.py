"""Systems Manager: parameters."""

from sandbox.provider.mapping import At, Call, Name, Resource, Text

_PARAMETER = {"Name": "{id}"}

PARAMETER = Resource(
    token="aws:ssm/parameter:Parameter",
    service="ssm",
    create=Call("put_parameter"),
    id=Text("{name}"),
    # Nothing secret is kept in the stack's parameters, which are plain text.
    read=Call("get_parameter", _PARAMETER, at="Parameter"),
    update=Call("put_parameter", {**_PARAMETER, "Overwrite": True}),
    update_all=True,
    delete=Call("delete_parameter", _PARAMETER),
    rename={"insecureValue": "Value"},
    outputs={"arn": At("ARN"), "version": At("Version")},
    replace=("name", "type"),
    name=Name(limit=1011),
    # Only DescribeParameters tells these.
    fixed=("allowedPattern", "description", "keyId", "tier"),
    computed=("dataType",),
    local=("overwrite",),
    gone=("ParameterNotFound",),
    unserved={
        "hasValueWo": "write-only values are not served: use insecureValue",
        "value": "values are read as insecureValue; a secret belongs in Secrets Manager",
        "valueWo": "write-only values are not served: use insecureValue",
        "valueWoVersion": "write-only values are not served: use insecureValue",
    },
)

RESOURCES = (PARAMETER,)
