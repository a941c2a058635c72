// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IENSRegistry} from "../interfaces/IENSRegistry.sol";
import {INameWrapper} from "../interfaces/INameWrapper.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @title A name wrapper for development and tests
/// @notice Has what deploying a resolver meets in ens-contracts' NameWrapper: owners, operators, and the fuses
/// that forbid something. Its tokens cannot be moved, and nothing expires. Not for a chain that matters.
contract NameWrapper is INameWrapper, IERC165 {
    /// @dev Interface id of ERC-1155, which the real one is.
    bytes4 private constant ERC1155 = 0xd9b67a26;

    uint32 private constant CANNOT_SET_RESOLVER = 8;
    uint32 private constant CANNOT_CREATE_SUBDOMAIN = 32;

    struct Data {
        address owner;
        uint32 fuses;
        uint64 expiry;
    }

    /// @inheritdoc INameWrapper
    IENSRegistry public immutable ens;

    mapping(bytes32 node => Data) private _data;
    mapping(address account => mapping(address operator => bool)) public isApprovedForAll;

    error Unauthorised(bytes32 node, address account);
    error OperationProhibited(bytes32 node);

    modifier onlyTokenOwner(bytes32 node) {
        if (!canModifyName(node, msg.sender)) revert Unauthorised(node, msg.sender);
        _;
    }

    modifier unless(uint32 fuse, bytes32 node) {
        if (_data[node].fuses & fuse != 0) revert OperationProhibited(node);
        _;
    }

    constructor(IENSRegistry registry) {
        ens = registry;
    }

    /// @notice Takes a name of the caller, who has approved this contract in the registry.
    function wrap(bytes32 node, address owner, uint32 fuses) external {
        if (ens.owner(node) != msg.sender) revert Unauthorised(node, msg.sender);
        _data[node] = Data(owner, fuses, type(uint64).max);
        ens.setOwner(node, address(this));
    }

    /// @notice Lets `operator` act for the caller's names, or no longer.
    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
    }

    /// @inheritdoc INameWrapper
    function setResolver(bytes32 node, address resolver)
        external
        onlyTokenOwner(node)
        unless(CANNOT_SET_RESOLVER, node)
    {
        ens.setResolver(node, resolver);
    }

    /// @inheritdoc INameWrapper
    function setSubnodeRecord(
        bytes32 parentNode,
        string calldata label,
        address owner,
        address resolver,
        uint64 ttl,
        uint32 fuses,
        uint64 expiry
    ) external onlyTokenOwner(parentNode) unless(CANNOT_CREATE_SUBDOMAIN, parentNode) returns (bytes32 node) {
        bytes32 labelHash = keccak256(bytes(label));
        node = keccak256(abi.encode(parentNode, labelHash));
        _data[node] = Data(owner, fuses, expiry);
        ens.setSubnodeRecord(parentNode, labelHash, address(this), resolver, ttl);
    }

    /// @inheritdoc INameWrapper
    function getData(uint256 id) external view returns (address owner, uint32 fuses, uint64 expiry) {
        Data memory data = _data[bytes32(id)];
        return (data.owner, data.fuses, data.expiry);
    }

    /// @inheritdoc INameWrapper
    function ownerOf(uint256 id) external view returns (address) {
        return _data[bytes32(id)].owner;
    }

    /// @inheritdoc INameWrapper
    function canModifyName(bytes32 node, address account) public view returns (bool) {
        address owner = _data[node].owner;
        return owner != address(0) && (owner == account || isApprovedForAll[owner][account]);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == ERC1155 || interfaceId == type(IERC165).interfaceId;
    }
}
