//! Settings. From the strongest: flags, environment (`DM3_…`), the file given by `--config` (TOML), defaults.

mod lookups;
mod rpc_url;
mod signer;
mod zones;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use alloy::primitives::Address;
use serde::Deserialize;

use crate::account::SecretKeyError;
use crate::session::{SessionSecretError, SessionSecrets};
use signer::FileSigner;

pub use lookups::{LookupSettings, PurgeToken};
pub use rpc_url::{RpcUrl, RpcUrlError};
pub use signer::{KmsKey, PasswordSource, SignerSettings};
pub use zones::{ZoneKind, ZoneRecords, ZoneSettings};

/// Everything that `serve` can be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `listen`, `DM3_LISTEN`: where to take requests. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// `public_url`, `DM3_PUBLIC_URL`: the base URL under which others reach the gateway. Default: `listen` over http.
    pub public_url: Option<url::Url>,
    /// `database_url`, `DM3_DATABASE_URL`. Default `sqlite://dm3-gateway.db`.
    pub database_url: String,
    /// `chain_id`, `DM3_CHAIN_ID`: the chain whose ENS the names live in. Default 1.
    pub chain_id: u64,
    /// `rpc_url`, `DM3_RPC_URL`: a JSON-RPC endpoint of that chain, which is asked about contract accounts. Default:
    /// none, and then only accounts with a key can sign.
    pub rpc_url: Option<RpcUrl>,
    /// `[signer]`: the key that signs answers.
    pub signer: SignerSettings,
    /// `[sessions]`: challenges and tokens for dm3's clients.
    pub sessions: SessionSettings,
    /// `[answers]`: how long answers live.
    pub answers: AnswerSettings,
    /// `[[zones]]`. Default: `addr.dm3.eth` and `user.dm3.eth`.
    pub zones: Vec<ZoneSettings>,
    /// `delivery_services`, `DM3_DELIVERY_SERVICES` (comma-separated): ENS names that a new profile gets when its
    /// owner chooses none. Default: none.
    pub delivery_services: Vec<String>,
    /// `[[account_stores]]`: delivery services that keep their accounts here. Default: none.
    pub account_stores: Vec<AccountStoreSettings>,
    /// `[lookups]`: anybody's profiles.
    pub lookups: LookupSettings,
    /// `[limits]`: bounds on requests and records.
    pub limits: Limits,
}

/// A delivery service that keeps its accounts here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountStoreSettings {
    /// The ENS name of the delivery service.
    pub service: String,
    /// The `url` of its profile, as it stands there: messages that create and delete accounts name it.
    pub url: String,
}

/// Challenges and tokens for dm3's clients.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// What signs them.
    pub secret: SessionSecretSettings,
    /// `sessions.audience`, `DM3_SESSIONS_AUDIENCE`: whom they are for. Default: the public URL.
    pub audience: Option<String>,
}

/// Where the secret of sessions comes from.
#[derive(Clone, Debug)]
pub enum SessionSecretSettings {
    /// `sessions.secret_file`, `DM3_SESSIONS_SECRET_FILE`: made on first start. Default `session.secret`.
    File(PathBuf),
    /// `DM3_SESSIONS_SECRET`: the secret itself, and behind commas those of before.
    Secrets(SessionSecrets),
}

