//! Detached signatures of saved plans, in minisign's format: who reviewed a plan signs it, and who applies it verifies
//! the signature. That of `plan.json` is in `plan.json.minisig`.

use std::ffi::OsString;
use std::io::{Cursor, IsTerminal};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use minisign::{SecretKey, SecretKeyBox};
use minisign_verify::{PublicKey, Signature};

use super::output::Failure;
use super::write::{Readers, write};

/// The variable with the password of the key.
pub(crate) const PASSWORD: &str = "PLUMB_SIGN_PASSWORD";

fn signature_of(plan: &Path) -> PathBuf {
    let mut name: OsString = plan.as_os_str().to_owned();
    name.push(".minisig");
    name.into()
}

/// Signs what was written to a file.
pub(crate) fn sign(plan: &Path, text: &str, key: &Path) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::text(format!("{} cannot sign the plan: {error}", key.display()))
    };
    let text_of_key = std::fs::read_to_string(key).map_err(|error| failed(&error))?;
    let boxed = SecretKeyBox::from_string(&text_of_key).map_err(|error| failed(&error))?;
    let key = match without_password(&text_of_key) {
        Some(key) => key,
        None => {
            let password = std::env::var(PASSWORD).ok();
            if password.is_none() && !std::io::stdin().is_terminal() {
                return Err(failed(&format!(
                    "the key has a password, and there is no terminal to ask on; set {PASSWORD}"
                )));
            }
            boxed.into_secret_key(password).map_err(|error| failed(&error))?
        }
    };
    let signature = minisign::sign(None, &key, Cursor::new(text.as_bytes()), None, None)
        .map_err(|error| failed(&error))?;
    write(&signature_of(plan), &signature.into_string(), Readers::Usual)
}

/// The key, if it has no password. `minisign -G -W` writes no checksum into one, so that there is none to compare.
fn without_password(file: &str) -> Option<SecretKey> {
    let key = SecretKey::from_bytes(&BASE64.decode(file.lines().nth(1)?).ok()?).ok()?;
    (!key.is_encrypted()).then_some(key)
}

/// Verifies the signature of a plan; `key` is a file with a public key, or the key itself.
pub(crate) fn verify(plan: &Path, text: &str, key: &str) -> Result<(), Failure> {
    let public = if Path::new(key).is_file() {
        PublicKey::from_file(key)
    } else {
        PublicKey::from_base64(key)
    };
    let public = public.map_err(|error| {
        Failure::text(format!(
            "--verify: this is neither a public key nor a file with one: {error}"
        ))
    })?;
    let file = signature_of(plan);
    let signature = Signature::from_file(&file).map_err(|error| {
        Failure::refused(format!(
            "the plan is not signed: {} could not be read: {error}",
            file.display()
        ))
    })?;
    public.verify(text.as_bytes(), &signature, false).map_err(|error| {
        Failure::refused(format!(
            "{} is no signature of {} with this key: {error}",
            file.display(),
            plan.display()
        ))
    })
}
