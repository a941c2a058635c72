// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title The Ethereum address of a name (ENSIP-1)
interface IAddrResolver {
    /// @notice The address of `node`, zero when it has none.
    function addr(bytes32 node) external view returns (address);
}
