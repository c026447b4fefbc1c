"""The secrets that webhooks are signed with: made from a kept key, and so stored nowhere.

Locking the kept keys with another secret changes none of them.
"""

from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.services.kept_keys import KeptKeys

# No party has this number: the key speaks for nobody, and is no lane's.
OWNER = PartyId(0)


class WebhookSecrets:
    """The secrets of all subscriptions."""

    def __init__(self, kept_keys: KeptKeys) -> None:
        self._kept_keys = kept_keys

    def sealing_key(self) -> Address:
        """Return the key from which new secrets are made. Two at once are as good as one."""
        kept = self._kept_keys.addresses_of(OWNER)
        return kept[0] if kept else self._kept_keys.keep_new(OWNER)

    def secret(self, sealing_key: Address, subscription_id: str, generation: int) -> bytes:
        """Return the secret of a subscription. Raises NotFound, or Fatal if it cannot be made."""
        message = f"receipts-ledger webhook {subscription_id} {generation}".encode()
        return self._kept_keys.derive(sealing_key, message)
