// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {TestBase} from "./Cheats.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @title Profile records as their owners make them
/// @notice Written from dm3's formats, not with the library that the resolver uses.
abstract contract Profiles is TestBase {
    string internal constant ENCRYPTION_KEY = "UttSVEL5JFcQN1dVXuz9aqcNpr5OSdlRvBkQzP6lkCM=";
    string internal constant SIGNING_KEY = "e6ex5xu1+e4JQ8C6fwV05lzokXH7WreX3WONn/T/CcE=";

    struct Vector {
        address owner;
        string record;
    }

    /// @dev What dm3's library has made; see tests/clients/profile-vectors.mjs.
    function vectors() internal view returns (Vector[] memory) {
        string memory json = vm.readFile("contracts/test/fixtures/profiles.json");
        return abi.decode(vm.parseJson(json), (Vector[]));
    }

    /// @dev The profile's JSON. `services` are its delivery services, as they stand between the brackets.
    function profileOf(string memory services) internal pure returns (string memory) {
        return profileOf(services, ENCRYPTION_KEY, SIGNING_KEY);
    }

    function profileOf(string memory services, string memory encryptionKey, string memory signingKey)
        internal
        pure
        returns (string memory)
    {
        string memory head = string.concat('{"deliveryServices":[', services, '],"publicEncryptionKey":"');
        return string.concat(head, encryptionKey, '","publicSigningKey":"', signingKey, '"}');
    }

    /// @dev The record with this profile and this signature.
    function recordOf(string memory profile, bytes memory signature) internal pure returns (string memory) {
        string memory head = string.concat('data:application/json,{"profile":', profile, ',"signature":"');
        return string.concat(head, LibString.toHexString(signature), '"}');
    }

    /// @dev A record whose profile is signed by `key` for `owner`.
    function signedRecord(uint256 key, address owner, string memory profile)
        internal
        pure
        returns (string memory)
    {
        return recordOf(profile, sign(key, creationDigest(owner, profile)));
    }

    function signedRecord(uint256 key, string memory profile) internal pure returns (string memory) {
        return signedRecord(key, vm.addr(key), profile);
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function creationDigest(address owner, string memory profile) internal pure returns (bytes32) {
        string memory message = string.concat(
            "dm3.chat wants you register your dm3 profile with your Ethereum account:\n",
            vm.toString(owner),
            "\n\nThis is required only once!\n(There is no paid transaction initiated. ",
            "The signature is used off-chain only.)\n\nURI: https://dm3.chat\nVersion: 1\ndm3 Profile: ",
            profile
        );
        string memory length = vm.toString(bytes(message).length);
        return keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n", length, message));
    }
}
