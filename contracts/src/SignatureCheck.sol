// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Asks a contract account whether it signed a digest (ERC-1271), also one that is not deployed yet (ERC-6492)
/// @notice Never deployed: its creation code runs inside of an `eth_call`, with the arguments of the constructor behind
/// it, and "returns" one byte instead of code. So everything happens at one block, and what the account and its factory
/// do there is forgotten. Whatever they do with their gas, enough is left for the answer.
contract SignatureCheck {
    /// @dev The byte that is returned.
    enum Outcome {
        // The account's contract does not accept the signature.
        Refused,
        // The account's contract accepts it.
        Accepted,
        // The same, of an account that the factory has deployed or prepared for this call.
        AcceptedOnceDeployed,
        // There is no contract at the account, and no factory is named.
        NoContract,
        // The factory failed, or put no contract at the account.
        NotDeployed
    }

    /// @dev What an account answers that accepts a signature (ERC-1271).
    bytes4 private constant ERC1271_ACCEPTED = 0x1626ba7e;
    /// @dev For each question to the account.
    uint256 private constant QUESTION_GAS = 3_000_000;
    /// @dev For the factory.
    uint256 private constant FACTORY_GAS = 8_000_000;

    /// @param account Whose signature it should be.
    /// @param digest What should be signed.
    /// @param signature As the account takes it.
    /// @param factory What deploys the account, where the signature is one of ERC-6492; zero: nothing does.
    /// @param factoryCalldata What the factory is called with.
    constructor(
        address account,
        bytes32 digest,
        bytes memory signature,
        address factory,
        bytes memory factoryCalldata
    ) {
        Outcome outcome = _check(account, digest, signature, factory, factoryCalldata);
        // A constructor returns code and nothing else, unless it is told to.
        // slither-disable-next-line assembly
        assembly ("memory-safe") {
            mstore(0, outcome)
            return(31, 1)
        }
    }

    /// @dev An account that is there is asked first, as ERC-6492 wants it; the factory is called only if it refuses, for
    /// accounts that have to be prepared.
    function _check(
        address account,
        bytes32 digest,
        bytes memory signature,
        address factory,
        bytes memory factoryCalldata
    ) private returns (Outcome) {
        bool isThere = account.code.length != 0;
        if (isThere && _accepts(account, digest, signature)) return Outcome.Accepted;
        if (factory == address(0)) return isThere ? Outcome.Refused : Outcome.NoContract;
        if (!_deploys(factory, factoryCalldata) || account.code.length == 0) return Outcome.NotDeployed;
        return _accepts(account, digest, signature) ? Outcome.AcceptedOnceDeployed : Outcome.Refused;
    }

    /// @dev Exactly one word is an answer; of longer ones nothing more is copied.
    function _accepts(address account, bytes32 digest, bytes memory signature) private view returns (bool) {
        bytes memory question = abi.encodeWithSelector(ERC1271_ACCEPTED, digest, signature);
        bool answered;
        bytes32 answer;
        // Solidity would copy all of the answer, and pay for it.
        // slither-disable-next-line assembly
        assembly ("memory-safe") {
            mstore(0, 0)
            answered := staticcall(QUESTION_GAS, account, add(question, 32), mload(question), 0, 32)
            answered := and(answered, eq(returndatasize(), 32))
            answer := mload(0)
        }
        return answered && answer == bytes32(ERC1271_ACCEPTED);
    }

    /// @dev Copies nothing of the answer.
    function _deploys(address factory, bytes memory factoryCalldata) private returns (bool done) {
        // slither-disable-next-line assembly
        assembly ("memory-safe") {
            done := call(FACTORY_GAS, factory, 0, add(factoryCalldata, 32), mload(factoryCalldata), 0, 0)
        }
    }
}
