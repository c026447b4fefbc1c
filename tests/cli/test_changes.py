"""How receipts, pools and parties change, from the command line, by the signatures of all."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from receipts_ledger.client import LedgerClient, NewGoods
from receipts_ledger.demo.cast import Member
from receipts_ledger.demo.stage import Stage
from receipts_ledger.domain.ids import (
    NO_HASH,
    PartyId,
    PoolId,
    ReceiptId,
    Version,
    pool_id,
    pool_number,
)
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.pledge import Release
from tests.support.offices import Office, let_days_pass

KEEPER = Member(PartyId(40), "保税仓 Keeper", Role.WAREHOUSE | Role.HOLDER)
GUARDIAN = Member(PartyId(41), "稽核 Guardian", Role.GUARDIAN)
LOT = 25_000
COPPER = {"brand": "GUIYE", "grade": "Cu-CATH-1"}
_indexes = itertools.count(1)


@dataclass(frozen=True)
class Desks:
    """The offices of those who take part, and their papers."""

    stage: Stage
    folder: Path
    of: Callable[[Member], Office]

    def __post_init__(self) -> None:
        """Write the papers that most commands name."""
        self.paper("content", COPPER)
        self.paper("evidence", {"report": "count of the day"})
        self.paper("reason", {"text": "as agreed"})
        self.paper("note", {"number": "CD-2026-000815"})

    def paper(self, name: str, said: object) -> Path:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(said))
        return path

    def at(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    @property
    def registrar(self) -> Office:
        return self.of(self.stage.cast.registrar)

    @property
    def inspector(self) -> Office:
        return self.of(self.stage.cast.inspector)

    @property
    def authority(self) -> Office:
        return self.of(self.stage.cast.authority)

    @property
    def holder(self) -> Office:
        return self.of(self.stage.cast.traders[0])

    @property
    def buyer(self) -> Office:
        return self.of(self.stage.cast.traders[1])

    @property
    def bank(self) -> Office:
        return self.of(self.stage.cast.banks[0])

    @property
    def keeper(self) -> Office:
        return self.of(KEEPER)

    @property
    def guardian(self) -> Office:
        return self.of(GUARDIAN)


@pytest.fixture(scope="module", autouse=True)
def _newcomers(stage: Stage) -> None:
    registrar = stage.hands.of(stage.cast.registrar)
    for member in (KEEPER, GUARDIAN):
        draft = registrar.admit(
            member.party_id, member.roles, member.address, {"name": member.name}
        )
        registrar.sign(draft)
        signed = registrar.hand_in(draft.act_id, stage.hands.of(member).signature(draft))
        registrar.wait(signed.act_id)


@pytest.fixture
def desks(stage: Stage, office: Callable[[Member], Office], tmp_path: Path) -> Desks:
    return Desks(stage, tmp_path, office)


@pytest.fixture(scope="module")
def pool(stage: Stage) -> PoolId:
    """A pool of copper at the keeper's, counted."""
    return _open(stage, "copper-cathode")


def _open(stage: Stage, commodity: str) -> PoolId:
    number = pool_id(KEEPER.party_id, next(_indexes))
    registrar = stage.hands.of(stage.cast.registrar)
    draft = registrar.open_pool(
        KEEPER.party_id,
        number & 0xFFFF,
        commodity=commodity,
        place="shed 1",
        capacity=10**9,
        attestation_days=200,
    )
    registrar.sign(draft)
    registrar.hand_in(draft.act_id, stage.hands.of(KEEPER).signature(draft))
    registrar.wait(draft.act_id)
    inspector = stage.hands.of(stage.cast.inspector)
    counted = inspector.attest(number, 10**8, {"report": "1"})
    inspector.sign(counted)
    inspector.wait(counted.act_id)
    return number


