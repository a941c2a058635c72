// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IERC7996} from "../../src/interfaces/IERC7996.sol";
import {IExtendedResolver} from "../../src/interfaces/IExtendedResolver.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";

/// @title A resolver on the chain that answers as a test tells it
/// @notice Takes resolver functions as plain calls, and inside `resolve` when it says that it does. What it
/// was not told about returns nothing, as from a contract with an empty fallback.
contract ScriptedResolver is ERC165 {
    struct Reply {
        bool fails;
        bytes output;
    }

    bool private immutable _extended;
    bool private immutable _features;

    mapping(bytes32 callHash => Reply) private _replies;

    constructor(bool extended, bool features) {
        (_extended, _features) = (extended, features);
    }

    function answers(bytes memory call, bytes memory output) external {
        _replies[keccak256(call)] = Reply(false, output);
    }

    function fails(bytes memory call, bytes memory errorData) external {
        _replies[keccak256(call)] = Reply(true, errorData);
    }

    /// @dev Claims every feature where it has no `resolve`, for which that of `multicall` means nothing.
    function supportsFeature(bytes4) external view returns (bool) {
        return !_extended;
    }

    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return (interfaceId == type(IExtendedResolver).interfaceId && _extended)
            || (interfaceId == type(IERC7996).interfaceId && _features)
            || super.supportsInterface(interfaceId);
    }

    fallback(bytes calldata data) external returns (bytes memory) {
        if (_extended && msg.sig == IExtendedResolver.resolve.selector) {
            (, bytes memory call) = abi.decode(data[4:], (bytes, bytes));
            bytes memory output = _reply(call);
            return output.length == 0 ? output : abi.encode(output);
        }
        return _reply(data);
    }

    function _reply(bytes memory call) private view returns (bytes memory output) {
        Reply storage reply = _replies[keccak256(call)];
        output = reply.output;
        if (reply.fails) {
            assembly ("memory-safe") {
                revert(add(output, 32), mload(output))
            }
        }
    }
}
