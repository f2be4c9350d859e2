//! Argon2id away from the workers, with a bound on how many run at once (G51).

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Hashes and verifies; cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    dummy: Arc<str>,
}

fn argon2() -> Argon2<'static> {
    // Parameters of RFC 9106's second choice as OWASP states them: 19 MiB, two passes, one lane.
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

fn hash_now(password: &str) -> Result<String> {
    let hash = argon2()
        .hash_password(password.as_bytes())
        .map_err(|error| Error::internal(error.to_string()))?;
    Ok(hash.to_string())
}

/// A one-time password: 120 bits in a form that can be typed.
///
/// # Errors
/// `INTERNAL` if the random source of the machine fails.
pub fn one_time() -> Result<String> {
    let mut bytes = [0_u8; 15];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether a kept hash was made with other parameters than today's, so that the next sign-in renews it.
#[must_use]
pub fn is_outdated(hash: &str) -> bool {
    let wanted = Params::default();
    PasswordHash::new(hash)
        .ok()
        .and_then(|hash| {
            let kept = Params::try_from(&hash).ok()?;
            Some(
                hash.algorithm.as_str() != "argon2id"
                    || kept.m_cost() != wanted.m_cost()
                    || kept.t_cost() != wanted.t_cost()
                    || kept.p_cost() != wanted.p_cost(),
            )
        })
        .unwrap_or(true)
}

impl Passwords {
    /// At most `permits` hashes at once, 19 MiB each.
    ///
    /// # Errors
    /// `INTERNAL` if the random source of the machine fails.
    pub fn new(permits: usize) -> Result<Self> {
        // Compared with when the account is unknown, so that both answers take the same time.
        let dummy = hash_now("no account has this password")?;
        Ok(Self {
            permits: Arc::new(Semaphore::new(permits.max(1))),
            dummy: dummy.into(),
        })
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// `INTERNAL`.
    pub async fn hash(&self, password: String) -> Result<String> {
        let _permit = self.permits.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || hash_now(&password))
            .await
            .map_err(Error::internal)?
    }

    /// Whether the password fits; `None` stands for an unknown account and costs the same.
    ///
    /// # Errors
    /// `INTERNAL`.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy.to_string());
        let _permit = self.permits.acquire().await.map_err(Error::internal)?;
        let fits = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&hash)
                .is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
        .map_err(Error::internal)?;
        Ok(fits && known)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// G51
    #[test]
    fn a_hash_of_other_parameters_is_outdated() {
        let now = hash_now("Icu-Demo-2026!").unwrap();
        assert!(now.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{now}");
        assert!(!is_outdated(&now));
        assert!(is_outdated(&now.replace("t=2", "t=1")));
        assert!(is_outdated("nonsense"));
    }

    #[test]
    fn one_time_passwords_differ_and_pass_the_rules() {
        let (a, b) = (one_time().unwrap(), one_time().unwrap());
        assert_ne!(a, b);
        assert_eq!(a.len(), 20);
    }
}
