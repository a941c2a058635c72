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
        expectWithFactory(wallet, signature(KEY), SignatureCheck.Outcome.AcceptedOnceDeployed);
    }

    function test_aWalletThatIsNotDeployedAcceptsItsOwnerOnly() external {
        address wallet = factory.addressOf(vm.addr(KEY), ScriptedWallet.Manner.Honest);
        expectWithFactory(wallet, signature(KEY + 1), SignatureCheck.Outcome.Refused);
    }

    function test_theFactoryHasToPutTheContractAtTheAccount() external {
        expectWithFactory(vm.addr(KEY), signature(KEY), SignatureCheck.Outcome.NotDeployed);
    }

    function test_aFactoryThatFailsDeploysNothing() external {
        address wallet = factory.addressOf(vm.addr(KEY), ScriptedWallet.Manner.Honest);
        SignatureCheck check =
            new SignatureCheck(wallet, DIGEST, signature(KEY), address(factory), hex"00000000");
        expectOutcome(check, SignatureCheck.Outcome.NotDeployed);
    }

    function test_aDeployedWalletNeedsNoFactory() external {
        address wallet = deploy(ScriptedWallet.Manner.Honest);
        SignatureCheck check = new SignatureCheck(wallet, DIGEST, signature(KEY), address(1), "");
        expectOutcome(check, SignatureCheck.Outcome.Accepted);
    }

    /// @dev A deployed wallet that burns its gas, a factory that is one too, and then the wallet once more.
    function test_enoughGasIsLeftForTheAnswerWhateverIsBurnt() external {
        address wallet = deploy(ScriptedWallet.Manner.Burning);
        bytes memory question = abi.encodeCall(ScriptedWallet.isValidSignature, (DIGEST, ""));
        SignatureCheck check = this.run{gas: 15_000_000}(wallet, signature(KEY), wallet, question);
        expectOutcome(check, SignatureCheck.Outcome.NotDeployed);
        check = this.run{gas: 15_000_000}(wallet, signature(KEY), address(this), "");
        expectOutcome(check, SignatureCheck.Outcome.Refused);
    }

    function run(address account, bytes calldata sig, address deployer, bytes calldata call)
        external
        returns (SignatureCheck)
    {
        return new SignatureCheck(account, DIGEST, sig, deployer, call);
    }

    /// @dev As a factory that does nothing and does not mind.
    fallback() external {}

    function testFuzz_anySignatureIsRefused(bytes calldata junk) external {
        address wallet = deploy(ScriptedWallet.Manner.Honest);
        expect(wallet, DIGEST, junk, SignatureCheck.Outcome.Refused);
    }

    function deploy(ScriptedWallet.Manner manner) private returns (address) {
        return factory.deploy(vm.addr(KEY), manner);
    }

    function signature(uint256 key) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, DIGEST);
        return abi.encodePacked(r, s, v);
    }

    function expect(address account, bytes32 digest, bytes memory sig, SignatureCheck.Outcome outcome)
        private
    {
        expectOutcome(new SignatureCheck(account, digest, sig, address(0), ""), outcome);
    }

    function expectWithFactory(address account, bytes memory sig, SignatureCheck.Outcome outcome) private {
        bytes memory call =
            abi.encodeCall(ScriptedWalletFactory.deploy, (vm.addr(KEY), ScriptedWallet.Manner.Honest));
        expectOutcome(new SignatureCheck(account, DIGEST, sig, address(factory), call), outcome);
    }

    function expectOutcome(SignatureCheck check, SignatureCheck.Outcome outcome) private view {
        bytes memory returned = address(check).code;
        vm.assertEq(returned.length, 1, "one byte");
        vm.assertEq(uint8(returned[0]), uint8(outcome), "outcome");
    }
}
