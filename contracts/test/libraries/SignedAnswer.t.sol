// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SignedAnswer} from "../../src/libraries/SignedAnswer.sol";
import {Answers} from "../utils/Answers.sol";

contract SignedAnswerTest is Answers {
    /// @dev Made with ethers 6.17: `text(node, "network.dm3.profile")` of `alice.user.dm3.eth`, answered with
    /// `data:application/json,{}`.
    function test_digestIsThatOfAnIndependentImplementation() external pure {
        bytes memory request =
            hex"9061b92300000000000000000000000000000000000000000000000000000000000000400000000000000000000000000000000000000000000000000000000000000080000000000000000000000000000000000000000000000000000000000000001405616c696365047573657203646d330365746800000000000000000000000000000000000000000000000000000000000000000000000000000000000000008459d1d43cedc59955d48d4280a4d80555f7f37053acc4bdce494b53d8ecc44769cc12af12000000000000000000000000000000000000000000000000000000000000004000000000000000000000000000000000000000000000000000000000000000136e6574776f726b2e646d332e70726f66696c650000000000000000000000000000000000000000000000000000000000000000000000000000000000";
        bytes memory result = abi.encode("data:application/json,{}");
        address resolver = 0x5FbDB2315678afecb367f032d93F642f64180aa3;
        bytes32 digest = SignedAnswer.digest(resolver, 1800000000, request, result);
        vm.assertEq(digest, 0xf0da6c98f172aed6bf09636a008e5a392b6c2eb83cc8ca584f1c78d508295b70, "digest");

        (uint8 v, bytes32 r, bytes32 s) = vm.sign(1, digest);
        vm.assertEq(
            bytes.concat(r, s, bytes1(v)),
            hex"e1312b39ee9a0b90c4c23bf363d1696bfed6dcfcad90fb8e220b35f358c9af42357b1aa69ce04ca745f655f12289084b8155f790ec9799ec800e8844203fac261b",
            "signature"
        );
    }

    function testFuzz_digestIsWhatTheProtocolSays(
        address resolver,
        uint64 expires,
        bytes calldata request,
        bytes calldata result
    ) external pure {
        vm.assertEq(
            SignedAnswer.digest(resolver, expires, request, result),
            digestOf(resolver, expires, request, result),
            "digest"
        );
    }

    function testFuzz_everyPartChangesTheDigest(
        address resolver,
        uint64 expires,
        bytes calldata request,
        bytes calldata result
    ) external pure {
        bytes32 digest = SignedAnswer.digest(resolver, expires, request, result);
        address otherResolver = address(uint160(resolver) ^ 1);
        vm.assertNotEq(digest, SignedAnswer.digest(otherResolver, expires, request, result), "resolver");
        vm.assertNotEq(digest, SignedAnswer.digest(resolver, expires ^ 1, request, result), "expires");
        bytes memory longerRequest = bytes.concat(request, hex"00");
        vm.assertNotEq(digest, SignedAnswer.digest(resolver, expires, longerRequest, result), "request");
        bytes memory longerResult = bytes.concat(result, hex"00");
        vm.assertNotEq(digest, SignedAnswer.digest(resolver, expires, request, longerResult), "result");
    }

    /// @dev The hashes in between keep the end of the request apart from the beginning of the result.
    function testFuzz_nothingMovesBetweenRequestAndResult(bytes calldata all, uint256 cut) external pure {
        vm.assume(all.length > 1);
        cut = 1 + cut % (all.length - 1);
        bytes32 digest = SignedAnswer.digest(address(1), 0, all[:cut], all[cut:]);
        vm.assertNotEq(digest, SignedAnswer.digest(address(1), 0, all[:cut - 1], all[cut - 1:]), "digest");
    }
}