@pytest.fixture
def receipts(stage: Stage, pool: PoolId) -> Callable[..., list[str]]:
    """Issue receipts over 25 t of copper each, and return their numbers."""

    def issue(count: int = 1, holder: Member | None = None) -> list[str]:
        inspector: LedgerClient = stage.hands.of(stage.cast.inspector)
        first = inspector.pool(pool)["next_serial"]
        held_by = (holder or stage.cast.traders[0]).party_id
        goods = NewGoods(held_by, LOT, stage.storage_until, COPPER)
        draft = inspector.issue(pool, [goods] * count, documents=[], evidence={"ticket": "1"})
        inspector.hand_in(draft.act_id, stage.hands.of(KEEPER).signature(draft))
        inspector.sign(draft)
        inspector.wait(draft.act_id)
        return [f"{pool_number(pool)}-{first + place:06}" for place in range(count)]

    return issue


Receipts = Callable[..., list[str]]


def _pledge(desks: Desks, *receipts: str) -> None:
    desks.holder.has_done(
        "pledge",
        *receipts,
        f"--pledgee={desks.stage.cast.banks[0].party_id}",
        f"--maturity={desks.stage.maturity}",
        "--amount=100",
        f"--document=invoice:{receipts[0]}",
        with_others=(desks.keeper, desks.bank),
    )


def _next(receipt: str, further: int = 1) -> str:
    head, _, serial = receipt.rpartition("-")
    return f"{head}-{int(serial) + further:06}"


def test_a_pledged_receipt_is_split_and_its_parts_are_merged_again(
    desks: Desks, receipts: Receipts
) -> None:
    (whole,) = receipts()
    _pledge(desks, whole)
    consenting = (desks.keeper, desks.bank)

    desks.holder.has_done(
        "split", whole, "--quantity=5000", f"--content={desks.at('content')}", "--count=2",
        with_others=consenting,
    )  # fmt: skip
    first, second = _next(whole), _next(whole, 2)
    shown = desks.holder.does("show", "receipt", first)
    assert (shown["quantity"], shown["origin"], shown["encumbered"]) == (5_000, whole, True)
    assert desks.bank.does("show", "receipt", whole)["quantity"] == LOT - 10_000

    desks.holder.has_done("merge", first, f"--absorb={second}", with_others=consenting)
    assert desks.holder.does("show", "receipt", first)["quantity"] == 10_000
    assert desks.holder.does("show", "receipt", second)["status"] == "merged"


def test_a_receipt_is_corrected_by_another(desks: Desks, receipts: Receipts) -> None:
    (wrong,) = receipts()
    content = f"--content={desks.at('content')}"

    desks.holder.has_done(
        "replace", wrong, "--quantity=24980", content, with_others=(desks.keeper,)
    )

    assert desks.holder.does("show", "receipt", wrong)["status"] == "replaced"
    heir = desks.holder.does("show", "receipt", _next(wrong))
    assert (heir["quantity"], heir["origin"]) == (24_980, wrong)


def test_a_warehouse_cancels_what_it_holds_itself(desks: Desks, receipts: Receipts) -> None:
    (own,) = receipts(holder=KEEPER)

    desks.keeper.has_done("cancel", own, f"--reason={desks.at('reason')}")

    assert desks.keeper.does("show", "receipt", own)["status"] == "cancelled"


def test_lost_goods_are_written_down(desks: Desks, receipts: Receipts) -> None:
    (receipt,) = receipts()

    desks.keeper.has_done(
        "write-down", receipt, "--quantity=1200", f"--evidence={desks.at('evidence')}",
        with_others=(desks.inspector,),
    )  # fmt: skip

    assert desks.holder.does("show", "receipt", receipt)["quantity"] == LOT - 1_200


def test_storage_is_extended(desks: Desks, receipts: Receipts) -> None:
    (receipt,) = receipts()
    longer = desks.stage.storage_until + timedelta(days=100)

    desks.holder.has_done(
        "extend", receipt, f"--storage-until={longer}", with_others=(desks.keeper,)
    )

    assert desks.holder.does("show", "receipt", receipt)["storage_until"] == str(longer)


