// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Where the data of a name is kept (ENSIP-16)
interface IOffchainMetadata {
    // As ENSIP-16 has it.
    // slither-disable-start unindexed-event-address

    /// @notice What `metadata` answers for a name is different from now on.
    event MetadataChanged(bytes name, string[] rpcURLs, uint256 chainId, address baseRegistry);

    // slither-disable-end unindexed-event-address

    /// @notice Tells indexers where to look for the events of a name.
    /// @param name The name in DNS wire form.
    /// @return rpcURLs JSON-RPC endpoints that have the events; none where there is no such endpoint.
    /// @return chainId The chain that has the data, 0 when it is on no chain.
    /// @return baseRegistry The contract on that chain that emits the events, zero when there is none.
    function metadata(bytes calldata name)
        external
        view
        returns (string[] memory rpcURLs, uint256 chainId, address baseRegistry);
}
