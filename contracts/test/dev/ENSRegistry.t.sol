// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ENSRegistry} from "../../src/dev/ENSRegistry.sol";
import {IENSRegistry} from "../../src/interfaces/IENSRegistry.sol";
import {Cheats} from "../utils/Cheats.sol";
import {EnsFixture} from "../utils/EnsFixture.sol";

contract ENSRegistryTest is EnsFixture {
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);
    bytes32 private constant ETH_LABEL = keccak256("eth");

    bytes32 private immutable eth = namehash("eth");

    function test_theRootsOwnerIsWhereTheOneOnMainnetHasIt() external {
        vm.assertEq(ROOT_OWNER_SLOT, keccak256(abi.encode(bytes32(0), uint256(0))), "slot");
        vm.assertEq(registry.owner(0), address(this), "written from outside");
        vm.assertEq(new ENSRegistry(ALICE).owner(0), ALICE, "written by the constructor");
    }

    function test_aNodeIsGivenAwayByItsParent() external {
        vm.expectEmit(address(registry));
        emit IENSRegistry.NewOwner(0, ETH_LABEL, ALICE);
        vm.assertEq(registry.setSubnodeOwner(0, ETH_LABEL, ALICE), eth, "node");
        vm.assertEq(registry.owner(eth), ALICE, "owner");
        vm.assertTrue(registry.recordExists(eth), "exists");
        vm.assertTrue(!registry.recordExists(namehash("com")), "another does not");
    }

    function test_itsOwnerSetsWhatItHas() external {
        registry.setSubnodeOwner(0, ETH_LABEL, ALICE);

        vm.expectEmit(address(registry));
        emit IENSRegistry.NewResolver(eth, BOB);
        vm.prank(ALICE);
        registry.setResolver(eth, BOB);
        vm.assertEq(registry.resolver(eth), BOB, "resolver");

        vm.expectEmit(address(registry));
        emit IENSRegistry.NewTTL(eth, 60);
        vm.prank(ALICE);
        registry.setTTL(eth, 60);
        vm.assertEq(registry.ttl(eth), 60, "ttl");

        vm.expectEmit(address(registry));
        emit IENSRegistry.Transfer(eth, BOB);
        vm.prank(ALICE);
        registry.setOwner(eth, BOB);
        vm.assertEq(registry.owner(eth), BOB, "owner");
    }

    function test_everythingAtOnceSaysOnlyWhatIsDifferent() external {
        registry.setSubnodeRecord(0, ETH_LABEL, ALICE, BOB, 60);
        vm.assertEq(registry.owner(eth), ALICE, "owner");
        vm.assertEq(registry.resolver(eth), BOB, "resolver");
        vm.assertEq(registry.ttl(eth), 60, "ttl");

        vm.recordLogs();
        vm.prank(ALICE);
        registry.setRecord(eth, BOB, BOB, 61);
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2, "events");
        vm.assertEq(logs[0].topics[0], IENSRegistry.Transfer.selector, "transfer");
        vm.assertEq(logs[1].topics[0], IENSRegistry.NewTTL.selector, "ttl");
    }

    function test_anOperatorActsForAllNodesOfAnOwner() external {
        registry.setSubnodeOwner(0, ETH_LABEL, ALICE);
        vm.expectEmit(address(registry));
        emit IENSRegistry.ApprovalForAll(ALICE, BOB, true);
        vm.prank(ALICE);
        registry.setApprovalForAll(BOB, true);
        vm.assertTrue(registry.isApprovedForAll(ALICE, BOB), "approved");
        vm.prank(BOB);
        registry.setResolver(eth, BOB);
        vm.assertEq(registry.resolver(eth), BOB, "resolver");
    }

    function testFuzz_nobodyElseSetsAnything(address caller) external {
        vm.assume(caller != ALICE);
        registry.setSubnodeOwner(0, ETH_LABEL, ALICE);
        bytes[] memory calls = new bytes[](6);
        calls[0] = abi.encodeCall(registry.setOwner, (eth, caller));
        calls[1] = abi.encodeCall(registry.setResolver, (eth, caller));
        calls[2] = abi.encodeCall(registry.setTTL, (eth, 1));
        calls[3] = abi.encodeCall(registry.setRecord, (eth, caller, caller, 1));
        calls[4] = abi.encodeCall(registry.setSubnodeOwner, (eth, ETH_LABEL, caller));
        calls[5] = abi.encodeCall(registry.setSubnodeRecord, (eth, ETH_LABEL, caller, caller, 1));
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool ok, bytes memory errorData) = address(registry).call(calls[i]);
            vm.assertTrue(!ok, "allowed");
            bytes memory expected = abi.encodeWithSelector(ENSRegistry.Unauthorised.selector, eth, caller);
            vm.assertEq(errorData, expected, "error");
        }
    }
}
