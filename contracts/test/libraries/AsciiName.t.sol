// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AsciiName} from "../../src/libraries/AsciiName.sol";
import {TestBase} from "../utils/Cheats.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @notice The same lists stand in src/ens/name.rs, whose judgement counts.
contract AsciiNameTest is TestBase {
    function test_namesInNormalForm() external pure {
        string[15] memory names = [
            "a",
            "eth",
            "ds.dm3.eth",
            "_",
            "__a",
            "_-",
            "-",
            "---",
            "a--b",
            "ab-",
            "-a.a-",
            "$",
            "0.1",
            "_.a",
            "a._b"
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            vm.assertTrue(isNormal(names[i]), names[i]);
        }
    }

    function test_otherTextsAreNotInNormalForm() external pure {
        string[17] memory texts = [
            "",
            ".",
            "a.",
            ".a",
            "a..b",
            "A",
            "a_b",
            "a_",
            "_a_",
            "ab--",
            "xn--a",
            "----",
            "__--",
            "a.ab--c",
            "a b",
            "a'b",
            unicode"ä"
        ];
        for (uint256 i = 0; i < texts.length; ++i) {
            vm.assertTrue(!isNormal(texts[i]), texts[i]);
        }
    }

    function test_aNameHasUpTo253Characters() external pure {
        vm.assertTrue(isNormal(LibString.repeat("a", 253)), "253");
        vm.assertTrue(!isNormal(LibString.repeat("a", 254)), "254");
    }

    function test_theCharactersAreThese() external pure {
        for (uint256 code = 0; code < 256; ++code) {
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes memory label = abi.encodePacked(uint8(code));
            bool valid = LibString.contains("abcdefghijklmnopqrstuvwxyz0123456789$-_", string(label));
            vm.assertEq(isNormal(string(label)), valid, LibString.toString(code));
        }
    }

    function testFuzz_onlyThePartCounts(bytes calldata before, bytes calldata behind) external pure {
        bytes memory text = bytes.concat(before, "ds.eth", behind);
        vm.assertTrue(AsciiName.isNormal(text, before.length, before.length + 6), "the part");
        vm.assertTrue(!AsciiName.isNormal(text, before.length, before.length), "nothing");
    }

    function testFuzz_aNameIsItsLabels(uint256 seed, uint8 count) external pure {
        string memory name = labelOf(seed, 0);
        bool normal = isNormal(name);
        for (uint256 i = 1; i < 1 + count % 5; ++i) {
            string memory label = labelOf(seed, i);
            normal = normal && isNormal(label);
            name = string.concat(name, ".", label);
        }
        vm.assertEq(isNormal(name), normal, name);
    }

    function isNormal(string memory text) private pure returns (bool) {
        return AsciiName.isNormal(bytes(text), 0, bytes(text).length);
    }

    /// @dev Up to seven characters of those that the rules are about.
    function labelOf(uint256 seed, uint256 index) private pure returns (string memory label) {
        bytes32 random = keccak256(abi.encode(seed, index));
        for (uint256 i = 0; i < uint8(random[31]) % 8; ++i) {
            label = string.concat(
                label, LibString.slice("ab-_-_", uint8(random[i]) % 6, uint8(random[i]) % 6 + 1)
            );
        }
    }
}
