// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {ScriptedWallet} from "./ScriptedWallet.sol";

/// @title Deploys contract accounts at addresses that are known before
contract ScriptedWalletFactory {
    /// @dev As factories of wallets do, it does not mind when the wallet is there already.
    function deploy(address owner, ScriptedWallet.Manner manner) external returns (address wallet) {
        wallet = addressOf(owner, manner);
        if (wallet.code.length == 0) new ScriptedWallet{salt: 0}(owner, manner);
    }

    function addressOf(address owner, ScriptedWallet.Manner manner) public view returns (address) {
        bytes memory code = abi.encodePacked(type(ScriptedWallet).creationCode, abi.encode(owner, manner));
        return
            address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", this, bytes32(0), keccak256(code))))));
    }
}
