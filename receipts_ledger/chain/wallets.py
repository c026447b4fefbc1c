"""What wallets do beside typed data: addresses with a checksum (EIP-55), signed texts (EIP-191)."""

from receipts_ledger.chain import keys
from receipts_ledger.domain.ids import Address, Hash32

_UPPER_FROM = 8


class Wallets:
    """The two things that a log-in needs of Ethereum."""

    def checksummed(self, address: Address) -> str:
        """Return the one way in which EIP-55 writes an address."""
        return checksummed(address)

    def signer(self, text: str, signature: bytes) -> Address:
        """Return who has signed a text. Raises ValueError for a signature that is not canonical."""
        return keys.recover(text_digest(text), keys.compact_signature(signature))


def checksummed(address: Address) -> str:
    """Return the one way in which EIP-55 writes an address."""
    digits = address.hex()
    marks = keys.keccak(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(mark, 16) >= _UPPER_FROM else digit
        for digit, mark in zip(digits, marks, strict=False)
    )


def text_digest(text: str) -> Hash32:
    """Return what a wallet signs of a text (EIP-191, version 0x45)."""
    content = text.encode()
    return keys.keccak(b"\x19Ethereum Signed Message:\n%d" % len(content) + content)


def sign_text(private_key: bytes, text: str) -> bytes:
    """Return the 64-byte signature of a text."""
    return keys.sign(private_key, text_digest(text))
