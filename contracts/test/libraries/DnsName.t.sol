// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DnsName} from "../../src/libraries/DnsName.sol";
import {TestBase} from "../utils/Cheats.sol";
import {LibString} from "solady/utils/LibString.sol";

contract DnsNameTest is TestBase {
    function test_namesBecomeTheirWireForm() external pure {
        vm.assertEq(
            DnsName.encode("alice.user.dm3.eth"), hex"05616c696365047573657203646d330365746800", "name"
        );
        vm.assertEq(DnsName.encode(""), hex"00", "root");
        vm.assertEq(DnsName.encode("eth"), hex"0365746800", "one label");
    }

    function test_labelsHaveUpTo255Bytes() external {
        string memory longest = LibString.repeat("a", 255);
        vm.assertEq(DnsName.encode(longest), bytes.concat(hex"ff", bytes(longest), hex"00"), "255 bytes");

        string memory longer = LibString.repeat("a", 256);
        vm.expectRevert(abi.encodeWithSelector(DnsName.DNSEncodingFailed.selector, longer));
        this.encode(longer);
    }

    function test_emptyLabelsAreRefused() external {
        string[4] memory names = [".", "a..b", ".a", "a."];
        for (uint256 i = 0; i < names.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(DnsName.DNSEncodingFailed.selector, names[i]));
            this.encode(names[i]);
        }
    }

    function test_labelsAreReadOneAfterTheOther() external pure {
        bytes memory name = hex"05616c6963650365746800";
        (bytes32 labelHash, uint256 next) = DnsName.label(name, 0);
        vm.assertEq(labelHash, keccak256("alice"), "first label");
        vm.assertEq(next, 6, "first offset");
        (labelHash, next) = DnsName.label(name, next);
        vm.assertEq(labelHash, keccak256("eth"), "second label");
        (labelHash, next) = DnsName.label(name, next);
        vm.assertEq(labelHash, 0, "end");
        vm.assertEq(next, name.length, "end offset");
    }

    function test_brokenWireFormsAreRefused() external view {
        refuse("", 0, "nothing");
        refuse(hex"03657468", 0, "no end");
        refuse(hex"0465746800", 0, "a label that takes the end with it");
        refuse(hex"ff65746800", 0, "a label beyond the end");
        refuse(hex"0000", 0, "something behind the end");
        refuse(hex"0365746800", 5, "behind the end");
    }

    /// @dev The namehashes of ENSIP-1 and of a name of this project, the latter made with ethers 6.17.
    function test_nodesAreThoseOfTheStandard() external pure {
        bytes32 eth = DnsName.child(0, keccak256("eth"));
        vm.assertEq(eth, 0x93cdeb708b7545dc668eb9280176169d1c33cfd8ed6f04690a0bcc88a93fc4ae, "eth");
        bytes32 user = DnsName.child(DnsName.child(eth, keccak256("dm3")), keccak256("user"));
        vm.assertEq(user, 0xbec1509147a2c5e86da8cba3b7fc1e8d3e66638b37c8cd043d0f6c87b801e2fa, "user.dm3.eth");
        bytes memory name = DnsName.encode("alice.user.dm3.eth");
        vm.assertEq(DnsName.node(name, 6), user, "user.dm3.eth in a longer name");
        vm.assertEq(DnsName.node(name, name.length - 1), 0, "root");
    }

    function testFuzz_whatIsEncodedCanBeRead(uint256 seed, uint8 extraLabels) external pure {
        uint256 count = 1 + extraLabels % 8;
        string memory name = labelOf(seed, 0);
        for (uint256 i = 1; i < count; ++i) {
            name = string.concat(name, ".", labelOf(seed, i));
        }
        bytes memory wire = DnsName.encode(name);
        bytes32 labelHash;
        uint256 offset = 0;
        for (uint256 i = 0; i < count; ++i) {
            (labelHash, offset) = DnsName.label(wire, offset);
            vm.assertEq(labelHash, keccak256(bytes(labelOf(seed, i))), "label");
        }
        (labelHash,) = DnsName.label(wire, offset);
        vm.assertEq(labelHash, 0, "end");
    }

    /// @dev Outside calls, because a revert can only be expected of those.
    function encode(string memory name) external pure returns (bytes memory) {
        return DnsName.encode(name);
    }

    function label(bytes memory name, uint256 offset) external pure returns (bytes32, uint256) {
        return DnsName.label(name, offset);
    }

    /// @dev A label of 1 to 255 bytes.
    function labelOf(uint256 seed, uint256 index) private pure returns (string memory) {
        uint256 hash = uint256(keccak256(abi.encode(seed, index)));
        return LibString.slice(LibString.repeat(LibString.toHexString(hash), 4), 0, 1 + hash % 255);
    }

    function refuse(bytes memory name, uint256 offset, string memory what) private view {
        try this.label(name, offset) {
            vm.assertTrue(false, what);
        } catch (bytes memory errorData) {
            bytes memory expected = abi.encodeWithSelector(DnsName.DNSDecodingFailed.selector, name);
            vm.assertEq(errorData, expected, what);
        }
    }
}
