"""The application room: the load balancer and the service behind it."""

from dataclasses import dataclass

import pulumi

from infra.application.certificate import Certificate, CertificateArgs
from infra.application.load_balancer import LoadBalancer, LoadBalancerArgs
from infra.application.service import Service, ServiceArgs
from infra.context import Context
from infra.data.keys import Keys
from infra.data.room import Data
from infra.network.address_plan import Tier
from infra.network.room import Network


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """Where requests arrive; `url` is where people reach the application, with its scheme."""

    balancer: LoadBalancer
    url: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class Application:
    """What the application room shows."""

    entrance: Entrance
    service: Service


def entrance(context: Context, network: Network) -> Entrance:
    """Declare the load balancer; alarms that can roll a release back watch it, so it comes before the service."""
    settings = context.settings
    certificate = Certificate(context.prefix, CertificateArgs(settings=settings.application), context.options())
    args = LoadBalancerArgs(
        vpc_id=network.vpc.id,
        subnet_ids=network.vpc.subnet_ids(Tier.PUBLIC),
        security_group_id=network.groups.load_balancer.id,
        certificate_arn=certificate.arn,
        disposable=context.stack.disposable,
    )
    balancer = LoadBalancer(context.prefix, args, context.options())
    url = pulumi.Output.concat("https://", settings.application.domain or balancer.dns_name)
    return Entrance(balancer=balancer, url=url)


def application(context: Context, keys: Keys, network: Network, data: Data, entrance: Entrance) -> Application:
    """Declare the service."""
    args = ServiceArgs(
        stack=context.stack,
        settings=context.settings.application,
        subnet_ids=network.vpc.subnet_ids(Tier.PRIVATE),
        security_group_id=network.groups.application.id,
        blue_arn=entrance.balancer.blue.arn,
        green_arn=entrance.balancer.green.arn,
        production_rule=entrance.balancer.production_rule,
        base_url=entrance.url,
        database_secret_arn=data.postgres.secret_arn,
        openai_secret_arn=data.openai.arn,
        logs_key_arn=keys.logs,
        secrets_key_arn=keys.secrets,
    )
    return Application(entrance=entrance, service=Service(context.prefix, args, context.options()))
