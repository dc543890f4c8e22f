"""Putting an image into a repository that does not exist is an error of ECR's, which says so; moto's is a server error.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
"""

from typing import Any

from moto.ecr.exceptions import RepositoryNotFoundException
from moto.ecr.models import ECRBackend

from sandbox.cloud.patching import replace
from sandbox.home import Home


def install(home: Home) -> None:
    """Look for the repository first."""
    del home

    def put(self: Any, repository_name: str, *rest: Any, **named: Any) -> Any:
        if repository_name not in self.repositories:
            raise RepositoryNotFoundException(repository_name, self.account_id)
        return original(self, repository_name, *rest, **named)

    original = replace(ECRBackend, "put_image", put)
