// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SignatureCheck} from "../src/SignatureCheck.sol";
import {TestBase} from "./utils/Cheats.sol";
import {ScriptedWallet} from "./utils/ScriptedWallet.sol";
import {ScriptedWalletFactory} from "./utils/ScriptedWalletFactory.sol";

/// @notice Deploying the check shows what it returns: its byte is then the code of the contract.
contract SignatureCheckTest is TestBase {
    uint256 private constant KEY = 0xa11ce;
    bytes32 private constant DIGEST = keccak256("a state");
    bytes32 private constant SUFFIX = 0x6492649264926492649264926492649264926492649264926492649264926492;

    ScriptedWalletFactory private factory;

    function setUp() external {
        factory = new ScriptedWalletFactory();
    }

    function test_anHonestWalletAcceptsItsOwnerAndNobodyElse() external {
        address wallet = deploy(ScriptedWallet.Manner.Honest);
        expect(wallet, DIGEST, signature(KEY), SignatureCheck.Outcome.Accepted);
        expect(wallet, DIGEST, signature(KEY + 1), SignatureCheck.Outcome.Refused);
        expect(wallet, keccak256("another"), signature(KEY), SignatureCheck.Outcome.Refused);
        expect(wallet, DIGEST, "", SignatureCheck.Outcome.Refused);
    }

    function test_walletsThatDoNotAnswerRefuse() external {
        for (uint8 manner = 1; manner <= uint8(type(ScriptedWallet.Manner).max); ++manner) {
            address wallet = deploy(ScriptedWallet.Manner(manner));
            expect(wallet, DIGEST, signature(KEY), SignatureCheck.Outcome.Refused);
        }
    }

    function test_anAccountWithoutCodeIsNoContract() external {
        expect(vm.addr(KEY), DIGEST, signature(KEY), SignatureCheck.Outcome.NoContract);
    }

    function test_aWalletThatIsNotDeployedIsDeployedForTheCall() external {
        address wallet = factory.addressOf(vm.addr(KEY), ScriptedWallet.Manner.Honest);
        bytes memory wrapped = wrap(signature(KEY), ScriptedWallet.Manner.Honest);
        expect(wallet, DIGEST, wrapped, SignatureCheck.Outcome.AcceptedOnceDeployed);
    }

    function test_aWalletThatIsNotDeployedAcceptsItsOwnerOnly() external {
        address wallet = factory.addressOf(vm.addr(KEY), ScriptedWallet.Manner.Honest);
        bytes memory wrapped = wrap(signature(KEY + 1), ScriptedWallet.Manner.Honest);
        expect(wallet, DIGEST, wrapped, SignatureCheck.Outcome.Refused);
    }

    function test_theFactoryHasToPutTheContractAtTheAccount() external {
        bytes memory wrapped = wrap(signature(KEY), ScriptedWallet.Manner.Honest);
        expect(vm.addr(KEY), DIGEST, wrapped, SignatureCheck.Outcome.NotDeployed);
    }

    function test_aFactoryThatFailsDeploysNothing() external {
        address wallet = factory.addressOf(vm.addr(KEY), ScriptedWallet.Manner.Honest);
        bytes memory wrapped = abi.encodePacked(abi.encode(factory, hex"00000000", signature(KEY)), SUFFIX);
        expect(wallet, DIGEST, wrapped, SignatureCheck.Outcome.NotDeployed);
    }

    function test_aWrappedSignatureOfADeployedWalletNeedsNoFactory() external {
        address wallet = deploy(ScriptedWallet.Manner.Honest);
        bytes memory wrapped = abi.encodePacked(abi.encode(address(1), "", signature(KEY)), SUFFIX);
        expect(wallet, DIGEST, wrapped, SignatureCheck.Outcome.Accepted);
    }

    function test_whatOnlyEndsLikeAWrappedSignatureReverts() external {
        address wallet = deploy(ScriptedWallet.Manner.Honest);
        vm.expectRevert();
        new SignatureCheck(wallet, DIGEST, abi.encodePacked(SUFFIX));
    }

    function testFuzz_anySignatureIsRefusedOrReverts(bytes calldata junk) external {
        address wallet = deploy(ScriptedWallet.Manner.Honest);
        try new SignatureCheck(wallet, DIGEST, junk) returns (SignatureCheck check) {
            vm.assertEq(uint8(address(check).code[0]), uint8(SignatureCheck.Outcome.Refused), "refused");
        } catch {}
    }

    function deploy(ScriptedWallet.Manner manner) private returns (address) {
        return factory.deploy(vm.addr(KEY), manner);
    }

    function wrap(bytes memory inner, ScriptedWallet.Manner manner) private view returns (bytes memory) {
        bytes memory call = abi.encodeCall(ScriptedWalletFactory.deploy, (vm.addr(KEY), manner));
        return abi.encodePacked(abi.encode(factory, call, inner), SUFFIX);
    }

    function signature(uint256 key) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, DIGEST);
        return abi.encodePacked(r, s, v);
    }

    function expect(address account, bytes32 digest, bytes memory sig, SignatureCheck.Outcome outcome)
        private
    {
        bytes memory returned = address(new SignatureCheck(account, digest, sig)).code;
        vm.assertEq(returned.length, 1, "one byte");
        vm.assertEq(uint8(returned[0]), uint8(outcome), "outcome");
    }
}
