// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3668} from "../src/interfaces/IERC3668.sol";
import {IERC7996} from "../src/interfaces/IERC7996.sol";
import {IExtendedResolver} from "../src/interfaces/IExtendedResolver.sol";
import {IOffchainMetadata} from "../src/interfaces/IOffchainMetadata.sol";
import {IOffchainRegister} from "../src/interfaces/IOffchainRegister.sol";
import {IOffchainTransferrable} from "../src/interfaces/IOffchainTransferrable.sol";
import {IOperationRouter} from "../src/interfaces/IOperationRouter.sol";
import {Dm3ResolverFixture} from "./utils/Dm3ResolverFixture.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @notice What the resolver says about itself, and the identifiers by which others know it.
contract Dm3ResolverInterfacesTest is Dm3ResolverFixture {
    function test_theIdentifiersAreThoseOfTheStandards() external pure {
        same(type(IERC165).interfaceId, 0x01ffc9a7, "ERC-165");
        same(type(IExtendedResolver).interfaceId, 0x9061b923, "ENSIP-10");
        same(type(IERC7996).interfaceId, 0x582de3e7, "ERC-7996");
        same(IERC3668.OffchainLookup.selector, 0x556f1830, "ERC-3668");
        same(bytes4(keccak256("eth.ens.resolver.extended.multicall")), 0x96b62db8, "the feature of ENSIP-22");
        same(
            IOperationRouter.getOperationHandler.selector,
            bytes4(keccak256("getOperationHandler(bytes)")),
            "ERC-7884"
        );
        same(
            IOperationRouter.OperationHandledOffchain.selector,
            bytes4(
                keccak256(
                    "OperationHandledOffchain((string,string,uint64,address),string,(bytes,address,uint256))"
                )
            ),
            "ERC-7884's error"
        );
        same(
            IOffchainRegister.registerParams.selector,
            bytes4(keccak256("registerParams(bytes,uint256)")),
            "ENSIP-20"
        );
        // What the clients of ENSIP-20 look for.
        same(type(IOffchainRegister).interfaceId, 0x79dc93d7, "ENSIP-20, registering");
        same(
            IOffchainTransferrable.transferFrom.selector,
            bytes4(keccak256("transferFrom(bytes,address,address)")),
            "ENSIP-20, transferring"
        );
        same(IOffchainMetadata.metadata.selector, bytes4(keccak256("metadata(bytes)")), "ENSIP-16");
        vm.assertEq(
            IOffchainMetadata.MetadataChanged.selector,
            keccak256("MetadataChanged(bytes,string[],uint256,address)"),
            "ENSIP-16's event"
        );
    }

    function test_itsInterfacesAreFoundByTheirIds() external view {
        vm.assertTrue(resolver.supportsInterface(0x01ffc9a7), "ERC-165");
        vm.assertTrue(resolver.supportsInterface(0x9061b923), "ENSIP-10");
        vm.assertTrue(resolver.supportsInterface(0x582de3e7), "ERC-7996");
        vm.assertTrue(resolver.supportsInterface(0x8a596ebe), "ENSIP-16");
        vm.assertTrue(resolver.supportsInterface(0xa0b7b54e), "ERC-7884");
        vm.assertTrue(resolver.supportsInterface(0x79dc93d7), "ENSIP-20, registering");
        vm.assertTrue(resolver.supportsInterface(0x79f0ee86), "ENSIP-20, transferring");
    }

    function testFuzz_noOtherInterfaceIsClaimed(bytes4 id) external view {
        vm.assume(id != 0x01ffc9a7 && id != 0x9061b923 && id != 0x582de3e7 && id != 0x8a596ebe);
        vm.assume(id != 0xa0b7b54e && id != 0x79dc93d7 && id != 0x79f0ee86);
        vm.assertTrue(!resolver.supportsInterface(id), "claimed");
    }

    function test_itTakesManyQuestionsAtOnce() external view {
        vm.assertTrue(resolver.supportsFeature(0x96b62db8), "eth.ens.resolver.extended.multicall");
    }

    function testFuzz_noOtherFeatureIsClaimed(bytes4 id) external view {
        vm.assume(id != 0x96b62db8);
        vm.assertTrue(!resolver.supportsFeature(id), "claimed");
    }

    function test_itsNamesAreOnNoChain() external view {
        (string[] memory rpcUrls, uint256 chainId, address registry_) = resolver.metadata(wire(NAME));
        vm.assertEq(rpcUrls.length, 0, "JSON-RPC endpoints");
        vm.assertEq(chainId, 0, "chain");
        vm.assertEq(registry_, address(0), "registry");
    }

    function same(bytes4 left, bytes4 right, string memory what) private pure {
        vm.assertEq(bytes32(left), bytes32(right), what);
    }
}
