"""T-REX, the reference implementation of ERC-3643: a balance per holder, guarded by identities.

Its lots are fungible: what is minted, frozen or burnt is an amount of one holder, and no
lot has a state of its own. Agents of the issuer freeze, release and burn; the holder is not
asked.
"""

from dataclasses import dataclass

from benchmarks.gas.compiler import Compiled, shipped
from benchmarks.gas.operation import ISSUES, PeerBill, Spent, Step
from benchmarks.gas.sender import Sender, gas_of, total
from receipts_ledger.chain.keys import keccak
from tests.support.ledger_on_chain import LOT

PACKAGE = "@tokenysolutions/t-rex"
IDENTITIES = "@onchain-id/solidity"

_ISSUER, _BUYER = 0, 2
_COUNTRY = 156
_KNOWN_CUSTOMER = 1
_SIGNED_BY_KEY = 1
_NOBODY = "0x" + bytes(20).hex()


def token_code() -> Compiled:
    """Return the token's own contract, as the package ships it."""
    return _of_token("token/Token")


def trex(sender: Sender) -> PeerBill:
    """Measure the six contracts as cheap as they can be: no proxy, no claim, no module."""
    token = _Token.deployed(sender)
    # Nobody asks an identity for its claims, so any address will do for one.
    entries = [token.enter(sender.accounts[i], sender.accounts[i]) for i in (_ISSUER, _BUYER)]
    return {Step.DEPLOY: token.deployment, Step.ADMIT: entries[-1], **_life(sender, token)}


def trex_with_claim(sender: Sender) -> PeerBill:
    """Measure the same when a receiver has to show one claim of one trusted issuer."""
    token = _Token.deployed(sender)
    issuer = sender.accounts[_ISSUER]
    attester = sender.deploy(_of_identity("ClaimIssuer"), "(address)", issuer)
    identity_code = sender.deploy(_of_identity("Identity"), "(address,bool)", issuer, True)
    authority = sender.deploy(
        _of_identity("proxy/ImplementationAuthority"), "(address)", identity_code
    )
    sender.spend(token.topics, "addClaimTopic(uint256)", _KNOWN_CUSTOMER)
    sender.spend(token.issuers, "addTrustedIssuer(address,uint256[])", attester, [_KNOWN_CUSTOMER])
    entries = []
    for index in (_ISSUER, _BUYER):
        creation = sender.deployed(
            _of_identity("proxy/IdentityProxy"), "(address,address)", authority, issuer
        )
        identity = str(creation["contractAddress"])
        claimed = _claim(sender, identity, attester)
        entered = token.enter(sender.accounts[index], identity)
        entries.append(total(Spent(gas_of(creation)), claimed, entered))
    return {Step.DEPLOY: token.deployment, Step.ADMIT: entries[-1], **_life(sender, token)}


@dataclass(frozen=True, slots=True)
class _Token:
    """The contracts that have to be asked, and what it cost until they could be used."""

    sender: Sender
    address: str
    registry: str
    topics: str
    issuers: str
    deployment: Spent

    @classmethod
    def deployed(cls, sender: Sender) -> "_Token":
        """Deploy the six and introduce them to one another; the issuer is the only agent."""
        creations = {
            name: sender.deployed(_of_token(name))
            for name in (
                "registry/implementation/ClaimTopicsRegistry",
                "registry/implementation/TrustedIssuersRegistry",
                "registry/implementation/IdentityRegistryStorage",
                "registry/implementation/IdentityRegistry",
                "compliance/modular/ModularCompliance",
                "token/Token",
            )
        }
        topics, issuers, storage, registry, compliance, token = (
            str(creation["contractAddress"]) for creation in creations.values()
        )
        agent = sender.accounts[_ISSUER]
        beginnings = (
            *(sender.spend(one, "init()") for one in (topics, issuers, storage, compliance)),
            sender.spend(registry, "init(address,address,address)", issuers, topics, storage),
            sender.spend(storage, "bindIdentityRegistry(address)", registry),
            sender.spend(
                token,
                "init(address,address,string,string,uint8,address)",
                *(registry, compliance, "Goods", "GOODS", 0, _NOBODY),
            ),
            sender.spend(registry, "addAgent(address)", agent),
            sender.spend(token, "addAgent(address)", agent),
            sender.spend(token, "unpause()"),
        )
        created = (Spent(gas_of(creation)) for creation in creations.values())
        spent = total(*created, *beginnings)
        return cls(sender, token, registry, topics, issuers, spent)

    def enter(self, holder: str, identity: str) -> Spent:
        """Write a holder into the registry of identities."""
        entry = "registerIdentity(address,address,uint16)"
        return self.sender.spend(self.registry, entry, holder, identity, _COUNTRY)


