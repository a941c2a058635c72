// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title An account with code, as well or as badly behaved as a test wants it
contract ContractAccount is IERC1271 {
    /// @notice What it does when it is asked about a signature. `Approving` confirms the one digest that it
    /// was told, with a signature of three bytes.
    enum Behaviour {
        Approving,
        Denying,
        Reverting,
        BurningGas,
        ReturningAMegabyte,
        ReturningAQuarterOfAMegabyte,
        ReturningTooLittle,
        ReturningMore,
        RevertingWithAYes
    }

    Behaviour public immutable behaviour;
    bytes32 private _approved;

    constructor(Behaviour itsBehaviour) {
        behaviour = itsBehaviour;
    }

    function approve(bytes32 digest) external {
        _approved = digest;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        bytes4 magic = IERC1271.isValidSignature.selector;
        if (behaviour == Behaviour.Approving) {
            return digest == _approved && signature.length == 3 ? magic : bytes4(0xffffffff);
        }
        if (behaviour == Behaviour.Reverting) revert("no");
        if (behaviour == Behaviour.BurningGas) while (true) {}
        if (behaviour == Behaviour.ReturningAMegabyte) _return(magic, 1 << 20);
        if (behaviour == Behaviour.ReturningAQuarterOfAMegabyte) _return(magic, 1 << 18);
        if (behaviour == Behaviour.ReturningTooLittle) _return(magic, 31);
        if (behaviour == Behaviour.ReturningMore) _return(bytes32(magic) | bytes32(uint256(1)), 32);
        if (behaviour == Behaviour.RevertingWithAYes) _revert(magic);
        return 0xffffffff;
    }

    function _revert(bytes32 word) private pure {
        assembly ("memory-safe") {
            mstore(0, word)
            revert(0, 32)
        }
    }

    function _return(bytes32 word, uint256 size) private pure {
        assembly ("memory-safe") {
            mstore(0, word)
            return(0, size)
        }
    }
}
