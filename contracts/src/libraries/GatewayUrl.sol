// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {LibString} from "solady/utils/LibString.sol";

/// @title URLs of a gateway
/// @notice The path names the resolver, because `{sender}` does not always: a Universal Resolver that passes
/// a lookup on is the sender then, and an answer that is signed for it would be worth nothing.
library GatewayUrl {
    using LibString for string;

    /// @notice What every client, proxy and server takes as the length of a URL.
    uint256 internal constant MAX_LENGTH = 2000;

    /// @dev What RFC 3986 allows in host and path, but `@`, which would put a user before the host.
    string private constant BASE_CHARACTERS =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:/%[]";

    /// @notice Whether a path can be put behind `url`.
    function isBase(string memory url) internal pure returns (bool) {
        return (url.startsWith("https://") || url.startsWith("http://")) && !url.endsWith("/")
            && url.is7BitASCII(LibString.to7BitASCIIAllowedLookup(BASE_CHARACTERS));
    }

    /// @notice Where writes go that begin at the contract (ERC-7884): always POST, so there are no placeholders.
    function writes(string memory base) internal pure returns (string memory) {
        return string.concat(base, "/v1/erc7884");
    }

    /// @notice The template for a lookup: GET, or POST where the question would make the URL too long.
    /// @param base The gateway; `isBase` holds for it.
    /// @param resolver The contract that the answer is for.
    /// @param questionLength How many bytes the question has.
    function lookup(string memory base, address resolver, uint256 questionLength)
        internal
        pure
        returns (string memory)
    {
        string memory post = string.concat(base, "/", LibString.toHexString(resolver));
        uint256 getLength = bytes(post).length + bytes("/0x.json").length + 2 * questionLength;
        return getLength > MAX_LENGTH ? post : string.concat(post, "/{data}.json");
    }
}
