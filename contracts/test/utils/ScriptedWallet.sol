// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A contract account (ERC-1271) that answers as it was made to
contract ScriptedWallet {
    enum Manner {
        // Takes what its owner's key has signed.
        Honest,
        // Answers another value than the standard's.
        Wrong,
        // Answers too little.
        Short,
        // Reverts.
        Reverting,
        // Uses all gas that it gets.
        Burning,
        // Answers with a megabyte, of which the first word would be right.
        Megabyte
    }

    address private immutable OWNER;
    Manner private immutable MANNER;

    constructor(address owner, Manner manner) {
        OWNER = owner;
        MANNER = manner;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        if (MANNER == Manner.Reverting) revert("no");
        if (MANNER == Manner.Burning) while (true) {}
        if (MANNER == Manner.Short) {
            assembly {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 4)
            }
        }
        if (MANNER == Manner.Megabyte) {
            assembly {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 1048576)
            }
        }
        (address signer,,) = ECDSA.tryRecover(digest, signature);
        if (MANNER == Manner.Honest && signer == OWNER) return 0x1626ba7e;
        return 0xffffffff;
    }
}
