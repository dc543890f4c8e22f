"""The collector beside the application: AWS's distribution of OpenTelemetry's, which brings metrics to Prometheus. Pure data."""

import json
from typing import Any

from infra.application.container import ContainerContext, confined, logging, pairs
from infra.application.sizes import COLLECTOR_CPU, COLLECTOR_MEMORY_MIB
from infra.network.flows import APPLICATION_PORT

COLLECTOR_NAME = "collector"
# The image is built from scratch and has no accounts; any but root will do.
USER = "10001:10001"
METRICS_PATH = "/metrics"
SCRAPE_INTERVAL = "30s"
SCRAPE_TIMEOUT = "10s"
# A scrape with more series or longer labels than this is refused whole, which `up` then shows, rather than paid for.
SAMPLE_LIMIT = 5000
LABEL_LIMIT = 30
LABEL_VALUE_LENGTH_LIMIT = 200
# The application falls back to the raw path where no route matched, so every number, UUID or long token would be a series of its
# own. Such series are left out: collapsed into one they would be duplicates within a scrape.
RAW_ROUTE = r"(?i).*/(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-z_-]{25,})(/.*)?"
_OTLP_GRPC, _OTLP_HTTP = "127.0.0.1:4317", "127.0.0.1:4318"
# By the container's own limit: a percentage would be of what the collector takes for the machine's memory, which is the task's.
MEMORY_LIMIT_MIB = COLLECTOR_MEMORY_MIB * 4 // 5
MEMORY_SPIKE_MIB = COLLECTOR_MEMORY_MIB // 4
# Where the image's own /healthcheck asks.
_HEALTH = "127.0.0.1:13133"


def collector_container(image: str, remote_write_url: str, context: ContainerContext) -> dict[str, Any]:
    """The collector: not essential, so that the application outlives it, and started again when it fails."""
    return {
        "name": COLLECTOR_NAME,
        "image": image,
        "essential": False,
        "restartPolicy": {"enabled": True, "restartAttemptPeriod": 60},
        "cpu": COLLECTOR_CPU,
        "memory": COLLECTOR_MEMORY_MIB,
        "healthCheck": {
            "command": ["CMD", "/healthcheck"],
            "interval": 30,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 30,
        },
        "environment": pairs({"AOT_CONFIG_CONTENT": collector_config(remote_write_url, context.region)}, "value"),
        **confined(USER),
        **logging(COLLECTOR_NAME, context),
    }


def collector_config(remote_write_url: str, region: str) -> str:
    """The collector's configuration; JSON is YAML."""
    return json.dumps(
        {
            "extensions": {
                "health_check": {"endpoint": _HEALTH},
                "sigv4auth": {"region": region, "service": "aps"},
            },
            "receivers": {
                "prometheus": {"config": {"scrape_configs": [_scrape()]}},
                "otlp": {
                    "protocols": {"grpc": {"endpoint": _OTLP_GRPC}, "http": {"endpoint": _OTLP_HTTP}},
                },
            },
            "processors": _processors(),
            "exporters": {
                "prometheusremotewrite": {"endpoint": remote_write_url, "auth": {"authenticator": "sigv4auth"}},
            },
            "service": {
                "telemetry": {"logs": {"level": "warn"}},
                "extensions": ["health_check", "sigv4auth"],
                "pipelines": {
                    "metrics": {
                        "receivers": ["prometheus", "otlp"],
                        "processors": list(_processors()),
                        "exporters": ["prometheusremotewrite"],
                    }
                },
            },
        }
    )


def _scrape() -> dict[str, Any]:
    return {
        "job_name": "jobr",
        "scrape_interval": SCRAPE_INTERVAL,
        "scrape_timeout": SCRAPE_TIMEOUT,
        "metrics_path": METRICS_PATH,
        "static_configs": [{"targets": [f"127.0.0.1:{APPLICATION_PORT}"]}],
        "sample_limit": SAMPLE_LIMIT,
        "label_limit": LABEL_LIMIT,
        "label_value_length_limit": LABEL_VALUE_LENGTH_LIMIT,
        "metric_relabel_configs": [{"source_labels": ["route"], "regex": RAW_ROUTE, "action": "drop"}],
    }


def _processors() -> dict[str, Any]:
    """In the order in which they are passed: first what keeps the collector alive, last what makes few requests of many."""
    # Every task scrapes itself on the same address, so the task's ARN has to tell their series apart: Prometheus refuses two
    # values of one series at one time.
    instance = {"key": "service.instance.id", "from_attribute": "aws.ecs.task.arn", "action": "upsert"}
    return {
        "memory_limiter": {"check_interval": "1s", "limit_mib": MEMORY_LIMIT_MIB, "spike_limit_mib": MEMORY_SPIKE_MIB},
        "resourcedetection": {"detectors": ["env", "ecs"], "timeout": "5s"},
        "resource": {"attributes": [instance]},
        "batch": {"timeout": "10s", "send_batch_size": 1000, "send_batch_max_size": 2000},
    }
