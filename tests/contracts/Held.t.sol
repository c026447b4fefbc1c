// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../contracts/Wire.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

/// @title What every act says of a receipt that is held fast
/// @notice Each act passes before the receipt is held, and is refused for that alone afterwards.
abstract contract HeldTest is LedgerTest {
    using Drafts for *;
    using ReceiptWord for uint256;

    uint64 private receipt;
    uint64 private neighbour;
    uint64 private encumbered;
    bytes4 private rule;

    function hold(uint64 receiptId) internal virtual;

    function ruleOfHeld() internal pure virtual returns (bytes4);

    function setUp() public override {
        super.setUp();
        rule = ruleOfHeld();
        receipt = issued(POOL, ALICE);
        neighbour = issued(POOL, ALICE);
        encumbered = pledged();
    }

    function test_NotTransferred() public {
        refusedOnceHeld(receipt, transfer(receipt, 1, BOB), ALICE, BOB);
    }

    function test_NotTransferredInAPortfolio() public {
        refusedOnceHeld(neighbour, portfolioTransfer(run(receipt, 2, 1), BOB), ALICE, BOB);
    }

    function test_NotPledged() public {
        refusedOnceHeld(receipt, pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A);
    }

    function test_NotPledgedInAPortfolio() public {
        refusedOnceHeld(neighbour, portfolioPledge(run(receipt, 2, 1), BANK_A), ALICE, WAREHOUSE, BANK_A);
    }

    function test_NotPutInThePlaceOfAnother() public {
        refusedOnceHeld(receipt, substitution(encumbered, 2, receipt, 1), ALICE, WAREHOUSE, BANK_A);
    }

    function test_NotSubstituted() public {
        refusedOnceHeld(encumbered, substitution(encumbered, 2, receipt, 1), ALICE, WAREHOUSE, BANK_A);
    }

    function test_NotAssigned() public {
        refusedOnceHeld(encumbered, assignment(encumbered, 2, BANK_B), BANK_A, BANK_B);
    }

    function test_NotDefaulted() public {
        warpTo(DUE + 1);
        refusedOnceHeld(encumbered, default_(encumbered, 2), BANK_A);
    }

    function test_NotCured() public {
        uint64 unpaid = inDefault();
        refusedOnceHeld(unpaid, cure(unpaid, 3, STORED_UNTIL), BANK_A);
    }

    function test_NotEnforced() public {
        uint64 unpaid = afterNotice();
        refusedOnceHeld(unpaid, enforcement(unpaid, 3, BOB), BANK_A, BOB);
    }

    function test_NotDelivered() public {
        refusedOnceHeld(receipt, delivery(receipt, 1, 1), ALICE, WAREHOUSE);
    }

    function test_NotDivided() public {
        refusedOnceHeld(receipt, division(receipt), ALICE, WAREHOUSE);
    }

    function test_NotMerged() public {
        Draft memory draft = draftOf(Kind.Merge, receipt, 1);
        draft.words = draft.words.append(Drafts.ref(neighbour, 1));
        uint256 state = vm.snapshotState();
        pass(signed(draft, ALICE, WAREHOUSE));
        vm.revertToState(state);

        // Alone, one of them is no longer like the other.
        hold(receipt);
        draft.version = version(receipt);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(MixedGoods.selector, neighbour));
        hold(neighbour);
        draft.words[0] = Drafts.ref(neighbour, version(neighbour));
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(rule, receipt));
    }

    function test_NotReplaced() public {
        Draft memory draft = draftOf(Kind.Replace, receipt, 1);
        draft.a = uint56(QUANTITY - 1);
        draft.b = nextSerial(POOL);
        refusedOnceHeld(receipt, draft, ALICE, WAREHOUSE);
    }

    function test_NotCancelled() public {
        uint64 own = issued(TRADING_POOL, TRADING_WAREHOUSE);
        refusedOnceHeld(own, draftOf(Kind.Cancel, own, 1), TRADING_WAREHOUSE);
    }

    function test_NotWrittenDown() public {
        Draft memory draft = draftOf(Kind.WriteDown, receipt, 1);
        draft.a = 1;
        refusedOnceHeld(receipt, draft, WAREHOUSE, INSPECTOR);
    }

    function test_StorageNotExtended() public {
        refusedOnceHeld(receipt, storageExtension(receipt, 1, STORED_UNTIL + 1), ALICE, WAREHOUSE);
    }

    function test_NotPutOnPaper() public {
        refusedOnceHeld(receipt, toPaper(receipt, 1), ALICE, WAREHOUSE);
    }

    function test_NotInvalidated() public {
        refusedOnceHeld(receipt, invalidation(receipt, 1), ALICE);
    }

    function test_NoClaimNoted() public {
        refusedOnceHeld(receipt, claimNote(receipt, 1), WAREHOUSE);
    }

    function test_NoClaimLifted() public {
        pass(signed(claimNote(receipt, 1), WAREHOUSE));
        refusedOnceHeld(receipt, claimLift(receipt, 2), WAREHOUSE);
    }

    function test_ReleasedAllTheSame() public {
        hold(encumbered);
        pass(signed(release(encumbered, version(encumbered)), BANK_A));
        assertFalse(word(encumbered).isEncumbered());
        assertTrue(word(encumbered).isHeld());
    }

    function test_ReleasedInAPortfolioAllTheSame() public {
        hold(encumbered);
        pass(signed(portfolioRelease(run(encumbered, 1, 1)), BANK_A));
        assertTrue(word(encumbered).isHeld());
    }

    function division(uint64 receiptId) private view returns (Draft memory draft) {
        draft = draftOf(Kind.Split, receiptId, 1);
        draft.a = uint56(QUANTITY - 1);
        draft.b = (uint48(nextSerial(POOL)) << 16) | 1;
        draft.words = draft.words.append(bytes32(uint256(1) << 16)).append("content");
    }

    function refusedOnceHeld(uint64 held, Draft memory draft, uint32 first) private {
        uint256 state = vm.snapshotState();
        pass(signed(draft, first));
        vm.revertToState(state);
        holdFor(held, draft);
        assertRefused(signed(draft, first), reason(rule, held));
    }

    function refusedOnceHeld(uint64 held, Draft memory draft, uint32 first, uint32 second) private {
        uint256 state = vm.snapshotState();
        pass(signed(draft, first, second));
        vm.revertToState(state);
        holdFor(held, draft);
        assertRefused(signed(draft, first, second), reason(rule, held));
    }

    function refusedOnceHeld(uint64 held, Draft memory draft, uint32 first, uint32 second, uint32 third)
        private
    {
        uint256 state = vm.snapshotState();
        pass(signed(draft, first, second, third));
        vm.revertToState(state);
        holdFor(held, draft);
        assertRefused(signed(draft, first, second, third), reason(rule, held));
    }

    /// @notice Holds the receipt and names its new version in the act, so that nothing else is wrong with it.
    function holdFor(uint64 held, Draft memory draft) private {
        hold(held);
        if (draft.subject == held) draft.version = version(held);
        for (uint256 i = 0; i < draft.words.length; ++i) {
            if (uint256(draft.words[i]) >> 16 == held) draft.words[i] = Drafts.ref(held, version(held));
        }
    }
}

