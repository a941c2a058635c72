//! The gateway's API, as the commands use it.

use std::time::Duration;

use alloy::primitives::{Address, B256, Bytes};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::error::CliError;
use crate::account::SecretKey;
use crate::clock::Clock;
use crate::config::{Limits, ZoneKind};
use crate::ens::Name;
use crate::fetch::root_cause;
use crate::state::{NameState, OperationBody, Proof, RecordsBody, StateBody};

/// How long a command waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How long a signed operation can be taken.
const VALIDITY_SECONDS: u64 = 900;
/// Questions that make a longer URL go out as POST, as the resolver contract does it.
const MAX_URL_CHARACTERS: usize = 2000;

/// Where `serve` listens when nobody says otherwise.
const DEFAULT_GATEWAY: &str = "http://127.0.0.1:8080";

/// Which gateway a command talks to.
#[derive(clap::Args, Debug)]
pub struct GatewayArgs {
    /// Base URL of the gateway
    #[arg(long, env = "DM3_GATEWAY", value_name = "URL", default_value = DEFAULT_GATEWAY)]
    gateway: Url,
}

/// A gateway.
#[derive(Debug)]
pub struct Client {
    base: Url,
    http: reqwest::Client,
}

/// `GET /v1/info`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    pub chain_id: u64,
    pub signer: Address,
    pub delivery_services: Vec<String>,
    pub zones: Vec<ZoneInfo>,
}

/// A zone of `GET /v1/info`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ZoneInfo {
    pub name: String,
    pub kind: ZoneKind,
    pub inherit_from: Option<String>,
}

/// What a gateway says about a name.
#[derive(Debug)]
pub enum NameStatus {
    /// Somebody holds it.
    Held(Box<HeldName>),
    /// Nobody does; this is what a claim has to say.
    Free(NextState),
}

/// A claimed name of `GET /v1/names/{name}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeldName {
    pub owner: Address,
    pub version: u64,
    pub state_hash: B256,
    pub records: RecordsBody,
    pub created_at: String,
    pub updated_at: String,
}

/// Where a name's next state goes on.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NextState {
    #[serde(rename = "nextVersion")]
    pub version: u64,
    pub previous: B256,
}

impl NameStatus {
    /// Where the next state goes on.
    pub const fn next(&self) -> NextState {
        match self {
            Self::Held(held) => NextState { version: held.version + 1, previous: held.state_hash },
            Self::Free(next) => NextState { version: next.version, previous: next.previous },
        }
    }

    /// Who holds the name.
    pub const fn owner(&self) -> Option<Address> {
        match self {
            Self::Held(held) => Some(held.owner),
            Self::Free(_) => None,
        }
    }
}

/// Who writes states, and for which chain.
#[derive(Debug)]
pub struct Author<'a> {
    pub key: &'a SecretKey,
    pub clock: &'a Clock,
    pub chain_id: u64,
}

impl Author<'_> {
    /// The signed next state of a name.
    pub fn sign(
        &self,
        name: &Name,
        next: NextState,
        owner: Address,
        records: RecordsBody,
    ) -> Result<OperationBody, CliError> {
        let state = StateBody {
            name: name.as_str().to_owned(),
            chain_id: self.chain_id,
            version: next.version,
            previous: next.previous,
            owner,
            records,
            valid_until: self.clock.now() + VALIDITY_SECONDS,
        };
        // How much a name may hold is for the gateway to say.
        let limits = Limits { records: usize::MAX, record_bytes: usize::MAX, ..Limits::default() };
        let state = NameState::parse(state, &limits)?;
        let signature = Bytes::copy_from_slice(self.key.sign(state.signing_digest()).as_bytes());
        let proof = Proof::Eip712 { signature, accepted_at: None };
        Ok(OperationBody { state: state.to_body(), proof })
    }
}

impl GatewayArgs {
    /// Its base URL.
    pub const fn url(&self) -> &Url {
        &self.gateway
    }

    /// A client of this gateway.
    pub fn client(&self) -> Result<Client, CliError> {
        let http = http_client()?;
        let mut base = self.gateway.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Client { base, http })
    }
}

