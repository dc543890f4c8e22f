"""The whole stack: which room gets what from which. Wiring only."""

from infra import context as contexts
from infra.application.room import Neighbours, application, deployable, entrance
from infra.data.postgres import Role
from infra.data.room import data, keys
from infra.network.address_plan import Tier
from infra.network.room import network
from infra.operations.room import Surroundings, function_platform, notifications, operations, release_alarms
from infra.operations.severity import Severity
from infra.outputs import StackOutputs
from infra.releases.room import judges, outcome
from infra.settings import Settings


def build(settings: Settings) -> StackOutputs:
    """Register every resource of the stack and return what it shows."""
    context = contexts.of(settings)
    its_keys = keys(context)
    its_network = network(context, its_keys)
    its_notifications = notifications(context, its_keys)
    its_platform = function_platform(context, its_keys, its_notifications)
    its_data = data(context, its_keys, its_network, its_platform)
    its_entrance = entrance(context, its_network, its_data)
    its_alarms = release_alarms(context, its_entrance, its_notifications)
    its_neighbours = Neighbours(keys=its_keys, network=its_network, data=its_data)
    its_release = deployable(context, its_keys, its_data, its_entrance)
    its_judges = judges(context, its_platform, its_neighbours, its_entrance, its_release)
    its_application = application(
        context, its_neighbours, its_entrance.watched_by(its_alarms.names), its_release, its_judges.judged
    )
    its_outcome = outcome(context, its_neighbours, its_judges, its_release, its_application)
    surroundings = Surroundings(
        keys=its_keys, network=its_network, data=its_data, application=its_application, notifications=its_notifications
    )
    others = [its_alarms, *its_judges.alarms, its_outcome.function.alarms]
    its_operations = operations(context, its_platform, surroundings, others)
    return StackOutputs(
        vpc_id=its_network.vpc.id,
        public_subnet_ids=its_network.vpc.subnet_ids(Tier.PUBLIC),
        private_subnet_ids=its_network.vpc.subnet_ids(Tier.PRIVATE),
        database_subnet_ids=its_network.vpc.subnet_ids(Tier.DATABASE),
        application_url=its_entrance.url,
        load_balancer_dns_name=its_entrance.balancer.dns_name,
        load_balancer_zone_id=its_entrance.balancer.zone_id,
        application_repository_url=its_application.repository.url,
        metrics_workspace_id=its_application.metrics.workspace_id,
        cluster_name=its_application.service.cluster_name,
        service_name=its_application.service.service_name,
        database_host=its_data.postgres.host,
        database_port=its_data.postgres.port,
        database_name=settings.database.name,
        database_replica_host=its_data.postgres.replica_host,
        database_secret_arn=its_data.postgres.logins[Role.APPLICATION].secret_arn,
        backups_bucket_name=its_data.buckets.backups.name,
        backup_function_name=its_operations.backup.function_name,
        runtime_repository_url=its_platform.image.repository_url,
        critical_topic_arn=its_notifications.topics[Severity.CRITICAL],
        warning_topic_arn=its_notifications.topics[Severity.WARNING],
        information_topic_arn=its_notifications.topics[Severity.INFORMATION],
        storage_key_arn=its_keys.storage,
    )
