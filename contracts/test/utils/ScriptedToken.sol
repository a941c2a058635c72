// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title A token (ERC-20) of which one account has everything, and that answers as it was made to
contract ScriptedToken {
    enum Manner {
        // Answers what the account has.
        Honest,
        // Reverts.
        Reverting,
        // Uses all gas that it gets.
        Burning,
        // Answers too little.
        Short,
        // Answers much more than a number.
        Endless,
        // Answers nothing.
        Silent
    }

    address private immutable HOLDER;
    uint256 private immutable AMOUNT;
    Manner private immutable MANNER;

    constructor(address holder, uint256 amount, Manner manner) {
        HOLDER = holder;
        AMOUNT = amount;
        MANNER = manner;
    }

    function balanceOf(address account) external view returns (uint256) {
        if (MANNER == Manner.Reverting) revert("no");
        if (MANNER == Manner.Burning) while (true) {}
        if (MANNER == Manner.Short) {
            assembly {
                mstore(0, not(0))
                return(0, 31)
            }
        }
        if (MANNER == Manner.Endless) {
            assembly {
                mstore(0, not(0))
                return(0, 262144)
            }
        }
        if (MANNER == Manner.Silent) {
            assembly {
                return(0, 0)
            }
        }
        return account == HOLDER ? AMOUNT : 0;
    }
}
