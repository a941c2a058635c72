// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Asks a contract account whether it signed a digest (ERC-1271), also one that is not deployed yet (ERC-6492)
/// @notice Never deployed: its creation code runs inside of an `eth_call`, with the arguments of the constructor behind
/// it, and "returns" one byte instead of code. So everything happens at one block, and what the account and its factory
/// do there is forgotten.
contract SignatureCheck {
    /// @dev The byte that is returned.
    enum Outcome {
        // The account's contract does not accept the signature.
        Refused,
        // The account's contract accepts it.
        Accepted,
        // The same, of an account that the factory in the signature has deployed for this call.
        AcceptedOnceDeployed,
        // There is no contract at the account, and the signature names no factory.
        NoContract,
        // The factory failed, or put no contract at the account.
        NotDeployed
    }

    /// @dev What an ERC-6492 signature ends with.
    bytes32 private constant ERC6492_SUFFIX =
        0x6492649264926492649264926492649264926492649264926492649264926492;
    /// @dev What an account answers that accepts a signature (ERC-1271).
    bytes4 private constant ERC1271_ACCEPTED = 0x1626ba7e;

    /// @param account Whose signature it should be.
    /// @param digest What should be signed.
    /// @param signature As the account takes it, or
    /// `abi.encode(address factory, bytes factoryCalldata, bytes signature) ‖ ERC6492_SUFFIX`.
    constructor(address account, bytes32 digest, bytes memory signature) {
        Outcome outcome = _check(account, digest, signature);
        assembly ("memory-safe") {
            mstore(0, outcome)
            return(31, 1)
        }
    }

    /// @dev An account that is there is asked first, as ERC-6492 wants it; the factory is called only if it refuses, for
    /// accounts that have to be prepared.
    function _check(address account, bytes32 digest, bytes memory signature) private returns (Outcome) {
        if (!_isErc6492(signature)) {
            if (account.code.length == 0) return Outcome.NoContract;
            return _accepts(account, digest, signature) ? Outcome.Accepted : Outcome.Refused;
        }
        assembly ("memory-safe") {
            mstore(signature, sub(mload(signature), 32))
        }
        (address factory, bytes memory factoryCalldata, bytes memory inner) =
            abi.decode(signature, (address, bytes, bytes));
        if (account.code.length != 0 && _accepts(account, digest, inner)) return Outcome.Accepted;
        if (!_deploys(factory, factoryCalldata) || account.code.length == 0) return Outcome.NotDeployed;
        return _accepts(account, digest, inner) ? Outcome.AcceptedOnceDeployed : Outcome.Refused;
    }

    function _isErc6492(bytes memory signature) private pure returns (bool) {
        if (signature.length < 32) return false;
        bytes32 suffix;
        assembly ("memory-safe") {
            suffix := mload(add(signature, mload(signature)))
        }
        return suffix == ERC6492_SUFFIX;
    }

    /// @dev Exactly one word is an answer; of longer ones nothing more is copied.
    function _accepts(address account, bytes32 digest, bytes memory signature) private view returns (bool) {
        bytes memory question = abi.encodeWithSelector(ERC1271_ACCEPTED, digest, signature);
        bool answered;
        bytes32 answer;
        assembly ("memory-safe") {
            mstore(0, 0)
            answered := staticcall(gas(), account, add(question, 32), mload(question), 0, 32)
            answered := and(answered, eq(returndatasize(), 32))
            answer := mload(0)
        }
        return answered && answer == bytes32(ERC1271_ACCEPTED);
    }

    /// @dev Copies nothing of the answer.
    function _deploys(address factory, bytes memory factoryCalldata) private returns (bool done) {
        assembly ("memory-safe") {
            done := call(gas(), factory, 0, add(factoryCalldata, 32), mload(factoryCalldata), 0, 0)
        }
    }
}
