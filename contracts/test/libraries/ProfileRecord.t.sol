// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ProfileRecord} from "../../src/libraries/ProfileRecord.sol";
import {Profiles} from "../utils/Profiles.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Base64} from "solady/utils/Base64.sol";
import {LibString} from "solady/utils/LibString.sol";

contract ProfileRecordTest is Profiles {
    using LibString for string;

    bytes private constant SIGNATURE = hex"0123456789abcdef";

    function test_profilesOfDm3sLibraryAreReadAndSignedByTheirOwners() external view {
        Vector[] memory all = vectors();
        vm.assertEq(all.length, 4, "vectors");
        for (uint256 i = 0; i < all.length; ++i) {
            (bool ok, bytes memory profile, bytes memory signature) = parse(all[i].record);
            vm.assertTrue(ok, all[i].record);
            vm.assertEq(recordOf(string(profile), signature), all[i].record, "parts");
            bytes32 digest = ProfileRecord.digest(all[i].owner, profile);
            vm.assertEq(ECDSA.recover(digest, signature), all[i].owner, "signer");
        }
    }

    function test_theDigestIsThatOfTheCreationMessage() external pure {
        string memory profile = profileOf('"ds.eth"');
        address owner = 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf;
        vm.assertEq(ProfileRecord.digest(owner, bytes(profile)), creationDigest(owner, profile), "digest");
    }

    function testFuzz_theDigestIsThatOfTheCreationMessage(address owner, string calldata profile)
        external
        pure
    {
        vm.assertEq(ProfileRecord.digest(owner, bytes(profile)), creationDigest(owner, profile), "digest");
    }

    function testFuzz_canonicalRecordsAreRead(bytes32 one, bytes32 two, bytes calldata signature)
        external
        pure
    {
        vm.assume(signature.length < 1000);
        string memory keyOne = Base64.encode(abi.encode(one));
        string memory keyTwo = Base64.encode(abi.encode(two));
        string memory profile = profileOf('"ds.eth","a.eth"', keyOne, keyTwo);
        (bool ok, bytes memory read, bytes memory readSignature) = parse(recordOf(profile, signature));
        vm.assertTrue(ok, "canonical");
        vm.assertEq(string(read), profile, "profile");
        vm.assertEq(readSignature, signature, "signature");
    }

    function test_otherFormsAreRefused() external view {
        string memory record = vectors()[1].record;
        refuse(record.replace("data:", "DATA:"), "upper-case scheme");
        refuse(record.replace("json,", "json;base64,"), "base64");
        refuse(record.replace("json,", "json;charset=utf-8,"), "charset");
        refuse(string.concat(" ", record), "something before");
        refuse(string.concat(record, " "), "something behind");
        refuse(string.concat(record, record), "twice");
        refuse(record.replace(":{", ": {"), "white space");
        refuse(record.replace('["', '[ "'), "white space in the list");
        refuse(record.replace("profile", "Profile"), "another field");
        refuse(record.replace('"}', '","x":1}'), "unknown fields");
        refuse(record.replace('},"signature"', ',"x":1},"signature"'), "an unknown field in the profile");
        refuse(record.replace("deliveryServices", "publicSigningKey"), "swapped fields");
        refuse(record.replace("ds.eth", "DS.eth"), "a name in upper case");
        refuse(record.replace("ds.eth", ""), "an empty name");
        refuse(record.replace("ds.eth", "ds_.eth"), "a name that is none");
        refuse(record.replace('"ds.eth"', "1"), "no name");
        refuse(record.replace('"ds.eth"', '"ds.eth",'), "a comma too many");
        refuse(record.replace('"ds.eth"', ',"ds.eth"'), "a comma before");
        refuse(record.replace('"ds.eth"', '"ds.eth""a.eth"'), "a comma too few");
        refuse(record.replace('"ds.eth"', '"d\\u0073.eth"'), "an escape");
        refuse(record.replace("0x", "0X"), "upper-case prefix");
        refuse(record.replace("0xd272", "0xD272"), "upper-case hex");
        refuse(record.replace("0xd272", "0xd27"), "an odd digit");
        refuse(record.replace("Nlk=", "Nlk"), "no padding");
        refuse(record.replace("Nlk=", "Nll="), "bits behind the end of a key");
        refuse(record.replace("Nlk=", "N-k="), "Base64 for URLs");
        refuse(record.replace("Nlk=", "NAAlk="), "a longer key");
        refuse(record.replace("WNlk=", "Nlk="), "a shorter key");
        refuse(record.slice(0, bytes(record).length - 1), "cut off");
        refuse("", "nothing");
        refuse("data:application/json,", "no JSON");
        refuse("https://example.com?dm3Hash=0x00", "elsewhere");
    }

    /// @dev What a parser that looks for the end from behind would take for the signature of the first.
    function test_aProfileInsideOfAProfileIsRefused() external view {
        string memory inner = vectors()[0].record.replace("data:application/json,", "");
        string memory outer = vectors()[1].record;
        refuse(outer.replace('"ds.eth"', inner), "in the list");
        refuse(outer.replace('"ds.eth"', string.concat('"', inner, '"')), "as a name");
        refuse(outer.replace('"}', string.concat('",', inner.slice(1))), "behind");
    }

    function test_aRecordHasUpTo8192Bytes() external pure {
        string memory profile = profileOf('"a"');
        uint256 rest = 8192 - bytes(recordOf(profile, "")).length;
        vm.assertEq(rest % 2, 0, "the longest has 8,192 bytes exactly");
        (bool ok,,) = parse(recordOf(profile, new bytes(rest / 2)));
        vm.assertTrue(ok, "8,192 bytes");
        refuse(recordOf(profile, new bytes(rest / 2 + 1)), "more");
    }

    /// @dev One character changed: either it is refused, or other parts are read, of which the record is made
    /// up.
    function testFuzz_oneTextSaysOneThing(uint256 position, bytes1 character) external view {
        bytes memory record = bytes(vectors()[3].record);
        record[position % record.length] = character;
        (bool ok, bytes memory profile, bytes memory signature) = parse(string(record));
        if (ok) vm.assertEq(recordOf(string(profile), signature), string(record), "parts");
    }

    function testFuzz_garbageIsRefused(bytes calldata text) external pure {
        refuse(string(text), "garbage");
        refuse(
            string.concat('data:application/json,{"profile":{"deliveryServices":[', string(text)), "garbage"
        );
    }

    function test_theCharactersThatCanEndAKeyAreThoseOfFourBits() external view {
        string memory record = vectors()[1].record;
        bytes memory all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (uint256 i = 0; i < 64; ++i) {
            bytes memory end = abi.encodePacked("Nl", all[i], "=");
            (bool ok,,) = parse(record.replace("Nlk=", string(end)));
            vm.assertEq(ok, i % 4 == 0, string(end));
        }
    }

    function parse(string memory record) private pure returns (bool, bytes memory, bytes memory) {
        return ProfileRecord.tryParse(bytes(record));
    }

    function refuse(string memory record, string memory what) private pure {
        (bool ok,,) = parse(record);
        vm.assertTrue(!ok, what);
    }
}
