// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title What a gateway signs
library SignedAnswer {
    /// @notice The digest of an answer, in the form of EIP-191 version 0 (data with an intended validator).
    /// @param resolver The contract that is to accept the answer, and no other does.
    /// @param expires Until when, in unix seconds.
    /// @param request The question as it went to the gateway.
    /// @param result What the resolver function returns, ABI encoded.
    function digest(address resolver, uint64 expires, bytes memory request, bytes memory result)
        internal
        pure
        returns (bytes32)
    {
        return
            keccak256(abi.encodePacked(hex"1900", resolver, expires, keccak256(request), keccak256(result)));
    }
}
