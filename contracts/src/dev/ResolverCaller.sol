// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatchGateway} from "../interfaces/IBatchGateway.sol";
import {IERC3668} from "../interfaces/IERC3668.sol";
import {IERC7996} from "../interfaces/IERC7996.sol";
import {IExtendedResolver} from "../interfaces/IExtendedResolver.sol";
import {IMulticallable} from "../interfaces/IMulticallable.sol";
import {IUniversalResolver} from "../interfaces/IUniversalResolver.sol";
import {Lookup, OffchainLookups} from "./OffchainLookups.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";

/// @title Asks resolvers, for development and tests
/// @dev A question is on its way through several calls of the client, one for each lookup. What has to be
/// known when it comes back travels in the `extraData` of the lookup: the `Query`, and how far it got. It
/// need not be protected there: who changes it deceives nobody but himself.
///
/// The functions that return `bytes memory` without a name for it return what the function returns that the
/// client called first, ABI encoded.
abstract contract ResolverCaller is IUniversalResolver, IERC3668 {
    /// @dev What the answer to a query is for.
    enum Purpose {
        Forward,
        ReverseName,
        ReverseAddress
    }

    /// @dev `context` is what the purpose needs to go on.
    struct Query {
        ResolverInfo info;
        bytes data;
        string[] gateways;
        Purpose purpose;
        bytes context;
    }

    enum State {
        Ready,
        Waiting,
        Answered,
        Failed,
        Unreachable
    }

    /// @dev One call of a batch. `selector` is the resolver function's, also where `data` is a callback.
    /// `output` is what the resolver returned, or the lookup it waits for, or the error of either.
    struct Call {
        bytes4 selector;
        bytes data;
        State state;
        bytes output;
    }

    /// @dev `eth.ens.resolver.extended.multicall` (ENSIP-22).
    bytes4 private constant RESOLVE_MULTICALL = 0x96b62db8;

    /// @notice Takes what the gateway of a resolver that was asked directly has answered.
    function lookupCallback(bytes calldata response, bytes calldata extraData) external view {
        (Query memory query, bytes4 callbackFunction, bytes memory innerExtraData) =
            abi.decode(extraData, (Query, bytes4, bytes));
        _return(_askDirectly(query, abi.encodeWithSelector(callbackFunction, response, innerExtraData)));
    }

    /// @notice Takes what the batch gateway has answered.
    function batchCallback(bytes calldata response, bytes calldata extraData) external view {
        (bool[] memory failures, bytes[] memory responses) = abi.decode(response, (bool[], bytes[]));
        (Query memory query, Call[] memory calls) = abi.decode(extraData, (Query, Call[]));
        if (failures.length != responses.length || responses.length != _waiting(calls)) {
            revert InvalidBatchGatewayResponse();
        }
        uint256 next = 0;
        for (uint256 i = 0; i < calls.length; ++i) {
            if (calls[i].state != State.Waiting) continue;
            _takeResponse(calls[i], failures[next], responses[next]);
            ++next;
        }
        _return(_askInBatch(query, calls));
    }

    /// @dev Goes on with the answer to a query.
    function _finish(Query memory query, bytes memory answer) internal view virtual returns (bytes memory);

    function _ask(Query memory query) internal view returns (bytes memory) {
        ResolverInfo memory info = query.info;
        bool many = _isMulticall(query);
        if (_isAskedDirectly(info, many)) return _askDirectly(query, _wrap(info, query.data));

        bytes[] memory questions = new bytes[](1);
        questions[0] = query.data;
        if (many) questions = abi.decode(LibBytes.slice(query.data, 4), (bytes[]));
        Call[] memory calls = new Call[](questions.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            bytes4 selector = OffchainLookups.selectorOf(questions[i]);
            calls[i] = Call(selector, _wrap(info, questions[i]), State.Ready, "");
        }
        return _askInBatch(query, calls);
    }

    function _supports(address resolver, bytes4 interfaceId) internal view returns (bool) {
        return ERC165Checker.supportsERC165InterfaceUnchecked(resolver, interfaceId);
    }

    /// @dev A resolver that has features at all promises to survive that its lookup is passed on, and whether
    /// it takes many questions at once it says in a feature (ENSIP-22).
    function _isAskedDirectly(ResolverInfo memory info, bool many) private view returns (bool) {
        if (!_supports(info.resolver, type(IERC7996).interfaceId)) return false;
        return !many || (info.extended && IERC7996(info.resolver).supportsFeature(RESOLVE_MULTICALL));
    }

    /// @dev Calls the resolver; its lookup, if any, is passed on as our own.
    function _askDirectly(Query memory query, bytes memory data) private view returns (bytes memory) {
        address resolver = query.info.resolver;
        // A resolver is asked with the caller's bytes, and its errors are looked into.
        // slither-disable-next-line low-level-calls
        (bool ok, bytes memory output) = resolver.staticcall(data);
        if (ok) return _finish(query, _unwrap(query, output));
        if (!OffchainLookups.isRaisedBy(resolver, output)) _raise(output);

        Lookup memory lookup = OffchainLookups.decode(output);
        revert OffchainLookup(
            address(this),
            lookup.urls,
            lookup.callData,
            this.lookupCallback.selector,
            abi.encode(query, lookup.callbackFunction, lookup.extraData)
        );
    }

    /// @dev Makes the calls that are ready; the lookups of those that wait then go out together.
    function _askInBatch(Query memory query, Call[] memory calls) private view returns (bytes memory) {
        for (uint256 i = 0; i < calls.length; ++i) {
            if (calls[i].state == State.Ready) _make(calls[i], query.info.resolver);
        }
        if (_waiting(calls) != 0) {
            revert OffchainLookup(
                address(this),
                query.gateways,
                abi.encodeCall(IBatchGateway.query, (_requests(calls))),
                this.batchCallback.selector,
                abi.encode(query, calls)
            );
        }
        return _finish(query, _isMulticall(query) ? _join(query, calls) : _single(query, calls[0]));
    }

    function _make(Call memory call, address resolver) private view {
        bool ok;
        // A batch is many calls of one resolver, whose errors are looked into.
        // slither-disable-next-line calls-loop,low-level-calls
        (ok, call.output) = resolver.staticcall(call.data);
        if (ok) call.state = State.Answered;
        else call.state = OffchainLookups.isRaisedBy(resolver, call.output) ? State.Waiting : State.Failed;
    }

    function _requests(Call[] memory calls) private pure returns (IBatchGateway.Request[] memory requests) {
        requests = new IBatchGateway.Request[](_waiting(calls));
        uint256 next = 0;
        for (uint256 i = 0; i < calls.length; ++i) {
            if (calls[i].state != State.Waiting) continue;
            Lookup memory lookup = OffchainLookups.decode(calls[i].output);
            requests[next] = IBatchGateway.Request(lookup.sender, lookup.urls, lookup.callData);
            ++next;
        }
    }

    /// @dev The next call is the callback that the lookup named, unless the gateway failed.
    function _takeResponse(Call memory call, bool failed, bytes memory response) private pure {
        if (failed) {
            (call.state, call.output) = (State.Unreachable, response);
            return;
        }
        Lookup memory lookup = OffchainLookups.decode(call.output);
        call.data = abi.encodeWithSelector(lookup.callbackFunction, response, lookup.extraData);
        call.state = State.Ready;
    }

    function _single(Query memory query, Call memory call) private pure returns (bytes memory answer) {
        if (call.state == State.Unreachable) _revert(call.output);
        if (call.state == State.Failed) _raise(call.output);
        return _unwrap(query, call.output);
    }

    function _join(Query memory query, Call[] memory calls) private pure returns (bytes memory answer) {
        bytes[] memory results = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            results[i] = _entry(calls[i], query.info.extended);
        }
        return abi.encode(results);
    }

    /// @dev An error must have a length that is no multiple of 32: that is how clients recognise it.
    function _entry(Call memory call, bool extended) private pure returns (bytes memory entry) {
        if (call.state != State.Answered) {
            if (call.output.length % 32 != 0) return call.output;
            return abi.encodeWithSelector(ResolverError.selector, call.output);
        }
        if (call.output.length == 0) {
            return abi.encodeWithSelector(UnsupportedResolverProfile.selector, call.selector);
        }
        return extended ? abi.decode(call.output, (bytes)) : call.output;
    }

    function _waiting(Call[] memory calls) private pure returns (uint256 count) {
        for (uint256 i = 0; i < calls.length; ++i) {
            if (calls[i].state == State.Waiting) ++count;
        }
    }

    function _isMulticall(Query memory query) private pure returns (bool) {
        return OffchainLookups.selectorOf(query.data) == IMulticallable.multicall.selector;
    }

    function _wrap(ResolverInfo memory info, bytes memory data) private pure returns (bytes memory wrapped) {
        return info.extended ? abi.encodeCall(IExtendedResolver.resolve, (info.name, data)) : data;
    }

    /// @dev A contract with a fallback returns nothing from a function that it does not have.
    function _unwrap(Query memory query, bytes memory output) private pure returns (bytes memory answer) {
        if (output.length == 0) revert UnsupportedResolverProfile(OffchainLookups.selectorOf(query.data));
        return query.info.extended ? abi.decode(output, (bytes)) : output;
    }

    function _raise(bytes memory errorData) private pure {
        if (OffchainLookups.selectorOf(errorData) == UnsupportedResolverProfile.selector) _revert(errorData);
        revert ResolverError(errorData);
    }

    function _revert(bytes memory errorData) private pure {
        // slither-disable-next-line assembly
        assembly ("memory-safe") {
            revert(add(errorData, 32), mload(errorData))
        }
    }

    function _return(bytes memory output) private pure {
        // slither-disable-next-line assembly
        assembly ("memory-safe") {
            return(add(output, 32), mload(output))
        }
    }
}
