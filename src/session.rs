//! Sessions without state: a challenge that a profile's signing key signs, and the token that is given for it. Both are
//! JWTs (HS256) that only this gateway can make, bound to an ENS name and an audience.
//!
//! A service that shares the secret checks tokens with [`Sessions::check`]; others ask the gateway (`GET /v1/session`).

use std::path::Path;
use std::{fmt, io};

use alloy::primitives::Address;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::account::write_secret_file;
use crate::clock::Clock;
use crate::ens::Name;

/// For how many seconds a challenge can be answered.
const CHALLENGE_SECONDS: u64 = 15 * 60;
/// For how many seconds a token is valid.
const TOKEN_SECONDS: u64 = 60 * 60;
/// Longer ones are not ours.
const MAX_JWT_BYTES: usize = 4096;

/// What signs challenges and tokens: the first secret. Those behind it are secrets of before, which still verify.
#[derive(Clone)]
pub struct SessionSecrets(Vec<Zeroizing<[u8; 32]>>);

/// What is wrong with the text of secrets.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line} is not a secret: 32 bytes in hex are expected, one secret a line, the one in use first")]
pub struct SessionSecretError {
    line: usize,
}

impl SessionSecrets {
    /// Parses one secret a line, or behind a comma.
    ///
    /// # Errors
    /// When a line is no secret, or there is none.
    pub fn parse(text: &str) -> Result<Self, SessionSecretError> {
        let mut secrets = Vec::new();
        let lines = text.split(['\n', ',']).map(str::trim).enumerate();
        for (index, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let mut secret = Zeroizing::new([0; 32]);
            hex::decode_to_slice(line.strip_prefix("0x").unwrap_or(line), secret.as_mut())
                .map_err(|_| SessionSecretError { line: index + 1 })?;
            secrets.push(secret);
        }
        if secrets.is_empty() { Err(SessionSecretError { line: 1 }) } else { Ok(Self(secrets)) }
    }

    /// Reads the secrets of a file. The inner error says that it holds none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(path: &Path) -> io::Result<Result<Self, SessionSecretError>> {
        Ok(Self::parse(&Zeroizing::new(std::fs::read_to_string(path)?)))
    }

    /// Makes a file with a new secret, which only its owner can read.
    ///
    /// # Errors
    /// When the file exists already or cannot be made, or the operating system gives no randomness.
    pub fn make(path: &Path) -> io::Result<Self> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut())?;
        write_secret_file(path, &Zeroizing::new(hex::encode(secret.as_slice())))?;
        Ok(Self(vec![secret]))
    }
}

impl fmt::Debug for SessionSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionSecrets({} of them)", self.0.len())
    }
}

/// Makes and checks challenges and tokens.
pub struct Sessions {
    keys: Vec<Key>,
    audience: String,
    clock: Clock,
}

struct Key {
    id: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// Who a token is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// The account: its ENS name.
    pub account: Name,
    /// The Ethereum account that the name answered, when the token was given. A service compares it with what the name
    /// answers now, or has the gateway do it: the name may have a new owner.
    pub address: Address,
    /// Unix seconds.
    pub issued_at: u64,
    /// Unix seconds.
    pub expires_at: u64,
}

/// Why a challenge or a token is not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum SessionError {
    /// Not a JWT with the claims that ours have, in the one algorithm, by a key that counts.
    #[error("not a {0} of this gateway, or one that was signed with a secret of before")]
    Foreign(Kind),
    /// Of another audience.
    #[error("it is for {found}, not for {expected}")]
    Audience {
        /// Whom it names.
        found: String,
        /// Who we are.
        expected: String,
    },
    /// For something else: a token is no challenge.
    #[error("a {expected} is expected, this is a {found}")]
    Kind {
        /// What it is.
        found: Kind,
        /// What it should be.
        expected: Kind,
    },
    /// The name answers another Ethereum account by now.
    #[error("{0} belongs to somebody else by now, or has another profile")]
    Changed(Name),
    /// Of another account.
    #[error("it is for the account {0}")]
    Account(String),
    /// Its time is over, or has not begun.
    #[error("it is valid from {from} until {until}, and it is {now} now")]
    Time {
        /// Unix seconds.
        from: u64,
        /// Unix seconds.
        until: u64,
        /// Unix seconds.
        now: u64,
    },
    /// Ours.
    #[error("cannot make a token: {0}")]
    Make(String),
}

