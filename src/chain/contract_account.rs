//! Contract accounts: whether an account's contract accepts a signature (ERC-1271), also before it is deployed (ERC-6492).

use std::time::Duration;

use alloy::eips::BlockId;
use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, B256, Bytes, address, hex};
use alloy::providers::{Provider, ProviderBuilder, RootProvider};
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::{SolConstructor, SolValue};
use moka::sync::Cache;
use tokio::sync::{OnceCell, Semaphore};
use url::Url;

use super::contracts::SignatureCheck;
use super::fault::Fault;
use crate::keccak::keccak256;
use crate::state::AcceptedAt;

/// For the whole question: chain id, block, call.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Enough to deploy a wallet and ask it; what burns gas burns no more than this.
const GAS: u64 = 15_000_000;
/// Not the zero address, for which some wallets are more lenient: they take it for a simulation.
const CALLER: Address = address!("0x0000000000000000000000000000000000006492");
/// What an ERC-6492 signature ends with.
const ERC6492_SUFFIX: [u8; 32] = hex!("6492649264926492649264926492649264926492649264926492649264926492");
/// For so long an answer is remembered: whoever sends the same again costs nothing.
const MEMORY: Duration = Duration::from_secs(10);
/// So many answers are remembered.
const MEMORY_ENTRIES: u64 = 10_000;
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
    remembered: Cache<B256, Result<AcceptedAt, ContractAccountError>>,
}

/// A signature, and what deploys its account, where it says that (ERC-6492).
struct Wrapped {
    factory: Address,
    factory_calldata: Bytes,
    signature: Bytes,
}

impl Wrapped {
    fn parse(signature: &Bytes) -> Result<Self, ContractAccountError> {
        let Some(wrapped) = signature.strip_suffix(&ERC6492_SUFFIX) else {
            let (factory, factory_calldata) = (Address::ZERO, Bytes::new());
            return Ok(Self { factory, factory_calldata, signature: signature.clone() });
        };
        let (factory, factory_calldata, signature) =
            <(Address, Bytes, Bytes)>::abi_decode_params_validate(wrapped)
                .map_err(|_| ContractAccountError::Malformed)?;
        Ok(Self { factory, factory_calldata, signature })
    }
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
            remembered: Cache::builder().max_capacity(MEMORY_ENTRIES).time_to_live(MEMORY).build(),
        }
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
        let key = keccak256(&[account.as_slice(), digest.as_slice(), signature]);
        if let Some(answer) = self.remembered.get(&key) {
            return answer;
        }
        let question = async {
            // The semaphore is never closed; if it were, asking without a slot does no harm.
            let _slot = self.slots.acquire().await.ok();
            self.chain_checked.get_or_try_init(|| self.check_chain()).await?;
            self.ask(account, digest, signature).await
        };
        let late = |_| ContractAccountError::Unreachable(format!("no answer within {TIMEOUT:?}"));
        let answer = tokio::time::timeout(TIMEOUT, question).await.map_err(late)?;
        if !matches!(answer, Err(ContractAccountError::Unreachable(_))) {
            self.remembered.insert(key, answer.clone());
        }
        answer
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
        let chain_id = self.chain_id;
        let at = AcceptedAt { chain_id, block_number: block.header.number, block_hash: block.header.hash };
        let Wrapped { factory, factory_calldata, signature } = Wrapped::parse(signature)?;
        let arguments = SignatureCheck::constructorCall {
            account,
            digest,
            signature,
            factory,
            factoryCalldata: factory_calldata,
        };
        let arguments = arguments.abi_encode();
        let code = [SignatureCheck::BYTECODE.as_ref(), &arguments].concat();
        let call = TransactionRequest::default().with_from(CALLER).with_deploy_code(code).with_gas_limit(GAS);
        let answer =
            self.provider.call(call).block(BlockId::hash(at.block_hash)).await.map_err(unreachable)?;
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
