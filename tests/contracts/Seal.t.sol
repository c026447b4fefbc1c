// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../contracts/Wire.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract SealTest is LedgerTest {
    using Drafts for *;
    using PoolWord for uint256;

    uint32 private constant WATCH = 13;

    uint64 private receipt;
    uint64 private encumbered;
    uint64 private ended;

    function setUp() public override {
        super.setUp();
        admit(WATCH, PartyWord.GUARDIAN);
        receipt = issued(POOL, ALICE);
        encumbered = pledged();
        ended = issued(POOL, ALICE);
        pass(signed(delivery(ended, 1, QUANTITY), ALICE, WAREHOUSE));
    }

    function test_PoolIsSealed() public {
        uint256 expected = ledger.poolWord(POOL).withFlag(PoolWord.SEALED);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit PoolSealed(POOL, expected, TERMS);
        pass(signed(sealing(POOL, 2), REGISTRAR, COURT));
        assertEq(ledger.poolWord(POOL), expected);
        assertTrue(expected.isSealed());
        assertEq(PoolWord.version(expected), 3);
    }

    function test_SealTakesRegistrarAndAuthority() public {
        Draft memory draft = sealing(POOL, 2);
        assertRefused(signed(draft, REGISTRAR), reason(MissingConsent.selector, 0, PartyWord.AUTHORITY));
        assertRefused(signed(draft, COURT), reason(WrongRole.selector, COURT, PartyWord.REGISTRAR));
        assertRefused(
            signed(draft, REGISTRAR, WAREHOUSE), reason(WrongRole.selector, WAREHOUSE, PartyWord.AUTHORITY)
        );
    }

    function test_SealOfAnotherVersionIsRefused() public {
        assertRefused(signed(sealing(POOL, 1), REGISTRAR, COURT), reason(StaleVersion.selector, POOL, 1, 2));
    }

    function test_SealOfUnknownPoolIsRefused() public {
        uint32 unknown = POOL + 100;
        assertRefused(signed(sealing(unknown, 1), REGISTRAR, COURT), reason(UnknownPool.selector, unknown));
    }

    function test_LedgerIsSealedWithItsLastPool() public {
        uint32[4] memory pools = [POOL, COILS, OTHER_POOL, TRADING_POOL];
        for (uint256 i = 0; i < pools.length; ++i) {
            assertFalse(ledger.isSealed());
            pass(signed(sealing(pools[i], poolVersion(pools[i])), REGISTRAR, COURT));
        }
        assertTrue(ledger.isSealed());
    }

    function test_LedgerThatNeverHadAPoolIsNotSealed() public {
        assertFalse(deploy(address(0)).isSealed());
    }

    function test_NoPoolIsOpenedOnceSealingHasBegun() public {
        sealPool();
        bytes memory refusal = reason(Sealed.selector, POOL + 9);
        assertRefused(signed(opening(POOL + 9, false), REGISTRAR, WAREHOUSE), refusal);
        // It does not matter who asks, nor for which pool.
        assertRefused(unsigned(opening(POOL + 9, false)), refusal);
        assertRefused(signed(opening(COILS, false), REGISTRAR, WAREHOUSE), reason(Sealed.selector, COILS));
    }

    function test_EveryActOnASealedPoolIsRefused() public {
        pass(signed(pausing(POOL, 2), WATCH));
        sealPool();
        bytes memory refusal = reason(Sealed.selector, POOL);
        uint16 version_ = poolVersion(POOL);
        assertRefused(signed(attestation(POOL, version_, ATTESTED), INSPECTOR), refusal);
        assertRefused(signed(pausing(POOL, version_), WATCH), refusal);
        assertRefused(signed(resumption(POOL, version_), REGISTRAR), refusal);
        assertRefused(signed(sealing(POOL, version_), REGISTRAR, COURT), refusal);
        assertRefused(signed(issue(POOL, nextSerial(POOL), ALICE), WAREHOUSE, INSPECTOR), refusal);
        // Before anybody is asked.
        assertRefused(unsigned(attestation(POOL, version_, ATTESTED)), refusal);
        assertRefused(unsigned(issue(POOL, nextSerial(POOL), ALICE)), refusal);
    }

    function test_EveryActOnAReceiptOfASealedPoolIsRefused() public {
        sealPool();
        Kind[25] memory kinds = [
            Kind.Transfer,
            Kind.Pledge,
            Kind.Release,
            Kind.Deliver,
            Kind.Freeze,
            Kind.Unfreeze,
            Kind.AssignPledge,
            Kind.Default,
            Kind.Cure,
            Kind.Enforce,
            Kind.Split,
            Kind.Merge,
            Kind.Substitute,
            Kind.ExtendStorage,
            Kind.Replace,
            Kind.Cancel,
            Kind.WriteDown,
            Kind.ToPaper,
            Kind.FromPaper,
            Kind.Invalidate,
            Kind.NoteClaim,
            Kind.LiftClaim,
            Kind.PledgePortfolio,
            Kind.ReleasePortfolio,
            Kind.TransferPortfolio
        ];
        for (uint256 i = 0; i < kinds.length; ++i) {
            Draft memory draft = draftOf(kinds[i], encumbered, 2);
            bool isPortfolio = i >= 22;
            if (isPortfolio || kinds[i] == Kind.Merge || kinds[i] == Kind.Substitute) {
                draft.words = draft.words.append(Drafts.ref(encumbered, 2));
            }
            if (kinds[i] == Kind.PledgePortfolio) draft.b = 1 << 16;
            assertRefused(unsigned(draft), reason(Sealed.selector, POOL));
        }
    }

    function test_SignedActsOnAReceiptOfASealedPoolAreRefused() public {
        sealPool();
        bytes memory refusal = reason(Sealed.selector, POOL);
        assertRefused(signed(transfer(receipt, 1, BOB), ALICE, BOB), refusal);
        assertRefused(signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A), refusal);
        assertRefused(signed(release(encumbered, 2), BANK_A), refusal);
        assertRefused(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE), refusal);
        assertRefused(signed(freezing(receipt, 1), COURT), refusal);
    }

    function test_OneSealedPoolRefusesTheWholePortfolio() public {
        uint32 second = POOL + 2;
        open(second, WAREHOUSE, false);
        uint64[] memory both = new uint64[](2);
        both[0] = receipt;
        both[1] = issued(second, ALICE);
        uint64[] memory pledgedBoth = new uint64[](2);
        pledgedBoth[0] = encumbered;
        pledgedBoth[1] = issued(second, ALICE);
        pass(signed(pledge(pledgedBoth[1], 1, BANK_A), ALICE, WAREHOUSE, BANK_A));
        pass(signed(sealing(second, 2), REGISTRAR, COURT));
        bytes memory refusal = reason(Sealed.selector, second);
        assertRefused(signed(portfolioPledge(both, BANK_A), ALICE, WAREHOUSE, BANK_A), refusal);
        assertRefused(signed(portfolioTransfer(both, BOB), ALICE, BOB), refusal);
        assertRefused(signed(portfolioRelease(pledgedBoth), BANK_A), refusal);
        assertRefused(signed(substitution(encumbered, 2, both[1], 1), ALICE, WAREHOUSE, BANK_A), refusal);
        // What is not sealed goes on.
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
    }

    function test_PoolSealedInARelayIsSealedForItsLaterActs() public {
        bytes memory acts = bytes.concat(
            signed(transfer(receipt, 1, BOB), ALICE, BOB),
            signed(sealing(POOL, poolVersion(POOL)), REGISTRAR, COURT),
            signed(transfer(receipt, 2, ALICE), BOB, ALICE)
        );
        assertEq(ledger.relay(acts), 1);
        assertEq(version(receipt), 2);
    }

    function test_ReceiptThatHasEndedIsSaidToHaveEnded() public {
        sealPool();
        assertRefused(
            signed(delivery(ended, 2, 1), ALICE, WAREHOUSE),
            reason(NotOpen.selector, ended, ReceiptWord.DELIVERED)
        );
    }

    function test_PartiesGoOnAfterTheSeal() public {
        sealPool();
        suspend(BOB);
        pass(signed(reinstatement(BOB, 2), REGISTRAR));
        admit(50, PartyWord.HOLDER);
    }

    function sealPool() private {
        pass(signed(sealing(POOL, poolVersion(POOL)), REGISTRAR, COURT));
    }
}
