// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {OffchainLookups} from "../../src/dev/OffchainLookups.sol";
import {IExtendedResolver} from "../../src/interfaces/IExtendedResolver.sol";
import {IMulticallable} from "../../src/interfaces/IMulticallable.sol";
import {IUniversalResolver} from "../../src/interfaces/IUniversalResolver.sol";
import {Answers} from "./Answers.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @title A gateway that lives in a test
/// @notice Reads URLs as an HTTP server does, and knows no more of a question than what the URL and the body
/// say.
abstract contract GatewayDouble is Answers {
    using LibString for string;

    /// @dev Hosts that do not answer, and that answer 500.
    string internal constant DOWN = "https://down.test";
    string internal constant BROKEN = "https://broken.test";
    string internal constant GATEWAY = "https://gateway.test";

    uint256 internal constant SIGNER_KEY = 0x516e;
    uint64 internal constant LIFETIME = 300;

    /// @dev How many questions reached the gateway.
    uint256 internal questions;

    mapping(bytes32 callHash => bytes result) private _results;

    /// @dev Lets the gateway answer a call of a resolver function, or of `registerParams`.
    function setRecord(bytes memory call, bytes memory result) internal {
        _results[keccak256(call)] = result;
    }

    /// @return status The HTTP status, 0 where nobody answered at all.
    /// @return response What the body's `data` says.
    function http(string memory url, string memory body)
        internal
        returns (uint256 status, bytes memory response)
    {
        if (url.startsWith(DOWN)) return (0, "");
        if (url.startsWith(BROKEN)) return (500, "");
        ++questions;
        string[] memory segments = url.split("/");
        string memory resolver = segments[segments.length - 1];
        if (url.endsWith(".json")) {
            body = resolver.slice(0, bytes(resolver).length - bytes(".json").length);
            resolver = segments[segments.length - 2];
        }
        return _answer(vm.parseAddress(resolver), vm.parseBytes(body));
    }

    function _answer(address resolver, bytes memory request)
        private
        view
        returns (uint256 status, bytes memory response)
    {
        bytes memory call = request;
        if (OffchainLookups.selectorOf(request) == IExtendedResolver.resolve.selector) {
            (, call) = abi.decode(LibBytes.slice(request, 4), (bytes, bytes));
        }
        bytes memory result = _resultOf(call);
        if (result.length % 32 != 0) return (404, "");
        uint64 expires = uint64(block.timestamp) + LIFETIME;
        return (200, answer(SIGNER_KEY, resolver, expires, request, result));
    }

    function _resultOf(bytes memory call) private view returns (bytes memory result) {
        bytes4 selector = OffchainLookups.selectorOf(call);
        if (selector == IMulticallable.multicall.selector) {
            bytes[] memory entries = abi.decode(LibBytes.slice(call, 4), (bytes[]));
            for (uint256 i = 0; i < entries.length; ++i) {
                entries[i] = _resultOf(entries[i]);
            }
            return abi.encode(entries);
        }
        result = _results[keccak256(call)];
        if (result.length == 0) {
            return abi.encodeWithSelector(IUniversalResolver.UnsupportedResolverProfile.selector, selector);
        }
    }
}
