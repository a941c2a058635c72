// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {GatewayUrl} from "../../src/libraries/GatewayUrl.sol";
import {TestBase} from "../utils/Cheats.sol";
import {LibString} from "solady/utils/LibString.sol";

contract GatewayUrlTest is TestBase {
    using LibString for string;

    address private constant RESOLVER = 0xabCDEF1234567890ABcDEF1234567890aBCDeF12;
    string private constant RESOLVER_PATH = "/0xabcdef1234567890abcdef1234567890abcdef12";

    function test_urlsThatCanCarryAPath() external pure {
        vm.assertTrue(GatewayUrl.isBase("https://gw.example"), "host");
        vm.assertTrue(GatewayUrl.isBase("http://127.0.0.1:8080"), "port");
        vm.assertTrue(GatewayUrl.isBase("http://[::1]:8080"), "IPv6");
        vm.assertTrue(GatewayUrl.isBase("https://gw.example/a/b%20c~d"), "path");
        vm.assertTrue(GatewayUrl.isBase("https://XN--A.EXAMPLE"), "capitals");
    }

    function test_urlsThatCannot() external pure {
        vm.assertTrue(!GatewayUrl.isBase(""), "empty");
        vm.assertTrue(!GatewayUrl.isBase("https://"), "no host");
        vm.assertTrue(!GatewayUrl.isBase("gw.example"), "no scheme");
        vm.assertTrue(!GatewayUrl.isBase("ftp://gw.example"), "other scheme");
        vm.assertTrue(!GatewayUrl.isBase("x-batch-gateway:true"), "batch gateway");
        vm.assertTrue(!GatewayUrl.isBase("https://gw.example/"), "slash at the end");
        vm.assertTrue(!GatewayUrl.isBase("https://gw.example/{sender}/{data}.json"), "placeholders");
        vm.assertTrue(!GatewayUrl.isBase("https://gw.example?key=1"), "query");
        vm.assertTrue(!GatewayUrl.isBase("https://gw.example#top"), "fragment");
        vm.assertTrue(!GatewayUrl.isBase("https://me@gw.example"), "user");
        vm.assertTrue(!GatewayUrl.isBase("https://gw.example/ a"), "blank");
        vm.assertTrue(!GatewayUrl.isBase("https://gw.example\n"), "line end");
        vm.assertTrue(!GatewayUrl.isBase(unicode"https://gäteway.example"), "beyond ASCII");
    }

    function test_writesHaveAUrlOfTheirOwn() external pure {
        vm.assertEq(GatewayUrl.writes("https://gw.example/a"), "https://gw.example/a/v1/erc7884", "url");
    }

    function test_shortQuestionsGoIntoTheUrl() external pure {
        vm.assertEq(
            GatewayUrl.lookup("https://gw.example", RESOLVER, 4),
            "https://gw.example/0xabcdef1234567890abcdef1234567890abcdef12/{data}.json",
            "template"
        );
    }

    /// @dev 20 + 43 + 3 + 5 characters around the question: 964 bytes of it make a URL of 1,999, 965 bytes
    /// one of 2,001.
    function test_theBorderWithAnOddBase() external pure {
        string memory base = "https://gw.example/a";
        vm.assertEq(filled(base, 964), 1999, "below");
        vm.assertTrue(isGet(base, 964), "1,999 characters");
        vm.assertEq(filled(base, 965), 2001, "above");
        vm.assertTrue(!isGet(base, 965), "2,001 characters");
    }

    /// @dev One character more in the base: 964 bytes of question make a URL of 2,000 exactly.
    function test_theBorderWithAnEvenBase() external pure {
        string memory base = "https://gw.example/ab";
        vm.assertEq(filled(base, 964), 2000, "at");
        vm.assertTrue(isGet(base, 964), "2,000 characters");
        vm.assertEq(filled(base, 965), 2002, "above");
        vm.assertTrue(!isGet(base, 965), "2,002 characters");
    }

    function test_longQuestionsArePosted() external pure {
        vm.assertEq(
            GatewayUrl.lookup("https://gw.example", RESOLVER, 32768),
            "https://gw.example/0xabcdef1234567890abcdef1234567890abcdef12",
            "template"
        );
    }

    function testFuzz_aUrlIsFilledUpToItsLimitAndNoFurther(uint256 padding, uint256 questionLength)
        external
        pure
    {
        string memory base = string.concat("https://gw.example/", LibString.repeat("a", 1 + padding % 300));
        questionLength = questionLength % 1200;
        string memory url = GatewayUrl.lookup(base, RESOLVER, questionLength);
        vm.assertTrue(url.startsWith(string.concat(base, RESOLVER_PATH)), "base and resolver");
        bool fits = filled(base, questionLength) <= 2000;
        vm.assertEq(url.endsWith("/{data}.json"), fits, "GET where it fits");
        vm.assertEq(url.eq(string.concat(base, RESOLVER_PATH)), !fits, "POST where it does not");
    }

    function isGet(string memory base, uint256 questionLength) private pure returns (bool) {
        return GatewayUrl.lookup(base, RESOLVER, questionLength).contains("{data}");
    }

    /// @dev The length of the URL that a client would make, counted on the URL itself.
    function filled(string memory base, uint256 questionLength) private pure returns (uint256) {
        string memory data = LibString.toHexString(new bytes(questionLength));
        return bytes(string.concat(base, RESOLVER_PATH, "/", data, ".json")).length;
    }
}
