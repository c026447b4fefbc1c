// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {Receipts} from "./Receipts.sol";
import {Statements} from "./Statements.sol";
import {Act, Kind} from "./Wire.sol";
import {LedgerWord} from "./words/LedgerWord.sol";
import {PoolWord} from "./words/PoolWord.sol";

/// @title What the predecessor hands down
/// @notice A pool or a receipt comes over when an act first names it, and nobody has to agree: nothing changes but the
/// ledger that it is on.
abstract contract Imports is Receipts {
    /// @notice Brings over what the act names and the predecessor has.
    /// @return brought False when there was nothing to bring.
    function _bringOver(Act act) internal returns (bool brought) {
        // Once all is sealed here too, the next ledger relies on it that nothing changes any more.
        if (!_isPredecessorSealed() || LedgerWord.isWhollySealed(_ledgerWord)) return false;
        uint256 kind = act.kind();
        if (_isOnPool(kind)) return _bringPool(act.shortSubject());
        brought = _bringReceipt(act.subject());
        uint256 refs = _refCount(act, kind);
        for (uint256 i = 0; i < refs; ++i) {
            (uint256 receiptId,) = act.ref(i);
            if (_bringReceipt(receiptId)) brought = true;
        }
    }

    function _bringPool(uint256 pool) private returns (bool) {
        if (_pools[pool] != 0) return false;
        (, uint256 word) = _askAll(IReceiptsLedger.poolWord.selector, pool);
        if (word == 0) return false;
        word = PoolWord.handedDown(word);
        _pools[pool] = word;
        _ledgerWord = LedgerWord.withPool(_ledgerWord);
        emit PoolBroughtOver(uint32(pool), word);
        return true;
    }

    function _bringReceipt(uint256 receiptId) private returns (bool brought) {
        brought = _bringPool(receiptId >> 32);
        if (_receipt(receiptId) != 0) return brought;
        (address ledger, uint256 word) = _askAll(IReceiptsLedger.receiptWord.selector, receiptId);
        if (word == 0) return brought;
        _put(receiptId, word);
        uint256 items = _ask(ledger, IReceiptsLedger.itemCount.selector, receiptId);
        if (items != 0) _itemCount[receiptId] = items;
        emit ReceiptBroughtOver(uint64(receiptId), uint128(word));
        return true;
    }

    function _refCount(Act act, uint256 kind) private pure returns (uint256) {
        if (kind == uint256(Kind.PledgePortfolio)) return Statements.refCount(act);
        if (kind == uint256(Kind.ReleasePortfolio) || kind == uint256(Kind.TransferPortfolio)) {
            return act.wordCount();
        }
        return kind == uint256(Kind.Merge) || kind == uint256(Kind.Substitute) ? 1 : 0;
    }

    function _isOnPool(uint256 kind) private pure returns (bool) {
        return kind == uint256(Kind.Attest) || kind == uint256(Kind.Pause) || kind == uint256(Kind.Resume)
            || kind == uint256(Kind.Seal);
    }
}
