// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title The name of an address (ENSIP-3)
interface INameResolver {
    /// @notice The primary name of the address whose reverse node this is, empty when it has none.
    function name(bytes32 node) external view returns (string memory);
}
