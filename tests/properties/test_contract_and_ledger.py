"""Random acts through the contract on a real node and through the domain: the same words.

The contract judges and stores; domain/ledger.py folds the events that the contract left;
domain/effect.py says what an accepted act must leave. All three have to agree to the bit,
and the invariants have to hold after every act.
"""

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, note, settings
from hypothesis import strategies as st

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.refusals import decode as read_reason
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.consent import missing, needed
from receipts_ledger.domain.effect import events_of
from receipts_ledger.domain.event import ActRefused, Event
from receipts_ledger.domain.ids import Day, receipt_id
from receipts_ledger.domain.invariants import breaches
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import Admit
from receipts_ledger.domain.pool import Attested
from receipts_ledger.domain.receipt import Issue, NewReceipt
from tests.properties.random_acts import (
    COMMITMENT,
    DOCUMENTS,
    EVERYBODY,
    IDEAS,
    ITEMS,
    PAGES,
    POOLS,
    Idea,
    Proposal,
    propose,
)
from tests.support.cast import (
    BANK_A,
    BANK_B,
    GUARDIAN,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    WAREHOUSE_B,
)
from tests.support.ledger_on_chain import FOREVER, LedgerOnChain

EXAMPLES = 150
RELAYS_MAX = 30
ACTS_A_RELAY_MAX = 3


class Trial:
    """A ledger on the chain and its twin, which is folded from the events."""

    def __init__(self, chain: LedgerOnChain, twin: Ledger) -> None:
        self.chain = chain
        self.twin = twin

    def relay(self, ideas: list[Idea]) -> None:
        """Send ideas in one transaction and hold the events against what they must be."""
        proposals = [propose(idea, self.twin, self.chain.today) for idea in ideas]
        signed = [self.chain.sign(one.act, *one.signers) for one in proposals]
        tx_receipt = self.chain.relay(*signed)
        assert tx_receipt["status"] == "0x1"
        left = iter(self.chain.events(tx_receipt))
        today = self.chain.today
        following = next(left, None)
        for proposal in proposals:
            following = self._expect(proposal, following, left, today)
        assert following is None

    def _expect(
        self, proposal: Proposal, first: Event | None, rest: Iterator[Event], today: Day
    ) -> Event | None:
        """Fold the events of one act. Returns the event behind them."""
        act = proposal.act
        kind = type(act).__name__
        assert first is not None, f"{act} left nothing"
        if isinstance(first, ActRefused):
            assert first.digest == self.chain.digester.digest(act)
            refusal = read_reason(first.reason)
            assert refusal is not None
            note(f"{kind}: {refusal}")
            event(f"{kind}: {refusal.code}")
            return next(rest, None)
        event(f"{kind}: accepted")
        note(f"{act} by {[signer.name for signer in proposal.signers]}")
        signers = [signer.address for signer in proposal.signers]
        assert list(missing(needed(act, self.twin.receipts), signers, self.twin)) == []
        inspector = first.inspector if isinstance(first, Attested) else None
        for expected in list(events_of(act, self.twin, day=today, inspector=inspector)):
            assert first == expected
            assert first is not None
            self.twin.apply(first)
            first = next(rest, None)
        assert list(breaches(self.twin)) == []
        return first

    def compare(self) -> None:
        """Hold every word that the contract stores against the twin."""
        twin = self.twin
        asked: list[tuple[str, int, int]] = []
        for pool_number in POOLS:
            pool = twin.pools.get(pool_number)
            asked.append(("poolWord(uint32)", pool_number, pool.to_word() if pool else 0))
            for serial in range(1, (pool.next_serial if pool else 1) + 2):
                number = receipt_id(pool_number, serial)
                asked.append(("receiptWord(uint64)", number, twin.receipts.get(number, 0)))
        for member in EVERYBODY:
            party = twin.parties.get(member.party)
            asked.append(("partyWord(uint32)", member.party, party.to_word() if party else 0))
            speaks_for = twin.keys.get(member.address)
            key_word = twin.parties[speaks_for].key_word(speaks_for) if speaks_for else 0
            asked.append(("keyWord(address)", int.from_bytes(member.address), key_word))
        items = Counter(twin.receipt_of_item.values())
        for (_, number), bits in twin.items_of_receipt.items():
            items[number] += bits.bit_count()
        for page in PAGES:
            bits = twin.items_on_page.get(page, 0)
            asked.append(("itemsOnPage(bytes32)", int.from_bytes(page), bits))
        for item in ITEMS:
            owner = twin.receipt_of_item.get(item, 0)
            asked.append(("receiptOfItem(bytes32)", int.from_bytes(item), owner))
        for number in twin.receipts:
            asked.append(("itemCount(uint64)", number, items[number]))
        for document in DOCUMENTS:
            subject = twin.subject_of_document.get(document, 0)
            asked.append(("subjectOfDocument(bytes32)", int.from_bytes(document), subject))
        for (view, argument, expected), found in zip(asked, self._ask(asked), strict=True):
            assert found == expected, f"{view} of {argument:#x}"

    def _ask(self, asked: list[tuple[str, int, int]]) -> list[int]:
        contract = self.chain.deployment.contract
        calls: list[tuple[str, list[Any]]] = [
            (
                "eth_call",
                [
                    {
                        "to": contract,
                        "data": "0x" + (keccak(view.encode())[:4] + argument.to_bytes(32)).hex(),
                    },
                    "latest",
                ],
            )
            for view, argument, _ in asked
        ]
        return [int(answer, 16) for answer in self.chain.rpc.batch(calls)]


