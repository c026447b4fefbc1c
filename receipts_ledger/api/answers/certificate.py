"""A certificate as the API tells it: the form is domain's, here are its names for readers.

Everything but `proof` follows from `proof` and the hash of the block: docs/certificates.md.
"""

from typing import Any, NotRequired

from typing_extensions import TypedDict


class CertifiedLedger(TypedDict):
    """Which ledger: compare it with your deployment file."""

    chain_id: int
    contract: str
    code_hash: str


class CertifiedBlock(TypedDict):
    """A block, and its time."""

    number: int
    hash: str
    at: str


class CertifiedReceipt(TypedDict):
    """The receipt's word. Of a number that was never issued: `exists` false, and no more."""

    receipt_id: int
    number: str
    exists: bool
    status: NotRequired[str]
    encumbered: NotRequired[bool]
    in_default: NotRequired[bool]
    frozen: NotRequired[bool]
    claimed: NotRequired[bool]
    paper: NotRequired[bool]
    holder_id: NotRequired[int]
    pledgee_id: NotRequired[int | None]
    version: NotRequired[int]
    quantity: NotRequired[int]
    storage_until: NotRequired[str]
    maturity: NotRequired[str | None]
    in_default_since: NotRequired[str | None]


class CertifiedPool(TypedDict):
    """The word of the pool in which the goods lie. Serials below `next_serial` were issued."""

    pool_id: int
    number: str
    warehouse_id: int
    exists: bool
    non_negotiable: NotRequired[bool]
    bonded: NotRequired[bool]
    paused: NotRequired[bool]
    sealed: NotRequired[bool]
    next_serial: NotRequired[int]
    capacity: NotRequired[int]
    attested: NotRequired[int]
    receipted: NotRequired[int]
    attested_on: NotRequired[str | None]


class CertifiedSince(TypedDict):
    """The change from which on the receipt was encumbered without a break."""

    version: int
    block: CertifiedBlock


class CertifiedSibling(TypedDict):
    """A hash beside the way from a field up to the commitment."""

    side: str
    hash: str


class CertifiedField(TypedDict):
    """A field with its salt, and its way up to the commitment."""

    name: str
    value: Any
    salt: str
    path: list[CertifiedSibling]


class CertifiedContent(TypedDict):
    """A commitment, the change that made it, and those of its fields that are shown."""

    version: int
    commitment: str
    shown: list[CertifiedField]


class CertifiedChange(TypedDict):
    """One change of the receipt."""

    version: int
    event: str
    block: CertifiedBlock


class ChangeEvidence(TypedDict):
    """A transaction's receipt in its block's receipts root, and the place of the log in it."""

    tx_index: int
    log_index: int
    nodes: list[str]


class Evidence(TypedDict):
    """Headers, and nodes of the tries of state, storage and receipts, each as it is hashed."""

    headers: list[str]
    account: list[str]
    receipt: list[str]
    pool: list[str]
    changes: list[ChangeEvidence]


class CertificateOut(TypedDict):
    """What the chain says of one receipt at one final block, with the proof of it."""

    format: str
    ledger: CertifiedLedger
    block: CertifiedBlock
    receipt: CertifiedReceipt
    pool: CertifiedPool
    encumbered_since: CertifiedSince | None
    content: CertifiedContent | None
    terms: CertifiedContent | None
    changes: list[CertifiedChange]
    proof: Evidence


_BLOCK = CertifiedBlock(number=90_211, hash="0x" + "4b" * 32, at="2026-11-29T08:00:00Z")
_NODE = "0xf90211a0" + "5c" * 32

EXAMPLE = CertificateOut(
    format="receipts-ledger/certificate/1",
    ledger=CertifiedLedger(chain_id=31337, contract="0x" + "5f" * 20, code_hash="0x" + "a3" * 32),
    block=CertifiedBlock(number=90_388, hash="0x" + "d1" * 32, at="2026-11-29T09:30:00Z"),
    receipt=CertifiedReceipt(
        receipt_id=51_543_900_160_345,
        number="12-1-000345",
        exists=True,
        status="open",
        encumbered=True,
        in_default=False,
        frozen=False,
        claimed=False,
        paper=False,
        holder_id=4_201,
        pledgee_id=4_302,
        version=2,
        quantity=25_000,
        storage_until="2027-09-30",
        maturity="2027-02-28",
        in_default_since=None,
    ),
    pool=CertifiedPool(
        pool_id=786_433,
        number="12-1",
        warehouse_id=12,
        exists=True,
        non_negotiable=False,
        bonded=False,
        paused=False,
        sealed=False,
        next_serial=346,
        capacity=1_000_000_000,
        attested=100_000_000,
        receipted=8_625_000,
        attested_on="2026-11-20",
    ),
    encumbered_since=CertifiedSince(version=2, block=_BLOCK),
    content=CertifiedContent(
        version=1,
        commitment="0x" + "77" * 32,
        shown=[
            CertifiedField(
                name="grade",
                value="Cu-CATH-1",
                salt="0x" + "19" * 32,
                path=[CertifiedSibling(side="right", hash="0x" + "e0" * 32)],
            )
        ],
    ),
    terms=CertifiedContent(version=2, commitment="0x" + "88" * 32, shown=[]),
    changes=[
        CertifiedChange(version=1, event="Issued", block=_BLOCK),
        CertifiedChange(version=2, event="Pledged", block=_BLOCK),
    ],
    proof=Evidence(
        headers=[_NODE],
        account=[_NODE],
        receipt=[_NODE],
        pool=[_NODE],
        changes=[ChangeEvidence(tx_index=0, log_index=0, nodes=[_NODE])] * 2,
    ),
)
