// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title The ENS registry (ENSIP-1)
/// @notice Who owns a node, and where to ask about it.
interface IENSRegistry {
    event Transfer(bytes32 indexed node, address owner);
    event NewOwner(bytes32 indexed node, bytes32 indexed label, address owner);
    event NewResolver(bytes32 indexed node, address resolver);
    event NewTTL(bytes32 indexed node, uint64 ttl);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    /// @notice Sets everything about a node.
    function setRecord(bytes32 node, address newOwner, address newResolver, uint64 newTtl) external;

    /// @notice Sets everything about the node of a label under `node`, for the owner of `node`.
    function setSubnodeRecord(
        bytes32 node,
        bytes32 label,
        address newOwner,
        address newResolver,
        uint64 newTtl
    ) external;

    /// @notice Gives the node of a label under `node` to an owner, for the owner of `node`.
    /// @param label The keccak256 hash of the label.
    /// @return subnode The node of the label.
    function setSubnodeOwner(bytes32 node, bytes32 label, address newOwner) external returns (bytes32 subnode);

    /// @notice Gives a node to another owner.
    function setOwner(bytes32 node, address newOwner) external;

    /// @notice Sets whom to ask about a node.
    function setResolver(bytes32 node, address newResolver) external;

    /// @notice Sets for how many seconds a node's record may be kept.
    function setTTL(bytes32 node, uint64 newTtl) external;

    /// @notice Lets `operator` act for all nodes of the caller, or no longer.
    function setApprovalForAll(address operator, bool approved) external;

    /// @notice The owner of a node, zero when it has none.
    function owner(bytes32 node) external view returns (address);

    /// @notice Whom to ask about a node, zero for nobody.
    function resolver(bytes32 node) external view returns (address);

    /// @notice For how many seconds a node's record may be kept.
    function ttl(bytes32 node) external view returns (uint64);

    /// @notice Whether the node has an owner.
    function recordExists(bytes32 node) external view returns (bool);

    /// @notice Whether `operator` may act for all nodes of `account`.
    function isApprovedForAll(address account, address operator) external view returns (bool);
}
