//! The offchain ENS resolver gateway: names in a database, served as signed answers (ERC-3668).
//!
//! The rooms, from the street to the cellar. A room knows those below it, never one above.
//!
//! | room | what it is for |
//! |---|---|
//! | [`cli`] | one file a command |
//! | [`doctor`] | checks the whole path of a name, from outside |
//! | [`http`] | the routes, the server, one error type and one mapping to statuses |
//! | [`page`] | the pages for people, and the built front end that they load |
//! | [`lookup`] | anybody's verified profile: chain and gateway reading, the cache |
//! | [`gateway`] | CCIP read: request → query → answer → signed answer, and the cache of answers |
//! | [`registry`] | the write side: zones, policies, operations; the current entry of each name |
//! | [`store`] | names and their chains of operations in a database |
//! | [`chain`] | alloy: contract bindings, reading ENS, putting the resolver on a chain, the local development chain |
//! | [`state`] | pure: the signed state of a name, its EIP-712 hash, its JSON, its proof |
//! | [`config`] | settings, parsed once at start |
//! | [`dm3`] | pure: profiles, their canonical JSON and messages, record URIs, key derivation |
//! | [`ens`] | pure: names, nodes, wire form, resolver calls, coin types |
//! | [`account`] | secp256k1 keys and signatures, the accounts they belong to, key files |
//! | [`session`] | challenges and tokens, without any state |
//! | [`fetch`] | guarded fetching of whatever others' data makes us ask for |
//! | [`keccak`], [`clock`] | the hash; what time it is, in a form that tests can hold |

pub mod account;
pub mod chain;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dm3;
pub mod doctor;
pub mod ens;
pub mod fetch;
pub mod gateway;
pub mod http;
pub mod keccak;
pub mod lookup;
pub mod page;
pub mod registry;
pub mod session;
pub mod state;
pub mod store;
