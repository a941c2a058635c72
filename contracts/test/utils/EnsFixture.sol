// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {ENSRegistry} from "../../src/dev/ENSRegistry.sol";
import {UniversalResolver} from "../../src/dev/UniversalResolver.sol";
import {DnsName} from "../../src/libraries/DnsName.sol";
import {CcipClient} from "./CcipClient.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @title A chain with ENS on it
/// @notice Set up as the development chain is: runtime code at the addresses that clients know, no
/// constructor run.
abstract contract EnsFixture is CcipClient {
    ENSRegistry internal constant registry = ENSRegistry(0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e);
    UniversalResolver internal constant universal =
        UniversalResolver(0xeEeEEEeE14D718C2B47D9923Deab1335E144EeEe);

    /// @dev Where the registry keeps the owner of the root.
    bytes32 internal constant ROOT_OWNER_SLOT =
        0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5;

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        vm.etch(address(registry), type(ENSRegistry).runtimeCode);
        vm.etch(address(universal), type(UniversalResolver).runtimeCode);
        vm.store(address(registry), ROOT_OWNER_SLOT, bytes32(uint256(uint160(address(this)))));
    }

    /// @dev Makes the test the owner of the name, and of all above it, and sets its resolver.
    function setResolver(string memory name, address resolver) internal {
        string[] memory labels = LibString.split(name, ".");
        bytes32 node;
        for (uint256 i = labels.length; i > 0; --i) {
            node = registry.setSubnodeOwner(node, keccak256(bytes(labels[i - 1])), address(this));
        }
        registry.setResolver(node, resolver);
    }

    function wire(string memory name) internal pure returns (bytes memory) {
        return DnsName.encode(name);
    }

    function namehash(string memory name) internal pure returns (bytes32 node) {
        string[] memory labels = LibString.split(name, ".");
        for (uint256 i = labels.length; i > 0; --i) {
            node = keccak256(abi.encodePacked(node, keccak256(bytes(labels[i - 1]))));
        }
    }
}
