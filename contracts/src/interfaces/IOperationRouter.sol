// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Writes that are handled elsewhere (ERC-7884)
interface IOperationRouter {
    /// @notice The EIP-712 domain of a write that goes off-chain.
    struct DomainData {
        string name;
        string version;
        uint64 chainId;
        address verifyingContract;
    }

    /// @notice The EIP-712 message of a write that goes off-chain.
    /// @param data The encoded function call.
    /// @param sender Who writes, and signs.
    /// @param expirationTimestamp Unix seconds after which the write counts no more.
    struct MessageData {
        bytes data;
        address sender;
        uint256 expirationTimestamp;
    }

    /// @notice Nobody handles this function.
    error FunctionNotSupported();

    /// @notice Send the call to a contract, perhaps on another chain.
    error OperationHandledOnchain(uint256 chainId, address contractAddress);

    /// @notice Sign the message, and post it to the URL.
    error OperationHandledOffchain(DomainData sender, string url, MessageData data);

    /// @notice Says who handles a write, always by reverting with one of the errors above.
    /// @param encodedFunction The encoded function call.
    function getOperationHandler(bytes calldata encodedFunction) external view;
}
