// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {PlainResolver} from "./PlainResolver.sol";
import {Dm3ResolverFixture} from "./utils/Dm3ResolverFixture.sol";

/// @notice The double of other people's resolvers has to be one: it shares the protocol with ours, and
/// nothing newer.
contract PlainResolverTest is Dm3ResolverFixture {
    PlainResolver private plain;

    function setUp() public override {
        super.setUp();
        plain = new PlainResolver(listOf(string.concat(GATEWAY, "/{sender}/{data}.json")), listOf(signer));
    }

    function test_itAnswersWithoutAUniversalResolver() external {
        setRecord(textCall("url"), abi.encode("https://example.com"));
        bytes memory output = read(address(plain), requestOf(textCall("url")));
        vm.assertEq(abi.decode(output, (bytes)), abi.encode("https://example.com"), "answer");
    }

    function test_itIsExtendedAndHasNoFeatures() external view {
        vm.assertTrue(plain.supportsInterface(0x9061b923), "ENSIP-10");
        vm.assertTrue(!plain.supportsInterface(0x582de3e7), "ERC-7996");
    }

    function test_itRefusesStrangersAndTheExpired() external {
        bytes memory request = requestOf(textCall("url"));
        uint64 expires = uint64(block.timestamp);
        bytes memory strange = answer(0x57, address(plain), expires, request, "");
        vm.expectRevert("invalid signature");
        plain.resolveWithProof(strange, request);

        bytes memory late = answer(SIGNER_KEY, address(plain), expires - 1, request, "");
        vm.expectRevert("signature expired");
        plain.resolveWithProof(late, request);
    }
}
