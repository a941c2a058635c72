//! `claim`: a name and its dm3 profile in one go.

use alloy::primitives::{Address, B256, Bytes};
use serde_json::{Value, json};

use super::client::{Author, Client, GatewayArgs, Info, NameStatus, ZoneInfo, gateway_flag, parse_name};
use super::error::CliError;
use super::terminal;
use super::wallet::WalletArgs;
use crate::account::SecretKey;
use crate::clock::Clock;
use crate::config::ZoneKind;
use crate::dm3::{self, PROFILE_RECORD, ProfileKeys, SignedUserProfile, UserProfile};
use crate::ens::{CoinType, CoinTypeError, Name, address, contenthash};
use crate::state::{AddressRecord, RecordsBody, TextRecord};

/// Claim a name and publish its dm3 profile in one go; for a name that is yours already, set its records
///
/// The dm3 keys are derived from the wallet as dm3's own clients do it. Where the name's zone inherits from an address
/// zone, the profile is published once, under your address, and serves all of your names.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  dm3-gateway claim alice.user.dm3.eth --key-file wallet.key
  dm3-gateway claim alice.user.dm3.eth --key-file wallet.key --delivery-service ds.example.eth
  dm3-gateway claim alice.user.dm3.eth --key-file wallet.key --text url=https://example.com --address btc=bc1q…
  dm3-gateway claim alice.user.dm3.eth --key-file wallet.key --contenthash ipfs://bafy…")]
pub struct Args {
    /// The name, one label under a zone of the gateway
    #[arg(value_parser = parse_name)]
    name: Name,
    #[command(flatten)]
    wallet: WalletArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
    /// A delivery service for the profile, by its ENS name; the preferred first [default: what the gateway proposes]
    #[arg(long = "delivery-service", value_name = "NAME", value_parser = parse_name)]
    delivery_services: Vec<Name>,
    /// A text record; an empty value sets it to nothing
    #[arg(long = "text", value_name = "KEY=VALUE", value_parser = parse_text)]
    texts: Vec<TextRecord>,
    /// The address of a coin. COIN: its name, such as btc or base, its number, or evm:<chain id>. The address: as people
    /// write it, or its binary form as 0x…; an empty one sets it to nothing
    #[arg(long = "address", value_name = "COIN=ADDRESS", value_parser = parse_address)]
    addresses: Vec<AddressRecord>,
    /// The content hash: ipfs://…, ipns://…, bzz://…, ar://…, onion3://…, or its binary form as 0x…; an empty one
    /// removes it
    #[arg(long, value_name = "URI", value_parser = parse_contenthash)]
    contenthash: Option<Bytes>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What a claim works with.
struct Claim<'a> {
    client: &'a Client,
    clock: &'a Clock,
    key: &'a SecretKey,
    info: &'a Info,
}

/// Runs the command.
pub async fn run(args: Args, clock: &Clock) -> Result<(), CliError> {
    let key = args.wallet.key()?;
    let client = args.gateway.client()?;
    let info = client.info().await?;
    let claim = Claim { client: &client, clock, key: &key, info: &info };
    let zone = claim.zone_of(&args.name)?;
    let status = claim.available(&args.name).await?;
    let profile_name = profile_name(zone, &args.name, key.address())?;
    let (set_profile, profile) = if profile_name == args.name {
        claim.profile_for(&status, &args.delivery_services)?
    } else {
        let profile = claim.publish_profile(&profile_name, &args.delivery_services).await?;
        (None, profile)
    };
    let records = with_changes(&status, &args, set_profile)?;
    let claimed = claim.put(&args.name, &status, records).await?;
    report(&args, &claim, &profile_name, &profile, &claimed)
}