/// How long answers live.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnswerSettings {
    /// `answers.ttl_seconds`, `DM3_ANSWERS_TTL_SECONDS`: from signing to `expires`. Default 300, 10 to 86,400.
    pub ttl_seconds: u64,
    /// `answers.http_max_age_seconds`, `DM3_ANSWERS_HTTP_MAX_AGE_SECONDS`: how long HTTP caches may keep an answer
    /// without asking. Default 0: `no-cache` with an `ETag`.
    pub http_max_age_seconds: u64,
    /// `answers.cache_mebibytes`: memory for signed answers. Default 64.
    pub cache_mebibytes: u64,
    /// `answers.batch_hosts`, `DM3_ANSWERS_BATCH_HOSTS` (comma-separated): `host` or `host:port` of gateways that a batch
    /// (ENSIP-21) may make this one ask. An address that is not public has to be listed itself. Default none.
    pub batch_hosts: Vec<String>,
    /// `answers.resolvers`, `DM3_ANSWERS_RESOLVERS` (comma-separated): the only contracts that get answers. Default: any.
    pub resolvers: Vec<Address>,
    /// `answers.tor_resolvers`, `DM3_ANSWERS_TOR_RESOLVERS` (comma-separated): contracts that get TOR answers below
    /// `/tor`. Default none.
    pub tor_resolvers: Vec<Address>,
}

impl Default for AnswerSettings {
    fn default() -> Self {
        Self {
            ttl_seconds: 300,
            http_max_age_seconds: 0,
            cache_mebibytes: 64,
            batch_hosts: Vec::new(),
            resolvers: Vec::new(),
            tor_resolvers: Vec::new(),
        }
    }
}

/// Bounds on what anybody can make us read, keep or wait for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of calldata in a lookup. Default 32 KiB.
    pub calldata_bytes: usize,
    /// Bytes of a request body. Default 1 MiB.
    pub body_bytes: usize,
    /// Calls in a multicall. Default 64.
    pub multicall_calls: usize,
    /// Records of each kind (texts, addresses, data) of a name. Default 100.
    pub records: usize,
    /// Bytes of a record's value. Default 8 KiB.
    pub record_bytes: usize,
    /// Seconds for a request, from its first byte to its answer. Default 10.
    pub request_seconds: u64,
    /// Seconds for which a connection may be silent, or take nothing of an answer. Default 30.
    pub idle_seconds: u64,
    /// Connections at a time; more wait. Default 2,000.
    pub connections: usize,
    /// Requests at a time; more are told to come back. Default 500.
    pub requests: usize,
    /// Operations that a name takes within a day; 0 for any number. Default 100.
    pub operations_per_day: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calldata_bytes: 32 << 10,
            body_bytes: 1 << 20,
            multicall_calls: 64,
            records: 100,
            record_bytes: 8 << 10,
            request_seconds: 10,
            idle_seconds: 30,
            connections: 2_000,
            requests: 500,
            operations_per_day: 100,
        }
    }
}

