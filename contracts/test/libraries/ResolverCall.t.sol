// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddrResolver} from "../../src/interfaces/IAddrResolver.sol";
import {IAddressResolver} from "../../src/interfaces/IAddressResolver.sol";
import {IMulticallable} from "../../src/interfaces/IMulticallable.sol";
import {ITextResolver} from "../../src/interfaces/ITextResolver.sol";
import {ResolverCall} from "../../src/libraries/ResolverCall.sol";
import {TestBase} from "../utils/Cheats.sol";
import {LibString} from "solady/utils/LibString.sol";

contract ResolverCallTest is TestBase {
    bytes32 private constant NODE = keccak256("a node");

    function testFuzz_addresses(bytes32 node) external pure {
        is_(abi.encodeCall(IAddrResolver.addr, (node)), ResolverCall.Kind.Address, node);
        is_(coin(node, 60), ResolverCall.Kind.EtherAddress, node);
        is_(coin(node, 0x80000000), ResolverCall.Kind.EvmAddress, node);
        is_(coin(node, 0x8000000a), ResolverCall.Kind.EvmAddress, node);
        is_(coin(node, 0xffffffff), ResolverCall.Kind.EvmAddress, node);
        is_(coin(node, 0), ResolverCall.Kind.Other, 0);
        is_(coin(node, 0x7fffffff), ResolverCall.Kind.Other, 0);
        is_(coin(node, 0x100000000), ResolverCall.Kind.Other, 0);
        is_(coin(node, (1 << 255) | 60), ResolverCall.Kind.Other, 0);
    }

    function testFuzz_coins(uint256 coinType) external pure {
        bool evm = coinType >= 1 << 31 && coinType < 1 << 32;
        ResolverCall.Kind other = coinType == 60 ? ResolverCall.Kind.EtherAddress : ResolverCall.Kind.Other;
        ResolverCall.Kind kind = evm ? ResolverCall.Kind.EvmAddress : other;
        is_(coin(NODE, coinType), kind, kind == ResolverCall.Kind.Other ? bytes32(0) : NODE);
    }

    function testFuzz_profiles(bytes32 node, string calldata other) external pure {
        vm.assume(!LibString.eq(other, "network.dm3.profile") && !LibString.eq(other, "eth.dm3.profile"));
        is_(text(node, "network.dm3.profile"), ResolverCall.Kind.Profile, node);
        is_(text(node, "eth.dm3.profile"), ResolverCall.Kind.Profile, node);
        is_(text(node, "network.dm3.deliveryService"), ResolverCall.Kind.Other, 0);
        is_(text(node, "network.dm3.Profile"), ResolverCall.Kind.Other, 0);
        is_(text(node, other), ResolverCall.Kind.Other, 0);
    }

    function testFuzz_whateverStandsBehindIsNotLookedAt(bytes32 node, bytes calldata junk) external pure {
        is_(bytes.concat(abi.encodeCall(IAddrResolver.addr, (node)), junk), ResolverCall.Kind.Address, node);
        is_(bytes.concat(coin(node, 60), junk), ResolverCall.Kind.EtherAddress, node);
        is_(bytes.concat(text(node, "eth.dm3.profile"), junk), ResolverCall.Kind.Profile, node);
    }

    /// @dev The key can stand anywhere behind its offset; decoders follow it.
    function test_theKeyIsWhereItsOffsetSays() external pure {
        bytes memory call = abi.encodePacked(
            ITextResolver.text.selector,
            NODE,
            uint256(0x80),
            uint256(0),
            uint256(0),
            uint256(15),
            "eth.dm3.profile"
        );
        is_(call, ResolverCall.Kind.Profile, NODE);
    }

    function test_argumentsThatAreNotThereAreMalformed() external pure {
        bytes4 selector = ITextResolver.text.selector;
        // forge-lint: disable-next-line(unsafe-typecast)
        is_(abi.encodePacked(IAddrResolver.addr.selector, bytes31(NODE)), ResolverCall.Kind.Malformed, 0);
        is_(abi.encodePacked(IAddressResolver.addr.selector, NODE), ResolverCall.Kind.Malformed, 0);
        is_(abi.encodePacked(selector), ResolverCall.Kind.Malformed, 0);
        is_(abi.encodePacked(selector, NODE, uint256(0x40)), ResolverCall.Kind.Malformed, 0);
        is_(abi.encodePacked(selector, NODE, uint256(0x40), uint256(1)), ResolverCall.Kind.Malformed, 0);
        is_(abi.encodePacked(selector, NODE, uint256(0x41), uint256(0)), ResolverCall.Kind.Malformed, 0);
        is_(
            abi.encodePacked(selector, NODE, type(uint256).max - 3, uint256(0)),
            ResolverCall.Kind.Malformed,
            0
        );
        is_(
            abi.encodePacked(selector, NODE, uint256(0x40), type(uint256).max), ResolverCall.Kind.Malformed, 0
        );
    }

    function testFuzz_multicallsAndEverythingElse(bytes calldata arguments, bytes4 selector) external pure {
        is_(bytes.concat(IMulticallable.multicall.selector, arguments), ResolverCall.Kind.Multicall, 0);
        vm.assume(
            selector != IAddrResolver.addr.selector && selector != IAddressResolver.addr.selector
                && selector != ITextResolver.text.selector && selector != IMulticallable.multicall.selector
        );
        is_(bytes.concat(selector, arguments), ResolverCall.Kind.Other, 0);
        // forge-lint: disable-next-line(unsafe-typecast)
        is_(bytes.concat(bytes3(selector)), ResolverCall.Kind.Other, 0);
        is_("", ResolverCall.Kind.Other, 0);
    }

    /// @dev As Solidity decodes it, so will the clients.
    function testFuzz_textsAreReadAsDecodersReadThem(bytes32 node, uint256 offset, uint256 length)
        external
        view
    {
        bytes memory arguments =
            abi.encodePacked(node, offset % 160, length % 64, "eth.dm3.profile", bytes32(0));
        bytes memory call = bytes.concat(ITextResolver.text.selector, arguments);
        (ResolverCall.Kind kind,) = ResolverCall.parse(call);
        try this.keyOf(arguments) returns (string memory key) {
            bool profile = keccak256(bytes(key)) == keccak256("eth.dm3.profile");
            vm.assertEq(
                uint8(kind), uint8(profile ? ResolverCall.Kind.Profile : ResolverCall.Kind.Other), key
            );
        } catch {
            vm.assertEq(uint8(kind), uint8(ResolverCall.Kind.Malformed), "malformed");
        }
    }

    function keyOf(bytes calldata arguments) external pure returns (string memory key) {
        (, key) = abi.decode(arguments, (bytes32, string));
    }

    function is_(bytes memory call, ResolverCall.Kind expected, bytes32 expectedNode) private pure {
        (ResolverCall.Kind kind, bytes32 node) = ResolverCall.parse(call);
        vm.assertEq(uint8(kind), uint8(expected), "kind");
        vm.assertEq(node, expectedNode, "node");
    }

    function coin(bytes32 node, uint256 coinType) private pure returns (bytes memory) {
        return abi.encodeCall(IAddressResolver.addr, (node, coinType));
    }

    function text(bytes32 node, string memory key) private pure returns (bytes memory) {
        return abi.encodeCall(ITextResolver.text, (node, key));
    }
}
