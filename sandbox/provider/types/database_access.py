"""RDS: proxies with their target groups and targets, and subscriptions to events."""

from sandbox.provider.mapping import At, Call, Name, Resource, Text, Until

PROXY = Resource(
    token="aws:rds/proxy:Proxy",
    service="rds",
    create=Call("create_db_proxy"),
    id=Text("{name}"),
    read=Call("describe_db_proxies", {"DBProxyName": "{id}"}, at="DBProxies[0]"),
    update=Call("modify_db_proxy", {"DBProxyName": "{id}"}, rename={"vpcSecurityGroupIds": "SecurityGroups"}),
    update_all=True,
    delete=Call("delete_db_proxy", {"DBProxyName": "{id}"}),
    rename={"name": "DBProxyName", "auths": "Auth", "requireTls": "RequireTLS"},
    replace=("name", "engineFamily", "vpcSubnetIds", "endpointNetworkType", "targetConnectionNetworkType"),
    name=Name(limit=63, lower=True),
    unordered=("vpcSubnetIds", "vpcSecurityGroupIds"),
    computed=(
        "vpcSecurityGroupIds",
        "idleClientTimeout",
        "endpointNetworkType",
        "targetConnectionNetworkType",
        "defaultAuthScheme",
    ),
    defaults={"debugLogging": False, "requireTls": False},
    outputs={"arn": At("DBProxyArn"), "endpoint": At("Endpoint")},
    ready=Until("Status", ("available",), ("incompatible-network", "insufficient-resource-limits")),
    gone=("DBProxyNotFoundFault",),
)

TARGET_GROUP = Resource(
    token="aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup",
    service="rds",
    # The group comes with its proxy: making it is changing it, and removing it leaves it as it is.
    create=Call("modify_db_proxy_target_group", {"DBProxyName": "{dbProxyName}", "TargetGroupName": "default"}),
    id=Text("{dbProxyName}"),
    read=Call("describe_db_proxy_target_groups", {"DBProxyName": "{id}"}, at="TargetGroups[?IsDefault] | [0]"),
    update=Call(
        "modify_db_proxy_target_group", {"DBProxyName": "{id}", "TargetGroupName": "default"}, ("connectionPoolConfig",)
    ),
    delete=None,
    rename={"dbProxyName": "DBProxyName"},
    replace=("dbProxyName",),
    outputs={"arn": At("TargetGroupArn"), "name": At("TargetGroupName")},
    computed=("connectionPoolConfig",),
    gone=("DBProxyNotFoundFault", "DBProxyTargetGroupNotFoundFault"),
    taggable=False,
)

TARGET = Resource(
    token="aws:rds/proxyTarget:ProxyTarget",
    service="rds",
    create=Call(
        "register_db_proxy_targets",
        {
            "DBProxyName": "{dbProxyName}",
            "TargetGroupName": "{targetGroupName}",
            "DBInstanceIdentifiers": ["{dbInstanceIdentifier}"],
        },
        (),
    ),
    id=Text("{dbProxyName}/{targetGroupName}/RDS_INSTANCE/{dbInstanceIdentifier}"),
    read=Call(
        "describe_db_proxy_targets",
        {"DBProxyName": "{dbProxyName}", "TargetGroupName": "{targetGroupName}"},
        at="Targets[?RdsResourceId=='{dbInstanceIdentifier}'] | [0]",
    ),
    delete=Call(
        "deregister_db_proxy_targets",
        {
            "DBProxyName": "{dbProxyName}",
            "TargetGroupName": "{targetGroupName}",
            "DBInstanceIdentifiers": ["{dbInstanceIdentifier}"],
        },
        (),
    ),
    replace=(
        "dbProxyName",
        "targetGroupName",
        "dbInstanceIdentifier",
    ),
    fixed=("dbProxyName", "targetGroupName", "dbInstanceIdentifier"),
    outputs={"rdsResourceId": At("RdsResourceId"), "type": At("Type"), "port": At("Port")},
    unserved={
        "endpoint": "of clusters only",
        "targetArn": "moto keeps none",
        "trackedClusterId": "of clusters only",
    },
    gone=("DBProxyNotFoundFault", "DBProxyTargetNotFoundFault"),
    taggable=False,
)

SUBSCRIPTION = Resource(
    token="aws:rds/eventSubscription:EventSubscription",
    service="rds",
    create=Call("create_event_subscription"),
    id=Text("{name}"),
    read=Call(
        "describe_event_subscriptions",
        {"SubscriptionName": "{id}"},
        at="EventSubscriptionsList[0]",
        rename={
            "name": "CustSubscriptionId",
            "sourceIds": "SourceIdsList",
            "eventCategories": "EventCategoriesList",
        },
    ),
    update=Call("modify_event_subscription", {"SubscriptionName": "{id}"}),
    delete=Call("delete_event_subscription", {"SubscriptionName": "{id}"}),
    rename={
        "name": "SubscriptionName",
        "snsTopic": "SnsTopicArn",
        "sourceIds": "SourceIds",
        "eventCategories": "EventCategories",
    },
    replace=("name", "sourceIds"),
    name=Name(limit=255, lower=True),
    unordered=("eventCategories", "sourceIds"),
    defaults={"enabled": True},
    outputs={"arn": At("EventSubscriptionArn"), "customerAwsId": At("CustomerAwsId || `123456789012`")},
    gone=("SubscriptionNotFound", "SubscriptionNotFoundFault"),
)
RESOURCES: tuple[Resource, ...] = (PROXY, TARGET_GROUP, TARGET, SUBSCRIPTION)
