// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../contracts/Wire.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract ConsentTest is LedgerTest {
    using Drafts for *;
    using ReceiptWord for uint256;

    uint256 private constant HALF_OF_CURVE_ORDER =
        0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;
    uint32 private constant NEWCOMER = 50;

    uint64 private receipt;
    uint64 private encumbered;
    uint64 private frozen;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
        encumbered = pledged();
        frozen = issued(POOL, ALICE);
        freeze(frozen);
    }

    // The consent matrix, row by row: each act passes with the signatures of its row, and with none less.

    function test_IssueTakesWarehouseAndInspector() public {
        takes(issue(POOL, nextSerial(POOL), ALICE), WAREHOUSE, INSPECTOR);
    }

    function test_TransferTakesHolderAndTransferee() public {
        takes(transfer(receipt, 1, BOB), ALICE, BOB);
    }

    function test_PledgeTakesHolderWarehouseAndLender() public {
        takes(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A);
    }

    function test_PortfolioPledgeTakesHolderWarehouseAndLender() public {
        takes(portfolioPledge(run(receipt, 1, 1), BANK_A), ALICE, WAREHOUSE, BANK_A);
    }

    function test_ReleaseTakesThePledgee() public {
        takes(release(encumbered, 2), BANK_A);
    }

    function test_PortfolioReleaseTakesThePledgee() public {
        takes(portfolioRelease(run(encumbered, 1, 1)), BANK_A);
    }

    function test_AssignmentTakesPledgeeAndNewPledgee() public {
        takes(assignment(encumbered, 2, BANK_B), BANK_A, BANK_B);
    }

    function test_DefaultTakesThePledgee() public {
        warpTo(DUE + 1);
        takes(default_(encumbered, 2), BANK_A);
    }

    function test_CureTakesThePledgee() public {
        takes(cure(inDefault(), 3, STORED_UNTIL), BANK_A);
    }

    function test_EnforcementTakesPledgeeAndTransferee() public {
        takes(enforcement(afterNotice(), 3, BOB), BANK_A, BOB);
    }

    function test_EnforcementByThePledgeeForItselfTakesItAlone() public {
        uint64 own = issued(POOL, ALICE);
        pass(signed(pledge(own, 1, TRADING_BANK), ALICE, WAREHOUSE, TRADING_BANK));
        warpTo(DUE + 1);
        pass(signed(default_(own, 2), TRADING_BANK));
        warpTo(DUE + 1 + NOTICE_DAYS + 1);
        uint32[7] memory others = [NOBODY, BANK_A, OTHER_WAREHOUSE, ALICE, BOB, REGISTRAR, COURT];
        isRefused(unsigned(enforcement(own, 3, TRADING_BANK)));
        for (uint256 i = 0; i < others.length; ++i) {
            isRefused(signed(enforcement(own, 3, TRADING_BANK), others[i]));
        }
        pass(signed(enforcement(own, 3, TRADING_BANK), TRADING_BANK));
    }

    function test_DeliveryOfGoodsInDefaultTakesHolderWarehouseAndPledgee() public {
        takes(delivery(inDefault(), 3, 1), ALICE, WAREHOUSE, BANK_A);
    }

    function test_ReleaseInDefaultTakesThePledgee() public {
        takes(release(inDefault(), 3), BANK_A);
    }

    function test_DeliveryTakesHolderAndWarehouse() public {
        takes(delivery(receipt, 1, 1), ALICE, WAREHOUSE);
    }

    function test_DeliveryOfPledgedGoodsTakesHolderWarehouseAndPledgee() public {
        takes(delivery(encumbered, 2, 1), ALICE, WAREHOUSE, BANK_A);
    }

    function test_FreezeTakesAnAuthority() public {
        takes(freezing(receipt, 1), COURT);
    }

    function test_UnfreezeTakesAnAuthority() public {
        takes(unfreezing(frozen, 2), COURT);
    }

    function test_AttestationTakesAnInspector() public {
        takes(attestation(POOL, 2, ATTESTED), INSPECTOR);
    }

    function test_PoolTakesRegistrarAndWarehouse() public {
        takes(opening(POOL + 9, false), REGISTRAR, WAREHOUSE);
    }

    function test_AdmissionTakesRegistrarAndNewKey() public {
        takes(admission(NEWCOMER, PartyWord.LENDER, vm.addr(keyOf(NEWCOMER))), REGISTRAR, NEWCOMER);
    }

    function test_BindingTakesRegistrarAndParty() public {
        takes(binding(BANK_A, 1, vm.addr(keyOf(NEWCOMER))), REGISTRAR, BANK_A);
    }

    function test_RevocationTakesParty() public {
        takes(revocation(BANK_A, 1, vm.addr(keyOf(BANK_A))), BANK_A);
    }

    function test_RevocationTakesRegistrar() public {
        takes(revocation(BANK_A, 1, vm.addr(keyOf(BANK_A))), REGISTRAR);
    }

    function test_SuspensionTakesRegistrar() public {
        takes(suspension(BANK_A, 1), REGISTRAR);
    }

    function test_ReinstatementTakesRegistrar() public {
        suspend(BANK_A);
        takes(reinstatement(BANK_A, 2), REGISTRAR);
    }

    // What a signature is.

    function test_SignatureOfOtherContentIsOfAnUnknownKey() public {
        bytes memory other = signature(transfer(receipt, 1, TRADING_BANK), keyOf(ALICE));
        Draft memory draft = transfer(receipt, 1, BOB);
        address stranger = ecrecoverCompact(draft, other);
        assertRefused(
            draft.encode(bytes.concat(other, signature(draft, keyOf(BOB)))),
            reason(UnknownKey.selector, uint160(stranger))
        );
    }

    function test_SignatureForAnotherLedgerIsOfAnUnknownKey() public {
        bytes memory act = signed(transfer(receipt, 1, BOB), ALICE, BOB);
        vm.chainId(block.chainid + 1);
        assertEq(ledger.relay(act), 1);
        assertEq(word(receipt).holder(), ALICE);
    }

    function test_FreezeCannotPassForUnfreeze() public {
        Draft memory draft = unfreezing(frozen, 2);
        Draft memory other = freezing(frozen, 2);
        address stranger = ecrecoverCompact(draft, signature(other, keyOf(COURT)));
        assertRefused(
            draft.encode(signature(other, keyOf(COURT))), reason(UnknownKey.selector, uint160(stranger))
        );
    }

    function test_HighSIsNoSignature() public {
        Draft memory draft = release(encumbered, 2);
        bytes memory high = abi.encodePacked(bytes32(uint256(1)), bytes32(HALF_OF_CURVE_ORDER + 1));
        assertRefused(draft.encode(high), reason(BadSignature.selector, 0));
    }

    function test_HighestLowSIsASignatureOfNobody() public {
        Draft memory draft = release(encumbered, 2);
        bytes memory low = abi.encodePacked(bytes32(uint256(1)), bytes32(HALF_OF_CURVE_ORDER));
        address stranger = ecrecoverCompact(draft, low);
        assertTrue(stranger != address(0));
        assertRefused(draft.encode(low), reason(UnknownKey.selector, uint160(stranger)));
    }

    function test_ZerosAreNoSignature() public {
        assertRefused(release(encumbered, 2).encode(new bytes(64)), reason(BadSignature.selector, 0));
    }

    function test_BadSignatureIsNamedByItsPlace() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        bytes memory good = bytes.concat(signature(draft, keyOf(ALICE)), signature(draft, keyOf(WAREHOUSE)));
        assertRefused(draft.encode(bytes.concat(good, new bytes(64))), reason(BadSignature.selector, 2));
    }

    function test_BadSignatureIsRefusedEvenIfTheSenderWouldDo() public {
        bytes memory act = release(encumbered, 2).encode(new bytes(64));
        assertRefusedFrom(vm.addr(keyOf(BANK_A)), act, reason(BadSignature.selector, 0));
    }

    function test_SignaturesOutOfOrderAreRefused() public {
        assertRefused(
            signed(pledge(receipt, 1, BANK_A), WAREHOUSE, ALICE, BANK_A),
            reason(MissingConsent.selector, ALICE, 0)
        );
    }

    function test_SurplusSignatureIsRefused() public {
        assertRefused(signed(release(encumbered, 2), BANK_A, BANK_A), reason(SurplusSignature.selector, 1));
        assertRefused(
            signed(transfer(receipt, 1, BOB), ALICE, BOB, BOB), reason(SurplusSignature.selector, 1)
        );
    }

    function test_SignaturesGivenTwiceAreTooMany() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        bytes memory three = bytes.concat(
            signature(draft, keyOf(ALICE)),
            signature(draft, keyOf(WAREHOUSE)),
            signature(draft, keyOf(BANK_A))
        );
        bytes memory six = bytes.concat(three, three);
        assertRefused(draft.encode(six), reason(SurplusSignature.selector, 3));
    }

    // One signature for two roles, and the sender's.

    function test_HolderWhoIsTheWarehouseSignsOnce() public {
        uint64 own = issued(TRADING_POOL, TRADING_WAREHOUSE);
        pass(signed(pledge(own, 1, BANK_A), TRADING_WAREHOUSE, BANK_A));
    }

    function test_HolderWhoIsTheWarehouseMaySignTwice() public {
        uint64 own = issued(TRADING_POOL, TRADING_WAREHOUSE);
        pass(signed(pledge(own, 1, BANK_A), TRADING_WAREHOUSE, TRADING_WAREHOUSE, BANK_A));
    }

    function test_SenderCountsAsOneMoreSignature() public {
        bytes memory act = signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE);
        vm.prank(vm.addr(keyOf(BANK_A)));
        ledger.execute(act);
        assertEq(word(receipt).pledgee(), BANK_A);
    }

    function test_SenderMayStandForTheFirstSignature() public {
        bytes memory act = signed(pledge(receipt, 1, BANK_A), WAREHOUSE, BANK_A);
        vm.prank(vm.addr(keyOf(ALICE)));
        assertEq(ledger.relay(act), 0);
    }

    function test_SenderAloneReleases() public {
        vm.prank(vm.addr(keyOf(BANK_A)));
        ledger.execute(unsigned(release(encumbered, 2)));
        assertFalse(word(encumbered).isEncumbered());
    }

    function test_SenderCannotStandForAnotherParty() public {
        assertRefusedFrom(
            vm.addr(keyOf(BANK_B)),
            unsigned(release(encumbered, 2)),
            reason(MissingConsent.selector, BANK_A, 0)
        );
    }

    function test_SuspendedSenderIsNoConsent() public {
        suspend(ALICE);
        assertRefusedFrom(
            vm.addr(keyOf(ALICE)),
            signed(pledge(receipt, 1, BANK_A), WAREHOUSE, BANK_A),
            reason(MissingConsent.selector, ALICE, 0)
        );
    }

    function test_SenderAndSignatureOfOnePartyAreOneTooMany() public {
        assertRefusedFrom(
            vm.addr(keyOf(BANK_A)),
            signed(release(encumbered, 2), BANK_A, BANK_A),
            reason(SurplusSignature.selector, 1)
        );
    }

    function test_SenderWhoCountsIsTheInspector() public {
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Attested(POOL, ledger.poolWord(POOL) + (1 << 16), INSPECTOR, TERMS);
        vm.prank(vm.addr(keyOf(INSPECTOR)));
        ledger.execute(unsigned(attestation(POOL, 2, ATTESTED)));
    }

    function takes(Draft memory draft, uint32 first) private {
        uint32[] memory row = new uint32[](1);
        row[0] = first;
        takesRow(draft, row);
    }

    function takes(Draft memory draft, uint32 first, uint32 second) private {
        uint32[] memory row = new uint32[](2);
        (row[0], row[1]) = (first, second);
        takesRow(draft, row);
    }

    function takes(Draft memory draft, uint32 first, uint32 second, uint32 third) private {
        uint32[] memory row = new uint32[](3);
        (row[0], row[1], row[2]) = (first, second, third);
        takesRow(draft, row);
    }

    function takesRow(Draft memory draft, uint32[] memory row) private {
        uint32[7] memory others = [NOBODY, TRADING_BANK, OTHER_WAREHOUSE, BANK_B, BOB, REGISTRAR, COURT];
        for (uint256 i = 0; i < row.length; ++i) {
            bytes memory fewer;
            for (uint256 j = 0; j < row.length; ++j) {
                if (j != i) fewer = bytes.concat(fewer, signature(draft, keyOf(row[j])));
            }
            isRefused(draft.encode(fewer));
            for (uint256 k = 0; k < others.length; ++k) {
                // The registrar and a court may be what the row asks for.
                if (others[k] == row[i] || alsoInRole(draft.kind, others[k], row[i])) continue;
                bytes memory changed;
                for (uint256 j = 0; j < row.length; ++j) {
                    changed = bytes.concat(changed, signature(draft, keyOf(j == i ? others[k] : row[j])));
                }
                isRefused(draft.encode(changed));
            }
        }
        bytes memory all;
        for (uint256 j = 0; j < row.length; ++j) {
            all = bytes.concat(all, signature(draft, keyOf(row[j])));
        }
        pass(draft.encode(all));
    }

    /// @notice A key is revoked by its party or by the registrar: each stands for the other.
    function alsoInRole(Kind kind, uint32 other, uint32 asked) private pure returns (bool) {
        return kind == Kind.RevokeKey && other == REGISTRAR && asked == BANK_A;
    }

    function isRefused(bytes memory act) private {
        vm.prank(RELAYER);
        assertEq(ledger.relay(act), 1, "an act without all its signatures has passed");
    }

    function ecrecoverCompact(Draft memory draft, bytes memory compact) private view returns (address) {
        (bytes32 r, bytes32 vs) = abi.decode(compact, (bytes32, bytes32));
        bytes32 digest = ledger.digestOf(draft.encode(""));
        return ecrecover(digest, uint8(uint256(vs) >> 255) + 27, r, (vs << 1) >> 1);
    }
}
