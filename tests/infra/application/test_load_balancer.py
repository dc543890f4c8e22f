from tests.infra.recording import DEVELOPMENT, PRODUCTION, Recording, record, run_program

LISTENER, GROUP = "aws:lb/listener:Listener", "aws:lb/targetGroup:TargetGroup"
BALANCER, RULE = "aws:lb/loadBalancer:LoadBalancer", "aws:lb/listenerRule:ListenerRule"


def test_plain_http_is_only_redirected(stack: Recording) -> None:
    listeners = stack.all(LISTENER)
    assert {listener.inputs["protocol"] for listener in listeners} == {"HTTP", "HTTPS"}
    (action,) = stack.one(LISTENER, "-http").inputs["defaultActions"]
    assert action == {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}}


def test_every_https_listener_takes_tls_1_2_and_1_3_alone_and_a_key_exchange_for_quantum_computers(
    stack: Recording,
) -> None:
    policies = {listener.inputs["port"]: listener.inputs.get("sslPolicy") for listener in stack.all(LISTENER)}
    policy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    assert policies == {80: None, 443: policy, 8443: policy}


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


def test_ecs_has_a_rule_for_people_and_one_for_tests_and_pulumi_leaves_their_weights_to_it(stack: Recording) -> None:
    for part in ("-production", "-test"):
        rule = stack.one(RULE, part)
        (action,) = rule.inputs["actions"]
        assert [(t["arn"].rpartition("-")[2], t["weight"]) for t in action["forward"]["targetGroups"]] == [
            ("blue", 100),
            ("green", 0),
        ]
        assert rule.ignore_changes == ("actions",)


def test_each_rule_of_ecs_is_alone_on_its_listener_so_that_no_other_can_hide_it(stack: Recording) -> None:
    forwarding = [rule for rule in stack.all(RULE) if rule.inputs["actions"][0]["type"] == "forward"]
    assert sorted(rule.inputs["listenerArn"].rpartition("-")[2] for rule in forwarding) == ["https", "test"]


def test_the_applications_metrics_are_found_by_nobody_outside(stack: Recording) -> None:
    for part in ("https", "test"):
        rule = stack.one(RULE, f"-{part}-unpublished").inputs
        assert rule["listenerArn"].endswith(f"-{part}")
        assert rule["priority"] < stack.one(RULE, "-production").inputs["priority"]
        assert rule["conditions"] == [{"pathPattern": {"values": ["/metrics", "/metrics/*"]}}]
        assert rule["actions"][0]["fixedResponse"]["statusCode"] == "404"


def test_other_names_are_redirected_to_the_domain_before_the_production_rule() -> None:
    recorded = record(run_program, {**PRODUCTION, "domainAliases": "www.jobr.example.com"})
    rule = recorded.one(RULE, "-aliases").inputs
    assert rule["priority"] < recorded.one(RULE, "-production").inputs["priority"]
    assert rule["conditions"] == [{"hostHeader": {"values": ["www.jobr.example.com"]}}]
    assert rule["actions"][0]["redirect"]["host"] == "jobr.example.com"


def test_requests_and_connections_are_logged_to_the_bucket_of_logs(stack: Recording) -> None:
    balancer = stack.one(BALANCER).inputs
    for logs in (balancer["accessLogs"], balancer["connectionLogs"]):
        assert logs["enabled"] is True
        assert logs["bucket"].endswith("-logs")
        assert logs["prefix"] == "load-balancer"


def test_requests_that_two_servers_could_read_differently_are_refused(stack: Recording) -> None:
    assert stack.one(BALANCER).inputs["desyncMitigationMode"] == "strictest"


def test_no_slow_start_stands_beside_the_algorithm_that_excludes_it(stack: Recording) -> None:
    for group in stack.all(GROUP):
        assert group.inputs["loadBalancingAlgorithmType"] == "least_outstanding_requests"
        assert "slowStart" not in group.inputs


def test_the_load_balancer_stands_in_every_public_subnet_behind_its_own_group(stack: Recording) -> None:
    balancer = stack.one(BALANCER).inputs
    public = {f"{s.name}-id" for s in stack.all("aws:ec2/subnet:Subnet") if s.inputs["tags"]["Tier"] == "public"}
    assert balancer["internal"] is False
    assert set(balancer["subnets"]) == public
    (group,) = balancer["securityGroups"]
    assert group.endswith("-load-balancer-id")


def test_the_names_of_load_balancer_and_targets_leave_room_for_pulumis_suffix(stack: Recording) -> None:
    # Elastic Load Balancing: 32 characters at most; Pulumi adds a hyphen and seven digits.
    names = [each.name for each in (*stack.all(BALANCER), *stack.all(GROUP))]
    assert len(names) == 3
    assert [name for name in names if len(name) > 32 - 8] == []


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
