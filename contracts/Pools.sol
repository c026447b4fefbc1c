// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Consent, Signers} from "./Consent.sol";
import {refuse} from "./Refusal.sol";
import {Act, Wire} from "./Wire.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";

/// @title Where goods lie
/// @notice OpenPool and Attest. A pool is goods of one kind in one place of one warehouse; always
/// receipted <= attested <= capacity.
abstract contract Pools is Consent {
    using PoolWord for uint256;
    using Wire for Act;

    /// @notice 1 January 2020 UTC, day 0 of every day on this ledger.
    uint256 internal constant EPOCH = 1_577_836_800;

    uint256 internal constant WAREHOUSE_NEEDED = PartyWord.KEY_ACTIVE | (PartyWord.WAREHOUSE << 32);
    uint256 internal constant INSPECTOR_NEEDED = PartyWord.KEY_ACTIVE | (PartyWord.INSPECTOR << 32);

    mapping(uint256 pool => uint256 word) internal _pools;

    function poolWord(uint32 pool) external view returns (uint256) {
        return _pools[pool];
    }

    function _actOpenPool(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 pool = uint32(act.subject());
        refusal = _consent(signers, ANY_PARTY, PartyWord.KEY_ACTIVE | (PartyWord.REGISTRAR << 32));
        if (refusal.length != 0) return refusal;
        refusal = _consent(signers, _warehouseOf(pool), WAREHOUSE_NEEDED);
        if (refusal.length == 0) refusal = _noSurplus(signers);
        if (refusal.length != 0) return refusal;

        if (_pools[pool] != 0) return refuse(PoolExists.selector, pool);
        if (act.a() == 0) return refuse(ZeroQuantity.selector, pool);

        uint256 flags = (act.b() >> 8) & 1 == 1 ? PoolWord.SERIALISED : 0;
        uint256 word = PoolWord.opened(flags, uint8(act.b()), act.a());
        _pools[pool] = word;
        emit PoolOpened(uint32(pool), word, act.commitment);
    }

    function _actAttest(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 pool = uint32(act.subject());
        uint256 word = _pools[pool];
        if (word == 0) return refuse(UnknownPool.selector, pool);
        refusal = _consent(signers, ANY_PARTY, INSPECTOR_NEEDED);
        if (refusal.length == 0) refusal = _noSurplus(signers);
        if (refusal.length != 0) return refusal;

        uint256 quantity = act.a();
        if (quantity > word.capacity()) return refuse(OverCapacity.selector, pool, word.capacity(), quantity);
        if (quantity < word.receipted()) return refuse(BelowReceipted.selector, pool, word.receipted(), quantity);
        uint256 version = word.version();
        if (act.version() != version) return refuse(StaleVersion.selector, pool, act.version(), version);
        if (version == type(uint16).max) return refuse(VersionsExhausted.selector, pool);

        word = word.withAttestation(quantity, _today());
        _pools[pool] = word;
        emit Attested(uint32(pool), word, uint32(_lastParty(signers)), act.commitment);
    }

    function _warehouseOf(uint256 pool) internal pure returns (uint256) {
        return pool >> 16;
    }

    function _today() internal view returns (uint256) {
        return (block.timestamp - EPOCH) / 1 days;
    }
}
