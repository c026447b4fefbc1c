// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract NonNegotiableTest is LedgerTest {
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    uint32 private constant NAMED = POOL + 8;

    uint64 private named;
    uint64 private toOrder;

    function setUp() public override {
        super.setUp();
        Draft memory draft = opening(NAMED, false);
        draft.b |= 1 << 11;
        pass(signed(draft, REGISTRAR, WAREHOUSE));
        pass(signed(attestation(NAMED, 1, ATTESTED), INSPECTOR));
        named = issued(NAMED, ALICE);
        toOrder = issued(POOL, ALICE);
    }

    function test_PoolSaysThatItsReceiptsAreNotNegotiable() public view {
        assertTrue(ledger.poolWord(NAMED).isNonNegotiable());
        assertFalse(ledger.poolWord(NAMED).isBonded());
        assertFalse(ledger.poolWord(NAMED).isPaused());
        assertFalse(ledger.poolWord(POOL).isNonNegotiable());
    }

    function test_ReceiptMadeOutToAPersonIsNotEndorsed() public {
        assertRefused(signed(transfer(named, 1, BOB), ALICE, BOB), reason(NonNegotiable.selector, named));
    }

    function test_OneSuchReceiptRefusesTheWholePortfolio() public {
        uint64[] memory both = new uint64[](2);
        (both[0], both[1]) = (toOrder, named);
        assertRefused(signed(portfolioTransfer(both, BOB), ALICE, BOB), reason(NonNegotiable.selector, named));
    }

    function test_SelfTransferIsSaidFirstAndEncumberedLater() public {
        assertRefused(signed(transfer(named, 1, ALICE), ALICE), reason(SelfTransfer.selector, named, ALICE));
        pass(signed(pledge(named, 1, BANK_A), ALICE, WAREHOUSE, BANK_A));
        assertRefused(signed(transfer(named, 2, BOB), ALICE, BOB), reason(NonNegotiable.selector, named));
    }

    function test_PledgeOfItGoesAllTheWayToTheBuyer() public {
        pass(signed(pledge(named, 1, BANK_A), ALICE, WAREHOUSE, BANK_A));
        warpTo(DUE + 1);
        pass(signed(default_(named, 2), BANK_A));
        warpTo(DUE + 1 + NOTICE_DAYS + 1);
        pass(signed(enforcement(named, 3, BOB), BANK_A, BOB));
        assertEq(word(named).holder(), BOB);
        pass(signed(delivery(named, 4, QUANTITY), BOB, WAREHOUSE));
    }

    function test_TransferOutOfOnePoolLetsNothingOutOfAnother() public {
        bytes memory acts = bytes.concat(
            signed(transfer(toOrder, 1, BOB), ALICE, BOB), signed(transfer(named, 1, BOB), ALICE, BOB)
        );
        assertEq(ledger.relay(acts), 1);
        assertEq(word(toOrder).holder(), BOB);
        assertEq(word(named).holder(), ALICE);
    }

    function test_PoolThatIsSealedBetweenTwoTransfersLetsTheSecondNoLongerOut() public {
        uint64 other = issued(POOL, ALICE);
        bytes memory acts = bytes.concat(
            signed(transfer(toOrder, 1, BOB), ALICE, BOB),
            signed(sealing(POOL, poolVersion(POOL)), REGISTRAR, COURT),
            signed(transfer(other, 1, BOB), ALICE, BOB)
        );
        assertEq(ledger.relay(acts), 1);
        assertEq(word(toOrder).holder(), BOB);
        assertEq(word(other).holder(), ALICE);
    }

    function test_PoolThatIsOpenedBetweenTwoTransfersIsLookedUp() public {
        uint32 later = POOL + 9;
        Draft memory draft = opening(later, false);
        draft.b |= 1 << 11;
        uint64 unknown = receiptIdOf(later, 1);
        bytes memory acts = bytes.concat(
            signed(transfer(unknown, 1, BOB), ALICE, BOB),
            signed(draft, REGISTRAR, WAREHOUSE),
            signed(attestation(later, 1, ATTESTED), INSPECTOR),
            signed(issue(later, 1, ALICE), WAREHOUSE, INSPECTOR),
            signed(transfer(unknown, 1, BOB), ALICE, BOB)
        );
        assertEq(ledger.relay(acts), 2);
        assertEq(word(unknown).holder(), ALICE);
    }
}
