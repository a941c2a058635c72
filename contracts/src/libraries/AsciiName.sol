// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Names in ENSIP-15 normal form, as far as they are ASCII
/// @notice A contract cannot carry the Unicode data of ENSIP-15. Its rules for ASCII are few: labels of `a`
/// to `z`, `0` to `9`, `$`, `-` and `_`; underscores only at the beginning of a label; no two hyphens as its
/// third and fourth character.
library AsciiName {
    /// @notice The longest name, as text. DNS wire form takes two bytes more, and 255 at most.
    uint256 internal constant MAX_LENGTH = 253;

    /// @dev A bit for each character that a label may have: `a` to `z`, `0` to `9`, `$`, `-`, `_`.
    // slither-disable-next-line too-many-digits
    uint256 private constant CHARACTERS = 0x7fffffe8000000003ff201000000000;

    /// @notice Whether a part of a text is such a name.
    /// @param from Where it begins.
    /// @param to Where it ends; at most the length of `text`.
    function isNormal(bytes memory text, uint256 from, uint256 to) internal pure returns (bool) {
        if (to <= from || to - from > MAX_LENGTH) return false;
        uint256 labelStart = from;
        bool onlyUnderscores = true;
        for (uint256 i = from; i < to; ++i) {
            bytes1 character = text[i];
            if (character == ".") {
                if (i == labelStart) return false;
                labelStart = i + 1;
                onlyUnderscores = true;
                continue;
            }
            if (CHARACTERS >> uint8(character) & 1 == 0) return false;
            if (character == "_") {
                if (!onlyUnderscores) return false;
                continue;
            }
            if (character == "-" && i == labelStart + 3 && text[i - 1] == "-") return false;
            onlyUnderscores = false;
        }
        return labelStart != to;
    }
}
