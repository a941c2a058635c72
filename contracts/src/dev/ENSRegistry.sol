// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IENSRegistry} from "../interfaces/IENSRegistry.sol";

/// @title An ENS registry for development and tests
/// @notice Behaves like the one on mainnet, in as few lines as possible. Not for a chain that matters.
/// @dev It is also put at its address as runtime code, without its constructor having run. Then the owner of
/// the root is written to the slot `keccak256(abi.encode(bytes32(0), uint256(0)))`, where the registry on
/// mainnet has it as well: `_records` must stay the first variable, and `owner` the first field.
contract ENSRegistry is IENSRegistry {
    struct Record {
        address owner;
        address resolver;
        uint64 ttl;
    }

    mapping(bytes32 node => Record) private _records;

    /// @inheritdoc IENSRegistry
    mapping(address account => mapping(address operator => bool)) public isApprovedForAll;

    error Unauthorised(bytes32 node, address caller);

    modifier authorised(bytes32 node) {
        address current = _records[node].owner;
        if (msg.sender != current && !isApprovedForAll[current][msg.sender]) {
            revert Unauthorised(node, msg.sender);
        }
        _;
    }

    constructor(address rootOwner) {
        _records[bytes32(0)].owner = rootOwner;
    }

    /// @inheritdoc IENSRegistry
    function setRecord(bytes32 node, address newOwner, address newResolver, uint64 newTtl) external {
        setOwner(node, newOwner);
        _setResolverAndTtl(node, newResolver, newTtl);
    }

    /// @inheritdoc IENSRegistry
    function setSubnodeRecord(
        bytes32 node,
        bytes32 label,
        address newOwner,
        address newResolver,
        uint64 newTtl
    ) external {
        _setResolverAndTtl(setSubnodeOwner(node, label, newOwner), newResolver, newTtl);
    }

    /// @inheritdoc IENSRegistry
    function setSubnodeOwner(bytes32 node, bytes32 label, address newOwner)
        public
        authorised(node)
        returns (bytes32 subnode)
    {
        subnode = keccak256(abi.encode(node, label));
        _records[subnode].owner = newOwner;
        emit NewOwner(node, label, newOwner);
    }

    /// @inheritdoc IENSRegistry
    function setOwner(bytes32 node, address newOwner) public authorised(node) {
        _records[node].owner = newOwner;
        emit Transfer(node, newOwner);
    }

    /// @inheritdoc IENSRegistry
    function setResolver(bytes32 node, address newResolver) external authorised(node) {
        _records[node].resolver = newResolver;
        emit NewResolver(node, newResolver);
    }

    /// @inheritdoc IENSRegistry
    function setTTL(bytes32 node, uint64 newTtl) external authorised(node) {
        _records[node].ttl = newTtl;
        emit NewTTL(node, newTtl);
    }

    /// @inheritdoc IENSRegistry
    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    /// @inheritdoc IENSRegistry
    function owner(bytes32 node) external view returns (address) {
        return _records[node].owner;
    }

    /// @inheritdoc IENSRegistry
    function resolver(bytes32 node) external view returns (address) {
        return _records[node].resolver;
    }

    /// @inheritdoc IENSRegistry
    function ttl(bytes32 node) external view returns (uint64) {
        return _records[node].ttl;
    }

    /// @inheritdoc IENSRegistry
    function recordExists(bytes32 node) external view returns (bool) {
        return _records[node].owner != address(0);
    }

    /// @dev Says only what is different, as the registry on mainnet does.
    function _setResolverAndTtl(bytes32 node, address newResolver, uint64 newTtl) private {
        Record storage record = _records[node];
        if (record.resolver != newResolver) {
            record.resolver = newResolver;
            emit NewResolver(node, newResolver);
        }
        if (record.ttl != newTtl) {
            record.ttl = newTtl;
            emit NewTTL(node, newTtl);
        }
    }
}