/// What a JWT is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// To be signed by the profile's signing key.
    Challenge,
    /// To be shown.
    Token,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Challenge => "challenge",
            Self::Token => "token",
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    account: String,
    /// Of a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    aud: String,
    #[serde(rename = "use")]
    kind: Kind,
    /// Makes no two of them alike.
    challenge: String,
    iat: u64,
    nbf: u64,
    exp: u64,
}

impl Sessions {
    /// With these secrets, for services that call themselves `audience`.
    pub fn new(secrets: &SessionSecrets, audience: String, clock: Clock) -> Self {
        let key = |secret: &Zeroizing<[u8; 32]>| Key {
            // Tells which secret it was, and nothing about it.
            id: hex::encode(Sha256::new().chain_update(b"key id").chain_update(secret.as_slice()).finalize())
                .chars()
                .take(16)
                .collect(),
            encoding: EncodingKey::from_secret(secret.as_slice()),
            decoding: DecodingKey::from_secret(secret.as_slice()),
        };
        Self { keys: secrets.0.iter().map(key).collect(), audience, clock }
    }

    /// Who has to be named in challenges and tokens.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// A challenge for `account`, good for 15 minutes. The whole JWT is what the profile's signing key signs.
    ///
    /// # Errors
    /// [`SessionError::Make`].
    pub fn challenge(&self, account: &Name) -> Result<String, SessionError> {
        self.make(account, None, Kind::Challenge, CHALLENGE_SECONDS)
    }

    /// A token for `account`, which answers `address`, good for an hour.
    ///
    /// # Errors
    /// [`SessionError::Make`].
    pub fn token(&self, account: &Name, address: Address) -> Result<String, SessionError> {
        self.make(account, Some(address), Kind::Token, TOKEN_SECONDS)
    }