/// The flags of `serve`; each has an environment variable.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct ServeArgs {
    /// Settings file (TOML)
    #[arg(long, env = "DM3_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address and port to take requests on [default: 127.0.0.1:8080]
    #[arg(long, env = "DM3_LISTEN", value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Base URL under which others reach this gateway
    #[arg(long, env = "DM3_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<url::Url>,
    /// Database [default: sqlite://dm3-gateway.db]
    #[arg(long, env = "DM3_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Chain whose ENS the names live in [default: 1]
    #[arg(long, env = "DM3_CHAIN_ID", value_name = "ID")]
    pub chain_id: Option<u64>,
    /// JSON-RPC endpoint of that chain, to ask contract accounts [default: none]
    #[arg(long, env = "DM3_RPC_URL", value_name = "URL", hide_env_values = true)]
    pub rpc_url: Option<RpcUrl>,
    /// File with the key that signs answers, made on first start [default: signer.key]. The key itself can be given
    /// in the environment variable DM3_SIGNER_KEY instead
    #[arg(long, env = "DM3_SIGNER_KEY_FILE", value_name = "FILE")]
    pub signer_key_file: Option<PathBuf>,
    /// Where the key that signs answers is: file:PATH, env:NAME, keystore:PATH or aws-kms:KEY?region=REGION
    #[arg(long, env = "DM3_SIGNER_URL", value_name = "URL", hide_env_values = true)]
    pub signer_url: Option<String>,
    /// File with the password of a keystore [default: the environment variable DM3_SIGNER_PASSWORD has it]
    #[arg(long, env = "DM3_SIGNER_PASSWORD_FILE", value_name = "FILE")]
    pub signer_password_file: Option<PathBuf>,
    /// File with the secret of sessions, made on first start [default: session.secret]. The secret itself can be given in
    /// the environment variable DM3_SESSIONS_SECRET instead
    #[arg(long, env = "DM3_SESSIONS_SECRET_FILE", value_name = "FILE")]
    pub sessions_secret_file: Option<PathBuf>,
    /// Whom the tokens of sessions are for [default: the public URL]
    #[arg(long, env = "DM3_SESSIONS_AUDIENCE", value_name = "TEXT")]
    pub sessions_audience: Option<String>,
    /// Seconds until a signed answer expires [default: 300]
    #[arg(long, env = "DM3_ANSWERS_TTL_SECONDS", value_name = "SECONDS")]
    pub answers_ttl_seconds: Option<u64>,
    /// Seconds for which HTTP caches may keep an answer without asking; 0: none [default: 0]
    #[arg(long, env = "DM3_ANSWERS_HTTP_MAX_AGE_SECONDS", value_name = "SECONDS")]
    pub answers_http_max_age_seconds: Option<u64>,
    /// Gateways that a batch may make this one ask (host or host:port, comma-separated)
    #[arg(long, env = "DM3_ANSWERS_BATCH_HOSTS", value_name = "HOSTS", value_delimiter = ',')]
    pub answers_batch_hosts: Option<Vec<String>>,
    /// The only contracts that get answers; without it, any (addresses, comma-separated)
    #[arg(long, env = "DM3_ANSWERS_RESOLVERS", value_name = "ADDRESSES", value_delimiter = ',')]
    pub answers_resolvers: Option<Vec<Address>>,
    /// Contracts that get answers in the TOR protocol, below /tor (addresses, comma-separated)
    #[arg(long, env = "DM3_ANSWERS_TOR_RESOLVERS", value_name = "ADDRESSES", value_delimiter = ',')]
    pub answers_tor_resolvers: Option<Vec<Address>>,
    /// Trustless IPFS gateways, the preferred first (URLs, comma-separated)
    #[arg(long, env = "DM3_LOOKUPS_IPFS_GATEWAYS", value_name = "URLS", value_delimiter = ',')]
    pub lookups_ipfs_gateways: Option<Vec<url::Url>>,
    /// Hosts that others' records may make this gateway ask even when they are not public, for development (host or
    /// host:port, comma-separated)
    #[arg(long, env = "DM3_LOOKUPS_ALLOWED_HOSTS", value_name = "HOSTS", value_delimiter = ',')]
    pub lookups_allowed_hosts: Option<Vec<String>>,
    /// Delivery services for new profiles whose owner chooses none (ENS names, comma-separated)
    #[arg(long, env = "DM3_DELIVERY_SERVICES", value_name = "NAMES", value_delimiter = ',')]
    pub delivery_services: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FileSettings {
    listen: Option<SocketAddr>,
    public_url: Option<url::Url>,
    database_url: Option<String>,
    chain_id: Option<u64>,
    rpc_url: Option<RpcUrl>,
    signer: FileSigner,
    sessions: FileSessions,
    answers: AnswerSettings,
    lookups: LookupSettings,
    zones: Option<Vec<ZoneSettings>>,
    delivery_services: Option<Vec<String>>,
    account_stores: Vec<AccountStoreSettings>,
    limits: Limits,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FileSessions {
    secret_file: Option<PathBuf>,
    audience: Option<String>,
}

/// The settings that have no flag, because everybody sees the arguments of a process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Secrets<'a> {
    /// `DM3_SIGNER_KEY`.
    pub signer_key: Option<&'a str>,
    /// `DM3_SESSIONS_SECRET`.
    pub session_secret: Option<&'a str>,
    /// `DM3_LOOKUPS_PURGE_TOKEN`.
    pub purge_token: Option<&'a str>,
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the settings file {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or has an unknown or ill-typed setting.
    #[error("{path}, line {line}: {reason}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where.
        line: usize,
        /// What. The line itself is not shown: it may hold a secret.
        reason: String,
    },
    /// `DM3_SIGNER_KEY` is no key.
    #[error("DM3_SIGNER_KEY: {0}")]
    SignerKey(#[from] SecretKeyError),
    /// More than one source of the key.
    #[error(
        "more than one of DM3_SIGNER_KEY, --signer-key-file (DM3_SIGNER_KEY_FILE) and --signer-url (DM3_SIGNER_URL) is \
         set: unset the others, so that it is clear who signs"
    )]
    TwoSigners,
    /// The same in the file.
    #[error("signer.key_file and signer.url are both set: remove one, so that it is clear who signs")]
    TwoSignersInFile,
    /// Two passwords.
    #[error("signer.password_file and signer.password_env are both set: remove one")]
    TwoPasswords,
    /// `signer.url` is none of those that are known. It is not shown: somebody may have put a key there.
    #[error(
        "signer.url (DM3_SIGNER_URL) is none of file:PATH, env:NAME, keystore:PATH and \
         aws-kms:KEY?region=REGION&endpoint=URL, of which region and endpoint may be left out"
    )]
    SignerUrl,
    /// `DM3_SESSIONS_SECRET` is no secret.
    #[error("DM3_SESSIONS_SECRET: {0}")]
    SessionSecret(#[from] SessionSecretError),
    /// A secret and a file with one at the same time.
    #[error(
        "DM3_SESSIONS_SECRET and --sessions-secret-file (DM3_SESSIONS_SECRET_FILE) are both set: unset one"
    )]
    TwoSessionSecrets,
    /// `DM3_LOOKUPS_PURGE_TOKEN` could be guessed.
    #[error(
        "DM3_LOOKUPS_PURGE_TOKEN has {0} characters: at least 16 are expected, such as openssl rand -hex 16 gives"
    )]
    PurgeToken(usize),
    /// A gateway that cannot be asked. Its URL is not shown: it may hold a secret.
    #[error("lookups.ipfs_gateways, number {0}: an http or https URL is expected, without a user name")]
    IpfsGateway(usize),
    /// A value outside of its range.
    #[error("{setting} is {value}: {expected}")]
    Range {
        /// Its name in the file.
        setting: &'static str,
        /// What it is.
        value: u64,
        /// What it may be.
        expected: &'static str,
    },
}

