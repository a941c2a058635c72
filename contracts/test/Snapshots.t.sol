// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Dm3Resolver} from "../src/Dm3Resolver.sol";
import {AddressNamesFixture} from "./utils/AddressNamesFixture.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @notice Gas and sizes, compared with contracts/snapshots. `contracts/check --update` accepts new ones.
contract SnapshotsTest is AddressNamesFixture {
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

    function test_gasOfReadingAddressNames() external {
        resolver.resolve(wire(nameOf(alice)), addrCall(alice));
        vm.snapshotGasLastCall(GROUP, "resolve, the address of an address name");

        bytes memory record = abi.encode(signedRecord(ALICE_KEY, profileOf('"one.dm3.eth","two.dm3.eth"')));
        says(ask(alice, textOf(alice, "network.dm3.profile")), record);
        vm.snapshotGasLastCall(GROUP, "resolveWithProof, the profile of an address name");

        bytes[] memory calls = new bytes[](30);
        bytes[] memory entries = new bytes[](30);
        for (uint256 i = 0; i < calls.length; ++i) {
            calls[i] = textOf(alice, LibString.toString(i));
            entries[i] = abi.encode(string(new bytes(100)));
        }
        (calls[0], entries[0]) = (textOf(alice, "network.dm3.profile"), record);
        (calls[1], entries[1]) = (addrCall(alice), abi.encode(alice));
        (calls[2], entries[2]) = (coinCall(alice, 0x80002105), addressBytes(alice));
        says(ask(alice, many(calls)), abi.encode(entries));
        vm.snapshotGasLastCall(GROUP, "resolveWithProof, 30 records of an address name");
    }

    /// @dev The most that one record can cost without code at the address: names as long as the record.
    function test_gasOfTheLongestProfile() external {
        string memory services = LibString.slice(LibString.repeat(',"a"', 1950), 1);
        bytes memory record = abi.encode(signedRecord(ALICE_KEY, profileOf(services)));
        says(ask(alice, textOf(alice, "network.dm3.profile")), record);
        vm.snapshotGasLastCall(GROUP, "resolveWithProof, a profile of 8 KB of an address name");
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
        resolver.setAddressZone(namehash("another.eth"), true);
        vm.snapshotGasLastCall(GROUP, "setAddressZone");
    }
}
