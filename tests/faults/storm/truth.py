"""Judges a storm after it has passed: what clients were told and what SQL holds, by the chain.

Each check yields what is wrong, in words; a storm has passed when none does.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import psycopg
from psycopg.rows import dict_row

from receipts_ledger.chain import keys
from receipts_ledger.chain.rpc import RpcError
from receipts_ledger.store.reads.feed import Entry, page
from receipts_ledger.store.units import Database
from tests.faults.storm import onchain
from tests.faults.storm.journal import Journal, Told
from tests.faults.storm.onchain import OnChain
from tests.faults.storm.site import Site

Row = Mapping[str, Any]

_EXECUTE = keys.keccak(b"execute(bytes)")[:4]
_RECEIPT_WORD = keys.keccak(b"receiptWord(uint64)")[:4]
_GAS = hex(16_000_000)
_AUDIT_SECONDS = 600
_FEED_PAGE = 100
_NOT_ON_THE_WAY = ("final", "refused", "expired", "withdrawn", "draft")


class Judgement:
    """The chain as folded here, the database as it stands, and what clients were told."""

    def __init__(self, site: Site, journal: Journal) -> None:
        self._site = site
        self._journal = journal
        self.chain: OnChain = onchain.read(
            site.rpc,
            site.ledger.deployment.contract,
            first_block=site.ledger.deployment.block_number,
            storm_began=site.first_block,
        )
        self._acts = {row["act_id"]: row for row in self._rows("SELECT * FROM acts")}

    def faults(self) -> list[str]:
        """Return everything that is not as it has to be."""
        return [
            *self.chain.faults,
            *self._journal.broken_promises,
            *self._acts_once(),
            *self._ends_on_record(),
            *self._nonces(),
            *self._feed(),
            *self._cursor(),
            *self._words(),
            *self._audit(),
        ]

    def ends(self) -> Counter[str]:
        """Count the acts that clients were told were accepted, by how they ended."""
        return Counter(
            str(self._acts[asked.act_id]["status"])
            for asked in self._journal.asked.values()
            if asked.told is Told.ACCEPTED and asked.act_id in self._acts
        )

    def _acts_once(self) -> Iterator[str]:
        """On the chain: exactly what became final, once, and nothing that nobody asked for."""
        asked = {each.statement: each for each in self._journal.asked.values()}
        applied: Counter[bytes] = Counter()
        for statements, refused in self.chain.carried:
            for statement in statements:
                if statement not in asked:
                    yield f"statement {statement.hex()[:24]} is on the chain; nobody asked for it"
                elif asked[statement].digest not in refused:
                    applied[statement] += 1
        for statement, each in asked.items():
            row = self._acts.get(each.act_id)
            if row is None:
                yield f"act {each.act_id}: the database has forgotten it"
                continue
            wanted = int(row["status"] == "final")
            if applied[statement] != wanted:
                yield f"act {each.act_id}: {row['status']}, carried out {applied[statement]} times"
        for act_id in self._acts.keys() - self._journal.asked.keys():
            yield f"act {act_id}: no client knows of it"

    def _ends_on_record(self) -> Iterator[str]:
        """What was accepted came to an end, and an end that is no success is true and told."""
        recorded = {row["act_id"] for row in self._rows("SELECT act_id FROM refusals")}
        for asked in self._journal.asked.values():
            row = self._acts.get(asked.act_id)
            if row is None:
                continue
            status = row["status"]
            if status not in _NOT_ON_THE_WAY:
                yield f"act {asked.act_id}: still {status}"
            if asked.told is Told.ACCEPTED and status in ("draft", "withdrawn"):
                yield f"act {asked.act_id}: accepted, but {status}"
            if asked.told is Told.REFUSED and status == "final":
                yield f"act {asked.act_id}: refused as {asked.code}, but carried out"
            ended = max(row["updated_at"].timestamp(), self.chain.head_seconds)
            if status == "expired" and row["deadline"] > ended:
                yield f"act {asked.act_id}: expired before its deadline"
            if status == "refused" and (row["refusal"] is None or asked.act_id not in recorded):
                yield f"act {asked.act_id}: refused, but that is not on record"
            if status == "refused" and asked.told is Told.ACCEPTED:
                yield from self._is_true(row)

    def _is_true(self, row: Row) -> Iterator[str]:
        """An act that was accepted and then refused must be impossible at the end as well."""
        signatures = [
            bytes(each["signature"])
            for each in self._rows(
                "SELECT signature FROM act_signers WHERE act_id = %s ORDER BY position",
                row["act_id"],
            )
            if each["signature"] is not None
        ]
        wire = bytes(row["statement"])
        wire = b"".join((wire[:1], bytes([len(signatures)]), wire[2:], *signatures))
        padding = bytes(-len(wire) % 32)
        call = _EXECUTE + (32).to_bytes(32) + len(wire).to_bytes(32) + wire + padding
        try:
            self._call(call)
        except RpcError:
            return
        yield f"act {row['act_id']} ({row['kind']}): refused as {row['refusal']}, but possible"

    def _nonces(self) -> Iterator[str]:
        """Each lane: nonces without a gap, each spent once, on bytes that were stored before."""
        for lane in self._rows("SELECT * FROM lanes"):
            sender = "0x" + bytes(lane["address"]).hex()
            spent = self.chain.nonces.get(sender, [])
            stored = self._rows(
                "SELECT t.nonce, t.status, a.tx_hash FROM relay_transactions t"
                " JOIN relay_attempts a USING (transaction_id) WHERE t.lane = %s",
                bytes(lane["address"]),
            )
            attempts = {(row["nonce"], bytes(row["tx_hash"])) for row in stored}
            if [nonce for nonce, _ in spent] != list(range(len(spent))):
                yield f"lane {sender}: the chain has the nonces {spent}"
            if lane["next_nonce"] != len(spent) or lane["paused_reason"] is not None:
                yield f"lane {sender}: {len(spent)} spent, but it is {lane}"
            for nonce, tx_hash in spent:
                if (nonce, tx_hash) not in attempts:
                    yield f"lane {sender}: nonce {nonce} was spent on bytes that nobody stored"
            for row in stored:
                if row["status"] != "final":
                    yield f"lane {sender}: nonce {row['nonce']} is still {row['status']}"
        for sender in self.chain.nonces.keys() - self._lanes():
            yield f"{sender} has sent transactions and is no lane"

    def _lanes(self) -> set[str]:
        return {"0x" + bytes(row["address"]).hex() for row in self._rows("SELECT * FROM lanes")}

    def _feed(self) -> Iterator[str]:
        """The feed has no gap, and replayed as a stack it is the events table and the chain."""
        last = 0
        for row in self._rows("SELECT seq, entry_count FROM feed ORDER BY seq"):
            if row["seq"] - row["entry_count"] != last:
                yield f"feed {row['seq']}: its row does not begin where the one before ends"
            last = row["seq"]
        stack: list[tuple[int, bytes, int | None]] = []
        shown = 0
        for entry in self._entries():
            shown += 1
            if entry.seq != shown:
                yield f"the feed has a gap before {entry.seq}"
            place = (entry.block_number, entry.block_hash, entry.log_index)
            if entry.kind == "applied":
                stack.append(place)
            elif entry.kind == "reverted" and (not stack or stack.pop() != place):
                yield f"feed {entry.seq} takes back what is not the last"
        if shown != last:
            yield f"the feed shows {shown} entries of {last}"
        events = self._rows(
            "SELECT e.block_number, b.hash, e.log_index FROM events e"
            " JOIN blocks b ON b.number = e.block_number ORDER BY 1, 3"
        )
        table = [(row["block_number"], bytes(row["hash"]), row["log_index"]) for row in events]
        if stack != table:
            yield "the feed, replayed, is not the events table"
        if stack != self.chain.logs:
            yield "the feed, replayed, is not the chain"

    def _entries(self) -> Iterator[Entry]:
        """Yield the feed as its readers are shown it, a page after the other."""
        after = 0
        with closing(Database.open(self._site.database_url)) as database:
            while True:
                with database.reading() as reader:
                    entries = page(reader, after=after, limit=_FEED_PAGE)
                if not entries:
                    return
                yield from entries
                after = entries[-1].seq

    def _cursor(self) -> Iterator[str]:
        (row,) = self._rows("SELECT * FROM cursor")
        if row["halted_reason"] is not None:
            yield f"the index has halted: {row['halted_reason']}"
        if (row["number"], bytes(row["hash"])) != (self.chain.head_number, self.chain.head_hash):
            yield f"the index stands at {row['number']}, the chain at {self.chain.head_number}"

    def _words(self) -> Iterator[str]:
        """The contract's own storage and our rows say what the events said last."""
        rows = {row["receipt_id"]: row for row in self._rows("SELECT * FROM receipts")}
        if {int(key) for key in rows} != self.chain.words.keys():
            yield "the receipts table has other receipts than the chain"
            return
        for receipt, word in self.chain.words.items():
            if int(self._call(_RECEIPT_WORD + receipt.to_bytes(32)), 16) != word:
                yield f"receipt {receipt}: the contract's word is not that of its last event"
            row = rows[receipt]
            ours = (row["version"], row["encumbered"], row["pledgee_id"] or 0)
            theirs = (onchain.version(word), onchain.encumbered(word), onchain.pledgee(word))
            if ours != theirs:
                yield f"receipt {receipt}: the table has {ours}, the chain {theirs}"

    def _audit(self) -> Iterator[str]:
        """The command that an auditor would run."""
        audited = subprocess.run(
            [
                *(sys.executable, "-m", "receipts_ledger.cli", "audit"),
                *("--rpc", self._site.rpc.url, "--deployment", str(self._site.deployment_file)),
                *("--db", self._site.database_url),
            ],
            capture_output=True,
            text=True,
            timeout=_AUDIT_SECONDS,
            check=False,
        )
        if audited.returncode != 0:
            yield f"audit: exit {audited.returncode}\n{audited.stdout}\n{audited.stderr}"

    def _call(self, calldata: bytes) -> str:
        contract = self._site.ledger.deployment.contract
        asked = {"to": contract, "data": "0x" + calldata.hex(), "gas": _GAS}
        return str(self._site.rpc.call("eth_call", [asked, "latest"]))

    def _rows(self, query: str, *given: object) -> Sequence[Row]:
        with psycopg.connect(self._site.database_url, row_factory=dict_row) as connection:
            return connection.execute(query, given).fetchall()
