//! Contract accounts: whether an account's contract accepts a signature (ERC-1271), also before it is deployed (ERC-6492).

use std::time::Duration;

use alloy::eips::BlockId;
use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, B256, Bytes};
use alloy::providers::{Provider, ProviderBuilder, RootProvider};
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::SolConstructor;
use tokio::sync::{OnceCell, Semaphore};
use url::Url;

use super::contracts::SignatureCheck;
use super::fault::Fault;

/// For the whole question: chain id, block, call.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Enough to deploy a wallet and ask it; what burns gas burns no more than this.
const GAS: u64 = 10_000_000;
/// So many questions at a time; more wait, within their timeout.
const CONCURRENT: usize = 16;

/// Asks a chain about contract accounts.
#[derive(Debug)]
pub struct ContractAccounts {
    provider: RootProvider,
    chain_id: u64,
    /// Set once the endpoint was seen to be of the right chain.
    chain_checked: OnceCell<()>,
    slots: Semaphore,
}

/// The block at which a contract accepted a signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AcceptedAt {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
}

/// Why an account's contract vouches for nothing.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum ContractAccountError {
    /// Plain accounts sign with their key.
    #[error("there is no contract at {account} on chain {chain_id}")]
    NoContract {
        /// The account.
        account: Address,
        /// The chain.
        chain_id: u64,
    },
    /// It was asked.
    #[error("the contract at {0} does not accept the signature (ERC-1271)")]
    Refused(Address),
    /// The factory in the signature (ERC-6492).
    #[error("the factory in the signature does not deploy a contract at {0} (ERC-6492)")]
    NotDeployed(Address),
    /// It ends as ERC-6492 has it, and has another form.
    #[error("the signature ends like one of ERC-6492, and is not (address, bytes, bytes) in front of that")]
    Malformed,
    /// The endpoint. Nobody's fault but ours.
    #[error("the chain does not answer: {0}")]
    Unreachable(String),
}

impl ContractAccounts {
    /// Over a JSON-RPC endpoint of the chain `chain_id`. Nothing is asked yet.
    pub fn new(rpc_url: Url, http: reqwest::Client, chain_id: u64) -> Self {
        Self {
            provider: ProviderBuilder::default().connect_reqwest(http, rpc_url),
            chain_id,
            chain_checked: OnceCell::new(),
            slots: Semaphore::new(CONCURRENT),
        }
    }

    /// The chain that is asked.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Asks the account's contract, at the newest block, whether it accepts `signature` over `digest`.
    ///
    /// # Errors
    /// See [`ContractAccountError`]. Takes five seconds at most.
    pub async fn check(
        &self,
        account: Address,
        digest: B256,
        signature: &Bytes,
    ) -> Result<AcceptedAt, ContractAccountError> {
        let question = async {
            // The semaphore is never closed; if it were, asking without a slot does no harm.
            let _slot = self.slots.acquire().await.ok();
            self.chain_checked.get_or_try_init(|| self.check_chain()).await?;
            self.ask(account, digest, signature).await
        };
        let late = |_| ContractAccountError::Unreachable(format!("no answer within {TIMEOUT:?}"));
        tokio::time::timeout(TIMEOUT, question).await.map_err(late)?
    }

    async fn check_chain(&self) -> Result<(), ContractAccountError> {
        let found = self.provider.get_chain_id().await.map_err(unreachable)?;
        if found == self.chain_id {
            return Ok(());
        }
        let expected = self.chain_id;
        Err(ContractAccountError::Unreachable(format!(
            "rpc_url is of chain {found}, the names are of chain {expected}"
        )))
    }

    /// One call without a contract: the creation code of `SignatureCheck` answers one byte.
    async fn ask(
        &self,
        account: Address,
        digest: B256,
        signature: &Bytes,
    ) -> Result<AcceptedAt, ContractAccountError> {
        let block = self.provider.get_block(BlockId::latest()).await.map_err(unreachable)?;
        let block = block.ok_or_else(|| unreachable("it has no newest block"))?;
        let at = AcceptedAt { number: block.header.number, hash: block.header.hash };
        let arguments =
            SignatureCheck::constructorCall { account, digest, signature: signature.clone() }.abi_encode();
        let code = [SignatureCheck::BYTECODE.as_ref(), &arguments].concat();
        let call = TransactionRequest::default().with_deploy_code(code).with_gas_limit(GAS);
        let answer = self.provider.call(call).block(BlockId::hash(at.hash)).await;
        let answer = answer.map_err(|error| match error.as_error_resp() {
            // Only decoding reverts, and what uses up all gas leaves enough for the answer.
            Some(response) if response.as_revert_data().is_some() => ContractAccountError::Malformed,
            _ => unreachable(error),
        })?;
        let chain_id = self.chain_id;
        match answer.as_ref() {
            [0] => Err(ContractAccountError::Refused(account)),
            [1 | 2] => Ok(at),
            [3] => Err(ContractAccountError::NoContract { account, chain_id }),
            [4] => Err(ContractAccountError::NotDeployed(account)),
            _ => Err(unreachable("it answers calls without a contract differently than the EVM")),
        }
    }
}

fn unreachable(error: impl Into<Fault>) -> ContractAccountError {
    ContractAccountError::Unreachable(error.into().0)
}
