// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../contracts/Wire.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract PauseTest is LedgerTest {
    using Drafts for *;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    uint32 private constant WATCH = 13;
    uint32 private constant OTHER_WATCH = 14;

    uint64 private receipt;
    uint64 private encumbered;

    function setUp() public override {
        super.setUp();
        admit(WATCH, PartyWord.GUARDIAN);
        admit(OTHER_WATCH, PartyWord.GUARDIAN);
        receipt = issued(POOL, ALICE);
        encumbered = pledged();
    }

    function test_GuardianPausesAPool() public {
        uint256 expected = ledger.poolWord(POOL).withFlag(PoolWord.PAUSED);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit PoolPaused(POOL, expected, TERMS);
        pass(signed(pausing(POOL, 2), WATCH));
        assertEq(ledger.poolWord(POOL), expected);
        assertTrue(expected.isPaused());
        assertEq(PoolWord.version(expected), 3);
        assertFalse(ledger.poolWord(COILS).isPaused());
    }

    function test_RegistrarResumesAPool() public {
        pause();
        uint256 expected = ledger.poolWord(POOL).withoutFlag(PoolWord.PAUSED);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit PoolResumed(POOL, expected, TERMS);
        pass(signed(resumption(POOL, 3), REGISTRAR));
        assertEq(ledger.poolWord(POOL), expected);
        assertFalse(expected.isPaused());
        assertEq(PoolWord.version(expected), 4);
        pass(signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A));
        issued(POOL, BOB);
    }

    function test_NobodyButAGuardianPauses() public {
        uint32[5] memory others = [REGISTRAR, COURT, WAREHOUSE, INSPECTOR, ALICE];
        for (uint256 i = 0; i < others.length; ++i) {
            assertRefused(
                signed(pausing(POOL, 2), others[i]), reason(WrongRole.selector, others[i], PartyWord.GUARDIAN)
            );
        }
    }

    function test_GuardianThatPausedCannotResume() public {
        pause();
        uint32[4] memory others = [WATCH, COURT, WAREHOUSE, ALICE];
        for (uint256 i = 0; i < others.length; ++i) {
            assertRefused(
                signed(resumption(POOL, 3), others[i]),
                reason(WrongRole.selector, others[i], PartyWord.REGISTRAR)
            );
        }
    }

    function test_PausedPoolIsNotPausedAgain() public {
        pause();
        assertRefused(signed(pausing(POOL, 3), OTHER_WATCH), reason(Paused.selector, POOL));
    }

    function test_PoolThatRunsIsNotResumed() public {
        assertRefused(signed(resumption(POOL, 2), REGISTRAR), reason(NotPaused.selector, POOL));
    }

    function test_PauseOfAnotherVersionIsRefused() public {
        assertRefused(signed(pausing(POOL, 1), WATCH), reason(StaleVersion.selector, POOL, 1, 2));
        pause();
        assertRefused(signed(resumption(POOL, 2), REGISTRAR), reason(StaleVersion.selector, POOL, 2, 3));
    }

    function test_PauseOfUnknownPoolIsRefused() public {
        uint32 unknown = POOL + 100;
        assertRefused(signed(pausing(unknown, 1), WATCH), reason(UnknownPool.selector, unknown));
        assertRefused(signed(resumption(unknown, 1), REGISTRAR), reason(UnknownPool.selector, unknown));
    }

    function test_NothingIsIssuedIntoAPausedPool() public {
        pause();
        assertRefused(
            signed(issue(POOL, nextSerial(POOL), ALICE), WAREHOUSE, INSPECTOR), reason(Paused.selector, POOL)
        );
        issued(OTHER_POOL, ALICE);
    }

    function test_NothingIsPledgedInAPausedPool() public {
        pause();
        assertRefused(
            signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A), reason(Paused.selector, POOL)
        );
    }

    function test_OnePausedPoolRefusesTheWholePortfolio() public {
        uint32 second = POOL + 2;
        open(second, WAREHOUSE, false);
        uint64[] memory both = new uint64[](2);
        both[0] = receipt;
        both[1] = issued(second, ALICE);
        pass(signed(pausing(second, 2), WATCH));
        assertRefused(
            signed(portfolioPledge(both, BANK_A), ALICE, WAREHOUSE, BANK_A), reason(Paused.selector, second)
        );
        assertRefused(
            signed(substitution(encumbered, 2, both[1], 1), ALICE, WAREHOUSE, BANK_A),
            reason(Paused.selector, second)
        );
    }

    function test_PausedIsSaidBeforeWhatIsWrongWithThePledge() public {
        pause();
        assertRefused(
            signed(pledge(encumbered, 2, BANK_B), ALICE, WAREHOUSE, BANK_B), reason(Paused.selector, POOL)
        );
        uint64 own = issued(TRADING_POOL, TRADING_BANK);
        pass(signed(pausing(TRADING_POOL, 2), WATCH));
        assertRefused(
            signed(pledge(own, 1, TRADING_BANK), TRADING_BANK, TRADING_WAREHOUSE, TRADING_BANK),
            reason(Paused.selector, TRADING_POOL)
        );
    }

    function test_PausedIsSaidBeforeWhatIsWrongWithTheNewReceipts() public {
        pause();
        Draft memory draft = issue(POOL, nextSerial(POOL), NOBODY);
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(Paused.selector, POOL));
        draft = issue(POOL, nextSerial(POOL) + 1, ALICE);
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR),
            reason(NumberGap.selector, POOL, nextSerial(POOL), nextSerial(POOL) + 1)
        );
    }

    function test_EveryExitIsOpenWhilePaused() public {
        uint64 own = issued(POOL, BOB);
        uint64 unpaid = pledged();
        pause();
        pass(signed(attestation(POOL, 3, ATTESTED - 1), INSPECTOR));
        assertTrue(ledger.poolWord(POOL).isPaused());
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
        pass(signed(portfolioTransfer(run(own, 1, 1), ALICE), BOB, ALICE));
        pass(signed(delivery(receipt, 2, 1), BOB, WAREHOUSE));
        pass(signed(storageExtension(receipt, 3, STORED_UNTIL + 1), BOB, WAREHOUSE));
        pass(signed(toPaper(receipt, 4), BOB, WAREHOUSE));
        pass(signed(fromPaper(receipt, 5), BOB, WAREHOUSE));
        pass(signed(claimNote(receipt, 6), WAREHOUSE));
        pass(signed(claimLift(receipt, 7), WAREHOUSE));
        pass(signed(invalidation(receipt, 8), BOB));
        freeze(receipt);
        pass(signed(unfreezing(receipt, 10), COURT));
        pass(signed(assignment(unpaid, 2, BANK_B), BANK_A, BANK_B));
        pass(signed(release(encumbered, 2), BANK_A));
        warpTo(DUE + 1);
        pass(signed(default_(unpaid, 3), BANK_B));
        pass(signed(cure(unpaid, 4, DUE + 1), BANK_B));
        warpTo(DUE + 2);
        pass(signed(default_(unpaid, 5), BANK_B));
        warpTo(DUE + 2 + NOTICE_DAYS + 1);
        pass(signed(enforcement(unpaid, 6, BOB), BANK_B, BOB));
        pass(signed(delivery(unpaid, 7, QUANTITY), BOB, WAREHOUSE));
    }

    function test_ReceiptsAreCorrectedWhilePaused() public {
        uint64 own = issued(TRADING_POOL, TRADING_WAREHOUSE);
        pause();
        Draft memory draft = draftOf(Kind.Split, receipt, 1);
        draft.a = uint56(QUANTITY - 1);
        draft.b = (uint48(nextSerial(POOL)) << 16) | 1;
        draft.words = draft.words.append(bytes32(uint256(1) << 16)).append("content");
        uint64 part = receiptIdOf(POOL, nextSerial(POOL));
        pass(signed(draft, ALICE, WAREHOUSE));
        draft = draftOf(Kind.Merge, receipt, 2);
        draft.words = draft.words.append(Drafts.ref(part, 1));
        pass(signed(draft, ALICE, WAREHOUSE));
        draft = draftOf(Kind.WriteDown, receipt, 3);
        draft.a = 1;
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        draft = draftOf(Kind.Replace, receipt, 4);
        draft.a = uint56(QUANTITY - 2);
        draft.b = nextSerial(POOL);
        pass(signed(draft, ALICE, WAREHOUSE));
        pass(signed(pausing(TRADING_POOL, 2), WATCH));
        pass(signed(draftOf(Kind.Cancel, own, 1), TRADING_WAREHOUSE));
    }

    function test_PausedPoolCanBeSealed() public {
        pause();
        pass(signed(sealing(POOL, 3), REGISTRAR, COURT));
        assertRefused(signed(resumption(POOL, 4), REGISTRAR), reason(Sealed.selector, POOL));
    }

    function pause() private {
        pass(signed(pausing(POOL, poolVersion(POOL)), WATCH));
    }
}
