// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";

/// @title Names in DNS wire form
/// @notice Labels of 1 to 255 bytes, each with its length in front, ended by a zero byte.
library DnsName {
    /// @notice These bytes are no name in DNS wire form.
    error DNSDecodingFailed(bytes dns);

    /// @notice This name has no DNS wire form.
    error DNSEncodingFailed(string ens);

    /// @notice Reads the label at `offset`.
    /// @return labelHash The keccak256 hash of the label, zero at the end of the name.
    /// @return next The offset of the label after it.
    function label(bytes memory name, uint256 offset)
        internal
        pure
        returns (bytes32 labelHash, uint256 next)
    {
        if (offset >= name.length) revert DNSDecodingFailed(name);
        uint256 length = uint8(name[offset]);
        next = offset + 1 + length;
        // The zero byte must be the last one, and no label may be.
        if ((length == 0) != (next == name.length) || next > name.length) revert DNSDecodingFailed(name);
        if (length != 0) labelHash = EfficientHashLib.hash(name, offset + 1, next);
    }

    /// @notice The wire form of a name that is written with dots.
    function encode(string memory name) internal pure returns (bytes memory wire) {
        if (bytes(name).length == 0) return hex"00";
        bytes[] memory labels = LibBytes.split(bytes(name), ".");
        for (uint256 i = 0; i < labels.length; ++i) {
            uint256 length = labels[i].length;
            if (length == 0 || length > 255) revert DNSEncodingFailed(name);
            // forge-lint: disable-next-line(unsafe-typecast)
            wire = abi.encodePacked(wire, uint8(length), labels[i]);
        }
        return abi.encodePacked(wire, uint8(0));
    }

    /// @notice The node (ENSIP-1) of the name that begins at `offset`.
    function node(bytes memory name, uint256 offset) internal pure returns (bytes32) {
        (bytes32 labelHash, uint256 next) = label(name, offset);
        return labelHash == 0 ? bytes32(0) : child(node(name, next), labelHash);
    }

    /// @notice The node of a label under another node (ENSIP-1).
    function child(bytes32 parent, bytes32 labelHash) internal pure returns (bytes32) {
        return EfficientHashLib.hash(parent, labelHash);
    }
}
