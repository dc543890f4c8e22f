from typing import Any

from infra.operations.dashboard import COLUMNS
from tests.infra.operations.test_alarms import ALARM, metrics, runbook
from tests.infra.recording import Recording

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
# Dashboard Body Structure and Syntax: a widget is 1 to 24 wide and 1 to 1000 high; a dashboard has at most 500 widgets.
HIGHEST, MOST = 1000, 500


def widgets(stack: Recording) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.one(DASHBOARD).document("dashboardBody")["widgets"]
    return found


def test_there_is_one_dashboard_within_cloudwatchs_limits(stack: Recording) -> None:
    found = widgets(stack)
    assert 0 < len(found) <= MOST
    for widget in found:
        assert widget["type"] in {"metric", "text", "alarm"}
        assert widget["x"] >= 0
        assert widget["y"] >= 0
        assert 1 <= widget["width"] <= COLUMNS - widget["x"]
        assert 1 <= widget["height"] <= HIGHEST


def test_no_widget_lies_on_another(stack: Recording) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in widgets(stack):
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not cells & taken, widget
        taken |= cells


def test_a_graph_has_series_as_cloudwatch_reads_them(stack: Recording) -> None:
    for widget in widgets(stack):
        if widget["type"] != "metric":
            continue
        properties = widget["properties"]
        assert properties["region"] == "us-east-1"
        assert properties["metrics"]
        for series in properties["metrics"]:
            *names, options = series
            assert isinstance(options, dict)
            # Namespace, metric, then dimensions in pairs; an expression has none of these.
            assert ("expression" in options and not names) or (len(names) >= 2 and len(names) % 2 == 0)
            assert all(isinstance(name, str) and name for name in names)


def test_the_golden_signals_come_first_after_what_is_in_alarm(stack: Recording) -> None:
    titles = [w["properties"]["title"] for w in widgets(stack) if w["type"] in {"alarm", "metric"}][:5]
    assert titles == ["Alarms", "Traffic: requests a minute", "error-ratio-high", "latency-high", "task-cpu-high"]


def test_every_alarm_is_on_the_dashboard_with_its_metrics_and_its_threshold(stack: Recording) -> None:
    graphs = [w["properties"] for w in widgets(stack) if w["type"] == "metric"]
    drawn = {(series[0], series[1]) for graph in graphs for series in graph["metrics"] if len(series) > 1}
    lines = {line["value"] for graph in graphs for line in graph["annotations"]["horizontal"]}
    for alarm in stack.all(ALARM):
        assert {(metric["namespace"], metric["metricName"]) for metric in metrics(alarm.inputs)} <= drawn, alarm.name
        assert alarm.inputs["threshold"] in lines, alarm.name
    shown = [arn for w in widgets(stack) if w["type"] == "alarm" for arn in w["properties"]["alarms"]]
    assert sorted(arn.rpartition(":")[2] for arn in shown) == [alarm.name for alarm in stack.all(ALARM)]


def test_it_names_every_runbook(stack: Recording) -> None:
    text = "".join(w["properties"]["markdown"] for w in widgets(stack) if w["type"] == "text")
    assert [found.name for found in stack.all(ALARM) if f"docs/runbooks/{runbook(found)}.md" not in text] == []