impl Claim<'_> {
    fn zone_of(&self, name: &Name) -> Result<&ZoneInfo, CliError> {
        let (label, parent) = name.split_first();
        self.info.zones.iter().find(|zone| zone.name == parent).ok_or_else(|| {
            let names = self.info.zones.iter().map(|zone| format!("{label}.{}", zone.name));
            let message = format!("{name} is not one label under a zone of {}", self.client.url());
            CliError::new(message)
                .next(format!("one of these may do: {}", names.collect::<Vec<_>>().join(", ")))
        })
    }

    /// What a name holds, unless somebody else has it.
    async fn available(&self, name: &Name) -> Result<NameStatus, CliError> {
        let status = self.client.name(name).await?;
        match status.owner() {
            Some(owner) if owner != self.key.address() => {
                Err(CliError::new(format!("{name} is taken by {owner}")).next("choose another label"))
            }
            _ => Ok(status),
        }
    }

    /// Publishes the profile under the address name, unless what is there will do.
    async fn publish_profile(&self, name: &Name, services: &[Name]) -> Result<SignedUserProfile, CliError> {
        let status = self.available(name).await?;
        let (text, profile) = self.profile_for(&status, services)?;
        if let Some(text) = text {
            let mut records = current_records(&status)?;
            set_text(&mut records, text);
            self.put(name, &status, records).await?;
            eprintln!("published your dm3 profile under {name}");
        } else {
            eprintln!("your dm3 profile is under {name} already");
        }
        Ok(profile)
    }

    /// The profile that a name with this status should have, with the text record to set if it has another one.
    fn profile_for(
        &self,
        status: &NameStatus,
        services: &[Name],
    ) -> Result<(Option<TextRecord>, SignedUserProfile), CliError> {
        let keys = ProfileKeys::of_wallet(self.key);
        let current = current_profile(status).filter(|profile| profile.verify(self.key.address()).is_ok());
        let delivery_services = match (services, &current) {
            ([], Some(current)) => current.profile().delivery_services.clone(),
            ([], None) => self.proposed_services()?,
            (chosen, _) => chosen.to_vec(),
        };
        let profile = UserProfile {
            public_signing_key: keys.public_signing_key(),
            public_encryption_key: keys.public_encryption_key(),
            delivery_services,
        };
        if let Some(current) = current.filter(|current| *current.profile() == profile) {
            return Ok((None, current));
        }
        if let Some(name) = profile.delivery_services.iter().find(|name| !name.as_str().is_ascii()) {
            let message = format!("the delivery service {name} has characters outside of ASCII");
            return Err(CliError::new(message)
                .next("dm3's clients cannot read these in a profile; choose another one"));
        }
        let signed = profile.sign(self.key);
        let record = TextRecord { key: PROFILE_RECORD.into(), value: dm3::inline_record(&signed) };
        Ok((Some(record), signed))
    }

    fn proposed_services(&self) -> Result<Vec<Name>, CliError> {
        let names: Result<Vec<Name>, _> =
            self.info.delivery_services.iter().map(|name| Name::parse(name)).collect();
        names.map_err(|error| CliError::new(format!("the gateway proposes a delivery service: {error}")))
    }

    async fn put(
        &self,
        name: &Name,
        status: &NameStatus,
        mut records: RecordsBody,
    ) -> Result<Value, CliError> {
        records.salt = random_salt()?;
        let author = Author { key: self.key, clock: self.clock, chain_id: self.info.chain_id };
        self.client.put(&author.sign(name, status.next(), self.key.address(), records)?).await
    }
}

/// Where the profile of a name is published: under the owner's address if the zone inherits from there.
fn profile_name(zone: &ZoneInfo, name: &Name, owner: Address) -> Result<Name, CliError> {
    match (&zone.kind, &zone.inherit_from) {
        (ZoneKind::Open, Some(zone)) => Ok(Name::parse(&format!("0x{}.{zone}", hex::encode(owner)))?),
        _ => Ok(name.clone()),
    }
}

fn current_records(status: &NameStatus) -> Result<RecordsBody, CliError> {
    match status {
        NameStatus::Held(held) => Ok(held.records.clone()),
        NameStatus::Free(_) => Ok(RecordsBody::empty(random_salt()?)),
    }
}

