// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Lookup} from "../src/dev/OffchainLookups.sol";
import {IDm3Resolver} from "../src/interfaces/IDm3Resolver.sol";
import {IExtendedResolver} from "../src/interfaces/IExtendedResolver.sol";
import {IOffchainRegister} from "../src/interfaces/IOffchainRegister.sol";
import {IOperationRouter} from "../src/interfaces/IOperationRouter.sol";
import {IUniversalResolver} from "../src/interfaces/IUniversalResolver.sol";
import {Dm3ResolverFixture} from "./utils/Dm3ResolverFixture.sol";

/// @notice Writes that begin at the contract: whom it sends where, with what to sign; and the terms of names.
contract Dm3ResolverWritesTest is Dm3ResolverFixture {
    bytes32 private constant NODE = keccak256("a node");

    /// @dev The functions as other people's code writes them.
    function writes() private view returns (bytes[] memory calls) {
        calls = new bytes[](6);
        calls[0] =
            abi.encodeWithSignature("setText(bytes32,string,string)", NODE, "url", "https://example.com");
        calls[1] = abi.encodeWithSignature("setAddr(bytes32,address)", NODE, stranger);
        calls[2] = abi.encodeWithSignature("setAddr(bytes32,uint256,bytes)", NODE, 0, hex"0014");
        calls[3] = abi.encodeWithSignature("setContenthash(bytes32,bytes)", NODE, hex"e301");
        calls[4] = abi.encodeCall(IOffchainRegister.register, (registration()));
        calls[5] = abi.encodeWithSignature("transferFrom(bytes,address,address)", wire(NAME), stranger, owner);
    }

    function test_theSelectorsAreThoseThatClientsKnow() external view {
        bytes4[6] memory selectors =
            [bytes4(0x10f13a8c), 0xd5fa2b00, 0x8b95dd71, 0x304e6ade, 0xf43c313a, 0x79f0ee86];
        bytes[] memory calls = writes();
        for (uint256 i = 0; i < calls.length; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast)
            vm.assertEq(bytes32(bytes4(calls[i])), bytes32(selectors[i]), "selector");
        }
    }

    function test_eachWriteIsHandedToTheFirstGateway() external {
        vm.prank(owner);
        resolver.setGateways(listOf("https://one.example/a", GATEWAY));
        bytes[] memory calls = writes();
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(stranger);
            vm.expectRevert(handedOver("https://one.example/a/v1/erc7884", calls[i], stranger));
            resolver.getOperationHandler(calls[i]);
        }
    }

    function testFuzz_theMessageIsOfWhoAsksAndWhen(
        address sender,
        uint64 chain,
        uint64 time,
        bytes calldata arguments
    ) external {
        vm.assume(chain != 0);
        vm.chainId(chain);
        vm.warp(time);
        bytes memory call = bytes.concat(bytes4(0x10f13a8c), arguments);
        vm.prank(sender);
        vm.expectRevert(handedOver(string.concat(GATEWAY, "/v1/erc7884"), call, sender));
        resolver.getOperationHandler(call);
    }

    function test_registerAndTransferFromRevertAsTheirHandlerDoes() external {
        bytes[] memory calls = writes();
        for (uint256 i = 4; i < 6; ++i) {
            vm.prank(stranger);
            (bool ok, bytes memory errorData) = address(resolver).call(calls[i]);
            vm.assertTrue(!ok, "it changes nothing");
            vm.assertEq(
                errorData, handedOver(string.concat(GATEWAY, "/v1/erc7884"), calls[i], stranger), "error"
            );
        }
    }

    /// @dev As ENSIP-20's clients ask: for any name, also below an address zone, and through a Universal Resolver.
    function test_resolveSaysTheSameForWhoMadeTheCall() external {
        vm.prank(owner);
        resolver.setAddressZone(namehash("user.dm3.eth"), true);
        bytes[] memory calls = writes();
        for (uint256 i = 0; i < calls.length; ++i) {
            bytes memory expected = handedOver(string.concat(GATEWAY, "/v1/erc7884"), calls[i], stranger);
            bytes memory asked = abi.encodeCall(IOperationRouter.getOperationHandler, (calls[i]));
            vm.prank(owner, stranger);
            vm.expectRevert(expected);
            resolver.resolve(wire(NAME), asked);
            vm.prank(owner, stranger);
            vm.expectRevert(abi.encodeWithSelector(IUniversalResolver.ResolverError.selector, expected));
            universal.resolve(wire(NAME), asked);
        }
    }

    function testFuzz_resolveHandlesNothingElse(bytes calldata call) external {
        bytes[] memory calls = writes();
        for (uint256 i = 0; i < calls.length; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast)
            vm.assume(bytes4(call) != bytes4(calls[i]));
        }
        vm.expectRevert(IOperationRouter.FunctionNotSupported.selector);
        resolver.resolve(wire(NAME), abi.encodeCall(IOperationRouter.getOperationHandler, (call)));
    }

    function test_noEtherStays() external {
        vm.deal(stranger, 1 ether);
        bytes[] memory calls = writes();
        for (uint256 i = 4; i < 6; ++i) {
            vm.prank(stranger);
            (bool ok,) = address(resolver).call{value: 1 ether}(calls[i]);
            vm.assertTrue(!ok, "taken");
        }
        vm.prank(stranger);
        (bool taken,) = address(resolver).call{value: 1 ether}("");
        vm.assertTrue(!taken, "taken");
    }

    function testFuzz_nothingElseIsHandled(bytes calldata call) external {
        bytes[] memory calls = writes();
        for (uint256 i = 0; i < calls.length; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast)
            vm.assume(bytes4(call) != bytes4(calls[i]));
        }
        vm.expectRevert(IOperationRouter.FunctionNotSupported.selector);
        resolver.getOperationHandler(call);
    }

    /// @dev The selector of `setAddr(bytes32,address)` ends with a zero byte, which is not there.
    function test_aCallNeedsASelector() external {
        vm.expectRevert(IOperationRouter.FunctionNotSupported.selector);
        resolver.getOperationHandler(hex"d5fa2b");
        vm.expectRevert(IOperationRouter.FunctionNotSupported.selector);
        resolver.getOperationHandler("");
    }

    // The terms of names

    function test_theTermsComeFromTheGateway() external {
        IOffchainRegister.RegisterParams memory params = terms();
        setRecord(termsCall(), abi.encode(params));
        bytes memory output = read(address(resolver), termsCall());
        vm.assertEq(output, abi.encode(params), "terms");
    }

    function test_theLookupOfTermsCarriesTheCallAndNamesItsCallback() external view {
        Lookup memory lookup = lookupOf(address(resolver), termsCall());
        vm.assertEq(lookup.callData, termsCall(), "call data");
        vm.assertEq(lookup.extraData, termsCall(), "extra data");
        bytes4 callback = IDm3Resolver.registerParamsWithProof.selector;
        vm.assertEq(bytes32(lookup.callbackFunction), bytes32(callback), "callback");
        vm.assertEq(lookup.urls, lookupOf(address(resolver), requestOf(textCall("url"))).urls, "urls");
    }

    function test_termsThatNoSignerSignedAreRefused() external {
        bytes memory result = abi.encode(terms());
        uint64 expires = uint64(block.timestamp) + LIFETIME;
        bytes memory response = answer(0x57, address(resolver), expires, termsCall(), result);
        vm.expectRevert(abi.encodeWithSelector(IDm3Resolver.UnknownSigner.selector, stranger));
        resolver.registerParamsWithProof(response, termsCall());

        response = answer(SIGNER_KEY, address(resolver), expires, termsCall(), result);
        vm.warp(expires + 1);
        vm.expectRevert(abi.encodeWithSelector(IDm3Resolver.AnswerExpired.selector, expires));
        resolver.registerParamsWithProof(response, termsCall());
    }

    function test_neitherCallbackTakesTheOthersAnswers() external {
        uint64 expires = uint64(block.timestamp) + LIFETIME;
        bytes memory response =
            answer(SIGNER_KEY, address(resolver), expires, termsCall(), abi.encode(terms()));
        vm.expectRevert(IDm3Resolver.NotTheRequest.selector);
        resolver.resolveWithProof(response, termsCall());

        bytes memory request = abi.encodeCall(IExtendedResolver.resolve, (wire(NAME), ""));
        response = answer(SIGNER_KEY, address(resolver), expires, request, abi.encode(terms()));
        vm.expectRevert(IDm3Resolver.NotTheRequest.selector);
        resolver.registerParamsWithProof(response, request);
    }

    function handedOver(string memory url, bytes memory call, address sender)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeWithSelector(
            IOperationRouter.OperationHandledOffchain.selector,
            // forge-lint: disable-next-line(unsafe-typecast)
            IOperationRouter.DomainData("dm3-gateway", "1", uint64(block.chainid), address(resolver)),
            url,
            IOperationRouter.MessageData(call, sender, block.timestamp + 3600)
        );
    }

    function registration() private view returns (IOffchainRegister.RegisterRequest memory) {
        return IOffchainRegister.RegisterRequest(wire(NAME), stranger, 365 days, 0, address(resolver), "");
    }

    function termsCall() private pure returns (bytes memory) {
        return abi.encodeCall(IOffchainRegister.registerParams, (wire(NAME), 365 days));
    }

    function terms() private pure returns (IOffchainRegister.RegisterParams memory) {
        return IOffchainRegister.RegisterParams(0, true, address(0), 0, "");
    }
}
