// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Dm3Resolver} from "../../src/Dm3Resolver.sol";
import {IExtendedResolver} from "../../src/interfaces/IExtendedResolver.sol";
import {ITextResolver} from "../../src/interfaces/ITextResolver.sol";
import {EnsFixture} from "./EnsFixture.sol";

/// @title A resolver with one gateway and one signer, set on `user.dm3.eth`
abstract contract Dm3ResolverFixture is EnsFixture {
    string internal constant NAME = "alice.user.dm3.eth";

    address internal immutable owner = vm.addr(0x0e);
    address internal immutable guard = vm.addr(0x6d);
    address internal immutable stranger = vm.addr(0x57);
    address internal immutable signer = vm.addr(SIGNER_KEY);

    Dm3Resolver internal resolver;

    function setUp() public virtual override {
        super.setUp();
        resolver = new Dm3Resolver(owner, listOf(GATEWAY), listOf(signer));
        setResolver("user.dm3.eth", address(resolver));
    }

    /// @dev The call of a text record of `NAME`.
    function textCall(string memory key) internal pure returns (bytes memory) {
        return abi.encodeCall(ITextResolver.text, (namehash(NAME), key));
    }

    /// @dev The request that goes to the gateway for a call.
    function requestOf(bytes memory call) internal pure returns (bytes memory) {
        return abi.encodeCall(IExtendedResolver.resolve, (wire(NAME), call));
    }
}
