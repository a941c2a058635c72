// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Dm3Resolver} from "../src/Dm3Resolver.sol";
import {IDm3Resolver} from "../src/interfaces/IDm3Resolver.sol";
import {IExtendedResolver} from "../src/interfaces/IExtendedResolver.sol";
import {Dm3ResolverFixture} from "./utils/Dm3ResolverFixture.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice Answers: what `resolveWithProof` accepts, and what it refuses.
contract Dm3ResolverResolveWithProofTest is Dm3ResolverFixture {
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    bytes private request;
    bytes private result = abi.encode("https://example.com");
    uint64 private expires;

    function setUp() public override {
        super.setUp();
        request = requestOf(textCall("url"));
        expires = uint64(block.timestamp) + LIFETIME;
    }

    function test_aSignersAnswerIsAccepted() external view {
        bytes memory response = answer(SIGNER_KEY, address(resolver), expires, request, result);
        vm.assertEq(resolver.resolveWithProof(response, request), result, "result");
    }

    function testFuzz_aSignersAnswerIsAccepted(
        uint256 seed,
        uint64 lifetime,
        bytes calldata anyCall,
        bytes calldata anyResult
    ) external {
        bytes memory anyRequest = requestOf(anyCall);
        uint256 key = toKey(seed);
        vm.prank(owner);
        resolver.addSigners(listOf(vm.addr(key)));
        uint64 until = uint64(block.timestamp) + lifetime % (type(uint64).max - uint64(block.timestamp));
        bytes memory response = answer(key, address(resolver), until, anyRequest, anyResult);
        vm.assertEq(resolver.resolveWithProof(response, anyRequest), anyResult, "result");
    }

    function testFuzz_anotherSignerIsRefused(uint256 seed) external {
        uint256 key = toKey(seed);
        vm.assume(key != SIGNER_KEY);
        bytes memory response = answer(key, address(resolver), expires, request, result);
        refuse(response, abi.encodeWithSelector(IDm3Resolver.UnknownSigner.selector, vm.addr(key)));
    }

    function test_theOwnerIsNoSigner() external {
        bytes memory response = answer(0x0e, address(resolver), expires, request, result);
        refuse(response, abi.encodeWithSelector(IDm3Resolver.UnknownSigner.selector, owner));
    }

    function test_anAnswerCountsUntilTheSecondItExpires() external {
        bytes memory response = answer(SIGNER_KEY, address(resolver), expires, request, result);
        vm.warp(expires);
        vm.assertEq(resolver.resolveWithProof(response, request), result, "result");
        vm.warp(expires + 1);
        refuse(response, abi.encodeWithSelector(IDm3Resolver.AnswerExpired.selector, expires));
    }

    function testFuzz_anExpiredAnswerIsRefused(uint64 until, uint64 late) external {
        vm.assume(until < type(uint64).max);
        bytes memory response = answer(SIGNER_KEY, address(resolver), until, request, result);
        vm.warp(uint256(until) + 1 + late);
        refuse(response, abi.encodeWithSelector(IDm3Resolver.AnswerExpired.selector, until));
    }

    function test_theExpiryCannotBeMoved() external {
        (, bytes memory signature) = parts(answer(SIGNER_KEY, address(resolver), expires, request, result));
        refuseAsUnknown(abi.encode(result, expires + 1, signature), request);
    }

    /// @dev As 2^64 seconds more than the one that was signed, which cut to 64 bits would be the same.
    function test_anExpiryOfMoreThan64BitsIsRefused() external {
        (, bytes memory signature) = parts(answer(SIGNER_KEY, address(resolver), expires, request, result));
        bytes memory response = abi.encode(result, uint256(expires) + (1 << 64), signature);
        vm.expectRevert();
        resolver.resolveWithProof(response, request);
    }

    function testFuzz_anotherResultIsRefused(bytes calldata otherResult) external {
        vm.assume(keccak256(otherResult) != keccak256(result));
        (, bytes memory signature) = parts(answer(SIGNER_KEY, address(resolver), expires, request, result));
        refuseAsUnknown(abi.encode(otherResult, expires, signature), request);
    }

    function test_theAnswerToAnotherRequestIsRefused() external {
        bytes memory response = answer(SIGNER_KEY, address(resolver), expires, request, result);
        refuseAsUnknown(response, requestOf(textCall("avatar")));
    }

    function testFuzz_theAnswerToAnotherRequestIsRefused(bytes calldata otherCall) external {
        bytes memory otherRequest = requestOf(otherCall);
        vm.assume(keccak256(otherRequest) != keccak256(request));
        bytes memory response = answer(SIGNER_KEY, address(resolver), expires, request, result);
        refuseAsUnknown(response, otherRequest);
    }

    function testFuzz_whatIsNoRequestIsRefused(bytes calldata garbage) external {
        // forge-lint: disable-next-line(unsafe-typecast)
        vm.assume(bytes4(garbage) != IExtendedResolver.resolve.selector);
        bytes memory response = answer(SIGNER_KEY, address(resolver), expires, garbage, result);
        vm.expectRevert(IDm3Resolver.NotTheRequest.selector);
        resolver.resolveWithProof(response, garbage);
    }

    function test_anotherContractsAnswerIsRefused() external {
        Dm3Resolver other = new Dm3Resolver(owner, listOf(GATEWAY), listOf(signer));
        bytes memory response = answer(SIGNER_KEY, address(other), expires, request, result);
        vm.assertEq(other.resolveWithProof(response, request), result, "the other contract accepts it");
        refuseAsUnknown(response, request);
    }

    function testFuzz_anAnswerForAnotherAddressIsRefused(address target) external {
        vm.assume(target != address(resolver));
        refuseAsUnknown(answer(SIGNER_KEY, target, expires, request, result), request);
    }

    /// @dev The digest has no chain in it. That one signer can serve two chains rests on the salt of the
    /// deployment.
    function test_anotherChainsAnswerIsRefusedBecauseTheSaltContainsTheChain() external {
        vm.chainId(1);
        Dm3Resolver onMainnet = deployAsOn(block.chainid);
        bytes memory response = answer(SIGNER_KEY, address(onMainnet), expires, request, result);
        vm.assertEq(onMainnet.resolveWithProof(response, request), result, "the chain it is for accepts it");

        vm.chainId(11155111);
        resolver = deployAsOn(block.chainid);
        vm.assertNotEq(address(resolver), address(onMainnet), "address");
        refuseAsUnknown(response, request);
    }

    function testFuzz_noTwoChainsHaveTheSameAddress(uint64 one, uint64 two) external view {
        vm.assume(one != two);
        vm.assertNotEq(addressOn(one), addressOn(two), "address");
    }

    function test_malleatedSignaturesAreRefused() external {
        (, bytes memory signature) = parts(answer(SIGNER_KEY, address(resolver), expires, request, result));
        (bytes32 r, bytes32 s, uint8 v) = split(signature);
        bytes32 highS = bytes32(CURVE_ORDER - uint256(s));
        bytes memory malleated = bytes.concat(r, highS, bytes1(v == 27 ? 28 : 27));
        vm.assertEq(ecrecover(digest(), v == 27 ? 28 : 27, r, highS), signer, "it recovers to the signer");
        refuse(
            abi.encode(result, expires, malleated),
            abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, highS)
        );
    }

    function test_shortSignaturesAreRefused() external {
        (, bytes memory signature) = parts(answer(SIGNER_KEY, address(resolver), expires, request, result));
        (bytes32 r, bytes32 s, uint8 v) = split(signature);
        bytes32 vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
        refuse(
            abi.encode(result, expires, bytes.concat(r, vs)),
            abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, 64)
        );
    }

    function testFuzz_signaturesOfAnotherLengthAreRefused(bytes calldata signature) external {
        vm.assume(signature.length != 65);
        refuse(
            abi.encode(result, expires, signature),
            abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, signature.length)
        );
    }

    function test_bytesBehindTheSignatureAreRefused() external {
        (, bytes memory signature) = parts(answer(SIGNER_KEY, address(resolver), expires, request, result));
        refuse(
            abi.encode(result, expires, bytes.concat(signature, hex"00")),
            abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, 66)
        );
    }

    function test_onlyTheTwoUsualValuesOfVAreTaken() external {
        (, bytes memory signature) = parts(answer(SIGNER_KEY, address(resolver), expires, request, result));
        (bytes32 r, bytes32 s, uint8 usual) = split(signature);
        for (uint256 v = 0; v < 256; ++v) {
            if (v == 27 || v == 28) continue;
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes memory unusual = bytes.concat(r, s, bytes1(uint8(v)));
            refuse(
                abi.encode(result, expires, unusual),
                abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector)
            );
        }
        // The other usual one is well formed, and somebody else's.
        bytes memory other = bytes.concat(r, s, bytes1(usual == 27 ? 28 : 27));
        refuseAsUnknown(abi.encode(result, expires, other), request);
    }

    function test_aSignatureOfNothingIsRefused() external {
        refuse(
            abi.encode(result, expires, new bytes(65)),
            abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector)
        );
    }

    /// @dev Signed as a personal message, as dm3's older contracts want it, is signed for something else.
    function test_aPersonalSignatureIsRefused() external {
        bytes32 personal = keccak256(bytes.concat("\x19Ethereum Signed Message:\n32", digest()));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SIGNER_KEY, personal);
        refuseAsUnknown(abi.encode(result, expires, bytes.concat(r, s, bytes1(v))), request);
    }

    function testFuzz_garbageIsRefused(bytes calldata response) external {
        vm.expectRevert();
        resolver.resolveWithProof(response, request);
    }

    function digest() private view returns (bytes32) {
        return digestOf(address(resolver), expires, request, result);
    }

    function refuse(bytes memory response, bytes memory errorData) private {
        vm.expectRevert(errorData);
        resolver.resolveWithProof(response, request);
    }

    /// @dev What was signed is something else, so the signature recovers to an account that nobody chose.
    function refuseAsUnknown(bytes memory response, bytes memory asked) private {
        vm.expectPartialRevert(IDm3Resolver.UnknownSigner.selector);
        resolver.resolveWithProof(response, asked);
    }

    function parts(bytes memory response) private pure returns (bytes memory signed, bytes memory signature) {
        (signed,, signature) = abi.decode(response, (bytes, uint64, bytes));
    }

    function split(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }

    /// @dev Deployed with the same code and arguments, and with the chain id as the salt.
    function deployAsOn(uint256 chain) private returns (Dm3Resolver) {
        return new Dm3Resolver{salt: bytes32(chain)}(owner, listOf(GATEWAY), listOf(signer));
    }

    function addressOn(uint256 chain) private view returns (address) {
        bytes memory arguments = abi.encode(owner, listOf(GATEWAY), listOf(signer));
        bytes32 codeHash = keccak256(bytes.concat(type(Dm3Resolver).creationCode, arguments));
        bytes32 full = keccak256(abi.encodePacked(hex"ff", address(this), bytes32(chain), codeHash));
        return address(uint160(uint256(full)));
    }
}
