"""Container images without a container engine: what the embedded ECR holds is a manifest that says where its build context is."""

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
# https://github.com/opencontainers/image-spec/blob/main/annotations.md: where the sources of the image are.
SOURCE = "org.opencontainers.image.source"


def push(ecr: Any, repository: str, tag: str, context: Path, digest_source: str) -> str:
    """Register the image of a build context with the embedded ECR, under the tag; its digest ("sha256:...").

    `digest_source` is whatever the image's content depends on (such as a hash over the context): equal sources give equal
    digests. Pushing the same image again changes nothing, as with a registry.
    """
    manifest = _manifest(context, digest_source)
    digest = _sha256(manifest)
    arguments = {"repositoryName": repository, "imageManifest": manifest, "imageDigest": digest}
    try:
        ecr.put_image(**arguments, imageTag=tag, imageManifestMediaType=MANIFEST_TYPE)
    except ecr.exceptions.ImageAlreadyExistsException:
        return digest
    return digest


def context_of(ecr: Any, image_uri: str) -> Path:
    """The build context of the image that a URI (`registry/repository:tag` or `...@sha256:digest`) names.

    A LookupError when there is no such image, or when it was not pushed by `push`.
    """
    _, _, name = image_uri.partition("/")
    repository, at, digest = name.partition("@")
    repository, _, tag = repository.partition(":")
    image_id = {"imageDigest": digest} if at else {"imageTag": tag or "latest"}
    try:
        images = ecr.batch_get_image(repositoryName=repository, imageIds=[image_id])["images"]
    except ecr.exceptions.RepositoryNotFoundException:
        images = []
    if not images:
        raise LookupError(f"the embedded ECR has no image {image_uri}")
    source = json.loads(images[0]["imageManifest"]).get("annotations", {}).get(SOURCE, "")
    url = urlsplit(source)
    if url.scheme != "file":
        raise LookupError(f"the image {image_uri} has no build context here: its annotation {SOURCE} is {source!r}")
    return Path(unquote(url.path))


def _manifest(context: Path, digest_source: str) -> str:
    configuration = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers"}})
    layer = hashlib.sha256(digest_source.encode()).hexdigest()
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": _sha256(configuration),
                "size": len(configuration),
            },
            "layers": [
                {
                    "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                    "digest": f"sha256:{layer}",
                    "size": len(digest_source),
                },
            ],
            "annotations": {SOURCE: context.resolve().as_uri()},
        }
    )


def _sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
