// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Dm3Resolver} from "../src/Dm3Resolver.sol";
import {IENSRegistry} from "../src/interfaces/IENSRegistry.sol";
import {INameWrapper} from "../src/interfaces/INameWrapper.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @notice The cheatcodes that this script uses.
interface ScriptCheats {
    function startBroadcast() external;
    function stopBroadcast() external;
    function readCallers() external returns (uint8 mode, address sender, address origin);
    function envOr(string calldata name, address standard) external view returns (address);
    function envString(string calldata name, string calldata separator)
        external
        view
        returns (string[] memory);
    function envAddress(string calldata name, string calldata separator)
        external
        view
        returns (address[] memory);
    function envOr(string calldata name, string calldata separator, string[] calldata standard)
        external
        view
        returns (string[] memory);
}

/// @title Puts the resolver on a chain, as `dm3-gateway deploy` does
/// @notice For those who would rather use forge. The address is the same. What the sender may not do fails here;
/// the command says who has to do it, estimates costs, and checks the signers.
///
///     DM3_GATEWAYS=https://gw.example DM3_SIGNERS=0x… DM3_ZONES=user.dm3.eth DM3_ADDRESS_ZONES=addr.dm3.eth \
///         forge script contracts/script/Deploy.s.sol --rpc-url … --account … --broadcast
///
/// Lists are separated by commas. DM3_OWNER is the resolver's owner (default: the sender; only the owner can mark
/// address zones), DM3_ENS_REGISTRY another registry.
contract Deploy {
    using LibString for string;

    ScriptCheats private constant vm = ScriptCheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    address private constant CREATE2_DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
    address private constant ENS_REGISTRY = 0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e;

    error NotDeployed(address resolver);
    error NoParent(string name);

    /// @return resolver Where the resolver is.
    function run() external returns (address resolver) {
        string[] memory none = new string[](0);
        string[] memory zones = vm.envOr("DM3_ZONES", ",", none);
        string[] memory addressZones = vm.envOr("DM3_ADDRESS_ZONES", ",", none);
        IENSRegistry registry = IENSRegistry(vm.envOr("DM3_ENS_REGISTRY", ENS_REGISTRY));

        vm.startBroadcast();
        (, address sender,) = vm.readCallers();
        resolver = _deploy(vm.envOr("DM3_OWNER", sender));
        for (uint256 i = 0; i < addressZones.length; ++i) {
            bytes32 node = _namehash(addressZones[i]);
            if (!Dm3Resolver(resolver).isAddressZone(node)) {
                Dm3Resolver(resolver).setAddressZone(node, true);
            }
        }
        for (uint256 i = 0; i < addressZones.length; ++i) {
            _point(registry, addressZones[i], resolver);
        }
        for (uint256 i = 0; i < zones.length; ++i) {
            _point(registry, zones[i], resolver);
        }
        vm.stopBroadcast();
    }

    function _deploy(address owner) private returns (address resolver) {
        string[] memory gateways = vm.envString("DM3_GATEWAYS", ",");
        address[] memory signers = vm.envAddress("DM3_SIGNERS", ",");
        bytes memory code =
            abi.encodePacked(type(Dm3Resolver).creationCode, abi.encode(owner, gateways, signers));
        // The chain id, because what a signer signs has none: see resolveWithProof.
        bytes32 salt = bytes32(block.chainid);
        resolver = address(
            uint160(
                uint256(keccak256(abi.encodePacked(bytes1(0xff), CREATE2_DEPLOYER, salt, keccak256(code))))
            )
        );
        if (resolver.code.length != 0) return resolver;
        (bool ok,) = CREATE2_DEPLOYER.call(abi.encodePacked(salt, code));
        if (!ok || resolver.code.length == 0) revert NotDeployed(resolver);
    }

    /// @dev Gives a name the resolver, and makes the name where only its parent is there.
    function _point(IENSRegistry registry, string memory name, address resolver) private {
        bytes32 node = _namehash(name);
        if (registry.resolver(node) == resolver) return;
        address holder = registry.owner(node);
        if (holder.code.length != 0) {
            INameWrapper(holder).setResolver(node, resolver);
        } else if (holder != address(0)) {
            registry.setResolver(node, resolver);
        } else {
            _create(registry, name, resolver);
        }
    }

    function _create(IENSRegistry registry, string memory name, address resolver) private {
        uint256 dot = name.indexOf(".");
        if (dot == LibString.NOT_FOUND) revert NoParent(name);
        string memory label = name.slice(0, dot);
        bytes32 parent = _namehash(name.slice(dot + 1));
        address holder = registry.owner(parent);
        if (holder == address(0)) revert NoParent(name);
        if (holder.code.length == 0) {
            registry.setSubnodeRecord(parent, keccak256(bytes(label)), holder, resolver, 0);
        } else {
            address owner = INameWrapper(holder).ownerOf(uint256(parent));
            INameWrapper(holder).setSubnodeRecord(parent, label, owner, resolver, 0, 0, 0);
        }
    }

    function _namehash(string memory name) private pure returns (bytes32 node) {
        string[] memory labels = name.split(".");
        for (uint256 i = labels.length; i > 0; --i) {
            node = keccak256(abi.encodePacked(node, keccak256(bytes(labels[i - 1]))));
        }
    }
}
