// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Hex digits
library Hex {
    /// @notice Reads an even number of lower-case hex digits.
    /// @dev Upper case is refused: a text has one form only where somebody signs it or compares it.
    /// @param from Where in `text` they begin.
    /// @param to Where they end; at most the length of `text`.
    /// @return ok Whether there are only such digits.
    function tryDecode(bytes memory text, uint256 from, uint256 to)
        internal
        pure
        returns (bool ok, bytes memory decoded)
    {
        if (to < from || (to - from) % 2 != 0) return (false, "");
        decoded = new bytes((to - from) / 2);
        for (uint256 i = 0; i < decoded.length; ++i) {
            uint256 high = _digit(text[from + 2 * i]);
            uint256 low = _digit(text[from + 2 * i + 1]);
            if (high > 15 || low > 15) return (false, "");
            // forge-lint: disable-next-line(unsafe-typecast)
            decoded[i] = bytes1(uint8(high << 4 | low));
        }
        return (true, decoded);
    }

    /// @dev 16 for what is no digit.
    function _digit(bytes1 character) private pure returns (uint256) {
        uint8 code = uint8(character);
        if (code >= 0x30 && code <= 0x39) return code - 0x30;
        if (code >= 0x61 && code <= 0x66) return code - 0x61 + 10;
        return 16;
    }
}