impl Client {
    /// The gateway's base URL, without a slash at its end.
    pub fn url(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// What the gateway is.
    pub async fn info(&self) -> Result<Info, CliError> {
        let response = self.send(self.http.get(self.at("v1/info")?)).await?;
        parse(accept(response).await?).await
    }

    /// What the gateway knows about a name.
    pub async fn name(&self, name: &Name) -> Result<NameStatus, CliError> {
        let response = self.get_name(name).await?;
        if response.status() != StatusCode::NOT_FOUND {
            return Ok(NameStatus::Held(Box::new(parse(accept(response).await?).await?)));
        }
        let problem: Value = parse(response).await?;
        match NextState::deserialize(&problem) {
            Ok(next) => Ok(NameStatus::Free(next)),
            Err(_) => Err(problem_error(&problem)),
        }
    }

    /// The same as JSON; an error when nobody holds the name.
    pub async fn name_json(&self, name: &Name) -> Result<Value, CliError> {
        let response = self.get_name(name).await?;
        parse(accept(response).await?).await
    }

    /// Sends an operation. Gives what the gateway says then.
    pub async fn put(&self, operation: &OperationBody) -> Result<Value, CliError> {
        let url = self.at(&format!("v1/names/{}", operation.state.name))?;
        let response = self.send(self.http.put(url).json(operation)).await?;
        parse(accept(response).await?).await
    }

    /// A CCIP-read lookup, by GET or, where the URL would be too long, by POST. Gives the response's bytes.
    pub async fn look_up(&self, resolver: Address, calldata: &[u8]) -> Result<Vec<u8>, CliError> {
        #[derive(Deserialize)]
        struct Answer {
            data: String,
        }
        let resolver = format!("0x{}", hex::encode(resolver));
        let data = format!("0x{}", hex::encode(calldata));
        let url = self.at(&format!("{resolver}/{data}.json"))?;
        let request = if url.as_str().len() <= MAX_URL_CHARACTERS {
            self.http.get(url)
        } else {
            let body = serde_json::json!({ "data": data, "sender": resolver });
            self.http.post(self.at(&resolver)?).json(&body)
        };
        let answer: Answer = parse(accept(self.send(request).await?).await?).await?;
        let digits = answer.data.strip_prefix("0x").unwrap_or(&answer.data);
        hex::decode(digits)
            .map_err(|error| CliError::new(format!("the gateway's answer is not hex: {error}")))
    }

    async fn get_name(&self, name: &Name) -> Result<Response, CliError> {
        self.send(self.http.get(self.at(&format!("v1/names/{name}"))?)).await
    }

    fn at(&self, path: &str) -> Result<Url, CliError> {
        Ok(self.base.join(path)?)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, CliError> {
        request.send().await.map_err(|error| {
            CliError::new(format!("no answer from the gateway at {}: {}", self.url(), root_cause(&error)))
                .next("is it running? `dm3-gateway serve` starts one here, --gateway URL names another")
        })
    }
}

/// An HTTP client that gives up after a while.
pub fn http_client() -> Result<reqwest::Client, CliError> {
    Ok(reqwest::Client::builder().timeout(TIMEOUT).build()?)
}

/// The response, unless it is an error.
async fn accept(response: Response) -> Result<Response, CliError> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    match response.json::<Value>().await {
        Ok(problem) => Err(problem_error(&problem)),
        Err(_) => Err(CliError::new(format!("the gateway answered {status}, and not in words of ours"))),
    }
}

async fn parse<T: DeserializeOwned>(response: Response) -> Result<T, CliError> {
    response.json().await.map_err(|error| {
        CliError::new(format!("the answer is not that of a dm3-gateway: {}", root_cause(&error)))
            .next("check --gateway")
    })
}

fn problem_error(problem: &Value) -> CliError {
    let text = |key: &str| problem.get(key).and_then(Value::as_str);
    let message =
        text("detail").or_else(|| text("message")).unwrap_or("the gateway refused without a reason");
    let error = CliError::new(message);
    match text("code") {
        Some("quota") => error.next("release a name first: dm3-gateway release NAME"),
        Some("unclaimed") => error.next("claim it: dm3-gateway claim NAME --key-file wallet.key"),
        Some("invalid-name") => match text("normalForm") {
            Some(normal) => error.next(format!("write {normal}")),
            None => error,
        },
        _ => error,
    }
}

/// What a command line to paste needs to reach this gateway: nothing, where the default does.
pub fn gateway_flag(url: &str) -> String {
    if url == DEFAULT_GATEWAY { String::new() } else { format!(" --gateway {url}") }
}

/// A name as somebody typed it.
pub fn parse_name(text: &str) -> Result<Name, String> {
    Name::parse(text).map_err(|error| error.to_string())
}
