// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title The addresses of a name (ENSIP-9)
interface IAddressResolver {
    /// @notice The address of `node` on a chain, in its binary form, empty when it has none.
    function addr(bytes32 node, uint256 coinType) external view returns (bytes memory);
}
