// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AdministrationHandler} from "./utils/AdministrationHandler.sol";
import {TestBase} from "./utils/Cheats.sol";

/// @notice Whatever anybody does in whatever order: signers, owners and zones are those that were set by who
/// may.
contract Dm3ResolverInvariantsTest is TestBase {
    AdministrationHandler private handler;

    function setUp() external {
        vm.warp(1_700_000_000);
        handler = new AdministrationHandler();
    }

    /// @dev What the fuzzer calls.
    function targetContracts() external view returns (address[] memory) {
        return listOf(address(handler));
    }

    function invariant_signersAreThoseWhoWereAddedAndNotRemoved() external view {
        for (uint256 i = 0; i < handler.SIGNERS(); ++i) {
            vm.assertEq(handler.resolver().isSigner(handler.signer(i)), handler.signs(i), "signer");
        }
        vm.assertTrue(!handler.resolver().isSigner(address(0)), "nobody");
    }

    function invariant_onlyTheSignersAnswersAreAccepted() external view {
        for (uint256 i = 0; i < handler.SIGNERS(); ++i) {
            vm.assertEq(handler.accepts(handler.signerKey(i)), handler.signs(i), "answer");
        }
        vm.assertTrue(!handler.accepts(0x57), "a stranger's answer");
    }

    function invariant_ownershipMovesInTwoSteps() external view {
        vm.assertEq(handler.resolver().owner(), handler.owner(), "owner");
        vm.assertEq(handler.resolver().pendingOwner(), handler.pendingOwner(), "pending owner");
        vm.assertEq(handler.resolver().guardian(), handler.guardian(), "guardian");
    }

    function invariant_zonesAndGatewaysAreTheOwners() external view {
        for (uint256 i = 0; i < handler.ZONES(); ++i) {
            vm.assertEq(handler.resolver().isAddressZone(handler.zone(i)), handler.isZone(i), "zone");
        }
        vm.assertEq(handler.resolver().gateways(), listOf(handler.gateway()), "gateways");
    }

    /// @dev Actors who are never allowed anything, or always, would show nothing.
    function test_theActorsAreAllowedSomeThingsAndRefusedOthers() external {
        for (uint256 i = 0; i < 300; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(i)));
            handler.addSigners(dice, dice >> 64, dice >> 128);
            handler.removeSigners(dice >> 8, dice >> 72, dice >> 136);
            handler.setGuardian(dice >> 16, dice >> 80, false);
            handler.transferOwnership(dice >> 24, dice >> 88);
            handler.acceptOwnership(dice >> 32);
        }
        vm.assertTrue(handler.allowed() > 100 && handler.refused() > 100, "one-sided");
    }
}
