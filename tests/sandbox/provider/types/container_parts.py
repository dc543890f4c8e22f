"""What the cases of task definitions and services share."""

import json

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Change, Drift


def tag_changes(look: Call) -> tuple[Change, ...]:
    return (
        Change(
            "tags",
            {"Name": "another", "Owner": "us"},
            {"[?key=='Name'].value | [0]": "another", "length(@)": 2},
            look=look,
        ),
        Change("tags", None, {"@": []}, look=look),
    )


def retagged(name: str) -> Drift:
    by = Call("tag_resource", {"resourceArn": name, "tags": [{"key": "Name", "value": "by hand"}]})
    return Drift(by, "tags", {"Name": "by hand"})


def containers(image: str = "app@sha256:" + "0" * 64) -> str:
    app = {
        "name": "app",
        "image": image,
        "essential": True,
        "portMappings": [{"containerPort": 5000, "protocol": "tcp"}],
    }
    return json.dumps([app])
