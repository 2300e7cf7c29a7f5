//! Callbacks as a signed JSON POST, to addresses of the public internet alone.
//!
//! The signature is HMAC-SHA256 over `<timestamp>.<body>` with the secret that came with the run. A Worker cannot look names
//! up, so what is refused is every address that says itself that it is no public one; redirects are not followed, and the
//! platform itself routes nothing to private networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::ports::{CallError, Caller, Clock};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use worker::Url;
use worker::url::Host;

use crate::outbound::{OutboundRequest, fetch};
use crate::stores::hex;

const TIMEOUT_MS: u32 = 10_000;
/// What a receiver answers is of no interest beyond its status.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Sends callbacks.
pub(crate) struct SignedCalls<C> {
    pub(crate) clock: C,
    /// Whether http to this very machine is allowed, for tests; see `Config`.
    pub(crate) test_loopback: bool,
}

impl<C: Clock> Caller for SignedCalls<C> {
    async fn call(&self, url: &str, secret: &str, body: &str) -> Result<(), CallError> {
        check_address(url, self.test_loopback).map_err(|rule| CallError::Forbidden(format!("expected {rule}")))?;
        let timestamp = self.clock.now().0.to_string();
        let request = OutboundRequest {
            url: url.to_owned(),
            headers: vec![
                ("x-equipoise-signature", format!("sha256={}", signature(secret, &timestamp, body))),
                ("x-equipoise-timestamp", timestamp),
            ],
            form: None,
            json: Some(body.to_owned()),
            timeout_ms: TIMEOUT_MS,
            max_bytes: MAX_ANSWER_BYTES,
            follow_redirects: false,
        };
        // The address may carry a token, so neither it nor what it answered is told.
        match fetch(&request).await {
            Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
            Ok(answer) => Err(CallError::Failed(format!("the callback was answered with status {}", answer.status))),
            Err(error) => Err(CallError::Failed(format!("the callback was not delivered: {error}"))),
        }
    }
}

/// The signature of a body, 64 hexadecimal digits.
fn signature(secret: &str, timestamp: &str, body: &str) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    for part in [timestamp, ".", body] {
        mac.update(part.as_bytes());
    }
    hex(&mac.finalize().into_bytes())
}

/// Whether an address may be called; the error is the rule it breaks.
///
/// # Errors
/// The rule, as "an https address …".
pub(crate) fn check_address(address: &str, test_loopback: bool) -> Result<(), &'static str> {
    const RULE: &str = "an https address of a public host, without user and password";
    let url = Url::parse(address).map_err(|_| RULE)?;
    let host = url.host().ok_or(RULE)?;
    if test_loopback && matches!(host, Host::Ipv4(address) if address.is_loopback()) {
        return Ok(());
    }
    let is_public = match host {
        Host::Ipv4(address) => is_public_v4(address),
        Host::Ipv6(address) => is_public(IpAddr::V6(address)),
        Host::Domain(name) => is_public_name(name),
    };
    let good = url.scheme() == "https" && url.username().is_empty() && url.password().is_none() && is_public;
    if good && address.len() <= 2_000 { Ok(()) } else { Err(RULE) }
}

/// Names that no public resolver answers, or that mean this machine.
fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let private =
        ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "test", "arpa", "onion"];
    name.contains('.') && !private.iter().any(|zone| name == *zone || name.ends_with(&format!(".{zone}")))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_broadcast()
        || address.is_multicast()
        // This network, shared addresses, protocol assignments, benchmarks, what is reserved.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // A v4 address in a v6 one: mapped, compatible, or behind a translator.
    let carried = Ipv4Addr::from((u32::from(segments[6]) << 16) | u32::from(segments[7]));
    let translated = segments[0] == 0x64 && segments[1] == 0xff9b;
    if segments[..5].iter().all(|segment| *segment == 0) || translated {
        return (segments[5] == 0xffff || translated) && is_public_v4(carried);
    }
    // Global unicast alone, without documentation, 6to4 and Teredo, which carry addresses of others.
    segments[0] & 0xe000 == 0x2000
        && segments[0] != 0x2002
        && !(segments[0] == 0x2001 && (segments[1] == 0 || segments[1] == 0xdb8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_https_addresses_may_be_called() {
        for good in ["https://hooks.example.com/a?token=x", "https://8.8.8.8/", "https://[2606:4700::1111]:8443/x"] {
            assert_eq!(check_address(good, false), Ok(()), "{good}");
        }
        for bad in [
            "http://hooks.example.com/",
            "ftp://hooks.example.com/",
            "https://user:pass@hooks.example.com/",
            "https://localhost/",
            "https://printer.local/",
            "https://metadata.google.internal/",
            "https://intranet/",
            "https://a.localhost./",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://100.64.0.1/",
            "https://198.18.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:7f00:1::]/",
            "not an address",
            "https://",
        ] {
            assert!(check_address(bad, false).is_err(), "{bad}");
        }
        assert_eq!(check_address("http://127.0.0.1:9/hook", true), Ok(()));
        assert!(check_address("http://10.0.0.1/hook", true).is_err());
    }

    #[test]
    fn a_signature_is_the_one_that_openssl_makes() {
        // printf '1700000000000.{"id":7}' | openssl dgst -sha256 -hmac 'a secret of sixteen'
        let made = signature("a secret of sixteen", "1700000000000", r#"{"id":7}"#);
        assert_eq!(made, "41889556bbd860d4a7acb7b1728852e0f5732692926fd3fca4f1311a3b065ea3");
    }
}
