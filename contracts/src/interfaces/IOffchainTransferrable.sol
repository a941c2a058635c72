// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Giving a name to another owner (ENSIP-20)
interface IOffchainTransferrable {
    /// @notice Gives a name away.
    /// @param name The name in DNS wire form.
    /// @param owner Who has it.
    /// @param newOwner Who is to have it.
    function transferFrom(bytes calldata name, address owner, address newOwner) external payable;
}
