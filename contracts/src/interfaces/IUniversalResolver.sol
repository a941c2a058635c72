// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title The one entrance to ENS (ENSIP-23)
/// @notice With what the deployed one has beyond the standard, where clients call it.
interface IUniversalResolver {
    /// @param name The name in DNS wire form.
    /// @param offset Where in `name` the part begins that has the resolver in the registry.
    /// @param node The namehash of `name`.
    /// @param resolver Whom to ask.
    /// @param extended Whether the resolver has `resolve` (ENSIP-10).
    struct ResolverInfo {
        bytes name;
        uint256 offset;
        bytes32 node;
        address resolver;
        bool extended;
    }

    /// @notice Nobody answers for the name.
    error ResolverNotFound(bytes name);

    /// @notice What should answer for the name has no code.
    error ResolverNotContract(bytes name, address resolver);

    /// @notice The resolver has no such function.
    error UnsupportedResolverProfile(bytes4 selector);

    /// @notice The resolver failed with this error.
    error ResolverError(bytes errorData);

    /// @notice The address's primary name does not resolve to the address.
    error ReverseAddressMismatch(string primary, bytes primaryAddress);

    /// @notice The resolver's gateway answered with this HTTP status.
    error HttpError(uint16 status, string message);

    /// @notice An address must have at least a byte.
    error EmptyAddress();

    /// @notice The batch gateway answered more or fewer lookups than it was asked.
    error InvalidBatchGatewayResponse();

    /// @notice Walks the registry from the name upward, without looking at what it finds.
    /// @param name The name in DNS wire form.
    /// @return resolver The first resolver found, zero when there is none.
    /// @return node The namehash of `name`.
    /// @return offset Where in `name` the part begins that has the resolver.
    function findResolver(bytes memory name)
        external
        view
        returns (address resolver, bytes32 node, uint256 offset);

    /// @notice The resolver that answers for the name; reverts when there is none.
    /// @param name The name in DNS wire form.
    function requireResolver(bytes memory name) external view returns (ResolverInfo memory info);

    /// @notice Answers a resolver function for a name.
    /// @param name The name in DNS wire form.
    /// @param data The call of the resolver function, or of `multicall(bytes[])` with many of them. An entry
    /// that cannot be answered holds its error then, recognisable because its length is no multiple of 32.
    /// @return result What the resolver function returns, ABI encoded.
    /// @return resolver Who answered.
    function resolve(bytes calldata name, bytes calldata data)
        external
        view
        returns (bytes memory result, address resolver);

    /// @notice The same through batch gateways (ENSIP-21) of the caller's choice.
    function resolveWithGateways(bytes calldata name, bytes calldata data, string[] memory gateways)
        external
        view
        returns (bytes memory result, address resolver);

    /// @notice The primary name of an address (ENSIP-19), checked to resolve to the address.
    /// @param lookupAddress The address in its binary form.
    /// @param coinType The chain it is an address of (ENSIP-9, ENSIP-11).
    /// @return primary The name, empty when there is none.
    /// @return resolver Who answered for the name.
    /// @return reverseResolver Who answered for the address.
    function reverse(bytes calldata lookupAddress, uint256 coinType)
        external
        view
        returns (string memory primary, address resolver, address reverseResolver);

    /// @notice The same through batch gateways (ENSIP-21) of the caller's choice.
    function reverseWithGateways(bytes calldata lookupAddress, uint256 coinType, string[] memory gateways)
        external
        view
        returns (string memory primary, address resolver, address reverseResolver);
}
