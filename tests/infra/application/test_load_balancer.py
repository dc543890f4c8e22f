from tests.infra.recording import DEVELOPMENT, Recording, record, run_program

LISTENER, GROUP = "aws:lb/listener:Listener", "aws:lb/targetGroup:TargetGroup"


def test_plain_http_is_only_redirected(stack: Recording) -> None:
    listeners = stack.all(LISTENER)
    assert {listener.inputs["protocol"] for listener in listeners} == {"HTTP", "HTTPS"}
    (action,) = stack.one(LISTENER, "-http").inputs["defaultActions"]
    assert action == {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}}


def test_https_takes_tls_1_2_and_1_3_alone(stack: Recording) -> None:
    assert stack.one(LISTENER, "-https").inputs["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"


def test_targets_are_judged_by_readiness_and_drained_for_thirty_seconds(stack: Recording) -> None:
    groups = stack.all(GROUP)
    assert [group.name.rpartition("-")[2] for group in groups] == ["blue", "green"]
    for group in groups:
        assert group.inputs["healthCheck"]["path"] == "/ready"
        assert (group.inputs["targetType"], group.inputs["port"], group.inputs["deregistrationDelay"]) == (
            "ip",
            5000,
            30,
        )


def test_blue_and_green_differ_in_nothing_but_their_names(stack: Recording) -> None:
    blue, green = (dict(group.inputs) for group in stack.all(GROUP))
    assert {name for name in blue if blue[name] != green[name]} == {"tags"}


def test_one_rule_splits_the_traffic_and_pulumi_leaves_its_weights_to_ecs(stack: Recording) -> None:
    rule = stack.one("aws:lb/listenerRule:ListenerRule")
    (action,) = rule.inputs["actions"]
    assert [(target["arn"].rpartition("-")[2], target["weight"]) for target in action["forward"]["targetGroups"]] == [
        ("blue", 100),
        ("green", 0),
    ]
    assert rule.ignore_changes == ("actions",)


def test_headers_that_are_not_valid_are_dropped(stack: Recording) -> None:
    assert stack.one("aws:lb/loadBalancer:LoadBalancer").inputs["dropInvalidHeaderFields"] is True


def test_only_a_disposable_load_balancer_can_be_deleted(development: Recording, production: Recording) -> None:
    assert production.one("aws:lb/loadBalancer:LoadBalancer").inputs["enableDeletionProtection"] is True
    assert development.one("aws:lb/loadBalancer:LoadBalancer").inputs["enableDeletionProtection"] is False


def test_production_imports_no_certificate_and_uses_acms(production: Recording) -> None:
    assert production.all("aws:acm/certificate:Certificate") == []
    assert production.one(LISTENER, "-https").inputs["certificateArn"].startswith("arn:aws:acm:")


def test_an_imported_certificates_key_is_a_secret(development: Recording) -> None:
    assert "privateKey" in development.one("aws:acm/certificate:Certificate").secrets


def test_a_certificate_by_arn_wins_over_an_import_also_outside_production() -> None:
    by_arn = {key: value for key, value in DEVELOPMENT.items() if not key.startswith("certificate")}
    by_arn["certificateArn"] = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
    assert record(run_program, by_arn).all("aws:acm/certificate:Certificate") == []
