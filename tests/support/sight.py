"""The fields of every answer, by how much of it somebody is shown. A new field is named here."""

PLACE = {"last_change.block_number", "last_change.log_index", "last_change.tx_hash"}
RECEIPT = {
    "receipt_id",
    "number",
    "pool_id",
    "pool_number",
    "serial",
    "status",
    "encumbered",
    "encumbered_since.at",
    "encumbered_since.block_number",
    "frozen",
    "claimed",
    "version",
    "view",
}
RECEIPT_WITHOUT_CONTENTS = (
    RECEIPT
    | PLACE
    | {
        "holder_id",
        "pledgee_id",
        "quantity",
        "storage_until",
        "maturity",
        "paper",
        "origin",
        "content_commitment",
        "pledge.pledgee_id",
        "pledge.maturity",
        "pledge.in_default",
        "pledge.in_default_since",
        "pledge.terms_commitment",
    }
)
RECEIPT_WHOLE = RECEIPT_WITHOUT_CONTENTS | {
    "content.brand",
    "content.bundles",
    "content.commodity",
    "content.grade",
    "pledge.terms.amount.currency",
    "pledge.terms.amount.minor",
    "pledge.terms.rate_basis_points",
    "pledge.terms.covenant",
    "pledge.terms.documents[].kind",
    "pledge.terms.documents[].identifier",
    "pledge.terms.documents[].fingerprint",
}
HAPPENED = {"event", "block_number", "block_hash", "log_index", "tx_hash", "at"}
CHANGED = {"changes", "changes[].member", "changes[].before", "changes[].after"}
SIGNED = {
    "signed.source",
    "signed.act",
    "signed.act_id",
    "signed.digest",
    "signed.signers[].key",
    "signed.signers[].party_id",
    "signed.signers[].roles",
}
AS_OF = {"as_of.block_number", "as_of.block_hash", "as_of.at", "as_of.final"}
TOTAL = {
    f"totals[].{name}"
    for name in (
        *("pool_id", "pool_number", "base_unit", "receipts", "quantity", "receipts_encumbered"),
        *("quantity_encumbered", "receipts_in_default", "quantity_in_default"),
        *("first_maturity", "last_maturity"),
    )
}
HOLDINGS = {"party_id", "capacity", "next_cursor"} | AS_OF | TOTAL
HOLDINGS |= {
    f"items[].{name}"
    for name in (
        *("receipt_id", "number", "pool_id", "holder_id", "pledgee_id", "quantity", "encumbered"),
        *("in_default", "maturity", "frozen", "storage_until", "version"),
    )
}
STORED = HOLDINGS | {f"totals[].{name}" for name in ("capacity", "attested", "receipted")}
STOCK = {"pool_id", "next_cursor"} | AS_OF
STOCK |= {
    f"items[].{name}"
    for name in (
        *("event", "receipt_id", "number", "block_number", "at", "tx_hash", "log_index"),
        *("attested_change", "receipted_change", "capacity", "attested", "receipted"),
        *("quantity_in_receipts", "conserved"),
    )
}
HISTORY = (
    HAPPENED
    | CHANGED
    | {
        "payload.receipt_id",
        "payload.subject",
        "payload.status",
        "payload.encumbered",
        "payload.version",
    }
)
HISTORY_WHOLE = (
    HAPPENED
    | CHANGED
    | {
        "payload.receipt_id",
        "payload.subject",
        "payload.document",
        "payload.word",
        "payload.content",
        "payload.terms",
    }
)
ACT = {
    "act_id",
    "kind",
    "digest",
    "status",
    "subject",
    "version",
    "deadline",
    "created_at",
    "updated_at",
    "created_by",
    "statement",
    "receipt_ids",
    "receipt_numbers",
    "refusal",
    "signers[].position",
    "signers[].party_id",
    "signers[].role",
    "signers[].signed",
    "signers[].key",
    "signers[].signed_at",
    "typed_data",
}
CARRIED_OUT = {"transaction.hash", "transaction.block_number"}
DOCUMENTS = {
    "contents.*.body.documents[].kind",
    "contents.*.body.documents[].identifier",
    "contents.*.body.documents[].fingerprint",
    "contents.*.kind",
    "contents.*.salts.documents",
}
ISSUE = (
    ACT
    | CARRIED_OUT
    | DOCUMENTS
    | {
        "contents.*.body.weighbridge_ticket",
        "contents.*.salts.weighbridge_ticket",
        *(f"contents.*.body.{name}" for name in ("brand", "bundles", "commodity", "grade")),
        *(f"contents.*.salts.{name}" for name in ("brand", "bundles", "commodity", "grade")),
    }
)
FIRST_PLEDGE = (
    ACT
    | CARRIED_OUT
    | DOCUMENTS
    | {
        "contents.*.body.amount.currency",
        "contents.*.body.amount.minor",
        "contents.*.body.rate_basis_points",
        "contents.*.salts.amount",
        "contents.*.salts.rate_basis_points",
    }
)
SECOND_PLEDGE = FIRST_PLEDGE | {"contents.*.body.covenant", "contents.*.salts.covenant"}
ASSIGNMENT = ACT | {"transaction", "contents"}
EVIDENCE = {
    "evidence.block_hash",
    "evidence.block_number",
    "evidence.tx_hash",
    "evidence.log_index",
    "evidence.final",
}
REFUSAL = EVIDENCE | {
    "refusal_id",
    "at",
    "source",
    "party_id",
    "verb",
    "subject",
    "code",
    "title",
    "title_zh",
    "details.receipt_id",
    "details.detail",
    "digest",
    "act_id",
}
PROBLEM = EVIDENCE | {
    "type",
    "title",
    "title_zh",
    "status",
    "code",
    "rule",
    "detail",
    "details.receipt_id",
    "refusal_id",
}
PLEDGEE = {"details.pledgee"}
PARTY = PLACE | {
    "party_id",
    "roles",
    "active",
    "in_recovery",
    "veto_until",
    "version",
    "keys",
    "profile_commitment",
    "profile.name",
}
POOL = PLACE | {
    "pool_id",
    "number",
    "warehouse_id",
    "commodity",
    "place",
    "base_unit",
    "serialised",
    "paged",
    "bonded",
    "non_negotiable",
    "paused",
    "sealed",
    "capacity",
    "attested",
    "receipted",
    "attestation_days",
    "attested_on",
    "inspector_id",
    "next_serial",
    "version",
    "description_commitment",
    "evidence_commitment",
}
SESSION = {"session_id", "party_id", "roles", "active", "scopes", "key", "expires_at"}
_CERTIFIED_BLOCK = {"number", "hash", "at"}
CERTIFICATE = {
    "format",
    *(f"ledger.{name}" for name in ("chain_id", "contract", "code_hash")),
    *(f"block.{name}" for name in _CERTIFIED_BLOCK),
    *(
        f"receipt.{name}"
        for name in (
            *("receipt_id", "number", "exists", "status", "encumbered", "in_default", "frozen"),
            *("claimed", "paper", "holder_id", "pledgee_id", "version", "quantity"),
            *("storage_until", "maturity", "in_default_since"),
        )
    ),
    *(
        f"pool.{name}"
        for name in (
            *("pool_id", "number", "warehouse_id", "exists", "non_negotiable", "bonded"),
            *("paused", "sealed", "next_serial", "capacity", "attested", "receipted"),
            "attested_on",
        )
    ),
    "encumbered_since.version",
    *(f"encumbered_since.block.{name}" for name in _CERTIFIED_BLOCK),
    "changes[].version",
    "changes[].event",
    *(f"changes[].block.{name}" for name in _CERTIFIED_BLOCK),
    *(
        f"{what}.{name}"
        for what in ("content", "terms")
        for name in (
            *("version", "commitment", "shown[].name", "shown[].value", "shown[].salt"),
            *("shown[].path[].side", "shown[].path[].hash"),
        )
    ),
    *(f"terms.shown[].value[].{name}" for name in ("kind", "identifier", "fingerprint")),
    *(f"terms.shown[].value.{name}" for name in ("minor", "currency")),
    *(f"proof.{name}" for name in ("headers", "account", "receipt", "pool")),
    *(f"proof.changes[].{name}" for name in ("tx_index", "log_index", "nodes")),
}
