"""Acts of every kind with any content that fits their fields, for tests of their forms."""

from hypothesis import strategies as st

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.change import Cancel, Merge, NewPart, Replace, Split, WriteDown
from receipts_ledger.domain.ids import Address, Day, Hash32, PartyId, PoolId, ReceiptId, Version
from receipts_ledger.domain.party import (
    Admit,
    BindKey,
    CompleteRecovery,
    Recover,
    Reinstate,
    RevokeKey,
    Role,
    Suspend,
    VetoRecovery,
)
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Default,
    Enforce,
    Pledge,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
    Substitute,
)
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Resume, Seal
from receipts_ledger.domain.receipt import (
    Deliver,
    ExtendStorage,
    Freeze,
    FromPaper,
    Invalidate,
    Issue,
    LiftClaim,
    NewReceipt,
    NoteClaim,
    ReceiptRef,
    ToPaper,
    Transfer,
    TransferPortfolio,
    Unfreeze,
)


def _bits(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, 2**count - 1)


hashes = st.binary(min_size=32, max_size=32).map(Hash32)
addresses = st.binary(min_size=20, max_size=20).map(Address)
many_hashes = st.lists(hashes, max_size=4).map(tuple)
parties = _bits(32).map(PartyId)
pools = _bits(32).map(PoolId)
receipts = _bits(64).map(ReceiptId)
versions = _bits(16).map(Version)
days = _bits(16).map(Day)
quantities = _bits(56)
deadlines = _bits(40)
flags = st.booleans()
refs = st.builds(ReceiptRef, receipts, versions)
some_refs = st.lists(refs, min_size=1, max_size=4).map(tuple)
new_parts = st.builds(NewPart, _bits(64), hashes, many_hashes)
new_receipts = st.builds(NewReceipt, parties, _bits(64), days, hashes, many_hashes)

acts_of: dict[type[Act], st.SearchStrategy[Act]] = {
    Admit: st.builds(Admit, parties, _bits(16).map(Role), addresses, hashes, deadlines),
    Suspend: st.builds(Suspend, parties, versions, hashes, deadlines),
    Reinstate: st.builds(Reinstate, parties, versions, hashes, deadlines),
    BindKey: st.builds(BindKey, parties, versions, addresses, deadlines),
    RevokeKey: st.builds(RevokeKey, parties, versions, addresses, deadlines),
    OpenPool: st.builds(
        OpenPool, pools, quantities, _bits(8), flags, flags, flags, flags, hashes, deadlines
    ),
    Attest: st.builds(Attest, pools, versions, quantities, hashes, deadlines),
    Issue: st.builds(
        Issue,
        pools,
        _bits(32),
        st.lists(new_receipts, max_size=3).map(tuple),
        many_hashes,
        hashes,
        deadlines,
    ),
    Transfer: st.builds(Transfer, receipts, versions, parties, hashes, deadlines),
    Pledge: st.builds(Pledge, receipts, versions, parties, days, hashes, many_hashes, deadlines),
    Release: st.builds(Release, receipts, versions, hashes, deadlines),
    Deliver: st.builds(
        Deliver, receipts, versions, quantities, many_hashes, many_hashes, hashes, deadlines
    ),
    Freeze: st.builds(Freeze, receipts, versions, hashes, deadlines),
    Unfreeze: st.builds(Unfreeze, receipts, versions, hashes, deadlines),
    PledgePortfolio: st.builds(
        PledgePortfolio, some_refs, parties, days, hashes, many_hashes, deadlines
    ),
    ReleasePortfolio: st.builds(ReleasePortfolio, some_refs, hashes, deadlines),
    AssignPledge: st.builds(AssignPledge, receipts, versions, parties, hashes, deadlines),
    Default: st.builds(Default, receipts, versions, hashes, deadlines),
    Cure: st.builds(Cure, receipts, versions, days, hashes, deadlines),
    Enforce: st.builds(Enforce, receipts, versions, parties, hashes, deadlines),
    TransferPortfolio: st.builds(TransferPortfolio, some_refs, parties, hashes, deadlines),
    Split: st.builds(
        Split,
        receipts,
        versions,
        quantities,
        _bits(32),
        st.lists(new_parts, max_size=3).map(tuple),
        hashes,
        deadlines,
    ),
    Merge: st.builds(Merge, receipts, versions, receipts, versions, many_hashes, hashes, deadlines),
    Substitute: st.builds(Substitute, receipts, versions, receipts, versions, hashes, deadlines),
    ExtendStorage: st.builds(ExtendStorage, receipts, versions, days, hashes, deadlines),
    Replace: st.builds(
        Replace, receipts, versions, _bits(32), quantities, many_hashes, hashes, deadlines
    ),
    Cancel: st.builds(Cancel, receipts, versions, many_hashes, hashes, deadlines),
    WriteDown: st.builds(WriteDown, receipts, versions, quantities, many_hashes, hashes, deadlines),
    ToPaper: st.builds(ToPaper, receipts, versions, hashes, deadlines),
    FromPaper: st.builds(FromPaper, receipts, versions, hashes, deadlines),
    Invalidate: st.builds(Invalidate, receipts, versions, hashes, deadlines),
    NoteClaim: st.builds(NoteClaim, receipts, versions, hashes, deadlines),
    LiftClaim: st.builds(LiftClaim, receipts, versions, hashes, deadlines),
    Recover: st.builds(Recover, parties, versions, addresses, hashes, deadlines),
    VetoRecovery: st.builds(VetoRecovery, parties, versions, hashes, deadlines),
    CompleteRecovery: st.builds(CompleteRecovery, parties, versions, addresses, hashes, deadlines),
    Pause: st.builds(Pause, pools, versions, hashes, deadlines),
    Resume: st.builds(Resume, pools, versions, hashes, deadlines),
    Seal: st.builds(Seal, pools, versions, hashes, deadlines),
}
acts: st.SearchStrategy[Act] = st.one_of(*acts_of.values())
