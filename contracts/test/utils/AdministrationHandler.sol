// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Dm3Resolver} from "../../src/Dm3Resolver.sol";
import {IDm3Resolver} from "../../src/interfaces/IDm3Resolver.sol";
import {Answers} from "./Answers.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title Many actors who try everything
/// @notice Keeps beside the resolver what it should hold, and fails at once where somebody may do what they
/// should not, or may not do what they should.
contract AdministrationHandler is Answers {
    uint256 public constant ACTORS = 6;
    uint256 public constant SIGNERS = 8;
    uint256 public constant ZONES = 3;

    Dm3Resolver public immutable resolver;

    // What should be.
    address public owner;
    address public pendingOwner;
    address public guardian;
    string public gateway;
    mapping(uint256 index => bool) public signs;
    mapping(uint256 index => bool) public isZone;

    /// @dev How often something was allowed, and how often not: a run in which nothing happens shows nothing.
    uint256 public allowed;
    uint256 public refused;

    constructor() {
        (owner, gateway, signs[0]) = (actor(0), "https://gateway.test", true);
        resolver = new Dm3Resolver(owner, listOf(gateway), listOf(signer(0)));
    }

    function actor(uint256 index) public pure returns (address) {
        return vm.addr(0xac70 + index % ACTORS);
    }

    /// @dev The first actors are among them: a signer can be the owner, if somebody makes that mistake.
    function signer(uint256 index) public pure returns (address) {
        return vm.addr(signerKey(index));
    }

    function signerKey(uint256 index) public pure returns (uint256) {
        return 0xac70 + 4 + index % SIGNERS;
    }

    function zone(uint256 index) public pure returns (bytes32) {
        return keccak256(abi.encode("zone", index % ZONES));
    }

    function addSigners(uint256 by, uint256 one, uint256 two) external {
        (one, two) = (one % SIGNERS, two % SIGNERS);
        bytes memory call = abi.encodeCall(IDm3Resolver.addSigners, (listOf(signer(one), signer(two))));
        if (!_try(by, call, actor(by) == owner)) return;
        (signs[one], signs[two]) = (true, true);
    }

    function addNobodyAsSigner(uint256 by, uint256 one) external {
        bytes memory call = abi.encodeCall(IDm3Resolver.addSigners, (listOf(signer(one), address(0))));
        _try(by, call, false);
    }

    function removeSigners(uint256 by, uint256 one, uint256 two) external {
        (one, two) = (one % SIGNERS, two % SIGNERS);
        bytes memory call = abi.encodeCall(IDm3Resolver.removeSigners, (listOf(signer(one), signer(two))));
        if (!_try(by, call, actor(by) == owner || actor(by) == guardian)) return;
        (signs[one], signs[two]) = (false, false);
    }

    function setGuardian(uint256 by, uint256 to, bool nobody) external {
        address next = nobody ? address(0) : actor(to);
        if (_try(by, abi.encodeCall(IDm3Resolver.setGuardian, (next)), actor(by) == owner)) guardian = next;
    }

    function setAddressZone(uint256 by, uint256 index, bool enabled) external {
        bytes memory call = abi.encodeCall(IDm3Resolver.setAddressZone, (zone(index), enabled));
        if (_try(by, call, actor(by) == owner)) isZone[index % ZONES] = enabled;
    }

    function setGateways(uint256 by, bool valid) external {
        string memory next = valid ? string.concat(gateway, "/a") : string.concat(gateway, "/");
        bytes memory call = abi.encodeCall(IDm3Resolver.setGateways, (listOf(next)));
        if (_try(by, call, valid && actor(by) == owner)) gateway = next;
    }

    function transferOwnership(uint256 by, uint256 to) external {
        bytes memory call = abi.encodeCall(resolver.transferOwnership, (actor(to)));
        if (_try(by, call, actor(by) == owner)) pendingOwner = actor(to);
    }

    function acceptOwnership(uint256 by) external {
        bytes memory call = abi.encodeCall(resolver.acceptOwnership, ());
        if (_try(by, call, actor(by) == pendingOwner)) (owner, pendingOwner) = (actor(by), address(0));
    }

    /// @dev Seldom, because nothing of interest happens behind it.
    function renounceOwnership(uint256 by, uint256 dice) external {
        bool allowedTo = actor(by) == owner;
        if (allowedTo && dice % 16 != 0) return;
        if (_try(by, abi.encodeCall(resolver.renounceOwnership, ()), allowedTo)) {
            (owner, pendingOwner) = (address(0), address(0));
        }
    }

    /// @dev Whether an answer signed by a key is accepted now.
    function accepts(uint256 key) external view returns (bool) {
        bytes memory request = abi.encodeCall(resolver.resolve, (hex"00", hex"01020304"));
        bytes memory response = answer(key, address(resolver), uint64(block.timestamp), request, "x");
        try resolver.resolveWithProof(response, request) {
            return true;
        } catch {
            return false;
        }
    }

    /// @return ok What `expected` says; anything else fails.
    function _try(uint256 by, bytes memory call, bool expected) private returns (bool ok) {
        vm.prank(actor(by));
        (ok,) = address(resolver).call(call);
        vm.assertEq(ok, expected, "who may do what");
        if (ok) ++allowed;
        else ++refused;
    }
}
