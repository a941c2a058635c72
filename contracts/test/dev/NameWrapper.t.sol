// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {NameWrapper} from "../../src/dev/NameWrapper.sol";
import {EnsFixture} from "../utils/EnsFixture.sol";

contract NameWrapperTest is EnsFixture {
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);
    address private constant RESOLVER = address(0x7e50);
    uint32 private constant CANNOT_SET_RESOLVER = 8;
    uint32 private constant CANNOT_CREATE_SUBDOMAIN = 32;

    NameWrapper private wrapper;
    bytes32 private immutable node = namehash("wrapped.eth");

    function setUp() public override {
        super.setUp();
        wrapper = new NameWrapper(registry);
        setResolver("wrapped.eth", address(0));
        registry.setApprovalForAll(address(wrapper), true);
    }

    function test_aWrappedNameIsTheWrappersInTheRegistryAndItsOwnersHere() external {
        wrapper.wrap(node, ALICE, 0);
        vm.assertEq(registry.owner(node), address(wrapper), "in the registry");
        vm.assertEq(wrapper.ownerOf(uint256(node)), ALICE, "here");
        vm.assertTrue(wrapper.canModifyName(node, ALICE), "its owner");
        vm.assertTrue(!wrapper.canModifyName(node, BOB), "nobody else");
        vm.assertTrue(!wrapper.canModifyName(namehash("other.eth"), address(0)), "nobody's name is nobody's");
    }

    function test_onlyTheOwnerAndItsOperatorsSetTheResolver() external {
        wrapper.wrap(node, ALICE, 0);
        vm.expectRevert(abi.encodeWithSelector(NameWrapper.Unauthorised.selector, node, BOB));
        vm.prank(BOB);
        wrapper.setResolver(node, RESOLVER);
        vm.prank(ALICE);
        wrapper.setApprovalForAll(BOB, true);
        vm.prank(BOB);
        wrapper.setResolver(node, RESOLVER);
        vm.assertEq(registry.resolver(node), RESOLVER, "resolver");
    }

    function test_namesBelowAreWrappedToo() external {
        wrapper.wrap(node, ALICE, 0);
        vm.prank(ALICE);
        bytes32 below = wrapper.setSubnodeRecord(node, "user", BOB, RESOLVER, 0, 0, 0);
        vm.assertEq(below, namehash("user.wrapped.eth"), "node");
        vm.assertEq(registry.resolver(below), RESOLVER, "resolver");
        vm.assertEq(wrapper.ownerOf(uint256(below)), BOB, "owner");
    }

    function test_whatWasGivenUpIsProhibited() external {
        wrapper.wrap(node, ALICE, CANNOT_SET_RESOLVER | CANNOT_CREATE_SUBDOMAIN);
        bytes memory prohibited = abi.encodeWithSelector(NameWrapper.OperationProhibited.selector, node);
        vm.expectRevert(prohibited);
        vm.prank(ALICE);
        wrapper.setResolver(node, RESOLVER);
        vm.expectRevert(prohibited);
        vm.prank(ALICE);
        wrapper.setSubnodeRecord(node, "user", BOB, RESOLVER, 0, 0, 0);
    }

    function test_onlyItsOwnerWrapsAName() external {
        vm.expectRevert(abi.encodeWithSelector(NameWrapper.Unauthorised.selector, node, ALICE));
        vm.prank(ALICE);
        wrapper.wrap(node, ALICE, 0);
    }
}