def test_a_receipt_goes_to_paper_and_comes_back(desks: Desks, receipts: Receipts) -> None:
    (receipt,) = receipts()
    paper = f"--paper={desks.at('note')}"

    desks.holder.has_done("to-paper", receipt, paper, with_others=(desks.keeper,))

    assert desks.holder.does("show", "receipt", receipt)["paper"] is True
    to = f"--to={desks.stage.cast.traders[1].party_id}"
    draft = desks.holder.does("transfer", receipt, to)
    refused = desks.buyer.fails(1, "sign", draft["act_id"], "--yes")
    assert refused["code"] == "PaperOutstanding"
    desks.holder.has_done("from-paper", receipt, paper, with_others=(desks.keeper,))
    assert desks.holder.does("show", "receipt", receipt)["paper"] is False


@pytest.mark.parametrize("lifter", ["keeper", "authority"])
def test_a_claim_is_noted_and_lifted(desks: Desks, receipts: Receipts, lifter: str) -> None:
    (receipt,) = receipts()
    claim = desks.paper("claim", {"claimant": "某贸易公司"})

    desks.keeper.has_done("note-claim", receipt, f"--claim={claim}")

    assert desks.buyer.does("show", "receipt", receipt)["claimed"] is True
    office: Office = getattr(desks, lifter)
    office.has_done("lift-claim", receipt, f"--reason={desks.at('reason')}")
    assert desks.buyer.does("show", "receipt", receipt)["claimed"] is False


def test_what_was_signed_before_is_made_void(desks: Desks, receipts: Receipts) -> None:
    (receipt,) = receipts()
    to = f"--to={desks.stage.cast.traders[1].party_id}"
    sold = desks.holder.does("transfer", receipt, to)

    desks.holder.has_done("invalidate", receipt, f"--reason={desks.at('reason')}")

    assert desks.holder.does("show", "receipt", receipt)["version"] == 2
    late = desks.buyer.fails(1, "sign", sold["act_id"], "--yes")
    assert late["code"] == "StaleVersion"


def test_an_authority_freezes_and_unfreezes(desks: Desks, receipts: Receipts) -> None:
    (receipt,) = receipts()
    order = f"--order={desks.paper('order', {'court': '上海金融法院'})}"

    desks.authority.has_done("freeze", receipt, order)

    assert desks.holder.does("show", "receipt", receipt)["frozen"] is True
    desks.authority.has_done("unfreeze", receipt, order)
    assert desks.holder.does("show", "receipt", receipt)["frozen"] is False


def test_a_pledge_moves_to_another_receipt(desks: Desks, receipts: Receipts) -> None:
    pledged, instead = receipts(2)
    _pledge(desks, pledged)

    desks.holder.has_done(
        "substitute", pledged, f"--by={instead}", "--amount=100",
        with_others=(desks.keeper, desks.bank),
    )  # fmt: skip

    assert desks.holder.does("show", "receipt", pledged)["encumbered"] is False
    assert desks.holder.does("show", "receipt", instead)["pledge"]["terms"]["amount"] == {
        "minor": 100,
        "currency": "CNY",
    }


def test_several_receipts_are_pledged_released_and_sold_by_one_act_each(
    desks: Desks, receipts: Receipts
) -> None:
    several = receipts(3)
    _pledge(desks, *several)
    assert all(desks.bank.does("show", "receipt", one)["encumbered"] for one in several)

    desks.bank.has_done("release", *several)
    to = f"--to={desks.stage.cast.traders[1].party_id}"
    desks.holder.has_done("transfer", *several, to, with_others=(desks.buyer,))

    holders = {desks.buyer.does("show", "receipt", one)["holder_id"] for one in several}
    assert holders == {desks.stage.cast.traders[1].party_id}


