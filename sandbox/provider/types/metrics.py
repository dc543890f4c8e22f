"""Amazon Managed Service for Prometheus."""

from sandbox.provider.mapping import At, Call, Resource, Until

WORKSPACE = Resource(
    token="aws:amp/workspace:Workspace",
    service="amp",
    create=Call("create_workspace", carries=("alias", "kmsKeyArn")),
    id=At("workspaceId"),
    read=Call("describe_workspace", {"workspaceId": "{id}"}, at="workspace"),
    update=Call("update_workspace_alias", {"workspaceId": "{id}"}, ("alias",)),
    delete=Call("delete_workspace", {"workspaceId": "{id}"}),
    replace=("kmsKeyArn",),
    outputs={"arn": At("arn")},
    ready=Until("status.statusCode", ("ACTIVE",), ("CREATION_FAILED",)),
    gone=("ResourceNotFoundException",),
    gaps={"kmsKeyArn": "moto keeps no key of a workspace"},
)

RESOURCES: tuple[Resource, ...] = (WORKSPACE,)
