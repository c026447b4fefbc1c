// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Consent} from "./Consent.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";

/// @title Where goods lie
/// @notice OpenPool and Attest. A pool is goods of one kind in one place of one warehouse; always
/// receipted <= attested <= capacity.
abstract contract Pools is Consent {
    using PoolWord for uint256;

    /// @notice 1 January 2020 UTC, day 0 of every day on this ledger.
    uint256 internal constant EPOCH = 1_577_836_800;

    mapping(uint256 pool => uint256 word) internal _pools;

    function poolWord(uint32 pool) external view returns (uint256) {
        return _pools[pool];
    }

    function _actOpenPool(Act act) internal returns (Refusal refusal) {
        uint256 pool = act.shortSubject();
        refusal = _agreed(
            act, Demand.anyIn(PartyWord.REGISTRAR), Demand.activeIn(PartyWord.WAREHOUSE, _warehouseOf(pool))
        );
        if (refusal.isSome()) return refusal;

        if (_pools[pool] != 0) return refuse(PoolExists.selector, pool);
        if (act.a() == 0) return refuse(ZeroQuantity.selector, pool);

        uint256 flags = (act.b() >> 8) & 1 == 1 ? PoolWord.SERIALISED : 0;
        uint256 word = PoolWord.opened(flags, uint8(act.b()), act.a());
        _pools[pool] = word;
        emit PoolOpened(uint32(pool), word, act.commitment());
    }

    function _actAttest(Act act) internal returns (Refusal refusal) {
        uint256 pool = act.shortSubject();
        uint256 word = _pools[pool];
        if (word == 0) return refuse(UnknownPool.selector, pool);
        refusal = _agreed(act, Demand.anyIn(PartyWord.INSPECTOR));
        if (refusal.isSome()) return refusal;

        uint256 quantity = act.a();
        if (quantity > word.capacity()) {
            return refuse(OverCapacity.selector, pool, word.capacity(), quantity);
        }
        if (quantity < word.receipted()) {
            return refuse(BelowReceipted.selector, pool, word.receipted(), quantity);
        }
        uint256 version = word.version();
        if (act.version() != version) return refuse(StaleVersion.selector, pool, act.version(), version);
        if (version == type(uint16).max) return refuse(VersionsExhausted.selector, pool);

        word = word.withAttestation(quantity, _today());
        _pools[pool] = word;
        emit Attested(uint32(pool), word, uint32(_lastParty(act)), act.commitment());
    }

    function _warehouseOf(uint256 pool) internal pure returns (uint256) {
        return pool >> 16;
    }

    function _today() internal view returns (uint256) {
        unchecked {
            return (block.timestamp - EPOCH) / 1 days;
        }
    }
}
