// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Contract features (ERC-7996)
/// @dev ERC-165 id 0x582de3e7.
interface IERC7996 {
    /// @notice Whether the contract has a feature that no function of it shows.
    /// @param feature The first four bytes of the keccak256 hash of the feature's name.
    function supportsFeature(bytes4 feature) external view returns (bool);
}