def test_the_past_is_told_in_words(desks: Desks, receipts: Receipts) -> None:
    (receipt,) = receipts()
    before = desks.registrar.does("show", "ledger")["block_number"]
    _pledge(desks, receipt)
    told = desks.holder.reads("show", "history", receipt)[1]
    assert ": Issued" in told
    assert "act: Issue, as the gateway has it" in told
    assert f"signed by: party {desks.stage.cast.banks[0].party_id} (lender) with 0x" in told
    assert "encumbered: no -> yes" in told
    assert desks.holder.does("show", "receipt", receipt)["encumbered"]
    assert not desks.holder.does("show", "receipt", receipt, "--at", before)["encumbered"]
    told = desks.holder.reads("show", "receipt", receipt, "--at", before)[1]
    assert f"block_number: {before}" in told
    lender = desks.stage.cast.banks[0].party_id
    book = ("show", "holdings", lender, "--as", "lender")
    assert receipt in [each["number"] for each in desks.bank.does(*book)["items"]]
    assert receipt not in [
        each["number"] for each in desks.bank.does(*book, "--at", before)["items"]
    ]
    told = desks.bank.reads(*book)[1]
    assert f"lender {lender} as of block" in told
    assert receipt in told
    stored = desks.keeper.reads("show", "holdings", KEEPER.party_id, "--as", "warehouse")[1]
    assert "attested" in stored
    pool = receipt.rpartition("-")[0]
    steps = desks.keeper.does("show", "stock", pool)["items"]
    assert [step["event"] for step in steps[:2]] == ["PoolOpened", "Attested"]
    told = desks.keeper.reads("show", "stock", pool)[1]
    assert f"stock of pool {pool} as of block" in told
    assert receipt in told


def test_the_past_tells_the_rule_by_which_an_act_was_refused(
    desks: Desks, receipts: Receipts
) -> None:
    (receipt,) = receipts()
    stage = desks.stage
    number = ReceiptId(desks.holder.does("show", "receipt", receipt)["receipt_id"])
    release = Release(number, Version(1), NO_HASH, stage.deadline())
    stage.outsider.relay(stage.outsider.signed(release, stage.cast.banks[0].key))

    # Once the pledge behind it is indexed, so is the refusal.
    _pledge(desks, receipt)
    told = desks.holder.reads("show", "history", receipt)[1]
    assert "Release REFUSED: NotEncumbered(" in told
    assert "act: Release, as the chain has it" in told


def test_bales_are_named_by_number_and_shown_while_they_are_there(desks: Desks) -> None:
    stage = desks.stage
    number = pool_id(KEEPER.party_id, next(_indexes))
    content = desks.paper("content", {"brand": "疆南", "grade": "31"})
    evidence = f"--evidence={desks.at('evidence')}"

    def bales(name: str, numbers: range) -> str:
        listed = [{"gin": "65001", "lot_number": "L7", "bale_number": n} for n in numbers]
        return f"--items={desks.paper(name, listed)}"

    desks.registrar.has_done(
        "open-pool", f"--warehouse={KEEPER.party_id}", f"--index={number & 0xFFFF}",
        "--commodity=cotton-bale", "--place=shed 2", "--capacity=1000000",
        with_others=(desks.keeper,),
    )  # fmt: skip
    pool = pool_number(number)
    assert desks.keeper.does("show", "pool", pool)["paged"] is True
    desks.inspector.has_done("attest", pool, "--quantity=900000", evidence)
    issue = (
        "issue", f"--pool={pool}", f"--holder={stage.cast.traders[0].party_id}",
        f"--storage-until={stage.storage_until}", f"--content={content}", evidence,
    )  # fmt: skip
    lot = bales("lot", range(1, 187))
    desks.keeper.has_done(*issue, "--quantity=40920", lot, with_others=(desks.inspector,))
    receipt, apart = f"{pool}-000001", f"{pool}-000002"
    assert desks.holder.does("show", "receipt", receipt)["item_count"] == 186

    ten = bales("ten", range(1, 11))
    split = ("split", receipt, "--quantity=2200", f"--content={content}", ten)
    desks.holder.has_done(*split, with_others=(desks.keeper,))
    shown = desks.holder.does("show", "receipt", apart)
    assert [bale["bale_number"] for bale in shown["items"]] == list(range(1, 11))
    five = bales("five", range(1, 6))
    out = ("deliver", apart, "--quantity=1100", evidence, five)
    desks.holder.has_done(*out, with_others=(desks.keeper,))
    _, told, _ = desks.holder.reads("show", "receipt", apart)
    rows = [line.split() for line in told.partition("\nitems\n")[2].splitlines()]
    assert [row[2] for row in rows if row[:2] == ["65001", "L7"]] == ["6", "7", "8", "9", "10"]
    _, told, _ = desks.holder.reads("show", "receipt", receipt)
    assert "and 76 more: --json shows all" in told

    again = desks.keeper.does(*issue, "--quantity=1100", bales("again", range(8, 10)))
    taken = desks.inspector.fails(1, "sign", again["act_id"], "--yes")
    assert taken["code"] == "ItemAlreadyReceipted"


