// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Many resolver functions in one call (ENSIP-22)
interface IMulticallable {
    /// @notice Does the calls one after the other.
    /// @return What each of them returns, ABI encoded.
    function multicall(bytes[] calldata calls) external view returns (bytes[] memory);
}
