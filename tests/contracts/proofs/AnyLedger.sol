// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {IReceiptsLedger} from "../../../contracts/interfaces/IReceiptsLedger.sol";
import {Kind} from "../../../contracts/Wire.sol";
import {PartyWord} from "../../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";

/// @notice What the prover adds to forge's cheat codes: values that stand for every value.
interface Prover {
    function enableSymbolicStorage(address account) external;
    function createUint(uint256 bits, string memory name) external pure returns (uint256);
    function createAddress(string memory name) external pure returns (address);
    function createBytes(uint256 length, string memory name) external pure returns (bytes memory);
}

/// @title The ledger's own code over any storage whatever, and an act that says anything
/// @notice What is shown here holds wherever a history can lead, because no history is assumed. Run by the prover, not by
/// forge: its functions begin with check_ and refute_.
abstract contract AnyLedger is Test {
    Prover internal constant PROVER = Prover(address(uint160(uint256(keccak256("svm cheat code")))));
    uint256 internal constant EPOCH = 1_577_836_800;
    string private constant CODE = "build/proofs/out/ReceiptsLedger.sol/ReceiptsLedger.json";

    IReceiptsLedger internal ledger;
    address internal sender;
    bool internal allKept = true;
    bool internal isNaming;
    bool internal isSenderSilent;

    /// @dev The code stands at another address than the one that it was created at, where nothing was ever written.
    function setUp() public {
        address created = deployCode(CODE, abi.encode(address(1), bytes32(0), address(0)));
        ledger = IReceiptsLedger(address(0x1ed6e4));
        vm.etch(address(ledger), created.code);
    }

    /// @notice Any state, any day until 2199, any sender.
    function anything() internal {
        PROVER.enableSymbolicStorage(address(ledger));
        uint256 day = PROVER.createUint(16, "day");
        uint256 second = PROVER.createUint(17, "second");
        vm.assume(second < 1 days);
        vm.warp(EPOCH + day * 1 days + second);
        sender = PROVER.createAddress("sender");
        vm.assume(sender != address(0));
        vm.assume(ledger.keyWord(address(0)) == 0);
        if (isSenderSilent) vm.assume(ledger.keyWord(sender) == 0);
    }

    /// @notice An act of this kind with so many words and signatures; all else in it is any.
    /// @dev What the words are is any too, but each way of it has a path of its own: the prover hashes no unknown number.
    function anyAct(Kind kind, uint256 words, uint256 signatures) internal pure returns (bytes memory) {
        uint256 rest = PROVER.createUint(224, "head");
        if (kind == Kind.Deliver) rest = withField(rest, 0, 16, anyUpTo(words, "items"));
        if (kind == Kind.Split) rest = withField(rest, 0, 16, anyUpTo(words / 2, "parts"));
        if (kind == Kind.PledgePortfolio) rest = withField(rest, 16, 16, anyUpTo(words, "receipts"));
        if (kind == Kind.Issue) {
            uint256 receipts = anyUpTo(words / 2, "receipts");
            rest = withField(rest, 48, 56, receipts);
            rest = withField(rest, 0, 48, anyUpTo(words - 2 * receipts, "items"));
        }
        uint256 head = (uint256(kind) << 248) | (signatures << 240) | (words << 224) | rest;
        return abi.encodePacked(head, PROVER.createBytes(32 + 32 * words + 64 * signatures, "rest"));
    }

    function withField(uint256 head, uint256 lowest, uint256 bits, uint256 value)
        private
        pure
        returns (uint256)
    {
        return (head & ~(((1 << bits) - 1) << lowest)) | (value << lowest);
    }

    /// @notice Any number up to `largest`, each on a path of its own.
    function anyUpTo(uint256 largest, string memory name) internal pure returns (uint256 number) {
        uint256 any = PROVER.createUint(8, name);
        for (; number < largest; ++number) {
            if (any == number) return number;
        }
        vm.assume(any == largest);
    }

    // What an act says.

    function headOf(bytes memory act) internal pure returns (uint256 head) {
        assembly ("memory-safe") {
            head := mload(add(act, 0x20))
        }
    }

    function wordOf(bytes memory act, uint256 index) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(act, add(0x60, shl(5, index))))
        }
    }

    // Who says it.

    /// @notice Words of the keys that have signed, and of the sender's.
    function voicesOf(bytes memory act, uint256 words, uint256 signatures)
        internal
        view
        returns (uint256[] memory voices)
    {
        voices = new uint256[](signatures + 1);
        voices[signatures] = ledger.keyWord(sender);
        if (signatures != 0) {
            bytes32 digest = ledger.digestOf(act);
            for (uint256 i = 0; i < signatures; ++i) {
                uint256 r = wordOf(act, words + 2 * i);
                uint256 vs = wordOf(act, words + 2 * i + 1);
                address key = ecrecover(digest, uint8((vs >> 255) + 27), bytes32(r), bytes32((vs << 1) >> 1));
                voices[i] = ledger.keyWord(key);
            }
        }
        for (uint256 i = 0; i <= signatures; ++i) {
            vm.assume(isLawfulKey(voices[i]));
        }
    }

    /// @notice One of the voices is this party's.
    function spoke(uint256[] memory voices, uint256 party) internal pure returns (bool found) {
        for (uint256 i = 0; i < voices.length; ++i) {
            found = either(found, PartyWord.partyOfKey(voices[i]) == party);
        }
    }

    /// @notice A key with any role speaks for a party with a number that fits wherever parties of its roles are written.
    function isLawfulKey(uint256 keyWord) internal pure returns (bool) {
        return isLawfulParty(PartyWord.partyOfKey(keyWord), PartyWord.rolesOfKey(keyWord));
    }

    function isLawfulParty(uint256 party, uint256 roles) internal pure returns (bool) {
        bool fits = both(party != 0, party <= type(uint16).max);
        bool fitsHolder = both(both(roles == PartyWord.HOLDER, party != 0), party <= ReceiptWord.HOLDER_MAX);
        return either(either(fits, fitsHolder), roles == 0);
    }

    // What is to be shown: all of it at once, because each question costs the prover; one by one when something is wrong.

    function holds(bool isKept, string memory law) internal {
        if (isNaming) assertTrue(isKept, law);
        allKept = both(allKept, isKept);
    }

    // Without branches, because each doubles the prover's work.

    function implies(bool condition, bool conclusion) internal pure returns (bool result) {
        assembly ("memory-safe") {
            result := or(iszero(condition), conclusion)
        }
    }

    function either(bool one, bool other) internal pure returns (bool result) {
        assembly ("memory-safe") {
            result := or(one, other)
        }
    }

    function both(bool one, bool other) internal pure returns (bool result) {
        assembly ("memory-safe") {
            result := and(one, other)
        }
    }
}
