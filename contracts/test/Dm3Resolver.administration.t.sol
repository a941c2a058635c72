// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Dm3Resolver} from "../src/Dm3Resolver.sol";
import {IDm3Resolver} from "../src/interfaces/IDm3Resolver.sol";
import {Cheats} from "./utils/Cheats.sol";
import {Dm3ResolverFixture} from "./utils/Dm3ResolverFixture.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @notice Who may change what, and what is said about it.
contract Dm3ResolverAdministrationTest is Dm3ResolverFixture {
    uint256 private constant NEXT_KEY = 0x4e33;

    address private immutable next = vm.addr(NEXT_KEY);
    bytes32 private constant ZONE = keccak256("a node");

    // Deployment

    function test_theConstructorSetsAndTellsEverything() external {
        vm.recordLogs();
        Dm3Resolver made = new Dm3Resolver(owner, listOf(GATEWAY, DOWN), listOf(signer, next));
        vm.assertEq(made.owner(), owner, "owner");
        vm.assertEq(made.pendingOwner(), address(0), "pending owner");
        vm.assertEq(made.guardian(), address(0), "guardian");
        vm.assertEq(made.gateways(), listOf(GATEWAY, DOWN), "gateways");
        vm.assertTrue(made.isSigner(signer) && made.isSigner(next), "signers");

        Cheats.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 4, "events");
        vm.assertEq(logs[0].topics[0], Ownable.OwnershipTransferred.selector, "owner event");
        vm.assertEq(logs[1].topics[0], IDm3Resolver.GatewaysSet.selector, "gateways event");
        vm.assertEq(logs[2].topics[0], IDm3Resolver.SignerAdded.selector, "signer event");
        vm.assertEq(logs[3].topics[0], IDm3Resolver.SignerAdded.selector, "signer event");
    }

    function test_aResolverNeedsAnOwnerAGatewayAndASigner() external {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableInvalidOwner.selector, address(0)));
        new Dm3Resolver(address(0), listOf(GATEWAY), listOf(signer));
        vm.expectRevert(IDm3Resolver.NoGateways.selector);
        new Dm3Resolver(owner, new string[](0), listOf(signer));
        vm.expectRevert(IDm3Resolver.NoSigners.selector);
        new Dm3Resolver(owner, listOf(GATEWAY), new address[](0));
        vm.expectRevert(abi.encodeWithSelector(IDm3Resolver.InvalidGateway.selector, "gw.example"));
        new Dm3Resolver(owner, listOf("gw.example"), listOf(signer));
        vm.expectRevert(IDm3Resolver.ZeroSigner.selector);
        new Dm3Resolver(owner, listOf(GATEWAY), listOf(address(0)));
    }

    // Gateways

    function test_theOwnerReplacesTheGateways() external {
        string[] memory list = listOf("https://one.example", "https://two.example");
        vm.expectEmit(address(resolver));
        emit IDm3Resolver.GatewaysSet(list);
        vm.prank(owner);
        resolver.setGateways(list);
        vm.assertEq(resolver.gateways(), list, "two");

        vm.prank(owner);
        resolver.setGateways(listOf("https://three.example"));
        vm.assertEq(resolver.gateways(), listOf("https://three.example"), "one");
    }

    function test_gatewaysThatCannotWorkAreRefused() external {
        vm.prank(owner);
        vm.expectRevert(IDm3Resolver.NoGateways.selector);
        resolver.setGateways(new string[](0));

        string memory slashed = "https://two.example/";
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IDm3Resolver.InvalidGateway.selector, slashed));
        resolver.setGateways(listOf("https://one.example", slashed));
        vm.assertEq(resolver.gateways(), listOf(GATEWAY), "unchanged");
    }

    // Signers

    function test_aSignerIsAnnouncedOnceHoweverOftenItIsAdded() external {
        vm.recordLogs();
        vm.prank(owner);
        resolver.addSigners(listOf(next, next));
        vm.prank(owner);
        resolver.addSigners(listOf(signer, next));
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1, "events");
        vm.assertEq(logs[0].topics[0], IDm3Resolver.SignerAdded.selector, "event");
        vm.assertEq(logs[0].topics[1], bytes32(uint256(uint160(next))), "signer");
    }

    function test_aSignerIsGoneOnceHoweverOftenItIsRemoved() external {
        vm.recordLogs();
        vm.prank(owner);
        resolver.removeSigners(listOf(signer, signer));
        vm.prank(owner);
        resolver.removeSigners(listOf(signer, next));
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1, "events");
        vm.assertEq(logs[0].topics[0], IDm3Resolver.SignerRemoved.selector, "event");
        vm.assertEq(logs[0].topics[1], bytes32(uint256(uint160(signer))), "signer");
    }

    function test_signersThatCannotSignAreRefused() external {
        vm.prank(owner);
        vm.expectRevert(IDm3Resolver.NoSigners.selector);
        resolver.addSigners(new address[](0));

        vm.prank(owner);
        vm.expectRevert(IDm3Resolver.ZeroSigner.selector);
        resolver.addSigners(listOf(next, address(0)));
        vm.assertTrue(!resolver.isSigner(next), "nothing of a refused list is kept");
    }

    function test_aKeyIsRotatedWithoutAMomentInWhichAnswersFail() external {
        vm.assertTrue(accepts(SIGNER_KEY) && !accepts(NEXT_KEY), "before");
        vm.prank(owner);
        resolver.addSigners(listOf(next));
        vm.assertTrue(accepts(SIGNER_KEY) && accepts(NEXT_KEY), "overlap");
        vm.prank(owner);
        resolver.removeSigners(listOf(signer));
        vm.assertTrue(!accepts(SIGNER_KEY) && accepts(NEXT_KEY), "after");
    }

    function test_aRemovedSignerCanComeBack() external {
        vm.prank(owner);
        resolver.removeSigners(listOf(signer));
        vm.prank(owner);
        resolver.addSigners(listOf(signer));
        vm.assertTrue(accepts(SIGNER_KEY), "accepted again");
    }

    function test_withoutSignersEveryAnswerIsRefused() external {
        vm.prank(owner);
        resolver.removeSigners(listOf(signer));
        vm.assertTrue(!accepts(SIGNER_KEY), "refused");
    }

    function testFuzz_aSignerIsWhoWasAddedAndNotRemoved(address[] calldata added, address[] calldata removed)
        external
    {
        vm.assume(added.length > 0);
        for (uint256 i = 0; i < added.length; ++i) {
            vm.assume(added[i] != address(0));
        }
        vm.prank(owner);
        resolver.addSigners(added);
        vm.prank(owner);
        resolver.removeSigners(removed);
        for (uint256 i = 0; i < added.length; ++i) {
            vm.assertEq(resolver.isSigner(added[i]), !contains(removed, added[i]), "signer");
        }
    }

    // The guardian

    function test_theOwnerSetsTheGuardian() external {
        vm.expectEmit(address(resolver));
        emit IDm3Resolver.GuardianSet(guard);
        vm.prank(owner);
        resolver.setGuardian(guard);
        vm.assertEq(resolver.guardian(), guard, "guardian");
    }

    function test_theGuardianRemovesSigners() external {
        setGuardian();
        vm.prank(guard);
        resolver.removeSigners(listOf(signer));
        vm.assertTrue(!accepts(SIGNER_KEY), "refused");
    }

    function test_theGuardianDoesNothingElse() external {
        setGuardian();
        nobodyButTheOwner(guard);
    }

    function test_aFormerGuardianRemovesNobody() external {
        setGuardian();
        vm.prank(owner);
        resolver.setGuardian(address(0));
        vm.prank(guard);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, guard));
        resolver.removeSigners(listOf(signer));
    }

    // Address zones

    function test_theOwnerMarksAndUnmarksAddressZones() external {
        vm.assertTrue(!resolver.isAddressZone(ZONE), "before");
        vm.expectEmit(address(resolver));
        emit IDm3Resolver.AddressZoneSet(ZONE, true);
        vm.prank(owner);
        resolver.setAddressZone(ZONE, true);
        vm.assertTrue(resolver.isAddressZone(ZONE), "marked");

        vm.expectEmit(address(resolver));
        emit IDm3Resolver.AddressZoneSet(ZONE, false);
        vm.prank(owner);
        resolver.setAddressZone(ZONE, false);
        vm.assertTrue(!resolver.isAddressZone(ZONE), "unmarked");
    }

    function testFuzz_zonesAreIndependent(bytes32 one, bytes32 two) external {
        vm.assume(one != two);
        vm.prank(owner);
        resolver.setAddressZone(one, true);
        vm.assertTrue(resolver.isAddressZone(one) && !resolver.isAddressZone(two), "zones");
    }

    // Access and ownership

    function testFuzz_nobodyButTheOwnerChangesAnything(address caller) external {
        vm.assume(caller != owner && caller != address(0));
        nobodyButTheOwner(caller);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        resolver.removeSigners(listOf(signer));
    }

    function test_aSignerChangesNothing() external {
        nobodyButTheOwner(signer);
    }

    function test_ownershipChangesHandsInTwoSteps() external {
        vm.expectEmit(address(resolver));
        emit Ownable2Step.OwnershipTransferStarted(owner, stranger);
        vm.prank(owner);
        resolver.transferOwnership(stranger);
        vm.assertEq(resolver.owner(), owner, "still the old one");
        vm.assertEq(resolver.pendingOwner(), stranger, "pending");
        nobodyButTheOwner(stranger);

        vm.expectEmit(address(resolver));
        emit Ownable.OwnershipTransferred(owner, stranger);
        vm.prank(stranger);
        resolver.acceptOwnership();
        vm.assertEq(resolver.owner(), stranger, "the new one");
        vm.assertEq(resolver.pendingOwner(), address(0), "nobody pending");
        vm.prank(stranger);
        resolver.setGuardian(guard);
    }

    function test_onlyThePendingOwnerAccepts() external {
        vm.prank(owner);
        resolver.transferOwnership(stranger);
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, owner));
        resolver.acceptOwnership();
    }

    function test_aTransferCanBeTakenBack() external {
        vm.prank(owner);
        resolver.transferOwnership(stranger);
        vm.prank(owner);
        resolver.transferOwnership(address(0));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        resolver.acceptOwnership();
    }

    function test_renouncingFreezesEverythingButTheGuardiansStop() external {
        setGuardian();
        vm.prank(owner);
        resolver.renounceOwnership();
        nobodyButTheOwner(owner);
        vm.assertTrue(accepts(SIGNER_KEY), "answers go on");
        vm.prank(guard);
        resolver.removeSigners(listOf(signer));
        vm.assertTrue(!accepts(SIGNER_KEY), "until the guardian stops them");
    }

    function setGuardian() private {
        vm.prank(owner);
        resolver.setGuardian(guard);
    }

    /// @dev Everything but `removeSigners`, which the guardian may do too.
    function nobodyButTheOwner(address caller) private {
        bytes[] memory calls = new bytes[](6);
        calls[0] = abi.encodeCall(resolver.setGateways, (listOf(GATEWAY)));
        calls[1] = abi.encodeCall(resolver.addSigners, (listOf(caller)));
        calls[2] = abi.encodeCall(resolver.setGuardian, (caller));
        calls[3] = abi.encodeCall(resolver.setAddressZone, (ZONE, true));
        calls[4] = abi.encodeCall(resolver.transferOwnership, (caller));
        calls[5] = abi.encodeCall(resolver.renounceOwnership, ());
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool ok, bytes memory errorData) = address(resolver).call(calls[i]);
            vm.assertTrue(!ok, "allowed");
            bytes memory expected =
                abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller);
            vm.assertEq(errorData, expected, "error");
        }
    }

    function accepts(uint256 key) private view returns (bool) {
        bytes memory request = requestOf(textCall("url"));
        uint64 expires = uint64(block.timestamp) + LIFETIME;
        bytes memory response = answer(key, address(resolver), expires, request, abi.encode("x"));
        try resolver.resolveWithProof(response, request) {
            return true;
        } catch {
            return false;
        }
    }

    function contains(address[] calldata list, address account) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == account) return true;
        }
        return false;
    }
}
