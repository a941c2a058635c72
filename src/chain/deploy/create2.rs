//! The resolver's address, known before it is there (EIP-1014).

use alloy::primitives::{Address, B256, Bytes, U256, address, keccak256};
use alloy::sol_types::SolValue;

use crate::chain::contracts::Dm3Resolver;

/// Deploys whatever it is sent: 32 bytes of salt, then the creation code. At the same address on every chain.
pub const CREATE2_DEPLOYER: Address = address!("0x4e59b44847b379578588920cA78FbF26c0B4956C");

/// The salt when nobody chooses one. It holds the chain id, because the digest that a signer signs does not: were the
/// address the same on two chains, answers of one would be valid on the other.
pub fn default_salt(chain_id: u64) -> B256 {
    U256::from(chain_id).into()
}

/// The creation code with its arguments.
pub fn creation_code(owner: Address, gateways: &[String], signers: &[Address]) -> Bytes {
    let arguments = (owner, gateways.to_vec(), signers.to_vec()).abi_encode_params();
    [Dm3Resolver::BYTECODE.as_ref(), &arguments].concat().into()
}

/// Where the deployer puts it.
pub fn address_of(salt: B256, creation_code: &[u8]) -> Address {
    CREATE2_DEPLOYER.create2(salt, keccak256(creation_code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_argument_and_the_chain_change_the_address() {
        let one = Address::repeat_byte(1);
        let at = |chain, owner, gateway: &str, signer| {
            address_of(default_salt(chain), &creation_code(owner, &[gateway.to_owned()], &[signer]))
        };
        let base = at(1, one, "https://gw.example", one);
        assert_eq!(base, at(1, one, "https://gw.example", one));
        let two = Address::repeat_byte(2);
        for other in [
            at(2, one, "https://gw.example", one),
            at(1, two, "https://gw.example", one),
            at(1, one, "https://gw2.example", one),
            at(1, one, "https://gw.example", two),
        ] {
            assert_ne!(base, other);
        }
    }
}
