// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddrResolver} from "../src/interfaces/IAddrResolver.sol";
import {IAddressResolver} from "../src/interfaces/IAddressResolver.sol";
import {IDm3Resolver} from "../src/interfaces/IDm3Resolver.sol";
import {ITextResolver} from "../src/interfaces/ITextResolver.sol";
import {ContractAccount} from "./ContractAccount.sol";
import {AddressNamesFixture} from "./utils/AddressNamesFixture.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @notice Address names: what is answered without a gateway, and what no holder of the signer's key can say.
contract Dm3ResolverAddressNamesTest is AddressNamesFixture {
    using LibString for string;

    uint256 private constant BASE = 0x80002105;
    uint256 private constant DEFAULT_EVM = 0x80000000;
    uint256 private constant BITCOIN = 0;

    // Addresses

    function testFuzz_addressesComeFromTheLabel(address account) external view {
        vm.assertEq(resolve(account, addrCall(account)), abi.encode(account), "addr");
        vm.assertEq(resolve(account, coinCall(account, 60)), addressBytes(account), "coin 60");
    }

    function test_addressesComeThroughTheUniversalResolverWithoutAGateway() external {
        bytes memory call = abi.encodeCall(universal.resolve, (wire(nameOf(alice)), addrCall(alice)));
        (bytes memory result,) = abi.decode(read(address(universal), call), (bytes, address));
        vm.assertEq(abi.decode(result, (address)), alice, "address");
        vm.assertEq(questions, 0, "questions");
    }

    function test_noOtherCallIsAnsweredWithoutAGateway() external view {
        lookup(ask(alice, coinCall(alice, BITCOIN)));
        lookup(ask(alice, coinCall(alice, BASE)));
        lookup(ask(alice, textOf(alice, PROFILE_KEY)));
        lookup(ask(alice, addrCall(mallory)));
        lookup(ask(alice, coinCall(mallory, 60)));
        lookup(ask(alice, ""));
        lookup(ask(alice, many(both(addrCall(alice), textOf(alice, "url")))));
        lookup(ask(alice, many(both(addrCall(alice), textOf(alice, PROFILE_KEY)))));
        lookup(ask(alice, many(both(addrCall(alice), coinCall(alice, BASE)))));
        lookup(ask(alice, many(both(addrCall(alice), addrCall(mallory)))));
        lookup(ask(alice, many(only(many(only(addrCall(alice)))))));
    }

    function test_aMulticallOfAddressesIsAnsweredWithoutAGateway() external view {
        bytes memory output = resolve(alice, many(both(addrCall(alice), coinCall(alice, 60))));
        vm.assertEq(output, abi.encode(both(abi.encode(alice), addressBytes(alice))), "entries");
        vm.assertEq(resolve(alice, many(new bytes[](0))), abi.encode(new bytes[](0)), "no entries");
    }

    function test_theGatewayIsAskedAboutAllOtherNames() external {
        string memory label = LibString.toHexString(alice);
        lookup(ask("alice.addr.dm3.eth", nodeCall("alice.addr.dm3.eth")));
        lookup(ask("addr.dm3.eth", nodeCall("addr.dm3.eth")));
        lookup(ask(label.concat(".user.dm3.eth"), nodeCall(label.concat(".user.dm3.eth"))));
        lookup(ask(label.concat(".a.addr.dm3.eth"), nodeCall(label.concat(".a.addr.dm3.eth"))));
        lookup(ask(string.concat("a.", nameOf(alice)), nodeCall(string.concat("a.", nameOf(alice)))));

        vm.prank(owner);
        resolver.setAddressZone(namehash(ZONE), false);
        lookup(ask(alice, addrCall(alice)));
    }

    function test_twoZonesAreAddressZones() external {
        vm.prank(owner);
        resolver.setAddressZone(namehash("a.eth"), true);
        string memory name = LibString.toHexString(alice).concat(".a.eth");
        bytes memory output = resolver.resolve(wire(name), nodeCall(name));
        vm.assertEq(output, abi.encode(alice), "address");
        vm.assertEq(resolve(alice, addrCall(alice)), abi.encode(alice), "in the other zone");
    }

    /// @dev No client asks a gateway for these; who calls the callback nevertheless hears the same.
    function testFuzz_noAnswerMovesAnAddress(bytes calldata result) external view {
        vm.assertEq(says(ask(alice, addrCall(alice)), result), abi.encode(alice), "addr");
        vm.assertEq(says(ask(alice, coinCall(alice, 60)), result), addressBytes(alice), "coin 60");
    }

    // Addresses of EVM chains

    function testFuzz_evmAddressesAreTheLabelOrEmpty(uint32 chain, address account) external view {
        uint256 coinType = DEFAULT_EVM | chain;
        bytes memory request = ask(alice, coinCall(alice, coinType));
        vm.assertEq(says(request, addressBytes(alice)), addressBytes(alice), "the label");
        vm.assertEq(says(request, abi.encode("")), abi.encode(""), "empty");
        vm.assume(account != alice);
        refuse(request, addressBytes(account), errorOf(IDm3Resolver.NotTheOwnersAddress.selector, alice));
    }

    function testFuzz_anEvmAddressIsEncodedInOneWay(bytes calldata result) external view {
        vm.assume(
            keccak256(result) != keccak256(addressBytes(alice))
                && keccak256(result) != keccak256(abi.encode(""))
        );
        bytes memory errorData = errorOf(IDm3Resolver.NotTheOwnersAddress.selector, alice);
        refuse(ask(alice, coinCall(alice, BASE)), result, errorData);
        vm.assume(result.length != 0);
        refuse(ask(alice, coinCall(alice, BASE)), abi.encode(result), errorData);
    }

    function test_anEvmAddressWithSomethingBehindItIsRefused() external view {
        bytes memory errorData = errorOf(IDm3Resolver.NotTheOwnersAddress.selector, alice);
        bytes memory request = ask(alice, coinCall(alice, DEFAULT_EVM));
        refuse(request, bytes.concat(addressBytes(alice), bytes32(0)), errorData);
        refuse(request, abi.encode(abi.encodePacked(alice, mallory)), errorData);
        refuse(request, abi.encodePacked(uint256(32), uint256(20), alice, bytes12(uint96(1))), errorData);
        refuse(request, abi.encode(alice), errorData);
    }

    function testFuzz_addressesOfOtherChainsAreTheGatewaysWord(bytes calldata result) external view {
        vm.assertEq(says(ask(alice, coinCall(alice, BITCOIN)), result), result, "bitcoin");
        vm.assertEq(says(ask(alice, coinCall(alice, 1 << 32)), result), result, "a coin beyond EVM chains");
    }

    // Profiles

    function testFuzz_aProfileThatTheOwnerSignedIsAnswered(uint256 seed, bool old) external view {
        uint256 key = toKey(seed);
        string memory record = signedRecord(key, profileOf('"ds.eth"'));
        bytes memory call = textOf(vm.addr(key), old ? OLD_PROFILE_KEY : PROFILE_KEY);
        vm.assertEq(says(ask(vm.addr(key), call), abi.encode(record)), abi.encode(record), "profile");
    }

    function test_profilesOfDm3sLibraryAreAnswered() external view {
        Vector[] memory all = vectors();
        for (uint256 i = 0; i < all.length; ++i) {
            bytes memory request = ask(all[i].owner, textOf(all[i].owner, PROFILE_KEY));
            vm.assertEq(says(request, abi.encode(all[i].record)), abi.encode(all[i].record), all[i].record);
        }
    }

    function test_noProfileIsAnAnswer() external view {
        vm.assertEq(
            says(ask(alice, textOf(alice, PROFILE_KEY)), abi.encode("")), abi.encode(""), "no profile"
        );
    }

    function test_profilesThatTheOwnerDidNotSignAreRefused() external view {
        string memory profile = profileOf('"ds.eth"');
        notTheOwners(signedRecord(MALLORY_KEY, profile), "by another, for themselves");
        notTheOwners(signedRecord(MALLORY_KEY, alice, profile), "by another, for the owner");
        notTheOwners(signedRecord(ALICE_KEY, mallory, profile), "by the owner, for another");
        bytes memory signature = sign(ALICE_KEY, creationDigest(alice, profile));
        notTheOwners(recordOf(profileOf('"mallory.eth"'), signature), "another delivery service");
        notTheOwners(recordOf(profileOf('"ds.eth"', SIGNING_KEY, ENCRYPTION_KEY), signature), "swapped keys");
        notTheOwners(recordOf(profile, bytes.concat(signature, signature)), "two signatures");
        notTheOwners(recordOf(profile, ""), "no signature");
        signature[64] = bytes1(uint8(signature[64]) - 27);
        notTheOwners(recordOf(profile, signature), "v of 0 or 1");
    }

    function test_otherFormsOfAProfileAreRefused() external view {
        string memory record = signedRecord(ALICE_KEY, profileOf('"ds.eth"'));
        notAProfile(abi.encode(record.concat(" ")), "something behind");
        notAProfile(abi.encode(record.replace(":{", ": {")), "white space");
        notAProfile(abi.encode("https://example.com?dm3Hash=0x00"), "elsewhere");
        notAProfile(abi.encode(" "), "a blank");
        notAProfile(abi.encode(signedRecord(ALICE_KEY, profileOf('"DS.eth"'))), "signed, and no profile");
    }

    function test_aProfileIsEncodedInOneWay() external view {
        string memory record = signedRecord(ALICE_KEY, profileOf('"ds.eth"'));
        bytes memory result = abi.encode(record);
        says(ask(alice, textOf(alice, PROFILE_KEY)), result);
        uint256 length = bytes(record).length;
        notAProfile(bytes.concat(result, bytes32(0)), "a word behind");
        notAProfile(bytes.concat(result, hex"00"), "a byte behind");
        notAProfile(abi.encodePacked(uint256(32), length, record), "no padding");
        notAProfile(
            abi.encodePacked(uint256(64), uint256(0), length, record, new bytes(32 - length % 32)),
            "an offset"
        );
        notAProfile(
            abi.encodePacked(uint256(32), length, record, bytes1(0x01), new bytes(31 - length % 32)),
            "padding"
        );
        notAProfile(abi.encodePacked(uint256(32), type(uint256).max, record), "a length");
        notAProfile(bytes(record), "not encoded");
        notAProfile("", "nothing");
        notAProfile(abi.encode(bytes32(0)), "one word");
        vm.assertTrue(length % 32 != 0, "there is padding");
    }

    function testFuzz_noOtherTextIsAProfile(string calldata text) external view {
        vm.assume(bytes(text).length != 0);
        notAProfile(abi.encode(text), "text");
        notAProfile(bytes(text), "bytes");
    }

    function testFuzz_aChangedProfileIsRefused(uint256 position, bytes1 character) external view {
        bytes memory record = bytes(signedRecord(ALICE_KEY, profileOf('"ds.eth"')));
        position = position % record.length;
        vm.assume(record[position] != character);
        record[position] = character;
        bytes memory request = ask(alice, textOf(alice, PROFILE_KEY));
        try this.say(request, abi.encode(string(record))) {
            vm.assertTrue(false, string(record));
        } catch {}
    }

    function testFuzz_otherTextsAreTheGatewaysWord(string calldata key, bytes calldata result) external view {
        vm.assume(keccak256(bytes(key)) != keccak256(bytes(PROFILE_KEY)));
        vm.assume(keccak256(bytes(key)) != keccak256(bytes(OLD_PROFILE_KEY)));
        vm.assertEq(says(ask(alice, textOf(alice, key)), result), result, "text");
    }

    function testFuzz_profilesOfOtherNamesAreTheGatewaysWord(bytes calldata result) external view {
        vm.assertEq(says(requestOf(textCall(PROFILE_KEY)), result), result, "text");
        bytes memory call = abi.encodeCall(ITextResolver.text, (namehash("bob.addr.dm3.eth"), PROFILE_KEY));
        vm.assertEq(says(ask("bob.addr.dm3.eth", call), result), result, "text");
    }

    // Accounts with code

    function test_anAccountWithCodeConfirmsItsProfile() external {
        ContractAccount account = new ContractAccount(ContractAccount.Behaviour.Approving);
        string memory profile = profileOf('"ds.eth"');
        bytes memory request = ask(address(account), textOf(address(account), PROFILE_KEY));
        bytes memory result = abi.encode(recordOf(profile, hex"010203"));
        refuse(request, result, errorOf(IDm3Resolver.NotTheOwnersProfile.selector, address(account)));
        account.approve(creationDigest(address(account), profile));
        vm.assertEq(says(request, result), result, "profile");
    }

    function test_aBadlyBehavedAccountSpoilsItsOwnProfileOnly() external {
        for (uint8 i = 1; i <= uint8(type(ContractAccount.Behaviour).max); ++i) {
            if (ContractAccount.Behaviour(i) == ContractAccount.Behaviour.ReturningAQuarterOfAMegabyte) {
                continue;
            }
            address account = address(new ContractAccount(ContractAccount.Behaviour(i)));
            bytes[] memory calls = both(textOf(account, PROFILE_KEY), textOf(account, "url"));
            bytes memory record = abi.encode(recordOf(profileOf(""), hex"010203"));
            bytes memory result = abi.encode(both(record, abi.encode("https://example.com")));
            bytes[] memory entries = abi.decode(says(ask(account, many(calls)), result), (bytes[]));
            vm.assertEq(entries[0], errorOf(IDm3Resolver.NotTheOwnersProfile.selector, account), "profile");
            vm.assertEq(entries[1], abi.encode("https://example.com"), "url");
        }
    }

    // Multicalls

    function test_anEntryThatFailsIsAnErrorAndSpoilsNoOther() external view {
        bytes[] memory calls = new bytes[](8);
        calls[0] = addrCall(alice);
        calls[1] = coinCall(alice, 60);
        calls[2] = coinCall(alice, BASE);
        calls[3] = textOf(alice, PROFILE_KEY);
        calls[4] = textOf(alice, OLD_PROFILE_KEY);
        calls[5] = textOf(alice, "url");
        calls[6] = textOf(mallory, PROFILE_KEY);
        calls[7] = many(only(textOf(alice, PROFILE_KEY)));
        bytes memory forged = abi.encode(signedRecord(MALLORY_KEY, profileOf('"ds.eth"')));
        bytes[] memory entries = new bytes[](8);
        entries[0] = abi.encode(mallory);
        entries[1] = addressBytes(mallory);
        entries[2] = addressBytes(mallory);
        entries[3] = forged;
        entries[4] = abi.encode("x");
        entries[5] = abi.encode("https://example.com");
        entries[6] = forged;
        entries[7] = abi.encode(only(forged));

        bytes[] memory output = abi.decode(says(ask(alice, many(calls)), abi.encode(entries)), (bytes[]));
        vm.assertEq(output.length, 8, "entries");
        vm.assertEq(output[0], abi.encode(alice), "addr");
        vm.assertEq(output[1], addressBytes(alice), "coin 60");
        vm.assertEq(output[2], errorOf(IDm3Resolver.NotTheOwnersAddress.selector, alice), "coin of Base");
        vm.assertEq(output[3], errorOf(IDm3Resolver.NotTheOwnersProfile.selector, alice), "profile");
        vm.assertEq(output[4], errorOf(IDm3Resolver.NotAProfile.selector, alice), "old profile");
        vm.assertEq(output[5], entries[5], "url");
        bytes memory wrongNode =
            abi.encodeWithSelector(IDm3Resolver.WrongNode.selector, nodeOf(mallory), nodeOf(alice));
        vm.assertEq(output[6], wrongNode, "another node");
        vm.assertEq(output[7], abi.encodeWithSelector(IDm3Resolver.NestedMulticall.selector), "nested");
        for (uint256 i = 0; i < 8; ++i) {
            vm.assertEq(output[i].length % 32 == 0, i < 2 || i == 5, "errors have a length of their own");
        }
    }

    function test_honestEntriesComeThrough() external view {
        bytes[] memory calls = both(textOf(alice, PROFILE_KEY), coinCall(alice, BASE));
        bytes memory record = abi.encode(signedRecord(ALICE_KEY, profileOf('"ds.eth"')));
        bytes memory result = abi.encode(both(record, abi.encode("")));
        vm.assertEq(says(ask(alice, many(calls)), result), result, "entries");
    }

    /// @dev What a decoder that does not know about error entries would take for a value.
    function test_anErrorThatHoldsAValueIsReplaced() external view {
        bytes memory forged = abi.encode(signedRecord(MALLORY_KEY, profileOf('"ds.eth"')));
        bytes memory result =
            abi.encode(both(bytes.concat(forged, hex"00"), bytes.concat(addressBytes(mallory), hex"00")));
        bytes[] memory calls = both(textOf(alice, PROFILE_KEY), coinCall(alice, BASE));
        bytes[] memory output = abi.decode(says(ask(alice, many(calls)), result), (bytes[]));
        vm.assertEq(output[0], errorOf(IDm3Resolver.NotAProfile.selector, alice), "profile");
        vm.assertEq(output[1], errorOf(IDm3Resolver.NotTheOwnersAddress.selector, alice), "address");
    }

    function testFuzz_thereAreAsManyEntriesAsCalls(uint8 calls, uint8 entries) external view {
        bytes[] memory asked = new bytes[](calls);
        for (uint256 i = 0; i < calls; ++i) {
            asked[i] = textOf(alice, "url");
        }
        bytes memory request = ask(alice, many(asked));
        bytes memory result = abi.encode(new bytes[](entries));
        if (calls == entries) {
            vm.assertEq(says(request, result), result, "entries");
        } else {
            bytes4 selector = IDm3Resolver.WrongNumberOfEntries.selector;
            refuse(request, result, abi.encodeWithSelector(selector, calls, entries));
        }
    }

    function test_theEntriesAreEncodedInOneWay() external view {
        bytes memory request = ask(alice, many(only(textOf(alice, "url"))));
        bytes memory result = abi.encode(only(abi.encode("https://example.com")));
        vm.assertEq(says(request, result), result, "canonical");
        bytes memory malformed = abi.encodeWithSelector(IDm3Resolver.MalformedResult.selector);
        refuse(request, bytes.concat(result, bytes32(0)), malformed);
        refuse(request, bytes.concat(result, hex"00"), malformed);
        uint256[4] memory shared = [uint256(32), 1, 32, 0];
        says(request, abi.encode(shared));
        shared[2] = 0;
        refuse(request, abi.encode(shared), malformed);
    }

    function test_aCallThatIsMalformedIsAnError() external view {
        bytes4 selector = ITextResolver.text.selector;
        bytes memory call = bytes.concat(selector, nodeOf(alice));
        bytes memory errorData = abi.encodeWithSelector(IDm3Resolver.MalformedCall.selector, selector);
        refuse(ask(alice, call), abi.encode("x"), errorData);
        bytes memory output = says(ask(alice, many(only(call))), abi.encode(only(abi.encode("x"))));
        vm.assertEq(output, abi.encode(only(errorData)), "entry");
        // forge-lint: disable-next-line(unsafe-typecast)
        call = bytes.concat(IAddrResolver.addr.selector, bytes31(nodeOf(alice)));
        errorData = abi.encodeWithSelector(IDm3Resolver.MalformedCall.selector, IAddrResolver.addr.selector);
        refuse(ask(alice, call), abi.encode(mallory), errorData);
    }

    function test_aCallAboutAnotherNodeIsRefused() external view {
        bytes memory errorData =
            abi.encodeWithSelector(IDm3Resolver.WrongNode.selector, nodeOf(mallory), nodeOf(alice));
        refuse(ask(alice, addrCall(mallory)), abi.encode(mallory), errorData);
        refuse(ask(alice, coinCall(mallory, BASE)), addressBytes(mallory), errorData);
        bytes memory record = abi.encode(signedRecord(MALLORY_KEY, profileOf("")));
        refuse(ask(alice, textOf(mallory, PROFILE_KEY)), record, errorData);
    }

    function test_multicallsOfOtherNamesAreTheGatewaysWord() external view {
        bytes memory request = requestOf(many(only(textCall(PROFILE_KEY))));
        bytes memory result = abi.encode(only("anything"));
        vm.assertEq(says(request, result), result, "entries");
    }

    // The signature of the gateway

    function test_whatTheOwnerSignedIsNoAnswerWithoutAGateway() external {
        bytes memory request = ask(alice, textOf(alice, PROFILE_KEY));
        bytes memory result = abi.encode(signedRecord(ALICE_KEY, profileOf('"ds.eth"')));
        uint64 expires = uint64(block.timestamp) + LIFETIME;
        bytes memory response = answer(MALLORY_KEY, address(resolver), expires, request, result);
        vm.expectRevert(abi.encodeWithSelector(IDm3Resolver.UnknownSigner.selector, mallory));
        resolver.resolveWithProof(response, request);
        response = answer(SIGNER_KEY, address(resolver), expires, request, result);
        vm.warp(expires + 1);
        vm.expectRevert(abi.encodeWithSelector(IDm3Resolver.AnswerExpired.selector, expires));
        resolver.resolveWithProof(response, request);
    }

    function say(bytes calldata request, bytes calldata result) external view {
        says(request, result);
    }

    function resolve(address account, bytes memory call) private view returns (bytes memory) {
        return resolver.resolve(wire(nameOf(account)), call);
    }

    function lookup(bytes memory request) private view {
        vm.assertEq(lookupOf(address(resolver), request).callData, request, "call data");
    }

    function nodeCall(string memory name) private pure returns (bytes memory) {
        return abi.encodeCall(IAddrResolver.addr, (namehash(name)));
    }

    function notTheOwners(string memory record, string memory what) private view {
        bytes memory errorData = errorOf(IDm3Resolver.NotTheOwnersProfile.selector, alice);
        refuse(ask(alice, textOf(alice, PROFILE_KEY)), abi.encode(record), errorData, what);
        refuse(ask(alice, textOf(alice, OLD_PROFILE_KEY)), abi.encode(record), errorData, what);
    }

    function notAProfile(bytes memory result, string memory what) private view {
        bytes memory errorData = errorOf(IDm3Resolver.NotAProfile.selector, alice);
        refuse(ask(alice, textOf(alice, PROFILE_KEY)), result, errorData, what);
        refuse(ask(alice, textOf(alice, OLD_PROFILE_KEY)), result, errorData, what);
    }
}
