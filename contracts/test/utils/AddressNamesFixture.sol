// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IAddrResolver} from "../../src/interfaces/IAddrResolver.sol";
import {IAddressResolver} from "../../src/interfaces/IAddressResolver.sol";
import {IExtendedResolver} from "../../src/interfaces/IExtendedResolver.sol";
import {IMulticallable} from "../../src/interfaces/IMulticallable.sol";
import {ITextResolver} from "../../src/interfaces/ITextResolver.sol";
import {Dm3ResolverFixture} from "./Dm3ResolverFixture.sol";
import {Profiles} from "./Profiles.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @title A resolver with an address zone, and somebody who has an address
/// @notice Whoever holds the signer's key can have everything signed here: `says` is a thief as well.
abstract contract AddressNamesFixture is Dm3ResolverFixture, Profiles {
    string internal constant ZONE = "addr.dm3.eth";
    string internal constant PROFILE_KEY = "network.dm3.profile";
    string internal constant OLD_PROFILE_KEY = "eth.dm3.profile";

    uint256 internal constant ALICE_KEY = 0xa11ce;
    uint256 internal constant MALLORY_KEY = 0x3a1;

    address internal immutable alice = vm.addr(ALICE_KEY);
    address internal immutable mallory = vm.addr(MALLORY_KEY);

    function setUp() public virtual override {
        super.setUp();
        setResolver(ZONE, address(resolver));
        vm.prank(owner);
        resolver.setAddressZone(namehash(ZONE), true);
    }

    function nameOf(address account) internal pure returns (string memory) {
        return string.concat(LibString.toHexString(account), ".", ZONE);
    }

    function nodeOf(address account) internal pure returns (bytes32) {
        return namehash(nameOf(account));
    }

    /// @dev The request for a call about an address name.
    function ask(address account, bytes memory call) internal pure returns (bytes memory) {
        return ask(nameOf(account), call);
    }

    function ask(string memory name, bytes memory call) internal pure returns (bytes memory) {
        return abi.encodeCall(IExtendedResolver.resolve, (wire(name), call));
    }

    /// @dev The callback with whatever the holder of the signer's key says.
    function says(bytes memory request, bytes memory result) internal view returns (bytes memory) {
        uint64 expires = uint64(block.timestamp) + LIFETIME;
        bytes memory response = answer(SIGNER_KEY, address(resolver), expires, request, result);
        return resolver.resolveWithProof(response, request);
    }

    /// @dev Whatever the holder of the signer's key says is refused with this error.
    function refuse(bytes memory request, bytes memory result, bytes memory errorData) internal view {
        refuse(request, result, errorData, "error");
    }

    function refuse(bytes memory request, bytes memory result, bytes memory errorData, string memory what)
        internal
        view
    {
        uint64 expires = uint64(block.timestamp) + LIFETIME;
        bytes memory response = answer(SIGNER_KEY, address(resolver), expires, request, result);
        try resolver.resolveWithProof(response, request) {
            vm.assertTrue(false, what);
        } catch (bytes memory actual) {
            vm.assertEq(actual, errorData, what);
        }
    }

    function addrCall(address account) internal pure returns (bytes memory) {
        return abi.encodeCall(IAddrResolver.addr, (nodeOf(account)));
    }

    function coinCall(address account, uint256 coinType) internal pure returns (bytes memory) {
        return abi.encodeCall(IAddressResolver.addr, (nodeOf(account), coinType));
    }

    function textOf(address account, string memory key) internal pure returns (bytes memory) {
        return abi.encodeCall(ITextResolver.text, (nodeOf(account), key));
    }

    function many(bytes[] memory calls) internal pure returns (bytes memory) {
        return abi.encodeCall(IMulticallable.multicall, (calls));
    }

    /// @dev The answer for coins: bytes.
    function addressBytes(address account) internal pure returns (bytes memory) {
        return abi.encode(abi.encodePacked(account));
    }

    function only(bytes memory one) internal pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = one;
    }

    function both(bytes memory one, bytes memory two) internal pure returns (bytes[] memory list) {
        list = new bytes[](2);
        (list[0], list[1]) = (one, two);
    }

    function errorOf(bytes4 selector, address account) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, account);
    }
}