contract FrozenTest is HeldTest {
    function hold(uint64 receiptId) internal override {
        freeze(receiptId);
    }

    function ruleOfHeld() internal pure override returns (bytes4) {
        return Frozen.selector;
    }
}

contract OnPaperTest is HeldTest {
    using ReceiptWord for uint256;

    function hold(uint64 receiptId) internal override {
        Draft memory draft = toPaper(receiptId, version(receiptId));
        uint256 word_ = word(receiptId);
        uint32 warehouse = uint32(receiptId >> 48);
        if (word_.holder() == warehouse) return pass(signed(draft, warehouse));
        if (word_.isEncumbered()) return pass(signed(draft, ALICE, warehouse, BANK_A));
        pass(signed(draft, ALICE, warehouse));
    }

    function ruleOfHeld() internal pure override returns (bytes4) {
        return PaperOutstanding.selector;
    }

    function test_FrozenAndThawedAllTheSame() public {
        uint64 receiptId = issued(POOL, ALICE);
        hold(receiptId);
        freeze(receiptId);
        assertRefused(signed(transfer(receiptId, 3, BOB), ALICE, BOB), reason(Frozen.selector, receiptId));
        pass(signed(unfreezing(receiptId, 3), COURT));
        assertRefused(
            signed(transfer(receiptId, 4, BOB), ALICE, BOB), reason(PaperOutstanding.selector, receiptId)
        );
    }
}
