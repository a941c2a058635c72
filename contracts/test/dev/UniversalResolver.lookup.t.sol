// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Lookup} from "../../src/dev/OffchainLookups.sol";
import {IBatchGateway} from "../../src/interfaces/IBatchGateway.sol";
import {IDm3Resolver} from "../../src/interfaces/IDm3Resolver.sol";
import {IERC3668} from "../../src/interfaces/IERC3668.sol";
import {IMulticallable} from "../../src/interfaces/IMulticallable.sol";
import {ITextResolver} from "../../src/interfaces/ITextResolver.sol";
import {IUniversalResolver} from "../../src/interfaces/IUniversalResolver.sol";
import {PlainResolver} from "../PlainResolver.sol";
import {Dm3ResolverFixture} from "../utils/Dm3ResolverFixture.sol";
import {ScriptedResolver} from "../utils/ScriptedResolver.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @notice What comes of it when answers are at gateways: directly, and through the batch gateway.
contract UniversalResolverLookupTest is Dm3ResolverFixture {
    PlainResolver private plain;

    function setUp() public override {
        super.setUp();
        string[] memory urls = listOf(string.concat(GATEWAY, "/{sender}/{data}.json"));
        plain = new PlainResolver(urls, listOf(signer));
        setRecord(textCall("url"), abi.encode("https://example.com"));
        setRecord(textCall("avatar"), abi.encode("https://example.com/me.png"));
    }

    // Directly

    function test_ourLookupIsPassedOnAsItsOwn() external view {
        Lookup memory own = lookupOf(address(resolver), requestOf(textCall("url")));
        Lookup memory passedOn = lookupOf(address(universal), ask(textCall("url")));
        vm.assertEq(passedOn.sender, address(universal), "sender");
        vm.assertEq(passedOn.urls, own.urls, "urls");
        vm.assertEq(passedOn.callData, own.callData, "call data");
        vm.assertEq(
            bytes32(passedOn.callbackFunction), bytes32(universal.lookupCallback.selector), "callback"
        );
    }

    function test_ourAnswerComesThroughInOneRequest() external {
        expectText(address(resolver));
        vm.assertEq(questions, 1, "requests");
    }

    function test_thirtyOfOurRecordsComeThroughInOneRequest() external {
        expectMany();
        vm.assertEq(questions, 1, "requests");
    }

    function test_anAnswerThatWeRefuseIsAnError() external {
        vm.prank(owner);
        resolver.removeSigners(listOf(signer));
        (bool ok, bytes memory errorData) = tryRead(address(universal), ask(textCall("url")));
        vm.assertTrue(!ok, "accepted");
        bytes memory refusal = abi.encodeWithSelector(IDm3Resolver.UnknownSigner.selector, signer);
        vm.assertEq(
            errorData, abi.encodeWithSelector(IUniversalResolver.ResolverError.selector, refusal), "error"
        );
    }

    // Through the batch gateway

    function test_aPlainResolversLookupGoesToTheBatchGateway() external {
        setResolver("user.dm3.eth", address(plain));
        Lookup memory own = lookupOf(address(plain), requestOf(textCall("url")));
        Lookup memory batch = lookupOf(address(universal), ask(textCall("url")));
        vm.assertEq(batch.sender, address(universal), "sender");
        vm.assertEq(batch.urls, listOf(LOCAL_BATCH_GATEWAY), "urls");

        vm.assertEq(bytes32(bytes4(batch.callData)), bytes32(bytes4(0xa780bab6)), "selector");
        IBatchGateway.Request[] memory requests =
            abi.decode(LibBytes.slice(batch.callData, 4), (IBatchGateway.Request[]));
        vm.assertEq(requests.length, 1, "requests");
        vm.assertEq(requests[0].sender, address(plain), "inner sender");
        vm.assertEq(requests[0].urls, own.urls, "inner urls");
        vm.assertEq(requests[0].data, own.callData, "inner call data");
    }

    function test_theBatchGatewaysAreTheCallersWhereItNamesSome() external {
        setResolver("user.dm3.eth", address(plain));
        string[] memory gateways = listOf("https://batch.example");
        bytes memory data =
            abi.encodeCall(universal.resolveWithGateways, (wire(NAME), textCall("url"), gateways));
        vm.assertEq(lookupOf(address(universal), data).urls, gateways, "urls");
    }

    function test_aPlainResolversAnswerComesThrough() external {
        setResolver("user.dm3.eth", address(plain));
        expectText(address(plain));
        vm.assertEq(questions, 1, "requests");
    }

    function test_thirtyRecordsOfAPlainResolverTakeThirtyRequests() external {
        setResolver("user.dm3.eth", address(plain));
        expectMany();
        vm.assertEq(questions, 30, "requests");
    }

    function test_gatewaysThatAreDownOrBrokenArePassedOver() external {
        string[] memory urls = new string[](3);
        urls[0] = string.concat(DOWN, "/{sender}/{data}.json");
        urls[1] = string.concat(BROKEN, "/{sender}/{data}.json");
        urls[2] = string.concat(GATEWAY, "/{sender}/{data}.json");
        plain = new PlainResolver(urls, listOf(signer));
        setResolver("user.dm3.eth", address(plain));
        expectText(address(plain));
    }

    function test_anUnreachableGatewayIsAnHttpError() external {
        setResolver("user.dm3.eth", address(new PlainResolver(listOf(BROKEN), listOf(signer))));
        (bool ok, bytes memory errorData) = tryRead(address(universal), ask(textCall("url")));
        vm.assertTrue(!ok, "accepted");
        vm.assertEq(
            errorData, abi.encodeWithSelector(IUniversalResolver.HttpError.selector, 500, ""), "error"
        );
    }

    function test_aRefusedAnswerIsAnError() external {
        string[] memory urls = listOf(string.concat(GATEWAY, "/{sender}/{data}.json"));
        setResolver("user.dm3.eth", address(new PlainResolver(urls, listOf(stranger))));
        (bool ok, bytes memory errorData) = tryRead(address(universal), ask(textCall("url")));
        vm.assertTrue(!ok, "accepted");
        bytes memory refusal = abi.encodeWithSignature("Error(string)", "invalid signature");
        vm.assertEq(
            errorData, abi.encodeWithSelector(IUniversalResolver.ResolverError.selector, refusal), "error"
        );
    }

    function test_oneFailingRecordSpoilsNoOther() external {
        setResolver("user.dm3.eth", address(plain));
        bytes[] memory calls = new bytes[](3);
        (calls[0], calls[1], calls[2]) = (textCall("url"), textCall("unknown"), textCall("avatar"));
        bytes[] memory entries = many(calls);
        vm.assertEq(abi.decode(entries[0], (string)), "https://example.com", "before");
        bytes memory notFound = abi.encodeWithSelector(IUniversalResolver.HttpError.selector, 404, "");
        vm.assertEq(entries[1], notFound, "error");
        vm.assertEq(abi.decode(entries[2], (string)), "https://example.com/me.png", "after");
    }

    function test_aBatchOfAnotherSizeIsRefused() external {
        setResolver("user.dm3.eth", address(plain));
        bytes memory extraData = lookupOf(address(universal), ask(textCall("url"))).extraData;
        bytes[3] memory responses = [
            abi.encode(new bool[](0), new bytes[](0)),
            abi.encode(new bool[](2), new bytes[](2)),
            abi.encode(new bool[](2), new bytes[](1))
        ];
        for (uint256 i = 0; i < responses.length; ++i) {
            vm.expectRevert(IUniversalResolver.InvalidBatchGatewayResponse.selector);
            universal.batchCallback(responses[i], extraData);
        }
    }

    /// @dev A contract must not hand out a lookup that it was handed itself (ERC-3668): it would be answered
    /// for it.
    function test_aLookupOfAnotherContractIsAnError() external {
        string[] memory urls = listOf(GATEWAY);
        bytes memory foreign =
            abi.encodeWithSelector(IERC3668.OffchainLookup.selector, address(plain), urls, "", bytes4(0), "");
        for (uint256 kind = 0; kind < 4; ++kind) {
            ScriptedResolver scripted = new ScriptedResolver(kind & 1 == 1, kind & 2 == 2);
            scripted.fails(textCall("url"), foreign);
            setResolver(NAME, address(scripted));
            vm.expectRevert(abi.encodeWithSelector(IUniversalResolver.ResolverError.selector, foreign));
            universal.resolve(wire(NAME), textCall("url"));
        }
    }

    /// @dev A lookup that leads to another lookup: the resolver's callback asks again, once.
    function test_aLookupAfterALookupIsFollowed() external {
        for (uint256 kind = 0; kind < 2; ++kind) {
            AskingTwice twice = new AskingTwice(string.concat(GATEWAY, "/{sender}/{data}.json"), kind == 1);
            setResolver(NAME, address(twice));
            (string memory value,) = text("url");
            vm.assertEq(value, "asked twice", "value");
        }
        vm.assertEq(questions, 4, "requests");
    }

    function expectText(address expected) private {
        (string memory value, address answered) = text("url");
        vm.assertEq(value, "https://example.com", "value");
        vm.assertEq(answered, expected, "resolver");
    }

    function expectMany() private {
        bytes[] memory calls = new bytes[](30);
        for (uint256 i = 0; i < calls.length; ++i) {
            calls[i] = textCall(string.concat("key ", LibString.toString(i)));
            setRecord(calls[i], abi.encode(string.concat("value ", LibString.toString(i))));
        }
        bytes[] memory entries = many(calls);
        vm.assertEq(entries.length, 30, "entries");
        for (uint256 i = 0; i < entries.length; ++i) {
            string memory value = string.concat("value ", LibString.toString(i));
            vm.assertEq(abi.decode(entries[i], (string)), value, "value");
        }
    }

    function text(string memory key) private returns (string memory value, address answered) {
        bytes memory result;
        (result, answered) = abi.decode(read(address(universal), ask(textCall(key))), (bytes, address));
        value = abi.decode(result, (string));
    }

    function many(bytes[] memory calls) private returns (bytes[] memory) {
        bytes memory data = ask(abi.encodeCall(IMulticallable.multicall, (calls)));
        (bytes memory result,) = abi.decode(read(address(universal), data), (bytes, address));
        return abi.decode(result, (bytes[]));
    }

    function ask(bytes memory call) private pure returns (bytes memory) {
        return abi.encodeCall(IUniversalResolver.resolve, (wire(NAME), call));
    }
}

