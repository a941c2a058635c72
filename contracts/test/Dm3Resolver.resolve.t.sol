// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Dm3Resolver} from "../src/Dm3Resolver.sol";
import {Lookup} from "../src/dev/OffchainLookups.sol";
import {IDm3Resolver} from "../src/interfaces/IDm3Resolver.sol";
import {IMulticallable} from "../src/interfaces/IMulticallable.sol";
import {Dm3ResolverFixture} from "./utils/Dm3ResolverFixture.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @notice Questions: what `resolve` asks of clients, and what comes of it.
contract Dm3ResolverResolveTest is Dm3ResolverFixture {
    using LibString for string;

    function test_aLookupCarriesTheRequestTwice() external view {
        bytes memory request = requestOf(textCall("url"));
        Lookup memory lookup = lookupOf(address(resolver), request);
        vm.assertEq(lookup.sender, address(resolver), "sender");
        vm.assertEq(lookup.callData, request, "call data");
        vm.assertEq(lookup.extraData, request, "extra data");
        vm.assertEq(
            bytes32(lookup.callbackFunction), bytes32(IDm3Resolver.resolveWithProof.selector), "callback"
        );
    }

    function testFuzz_aLookupCarriesAnyRequest(bytes calldata name, bytes calldata data) external view {
        bytes memory request = abi.encodeCall(resolver.resolve, (name, data));
        Lookup memory lookup = lookupOf(address(resolver), request);
        vm.assertEq(lookup.callData, request, "call data");
        vm.assertEq(lookup.extraData, request, "extra data");
    }

    function test_theUrlsNameTheContractForEachGatewayInOrder() external {
        vm.prank(owner);
        resolver.setGateways(listOf(GATEWAY, "http://127.0.0.1:8080/a"));
        string memory path = string.concat("/", LibString.toHexString(address(resolver)), "/{data}.json");
        vm.assertEq(
            lookupOf(address(resolver), requestOf(textCall("url"))).urls,
            listOf(string.concat(GATEWAY, path), string.concat("http://127.0.0.1:8080/a", path)),
            "urls"
        );
    }

    function test_aQuestionOf2000CharactersIsFetchedAndOneOf2001Posted() external {
        // An even and an odd base: a URL of 2,000 and one of 2,001 characters for the same question.
        bytes memory request = requestOf(textCall(LibString.repeat("k", 480)));
        uint256 around = bytes("https:///").length + 42 + bytes("/0x.json").length + 2 * request.length;
        string memory host2000 = LibString.repeat("h", 2000 - around);
        string memory host2001 = LibString.repeat("h", 2001 - around);
        vm.prank(owner);
        resolver.setGateways(listOf(string.concat("https://", host2000), string.concat("https://", host2001)));

        string[] memory urls = lookupOf(address(resolver), request).urls;
        string memory filled = urls[0].replace("{data}", LibString.toHexString(request));
        vm.assertEq(bytes(filled).length, 2000, "length");
        string memory self = LibString.toHexString(address(resolver));
        vm.assertEq(urls[1], string.concat("https://", host2001, "/", self), "POST");
    }

    function test_anAnswerComesBack() external {
        setRecord(textCall("url"), abi.encode("https://example.com"));
        bytes memory output = read(address(resolver), requestOf(textCall("url")));
        vm.assertEq(abi.decode(output, (bytes)), abi.encode("https://example.com"), "answer");
    }

    function test_anAnswerComesBackToALongQuestion() external {
        string memory key = LibString.repeat("k", 2000);
        setRecord(textCall(key), abi.encode("long"));
        bytes memory output = read(address(resolver), requestOf(textCall(key)));
        vm.assertEq(abi.decode(output, (bytes)), abi.encode("long"), "answer");
    }

    function test_manyQuestionsGoInOneRequest() external {
        bytes[] memory calls = new bytes[](64);
        for (uint256 i = 0; i < calls.length; ++i) {
            calls[i] = textCall(LibString.toString(i));
            setRecord(calls[i], abi.encode(LibString.toString(i)));
        }
        bytes memory many = abi.encodeCall(IMulticallable.multicall, (calls));
        bytes memory output = read(address(resolver), requestOf(many));
        bytes[] memory entries = abi.decode(abi.decode(output, (bytes)), (bytes[]));
        vm.assertEq(entries.length, 64, "entries");
        for (uint256 i = 0; i < entries.length; ++i) {
            vm.assertEq(abi.decode(entries[i], (string)), LibString.toString(i), "entry");
        }
        vm.assertEq(questions, 1, "requests");
    }

    function test_gatewaysThatAreDownOrBrokenArePassedOver() external {
        string[] memory three = new string[](3);
        (three[0], three[1], three[2]) = (DOWN, BROKEN, GATEWAY);
        vm.prank(owner);
        resolver.setGateways(three);
        setRecord(textCall("url"), abi.encode("https://example.com"));
        bytes memory output = read(address(resolver), requestOf(textCall("url")));
        vm.assertEq(abi.decode(output, (bytes)), abi.encode("https://example.com"), "answer");
    }

    function test_twoResolversOfOneGatewayHandOutTheirOwnUrls() external {
        Dm3Resolver other = new Dm3Resolver(owner, listOf(GATEWAY), listOf(signer));
        bytes memory request = requestOf(textCall("url"));
        string memory url = lookupOf(address(resolver), request).urls[0];
        string memory otherUrl = lookupOf(address(other), request).urls[0];
        vm.assertTrue(!url.eq(otherUrl), "urls");
    }
}