impl Settings {
    /// Puts the settings together.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn load(args: ServeArgs, secrets: Secrets<'_>) -> Result<Self, ConfigError> {
        let mut file = args.config.clone().map(read_file).transpose()?.unwrap_or_default();
        let signer = signer::load(&args, std::mem::take(&mut file.signer), secrets.signer_key)?;
        let session_secret = match (secrets.session_secret, args.sessions_secret_file) {
            (Some(_), Some(_)) => return Err(ConfigError::TwoSessionSecrets),
            (Some(text), None) => SessionSecretSettings::Secrets(SessionSecrets::parse(text)?),
            (None, file_name) => {
                let file_name = file_name.or(file.sessions.secret_file);
                SessionSecretSettings::File(file_name.unwrap_or_else(|| "session.secret".into()))
            }
        };
        let answers = AnswerSettings {
            ttl_seconds: args.answers_ttl_seconds.unwrap_or(file.answers.ttl_seconds),
            http_max_age_seconds: args
                .answers_http_max_age_seconds
                .unwrap_or(file.answers.http_max_age_seconds),
            cache_mebibytes: file.answers.cache_mebibytes,
            batch_hosts: args.answers_batch_hosts.unwrap_or(file.answers.batch_hosts),
            resolvers: args.answers_resolvers.unwrap_or(file.answers.resolvers),
            tor_resolvers: args.answers_tor_resolvers.unwrap_or(file.answers.tor_resolvers),
        };
        let settings = Self {
            listen: args.listen.or(file.listen).unwrap_or((Ipv4Addr::LOCALHOST, 8080).into()),
            public_url: args.public_url.or(file.public_url),
            database_url: args
                .database_url
                .or(file.database_url)
                .unwrap_or_else(|| "sqlite://dm3-gateway.db".into()),
            chain_id: args.chain_id.or(file.chain_id).unwrap_or(1),
            rpc_url: args.rpc_url.or(file.rpc_url),
            signer,
            sessions: SessionSettings {
                secret: session_secret,
                audience: args.sessions_audience.or(file.sessions.audience),
            },
            answers,
            zones: file.zones.unwrap_or_else(ZoneSettings::defaults),
            delivery_services: args.delivery_services.or(file.delivery_services).unwrap_or_default(),
            account_stores: file.account_stores,
            lookups: LookupSettings {
                ipfs_gateways: args.lookups_ipfs_gateways.unwrap_or(file.lookups.ipfs_gateways),
                allowed_hosts: args.lookups_allowed_hosts.unwrap_or(file.lookups.allowed_hosts),
                purge_token: secrets.purge_token.map(PurgeToken::parse).transpose()?,
                ..file.lookups
            },
            limits: file.limits,
        };
        settings.check_ranges()?;
        settings.lookups.check_gateways()?;
        Ok(settings)
    }

    fn check_ranges(&self) -> Result<(), ConfigError> {
        let range = |setting, value, allowed: bool, expected| {
            if allowed { Ok(()) } else { Err(ConfigError::Range { setting, value, expected }) }
        };
        let AnswerSettings { ttl_seconds: ttl, http_max_age_seconds: max_age, .. } = self.answers;
        range("answers.ttl_seconds", ttl, (10..=86_400).contains(&ttl), "10 to 86400 are allowed")?;
        range(
            "answers.http_max_age_seconds",
            max_age,
            max_age < ttl,
            "less than answers.ttl_seconds is allowed",
        )?;
        range("chain_id", self.chain_id, (1..1 << 53).contains(&self.chain_id), "1 to 2^53 - 1 are allowed")?;
        let LookupSettings { ttl_seconds, cache_mebibytes, .. } = self.lookups;
        range(
            "lookups.ttl_seconds",
            ttl_seconds,
            (1..=86_400).contains(&ttl_seconds),
            "1 to 86400 are allowed",
        )?;
        let LookupSettings { absent_seconds, unreachable_seconds, stale_seconds, watches, .. } = self.lookups;
        for (setting, seconds) in
            [("lookups.absent_seconds", absent_seconds), ("lookups.unreachable_seconds", unreachable_seconds)]
        {
            range(setting, seconds, (1..=86_400).contains(&seconds), "1 to 86400 are allowed")?;
        }
        range(
            "lookups.stale_seconds",
            stale_seconds,
            stale_seconds <= 31_536_000,
            "at most 31536000 is allowed",
        )?;
        let watching = watches as u64;
        range("lookups.watches", watching, watching <= 100_000, "at most 100000 is allowed")?;
        let is_some = (1..=1 << 20).contains(&cache_mebibytes);
        range("lookups.cache_mebibytes", cache_mebibytes, is_some, "1 to 1048576 are allowed")?;
        let cache = self.answers.cache_mebibytes;
        range("answers.cache_mebibytes", cache, cache <= 1 << 20, "at most 1048576 is allowed")?;
        let Limits { request_seconds, idle_seconds, connections, requests, .. } = self.limits;
        range(
            "limits.idle_seconds",
            idle_seconds,
            (1..=600).contains(&idle_seconds),
            "1 to 600 are allowed",
        )?;
        range(
            "limits.request_seconds",
            request_seconds,
            (1..=20).contains(&request_seconds),
            "1 to 20 are allowed",
        )?;
        for (setting, number) in [("limits.connections", connections), ("limits.requests", requests)] {
            range(setting, number as u64, (1..=1 << 20).contains(&number), "1 to 1048576 are allowed")?;
        }
        Ok(())
    }
}

