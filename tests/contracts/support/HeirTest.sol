// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReceiptsLedger} from "../../../contracts/interfaces/IReceiptsLedger.sol";
import {PartyWord} from "../../../contracts/words/PartyWord.sol";
import {Draft, Drafts, NewReceipt} from "./Draft.sol";
import {LedgerTest} from "./LedgerTest.sol";

/// @title A ledger with a past, and the one that comes after it
abstract contract HeirTest is LedgerTest {
    using Drafts for *;

    /// @notice Bundles with dense numbers, named by page.
    uint32 internal constant BUNDLES = (WAREHOUSE << 16) | 3;
    uint32 internal constant WATCH = 13;
    bytes32 internal constant COIL_A = "coil a";
    bytes32 internal constant COIL_B = "coil b";
    bytes32 internal constant COIL_C = "coil c";
    bytes32 internal constant PAGE = "page";

    IReceiptsLedger internal old;
    uint32[] internal pools = [POOL, COILS, BUNDLES, OTHER_POOL, TRADING_POOL];
    uint32[] internal cast = [
        WAREHOUSE,
        OTHER_WAREHOUSE,
        TRADING_WAREHOUSE,
        INSPECTOR,
        ALICE,
        BOB,
        BANK_A,
        BANK_B,
        TRADING_BANK,
        COURT,
        WATCH
    ];

    uint64 internal receipt;
    uint64 internal neighbour;
    uint64 internal encumbered;
    uint64 internal frozen;
    uint64 internal claimed;
    uint64 internal onPaper;
    uint64 internal ended;
    uint64 internal elsewhere;
    uint64 internal cancellable;
    uint64 internal coils;
    uint64 internal bundles;

    function setUp() public virtual override {
        super.setUp();
        admit(WATCH, PartyWord.GUARDIAN);
        Draft memory paged = opening(BUNDLES, true);
        paged.b |= 512;
        pass(signed(paged, REGISTRAR, WAREHOUSE));
        pass(signed(attestation(BUNDLES, 1, ATTESTED), INSPECTOR));
        receipt = issued(POOL, ALICE);
        neighbour = issued(POOL, ALICE);
        encumbered = issued(POOL, ALICE);
        Draft memory draft = pledge(encumbered, 1, BANK_A);
        draft.words = draft.words.append("invoice");
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
        frozen = issued(POOL, ALICE);
        freeze(frozen);
        claimed = issued(POOL, ALICE);
        pass(signed(claimNote(claimed, 1), WAREHOUSE));
        onPaper = issued(POOL, ALICE);
        pass(signed(toPaper(onPaper, 1), ALICE, WAREHOUSE));
        ended = issued(POOL, ALICE);
        pass(signed(delivery(ended, 1, QUANTITY), ALICE, WAREHOUSE));
        elsewhere = issued(OTHER_POOL, ALICE);
        cancellable = issued(TRADING_POOL, TRADING_WAREHOUSE);
        coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        bundles = issuedBundles(0xf);
        old = ledger;
    }

    function sealPools() internal {
        for (uint256 i = 0; i < pools.length; ++i) {
            sealPool(pools[i]);
        }
    }

    function sealPool(uint32 pool) internal {
        pass(signed(sealing(pool, poolVersion(pool)), REGISTRAR, COURT));
    }

    /// @notice Another ledger, on which everybody is admitted, takes over from the present one.
    function succeed() internal {
        IReceiptsLedger predecessor = ledger;
        ledger = deploy(address(predecessor));
        for (uint256 i = 0; i < cast.length; ++i) {
            admit(cast[i], uint16(predecessor.partyWord(cast[i])));
        }
    }

    /// @notice An act that nobody has signed, so that all it does is to name the receipt.
    function touch(uint64 receiptId) internal {
        assertEq(ledger.relay(unsigned(invalidation(receiptId, 1))), 1);
    }

    /// @notice Refused, though what it names comes over and stays.
    function expectRefusal(bytes memory act, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        ledger.execute(act);
    }

    function issuedBundles(uint256 items) internal returns (uint64) {
        Draft memory draft = issueBundles(items);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        return draft.subject;
    }

    function issueBundles(uint256 items) internal view returns (Draft memory draft) {
        NewReceipt[] memory receipts = new NewReceipt[](1);
        receipts[0] = newReceipt(ALICE, QUANTITY);
        receipts[0].itemCount = 2;
        draft = issueOf(BUNDLES, nextSerial(BUNDLES), receipts);
        draft.b = 2;
        draft.words = draft.words.append(PAGE).append(bytes32(items));
    }

    function coilDelivery(uint64 receiptId, uint16 version_, bytes32 a, bytes32 b, bytes32 c)
        internal
        view
        returns (Draft memory draft)
    {
        draft = delivery(receiptId, version_, QUANTITY);
        draft.b = 3;
        draft.words = draft.words.append(a).append(b).append(c);
    }

    function bundleDelivery(uint64 receiptId, uint16 version_, uint64 quantity, uint256 items)
        internal
        view
        returns (Draft memory draft)
    {
        draft = delivery(receiptId, version_, quantity);
        draft.b = 2;
        draft.words = draft.words.append(PAGE).append(bytes32(items));
    }
}
