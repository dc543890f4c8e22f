from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Case, Change, Contract, Drift

PARAMETER = {"Name": "{id}"}


class TestParameters(Contract):
    CASES = (
        Case(
            "aws:ssm/parameter:Parameter",
            given=lambda _: {
                "type": "String",
                "insecureValue": "[]",
                "description": "windows",
                "tags": {"a": "b"},
            },
            look=Call("get_parameter", PARAMETER),
            shown={"Parameter.Value": "[]", "Parameter.Type": "String"},
            outputs={"arn": "arn:aws:ssm:us-east-1:123456789012:parameter/{name}", "version": 1},
            changes=(
                Change("insecureValue", "[1]", {"Parameter.Value": "[1]"}),
                Change(
                    "tags",
                    {"a": "c"},
                    {"TagList": [{"Key": "a", "Value": "c"}]},
                    look=Call("list_tags_for_resource", {"ResourceType": "Parameter", "ResourceId": "{id}"}),
                ),
            ),
            replaces={"name": "other"},
            drift=(
                Drift(
                    Call("put_parameter", {**PARAMETER, "Value": "[2]", "Type": "String", "Overwrite": True}),
                    "insecureValue",
                    "[2]",
                ),
            ),
            vanish=Call("delete_parameter", PARAMETER),
        ),
    )
