"""ECR: repositories, their lifecycle policies, and how to log in. The images in them are in `image_builds`."""

from collections.abc import Mapping

from sandbox.provider.api import Cloud
from sandbox.provider.mapping import At, Call, Lookup, Name, Part, Resource, Text
from sandbox.provider.registry import LocalType
from sandbox.provider.types.image_builds import ImageType

_REPOSITORY = {"repositoryName": "{id}"}

REPOSITORY = Resource(
    token="aws:ecr/repository:Repository",
    service="ecr",
    create=Call(
        "create_repository",
        carries=(
            *("name", "encryptionConfigurations", "imageScanningConfiguration"),
            *("imageTagMutability", "imageTagMutabilityExclusionFilters"),
        ),
    ),
    id=Text("{name}"),
    read=Call("describe_repositories", {"repositoryNames": ["{id}"]}, at="repositories[0]"),
    delete=Call("delete_repository", {**_REPOSITORY, "force": "{forceDelete}"}),
    parts=(
        Part(
            ("imageTagMutability", "imageTagMutabilityExclusionFilters"),
            put=Call(
                "put_image_tag_mutability",
                _REPOSITORY,
                carries=("imageTagMutability", "imageTagMutabilityExclusionFilters"),
            ),
        ),
        Part(
            ("imageScanningConfiguration",),
            put=Call("put_image_scanning_configuration", _REPOSITORY, carries=("imageScanningConfiguration",)),
            clear=Call(
                "put_image_scanning_configuration", {**_REPOSITORY, "imageScanningConfiguration": {"scanOnPush": False}}
            ),
        ),
    ),
    rename={"name": "repositoryName", "encryptionConfigurations": "encryptionConfiguration"},
    outputs={"arn": At("repositoryArn"), "repositoryUrl": At("repositoryUri")},
    replace=("name", "encryptionConfigurations"),
    name=Name(limit=256, lower=True),
    defaults={"imageTagMutability": "MUTABLE"},
    computed=("encryptionConfigurations",),
    local=("forceDelete",),
    gone=("RepositoryNotFoundException",),
)

_POLICY = {"repositoryName": "{id}"}

LIFECYCLE_POLICY = Resource(
    token="aws:ecr/lifecyclePolicy:LifecyclePolicy",
    service="ecr",
    create=Call("put_lifecycle_policy"),
    id=Text("{repository}"),
    read=Call("get_lifecycle_policy", _POLICY),
    delete=Call("delete_lifecycle_policy", _POLICY),
    rename={"repository": "repositoryName", "policy": "lifecyclePolicyText"},
    replace=("repository", "policy"),
    documents=("policy",),
    gone=("LifecyclePolicyNotFoundException", "RepositoryNotFoundException"),
    taggable=False,
)

RESOURCES = (REPOSITORY, LIFECYCLE_POLICY)

_LOGIN = Call("get_authorization_token", {"registryIds": ["{registryId!}"]}, at="authorizationData[0]")
_TOKEN: Mapping[str, At | Text] = {
    "authorizationToken": At("authorizationToken"),
    "expiresAt": At("expiresAt"),
    "id": Text("{account}"),
    "proxyEndpoint": At("proxyEndpoint"),
}

LOOKUPS = (
    Lookup(
        "aws:ecr/getAuthorizationToken:getAuthorizationToken",
        "ecr",
        _LOGIN,
        {
            **_TOKEN,
            "id": Text("{region}"),
            "password": At("split(from_base64(authorizationToken), ':')[1]"),
            "region": Text("{region}"),
            "userName": At("split(from_base64(authorizationToken), ':')[0]"),
        },
    ),
    Lookup("aws:ecr/getCredentials:getCredentials", "ecr", _LOGIN, _TOKEN),
)


def local_types(cloud: Cloud) -> Mapping[str, LocalType]:
    """The types of the docker provider."""
    return {ImageType.token: ImageType(cloud)}
