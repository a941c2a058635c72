//! Where the gateway's signing key comes from.

use std::path::PathBuf;

use serde::Deserialize;
use url::form_urlencoded;

use super::{ConfigError, ServeArgs};
use crate::account::SecretKey;

/// The environment variable with a keystore's password when the settings name none.
const PASSWORD_VARIABLE: &str = "DM3_SIGNER_PASSWORD";

/// Where the gateway's signing key comes from.
#[derive(Clone, Debug)]
pub enum SignerSettings {
    /// `signer.key_file`, `DM3_SIGNER_KEY_FILE`, or `file:PATH` as `signer.url`: made on first start. Default
    /// `signer.key`.
    KeyFile(PathBuf),
    /// `DM3_SIGNER_KEY`: the key itself, 32 bytes in hex.
    Key(SecretKey),
    /// `env:NAME` as `signer.url`: the key is in that environment variable.
    Variable(String),
    /// `keystore:PATH` as `signer.url`: an encrypted JSON keystore.
    Keystore {
        /// The file.
        path: PathBuf,
        /// Its password.
        password: PasswordSource,
    },
    /// `aws-kms:KEY?region=…&endpoint=…` as `signer.url`: a key that never leaves AWS KMS.
    AwsKms(KmsKey),
}

/// Where a keystore's password is. It is in no setting itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PasswordSource {
    /// `signer.password_file`, `DM3_SIGNER_PASSWORD_FILE`; a line end behind it does not count.
    File(PathBuf),
    /// `signer.password_env`: the name of an environment variable. Default `DM3_SIGNER_PASSWORD`.
    Variable(String),
}

/// A key in AWS KMS: asymmetric, `ECC_SECG_P256K1`, for signing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KmsKey {
    /// Its id, its ARN, or an alias.
    pub id: String,
    /// The region; `None` is for AWS's own settings to say, as credentials are.
    pub region: Option<String>,
    /// Another endpoint than AWS's.
    pub endpoint: Option<String>,
}

/// `[signer]` in the file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FileSigner {
    key_file: Option<PathBuf>,
    url: Option<String>,
    password_file: Option<PathBuf>,
    password_env: Option<String>,
}

/// Flags and environment beat the file; on either level there is one signer.
pub(super) fn load(
    args: &ServeArgs,
    file: FileSigner,
    signer_key: Option<&str>,
) -> Result<SignerSettings, ConfigError> {
    let given = [signer_key.is_some(), args.signer_key_file.is_some(), args.signer_url.is_some()];
    if given.into_iter().filter(|is_given| *is_given).count() > 1 {
        return Err(ConfigError::TwoSigners);
    }
    let password = match (&args.signer_password_file, file.password_file, file.password_env) {
        (Some(path), _, _) => PasswordSource::File(path.clone()),
        (None, Some(_), Some(_)) => return Err(ConfigError::TwoPasswords),
        (None, Some(path), None) => PasswordSource::File(path),
        (None, None, Some(variable)) => PasswordSource::Variable(variable),
        (None, None, None) => PasswordSource::Variable(PASSWORD_VARIABLE.to_owned()),
    };
    match (signer_key, &args.signer_key_file, &args.signer_url) {
        (Some(key), _, _) => Ok(SignerSettings::Key(key.parse()?)),
        (None, Some(path), _) => Ok(SignerSettings::KeyFile(path.clone())),
        (None, None, Some(url)) => parse(url, password),
        (None, None, None) => match (file.key_file, file.url) {
            (Some(_), Some(_)) => Err(ConfigError::TwoSignersInFile),
            (None, Some(url)) => parse(&url, password),
            (path, None) => Ok(SignerSettings::KeyFile(path.unwrap_or_else(|| "signer.key".into()))),
        },
    }
}

fn parse(url: &str, password: PasswordSource) -> Result<SignerSettings, ConfigError> {
    let error = || ConfigError::SignerUrl;
    let (scheme, rest) = url.split_once(':').filter(|(_, rest)| !rest.is_empty()).ok_or_else(error)?;
    // file:///etc/key is file:/etc/key.
    let path = || PathBuf::from(rest.strip_prefix("//").unwrap_or(rest));
    match scheme {
        "file" => Ok(SignerSettings::KeyFile(path())),
        "env" => Ok(SignerSettings::Variable(rest.to_owned())),
        "keystore" => Ok(SignerSettings::Keystore { path: path(), password }),
        "aws-kms" => kms_key(rest).map(SignerSettings::AwsKms).ok_or_else(error),
        _ => Err(error()),
    }
}