fn read_file(path: PathBuf) -> Result<FileSettings, ConfigError> {
    match std::fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            ConfigError::Parse { path, line, reason: error.message().to_owned() }
        }),
        Err(source) => Err(ConfigError::Read { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_file(text: &str) -> Result<Settings, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Settings::load(
            ServeArgs { config: Some(file.path().into()), ..ServeArgs::default() },
            Secrets::default(),
        )
    }

    #[test]
    fn with_nothing_set_the_defaults_are_those_of_the_design() {
        let settings = Settings::load(ServeArgs::default(), Secrets::default()).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.database_url, "sqlite://dm3-gateway.db");
        assert_eq!((settings.chain_id, settings.answers.ttl_seconds), (1, 300));
        let zones: Vec<_> = settings.zones.iter().map(|zone| zone.name.as_str()).collect();
        assert_eq!(zones, ["addr.dm3.eth", "user.dm3.eth"]);
    }

    #[test]
    fn the_file_in_the_readme_is_taken() {
        let readme = include_str!("../README.md");
        let (_, file) = readme.split_once("```toml\n").unwrap();
        let (file, _) = file.split_once("```").unwrap();
        let settings: FileSettings = toml::from_str(file).unwrap();
        assert_eq!(settings.zones.unwrap().len(), 2);
        for setting in [
            "rpc_url",
            "audience",
            "batch_hosts",
            "resolvers",
            "tor_resolvers",
            "ipfs_gateways",
            "allowed_hosts",
            "operations_per_day",
            "idle_seconds",
        ] {
            assert!(file.contains(&format!("\n{setting} = ")), "{setting}");
        }
    }

    #[test]
    fn flags_beat_the_file_which_beats_the_defaults() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "chain_id = 5\n[answers]\nttl_seconds = 60").unwrap();
        let args = ServeArgs { config: Some(file.path().into()), chain_id: Some(6), ..ServeArgs::default() };
        let settings = Settings::load(args, Secrets::default()).unwrap();
        assert_eq!((settings.chain_id, settings.answers.ttl_seconds), (6, 60));
    }

    #[test]
    fn mistakes_are_told() {
        let message = |text: &str| load_file(text).unwrap_err().to_string();
        let unknown = message("listen = '127.0.0.1:1'\ndatabase_urll = 'postgres://me:hunter2@db'");
        assert!(
            unknown.contains("line 2: unknown field `database_urll`") && !unknown.contains("hunter2"),
            "{unknown}"
        );
        assert!(message("[limits]\nconnections = 0").contains("limits.connections is 0"));
        assert!(message("chain_id = 9007199254740992").contains("2^53"));
        assert!(message("[answers]\nttl_seconds = 1").contains("10 to 86400"));
        assert!(message("[answers]\nhttp_max_age_seconds = 300").contains("less than answers.ttl_seconds"));
        let secret = message("rpc_url = 'wss://rpc.example/hunter2'");
        assert!(secret.contains("http or https") && !secret.contains("hunter2"), "{secret}");
        let gateways = "[lookups]\nipfs_gateways = ['https://a.example', 'http://me:hunter2@b.example']";
        let gateway = message(gateways);
        assert!(gateway.contains("number 2") && !gateway.contains("hunter2"), "{gateway}");
        assert!(message("[lookups]\nipfs_gateways = ['ipfs://x']").contains("http or https"));
        assert!(message("[[zones]]\nname = 'a.eth'\nkind = 'closed'").contains("unknown variant `closed`"));
    }
}
