// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AddressName} from "../../src/libraries/AddressName.sol";
import {DnsName} from "../../src/libraries/DnsName.sol";
import {EnsFixture} from "../utils/EnsFixture.sol";
import {LibString} from "solady/utils/LibString.sol";

contract AddressNameTest is EnsFixture {
    function testFuzz_theLabelIsTheOwner(address owner) external pure {
        string memory label = LibString.toHexString(owner);
        string memory name = string.concat(label, ".addr.dm3.eth");
        (bool found, address read, bytes32 parent, bytes32 node) = AddressName.tryParse(wire(name));
        vm.assertTrue(found, "found");
        vm.assertEq(read, owner, "owner");
        vm.assertEq(parent, namehash("addr.dm3.eth"), "parent");
        vm.assertEq(node, namehash(name), "node");

        (found, read, parent, node) = AddressName.tryParse(wire(label));
        vm.assertTrue(found, "a name of one label");
        vm.assertEq(parent, 0, "its parent is the root");
    }

    function testFuzz_upperCaseIsReadToo(address owner) external pure {
        string memory name = string.concat(LibString.upper(LibString.toHexString(owner)), ".addr.dm3.eth");
        (bool found, address read,, bytes32 node) = AddressName.tryParse(wire(name));
        vm.assertTrue(found, "found");
        vm.assertEq(read, owner, "owner");
        vm.assertEq(node, namehash(name), "the node is that of the name as it is written");
    }

    function test_otherLabelsAreNoAddresses() external pure {
        no("alice.addr.dm3.eth");
        no("0x12.addr.dm3.eth");
        no("1x1111111111111111111111111111111111111111.addr.dm3.eth");
        no("0y1111111111111111111111111111111111111111.addr.dm3.eth");
        no("0x111111111111111111111111111111111111111.addr.dm3.eth");
        no("0x11111111111111111111111111111111111111111.addr.dm3.eth");
        no("0x111111111111111111111111111111111111111g.addr.dm3.eth");
        no("a.0x1111111111111111111111111111111111111111.addr.dm3.eth");
        no("");
    }

    /// @dev Characters that setting the bit of lower case would make a digit.
    function test_noOtherCharactersStandForDigits() external pure {
        no(unicode"0x111111111111111111111111111111111111111\u0011.addr.dm3.eth");
        no(unicode"\u0010x1111111111111111111111111111111111111111.addr.dm3.eth");
    }

    function testFuzz_everyBytesAreReadOrNot(bytes calldata name) external view {
        try this.parse(name) {}
        catch (bytes memory errorData) {
            vm.assertEq(errorData, abi.encodeWithSelector(DnsName.DNSDecodingFailed.selector, name), "error");
        }
    }

    function test_anAddressBeforeSomethingThatIsNoNameIsRefused() external {
        bytes memory name = bytes.concat(hex"2a", "0x1111111111111111111111111111111111111111", hex"0361");
        vm.expectRevert(abi.encodeWithSelector(DnsName.DNSDecodingFailed.selector, name));
        this.parse(name);
    }

    function parse(bytes memory name) external pure returns (bool found) {
        (found,,,) = AddressName.tryParse(name);
    }

    function no(string memory name) private pure {
        (bool found,,,) = AddressName.tryParse(wire(name));
        vm.assertTrue(!found, name);
    }
}
