// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IOffchainRegister} from "./IOffchainRegister.sol";

/// @title The part of the resolver that is its own
/// @notice Three accounts have a say, each as little as possible:
/// - the owner sets gateways, signers, guardian and address zones;
/// - the guardian can remove signers, so that a stolen key is stopped without waking the owner;
/// - a signer signs answers. It owns nothing here, and has no say in what the owner of an address name signs.
///
/// Each setter announces what it set, the same value again included; signers are announced only when they
/// become one or cease to be one.
interface IDm3Resolver {
    /// @notice The gateways were set to this list.
    event GatewaysSet(string[] gateways);

    /// @notice Answers signed by this account are accepted from now on.
    event SignerAdded(address indexed signer);

    /// @notice Answers signed by this account are refused from now on, also those signed before.
    event SignerRemoved(address indexed signer);

    /// @notice The guardian was set to this account; zero is nobody.
    event GuardianSet(address indexed guardian);

    /// @notice The node was marked as an address zone, or unmarked.
    event AddressZoneSet(bytes32 indexed node, bool isAddressZone);

    /// @notice A resolver needs a gateway.
    error NoGateways();

    /// @notice A gateway must be an http or https URL that a path can be put behind: no `/` at the end, no
    /// query, no fragment, no user, no placeholders, and only characters that stand for themselves in a URL.
    error InvalidGateway(string gateway);

    /// @notice An empty list of signers is a mistake.
    error NoSigners();

    /// @notice The zero address signs nothing.
    error ZeroSigner();

    /// @notice The answer was valid until `expires`, in unix seconds.
    error AnswerExpired(uint64 expires);

    /// @notice The answer is signed by `signer`, which is no signer of this resolver. An answer to another
    /// question, or for another contract, ends here too: its signature then belongs to an account that nobody
    /// has the key of.
    error UnknownSigner(address signer);

    /// @notice About an address name: the call asks for one node, beside a name that has another.
    error WrongNode(bytes32 asked, bytes32 expected);

    /// @notice About an address name: the arguments of this function are not what it takes.
    error MalformedCall(bytes4 selector);

    /// @notice About an address name: a multicall inside a multicall would be a way around what is checked.
    error NestedMulticall();

    /// @notice About an address name: the answer to a multicall is not in canonical ABI encoding.
    error MalformedResult();

    /// @notice About an address name: the multicall has so many calls, its answer has so many entries.
    error WrongNumberOfEntries(uint256 calls, uint256 entries);

    /// @notice The name is the address of `owner`: the address for an EVM chain, or for all of them, can be
    /// that or none, in canonical ABI encoding.
    error NotTheOwnersAddress(address owner);

    /// @notice The name is the address of `owner`: its profile record can be empty or hold a profile in
    /// canonical inline form, `data:application/json,{"profile":…`, in canonical ABI encoding.
    error NotAProfile(address owner);

    /// @notice The name is the address of `owner`, and the profile is not signed by that account.
    error NotTheOwnersProfile(address owner);

    /// @notice What the callback was handed beside the answer is not what went to the gateway.
    error NotTheRequest();

    /// @notice The callback of `resolve`: checks a gateway's answer and returns what it says.
    /// @dev For names in address zones see `isAddressZone`. The signed digest is
    /// `keccak256(0x1900 ‖ this contract ‖ uint64 expires ‖ keccak256(extraData) ‖ keccak256(result))`, and
    /// the signature 65 bytes r ‖ s ‖ v with v 27 or 28 and a low s. There is no chain id in it, so
    /// the gateways of different chains must have different signers: a gateway signs for the contract that it is
    /// asked for, and what it says of one chain's names would be accepted on the other. Different addresses, as
    /// a salt with the chain id gives them, keep apart only what was asked for honestly.
    /// @param response `abi.encode(bytes result, uint64 expires, bytes signature)`.
    /// @param extraData The request, exactly as it went to the gateway.
    /// @return What the resolver function returns, ABI encoded.
    function resolveWithProof(bytes calldata response, bytes calldata extraData)
        external
        view
        returns (bytes memory);

    /// @notice The callback of `registerParams`: checks a gateway's answer and returns what it says.
    /// @dev Signed like the answers of `resolve`, and never taken for one of them, because the request is
    /// another. The terms are the gateway's word, for address names too.
    /// @param response `abi.encode(bytes result, uint64 expires, bytes signature)`, where the result is
    /// `abi.encode(RegisterParams)`.
    /// @param extraData The request, exactly as it went to the gateway: the calldata of `registerParams`.
    function registerParamsWithProof(bytes calldata response, bytes calldata extraData)
        external
        view
        returns (IOffchainRegister.RegisterParams memory);

    /// @notice The base URLs of the gateways, in the order in which clients try them.
    function gateways() external view returns (string[] memory);

    /// @notice Replaces the list of gateways.
    function setGateways(string[] calldata newGateways) external;

    /// @notice Whether answers that this account has signed are accepted.
    function isSigner(address account) external view returns (bool);

    /// @notice Accepts answers of these accounts too. Those that are signers already stay it.
    function addSigners(address[] calldata signers) external;

    /// @notice Refuses answers of these accounts, for the owner and the guardian. Without any signer left,
    /// every answer is refused: that is how to stop a resolver whose only key was stolen.
    function removeSigners(address[] calldata signers) external;

    /// @notice The account that can remove signers beside the owner, zero for nobody.
    function guardian() external view returns (address);

    /// @notice Replaces the guardian.
    function setGuardian(address newGuardian) external;

    /// @notice Whether the labels directly under this node are their owners' addresses.
    /// @dev An address name is one label directly under such a node that is `0x` and 40 hex digits. What its
    /// owner has a say in is not trusted to the gateway:
    /// - `addr(bytes32)` and `addr(bytes32,uint256)` with coin type 60 answer the label, without any gateway;
    /// - the addresses of other EVM chains (coin types `0x80000000 | chain id`) and the default EVM address
    ///   (`0x80000000`) are the label or empty;
    /// - the texts `network.dm3.profile` and `eth.dm3.profile` are empty, or a profile in canonical inline
    ///   form that the label's account has signed, by its key or, if it has code, by saying so (ERC-1271).
    ///
    /// An entry of a multicall for which this does not hold becomes one of the errors above, whose length is
    /// no multiple of 32. All other records of an address name, and all other names, are the gateway's word.
    function isAddressZone(bytes32 node) external view returns (bool);

    /// @notice Marks a node as an address zone, or unmarks it.
    function setAddressZone(bytes32 node, bool enabled) external;
}
