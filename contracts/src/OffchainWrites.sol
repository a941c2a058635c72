// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IOffchainRegister} from "./interfaces/IOffchainRegister.sol";
import {IOffchainTransferrable} from "./interfaces/IOffchainTransferrable.sol";
import {IOperationRouter} from "./interfaces/IOperationRouter.sol";

/// @title Writes that begin at the contract (ERC-7884, ENSIP-20)
/// @notice The contract changes nothing. It tells a wallet what to sign and where to send it; the gateway
/// decides.
///
/// The functions are `setText(bytes32,string,string)`, `setAddr(bytes32,address)`,
/// `setAddr(bytes32,uint256,bytes)`, `setContenthash(bytes32,bytes)`, and ENSIP-20's `register` and
/// `transferFrom`. There is no commitment before a registration.
///
/// @dev What the wallet signs is EIP-712 typed data with the primary type `Message(bytes data,address
/// sender,uint256 expirationTimestamp)` in the domain `EIP712Domain(string name,string version,uint256
/// chainId,address verifyingContract)`, with the values of the error. What the gateway owes its callers,
/// because nothing here can check it:
/// - the domain is exactly that of a resolver that it answers for, on the chain that it serves;
/// - `data` is a call of one of the functions above, canonically encoded, about a name that it has;
/// - `sender` is the account that signed (by key, or ERC-1271), and owns the name: for `register` it is the
///   new owner;
/// - `expirationTimestamp` has not passed, and is no further away than `LIFETIME` allows;
/// - the message counts once.
abstract contract OffchainWrites is IOperationRouter, IOffchainRegister, IOffchainTransferrable {
    /// @notice For how long a message can be sent after it was asked for: time enough to find a hardware
    /// wallet.
    uint256 internal constant LIFETIME = 1 hours;

    /// @dev As in the domain of the states that owners sign, which has neither chain nor contract.
    string private constant DOMAIN_NAME = "dm3-gateway";
    string private constant DOMAIN_VERSION = "1";

    bytes4 private constant SET_TEXT = bytes4(keccak256("setText(bytes32,string,string)"));
    bytes4 private constant SET_ADDR = bytes4(keccak256("setAddr(bytes32,address)"));
    bytes4 private constant SET_ADDR_OF_COIN = bytes4(keccak256("setAddr(bytes32,uint256,bytes)"));
    bytes4 private constant SET_CONTENTHASH = bytes4(keccak256("setContenthash(bytes32,bytes)"));

    /// @inheritdoc IOperationRouter
    /// @dev `msg.sender` becomes the message's sender: clients have to say for whom they ask (`from` of
    /// `eth_call`).
    function getOperationHandler(bytes calldata encodedFunction) external view {
        _handOver(encodedFunction, msg.sender);
    }

    /// @inheritdoc IOffchainRegister
    /// @dev Reverts as `getOperationHandler` would.
    function register(RegisterRequest calldata) external payable {
        _handOver(msg.data, msg.sender);
    }

    /// @inheritdoc IOffchainTransferrable
    /// @dev Reverts as `getOperationHandler` would.
    function transferFrom(bytes calldata, address, address) external payable {
        _handOver(msg.data, msg.sender);
    }

    /// @dev Reverts as `getOperationHandler` would, if `data` is a call of it. ENSIP-20 lets clients ask through
    /// `resolve`, so that a Universal Resolver finds the contract for them: then `msg.sender` is nobody who signs,
    /// and the message's sender is who made the whole call. Nothing is decided by that here.
    function _handOverIfAsked(bytes calldata data) internal view {
        // forge-lint: disable-next-line(unsafe-typecast)
        if (bytes4(data) != IOperationRouter.getOperationHandler.selector) return;
        _handOver(abi.decode(data[4:], (bytes)), tx.origin);
    }

    /// @dev Where to post writes.
    function _writesUrl() internal view virtual returns (string memory);

    function _handOver(bytes memory call, address sender) private view {
        // forge-lint: disable-next-line(unsafe-typecast)
        if (call.length < 4 || !_isHandled(bytes4(call))) revert FunctionNotSupported();
        revert OperationHandledOffchain(
            // No chain id that a wallet takes has more bits.
            // forge-lint: disable-next-line(unsafe-typecast)
            DomainData(DOMAIN_NAME, DOMAIN_VERSION, uint64(block.chainid), address(this)),
            _writesUrl(),
            MessageData(call, sender, block.timestamp + LIFETIME)
        );
    }

    function _isHandled(bytes4 selector) private pure returns (bool) {
        return selector == SET_TEXT || selector == SET_ADDR || selector == SET_ADDR_OF_COIN
            || selector == SET_CONTENTHASH || selector == IOffchainRegister.register.selector
            || selector == IOffchainTransferrable.transferFrom.selector;
    }
}