/// @dev A plain resolver whose callback raises a lookup of its own before it answers.
contract AskingTwice is IERC3668 {
    string private _url;
    bool private immutable _features;

    constructor(string memory url, bool features) {
        (_url, _features) = (url, features);
    }

    function text(bytes32, string calldata) external view returns (string memory) {
        _ask(this.first.selector);
    }

    function first(bytes calldata, bytes calldata) external view returns (string memory) {
        _ask(this.second.selector);
    }

    function second(bytes calldata, bytes calldata) external pure returns (string memory) {
        return "asked twice";
    }

    function supportsInterface(bytes4 id) external view returns (bool) {
        return id == 0x01ffc9a7 || (id == 0x582de3e7 && _features);
    }

    /// @dev Asks what the gateway of these tests knows, whatever was asked.
    function _ask(bytes4 callback) private view {
        string[] memory urls = new string[](1);
        urls[0] = _url;
        bytes32 node = 0xedc59955d48d4280a4d80555f7f37053acc4bdce494b53d8ecc44769cc12af12;
        bytes memory call = abi.encodeCall(ITextResolver.text, (node, "url"));
        bytes memory request = abi.encodeWithSignature("resolve(bytes,bytes)", "", call);
        revert OffchainLookup(address(this), urls, request, callback, "");
    }
}
