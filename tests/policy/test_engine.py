import json
from dataclasses import dataclass
from typing import Any

import pytest

from policy.engine import environment_of

URN = "urn:pulumi:eu-one::jobr::aws:s3/bucket:Bucket::backups"
TAGGED = {"tags": {"Environment": "production"}}


@dataclass
class Provider:
    props: dict[str, Any]


@pytest.mark.parametrize("defaults", [TAGGED, json.dumps(TAGGED)])
def test_the_environment_is_what_the_provider_tags_everything_with(defaults: Any) -> None:
    assert environment_of(URN, Provider({"defaultTags": defaults})) == "production"


@pytest.mark.parametrize(
    "provider", [None, Provider({}), Provider({"defaultTags": "no JSON"}), Provider({"defaultTags": {}})]
)
def test_without_a_tag_it_is_the_stacks_name(provider: Provider | None) -> None:
    assert environment_of(URN, provider) == "eu-one"
