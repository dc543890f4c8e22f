import json
from typing import Any

from sandbox.provider.mapping import Call
from sandbox.provider.registry import Registry
from sandbox.provider.types import images
from tests.sandbox.provider.types.harness import Case, Change, Contract, Drift, RecordingCloud

REPOSITORY = {"repositoryName": "{id}"}


def keep(count: int) -> str:
    selection = {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": count}
    return json.dumps({"rules": [{"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}]})


def new_repository(bench: Any) -> str:
    name = bench.unique("repository")
    bench.client("ecr").create_repository(repositoryName=name)
    return str(name)


class TestImages(Contract):
    CASES = (
        Case(
            "aws:ecr/repository:Repository",
            given=lambda _: {
                "imageTagMutability": "IMMUTABLE",
                "imageScanningConfiguration": {"scanOnPush": True},
                "encryptionConfigurations": [
                    {
                        "encryptionType": "KMS",
                        "kmsKey": "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
                    }
                ],
                "tags": {"a": "b"},
            },
            look=Call("describe_repositories", {"repositoryNames": ["{id}"]}, at="repositories[0]"),
            shown={
                "imageTagMutability": "IMMUTABLE",
                "imageScanningConfiguration.scanOnPush": True,
                "encryptionConfiguration.encryptionType": "KMS",
            },
            outputs={
                "arn": "arn:aws:ecr:us-east-1:123456789012:repository/{name}",
                "repositoryUrl": "123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}",
                "registryId": "123456789012",
            },
            changes=(
                Change("imageTagMutability", "MUTABLE", {"imageTagMutability": "MUTABLE"}),
                Change(
                    "imageScanningConfiguration",
                    {"scanOnPush": False},
                    {"imageScanningConfiguration.scanOnPush": False},
                ),
                Change(
                    "tags",
                    {"a": "c"},
                    {"tags": [{"Key": "a", "Value": "c"}]},
                    look=Call("list_tags_for_resource", {"resourceArn": "{arn}"}),
                ),
            ),
            replaces={"name": "other", "encryptionConfigurations": [{"encryptionType": "AES256"}]},
            drift=(
                Drift(
                    Call("put_image_tag_mutability", {**REPOSITORY, "imageTagMutability": "MUTABLE"}),
                    "imageTagMutability",
                    "MUTABLE",
                ),
            ),
            vanish=Call("delete_repository", REPOSITORY),
        ),
        Case(
            "aws:ecr/lifecyclePolicy:LifecyclePolicy",
            given=lambda bench: {"repository": new_repository(bench), "policy": keep(3)},
            look=Call("get_lifecycle_policy", REPOSITORY),
            shown={"contains(lifecyclePolicyText, '\"countNumber\": 3')": True},
            outputs={"registryId": "123456789012"},
            replaces={"repository": "other", "policy": keep(4)},
            drift=(
                Drift(Call("put_lifecycle_policy", {**REPOSITORY, "lifecyclePolicyText": keep(5)}), "policy", keep(5)),
            ),
            vanish=Call("delete_lifecycle_policy", REPOSITORY),
        ),
    )

    def test_a_repository_with_images_goes_only_by_force(self, bench_of: Any) -> None:
        bench = bench_of("aws:ecr/repository:Repository")
        state = bench.create({"forceDelete": True})
        bench.client("ecr").put_image(
            repositoryName=state.id,
            imageTag="one",
            imageManifest='{"schemaVersion": 2, "config": {"digest": "sha256:0"}, "layers": []}',
            imageManifestMediaType="application/vnd.oci.image.manifest.v1+json",
            imageDigest=f"sha256:{'0' * 64}",
        )
        bench.delete(state)
        assert bench.read(state) is None

    def test_the_login_to_the_registry_is_a_user_and_a_password(self, cloud: RecordingCloud) -> None:
        registry = Registry(cloud, (), images.LOOKUPS, {})
        login = registry.invoke("aws:ecr/getAuthorizationToken:getAuthorizationToken", {"registryId": "123456789012"})
        assert login["userName"] == "AWS"
        assert login["password"]
        assert login["proxyEndpoint"] == "https://123456789012.dkr.ecr.us-east-1.amazonaws.com"
