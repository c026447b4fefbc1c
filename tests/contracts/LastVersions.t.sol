// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

/// @notice A version that went round would make every act that was ever signed good once more.
contract LastVersionsTest is LedgerTest {
    uint16 private constant LAST = type(uint16).max;
    uint32 private constant SPARE = 60;
    uint256 private constant PARTIES_AT = 0;
    uint256 private constant POOLS_AT = 3;

    address private spare = vm.addr(keyOf(SPARE));

    function test_ReinstatementOfTheLastVersionIsRefused() public {
        suspend(BANK_A);
        wearParty(BANK_A);
        refuseParty(signed(reinstatement(BANK_A, LAST), REGISTRAR));
    }

    function test_KeyIsNotBoundAtTheLastVersion() public {
        wearParty(BANK_A);
        refuseParty(signed(binding(BANK_A, LAST, spare), REGISTRAR, BANK_A));
    }

    function test_KeyIsNotRevokedAtTheLastVersion() public {
        wearParty(BANK_A);
        refuseParty(signed(revocation(BANK_A, LAST, vm.addr(keyOf(BANK_A))), BANK_A));
    }

    function test_RecoveryOfTheLastVersionIsRefused() public {
        wearParty(BANK_A);
        refuseParty(signed(recovery(BANK_A, LAST, spare), REGISTRAR, COURT, SPARE));
    }

    function test_VetoAndEndOfTheLastVersionAreRefused() public {
        pass(signed(recovery(BANK_A, 1, spare), REGISTRAR, COURT, SPARE));
        wearParty(BANK_A);
        refuseParty(signed(recoveryVeto(BANK_A, LAST), BANK_A));
        warpTo(TODAY + 31);
        refuseParty(signed(recoveryEnd(BANK_A, LAST, spare), SPARE));
    }

    function test_PauseOfTheLastVersionIsRefused() public {
        uint32 guardian = 30;
        admit(guardian, 128);
        wearPool();
        refusePool(signed(pausing(POOL, LAST), guardian));
    }

    function test_ResumptionOfTheLastVersionIsRefused() public {
        uint32 guardian = 30;
        admit(guardian, 128);
        pass(signed(pausing(POOL, poolVersion(POOL)), guardian));
        wearPool();
        refusePool(signed(resumption(POOL, LAST), REGISTRAR));
    }

    function test_SealOfTheLastVersionIsRefused() public {
        wearPool();
        refusePool(signed(sealing(POOL, LAST), REGISTRAR, COURT));
    }

    function test_PartDeliveryOfTheLastVersionIsRefused() public {
        uint64 receipt = issued(POOL, ALICE);
        wear(receipt, ReceiptWord.VERSION_MAX);
        assertRefused(
            signed(delivery(receipt, version(receipt), 1), ALICE, WAREHOUSE),
            reason(VersionsExhausted.selector, receipt)
        );
    }

    function test_OneLastVersionRefusesTheWholeRelease() public {
        uint64[] memory receipts = run(issuedMany(POOL, ALICE, 2), 2, 1);
        pass(signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A));
        wear(receipts[1], ReceiptWord.VERSION_MAX);
        assertRefused(
            signed(portfolioRelease(receipts), BANK_A), reason(VersionsExhausted.selector, receipts[1])
        );
    }

    function refuseParty(bytes memory act) private {
        assertRefused(act, reason(VersionsExhausted.selector, BANK_A));
    }

    function refusePool(bytes memory act) private {
        assertRefused(act, reason(VersionsExhausted.selector, POOL));
    }

    /// @notice A party as after thousands of acts.
    function wearParty(uint32 party) private {
        bytes32 slot = keccak256(abi.encode(uint256(party), PARTIES_AT));
        vm.store(address(ledger), slot, bytes32(ledger.partyWord(party) | (uint256(LAST) << 25)));
    }

    /// @notice The pool as after thousands of acts.
    function wearPool() private {
        bytes32 slot = keccak256(abi.encode(uint256(POOL), POOLS_AT));
        vm.store(address(ledger), slot, bytes32(ledger.poolWord(POOL) | (uint256(LAST) << 16)));
    }
}
