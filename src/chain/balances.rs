//! What an account has and has done: transactions sent, balance, balance of a token, all at one block.

use std::sync::Arc;
use std::time::Duration;

use alloy::eips::BlockId;
use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, U256};
use alloy::providers::{Provider, ProviderBuilder, RootProvider};
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::SolCall;
use alloy::transports::TransportError;
use moka::sync::Cache;
use tokio::sync::{Mutex, OnceCell, Semaphore};
use url::Url;

use super::contracts::Erc20;
use super::ens_reader::ReadBlock;
use super::fault::Fault;
use crate::clock::Clock;

/// For one reading: chain id, block, all values.
const TIMEOUT: Duration = Duration::from_secs(4);
/// For so many seconds a reading is good.
const FRESH_SECONDS: u64 = 10;
/// For so many seconds nobody asks again after nothing answered.
const PAUSE_SECONDS: u64 = 2;
/// For so many seconds an old reading is still given, and marked, while nothing answers.
const STALE_SECONDS: u64 = 600;
/// So many readings are remembered.
const MEMORY_ENTRIES: u64 = 10_000;
/// So many readings at a time; more wait, within their timeout.
const CONCURRENT: usize = 8;
/// Enough to ask any token; what burns gas burns no more than this, and no answer can be longer than it pays for.
const TOKEN_GAS: u64 = 1_000_000;

/// Asks a chain what accounts have.
#[derive(Debug)]
pub struct Balances {
    provider: RootProvider,
    chain_id: u64,
    /// Set once the endpoint was seen to be of the right chain.
    chain_checked: OnceCell<()>,
    slots: Semaphore,
    /// By account and token. Whoever reads holds the lock of the entry; who asks for the same meanwhile waits for it.
    remembered: Cache<(Address, Option<Address>), Arc<Mutex<Memory>>>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Memory {
    holdings: Option<Arc<Holdings>>,
    /// When it was last asked in vain, in unix seconds, and why.
    failed: Option<(u64, BalancesUnreachable)>,
}

/// What an account has, at one block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holdings {
    /// The block.
    pub block: ReadBlock,
    /// When it was read, in unix seconds.
    pub read_at: u64,
    /// How many transactions it has sent; of a contract account, how many contracts it has made.
    pub nonce: u64,
    /// In wei.
    pub balance: U256,
    /// Of the token that was asked about, in its smallest unit.
    pub token: Option<Result<U256, TokenFault>>,
}

/// Why a token says nothing about a balance. It is the token's fault, or that of whoever named it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TokenFault {
    /// There is nothing to be asked.
    #[error("there is no contract at {0}")]
    NoContract(Address),
    /// Not `balanceOf` of ERC-20.
    #[error("the contract at {address} answers balanceOf with {found} bytes, 32 are expected")]
    Malformed {
        /// The contract.
        address: Address,
        /// What came.
        found: usize,
    },
    /// It reverted, or used up its gas.
    #[error("the contract at {address} refuses balanceOf: {reason}")]
    Refused {
        /// The contract.
        address: Address,
        /// In the endpoint's words.
        reason: String,
    },
}

/// The chain's endpoint gives no answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the chain does not answer: {0}")]
pub struct BalancesUnreachable(String);

/// How a reading came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Age {
    /// Read for this question.
    Live,
    /// Read for another question, some seconds ago.
    Remembered,
    /// Read before, too long ago, and nothing answers now.
    Stale(BalancesUnreachable),
}

impl Balances {
    /// Over a JSON-RPC endpoint of the chain `chain_id`. Nothing is asked yet.
    pub fn new(rpc_url: Url, http: reqwest::Client, chain_id: u64, clock: Clock) -> Self {
        Self {
            provider: ProviderBuilder::default().connect_reqwest(http, rpc_url),
            chain_id,
            chain_checked: OnceCell::new(),
            slots: Semaphore::new(CONCURRENT),
            remembered: Cache::new(MEMORY_ENTRIES),
            clock,
        }
    }

