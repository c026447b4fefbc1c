// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {Pools} from "./Pools.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Succession} from "./Succession.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {LedgerWord} from "./words/LedgerWord.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";

/// @title Where goods lie
/// @notice OpenPool, Attest, Pause, Resume and Seal.
/// @dev Pause and seal are flags of each pool's word, because issue and pledge read that anyway: one switch for the whole
/// ledger would cost every one of them 2,100 gas for ever.
abstract contract Places is Pools, Succession {
    using LedgerWord for uint256;
    using PoolWord for uint256;

    function _actOpenPool(Act act) internal returns (Refusal refusal) {
        uint256 pool = act.shortSubject();
        uint256 ledgerWord = _ledgerWord;
        if (ledgerWord.isSealing()) return refuse(Sealed.selector, pool);
        refusal = _agreed(
            act, Demand.anyIn(PartyWord.REGISTRAR), Demand.activeIn(PartyWord.WAREHOUSE, _warehouseOf(pool))
        );
        if (refusal.isSome()) return refusal;

        if (_pools[pool] != 0) return refuse(PoolExists.selector, pool);
        if (_hasPredecessor()) {
            (, uint256 inherited) = _askAll(IReceiptsLedger.poolWord.selector, pool);
            if (inherited != 0) return refuse(PoolExists.selector, pool);
            if (!_isPredecessorSealed()) return refuse(PredecessorNotSealed.selector);
        }
        uint256 flags = _flagsIn(act.b());
        if (flags & (PoolWord.SERIALISED | PoolWord.PAGED) == PoolWord.PAGED) {
            return refuse(PagedNotSerialised.selector, pool);
        }
        if (act.a() == 0) return refuse(ZeroQuantity.selector, pool);

        uint256 word = PoolWord.opened(flags, uint8(act.b()), act.a());
        _pools[pool] = word;
        _ledgerWord = ledgerWord.withPool();
        emit PoolOpened(uint32(pool), word, act.commitment());
    }

    function _actAttest(Act act) internal returns (Refusal refusal) {
        uint256 pool = act.shortSubject();
        uint256 word = _pools[pool];
        refusal = _expectPool(pool, word);
        if (refusal.isNone()) refusal = _agreed(act, Demand.anyIn(PartyWord.INSPECTOR));
        if (refusal.isSome()) return refusal;

        uint256 quantity = act.a();
        if (quantity > word.capacity()) {
            return refuse(OverCapacity.selector, pool, word.capacity(), quantity);
        }
        if (quantity < word.receipted()) {
            return refuse(BelowReceipted.selector, pool, word.receipted(), quantity);
        }
        refusal = _expectPoolVersion(act, pool, word);
        if (refusal.isSome()) return refusal;

        word = word.withAttestation(quantity, _today());
        _pools[pool] = word;
        emit Attested(uint32(pool), word, uint32(_lastParty(act)), act.commitment());
    }

    /// @notice From now on nothing is issued into the pool or pledged in it. Every exit stays open.
    function _actPause(Act act) internal returns (Refusal refusal) {
        uint256 pool = act.shortSubject();
        uint256 word = _pools[pool];
        refusal = _expectPool(pool, word);
        if (refusal.isNone()) refusal = _agreed(act, Demand.anyIn(PartyWord.GUARDIAN));
        if (refusal.isSome()) return refusal;
        if (word.isPaused()) return refuse(Paused.selector, pool);
        refusal = _expectPoolVersion(act, pool, word);
        if (refusal.isSome()) return refusal;

        word = word.withFlag(PoolWord.PAUSED);
        _pools[pool] = word;
        emit PoolPaused(uint32(pool), word, act.commitment());
    }

    /// @notice Whoever can stop business cannot set it going again.
    function _actResume(Act act) internal returns (Refusal refusal) {
        uint256 pool = act.shortSubject();
        uint256 word = _pools[pool];
        refusal = _expectPool(pool, word);
        if (refusal.isNone()) refusal = _agreed(act, Demand.anyIn(PartyWord.REGISTRAR));
        if (refusal.isSome()) return refusal;
        if (!word.isPaused()) return refuse(NotPaused.selector, pool);
        refusal = _expectPoolVersion(act, pool, word);
        if (refusal.isSome()) return refusal;

        word = word.withoutFlag(PoolWord.PAUSED);
        _pools[pool] = word;
        emit PoolResumed(uint32(pool), word, act.commitment());
    }

    /// @notice The pool and its receipts stop here for ever. When all have, the next ledger takes them over.
    function _actSeal(Act act) internal returns (Refusal refusal) {
        uint256 pool = act.shortSubject();
        uint256 word = _pools[pool];
        refusal = _expectPool(pool, word);
        if (refusal.isNone()) {
            refusal = _agreed(act, Demand.anyIn(PartyWord.REGISTRAR), Demand.anyIn(PartyWord.AUTHORITY));
        }
        if (refusal.isNone()) refusal = _expectPoolVersion(act, pool, word);
        if (refusal.isSome()) return refusal;

        word = word.withFlag(PoolWord.SEALED);
        _pools[pool] = word;
        _ledgerWord = _ledgerWord.withPoolSealed();
        emit PoolSealed(uint32(pool), word, act.commitment());
    }

    function _expectPool(uint256 pool, uint256 word) private pure returns (Refusal refusal) {
        if (word == 0) return refuse(UnknownPool.selector, pool);
        if (word.isSealed()) return refuse(Sealed.selector, pool);
    }

    function _expectPoolVersion(Act act, uint256 pool, uint256 word) private pure returns (Refusal refusal) {
        uint256 version = word.version();
        if (act.version() != version) return refuse(StaleVersion.selector, pool, act.version(), version);
        if (version == type(uint16).max) return refuse(VersionsExhausted.selector, pool);
    }

    /// @dev As in the wire form: serialised, paged, bonded, not negotiable from bit 8 on.
    function _flagsIn(uint256 b) private pure returns (uint256) {
        return (((b >> 8) & 7) << 1) | (((b >> 11) & 1) * PoolWord.NON_NEGOTIABLE);
    }
}
