// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddrResolver} from "../../src/interfaces/IAddrResolver.sol";
import {IAddressResolver} from "../../src/interfaces/IAddressResolver.sol";
import {INameResolver} from "../../src/interfaces/INameResolver.sol";
import {IUniversalResolver} from "../../src/interfaces/IUniversalResolver.sol";
import {DnsName} from "../../src/libraries/DnsName.sol";
import {PlainResolver} from "../PlainResolver.sol";
import {Dm3ResolverFixture} from "../utils/Dm3ResolverFixture.sol";
import {ScriptedResolver} from "../utils/ScriptedResolver.sol";

/// @notice Primary names of addresses.
contract UniversalResolverReverseTest is Dm3ResolverFixture {
    address private constant ALICE = 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045;
    string private constant HEX = "d8da6bf26964af9d7eed9e03e53415d37aa96045";
    uint256 private constant ETH = 60;
    uint256 private constant DEFAULT = 0x80000000;
    uint256 private constant BASE = 0x80002105;

    ScriptedResolver private names;

    function setUp() public override {
        super.setUp();
        names = new ScriptedResolver(true, false);
        setResolver("reverse", address(names));
    }

    function test_aNameThatAgreesIsThePrimaryName() external {
        claim("addr.reverse", NAME);
        setRecord(addrCall(), abi.encode(ALICE));
        expectPrimary(ETH);
    }

    function test_theChainIsInTheReverseName() external {
        claim("default.reverse", NAME);
        claim("80002105.reverse", NAME);
        claim("0.reverse", NAME);
        uint256[3] memory coinTypes = [DEFAULT, BASE, 0];
        for (uint256 i = 0; i < coinTypes.length; ++i) {
            setRecord(addressCall(coinTypes[i]), abi.encode(abi.encodePacked(ALICE)));
            expectPrimary(coinTypes[i]);
        }
    }

    function test_aNameOfAnotherAddressIsRefused() external {
        claim("addr.reverse", NAME);
        setRecord(addrCall(), abi.encode(stranger));
        (bool ok, bytes memory errorData) = tryRead(address(universal), ask(ETH));
        vm.assertTrue(!ok, "accepted");
        bytes memory found = abi.encodePacked(stranger);
        bytes memory expected =
            abi.encodeWithSelector(IUniversalResolver.ReverseAddressMismatch.selector, NAME, found);
        vm.assertEq(errorData, expected, "error");
    }

    function test_aNameThatIsNotSetOnTheChainIsRefused() external {
        claim("80002105.reverse", NAME);
        setRecord(addressCall(BASE), abi.encode(""));
        (bool ok, bytes memory errorData) = tryRead(address(universal), ask(BASE));
        vm.assertTrue(!ok, "accepted");
        bytes memory expected =
            abi.encodeWithSelector(IUniversalResolver.ReverseAddressMismatch.selector, NAME, "");
        vm.assertEq(errorData, expected, "error");
    }

    function test_anAddressWithoutAPrimaryNameHasNone() external {
        claim("addr.reverse", "");
        (string memory primary, address forward, address reverse_) =
            universal.reverse(abi.encodePacked(ALICE), ETH);
        vm.assertEq(primary, "", "name");
        vm.assertEq(forward, address(0), "resolver");
        vm.assertEq(reverse_, address(names), "reverse resolver");
    }

    function test_anAddressThatNobodyAnswersForIsAnError() external {
        setResolver("reverse", address(0));
        vm.expectRevert(
            abi.encodeWithSelector(
                IUniversalResolver.ResolverNotFound.selector, wire(string.concat(HEX, ".addr.reverse"))
            )
        );
        universal.reverse(abi.encodePacked(ALICE), ETH);
    }

    function test_aPrimaryNameThatNobodyAnswersForIsAnError() external {
        claim("addr.reverse", "nobody.eth");
        vm.expectRevert(
            abi.encodeWithSelector(IUniversalResolver.ResolverNotFound.selector, wire("nobody.eth"))
        );
        universal.reverse(abi.encodePacked(ALICE), ETH);
    }

    function test_aPrimaryNameThatIsNoneIsAnError() external {
        claim("addr.reverse", "a..eth");
        vm.expectRevert(abi.encodeWithSelector(DnsName.DNSEncodingFailed.selector, "a..eth"));
        universal.reverse(abi.encodePacked(ALICE), ETH);
    }

    function test_anAddressHasAtLeastAByte() external {
        vm.expectRevert(IUniversalResolver.EmptyAddress.selector);
        universal.reverse("", ETH);
    }

    /// @dev Both steps at a gateway: the reverse names too are served by our resolver.
    function test_bothStepsMayBeAtAGateway() external {
        setResolver("reverse", address(resolver));
        bytes32 node = namehash(string.concat(HEX, ".addr.reverse"));
        setRecord(abi.encodeCall(INameResolver.name, (node)), abi.encode(NAME));
        setRecord(addrCall(), abi.encode(ALICE));
        (string memory primary, address forward, address reverse_) =
            abi.decode(read(address(universal), ask(ETH)), (string, address, address));
        vm.assertEq(primary, NAME, "name");
        vm.assertEq(forward, address(resolver), "resolver");
        vm.assertEq(reverse_, address(resolver), "reverse resolver");
        vm.assertEq(questions, 2, "requests");
    }

    /// @dev The reverse resolver is asked in a batch, so that the gateways of the caller's choice show.
    function test_theBatchGatewaysAreTheCallersWhereItNamesSome() external {
        setResolver("reverse", address(new PlainResolver(listOf(GATEWAY), listOf(signer))));
        string[] memory gateways = listOf("https://batch.example");
        bytes memory data =
            abi.encodeCall(universal.reverseWithGateways, (abi.encodePacked(ALICE), ETH, gateways));
        vm.assertEq(lookupOf(address(universal), data).urls, gateways, "urls");
    }

    function expectPrimary(uint256 coinType) private {
        (string memory primary, address forward, address reverse_) =
            abi.decode(read(address(universal), ask(coinType)), (string, address, address));
        vm.assertEq(primary, NAME, "name");
        vm.assertEq(forward, address(resolver), "resolver");
        vm.assertEq(reverse_, address(names), "reverse resolver");
    }

    function claim(string memory namespace, string memory primary) private {
        bytes32 node = namehash(string.concat(HEX, ".", namespace));
        names.answers(abi.encodeCall(INameResolver.name, (node)), abi.encode(primary));
    }

    function ask(uint256 coinType) private pure returns (bytes memory) {
        return abi.encodeCall(IUniversalResolver.reverse, (abi.encodePacked(ALICE), coinType));
    }

    function addrCall() private pure returns (bytes memory) {
        return abi.encodeCall(IAddrResolver.addr, (namehash(NAME)));
    }

    function addressCall(uint256 coinType) private pure returns (bytes memory) {
        return abi.encodeCall(IAddressResolver.addr, (namehash(NAME), coinType));
    }
}