@pytest.fixture(scope="module")
def start() -> Iterator[tuple[LedgerOnChain, Ledger]]:
    """A ledger with the cast, three pools, receipts of all sorts, and its twin."""
    with anvil() as node:
        chain = LedgerOnChain(Rpc(node.url))
        chain.admit_cast()
        chain.do(
            Admit(GUARDIAN.party, GUARDIAN.role, GUARDIAN.address, COMMITMENT, FOREVER),
            REGISTRAR,
            GUARDIAN,
        )
        plain = chain.open_pool(WAREHOUSE_A, 0, capacity=10**6, attested=500_000)
        serialised = chain.open_pool(
            WAREHOUSE_A, 1, is_serialised=True, capacity=10**6, attested=500_000
        )
        other = chain.open_pool(WAREHOUSE_B, 0, capacity=10**6, attested=500_000)
        first, second, third, fourth = chain.issue(plain, 4)
        chain.issue(other, 2, holder=TRADER_B, warehouse=WAREHOUSE_B)
        chain.pledge(first, BANK_A)
        chain.pledge(second, BANK_B)
        chain.pledge(third, BANK_A, due_in_days=0)
        chain.pledge(fourth, BANK_B, due_in_days=0)
        coils = (
            NewReceipt(TRADER_A.party, 3, Day(chain.today + 100), COMMITMENT, ITEMS[:3]),
            NewReceipt(TRADER_A.party, 2, Day(chain.today + 100), COMMITMENT, ITEMS[3:5]),
        )
        issue = Issue(serialised, 1, coils, DOCUMENTS[:1], COMMITMENT, FOREVER)
        chain.do(issue, WAREHOUSE_A, INSPECTOR)
        chain.let_days_pass(1)
        chain.default(third, BANK_A)
        chain.default(fourth, BANK_B)
        yield chain, _folded(chain)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
@given(
    st.lists(
        st.tuples(
            st.lists(IDEAS, min_size=1, max_size=ACTS_A_RELAY_MAX),
            st.sampled_from([0] * 9 + [1, 25]),
        ),
        min_size=8,
        max_size=RELAYS_MAX,
    )
)
def test_contract_and_ledger_agree_word_for_word(
    start: tuple[LedgerOnChain, Ledger], history: list[tuple[list[Idea], int]]
) -> None:
    chain, twin = start
    snapshot = chain.rpc.call("evm_snapshot")
    trial = Trial(chain, copy.deepcopy(twin))
    try:
        for ideas, days_later in history:
            if days_later:
                chain.let_days_pass(days_later)
            trial.relay(ideas)
        trial.compare()
    finally:
        chain.rpc.call("evm_revert", [snapshot])


def test_one_wrong_bit_in_the_twin_is_found(start: tuple[LedgerOnChain, Ledger]) -> None:
    chain, twin = start
    for receipt in twin.receipts:
        tampered = copy.deepcopy(twin)
        tampered.receipts[receipt] ^= 1 << 127
        with pytest.raises(AssertionError, match="receiptWord"):
            Trial(chain, tampered).compare()


def _folded(chain: LedgerOnChain) -> Ledger:
    logs = chain.rpc.call(
        "eth_getLogs", [{"address": chain.deployment.contract, "fromBlock": "0x0"}]
    )
    twin = Ledger()
    for left in chain.events({"logs": logs}):
        twin.apply(left)
    return twin
