// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddrResolver} from "../../src/interfaces/IAddrResolver.sol";
import {IMulticallable} from "../../src/interfaces/IMulticallable.sol";
import {ITextResolver} from "../../src/interfaces/ITextResolver.sol";
import {IUniversalResolver} from "../../src/interfaces/IUniversalResolver.sol";
import {DnsName} from "../../src/libraries/DnsName.sol";
import {EnsFixture} from "../utils/EnsFixture.sol";
import {ScriptedResolver} from "../utils/ScriptedResolver.sol";

/// @notice Whom it asks, and what comes of it when all answers are on the chain.
contract UniversalResolverTest is EnsFixture {
    string private constant NAME = "alice.eth";
    address private constant ALICE = address(0xa11ce);

    bytes private addrCall = abi.encodeCall(IAddrResolver.addr, (namehash(NAME)));

    // Finding

    function test_theIdentifiersAreThoseClientsKnow() external pure {
        same(IUniversalResolver.ResolverNotFound.selector, 0x77209fe8, "ResolverNotFound");
        same(IUniversalResolver.ResolverNotContract.selector, 0x1e9535f2, "ResolverNotContract");
        same(IUniversalResolver.UnsupportedResolverProfile.selector, 0x7b1c461b, "UnsupportedResolverProfile");
        same(IUniversalResolver.ResolverError.selector, 0x95c0c752, "ResolverError");
        same(IUniversalResolver.ReverseAddressMismatch.selector, 0xef9c03ce, "ReverseAddressMismatch");
        same(IUniversalResolver.HttpError.selector, 0x01800152, "HttpError");
    }

    /// @dev The example of ENSIP-23.
    function test_theResolverNearestToTheNameIsFound() external {
        setResolver("eth", address(1));
        setResolver("nick.eth", address(2));
        (address found, bytes32 node, uint256 offset) = universal.findResolver(wire("sub.nick.eth"));
        vm.assertEq(found, address(2), "resolver");
        vm.assertEq(node, 0xe3d81fd7b7e26b124642b4f160ea05f65a28ecfac48ab767c02530f7865e1c4c, "node");
        vm.assertEq(offset, 4, "offset");
    }

    function test_theNamesOwnResolverGoesFirst() external {
        setResolver("nick.eth", address(2));
        setResolver("sub.nick.eth", address(3));
        (address found,, uint256 offset) = universal.findResolver(wire("sub.nick.eth"));
        vm.assertEq(found, address(3), "resolver");
        vm.assertEq(offset, 0, "offset");
    }

    function test_withoutAnyResolverNothingIsFound() external {
        (address found, bytes32 node,) = universal.findResolver(wire(NAME));
        vm.assertEq(found, address(0), "resolver");
        vm.assertEq(node, namehash(NAME), "node");
        vm.expectRevert(abi.encodeWithSelector(IUniversalResolver.ResolverNotFound.selector, wire(NAME)));
        universal.requireResolver(wire(NAME));
    }

    function test_nobodyAnswersForTheRoot() external {
        vm.expectRevert(abi.encodeWithSelector(IUniversalResolver.ResolverNotFound.selector, wire("")));
        universal.requireResolver(wire(""));
    }

    function test_aNameThatIsNoneIsRefused() external {
        vm.expectRevert(abi.encodeWithSelector(DnsName.DNSDecodingFailed.selector, hex"05616c"));
        universal.findResolver(hex"05616c");
    }

    function test_anExtendedResolverSpeaksForWhatIsBelow() external {
        ScriptedResolver resolver = new ScriptedResolver(true, false);
        setResolver("eth", address(resolver));
        IUniversalResolver.ResolverInfo memory info = universal.requireResolver(wire(NAME));
        vm.assertEq(info.name, wire(NAME), "name");
        vm.assertEq(info.offset, 6, "offset");
        vm.assertEq(info.node, namehash(NAME), "node");
        vm.assertEq(info.resolver, address(resolver), "resolver");
        vm.assertTrue(info.extended, "extended");
    }

    /// @dev ethers and alloy read one value that is a tuple, not five values.
    function test_whatIsFoundIsEncodedAsATuple() external {
        ScriptedResolver resolver = new ScriptedResolver(true, false);
        setResolver(NAME, address(resolver));
        (bool ok, bytes memory output) =
            address(universal).staticcall(abi.encodeCall(universal.requireResolver, (wire(NAME))));
        vm.assertTrue(ok, "found");
        bytes memory values = abi.encode(wire(NAME), uint256(0), namehash(NAME), address(resolver), true);
        vm.assertEq(output, bytes.concat(bytes32(uint256(32)), values), "output");
    }

    function test_anotherResolverSpeaksForItsOwnNameOnly() external {
        setResolver("eth", address(new ScriptedResolver(false, true)));
        vm.assertTrue(!universal.requireResolver(wire("eth")).extended, "its own");
        vm.expectRevert(abi.encodeWithSelector(IUniversalResolver.ResolverNotFound.selector, wire(NAME)));
        universal.requireResolver(wire(NAME));
    }

    function test_aResolverWithoutCodeIsNone() external {
        setResolver(NAME, ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(IUniversalResolver.ResolverNotContract.selector, wire(NAME), ALICE)
        );
        universal.requireResolver(wire(NAME));
    }

    // Answers on the chain

    function test_aPlainResolverIsCalled() external {
        ScriptedResolver resolver = new ScriptedResolver(false, false);
        resolver.answers(addrCall, abi.encode(ALICE));
        setResolver(NAME, address(resolver));
        (bytes memory result, address answered) = universal.resolve(wire(NAME), addrCall);
        vm.assertEq(abi.decode(result, (address)), ALICE, "result");
        vm.assertEq(answered, address(resolver), "resolver");
    }

    function test_aPlainResolverWithFeaturesIsCalled() external {
        ScriptedResolver resolver = new ScriptedResolver(false, true);
        resolver.answers(addrCall, abi.encode(ALICE));
        setResolver(NAME, address(resolver));
        (bytes memory result,) = universal.resolve(wire(NAME), addrCall);
        vm.assertEq(abi.decode(result, (address)), ALICE, "result");
    }

    function test_anExtendedResolverIsAskedThroughResolve() external {
        bool[2] memory features = [true, false];
        for (uint256 i = 0; i < features.length; ++i) {
            ScriptedResolver resolver = new ScriptedResolver(true, features[i]);
            resolver.answers(addrCall, abi.encode(ALICE));
            setResolver("eth", address(resolver));
            (bytes memory result, address answered) = universal.resolve(wire(NAME), addrCall);
            vm.assertEq(abi.decode(result, (address)), ALICE, "result");
            vm.assertEq(answered, address(resolver), "resolver");
        }
    }

    function test_aResolverThatReturnsNothingHasNotTheFunction() external {
        bytes memory expected = abi.encodeWithSelector(
            IUniversalResolver.UnsupportedResolverProfile.selector, IAddrResolver.addr.selector
        );
        forEachKind("", false, expected);
    }

    function test_aResolversErrorIsHandedOnInside() external {
        bytes memory reason = abi.encodeWithSignature("Error(string)", "no");
        forEachKind(reason, true, abi.encodeWithSelector(IUniversalResolver.ResolverError.selector, reason));
    }

    function test_aResolverMaySayItselfThatItHasNotTheFunction() external {
        bytes memory reason = abi.encodeWithSelector(
            IUniversalResolver.UnsupportedResolverProfile.selector, IAddrResolver.addr.selector
        );
        forEachKind(reason, true, reason);
    }

    function test_manyQuestionsAreSplitForAResolverThatDoesNotTakeThem() external {
        bytes memory textCall = abi.encodeCall(ITextResolver.text, (namehash(NAME), "url"));
        bytes memory failing = abi.encodeCall(ITextResolver.text, (namehash(NAME), "failing"));
        bytes memory silent = abi.encodeCall(ITextResolver.text, (namehash(NAME), "silent"));
        bytes memory missing = abi.encodeCall(ITextResolver.text, (namehash(NAME), "missing"));
        bytes[] memory calls = new bytes[](5);
        (calls[0], calls[1], calls[2], calls[3], calls[4]) = (addrCall, textCall, failing, silent, missing);
        bytes memory reason = abi.encodeWithSignature("Error(string)", "no");

        for (uint256 kind = 0; kind < 4; ++kind) {
            ScriptedResolver resolver = new ScriptedResolver(kind & 1 == 1, kind & 2 == 2);
            resolver.answers(addrCall, abi.encode(ALICE));
            resolver.answers(textCall, abi.encode("https://example.com"));
            resolver.fails(failing, reason);
            resolver.fails(silent, "");
            setResolver(NAME, address(resolver));

            bytes memory many = abi.encodeCall(IMulticallable.multicall, (calls));
            (bytes memory result,) = universal.resolve(wire(NAME), many);
            bytes[] memory entries = abi.decode(result, (bytes[]));
            vm.assertEq(entries.length, 5, "entries");
            vm.assertEq(entries[0], abi.encode(ALICE), "address");
            vm.assertEq(entries[1], abi.encode("https://example.com"), "text");
            vm.assertEq(entries[2], reason, "the error as it is");
            bytes memory wrapped = abi.encodeWithSelector(IUniversalResolver.ResolverError.selector, "");
            vm.assertEq(entries[3], wrapped, "an error without data, made recognisable");
            bytes memory unsupported = abi.encodeWithSelector(
                IUniversalResolver.UnsupportedResolverProfile.selector, ITextResolver.text.selector
            );
            vm.assertEq(entries[4], unsupported, "no answer");
        }
    }

    function test_noQuestionsHaveNoAnswers() external {
        setResolver(NAME, address(new ScriptedResolver(true, false)));
        bytes memory none = abi.encodeCall(IMulticallable.multicall, (new bytes[](0)));
        (bytes memory result,) = universal.resolve(wire(NAME), none);
        vm.assertEq(result, abi.encode(new bytes[](0)), "result");
    }

    /// @dev Plain and extended, with features and without: the same comes of it.
    function forEachKind(bytes memory output, bool fails, bytes memory expected) private {
        for (uint256 kind = 0; kind < 4; ++kind) {
            ScriptedResolver resolver = new ScriptedResolver(kind & 1 == 1, kind & 2 == 2);
            if (fails) resolver.fails(addrCall, output);
            setResolver(NAME, address(resolver));
            vm.expectRevert(expected);
            universal.resolve(wire(NAME), addrCall);
        }
    }

    function same(bytes4 left, bytes4 right, string memory what) private pure {
        vm.assertEq(bytes32(left), bytes32(right), what);
    }
}
