"""What wallets show and hash, by eth-account's own encoder: the same as we and the contract do."""

import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from receipts_ledger.chain.contract import Contract
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.typed_data import Digester, SigningDomain
from receipts_ledger.chain.wire import encode
from receipts_ledger.domain.act import KIND_OF, Act
from receipts_ledger.domain.ids import Address
from tests.support.acts import acts, acts_of
from tests.support.ledger_on_chain import LedgerOnChain

_DOMAIN = SigningDomain(31337, Address(bytes(range(20))))
# A tenth for each kind of what a property gets otherwise: there are many kinds.
_EXAMPLES_OF_A_KIND = settings().max_examples // 10


def test_every_kind_has_its_random_acts() -> None:
    assert acts_of.keys() == KIND_OF.keys()


@pytest.mark.parametrize("of_a_kind", acts_of.values(), ids=[kind.__name__ for kind in acts_of])
def test_the_contract_hashes_what_a_wallet_shows(
    ledger_on_anvil: LedgerOnChain, of_a_kind: st.SearchStrategy[Act]
) -> None:
    ledger = ledger_on_anvil
    contract = Contract(ledger.rpc, ledger.deployment.address)

    @given(of_a_kind)
    @settings(deadline=None, max_examples=_EXAMPLES_OF_A_KIND)
    def holds(act: Act) -> None:
        shown = encode_typed_data(full_message=ledger.digester.typed_data(act))
        digest = keccak(b"\x19" + shown.version + shown.header + shown.body)
        assert contract.digest_of(encode(act, ())) == digest

    holds()


@given(acts)
@settings(deadline=None)
def test_a_wallet_signs_the_digest_that_we_compute(act: Act) -> None:
    digester = Digester(_DOMAIN)
    shown = encode_typed_data(full_message=digester.typed_data(act))
    digest = keccak(b"\x19" + shown.version + shown.header + shown.body)
    assert digest == digester.digest(act)


@given(acts)
@settings(deadline=None)
def test_another_chain_or_contract_gives_another_digest(act: Act) -> None:
    digests = {
        Digester(SigningDomain(chain, Address(contract))).digest(act)
        for chain in (1, 31337)
        for contract in (bytes(20), bytes(range(20)))
    }
    assert len(digests) == 4
