// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title The text records of a name (ENSIP-5)
interface ITextResolver {
    /// @notice The text record of `node` under `key`, empty when it has none.
    function text(bytes32 node, string calldata key) external view returns (string memory);
}
