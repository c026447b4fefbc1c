// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

// What forge tries with some words, the prover shows for all of them.
import {PartyWordTest, PoolWordTest, ReceiptWordTest} from "../Words.t.sol";
