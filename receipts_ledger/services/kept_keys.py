"""Keys that the gateway keeps: those of parties that cannot keep their own, and those of lanes.

A party's key signs only in a request of that very party; the asker is known where the
request is, and each use is written down there with the signature.
"""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from receipts_ledger.domain.ids import Address, Hash32, PartyId
from receipts_ledger.errors import Fatal, NotFound, Retryable


class Keystores(Protocol):
    """Where encrypted keys lie. Without a party, a key is a lane's."""

    def add(
        self, address: Address, party_id: PartyId | None, keystore: Mapping[str, Any]
    ) -> None: ...

    def addresses_of(self, party_id: PartyId | None) -> Sequence[Address]: ...

    def find(self, address: Address) -> Mapping[str, Any] | None: ...

    def every(self) -> Mapping[Address, Mapping[str, Any]]: ...

    def replace(
        self,
        before: Mapping[Address, Mapping[str, Any]],
        after: Mapping[Address, Mapping[str, Any]],
    ) -> bool: ...

    def forget_lane(self, address: Address) -> bool: ...

    def any_address(self) -> Address | None: ...


class Vault(Protocol):
    """What can open a keystore and sign with what is in it."""

    def new_key(self) -> bytes: ...

    def address_of(self, private_key: bytes) -> Address: ...

    def lock(self, private_key: bytes) -> Mapping[str, Any]: ...

    def open(self, keystore: Mapping[str, Any]) -> bytes: ...

    def sign(self, private_key: bytes, digest: Hash32) -> bytes: ...


class KeptKeys:
    """The kept keys. Each is opened once in the life of a process: that is made to be slow."""

    def __init__(self, keystores: Keystores, vault: Vault) -> None:
        self._keystores = keystores
        self._vault = vault
        self._opened: dict[Address, bytes] = {}

    def keep(self, party_id: PartyId | None, private_key: bytes) -> Address:
        """Keep a key for a party, or for a lane, and return its address.

        Raises Fatal when it is kept for somebody else, ValueError when it is no key.
        """
        address = self._vault.address_of(private_key)
        self._expect_present_secret()
        self._keystores.add(address, party_id, self._vault.lock(private_key))
        if address not in self._keystores.addresses_of(party_id):
            raise Fatal(f"key 0x{address.hex()} is kept for somebody else")
        return address

    def keep_new(self, party_id: PartyId | None) -> Address:
        """Make a key for a party, or for a lane, and return its address."""
        return self.keep(party_id, self._vault.new_key())

    def addresses_of(self, party_id: int) -> Sequence[Address]:
        """Return the keys that are kept for a party."""
        return self._keystores.addresses_of(PartyId(party_id))

    def sign(self, address: Address, digest: Hash32) -> bytes:
        """Sign with a kept key. Raises NotFound, or Fatal when it does not open."""
        return self._vault.sign(self._key(address), digest)

    def derive(self, address: Address, message: bytes) -> bytes:
        """Return 32 bytes that only this key and this message give. Raises as `sign`."""
        return hmac.digest(self._key(address), message, "sha256")

    def lane_keys(self) -> Mapping[Address, bytes]:
        """Return the private keys of the lanes: whoever has them can only pay."""
        return {address: self._key(address) for address in self._keystores.addresses_of(None)}

    def check(self) -> None:
        """Make sure that the secret is the one that the kept keys were locked with.

        Raises Fatal.
        """
        address = self._keystores.any_address()
        if address is not None:
            self._key(address)

    def rotate(self, new: Vault) -> int:
        """Lock all kept keys anew, with another secret, and return how many they are.

        All or none: whatever interrupts it, one of the two secrets opens every key. Raises Fatal
        when a key does not open with the present secret, Retryable when keys came or went.
        """
        before = self._keystores.every()
        opened = {address: self._vault.open(keystore) for address, keystore in before.items()}
        after = {address: new.lock(private_key) for address, private_key in opened.items()}
        for address, keystore in after.items():
            # What cannot be opened again would be lost with the old secret.
            if new.open(keystore) != opened[address]:
                raise Fatal(f"the key 0x{address.hex()} does not open with the new secret")
        if not self._keystores.replace(before, after):
            raise Retryable("a key was kept or forgotten meanwhile: nothing was changed")
        self._vault, self._opened = new, opened
        return len(after)

    def forget_lane(self, address: Address) -> None:
        """Forget the key of a lane for ever. Raises NotFound where no lane has it."""
        if not self._keystores.forget_lane(address):
            raise NotFound("kept key of a lane", "0x" + address.hex())
        self._opened.pop(address, None)

    def _expect_present_secret(self) -> None:
        """Make sure that nobody has changed the secret since this process began. Raises Fatal.

        A key that is locked with an old one would be lost together with it.
        """
        address = self._keystores.any_address()
        keystore = None if address is None else self._keystores.find(address)
        if keystore is not None:
            self._vault.open(keystore)

    def _key(self, address: Address) -> bytes:
        if address not in self._opened:
            keystore = self._keystores.find(address)
            if keystore is None:
                raise NotFound("kept key", "0x" + address.hex())
            self._opened[address] = self._vault.open(keystore)
        return self._opened[address]
