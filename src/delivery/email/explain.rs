//! What the answer of a mail server means, and whom it is about.

use std::error::Error as _;
use std::time::Duration;

use lettre::address::Address;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Tls};
use lettre::transport::smtp::commands::{Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use super::super::channel::SendError;

/// How long to wait where only a person can help: a wrong password, a relay that does not take us.
pub(super) const LONG_WAIT: Duration = Duration::from_secs(15 * 60);
/// In a crisis nobody waits longer than that.
const LONGEST_CRISIS_WAIT: Duration = Duration::from_secs(60);

/// What is known of a failed attempt.
#[derive(Debug)]
pub(super) enum Meaning {
    /// It is sure what follows.
    Sure(SendError),
    /// The mail was refused with that code, which is final where it was the recipient that was refused.
    Perhaps(u16),
}

/// What an answer means: 4xx is tried again, and 5xx slowly, since a person can mend a login, a
/// certificate or a relay. It is given up only where the recipient's address is what is wrong.
///
/// # Source
/// RFC 5321, section 4.2.1; RFC 3463, section 3.2, for what is wrong with an address (of which .7 and .8
/// speak of the sender's); RFC 4954, section 6, for the codes of a login.
pub(super) fn meaning(error: &smtp::Error, is_crisis: bool) -> Meaning {
    let Some(code) = error.status().map(u16::from) else {
        return Meaning::Sure(if error.is_response() || error.is_client() {
            SendError::Retry("the mail server answered in a way that is not understood".to_owned())
        } else {
            SendError::Unreachable(format!("the mail server cannot be reached: {}", words(error)))
        });
    };
    if matches!(code, 454 | 530 | 534 | 535 | 538) {
        return Meaning::Sure(slowly(
            &format!("the mail server answered {code}: it does not take our login"),
            is_crisis,
        ));
    }
    if !error.is_permanent() {
        return Meaning::Sure(SendError::Retry(format!("the mail server answered {code}")));
    }
    match enhanced(&words(error)) {
        Some((1, detail)) if !matches!(detail, 7 | 8) => Meaning::Sure(refused(code)),
        None if matches!(code, 550 | 551 | 553) => Meaning::Perhaps(code),
        Some(_) | None => Meaning::Sure(later(code, is_crisis)),
    }
}

/// The recipient is refused.
pub(super) fn refused(code: u16) -> SendError {
    SendError::Refused(format!("the mail server answered {code}: it does not know the recipient"))
}

/// Something else is, which a person can mend.
pub(super) fn later(code: u16, is_crisis: bool) -> SendError {
    slowly(&format!("the mail server answered {code}: it does not take mail from us, or not this one"), is_crisis)
}

fn slowly(reason: &str, is_crisis: bool) -> SendError {
    let after = if is_crisis { LONGEST_CRISIS_WAIT } else { LONG_WAIT };
    SendError::RetryAfter { after, reason: reason.to_owned() }
}

/// Subject and detail of an enhanced code of a final refusal, e.g. of `5.1.1 unknown`.
fn enhanced(text: &str) -> Option<(u16, u16)> {
    let mut numbers = text.split_whitespace().next()?.strip_prefix("5.")?.split('.').map(str::parse);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(subject)), Some(Ok(detail)), None) => Some((subject, detail)),
        _ => None,
    }
}

/// The innermost cause.
fn words(error: &smtp::Error) -> String {
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    cause.map_or_else(|| error.to_string(), ToString::to_string)
}

/// Asks a server about a recipient, without a mail: the library does not tell which of its commands
/// was refused.
#[derive(Debug)]
pub(super) struct Enquiry {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) timeout: Duration,
    pub(super) hello: ClientId,
    pub(super) tls: Tls,
    pub(super) login: Option<Credentials>,
    pub(super) from: Address,
}

impl Enquiry {
    /// Whether it is the recipient that the server refuses; no where that cannot be found out.
    pub(super) async fn refuses(&self, to: Address) -> bool {
        tokio::time::timeout(self.timeout, self.ask(to)).await.is_ok_and(|answer| answer.unwrap_or(false))
    }

    async fn ask(&self, to: Address) -> Result<bool, smtp::Error> {
        let (wrapper, upgrade) = match &self.tls {
            Tls::None => (None, None),
            Tls::Wrapper(parameters) => (Some(parameters.clone()), None),
            Tls::Required(parameters) | Tls::Opportunistic(parameters) => (None, Some(parameters.clone())),
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &self.hello, wrapper, None).await?;
        if let Some(parameters) = upgrade {
            connection.starttls(parameters, &self.hello).await?;
        }
        if let Some(login) = &self.login {
            connection.auth(DEFAULT_MECHANISMS, login).await?;
        }
        connection.command(Mail::new(Some(self.from.clone()), Vec::new())).await?;
        let answer = connection.command(Rcpt::new(to, Vec::new())).await;
        connection.abort().await;
        let code = answer.err().and_then(|error| error.status()).map(u16::from);
        Ok(matches!(code, Some(550 | 551 | 553)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enhanced_code_is_read_where_one_stands_first() {
        assert_eq!(enhanced("5.1.1 <x> unknown"), Some((1, 1)));
        assert_eq!(enhanced("5.7.26 no"), Some((7, 26)));
        for text in ["", "unknown", "5.1 no", "5.1.1.1 no", "4.1.1 no", "5.a.1 no"] {
            assert_eq!(enhanced(text), None, "{text}");
        }
    }
}
