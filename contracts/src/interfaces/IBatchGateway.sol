// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Many lookups in one (ENSIP-21)
interface IBatchGateway {
    /// @notice A lookup, as the contract that wants it has raised it.
    struct Request {
        address sender;
        string[] urls;
        bytes data;
    }

    /// @notice Does the lookups beside each other; one that fails spoils no other.
    /// @return failures Whether each lookup failed.
    /// @return responses What each gateway answered, or `HttpError(uint16,string)`, or `Error(string)`.
    function query(Request[] memory requests)
        external
        view
        returns (bool[] memory failures, bytes[] memory responses);
}