    /// What an account has, and how much of `token`, if one is named. One reading at a time, however many ask for it.
    ///
    /// # Errors
    /// When nothing answers, and nothing is remembered that could be given instead.
    pub async fn of(
        &self,
        account: Address,
        token: Option<Address>,
    ) -> Result<(Arc<Holdings>, Age), BalancesUnreachable> {
        let memory = self.remembered.get_with((account, token), Arc::default);
        let mut memory = memory.lock().await;
        let now = self.clock.now();
        if let Some(holdings) =
            memory.holdings.as_ref().filter(|kept| is_within(kept.read_at, FRESH_SECONDS, now))
        {
            return Ok((holdings.clone(), Age::Remembered));
        }
        let failed = memory.failed.as_ref().filter(|(at, _)| is_within(*at, PAUSE_SECONDS, now));
        let read = match failed {
            Some((_, error)) => Err(error.clone()),
            None => {
                let read = self.read_in_time(account, token, now).await;
                memory.failed = read.as_ref().err().map(|error| (now, error.clone()));
                read
            }
        };
        match read {
            Ok(holdings) => {
                let holdings = Arc::new(holdings);
                memory.holdings = Some(holdings.clone());
                Ok((holdings, Age::Live))
            }
            Err(error) => {
                let kept =
                    memory.holdings.as_ref().filter(|kept| is_within(kept.read_at, STALE_SECONDS, now));
                kept.map(|holdings| (holdings.clone(), Age::Stale(error.clone()))).ok_or(error)
            }
        }
    }

    async fn read_in_time(
        &self,
        account: Address,
        token: Option<Address>,
        now: u64,
    ) -> Result<Holdings, BalancesUnreachable> {
        let reading = async {
            // The semaphore is never closed; if it were, asking without a slot does no harm.
            let _slot = self.slots.acquire().await.ok();
            self.chain_checked.get_or_try_init(|| self.check_chain()).await?;
            self.read(account, token, now).await
        };
        let late = |_| BalancesUnreachable(format!("no answer within {TIMEOUT:?}"));
        tokio::time::timeout(TIMEOUT, reading).await.map_err(late)?
    }

    async fn check_chain(&self) -> Result<(), BalancesUnreachable> {
        let found = self.provider.get_chain_id().await.map_err(unreachable)?;
        if found == self.chain_id {
            return Ok(());
        }
        let expected = self.chain_id;
        Err(unreachable(&*format!("rpc_url is of chain {found}, chain_id is {expected}")))
    }

    async fn read(
        &self,
        account: Address,
        token: Option<Address>,
        read_at: u64,
    ) -> Result<Holdings, BalancesUnreachable> {
        let block = self.provider.get_block(BlockId::latest()).await.map_err(unreachable)?;
        let block = block.ok_or_else(|| unreachable("it has no newest block"))?;
        let block = ReadBlock { number: block.header.number, hash: block.header.hash };
        let at = BlockId::hash(block.hash);
        let of_token = async {
            match token {
                Some(token) => self.token_balance(account, token, at).await.map(Some),
                None => Ok(None),
            }
        };
        let nonce =
            async { self.provider.get_transaction_count(account).block_id(at).await.map_err(unreachable) };
        let balance = async { self.provider.get_balance(account).block_id(at).await.map_err(unreachable) };
        let (nonce, balance, token) = tokio::try_join!(nonce, balance, of_token)?;
        Ok(Holdings { block, read_at, nonce, balance, token })
    }

    async fn token_balance(
        &self,
        account: Address,
        token: Address,
        at: BlockId,
    ) -> Result<Result<U256, TokenFault>, BalancesUnreachable> {
        let input = Erc20::balanceOfCall { account }.abi_encode();
        let call = TransactionRequest::default().with_to(token).with_input(input).with_gas_limit(TOKEN_GAS);
        let answer = match self.provider.call(call).block(at).await {
            Ok(answer) => answer,
            Err(error) if is_of_the_call(&error) => {
                let reason = Fault::from(error).0;
                return Ok(Err(TokenFault::Refused { address: token, reason }));
            }
            Err(error) => return Err(unreachable(error)),
        };
        if let Ok(balance) = <[u8; 32]>::try_from(answer.as_ref()) {
            return Ok(Ok(U256::from_be_bytes(balance)));
        }
        if answer.is_empty()
            && self.provider.get_code_at(token).block_id(at).await.map_err(unreachable)?.is_empty()
        {
            return Ok(Err(TokenFault::NoContract(token)));
        }
        Ok(Err(TokenFault::Malformed { address: token, found: answer.len() }))
    }
}

/// Whether the contract failed, and not the endpoint: endpoints have errors of their own, such as too many requests.
fn is_of_the_call(error: &TransportError) -> bool {
    let Some(response) = error.as_error_resp() else { return false };
    let message = response.message.to_lowercase();
    let words =
        ["revert", "out of gas", "invalid opcode", "outofgas", "invalidopcode", "stack", "invalid jump"];
    response.code == 3
        || response.as_revert_data().is_some()
        || words.iter().any(|word| message.contains(word))
}

const fn is_within(then: u64, seconds: u64, now: u64) -> bool {
    now < then.saturating_add(seconds)
}

fn unreachable(error: impl Into<Fault>) -> BalancesUnreachable {
    BalancesUnreachable(error.into().0)
}
