"""The client: talks to a gateway, checks what it is given to sign, and signs here.

A key never leaves this side. What is signed is the statement that was asked for, read
from its bytes; a digest that the gateway names is compared and never believed.
"""

from receipts_ledger.client.draft import Draft, Misdrafted, Signer, signers_of
from receipts_ledger.client.goods import Document, NewGoods, NewPart
from receipts_ledger.client.ledger_client import LedgerClient
from receipts_ledger.client.problem import GatewayNotFound, GatewayRefused, Problem
from receipts_ledger.domain.webhook import WebhookRefused
from receipts_ledger.domain.webhook import verify as verify_webhook

__all__ = [
    "Document",
    "Draft",
    "GatewayNotFound",
    "GatewayRefused",
    "LedgerClient",
    "Misdrafted",
    "NewGoods",
    "NewPart",
    "Problem",
    "Signer",
    "WebhookRefused",
    "signers_of",
    "verify_webhook",
]