fn current_profile(status: &NameStatus) -> Option<SignedUserProfile> {
    let NameStatus::Held(held) = status else { return None };
    let record = held.records.texts.iter().find(|record| record.key == PROFILE_RECORD)?;
    dm3::read_inline_profile(&record.value)
}

/// The records of a name with what the arguments change.
fn with_changes(
    status: &NameStatus,
    args: &Args,
    profile: Option<TextRecord>,
) -> Result<RecordsBody, CliError> {
    let mut records = current_records(status)?;
    for text in args.texts.iter().cloned().chain(profile) {
        set_text(&mut records, text);
    }
    for address in &args.addresses {
        records.addresses.retain(|other| other.coin_type != address.coin_type);
        records.addresses.push(address.clone());
    }
    if let Some(contenthash) = &args.contenthash {
        records.contenthash = contenthash.clone();
    }
    Ok(records)
}

fn set_text(records: &mut RecordsBody, text: TextRecord) {
    records.texts.retain(|other| other.key != text.key);
    records.texts.push(text);
}

fn report(
    args: &Args,
    claim: &Claim<'_>,
    profile_name: &Name,
    profile: &SignedUserProfile,
    claimed: &Value,
) -> Result<(), CliError> {
    let Args { name, .. } = args;
    let services: Vec<_> = profile.profile().delivery_services.iter().map(Name::as_str).collect();
    if args.json {
        let profile = json!({ "name": profile_name.as_str(), "record": dm3::inline_record(profile) });
        terminal::print(json!({ "name": claimed, "profile": profile }))?;
    } else {
        let (owner, profile) = (claim.key.address(), profile.profile());
        let listed = if services.is_empty() { "none".into() } else { services.join(", ") };
        terminal::print(format_args!(
            "{name} is yours\n  owner              {owner}\n  profile under      {profile_name}\n  \
             signing key        {}\n  encryption key     {}\n  delivery services  {listed}",
            profile.public_signing_key, profile.public_encryption_key
        ))?;
    }
    let gateway = gateway_flag(claim.client.url());
    if args
        .addresses
        .iter()
        .any(|record| record.coin_type == CoinType::ETH && **record.value != *claim.key.address())
    {
        eprintln!("\nThe name answers another account now (coin 60), for which your profile does not count.");
    }
    if services.is_empty() {
        eprintln!(
            "\nNobody can write to you yet: your profile names no delivery service. Add one:\n  \
             dm3-gateway claim {name} --delivery-service NAME --key-file …{gateway}"
        );
    }
    eprintln!(
        "\nSee it:\n  dm3-gateway show {name}{gateway}\n  \
         dm3-gateway resolve {name} --text {PROFILE_RECORD}{gateway}"
    );
    Ok(())
}

/// Thirty-two random bytes.
pub fn random_salt() -> Result<B256, CliError> {
    let mut salt = B256::ZERO;
    getrandom::fill(salt.as_mut_slice())?;
    Ok(salt)
}

fn parse_text(argument: &str) -> Result<TextRecord, String> {
    let (key, value) =
        argument.split_once('=').ok_or("KEY=VALUE is expected, such as url=https://example.com")?;
    Ok(TextRecord { key: key.to_owned(), value: value.to_owned() })
}

fn parse_address(argument: &str) -> Result<AddressRecord, String> {
    let (coin, text) = argument.split_once('=').ok_or("COIN=ADDRESS is expected, such as btc=bc1q…")?;
    let coin_type: CoinType = coin.parse().map_err(|error: CoinTypeError| error.to_string())?;
    let value = address::parse(coin_type, text).map_err(|error| error.to_string())?.into();
    Ok(AddressRecord { coin_type, value })
}

fn parse_contenthash(argument: &str) -> Result<Bytes, String> {
    contenthash::parse(argument).map(Bytes::from).map_err(|error| error.to_string())
}
