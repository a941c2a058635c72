// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3668} from "../interfaces/IERC3668.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";

/// @notice The parameters of the error `OffchainLookup`.
struct Lookup {
    address sender;
    string[] urls;
    bytes callData;
    bytes4 callbackFunction;
    bytes extraData;
}

/// @title Reads the lookups that contracts raise, for development and tests
library OffchainLookups {
    /// @notice The first four bytes of a call or an error, zeros for what is missing.
    function selectorOf(bytes memory data) internal pure returns (bytes4) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes4(data);
    }

    /// @notice Whether a contract failed with a lookup of its own, not with one that it was handed itself.
    function isRaisedBy(address target, bytes memory errorData) internal pure returns (bool) {
        return selectorOf(errorData) == IERC3668.OffchainLookup.selector && decode(errorData).sender == target;
    }

    /// @notice Reads a lookup; `errorData` is one.
    function decode(bytes memory errorData) internal pure returns (Lookup memory lookup) {
        (lookup.sender, lookup.urls, lookup.callData, lookup.callbackFunction, lookup.extraData) =
            abi.decode(LibBytes.slice(errorData, 4), (address, string[], bytes, bytes4, bytes));
    }
}
