// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {TestBase} from "./Cheats.sol";

/// @title Answers as a gateway makes them
/// @notice Written from the protocol, not with the library that the resolver uses.
abstract contract Answers is TestBase {
    /// @dev A gateway's answer for one contract, signed by `key`.
    function answer(uint256 key, address target, uint64 expires, bytes memory request, bytes memory result)
        internal
        pure
        returns (bytes memory)
    {
        bytes32 digest = digestOf(target, expires, request, result);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encode(result, expires, bytes.concat(r, s, bytes1(v)));
    }

    function digestOf(address target, uint64 expires, bytes memory request, bytes memory result)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            bytes.concat(
                bytes1(0x19),
                bytes1(0x00),
                bytes20(target),
                bytes8(expires),
                keccak256(request),
                keccak256(result)
            )
        );
    }
}
