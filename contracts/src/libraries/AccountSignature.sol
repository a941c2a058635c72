// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Signatures of accounts, with a key or with code
library AccountSignature {
    /// @notice How much gas an account with code may spend on saying whether it signed. Enough for several
    /// owners, and for a P-256 signature that is verified without precompile.
    uint256 internal constant CONTRACT_GAS = 1_000_000;

    /// @notice Whether the account has signed the digest.
    /// @dev A key decides first, so that an account with a key and code (EIP-7702) signs as it did before.
    /// The one form of its signatures is 65 bytes r ‖ s ‖ v with v 27 or 28 and a low s. What the key did not
    /// sign an account with code is asked about (ERC-1271), whatever the signature's form. An account that is
    /// not deployed yet is not asked.
    function isBy(address account, bytes32 digest, bytes memory signature) internal view returns (bool) {
        // What is left out is the argument of an error that nobody raises here.
        // slither-disable-next-line unused-return
        (address signer, ECDSA.RecoverError fault,) = ECDSA.tryRecover(digest, signature);
        if (fault == ECDSA.RecoverError.NoError && signer == account) return true;
        return account.code.length != 0 && _isConfirmed(account, digest, signature);
    }

    /// @dev The account is somebody else's code: it gets so much gas, and of what it returns one word is
    /// looked at. A call in Solidity would copy all of it.
    function _isConfirmed(address account, bytes32 digest, bytes memory signature)
        private
        view
        returns (bool)
    {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bool ok;
        uint256 size;
        bytes32 word;
        // slither-disable-next-line assembly
        assembly ("memory-safe") {
            ok := staticcall(CONTRACT_GAS, account, add(question, 32), mload(question), 0, 32)
            size := returndatasize()
            word := mload(0)
        }
        return ok && size > 31 && word == bytes32(IERC1271.isValidSignature.selector);
    }
}
