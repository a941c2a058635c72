// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Dm3Resolver} from "../src/Dm3Resolver.sol";
import {Dm3ResolverFixture} from "./utils/Dm3ResolverFixture.sol";

/// @notice Gas and sizes, compared with contracts/snapshots. `contracts/check --update` accepts new ones.
contract SnapshotsTest is Dm3ResolverFixture {
    string private constant GROUP = "Dm3Resolver";

    function test_sizes() external {
        vm.snapshotValue(GROUP, "size of the runtime code", address(resolver).code.length);
        vm.snapshotValue(GROUP, "size of the creation code", type(Dm3Resolver).creationCode.length);
        vm.snapshotValue("dev", "size of UniversalResolver", address(universal).code.length);
        vm.snapshotValue("dev", "size of ENSRegistry", address(registry).code.length);
    }

    function test_gasOfReading() external {
        bytes memory request = requestOf(textCall("network.dm3.profile"));
        (bool ok,) = address(resolver).staticcall(request);
        vm.snapshotGasLastCall(GROUP, "resolve, one gateway");
        vm.assertTrue(!ok, "it raises a lookup");

        uint64 expires = uint64(block.timestamp) + LIFETIME;
        bytes memory result = abi.encode(string(new bytes(400)));
        bytes memory response = answer(SIGNER_KEY, address(resolver), expires, request, result);
        resolver.resolveWithProof(response, request);
        vm.snapshotGasLastCall(GROUP, "resolveWithProof, a profile");
    }

    function test_gasOfAdministration() external {
        vm.prank(owner);
        resolver.addSigners(listOf(stranger));
        vm.snapshotGasLastCall(GROUP, "addSigners, one");
        vm.prank(owner);
        resolver.removeSigners(listOf(stranger));
        vm.snapshotGasLastCall(GROUP, "removeSigners, one");
        vm.prank(owner);
        resolver.setGateways(listOf("https://gateway.example"));
        vm.snapshotGasLastCall(GROUP, "setGateways, one");
        vm.prank(owner);
        resolver.setGuardian(guard);
        vm.snapshotGasLastCall(GROUP, "setGuardian");
        vm.prank(owner);
        resolver.setAddressZone(namehash("addr.dm3.eth"), true);
        vm.snapshotGasLastCall(GROUP, "setAddressZone");
    }
}
