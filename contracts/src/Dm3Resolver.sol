// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {OffchainWrites} from "./OffchainWrites.sol";
import {IDm3Resolver} from "./interfaces/IDm3Resolver.sol";
import {IERC3668} from "./interfaces/IERC3668.sol";
import {IERC7996} from "./interfaces/IERC7996.sol";
import {IExtendedResolver} from "./interfaces/IExtendedResolver.sol";
import {IOffchainMetadata} from "./interfaces/IOffchainMetadata.sol";
import {IOffchainRegister} from "./interfaces/IOffchainRegister.sol";
import {IOffchainTransferrable} from "./interfaces/IOffchainTransferrable.sol";
import {IOperationRouter} from "./interfaces/IOperationRouter.sol";
import {AddressName} from "./libraries/AddressName.sol";
import {GatewayUrl} from "./libraries/GatewayUrl.sol";
import {OwnedRecords} from "./libraries/OwnedRecords.sol";
import {SignedAnswer} from "./libraries/SignedAnswer.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";

// What is sent with `register` or `transferFrom` comes back with the revert.
// slither-disable-start locked-ether

/// @title The resolver of the names of a dm3 gateway
/// @notice Sends questions to the gateway, and accepts only answers that a signer has signed for it. What the
/// owner of an address name has a say in, it answers or checks itself (see `isAddressZone`).
/// @dev Cannot be upgraded; the owner of a name that wants another resolver sets another one in ENS.
/// Ownership is handed over in two steps. An owner who renounces it freezes gateways, signers and zones; only
/// the guardian, if there is one, can stop a signer then.
contract Dm3Resolver is
    IDm3Resolver,
    IExtendedResolver,
    IERC3668,
    IERC7996,
    IOffchainMetadata,
    OffchainWrites,
    ERC165,
    Ownable2Step
{
    /// @dev `eth.ens.resolver.extended.multicall` (ENSIP-22): `resolve` takes a `multicall`.
    bytes4 private constant RESOLVE_MULTICALL = 0x96b62db8;

    string[] private _gateways;

    /// @inheritdoc IDm3Resolver
    mapping(address account => bool) public isSigner;

    /// @inheritdoc IDm3Resolver
    mapping(bytes32 node => bool) public isAddressZone;

    /// @inheritdoc IDm3Resolver
    address public guardian;

    constructor(address initialOwner, string[] memory initialGateways, address[] memory initialSigners)
        Ownable(initialOwner)
    {
        _setGateways(initialGateways);
        _addSigners(initialSigners);
    }

    /// @inheritdoc IExtendedResolver
    /// @dev Also takes `getOperationHandler(bytes)` (ENSIP-20), whatever the name.
    function resolve(bytes calldata name, bytes calldata data) external view returns (bytes memory) {
        _handOverIfAsked(data);
        (bool verified, address owner_, bytes32 node) = _addressName(name);
        if (verified) {
            (bool known, bytes memory result) = OwnedRecords.tryAnswer(owner_, node, data);
            if (known) return result;
        }
        _lookUp(abi.encodeCall(IExtendedResolver.resolve, (name, data)), this.resolveWithProof.selector);
    }

    /// @inheritdoc IDm3Resolver
    function resolveWithProof(bytes calldata response, bytes calldata extraData)
        external
        view
        returns (bytes memory)
    {
        bytes memory result = _resultOf(response, extraData, IExtendedResolver.resolve.selector);
        (bytes memory name, bytes memory data) = abi.decode(extraData[4:], (bytes, bytes));
        (bool verified, address owner_, bytes32 node) = _addressName(name);
        return verified ? OwnedRecords.check(owner_, node, data, result) : result;
    }

    /// @inheritdoc IDm3Resolver
    function gateways() external view returns (string[] memory) {
        return _gateways;
    }

    /// @inheritdoc IDm3Resolver
    function setGateways(string[] calldata newGateways) external onlyOwner {
        _setGateways(newGateways);
    }

    /// @inheritdoc IDm3Resolver
    function addSigners(address[] calldata signers) external onlyOwner {
        _addSigners(signers);
    }

    /// @inheritdoc IDm3Resolver
    function removeSigners(address[] calldata signers) external {
        if (msg.sender != guardian) _checkOwner();
        for (uint256 i = 0; i < signers.length; ++i) {
            if (!isSigner[signers[i]]) continue;
            isSigner[signers[i]] = false;
            emit SignerRemoved(signers[i]);
        }
    }

    /// @inheritdoc IDm3Resolver
    function setGuardian(address newGuardian) external onlyOwner {
        // Zero is nobody, which an owner may want.
        // slither-disable-next-line missing-zero-check
        guardian = newGuardian;
        emit GuardianSet(newGuardian);
    }

    /// @inheritdoc IDm3Resolver
    function setAddressZone(bytes32 node, bool enabled) external onlyOwner {
        isAddressZone[node] = enabled;
        emit AddressZoneSet(node, enabled);
    }

    /// @inheritdoc IOffchainMetadata
    /// @dev The names are in a database that no JSON-RPC endpoint shows, whichever name it is.
    function metadata(bytes calldata)
        external
        pure
        returns (string[] memory rpcURLs, uint256 chainId, address baseRegistry)
    {
        return (new string[](0), 0, address(0));
    }

    /// @inheritdoc IOffchainRegister
    function registerParams(bytes calldata name, uint256 duration)
        external
        view
        returns (RegisterParams memory)
    {
        bytes memory request = abi.encodeCall(IOffchainRegister.registerParams, (name, duration));
        _lookUp(request, this.registerParamsWithProof.selector);
    }

    /// @inheritdoc IDm3Resolver
    function registerParamsWithProof(bytes calldata response, bytes calldata extraData)
        external
        view
        returns (RegisterParams memory)
    {
        bytes memory result = _resultOf(response, extraData, IOffchainRegister.registerParams.selector);
        return abi.decode(result, (RegisterParams));
    }

    /// @inheritdoc IERC7996
    function supportsFeature(bytes4 feature) external pure returns (bool) {
        return feature == RESOLVE_MULTICALL;
    }

    /// @inheritdoc ERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IExtendedResolver).interfaceId || interfaceId == type(IERC7996).interfaceId
            || interfaceId == type(IOffchainMetadata).interfaceId
            || interfaceId == type(IOperationRouter).interfaceId
            || interfaceId == type(IOffchainRegister).interfaceId
            || interfaceId == type(IOffchainTransferrable).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @inheritdoc OffchainWrites
    function _writesUrl() internal view override returns (string memory) {
        return GatewayUrl.writes(_gateways[0]);
    }

    /// @dev Whether the owner of a name is its label, and who that is.
    function _addressName(bytes memory name)
        private
        view
        returns (bool verified, address owner_, bytes32 node)
    {
        bytes32 parent;
        (verified, owner_, parent, node) = AddressName.tryParse(name);
        verified = verified && isAddressZone[parent];
    }

    function _lookUp(bytes memory request, bytes4 callback) private view {
        string[] memory urls = new string[](_gateways.length);
        for (uint256 i = 0; i < urls.length; ++i) {
            urls[i] = GatewayUrl.lookup(_gateways[i], address(this), request.length);
        }
        revert OffchainLookup(address(this), urls, request, callback, request);
    }

    /// @dev What a gateway has answered to a request for this function, if a signer has signed it.
    function _resultOf(bytes calldata response, bytes calldata request, bytes4 selector)
        private
        view
        returns (bytes memory)
    {
        // forge-lint: disable-next-line(unsafe-typecast)
        if (bytes4(request) != selector) revert NotTheRequest();
        (bytes memory result, uint64 expires, bytes memory signature) =
            abi.decode(response, (bytes, uint64, bytes));
        // A validator can move the clock by seconds, an answer lives for minutes.
        // slither-disable-next-line timestamp
        if (expires < block.timestamp) revert AnswerExpired(expires); // forge-lint: disable-line(block-timestamp)
        address signer =
            ECDSA.recover(SignedAnswer.digest(address(this), expires, request, result), signature);
        if (!isSigner[signer]) revert UnknownSigner(signer);
        return result;
    }

    function _setGateways(string[] memory newGateways) private {
        if (newGateways.length == 0) revert NoGateways();
        for (uint256 i = 0; i < newGateways.length; ++i) {
            if (!GatewayUrl.isBase(newGateways[i])) revert InvalidGateway(newGateways[i]);
        }
        _gateways = newGateways;
        emit GatewaysSet(newGateways);
    }

    function _addSigners(address[] memory signers) private {
        if (signers.length == 0) revert NoSigners();
        for (uint256 i = 0; i < signers.length; ++i) {
            if (signers[i] == address(0)) revert ZeroSigner();
            if (isSigner[signers[i]]) continue;
            isSigner[signers[i]] = true;
            emit SignerAdded(signers[i]);
        }
    }
}

// slither-disable-end locked-ether