    /// Checks that `jwt` is a challenge for `account`. Who signed it is not checked.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn check_challenge(&self, account: &Name, jwt: &str) -> Result<(), SessionError> {
        let claims = self.check_jwt(jwt, Kind::Challenge)?;
        if claims.account == account.as_str() { Ok(()) } else { Err(SessionError::Account(claims.account)) }
    }

    /// Checks a token, and tells whose it is.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn check(&self, jwt: &str) -> Result<Session, SessionError> {
        let Claims { account, address, iat, exp, .. } = self.check_jwt(jwt, Kind::Token)?;
        let account = Name::parse(&account).map_err(|_| SessionError::Foreign(Kind::Token))?;
        let address = address.ok_or(SessionError::Foreign(Kind::Token))?;
        Ok(Session { account, address, issued_at: iat, expires_at: exp })
    }

    fn make(
        &self,
        account: &Name,
        address: Option<Address>,
        kind: Kind,
        seconds: u64,
    ) -> Result<String, SessionError> {
        let mut challenge = [0u8; 16];
        getrandom::fill(&mut challenge).map_err(|error| SessionError::Make(error.to_string()))?;
        let key = self.keys.first().ok_or_else(|| SessionError::Make("there is no secret".into()))?;
        let now = self.clock.now();
        let claims = Claims {
            account: account.as_str().to_owned(),
            address,
            aud: self.audience.clone(),
            kind,
            challenge: hex::encode(challenge),
            iat: now,
            nbf: now,
            exp: now + seconds,
        };
        let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &key.encoding)
            .map_err(|error| SessionError::Make(error.to_string()))
    }

    fn check_jwt(&self, jwt: &str, expected: Kind) -> Result<Claims, SessionError> {
        let foreign = || SessionError::Foreign(expected);
        if jwt.len() > MAX_JWT_BYTES {
            return Err(foreign());
        }
        let header = jsonwebtoken::decode_header(jwt).map_err(|_| foreign())?;
        let key = self.keys.iter().find(|key| Some(&key.id) == header.kid.as_ref()).ok_or_else(foreign)?;
        // One algorithm, whatever the header says. Time and audience are checked below, with our clock and our words.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let claims =
            jsonwebtoken::decode::<Claims>(jwt, &key.decoding, &validation).map_err(|_| foreign())?.claims;
        if claims.aud != self.audience {
            return Err(SessionError::Audience { found: claims.aud, expected: self.audience.clone() });
        }
        if claims.kind != expected {
            return Err(SessionError::Kind { found: claims.kind, expected });
        }
        let (from, until, now) = (claims.nbf, claims.exp, self.clock.now());
        if now < from || now >= until {
            return Err(SessionError::Time { from, until, now });
        }
        Ok(claims)
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sessions(for {})", self.audience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    const NOW: u64 = 1_795_000_000;
    const ADDRESS: Address = Address::repeat_byte(0xa1);

    fn sessions(secrets: &str, audience: &str, now: u64) -> Sessions {
        let secrets = SessionSecrets::parse(secrets).unwrap();
        Sessions::new(&secrets, audience.into(), Clock::held(now).0)
    }

    fn secret(byte: &str) -> String {
        byte.repeat(32)
    }

    fn alice() -> Name {
        Name::parse("alice.user.dm3.eth").unwrap()
    }

    fn token() -> String {
        sessions(&secret("11"), "https://gw.example", NOW).token(&alice(), ADDRESS).unwrap()
    }

    #[test]
    fn a_token_says_whose_it_is_for_an_hour() {
        let token = token();
        let session = Session { account: alice(), address: ADDRESS, issued_at: NOW, expires_at: NOW + 3600 };
        for now in [NOW, NOW + 3599] {
            assert_eq!(sessions(&secret("11"), "https://gw.example", now).check(&token), Ok(session.clone()));
        }
        for now in [NOW - 1, NOW + 3600] {
            let checked = sessions(&secret("11"), "https://gw.example", now).check(&token);
            assert!(matches!(checked, Err(SessionError::Time { .. })), "{checked:?}");
        }
    }

    #[test]
    fn a_challenge_is_for_one_account_and_no_token() {
        let sessions = sessions(&secret("11"), "https://gw.example", NOW);
        let challenge = sessions.challenge(&alice()).unwrap();
        assert_eq!(sessions.check_challenge(&alice(), &challenge), Ok(()));
        let bob = Name::parse("bob.user.dm3.eth").unwrap();
        assert!(matches!(sessions.check_challenge(&bob, &challenge), Err(SessionError::Account(_))));
        assert!(matches!(sessions.check(&challenge), Err(SessionError::Kind { .. })));
        let token = sessions.token(&alice(), ADDRESS).unwrap();
        assert!(matches!(sessions.check_challenge(&alice(), &token), Err(SessionError::Kind { .. })));
        assert_ne!(challenge, sessions.challenge(&alice()).unwrap());
    }

    #[test]
    fn tokens_of_other_audiences_and_secrets_are_refused() {
        let token = token();
        let checked = sessions(&secret("11"), "https://other.example", NOW).check(&token);
        assert!(matches!(checked, Err(SessionError::Audience { .. })), "{checked:?}");
        let checked = sessions(&secret("22"), "https://gw.example", NOW).check(&token);
        assert_eq!(checked, Err(SessionError::Foreign(Kind::Token)));
    }

    #[test]
    fn a_secret_of_before_verifies_as_long_as_it_is_listed() {
        let token = token();
        let rotated = format!("{}\n{}\n", secret("22"), secret("11"));
        assert!(sessions(&rotated, "https://gw.example", NOW).check(&token).is_ok());
        let new = sessions(&rotated, "https://gw.example", NOW).token(&alice(), ADDRESS).unwrap();
        assert!(sessions(&secret("22"), "https://gw.example", NOW).check(&new).is_ok());
        assert!(sessions(&secret("11"), "https://gw.example", NOW).check(&new).is_err());
    }

    /// A JWT with this header and signature over the claims of a good one.
    fn forged(header: &Value, signature: &str) -> String {
        let token = token();
        let claims = token.split('.').nth(1).unwrap();
        format!("{}.{claims}.{signature}", BASE64_URL_SAFE_NO_PAD.encode(header.to_string()))
    }

    #[test]
    fn other_algorithms_and_no_algorithm_are_refused() {
        let sessions = sessions(&secret("11"), "https://gw.example", NOW);
        let token = token();
        let kid = jsonwebtoken::decode_header(&token).unwrap().kid;
        let good = token.rsplit('.').next().unwrap();
        for algorithm in ["none", "None", "HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256"] {
            for signature in ["", good] {
                let token = forged(&json!({ "alg": algorithm, "typ": "JWT", "kid": kid }), signature);
                assert_eq!(sessions.check(&token), Err(SessionError::Foreign(Kind::Token)), "{algorithm}");
            }
        }
        // The same secret in another algorithm of its family.
        let key = EncodingKey::from_secret(&[0x11; 32]);
        let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        let header = Header { kid, ..Header::new(Algorithm::HS512) };
        let swapped = jsonwebtoken::encode(&header, &claims, &key).unwrap();
        assert_eq!(sessions.check(&swapped), Err(SessionError::Foreign(Kind::Token)));
    }

    /// The signature is over every byte of header and claims, with the secret that the header names.
    #[test]
    fn what_nobody_with_the_secret_has_signed_is_refused() {
        let sessions = sessions(&secret("11"), "https://gw.example", NOW);
        let refused = |jwt: &str| {
            assert_eq!(sessions.check(jwt), Err(SessionError::Foreign(Kind::Token)), "{jwt}");
            let challenge = sessions.check_challenge(&alice(), jwt);
            assert_eq!(challenge, Err(SessionError::Foreign(Kind::Challenge)), "{jwt}");
        };
        for jwt in [token(), sessions.challenge(&alice()).unwrap()] {
            let [header, claims, signature] = jwt.split('.').collect::<Vec<_>>().try_into().unwrap();
            let changed = |change: &dyn Fn(&mut Value)| {
                let bytes = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
                let mut value: Value = serde_json::from_slice(&bytes).unwrap();
                change(&mut value);
                BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
            };
            // The right key id, and another secret.
            let kid = jsonwebtoken::decode_header(&jwt).unwrap().kid;
            let header_of_ours = Header { kid, ..Header::new(Algorithm::HS256) };
            let claims_of_ours: Value =
                serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
            let other = EncodingKey::from_secret(&[0x22; 32]);
            refused(&jsonwebtoken::encode(&header_of_ours, &claims_of_ours, &other).unwrap());
            for change in [
                &(|claims: &mut Value| claims["account"] = json!("bob.user.dm3.eth")) as &dyn Fn(&mut Value),
                &|claims| claims["exp"] = json!(NOW + 1_000_000),
                &|claims| claims["use"] = json!("token"),
                &|claims| claims["use"] = json!("challenge"),
                &|claims| claims["address"] = json!(Address::ZERO),
            ] {
                let forged = changed(change);
                if forged != changed(&|_| {}) {
                    refused(&format!("{header}.{forged}.{signature}"));
                }
            }
            for at in 0..32 {
                let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
                bytes[at] ^= 1;
                refused(&format!("{header}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)));
            }
            refused(&format!("{header}.{claims}."));
        }
    }

    #[test]
    fn secrets_are_told_from_mistakes_and_never_shown() {
        assert_eq!(SessionSecrets::parse("").err(), Some(SessionSecretError { line: 1 }));
        let second = format!("{}\nhunter2", secret("11"));
        assert_eq!(SessionSecrets::parse(&second).err(), Some(SessionSecretError { line: 2 }));
        assert_eq!(
            format!("{:?}", SessionSecrets::parse(&secret("11")).unwrap()),
            "SessionSecrets(1 of them)"
        );
    }
}
