// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {DnsName} from "./DnsName.sol";
import {Hex} from "./Hex.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @title Names whose first label is an address
library AddressName {
    /// @dev `0x` and 40 digits.
    uint256 private constant LABEL_LENGTH = 42;

    /// @notice Reads a name whose first label is `0x` and 40 hex digits, in any case.
    /// @dev Names are asked for in lower case, which is their normal form. Another case is a node of its own,
    /// and no gateway has records for it; read like this, it cannot be a way around either. Reverts where the
    /// first label is an address and what follows is no name.
    /// @param name The name in DNS wire form.
    /// @return found Whether it is one.
    /// @return owner What the label says.
    /// @return parent The node that the label is directly under.
    /// @return node The node of the name.
    function tryParse(bytes memory name)
        internal
        pure
        returns (bool found, address owner, bytes32 parent, bytes32 node)
    {
        if (name.length <= 1 + LABEL_LENGTH || uint8(name[0]) != LABEL_LENGTH) {
            return (false, owner, 0, 0);
        }
        bytes memory label = bytes(LibString.lower(string(LibBytes.slice(name, 1, 1 + LABEL_LENGTH))));
        if (label[0] != "0" || label[1] != "x") return (false, owner, 0, 0);
        bytes memory digits;
        (found, digits) = Hex.tryDecode(label, 2, LABEL_LENGTH);
        if (!found) return (false, owner, 0, 0);
        // forge-lint: disable-next-line(unsafe-typecast)
        owner = address(bytes20(digits));
        (bytes32 labelHash, uint256 next) = DnsName.label(name, 0);
        parent = DnsName.node(name, next);
        node = DnsName.child(parent, labelHash);
    }
}
