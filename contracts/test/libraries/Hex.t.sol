// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Hex} from "../../src/libraries/Hex.sol";
import {TestBase} from "../utils/Cheats.sol";
import {LibString} from "solady/utils/LibString.sol";

contract HexTest is TestBase {
    function test_digitsBecomeBytes() external pure {
        (bool ok, bytes memory decoded) = Hex.tryDecode("x0123456789abcdefx", 1, 17);
        vm.assertTrue(ok, "digits");
        vm.assertEq(decoded, hex"0123456789abcdef", "bytes");
        (ok, decoded) = Hex.tryDecode("", 0, 0);
        vm.assertTrue(ok, "nothing");
        vm.assertEq(decoded, "", "no bytes");
    }

    function test_everythingElseIsRefused() external pure {
        string[8] memory texts = ["0", "0g", "g0", "0A", "A0", "0x", " 0", "0/"];
        for (uint256 i = 0; i < texts.length; ++i) {
            (bool ok,) = Hex.tryDecode(bytes(texts[i]), 0, bytes(texts[i]).length);
            vm.assertTrue(!ok, texts[i]);
        }
        (bool backwards,) = Hex.tryDecode("00", 2, 0);
        vm.assertTrue(!backwards, "backwards");
    }

    function testFuzz_whatIsEncodedIsRead(bytes calldata value) external pure {
        bytes memory text = bytes(LibString.toHexStringNoPrefix(value));
        (bool ok, bytes memory decoded) = Hex.tryDecode(text, 0, text.length);
        vm.assertTrue(ok, "digits");
        vm.assertEq(decoded, value, "bytes");
    }

    function testFuzz_whatIsReadIsWrittenTheSameWay(bytes calldata text) external pure {
        (bool ok, bytes memory decoded) = Hex.tryDecode(text, 0, text.length);
        if (ok) vm.assertEq(bytes(LibString.toHexStringNoPrefix(decoded)), text, "one form");
    }

    function testFuzz_everyOtherCharacterIsRefused(bytes1 character) external pure {
        bool isDigit = (character >= "0" && character <= "9") || (character >= "a" && character <= "f");
        (bool high,) = Hex.tryDecode(bytes.concat(character, "0"), 0, 2);
        (bool low,) = Hex.tryDecode(bytes.concat("0", character), 0, 2);
        vm.assertEq(high, isDigit, "first");
        vm.assertEq(low, isDigit, "second");
    }
}
