// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IDm3Resolver} from "../interfaces/IDm3Resolver.sol";
import {AccountSignature} from "./AccountSignature.sol";
import {ProfileRecord} from "./ProfileRecord.sol";
import {ResolverCall} from "./ResolverCall.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";

/// @title What an address name answers, whoever says so
/// @notice The address is in the name, and the profile is signed by it: both are checked here, against a
/// gateway whose key was stolen. All other records are the gateway's word.
library OwnedRecords {
    /// @notice Answers what needs no gateway: addresses, and a multicall of nothing else.
    /// @param owner The address that the label of the name is.
    /// @param node The node of the name.
    /// @param call What is asked.
    /// @return known Whether it needs no gateway.
    function tryAnswer(address owner, bytes32 node, bytes memory call)
        internal
        pure
        returns (bool known, bytes memory result)
    {
        (ResolverCall.Kind kind, bytes32 asked) = ResolverCall.parse(call);
        if (kind != ResolverCall.Kind.Multicall) {
            return asked == node ? _tryKnow(owner, kind) : (false, result);
        }
        bytes[] memory entries = _callsOf(call);
        for (uint256 i = 0; i < entries.length; ++i) {
            (kind, asked) = ResolverCall.parse(entries[i]);
            if (asked != node) return (false, "");
            (known, entries[i]) = _tryKnow(owner, kind);
            if (!known) return (false, "");
        }
        return (true, abi.encode(entries));
    }

    /// @notice Checks what a gateway has answered. Reverts where it is not what the owner says; an entry of a
    /// multicall becomes an error entry instead, whose length is no multiple of 32 (ENSIP-23).
    /// @return What to answer: `result`, or with addresses from the name in place of the gateway's.
    function check(address owner, bytes32 node, bytes memory call, bytes memory result)
        internal
        view
        returns (bytes memory)
    {
        if (ResolverCall.isMulticall(call)) return _checkEach(owner, node, call, result);
        (bool ok, bytes memory output) = _tryCheck(owner, node, call, result);
        if (!ok) _revert(output);
        return output;
    }

    function _checkEach(address owner, bytes32 node, bytes memory call, bytes memory result)
        private
        view
        returns (bytes memory)
    {
        bytes[] memory calls = _callsOf(call);
        bytes[] memory entries = abi.decode(result, (bytes[]));
        if (!_same(abi.encode(entries), result)) revert IDm3Resolver.MalformedResult();
        if (calls.length != entries.length) {
            revert IDm3Resolver.WrongNumberOfEntries(calls.length, entries.length);
        }
        for (uint256 i = 0; i < calls.length; ++i) {
            (, entries[i]) = _tryCheck(owner, node, calls[i], entries[i]);
        }
        return abi.encode(entries);
    }

    /// @return ok Whether the owner says so.
    /// @return output What to answer, or the error.
    function _tryCheck(address owner, bytes32 node, bytes memory call, bytes memory result)
        private
        view
        returns (bool ok, bytes memory output)
    {
        (ResolverCall.Kind kind, bytes32 asked) = ResolverCall.parse(call);
        if (kind == ResolverCall.Kind.Other) return (true, result);
        bytes4 selector = ResolverCall.selectorOf(call);
        if (kind == ResolverCall.Kind.Malformed) {
            return (false, abi.encodeWithSelector(IDm3Resolver.MalformedCall.selector, selector));
        }
        if (kind == ResolverCall.Kind.Multicall) {
            return (false, abi.encodeWithSelector(IDm3Resolver.NestedMulticall.selector));
        }
        if (asked != node) {
            return (false, abi.encodeWithSelector(IDm3Resolver.WrongNode.selector, asked, node));
        }
        if (kind == ResolverCall.Kind.EvmAddress) {
            ok = _same(result, abi.encode("")) || _same(result, _encodeBytes(owner));
            return
                (ok, ok ? result : abi.encodeWithSelector(IDm3Resolver.NotTheOwnersAddress.selector, owner));
        }
        if (kind == ResolverCall.Kind.Profile) {
            bytes4 failure = _faultOfProfile(owner, result);
            ok = failure == 0;
            return (ok, ok ? result : abi.encodeWithSelector(failure, owner));
        }
        return _tryKnow(owner, kind);
    }

    /// @return The selector of an error, zero for none.
    function _faultOfProfile(address owner, bytes memory result) private view returns (bytes4) {
        (bool ok, bytes memory text) = _tryDecodeString(result);
        if (!ok) return IDm3Resolver.NotAProfile.selector;
        if (text.length == 0) return 0;
        bytes memory profile;
        bytes memory signature;
        (ok, profile, signature) = ProfileRecord.tryParse(text);
        if (!ok) return IDm3Resolver.NotAProfile.selector;
        ok = AccountSignature.isBy(owner, ProfileRecord.digest(owner, profile), signature);
        return ok ? bytes4(0) : IDm3Resolver.NotTheOwnersProfile.selector;
    }

    /// @dev What is in the name.
    function _tryKnow(address owner, ResolverCall.Kind kind) private pure returns (bool, bytes memory) {
        if (kind == ResolverCall.Kind.Address) return (true, abi.encode(owner));
        if (kind == ResolverCall.Kind.EtherAddress) return (true, _encodeBytes(owner));
        return (false, "");
    }

    /// @dev Decodes a string whose encoding is the canonical one, so that no other decoder sees another.
    function _tryDecodeString(bytes memory result) private pure returns (bool, bytes memory text) {
        if (result.length < 64) return (false, text);
        uint256 length = uint256(LibBytes.load(result, 32));
        if (length > result.length - 64) return (false, text);
        text = LibBytes.slice(result, 64, 64 + length);
        return (_same(result, abi.encode(text)), text);
    }

    function _callsOf(bytes memory multicall) private pure returns (bytes[] memory) {
        return abi.decode(LibBytes.slice(multicall, 4), (bytes[]));
    }

    function _encodeBytes(address account) private pure returns (bytes memory) {
        return abi.encode(abi.encodePacked(account));
    }

    function _same(bytes memory one, bytes memory other) private pure returns (bool) {
        return keccak256(one) == keccak256(other);
    }

    /// @dev Solidity reverts with errors that it knows only.
    function _revert(bytes memory errorData) private pure {
        // slither-disable-next-line assembly
        assembly ("memory-safe") {
            revert(add(errorData, 32), mload(errorData))
        }
    }
}
