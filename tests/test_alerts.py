"""What is promised to be measured is shown, and the sample alerts are about what is shown."""

import re
from pathlib import Path

import yaml

from bot import metrics
from bot.meter import Meter
from bot.services import figures

PROMISED = """\
tungngo_inbox_last_received_age_seconds tungngo_inbox_age_seconds{status} tungngo_inbox_messages{status}
tungngo_outbox_age_seconds{class} tungngo_outbox_messages{class} tungngo_outbox_unknown
tungngo_sends_total{channel,outcome} tungngo_errors_total{part} tungngo_quota_left{channel,bot}
tungngo_due_waiting tungngo_due_overdue tungngo_due_overdue_age_seconds tungngo_due_skipped_last_day
tungngo_handler_seconds_bucket{channel,le} tungngo_handler_seconds_count{channel} tungngo_handler_seconds_sum{channel}
tungngo_message_seconds_bucket{channel,le} tungngo_send_seconds_bucket{channel,le} tungngo_database_up
"""


def _shown() -> dict[str, set[str]]:
    """Every metric of a program in which everything has happened, with the names of its labels."""
    meter = Meter()
    meter.add("errors", "handler")
    meter.add("sends", "zalo", "sent")
    for name in metrics.TIMED:
        meter.time(name, "zalo", 0.1)
    queue = figures.Queue()
    found = figures.Figures(last_received=0, inbox={"retry": queue}, outbox={"answer": queue}, left={("zalo", "7"): 1})
    lines = [line for line in metrics.text(meter, found).decode().splitlines() if line[0] != "#"]
    return {re.split(r"[{ ]", line)[0]: set(re.findall(r'(\w+)="', line)) for line in lines}


def test_what_is_promised_is_shown() -> None:
    shown = _shown()
    for promised in PROMISED.split():
        name, _, labels = promised.rstrip("}").partition("{")
        assert shown[name] == set(filter(None, labels.split(","))), promised


def test_every_alert_is_about_a_metric_there_is() -> None:
    rules = yaml.safe_load((Path(__file__).parents[1] / "deploy/alerts.yml").read_text("utf-8"))
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    shown = _shown()
    assert len(alerts) >= 8
    for alert in alerts:
        assert set(alert) <= {"alert", "expr", "for", "labels", "annotations"}
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert alert["expr"].count("(") == alert["expr"].count(")")
        for name, matched in re.findall(r"(tungngo_\w+)(?:{([^}]*)})?", alert["expr"]):
            assert set(re.findall(r"(\w+)[=!]", matched)) <= shown[name], alert["alert"]
        for label in re.findall(r"\$labels\.(\w+)", alert["annotations"]["summary"]):
            assert label == "instance" or label in set().union(*shown.values()), alert["alert"]
    guide = (Path(__file__).parents[1] / "docs/operation.md").read_text("utf-8")
    assert [alert["alert"] for alert in alerts if f"`{alert['alert']}`" not in guide] == []
