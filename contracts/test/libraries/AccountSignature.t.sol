// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccountSignature} from "../../src/libraries/AccountSignature.sol";
import {ContractAccount} from "../ContractAccount.sol";
import {Profiles} from "../utils/Profiles.sol";

contract AccountSignatureTest is Profiles {
    bytes32 private constant DIGEST = keccak256("something");
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant KEY = 0xa11ce;
    bytes private constant THREE_BYTES = hex"010203";

    address private immutable alice = vm.addr(KEY);

    function testFuzz_aKeySigns(uint256 seed, bytes32 digest) external view {
        uint256 key = toKey(seed);
        vm.assertTrue(AccountSignature.isBy(vm.addr(key), digest, sign(key, digest)), "its own");
        vm.assertTrue(!AccountSignature.isBy(vm.addr(key), ~digest, sign(key, digest)), "over something else");
        vm.assertTrue(
            !AccountSignature.isBy(address(uint160(vm.addr(key)) ^ 1), digest, sign(key, digest)), "another's"
        );
    }

    function test_aKeysSignatureHasOneForm() external view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, DIGEST);
        refuse(abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? 28 : 27), "high s");
        refuse(abi.encodePacked(r, s, v - 27), "v of 0 or 1");
        refuse(abi.encodePacked(r, s, v + 8), "v of EIP-155");
        refuse(abi.encodePacked(r, s, v == 27 ? uint8(28) : uint8(27)), "the other v");
        refuse(abi.encodePacked(r, uint256(s) | uint256(v - 27) << 255), "compact");
        refuse(abi.encodePacked(r, s, v, v), "longer");
        refuse(abi.encodePacked(r, s), "shorter");
        refuse("", "nothing");
    }

    /// @dev Nobody's signature recovers to zero, which must not be taken for the zero address's.
    function test_theZeroAddressSignsNothing() external view {
        vm.assertTrue(!AccountSignature.isBy(address(0), DIGEST, new bytes(65)), "zeros");
        vm.assertTrue(
            !AccountSignature.isBy(address(0), DIGEST, abi.encodePacked(bytes32(0), bytes32(0), uint8(27))),
            "v"
        );
        vm.assertTrue(!AccountSignature.isBy(address(0), DIGEST, ""), "nothing");
    }

    function test_precompilesSignNothing() external view {
        for (uint160 i = 1; i < 20; ++i) {
            vm.assertTrue(!AccountSignature.isBy(address(i), DIGEST, sign(KEY, DIGEST)), "precompile");
        }
    }

    function test_anAccountWithCodeIsAsked() external {
        ContractAccount account = new ContractAccount(ContractAccount.Behaviour.Approving);
        vm.assertTrue(!AccountSignature.isBy(address(account), DIGEST, THREE_BYTES), "before");
        account.approve(DIGEST);
        vm.assertTrue(AccountSignature.isBy(address(account), DIGEST, THREE_BYTES), "approved");
        vm.assertTrue(!AccountSignature.isBy(address(account), ~DIGEST, THREE_BYTES), "another digest");
        vm.assertTrue(!AccountSignature.isBy(address(account), DIGEST, hex"01"), "another signature");
    }

    /// @dev EIP-7702: code at an address that has a key.
    function test_aKeyDecidesBeforeCode() external {
        vm.etch(alice, address(new ContractAccount(ContractAccount.Behaviour.BurningGas)).code);
        uint256 before = gasleft();
        vm.assertTrue(AccountSignature.isBy(alice, DIGEST, sign(KEY, DIGEST)), "the key's");
        vm.assertTrue(before - gasleft() < 50_000, "the code was asked");
        vm.etch(alice, address(new ContractAccount(ContractAccount.Behaviour.Denying)).code);
        vm.assertTrue(
            !AccountSignature.isBy(alice, DIGEST, THREE_BYTES), "not the key's, and the code says no"
        );
    }

    function test_accountsThatDoNotConfirmHaveNotSigned() external {
        for (uint8 i = 1; i <= uint8(type(ContractAccount.Behaviour).max); ++i) {
            ContractAccount account = new ContractAccount(ContractAccount.Behaviour(i));
            bool confirms = account.behaviour() == ContractAccount.Behaviour.ReturningAQuarterOfAMegabyte;
            vm.assertEq(
                AccountSignature.isBy(address(account), DIGEST, THREE_BYTES), confirms, vm.toString(i)
            );
        }
    }

    function test_anAccountSpendsSoMuchGasAndNoMore() external {
        address account = address(new ContractAccount(ContractAccount.Behaviour.BurningGas));
        uint256 before = gasleft();
        vm.assertTrue(!AccountSignature.isBy(account, DIGEST, THREE_BYTES), "no answer");
        uint256 spent = before - gasleft();
        vm.assertTrue(spent >= 1_000_000 && spent < 1_050_000, vm.toString(spent));
    }

    /// @dev Making it is paid for with the account's gas, which is not enough for a megabyte. Copying a
    /// quarter of one would cost 150,000 more.
    function test_ofWhatAnAccountReturnsOneWordIsTaken() external {
        address account = address(new ContractAccount(ContractAccount.Behaviour.ReturningAQuarterOfAMegabyte));
        uint256 before = gasleft();
        bool signed = AccountSignature.isBy(account, DIGEST, THREE_BYTES);
        uint256 spent = before - gasleft();
        vm.assertTrue(signed, "its first word confirms");
        vm.assertTrue(spent > 150_000 && spent < 200_000, vm.toString(spent));
    }

    function testFuzz_whoHasNoCodeIsNotAsked(address account, bytes calldata signature) external view {
        vm.assume(account.code.length == 0 && signature.length != 65);
        vm.assertTrue(!AccountSignature.isBy(account, DIGEST, signature), "signed");
    }

    function refuse(bytes memory signature, string memory what) private view {
        vm.assertTrue(!AccountSignature.isBy(alice, DIGEST, signature), what);
    }
}
