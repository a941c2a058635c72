// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IENSRegistry} from "./IENSRegistry.sol";

/// @title The name wrapper of ENS, as far as resolvers and names below a name go
/// @notice In the registry a wrapped name belongs to the wrapper; whose it is, and what they may, is asked here.
interface INameWrapper {
    /// @notice The registry whose names it wraps.
    function ens() external view returns (IENSRegistry);

    /// @notice Whose a wrapped name is, what they have given up, and until when.
    /// @param id The name's node.
    function getData(uint256 id) external view returns (address owner, uint32 fuses, uint64 expiry);

    /// @notice Whose a wrapped name is, zero for nobody.
    function ownerOf(uint256 id) external view returns (address);

    /// @notice Whether the account is the name's owner, or acts for it.
    function canModifyName(bytes32 node, address account) external view returns (bool);

    /// @notice Sets the resolver of a wrapped name.
    function setResolver(bytes32 node, address resolver) external;

    /// @notice Makes a wrapped name below a wrapped name, with everything about it.
    /// @param fuses What its owner gives up.
    /// @param expiry Until when they do.
    function setSubnodeRecord(
        bytes32 parentNode,
        string calldata label,
        address owner,
        address resolver,
        uint64 ttl,
        uint32 fuses,
        uint64 expiry
    ) external returns (bytes32 node);
}
