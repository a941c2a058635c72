// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Registering a name (ENSIP-20)
interface IOffchainRegister {
    /// @param price What a second of the registration costs.
    /// @param available Whether the name can be registered.
    /// @param token What the price is paid in (ERC-7528 or ERC-20).
    /// @param commitTime Seconds between commitment and registration, 0 where there is no commitment.
    /// @param extraData Whatever else the registrar wants to say.
    struct RegisterParams {
        uint256 price;
        bool available;
        address token;
        uint256 commitTime;
        bytes extraData;
    }

    /// @param name The name in DNS wire form.
    /// @param owner Who is to have it.
    /// @param duration For how many seconds.
    /// @param secret What was committed to, where there is a commitment.
    /// @param resolver The contract that this begins at.
    /// @param extraData Whatever else the registrar wants to know.
    struct RegisterRequest {
        bytes name;
        address owner;
        uint256 duration;
        bytes32 secret;
        address resolver;
        bytes extraData;
    }

    /// @notice Tells the terms for a name.
    /// @param name The name in DNS wire form.
    /// @param duration For how many seconds.
    function registerParams(bytes calldata name, uint256 duration)
        external
        view
        returns (RegisterParams memory);

    /// @notice Registers a name.
    function register(RegisterRequest calldata request) external payable;
}