fn kms_key(text: &str) -> Option<KmsKey> {
    let (id, query) = text.split_once('?').unwrap_or((text, ""));
    let mut key = KmsKey { id: id.to_owned(), region: None, endpoint: None };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "region" => key.region = Some(value.into_owned()),
            "endpoint" => key.endpoint = Some(value.into_owned()),
            _ => return None,
        }
    }
    Some(key).filter(|key| !key.id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Secrets, Settings};

    fn from(args: ServeArgs, toml: &str, key: Option<&str>) -> Result<SignerSettings, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), toml).unwrap();
        let args = ServeArgs { config: Some(file.path().into()), ..args };
        let secrets = Secrets { signer_key: key, ..Secrets::default() };
        Settings::load(args, secrets).map(|settings| settings.signer).map_err(|error| error.to_string())
    }

    fn url(url: &str) -> Result<SignerSettings, String> {
        from(ServeArgs { signer_url: Some(url.into()), ..ServeArgs::default() }, "", None)
    }

    #[test]
    fn the_url_tells_where_the_key_is() {
        for (text, path) in [("file:a/b.key", "a/b.key"), ("file:/a", "/a"), ("file:///a", "/a")] {
            assert!(
                matches!(url(text), Ok(SignerSettings::KeyFile(found)) if found.as_os_str() == path),
                "{text}"
            );
        }
        assert!(matches!(url("env:A_KEY"), Ok(SignerSettings::Variable(name)) if name == "A_KEY"));
        let arn = "arn:aws:kms:eu-west-1:1:key/2";
        let Ok(SignerSettings::AwsKms(key)) =
            url(&format!("aws-kms:{arn}?region=eu-west-1&endpoint=http%3A%2F%2Fkms"))
        else {
            panic!("a key in KMS")
        };
        assert_eq!((key.id.as_str(), key.region.as_deref()), (arn, Some("eu-west-1")));
        assert_eq!(key.endpoint.as_deref(), Some("http://kms"));
        for text in [
            "signer.key",
            "file:",
            "vault:x",
            "aws-kms:",
            "aws-kms:?region=a",
            "aws-kms:k?regoin=a",
            "0x0101",
        ] {
            assert!(url(text).unwrap_err().contains("signer.url"), "{text}");
        }
        let secret = "11".repeat(32);
        assert!(!url(&secret).unwrap_err().contains(&secret), "a key in the wrong place is not shown");
    }

    #[test]
    fn a_password_is_in_a_file_or_in_the_environment() {
        let password = |toml: &str| match from(ServeArgs::default(), toml, None) {
            Ok(SignerSettings::Keystore { path, password }) => (path, password),
            other => panic!("{other:?}"),
        };
        let toml = "[signer]\nurl = 'keystore:k.json'\n";
        let variable = |name: &str| PasswordSource::Variable(name.to_owned());
        assert_eq!(password(toml), ("k.json".into(), variable("DM3_SIGNER_PASSWORD")));
        assert_eq!(password(&format!("{toml}password_env = 'P'")).1, variable("P"));
        assert_eq!(password(&format!("{toml}password_file = 'p'")).1, PasswordSource::File("p".into()));
        let both =
            from(ServeArgs::default(), &format!("{toml}password_env = 'P'\npassword_file = 'p'"), None);
        assert!(both.unwrap_err().contains("password_file and signer.password_env"));
    }

    #[test]
    fn flags_beat_the_file_and_nobody_signs_with_two_keys() {
        let toml = "[signer]\nurl = 'env:A_KEY'";
        let args = || ServeArgs { signer_key_file: Some("k".into()), ..ServeArgs::default() };
        assert!(matches!(from(args(), toml, None), Ok(SignerSettings::KeyFile(_))));
        let two = ServeArgs { signer_url: Some("env:B".into()), ..args() };
        assert!(from(two, "", None).unwrap_err().contains("more than one"));
        assert!(from(args(), "", Some("01")).unwrap_err().contains("more than one"));
        let in_file = from(ServeArgs::default(), &format!("{toml}\nkey_file = 'k'"), None);
        assert!(in_file.unwrap_err().contains("signer.key_file and signer.url"));
    }
}
