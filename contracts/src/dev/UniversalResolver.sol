// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddrResolver} from "../interfaces/IAddrResolver.sol";
import {IAddressResolver} from "../interfaces/IAddressResolver.sol";
import {IENSRegistry} from "../interfaces/IENSRegistry.sol";
import {IExtendedResolver} from "../interfaces/IExtendedResolver.sol";
import {INameResolver} from "../interfaces/INameResolver.sol";
import {IUniversalResolver} from "../interfaces/IUniversalResolver.sol";
import {DnsName} from "../libraries/DnsName.sol";
import {ResolverCaller} from "./ResolverCaller.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @title A Universal Resolver for development and tests
/// @notice Does for clients what the deployed one does, in as few lines as possible. Not for a chain that
/// matters: it does not guard itself against resolvers from before the opcode REVERT, nor does it know labels
/// by their hash alone.
/// @dev Has neither storage nor a constructor, so that its runtime code works wherever it is put.
contract UniversalResolver is ResolverCaller {
    /// @dev Where the registry is on every chain that has ENS.
    IENSRegistry private constant REGISTRY = IENSRegistry(0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e);

    /// @dev Asks the client to be the batch gateway itself (ENSIP-21).
    string private constant LOCAL_BATCH_GATEWAY = "x-batch-gateway:true";

    uint256 private constant COIN_TYPE_ETH = 60;
    // slither-disable-next-line too-many-digits
    uint256 private constant COIN_TYPE_DEFAULT = 0x80000000;

    /// @inheritdoc IUniversalResolver
    function resolve(bytes calldata name, bytes calldata data) external view returns (bytes memory, address) {
        return resolveWithGateways(name, data, new string[](0));
    }

    /// @inheritdoc IUniversalResolver
    function reverse(bytes calldata lookupAddress, uint256 coinType)
        external
        view
        returns (string memory, address, address)
    {
        return reverseWithGateways(lookupAddress, coinType, new string[](0));
    }

    /// @inheritdoc IUniversalResolver
    function findResolver(bytes memory name) public view returns (address, bytes32, uint256) {
        return _findResolver(name, 0);
    }

    /// @inheritdoc IUniversalResolver
    function requireResolver(bytes memory name) public view returns (ResolverInfo memory info) {
        info.name = name;
        (info.resolver, info.node, info.offset) = findResolver(name);
        if (info.resolver == address(0)) revert ResolverNotFound(name);
        info.extended = _supports(info.resolver, type(IExtendedResolver).interfaceId);
        if (info.extended) return info;
        // Without `resolve`, a resolver speaks for the name that it is set on and for none below (ENSIP-10).
        if (info.offset != 0) revert ResolverNotFound(name);
        if (info.resolver.code.length == 0) revert ResolverNotContract(name, info.resolver);
    }

    /// @inheritdoc IUniversalResolver
    function resolveWithGateways(bytes calldata name, bytes calldata data, string[] memory gateways)
        public
        view
        returns (bytes memory, address)
    {
        Query memory query = Query(requireResolver(name), data, _orLocal(gateways), Purpose.Forward, "");
        return abi.decode(_ask(query), (bytes, address));
    }

    /// @inheritdoc IUniversalResolver
    function reverseWithGateways(bytes calldata lookupAddress, uint256 coinType, string[] memory gateways)
        public
        view
        returns (string memory, address, address)
    {
        ResolverInfo memory info = requireResolver(DnsName.encode(_reverseName(lookupAddress, coinType)));
        bytes memory data = abi.encodeCall(INameResolver.name, (info.node));
        bytes memory context = abi.encode(lookupAddress, coinType);
        Query memory query = Query(info, data, _orLocal(gateways), Purpose.ReverseName, context);
        return abi.decode(_ask(query), (string, address, address));
    }

    /// @inheritdoc ResolverCaller
    function _finish(Query memory query, bytes memory answer) internal view override returns (bytes memory) {
        if (query.purpose == Purpose.Forward) return abi.encode(answer, query.info.resolver);
        if (query.purpose == Purpose.ReverseName) return _checkName(query, abi.decode(answer, (string)));
        return _checkAddress(query, answer);
    }

    /// @dev An address can claim any name; whether the name agrees has to be asked.
    function _checkName(Query memory query, string memory primary) private view returns (bytes memory) {
        if (bytes(primary).length == 0) return abi.encode(primary, address(0), query.info.resolver);
        (bytes memory lookupAddress, uint256 coinType) = abi.decode(query.context, (bytes, uint256));
        ResolverInfo memory info = requireResolver(DnsName.encode(primary));
        bytes memory data = coinType == COIN_TYPE_ETH
            ? abi.encodeCall(IAddrResolver.addr, (info.node))
            : abi.encodeCall(IAddressResolver.addr, (info.node, coinType));
        bytes memory context = abi.encode(lookupAddress, coinType, primary, query.info.resolver);
        return _ask(Query(info, data, query.gateways, Purpose.ReverseAddress, context));
    }

    function _checkAddress(Query memory query, bytes memory answer) private pure returns (bytes memory) {
        (bytes memory lookupAddress, uint256 coinType, string memory primary, address reverseResolver) =
            abi.decode(query.context, (bytes, uint256, string, address));
        bytes memory found = coinType == COIN_TYPE_ETH
            ? abi.encodePacked(abi.decode(answer, (address)))
            : abi.decode(answer, (bytes));
        if (!LibBytes.eq(found, lookupAddress)) revert ReverseAddressMismatch(primary, found);
        return abi.encode(primary, query.info.resolver, reverseResolver);
    }

    /// @dev From the root down, so that each node is hashed once; the resolver nearest to the name wins.
    function _findResolver(bytes memory name, uint256 offset)
        private
        view
        returns (address resolver, bytes32 node, uint256 found)
    {
        (bytes32 label, uint256 next) = DnsName.label(name, offset);
        if (label == 0) return (address(0), 0, offset);
        (resolver, node, found) = _findResolver(name, next);
        node = DnsName.child(node, label);
        address own = REGISTRY.resolver(node);
        if (own != address(0)) (resolver, found) = (own, offset);
    }

    function _reverseName(bytes memory lookupAddress, uint256 coinType) private pure returns (string memory) {
        if (lookupAddress.length == 0) revert EmptyAddress();
        string memory chain = LibString.toMinimalHexStringNoPrefix(coinType);
        if (coinType == COIN_TYPE_ETH) chain = "addr";
        if (coinType == COIN_TYPE_DEFAULT) chain = "default";
        return string.concat(LibString.toHexStringNoPrefix(lookupAddress), ".", chain, ".reverse");
    }

    function _orLocal(string[] memory gateways) private pure returns (string[] memory) {
        if (gateways.length != 0) return gateways;
        gateways = new string[](1);
        gateways[0] = LOCAL_BATCH_GATEWAY;
        return gateways;
    }
}
