// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IAddrResolver} from "../interfaces/IAddrResolver.sol";
import {IAddressResolver} from "../interfaces/IAddressResolver.sol";
import {IMulticallable} from "../interfaces/IMulticallable.sol";
import {ITextResolver} from "../interfaces/ITextResolver.sol";
import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";

/// @title Calls of resolver functions, told apart by what an address name's owner has a say in
library ResolverCall {
    /// @notice `Other` are all calls whose answers are the gateway's word; `Malformed` is a call of one of
    /// the functions below with arguments that they do not take.
    enum Kind {
        Other,
        Malformed,
        Address,
        EtherAddress,
        EvmAddress,
        Profile,
        Multicall
    }

    uint256 private constant ETHER = 60;

    /// @dev The default address of all EVM chains (ENSIP-19), then one for each chain id (ENSIP-11).
    // slither-disable-next-line too-many-digits
    uint256 private constant FIRST_EVM = 0x80000000;
    uint256 private constant LAST_EVM = 0xffffffff;

    bytes32 private constant PROFILE = keccak256("network.dm3.profile");
    bytes32 private constant PROFILE_OF_THE_WHITE_PAPER = keccak256("eth.dm3.profile");

    /// @notice What a call asks for.
    /// @return kind What is asked for.
    /// @return node About which node; zero for the kinds `Other`, `Malformed` and `Multicall`.
    function parse(bytes memory call) internal pure returns (Kind kind, bytes32 node) {
        bytes4 selector = selectorOf(call);
        if (selector == IAddrResolver.addr.selector) kind = Kind.Address;
        else if (selector == IAddressResolver.addr.selector) kind = _kindOfCoin(call);
        else if (selector == ITextResolver.text.selector) kind = _kindOfText(call);
        else if (isMulticall(call)) return (Kind.Multicall, 0);
        if (kind == Kind.Other || kind == Kind.Malformed) return (kind, 0);
        if (call.length < 36) return (Kind.Malformed, 0);
        node = LibBytes.load(call, 4);
    }

    /// @notice Whether a call is of many others.
    function isMulticall(bytes memory call) internal pure returns (bool) {
        return selectorOf(call) == IMulticallable.multicall.selector;
    }

    /// @notice The first four bytes of a call, zeros for what is missing.
    function selectorOf(bytes memory call) internal pure returns (bytes4) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes4(call);
    }

    function _kindOfCoin(bytes memory call) private pure returns (Kind) {
        if (call.length < 68) return Kind.Malformed;
        uint256 coin = uint256(LibBytes.load(call, 36));
        if (coin == ETHER) return Kind.EtherAddress;
        return coin >= FIRST_EVM && coin <= LAST_EVM ? Kind.EvmAddress : Kind.Other;
    }

    function _kindOfText(bytes memory call) private pure returns (Kind) {
        if (call.length < 100) return Kind.Malformed;
        uint256 offset = uint256(LibBytes.load(call, 36));
        if (offset > call.length - 36) return Kind.Malformed;
        uint256 start = 36 + offset;
        uint256 length = uint256(LibBytes.load(call, start - 32));
        if (length > call.length - start) return Kind.Malformed;
        bytes32 key = EfficientHashLib.hash(call, start, start + length);
        return key == PROFILE || key == PROFILE_OF_THE_WHITE_PAPER ? Kind.Profile : Kind.Other;
    }
}
