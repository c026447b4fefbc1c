// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../../contracts/Wire.sol";
import {PoolWord} from "../../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {AnyLedger} from "./AnyLedger.sol";

/// @title What no act does to any receipt
/// @notice One receipt, its pool, and one document are looked at before and after an act; since each is any, what is found
/// is true of all.
abstract contract ReceiptLaws is AnyLedger {
    using ReceiptWord for uint256;

    /// @dev Where the ledger's keys of a party stand.
    uint256 private constant KEYS_OF_SLOT = 2;

    /// @dev Above them is nothing, so that a pool which would fall short fails instead of borrowing there.
    uint256 private constant POOL_BITS = 248;

    struct Case {
        Kind kind;
        uint256 receiptId;
        uint256 word;
        uint256 nextWord;
        uint256 pool;
        uint256 nextPool;
        uint256 use;
        uint256 nextUse;
        uint256[] voices;
        bytes act;
        bool isNamed;
    }

    /// @notice An act of this kind, if it is carried out at all, breaks no law.
    function obeys(Kind kind, uint256 words, uint256 signatures) internal {
        Case memory seen;
        anything();
        seen.kind = kind;
        seen.act = anyAct(kind, words, signatures);
        seen.voices = voicesOf(seen.act, words, signatures);
        seen.receiptId = PROVER.createUint(64, "receipt");
        seen.word = ledger.receiptWord(uint64(seen.receiptId));
        seen.pool = ledger.poolWord(uint32(seen.receiptId >> 32));
        bytes32 document = bytes32(PROVER.createUint(256, "document"));
        seen.use = ledger.subjectOfDocument(document);
        vm.assume(isLawful(seen.receiptId, seen.word, seen.pool));
        if (kind == Kind.Issue) assumeLawfulHolder(seen.act);
        if (isFromAnother(kind)) assumeLawfulSubject(seen.act);
        if (isOnParty(kind)) assumeFewKeys(seen.act);

        vm.prank(sender);
        ledger.execute(seen.act);

        seen.nextWord = ledger.receiptWord(uint64(seen.receiptId));
        seen.nextPool = ledger.poolWord(uint32(seen.receiptId >> 32));
        seen.nextUse = ledger.subjectOfDocument(document);
        seen.isNamed = names(kind, seen.act, seen.receiptId);
        holdsOf(seen);
        if (allKept) return;
        isNaming = true;
        holdsOf(seen);
    }

    /// @notice As `obeys`, when the sender's key speaks for nobody.
    /// @dev The ways in which the sender can be one of those who agree would multiply with the many ways of these acts. That
    /// they are the same for all kinds, the code of consent shows; what they are, the kinds with fewer ways do.
    function obeysOutsider(Kind kind, uint256 words, uint256 signatures) internal {
        isSenderSilent = true;
        obeys(kind, words, signatures);
    }

    function holdsOf(Case memory seen) private {
        bool changed = seen.nextWord != seen.word;
        bool isOld = seen.word != 0;
        holds(isLawful(seen.receiptId, seen.nextWord, seen.nextPool), "the books of a pool still agree");
        holds(either(seen.use == 0, seen.nextUse == seen.use), "a document is used once");
        holds(implies(changed, seen.isNamed), "an act changes only what it names");
        holdsOfPool(seen);
        holdsOfNew(seen, both(changed, !isOld));
        holdsOfChange(seen, both(changed, isOld));
        holdsOfPledge(seen, both(changed, isOld));
    }

    /// @notice No item is put into a receipt while it is in one.
    function leavesItems(uint256 words, uint256 signatures) internal {
        anything();
        bytes memory act = anyAct(Kind.Issue, words, signatures);
        bytes32 item = bytes32(PROVER.createUint(256, "item"));
        uint256 place = ledger.receiptOfItem(item);
        vm.assume(place != 0);
        ledger.execute(act);
        assertTrue(ledger.receiptOfItem(item) == place, "an item is receipted once");
    }

    /// @notice Fails when such an act can change a receipt, so that what is said above is not said of nothing.
    function changesNothing(Kind kind, uint256 words, uint256 signatures) internal {
        anything();
        bytes memory act = anyAct(kind, words, signatures);
        uint64 receiptId = uint64(PROVER.createUint(64, "receipt"));
        uint256 word = ledger.receiptWord(receiptId);
        ledger.execute(act);
        assertEq(ledger.receiptWord(receiptId), word, "a receipt has changed");
    }

    /// @notice What is true of every stored word. It is assumed before an act and proved after it.
    function isLawful(uint256 receiptId, uint256 word, uint256 pool) private pure returns (bool) {
        bool numbered =
            either(word == 0, both(uint32(receiptId) < PoolWord.nextSerial(pool), receiptId >> 48 != 0));
        bool secured = word.isEncumbered() == (word.pledgee() != 0);
        bool covered = both(
            PoolWord.receipted(pool) <= PoolWord.attested(pool),
            PoolWord.attested(pool) <= PoolWord.capacity(pool)
        );
        return both(both(numbered, secured), both(covered, pool >> POOL_BITS == 0));
    }

    /// @dev Holders of new receipts sign nothing, so they are not among the voices.
    function assumeLawfulHolder(bytes memory act) private view {
        uint256 holder = uint32(wordOf(act, 0) >> 96);
        vm.assume(either(holder <= ReceiptWord.HOLDER_MAX, ledger.partyWord(uint32(holder)) == 0));
    }

    /// @dev What comes from another receipt is as lawful as that.
    function assumeLawfulSubject(bytes memory act) private view {
        uint256 subject = uint64(headOf(act) >> 104);
        uint256 word = ledger.receiptWord(uint64(subject));
        vm.assume(isLawful(subject, word, ledger.poolWord(uint32(subject >> 32))));
    }

    function isFromAnother(Kind kind) private pure returns (bool) {
        return kind == Kind.Split || kind == Kind.Replace;
    }

    function isOnParty(Kind kind) private pure returns (bool) {
        return kind < Kind.OpenPool || (kind >= Kind.Recover && kind <= Kind.CompleteRecovery);
    }

    /// @dev What is done to one key of a party is done to all, and the prover follows each.
    function assumeFewKeys(bytes memory act) private view {
        bytes32 keys = keccak256(abi.encode(uint32(headOf(act) >> 104), KEYS_OF_SLOT));
        vm.assume(uint256(vm.load(address(ledger), keys)) <= 2);
    }

    function holdsOfPool(Case memory seen) private {
        (uint256 pool, uint256 next) = (seen.pool, seen.nextPool);
        if (seen.kind == Kind.OpenPool) {
            holds(either(pool == 0, next == pool), "a pool is opened once");
            return;
        }
        holds(PoolWord.capacity(next) == PoolWord.capacity(pool), "a capacity stays");
        holds(PoolWord.nextSerial(next) >= PoolWord.nextSerial(pool), "a number is given once");
        if (seen.kind == Kind.Attest) return;
        holds(PoolWord.attested(next) <= PoolWord.attested(pool), "stock is attested by counting it");
    }

    function holdsOfNew(Case memory seen, bool isNew) private {
        (uint256 next, uint256[] memory voices) = (seen.nextWord, seen.voices);
        bool fromAnother = isFromAnother(seen.kind);
        holds(
            either(!isNew, fromAnother || seen.kind == Kind.Issue),
            "receipts come by issue, split or replacement"
        );
        holds(implies(isNew, both(next.isOpen(), next.version() == 1)), "a new receipt is new");
        holds(implies(isNew, spoke(voices, seen.receiptId >> 48)), "a new receipt is its warehouse's");
        if (fromAnother) return;
        holds(implies(isNew, !next.isEncumbered()), "a receipt is issued free");
        holds(implies(isNew, !PoolWord.isPaused(seen.pool)), "nothing is issued in a paused pool");
    }

    function holdsOfChange(Case memory seen, bool changed) private {
        (uint256 word, uint256 next, uint256[] memory voices) = (seen.word, seen.nextWord, seen.voices);
        bool lost = seen.kind == Kind.WriteDown;
        bool byHolder = spoke(voices, word.holder());
        bool byPledgee = spoke(voices, word.pledgee());
        bool enforced = both(both(seen.kind == Kind.Enforce, word.isInDefault()), byPledgee);
        bool moved = both(changed, next.holder() != word.holder());
        bool shrunk = both(changed, next.quantity() != word.quantity());
        holds(implies(changed, word.isOpen()), "what has ended stays as it is");
        holds(implies(changed, next.version() == word.version() + 1), "every change has its version");
        holds(implies(moved, either(byHolder, enforced)), "no receipt leaves its holder unasked");
        holds(implies(moved, spoke(voices, next.holder())), "no receipt comes to a holder unasked");
        holds(implies(either(moved, shrunk), !word.isHeld()), "what is frozen or on paper stays where it is");
        bool endorsed = both(moved, seen.kind != Kind.Enforce);
        holds(
            implies(endorsed, !PoolWord.isNonNegotiable(seen.pool)), "what is made out to a person stays his"
        );
        holds(
            implies(shrunk, either(seen.kind == Kind.Merge, next.quantity() < word.quantity())),
            "goods come from nowhere"
        );
        holds(implies(shrunk, either(lost, byHolder)), "no goods go without their holder");
        holds(
            implies(both(shrunk, word.isEncumbered()), either(lost, byPledgee)),
            "no pledged goods go without their pledgee"
        );
    }

    function holdsOfPledge(Case memory seen, bool changed) private {
        (uint256 word, uint256 next, uint256[] memory voices) = (seen.word, seen.nextWord, seen.voices);
        bool ended = both(changed, both(word.isEncumbered(), !next.isEncumbered()));
        bool passed = both(changed, both(word.isEncumbered(), next.isEncumbered()));
        passed = both(passed, next.pledgee() != word.pledgee());
        bool begun = both(changed, both(!word.isEncumbered(), next.isEncumbered()));
        bool lost = both(seen.kind == Kind.WriteDown, next.quantity() == 0);
        holds(implies(passed, seen.kind == Kind.AssignPledge), "nothing is pledged twice");
        holds(
            implies(either(ended, passed), either(lost, spoke(voices, word.pledgee()))),
            "no pledge goes without its pledgee"
        );
        holds(implies(either(begun, passed), spoke(voices, next.pledgee())), "a pledgee agrees to be one");
        holds(implies(begun, spoke(voices, word.holder())), "nothing is pledged without its holder");
        holds(implies(begun, spoke(voices, seen.receiptId >> 48)), "nothing is pledged without its warehouse");
        holds(implies(begun, word.isPledgeable()), "nothing is pledged that is frozen, on paper or claimed");
        holds(implies(begun, !PoolWord.isPaused(seen.pool)), "nothing is pledged in a paused pool");
    }

    /// @notice True when the act says that it is about this receipt.
    function names(Kind kind, bytes memory act, uint256 receiptId) private pure returns (bool found) {
        uint256 head = headOf(act);
        uint256 subject = uint64(head >> 104);
        uint256 pool = (subject >> 32) << 32;
        unchecked {
            if (kind == Kind.Issue) return receiptId - subject < uint56(head >> 48);
            if (kind < Kind.Issue || kind >= Kind.Recover) return false;
            found = receiptId == subject;
            if (kind == Kind.Merge || kind == Kind.Substitute) {
                return either(found, receiptId == refIn(act, 0));
            }
            if (kind == Kind.Replace) return either(found, receiptId == (pool | uint32(head)));
            if (kind == Kind.Split) {
                return either(found, receiptId - (pool | uint32(head >> 16)) < uint16(head));
            }
        }
        bool pledging = kind == Kind.PledgePortfolio;
        if (!pledging && kind != Kind.ReleasePortfolio && kind != Kind.TransferPortfolio) return found;
        for (uint256 i = 0; i < uint16(head >> 224); ++i) {
            bool isRef = either(!pledging, i < uint16(head >> 16));
            found = either(found, both(isRef, refIn(act, i) == receiptId));
        }
    }

    function refIn(bytes memory act, uint256 index) private pure returns (uint256) {
        return uint64(wordOf(act, index) >> 16);
    }
}
