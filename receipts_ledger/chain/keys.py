"""Keccak, signing and recovery, by libsecp256k1 and C code alone.

eth-keys falls back to pure Python without a word where coincurve is missing, and is then
sixty times slower; importing coincurve here makes the gateway refuse to start instead.
"""

from collections.abc import Iterable

import coincurve
import sha3

from receipts_ledger.domain.ids import Address, Hash32

SIGNATURE_BYTES = 64
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_HALF_ORDER = _ORDER // 2
_PARITY_BIT = 1 << 255


class BadSignature(ValueError):
    """Not a low-s ECDSA signature over secp256k1 in the form of EIP-2098."""


def keccak(content: bytes) -> Hash32:
    """Return the Keccak-256 hash."""
    digest: Hash32 = sha3.keccak_256(content).digest()
    return digest


def keccaks(contents: Iterable[bytes]) -> list[Hash32]:
    """Return the Keccak-256 hash of each."""
    keccak_256 = sha3.keccak_256
    return [keccak_256(content).digest() for content in contents]


def address_of(public_key: bytes) -> Address:
    """Return the address of an uncompressed public key without its leading byte."""
    return Address(keccak(public_key)[12:])


def sign(private_key: bytes, digest: bytes) -> bytes:
    """Return the 64-byte signature (r, vs; EIP-2098) of a 32-byte digest, low-s, RFC 6979."""
    signature = coincurve.PrivateKey(private_key).sign_recoverable(digest, hasher=None)
    if signature[64] & 1:
        return signature[:32] + bytes([signature[32] | 0x80]) + signature[33:64]
    return signature[:64]


def address_of_private_key(private_key: bytes) -> Address:
    """Return the address that signatures of this key recover to."""
    return address_of(coincurve.PrivateKey(private_key).public_key.format(compressed=False)[1:])


def recover(digest: bytes, signature: bytes) -> Address:
    """Return the signer of a digest. Raises BadSignature for a high or zero s, or no point."""
    if len(signature) != SIGNATURE_BYTES:
        raise BadSignature(f"a signature has 64 bytes (r, vs), not {len(signature)}")
    vs = int.from_bytes(signature[32:])
    s = vs & (_PARITY_BIT - 1)
    if not 0 < s <= _HALF_ORDER:
        raise BadSignature("s is zero or in the upper half of the order (malleable)")
    parity = 1 if vs & _PARITY_BIT else 0
    full = signature[:32] + s.to_bytes(32) + bytes([parity])
    try:
        key = coincurve.PublicKey.from_signature_and_message(full, digest, hasher=None)
    except Exception as error:
        # coincurve raises bare Exception for a signature that recovers to no point.
        raise BadSignature("the signature belongs to no key") from error
    return address_of(key.format(compressed=False)[1:])


def compact_signature(signature: bytes) -> bytes:
    """Return a wallet's 65-byte signature (r, s, v of 0, 1, 27 or 28) in 64 bytes; 64 stay.

    Raises BadSignature for any other form and for a high s.
    """
    if len(signature) == SIGNATURE_BYTES:
        return signature
    if len(signature) != SIGNATURE_BYTES + 1 or signature[64] not in (0, 1, 27, 28):
        raise BadSignature("a signature is r, vs (64 bytes) or r, s, v (65 bytes, v 0, 1, 27, 28)")
    if int.from_bytes(signature[32:64]) > _HALF_ORDER:
        raise BadSignature("s is in the upper half of the order (malleable)")
    if signature[64] in (1, 28):
        return signature[:32] + bytes([signature[32] | 0x80]) + signature[33:64]
    return signature[:64]
