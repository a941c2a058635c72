//! The Solidity functions that are spoken on the wire, and the rules for reading their arguments.

use alloy::sol;
use alloy::sol_types::abi::{TokenSeq, decode_params};

sol! {
    /// ENSIP-10: what resolver contracts hand to the gateway, and the interface id of such resolvers.
    function resolve(bytes name, bytes data) external view returns (bytes);
    /// The same in dm3-org/Ccip-Resolver, with a context that says nothing about the answer.
    function resolveWithContext(bytes name, bytes data, bytes context) external view returns (bytes);
    /// ENSIP-22: many calls in one.
    function multicall(bytes[] data) external view returns (bytes[]);
    /// ENSIP-1.
    function addr(bytes32 node) external view returns (address);
    /// ENSIP-9.
    function addr(bytes32 node, uint256 coinType) external view returns (bytes);
    /// ENSIP-5.
    function text(bytes32 node, string key) external view returns (string);
    /// ENSIP-7.
    function contenthash(bytes32 node) external view returns (bytes);
    /// ENSIP-3.
    function name(bytes32 node) external view returns (string);
    /// EIP-619.
    function pubkey(bytes32 node) external view returns (bytes32 x, bytes32 y);
    /// ENSIP-4.
    function ABI(bytes32 node, uint256 contentTypes) external view returns (uint256, bytes);
    /// ENSIP-8.
    function interfaceImplementer(bytes32 node, bytes4 interfaceID) external view returns (address);
    /// ENSIP-24.
    function data(bytes32 node, string key) external view returns (bytes);
    /// ens-contracts, `IHasAddressResolver`.
    function hasAddr(bytes32 node, uint256 coinType) external view returns (bool);

    /// ENSIP-20: what a registration costs, and whether the name is free.
    #[derive(Debug)]
    struct RegisterParams {
        uint256 price;
        bool available;
        address token;
        uint256 commitTime;
        bytes extraData;
    }
    /// ENSIP-20.
    function registerParams(bytes name, uint256 duration) external view returns (RegisterParams);

    /// ENSIP-20: who is to have which name.
    struct RegisterRequest {
        bytes name;
        address owner;
        uint256 duration;
        bytes32 secret;
        address resolver;
        bytes extraData;
    }
    /// ENSIP-20.
    function register(RegisterRequest request) external payable;
    /// ENSIP-20.
    function transferFrom(bytes name, address owner, address newOwner) external payable;
    /// ENSIP-1, the way in.
    function setAddr(bytes32 node, address account) external;
    /// ENSIP-9, the way in.
    function setAddr(bytes32 node, uint256 coinType, bytes value) external;
    /// ENSIP-5, the way in.
    function setText(bytes32 node, string key, string value) external;
    /// ENSIP-7, the way in.
    function setContenthash(bytes32 node, bytes hash) external;

    /// ENSIP-21: one lookup of a batch.
    struct Request {
        address sender;
        string[] urls;
        bytes data;
    }
    /// ENSIP-21: many lookups in one.
    function query(Request[] requests) external view returns (bool[] failures, bytes[] responses);

    /// ENSIP-23: the entry of a multicall that asked for something unknown.
    error UnsupportedResolverProfile(bytes4 selector);
    /// ENSIP-21: a gateway's failure, as a batch gateway passes it on.
    error HttpError(uint16 status, string message);
    /// Solidity's own error with a reason.
    error Error(string message);
}

/// Reads ABI-encoded arguments as tokens that borrow from `data`, as Solidity does: bytes after the arguments are
/// allowed, and parts may overlap. Strings and bytes are not copied, so overlapping costs no memory; arrays take one
/// token an entry, and whoever reads one checks its count first.
///
/// # Errors
/// When an offset or a length points outside of `data`.
pub fn arguments<'a, T: TokenSeq<'a>>(data: &'a [u8]) -> Result<T, alloy::sol_types::Error> {
    decode_params(data)
}
