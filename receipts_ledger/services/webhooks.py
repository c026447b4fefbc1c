"""What subscribing needs beyond its rows: where webhooks may go, and what signs them."""

from dataclasses import dataclass

from receipts_ledger.services.deliver.targets import Targets
from receipts_ledger.services.webhook_secrets import WebhookSecrets


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The webhooks of one gateway."""

    secrets: WebhookSecrets
    targets: Targets
