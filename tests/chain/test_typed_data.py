"""What wallets show and hash, against eth-account's own encoder."""

from eth_account.messages import encode_typed_data
from hypothesis import given, settings

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.typed_data import Digester, SigningDomain
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import Address
from tests.support.acts import acts

_DOMAIN = SigningDomain(31337, Address(bytes(range(20))))


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