def _life(sender: Sender, token: _Token) -> dict[Step, Spent]:
    """Issue, sell, freeze for a bank and unfreeze, burn; then the same in batches."""
    issuer, buyer = sender.accounts[_ISSUER], sender.accounts[_BUYER]
    mint, move, burn = "mint(address,uint256)", "transfer(address,uint256)", "burn(address,uint256)"
    freeze, unfreeze = (
        "freezePartialTokens(address,uint256)",
        "unfreezePartialTokens(address,uint256)",
    )
    account = "setAddressFrozen(address,bool)"
    # Everybody holds some already, and some of the buyer's is frozen already, so that nothing
    # is written for the first time.
    for holder in (issuer, buyer):
        sender.spend(token.address, mint, holder, 1_000 * LOT)
    sender.spend(token.address, freeze, buyer, LOT)
    bill = {
        Step.ISSUE: sender.spend(token.address, mint, issuer, LOT),
        Step.TRANSFER: sender.spend(token.address, move, buyer, LOT),
        Step.PLEDGE: sender.spend(token.address, freeze, buyer, LOT),
        Step.RELEASE: sender.spend(token.address, unfreeze, buyer, LOT),
        Step.FREEZE: sender.spend(token.address, account, buyer, True),
        Step.UNFREEZE: sender.spend(token.address, account, buyer, False),
        Step.DELIVER_PART: sender.spend(token.address, burn, buyer, LOT // 2),
        Step.DELIVER: sender.spend(token.address, burn, buyer, LOT // 2),
    }
    batches = (
        *((step, "batchMint", issuer, count) for step, count in ISSUES.items()),
        (Step.TRANSFER_50, "batchTransfer", buyer, 50),
        (Step.PLEDGE_50, "batchFreezePartialTokens", buyer, 50),
        (Step.RELEASE_50, "batchUnfreezePartialTokens", buyer, 50),
        (Step.DELIVER_50, "batchBurn", buyer, 50),
    )
    for step, function, of, count in batches:
        spent = sender.spend(
            token.address, f"{function}(address[],uint256[])", [of] * count, [LOT] * count
        )
        bill[step] = Spent(spent.gas, count)
    return bill


def _claim(sender: Sender, identity: str, attester: str) -> Spent:
    """Have the attester say that the customer is known, and the identity keep it."""
    saying = keccak(sender.encoded("(address,uint256,bytes)", identity, _KNOWN_CUSTOMER, b""))
    signature = sender.sign(saying, _ISSUER)
    return sender.spend(
        identity,
        "addClaim(uint256,uint256,address,bytes,bytes,string)",
        *(_KNOWN_CUSTOMER, _SIGNED_BY_KEY, attester, signature, b"", ""),
    )


def _of_token(path: str) -> Compiled:
    return shipped(PACKAGE, f"artifacts/contracts/{path}.sol/{path.rpartition('/')[2]}.json")


def _of_identity(path: str) -> Compiled:
    return shipped(IDENTITIES, f"artifacts/contracts/{path}.sol/{path.rpartition('/')[2]}.json")
