// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3668} from "../src/interfaces/IERC3668.sol";
import {IExtendedResolver} from "../src/interfaces/IExtendedResolver.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";

/// @title An offchain resolver as others have deployed it
/// @notice Knows ENSIP-10 and the ENS answer protocol, and nothing newer: no features, and `{sender}` in its
/// URLs. Shares no logic with the resolver of this project, so that a test through it compares two readings of
/// the protocol.
contract PlainResolver is IExtendedResolver, IERC3668, ERC165 {
    string[] private _urls;
    mapping(address account => bool) private _signers;

    constructor(string[] memory urls, address[] memory signers) {
        _urls = urls;
        for (uint256 i = 0; i < signers.length; ++i) {
            _signers[signers[i]] = true;
        }
    }

    /// @inheritdoc IExtendedResolver
    function resolve(bytes calldata name, bytes calldata data) external view returns (bytes memory) {
        bytes memory request = abi.encodeWithSignature("resolve(bytes,bytes)", name, data);
        revert OffchainLookup(address(this), _urls, request, this.resolveWithProof.selector, request);
    }

    /// @notice The callback of `resolve`.
    function resolveWithProof(bytes calldata response, bytes calldata request)
        external
        view
        returns (bytes memory)
    {
        (bytes memory result, uint64 expires, bytes memory signature) =
            abi.decode(response, (bytes, uint64, bytes));
        bytes memory signed = bytes.concat(
            hex"1900", bytes20(address(this)), bytes8(expires), keccak256(request), keccak256(result)
        );
        require(_signers[ECDSA.recover(keccak256(signed), signature)], "invalid signature");
        // forge-lint: disable-next-line(block-timestamp)
        require(expires >= block.timestamp, "signature expired");
        return result;
    }

    /// @inheritdoc ERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IExtendedResolver).interfaceId || super.supportsInterface(interfaceId);
    }
}
