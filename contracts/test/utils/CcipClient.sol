// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Lookup, OffchainLookups} from "../../src/dev/OffchainLookups.sol";
import {IBatchGateway} from "../../src/interfaces/IBatchGateway.sol";
import {IERC3668} from "../../src/interfaces/IERC3668.sol";
import {IUniversalResolver} from "../../src/interfaces/IUniversalResolver.sol";
import {GatewayDouble} from "./GatewayDouble.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @title A client that reads through gateways (ERC-3668), with a batch gateway of its own (ENSIP-21)
abstract contract CcipClient is GatewayDouble {
    using LibString for string;

    string internal constant LOCAL_BATCH_GATEWAY = "x-batch-gateway:true";

    /// @dev How many lookups one question may take, as in real clients.
    uint256 private constant MAX_LOOKUPS = 4;

    /// @dev Calls, and follows lookups until there is an output or another error.
    function tryRead(address target, bytes memory data) internal returns (bool ok, bytes memory output) {
        for (uint256 i = 0; i <= MAX_LOOKUPS; ++i) {
            (ok, output) = target.staticcall(data);
            if (ok || OffchainLookups.selectorOf(output) != IERC3668.OffchainLookup.selector) {
                return (ok, output);
            }
            Lookup memory lookup = OffchainLookups.decode(output);
            vm.assertEq(lookup.sender, target, "a client refuses a lookup of another contract");
            (uint256 status, bytes memory response) = _fetch(lookup.sender, lookup.urls, lookup.callData);
            vm.assertEq(status, 200, "no gateway answered");
            data = abi.encodeWithSelector(lookup.callbackFunction, response, lookup.extraData);
        }
        revert("too many lookups");
    }

    function read(address target, bytes memory data) internal returns (bytes memory output) {
        bool ok;
        (ok, output) = tryRead(target, data);
        vm.assertTrue(ok, "the read failed");
    }

    /// @dev The lookup that a call raises; fails when it raises none.
    function lookupOf(address target, bytes memory data) internal view returns (Lookup memory) {
        (bool ok, bytes memory output) = target.staticcall(data);
        vm.assertTrue(!ok && OffchainLookups.isRaisedBy(target, output), "the call raises no lookup");
        return OffchainLookups.decode(output);
    }

    function _fetch(address sender, string[] memory urls, bytes memory data)
        private
        returns (uint256 status, bytes memory response)
    {
        for (uint256 i = 0; i < urls.length; ++i) {
            if (urls[i].eq(LOCAL_BATCH_GATEWAY)) return (200, _fetchAll(data));
            string memory body = LibString.toHexString(data);
            string memory url = urls[i].replace("{sender}", LibString.toHexString(sender));
            (status, response) = http(url.replace("{data}", body), body);
            if (status == 200 || (status >= 400 && status < 500)) return (status, response);
        }
    }

    function _fetchAll(bytes memory data) private returns (bytes memory) {
        IBatchGateway.Request[] memory requests =
            abi.decode(LibBytes.slice(data, 4), (IBatchGateway.Request[]));
        bool[] memory failures = new bool[](requests.length);
        bytes[] memory responses = new bytes[](requests.length);
        for (uint256 i = 0; i < requests.length; ++i) {
            IBatchGateway.Request memory request = requests[i];
            (uint256 status, bytes memory response) = _fetch(request.sender, request.urls, request.data);
            failures[i] = status != 200;
            responses[i] = failures[i]
                ? abi.encodeWithSelector(IUniversalResolver.HttpError.selector, status, "")
                : response;
        }
        return abi.encode(failures, responses);
    }
}
