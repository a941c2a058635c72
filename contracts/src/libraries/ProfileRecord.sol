// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {AsciiName} from "./AsciiName.sol";
import {Hex} from "./Hex.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @title dm3 profiles in text records, in their one canonical form
/// @notice `data:application/json,` and a signed profile as JSON with sorted keys and without white space:
///
/// `{"profile":{"deliveryServices":[…],"publicEncryptionKey":"…","publicSigningKey":"…"},"signature":"0x…"}`
///
/// Delivery services are ENS names (see `AsciiName`; names beyond ASCII are left to other records), keys are
/// Base64 of 32 bytes, the signature is lower-case hex. Only one text says the same thing, so nothing can
/// hide in another way of writing it, and what passes here is a profile for every reader of dm3.
library ProfileRecord {
    /// @notice The longest record, in bytes: what gateways keep, unless they are told to keep more.
    uint256 internal constant MAX_LENGTH = 8192;

    /// @dev The Base64 form of 32 bytes, the last of them a `=`.
    uint256 private constant KEY_LENGTH = 44;

    /// @dev A bit for each character of Base64.
    uint128 private constant BASE64 = LibString.ALPHANUMERIC_7_BIT_ASCII | (1 << 0x2b) | (1 << 0x2f);

    /// @dev A bit for each character that can be the 43rd: it carries four bits of the last byte and two
    /// zeros.
    // slither-disable-next-line too-many-digits
    uint128 private constant LAST_OF_BASE64 = 0x888888022222220111000000000000;

    /// @dev How far a record is read. Once something was not as it should be, `failed` stays.
    struct Reading {
        bytes text;
        uint256 cursor;
        bool failed;
    }

    /// @notice Reads a record.
    /// @return ok Whether it is in canonical form.
    /// @return profile The profile's JSON, which its owner has signed.
    /// @return signature The signature, whoever's and of whatever length.
    function tryParse(bytes memory text)
        internal
        pure
        returns (bool ok, bytes memory profile, bytes memory signature)
    {
        if (text.length > MAX_LENGTH) return (false, "", "");
        Reading memory reading = Reading(text, 0, false);
        _take(reading, 'data:application/json,{"profile":');
        uint256 start = reading.cursor;
        _take(reading, '{"deliveryServices":[');
        _takeNames(reading);
        _take(reading, '],"publicEncryptionKey":"');
        _takeKey(reading);
        _take(reading, '","publicSigningKey":"');
        _takeKey(reading);
        _take(reading, '"}');
        profile = LibBytes.slice(text, start, reading.cursor);
        _take(reading, ',"signature":"0x');
        signature = _takeHex(reading);
        _take(reading, '"}');
        ok = !reading.failed && reading.cursor == text.length;
    }

    /// @notice What the account signs: dm3's creation message, as a personal message (EIP-191).
    /// @param owner The account, which the message names.
    /// @param profile The profile's JSON.
    function digest(address owner, bytes memory profile) internal pure returns (bytes32) {
        return MessageHashUtils.toEthSignedMessageHash(
            bytes.concat(
                "dm3.chat wants you register your dm3 profile with your Ethereum account:\n",
                bytes(LibString.toHexStringChecksummed(owner)),
                "\n\nThis is required only once!\n"
                "(There is no paid transaction initiated. The signature is used off-chain only.)\n\n"
                "URI: https://dm3.chat\nVersion: 1\ndm3 Profile: ",
                profile
            )
        );
    }

    /// @dev Takes exactly this.
    function _take(Reading memory reading, bytes memory expected) private pure {
        uint256 end = reading.cursor + expected.length;
        if (EfficientHashLib.hash(reading.text, reading.cursor, end) == keccak256(expected)) {
            reading.cursor = end;
        } else {
            reading.failed = true;
        }
    }

    /// @dev Takes a list of names, none included, up to its closing bracket.
    function _takeNames(Reading memory reading) private pure {
        if (_next(reading) == "]") return;
        while (!reading.failed) {
            _take(reading, '"');
            uint256 end = LibBytes.indexOfByte(reading.text, '"', reading.cursor);
            if (end == LibBytes.NOT_FOUND || !AsciiName.isNormal(reading.text, reading.cursor, end)) {
                reading.failed = true;
                return;
            }
            reading.cursor = end + 1;
            if (_next(reading) != ",") return;
            ++reading.cursor;
        }
    }

    /// @dev Takes a key, up to the quotation mark behind it.
    function _takeKey(Reading memory reading) private pure {
        uint256 last = reading.cursor + KEY_LENGTH - 2;
        if (
            !_consistsOf(reading, reading.cursor, last, BASE64)
                || !_consistsOf(reading, last, last + 1, LAST_OF_BASE64)
        ) {
            reading.failed = true;
            return;
        }
        reading.cursor = last + 1;
        _take(reading, "=");
    }

    /// @dev Takes hex digits, up to the quotation mark behind them.
    function _takeHex(Reading memory reading) private pure returns (bytes memory decoded) {
        uint256 end = LibBytes.indexOfByte(reading.text, '"', reading.cursor);
        bool ok = false;
        if (end != LibBytes.NOT_FOUND) (ok, decoded) = Hex.tryDecode(reading.text, reading.cursor, end);
        if (ok) reading.cursor = end;
        else reading.failed = true;
    }

    /// @dev Whether all of a part is there, and has these characters only.
    function _consistsOf(Reading memory reading, uint256 from, uint256 to, uint128 characters)
        private
        pure
        returns (bool)
    {
        string memory part = string(LibBytes.slice(reading.text, from, to));
        return bytes(part).length == to - from && LibString.is7BitASCII(part, characters);
    }

    function _next(Reading memory reading) private pure returns (bytes1) {
        return reading.cursor < reading.text.length ? reading.text[reading.cursor] : bytes1(0);
    }
}
