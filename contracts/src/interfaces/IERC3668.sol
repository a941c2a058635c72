// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title CCIP read (ERC-3668)
/// @notice What a contract says when the answer has to be fetched from outside of the chain.
interface IERC3668 {
    /// @notice Asks the client to fetch, then to call back. It is no failure.
    /// @param sender The contract that asks; clients refuse it from any other than the one they called.
    /// @param urls Templates, tried in order. One with `{data}` is fetched with GET, any other with POST.
    /// @param callData What to ask the gateway.
    /// @param callbackFunction The function of `sender` that takes `(bytes response, bytes extraData)`.
    /// @param extraData Handed to the callback as it is.
    error OffchainLookup(
        address sender, string[] urls, bytes callData, bytes4 callbackFunction, bytes extraData
    );
}
