// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title A resolver that keeps its records on the chain, as the first ones did
contract OnchainResolver {
    mapping(bytes32 node => address payable account) public addr;
    mapping(bytes32 node => mapping(string key => string value)) public text;

    function setAddr(bytes32 node, address payable account) external {
        addr[node] = account;
    }

    function setText(bytes32 node, string calldata key, string calldata value) external {
        text[node][key] = value;
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == 0x01ffc9a7 || interfaceId == 0x3b3b57de || interfaceId == 0x59d1d43c;
    }
}
