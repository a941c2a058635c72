//! Our contracts, from the committed artifacts: building needs no Solidity compiler. `contracts/check` refuses
//! artifacts that are not what the sources compile to.

#![allow(missing_docs, reason = "documented where they are written, in contracts/src")]
#![allow(clippy::too_many_arguments, reason = "generated")]

use alloy::primitives::{Address, address};

alloy::sol! {
    #![sol(rpc)]
    Dm3Resolver,
    "contracts/artifacts/Dm3Resolver.json"
}

alloy::sol! {
    SignatureCheck,
    "contracts/artifacts/SignatureCheck.json"
}

alloy::sol! {
    /// What is asked of the ENS registry.
    interface EnsRegistry {
        function ttl(bytes32 node) external view returns (uint64);
    }
}

alloy::sol! {
    /// What is asked of tokens.
    interface Erc20 {
        function balanceOf(address account) external view returns (uint256);
    }
}

/// The contracts that the development chain has in place of mainnet's.
pub mod development {
    alloy::sol! {
        #![sol(rpc)]
        ENSRegistry,
        "contracts/artifacts/ENSRegistry.json"
    }

    alloy::sol! {
        UniversalResolver,
        "contracts/artifacts/UniversalResolver.json"
    }
}

/// Where the ENS registry is on mainnet.
pub const ENS_REGISTRY: Address = address!("0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e");
/// Where the Universal Resolver is on mainnet.
pub const UNIVERSAL_RESOLVER: Address = address!("0xeEeEEEeE14D718C2B47D9923Deab1335E144EeEe");
