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

/// ENS and what stands around it, as far as it is asked and told here.
pub mod ens {
    alloy::sol! {
        /// The registry of ENSv1.
        #[sol(rpc)]
        interface Registry {
            function owner(bytes32 node) external view returns (address);
            function resolver(bytes32 node) external view returns (address);
            function isApprovedForAll(address account, address operator) external view returns (bool);
            function setResolver(bytes32 node, address resolver) external;
            function setSubnodeRecord(bytes32 node, bytes32 label, address owner, address resolver, uint64 ttl) external;
        }

        /// ens-contracts' NameWrapper, to which the names that it wraps belong in the registry.
        #[sol(rpc)]
        interface NameWrapper {
            function ens() external view returns (address);
            function getData(uint256 id) external view returns (address owner, uint32 fuses, uint64 expiry);
            function canModifyName(bytes32 node, address account) external view returns (bool);
            function setResolver(bytes32 node, address resolver) external;
            function setSubnodeRecord(bytes32 parentNode, string label, address owner, address resolver, uint64 ttl, uint32 fuses, uint64 expiry) external;
        }

        /// The Universal Resolver of ENSv2 knows the registries of a name: its own first, then those above.
        #[sol(rpc)]
        interface UniversalResolverV2 {
            function findRegistries(bytes name) external view returns (address[]);
        }

        /// A registry of ENSv2. `anyId` may be the labelhash.
        interface RegistryV2 {
            function setResolver(uint256 anyId, address resolver) external;
        }

        /// ERC-165 and ERC-7996.
        #[sol(rpc)]
        interface Introspection {
            function supportsInterface(bytes4 interfaceId) external view returns (bool);
            function supportsFeature(bytes4 feature) external view returns (bool);
        }
    }
}

/// Where the ENS registry is on mainnet and on its test chains.
pub const ENS_REGISTRY: Address = address!("0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e");
/// Where the Universal Resolver is on mainnet.
pub const UNIVERSAL_RESOLVER: Address = address!("0xeEeEEEeE14D718C2B47D9923Deab1335E144EeEe");
