// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Wildcard resolution (ENSIP-10)
/// @dev ERC-165 id 0x9061b923.
interface IExtendedResolver {
    /// @notice Answers a resolver function for a name that the registry need not know.
    /// @param name The name in DNS wire form.
    /// @param data The call of the resolver function; its first argument is the namehash of `name`.
    /// @return What the resolver function returns, ABI encoded.
    function resolve(bytes calldata name, bytes calldata data) external view returns (bytes memory);
}