def test_a_pool_is_paused_resumed_and_sealed(desks: Desks) -> None:
    pool = pool_number(_open(desks.stage, "tin-ingot"))
    reason = f"--reason={desks.at('reason')}"

    desks.guardian.has_done("pause", pool, reason)
    assert desks.buyer.does("show", "pool", pool)["paused"] is True
    desks.registrar.has_done("resume", pool, reason)
    assert desks.buyer.does("show", "pool", pool)["paused"] is False
    assert desks.registrar.fails(1, "resume", pool, reason)["code"] == "NotPaused"
    desks.registrar.has_done("seal-pool", pool, reason, with_others=(desks.authority,))
    assert desks.buyer.does("show", "pool", pool)["sealed"] is True


def test_a_party_is_admitted_suspended_and_reinstated(desks: Desks) -> None:
    newcomer = Member(PartyId(42), "丁银行 Bank D", Role.LENDER)
    address = f"--address=0x{newcomer.address.hex()}"
    admit = ("admit", newcomer.party_id, "--role=lender", address, f"--name={newcomer.name}")
    desks.registrar.has_done(*admit, with_others=(desks.of(newcomer),))
    shown = desks.buyer.does("show", "party", 42)
    assert (shown["roles"], shown["profile"]["name"]) == (["lender"], newcomer.name)

    reason = f"--reason={desks.at('reason')}"
    desks.registrar.has_done("suspend", 42, reason)
    assert desks.buyer.does("show", "party", 42)["active"] is False
    desks.registrar.has_done("reinstate", 42, reason)
    assert desks.buyer.does("show", "party", 42)["active"] is True


def test_a_key_is_bound_and_revoked(desks: Desks) -> None:
    second = Member(desks.stage.cast.banks[1].party_id, "second key", Role(0))
    address = f"--address=0x{second.address.hex()}"
    bank = desks.of(desks.stage.cast.banks[1])

    bank_number = second.party_id
    desks.registrar.has_done("bind-key", bank_number, address, with_others=(bank,))
    assert len(desks.registrar.does("show", "party", bank_number)["keys"]) == 2
    bank.has_done("revoke-key", bank_number, address)
    assert len(desks.registrar.does("show", "party", bank_number)["keys"]) == 1


_FILES = {
    "--content": "content",
    "--evidence": "evidence",
    "--reason": "reason",
    "--paper": "note",
    "--claim": "note",
    "--order": "note",
}


