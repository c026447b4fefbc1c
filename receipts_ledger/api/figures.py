"""The figures of the whole gateway, whichever process is asked. Those of requests are elsewhere."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from receipts_ledger.api.services import Services
from receipts_ledger.errors import LedgerError
from receipts_ledger.store import figures


class LedgerFigures(Collector):
    """The figures of the whole gateway, read from SQL whenever somebody asks."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def describe(self) -> list[Metric]:
        """Describe nothing beforehand: that would ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield what the database says now."""
        with self._services.database.reading() as reader:
            found = figures.read(reader, self._services.clock())
            deliveries = figures.deliveries(reader)
        yield _gauge("ledger_index_block", "Last block that was indexed.", found.indexed_block)
        if (head := self._node_head()) is not None:
            lag = max(0, head - found.indexed_block)
            yield _gauge("ledger_index_lag_blocks", "How far the index is behind the node.", lag)
        if (age := found.head_age_seconds) is not None:
            meaning = "Since the last indexed block was made, by its own timestamp."
            yield _gauge("ledger_index_head_age_seconds", meaning, age)
        yield _gauge("ledger_index_final_block", "Last final block.", found.finalized_block)
        yield _gauge("ledger_index_halted", "1 when an operator has to look.", found.has_halted)
        acts = GaugeMetricFamily("ledger_acts", "Acts by status.", labels=["status"])
        for status, count in found.acts_by_status.items():
            acts.add_metric([status], count)
        refused = GaugeMetricFamily(
            "ledger_refusals",
            "Refusals on record, by who refused and why.",
            labels=["source", "code"],
        )
        for (source, code), count in found.refusals_by_source_and_code.items():
            refused.add_metric([source, code], count)
        leases = GaugeMetricFamily(
            "ledger_lease_seconds_left",
            "How long somebody still has each loop's work; below zero nobody does it.",
            labels=["loop"],
        )
        for loop, seconds in found.lease_seconds_left.items():
            leases.add_metric([loop], seconds)
        yield leases
        yield acts
        yield refused
        yield from _lane_gauges(found.lanes)
        yield from _delivery_figures(deliveries)

    def _node_head(self) -> int | None:
        """Return the node's latest block, None while it does not answer: the rest is told."""
        try:
            return self._services.node_head()
        except LedgerError:
            return None


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _delivery_figures(found: figures.DeliveryFigures) -> Iterator[Metric]:
    lag = GaugeMetricFamily(
        "ledger_feed_lag", "Entries that a subscription is behind.", labels=["subscription"]
    )
    for name, entries in found.lag_by_subscription.items():
        lag.add_metric([name], entries)
    states = GaugeMetricFamily("ledger_subscriptions", "Subscriptions by state.", labels=["state"])
    for state, count in found.by_state.items():
        states.add_metric([state], count)
    # A gauge: what was sent for a subscription goes with it when it is ended.
    sent = GaugeMetricFamily(
        "ledger_deliveries_total", "Webhooks by what became of them.", labels=["outcome"]
    )
    sent.add_metric(["taken"], found.taken)
    sent.add_metric(["failed"], found.failed)
    yield from (lag, states, sent)


def _lane_gauges(lanes: Mapping[str, figures.LaneFigures]) -> Iterator[Metric]:
    paused = GaugeMetricFamily(
        "ledger_lane_paused", "1 when an operator has to look.", labels=["lane"]
    )
    in_flight = GaugeMetricFamily(
        "ledger_lane_in_flight", "Transactions in no block yet.", labels=["lane"]
    )
    oldest = GaugeMetricFamily(
        "ledger_lane_oldest_seconds", "Age of the oldest of them.", labels=["lane"]
    )
    balance = GaugeMetricFamily(
        "ledger_lane_balance_wei", "What the lane can pay, as last seen.", labels=["lane"]
    )
    low = GaugeMetricFamily(
        "ledger_lane_funds_low", "1 when somebody should send funds.", labels=["lane"]
    )
    for name, lane in lanes.items():
        low.add_metric([name], lane.has_low_funds)
        if lane.balance_wei is not None:
            balance.add_metric([name], lane.balance_wei)
        paused.add_metric([name], lane.is_paused)
        in_flight.add_metric([name], lane.in_flight)
        oldest.add_metric([name], lane.oldest_seconds)
    yield from (paused, in_flight, oldest, balance, low)