@pytest.mark.parametrize(
    ("by", "arguments", "line"),
    [
        ("holder", "split RECEIPT --quantity=25000 --content", "SumMismatch: parts:"),
        ("holder", "merge RECEIPT --absorb=40-1-999999", "UnknownReceipt: absorbed_id:"),
        ("keeper", "merge RECEIPT --absorb=RECEIPT", "MixedGoods:"),
        ("holder", "replace RECEIPT --quantity=25001 --content", "QuantityIncreased:"),
        ("holder", "cancel RECEIPT --reason", "NotYourRole:"),
        ("keeper", "cancel RECEIPT --reason", "NotHolder:"),
        ("keeper", "write-down RECEIPT --quantity=25001 --evidence", "QuantityOutOfRange:"),
        ("holder", "extend RECEIPT --storage-until=2020-01-02", "StorageNotExtended:"),
        ("holder", "from-paper RECEIPT --paper", "NotOnPaper:"),
        ("keeper", "lift-claim RECEIPT --reason", "NoClaim:"),
        ("bank", "note-claim RECEIPT --claim", "NotYourRole:"),
        ("buyer", "invalidate RECEIPT --reason", "NotYourRole:"),
        ("authority", "unfreeze RECEIPT --order", "NotFrozen:"),
        ("holder", "freeze RECEIPT --order", "NotYourRole:"),
        ("holder", "substitute RECEIPT --by=RECEIPT --amount=1", "NotEncumbered:"),
        ("registrar", "pause 40-1 --reason", "NotYourRole:"),
        ("registrar", "resume 40-1 --reason", "NotPaused:"),
        ("guardian", "pause 40-99 --reason", "UnknownPool:"),
        ("registrar", "suspend 4000000 --reason", "UnknownParty:"),
    ],
)
def test_a_refusal_is_one_line_with_the_rule(
    desks: Desks, receipts: Receipts, by: str, arguments: str, line: str
) -> None:
    (receipt,) = receipts()
    office: Office = getattr(desks, by)
    words = [word.replace("RECEIPT", receipt) for word in arguments.split()]
    words = [f"{word}={desks.at(_FILES[word])}" if word in _FILES else word for word in words]

    ended, out, err = office.reads(*words)

    if ended == 0:
        # Its form is good: the contract says no when the last one signs.
        ended, out, err = _signed_by_all(desks, office, act_id=out.split()[1])
    assert (ended, err.count("\n")) == (1, 1)
    assert err.startswith(f"receipts-ledger: {line}")
    assert "Traceback" not in out + err


def _signed_by_all(desks: Desks, drafter: Office, act_id: str) -> tuple[int, str, str]:
    cast = desks.stage.cast
    members = {each.party_id: each for each in (*cast.newcomers, KEEPER)}
    ended = (0, "", "")
    for signer in drafter.does("show", "act", act_id)["signers"]:
        if not signer["signed"]:
            # Of those whom a role alone names, the inspector is the only one here.
            by = members.get(signer["party_id"], cast.inspector)
            ended = desks.of(by).reads("sign", act_id, "--yes")
    return ended


# The last, since the days that pass here pass for all.
def test_a_party_that_lost_its_keys_is_recovered_after_the_notice(desks: Desks) -> None:
    lost = desks.stage.cast.banks[2]
    found = Member(lost.party_id, "found key", Role(0))
    # Days pass on the chain, not on the gateway's clock.
    later, latest = (_in_days(days) for days in (300, 301))
    address, evidence = f"--address=0x{found.address.hex()}", f"--evidence={desks.at('evidence')}"
    begin = ("recover", lost.party_id, address, evidence)
    objection = ("veto-recovery", lost.party_id, f"--reason={desks.at('reason')}", later)

    desks.registrar.has_done(*begin, with_others=(desks.authority, desks.of(found)))
    assert desks.registrar.does("show", "party", lost.party_id)["in_recovery"] is True
    desks.of(lost).has_done(*objection)
    assert desks.registrar.does("show", "party", lost.party_id)["in_recovery"] is False

    desks.registrar.has_done(*begin, later, with_others=(desks.authority, desks.of(found)))
    complete = ("complete-recovery", lost.party_id, address, evidence)
    assert desks.of(found).fails(1, *complete, later)["code"] == "NoticeRunning"
    let_days_pass(desks.stage, 31)
    desks.of(found).has_done(*complete, latest)
    shown = desks.registrar.does("show", "party", lost.party_id)
    assert (shown["active"], shown["keys"]) == (True, [f"0x{found.address.hex()}"])


def _in_days(days: int) -> str:
    return f"--deadline={(datetime.now(UTC) + timedelta(days=days)).isoformat()}"
