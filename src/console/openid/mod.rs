//! Signing in through an OpenID provider: the code flow with PKCE, a state and a nonce.
//!
//! Somebody who wants to sign in comes in and is sent to the provider; they come back with a code, and what the
//! provider vouches for leaves. What it says counts only signed, fresh, for us, and for the sign-in that this
//! browser began. What is kept of the provider is what it publishes; when its keys change it is asked anew.

mod begun;
mod claims;
mod http;
pub mod settings;

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthType, AuthorizationCode, ClaimsVerificationError, Client, ClientId,
    ClientSecret as SentSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IdTokenClaims, IdTokenFields, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse as _, UserInfoError,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::access::provider::Vouched;
use super::access::session::Token;
use super::wall;
use crate::domain::{SignedDuration, Timestamp};
use begun::{Begun, BegunSignIns};
use http::Http;
pub use http::HttpError;
use settings::{OpenIdSettings, may_be_told};

/// What the provider publishes is asked for anew after so long, also where its keys still fit.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(1);
/// A provider that did not answer is left alone for so long, and whoever comes meanwhile is told at once. Our own choice.
const LEFT_ALONE: SignedDuration = SignedDuration::from_secs(5);
/// A failure that lies so far ahead is of a clock that was set back, and says nothing.
const AHEAD: SignedDuration = SignedDuration::from_mins(-1);

/// Signatures that count: made with a key that only the provider has.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why nobody is vouched for.
#[derive(Debug, thiserror::Error)]
pub enum OpenIdError {
    /// The provider is not there, or not as it should be: the setting, the way to it, or the provider itself.
    #[error("the OpenID provider does not answer as it should: {0}")]
    Away(String),
    /// This browser began no such sign-in, or too long ago.
    #[error("this browser began no such sign-in, or too long ago")]
    Stale,
    /// The provider does not sign them in.
    #[error("the OpenID provider does not sign them in: {0}")]
    Declined(String),
    /// What the provider said does not hold.
    #[error("what the OpenID provider said does not hold: {0}")]
    Untrue(String),
}

/// Every claim that the standard has no name for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Others {
    #[serde(flatten)]
    claims: Map<String, Value>,
}

impl AdditionalClaims for Others {}

type Tokens = StandardTokenResponse<
    IdTokenFields<
        Others,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// Our side of the conversation, as the provider's metadata make it.
type OurClient = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the provider sends a browser back with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Return {
    /// The state that the sign-in began with.
    pub(super) state: String,
    /// What is exchanged for the token.
    pub(super) code: Option<String>,
    /// The name of why there is none.
    pub(super) error: Option<String>,
    /// Who sent it back.
    pub(super) issuer: Option<String>,
}

/// What the provider publishes, and when it was asked.
#[derive(Debug)]
struct Published {
    metadata: CoreProviderMetadata,
    at: Timestamp,
}

/// That the provider did not answer: why, and when that was known.
#[derive(Debug)]
struct Failed {
    why: String,
    at: Timestamp,
}

/// Signs people in through one provider. Clones are the same.
#[derive(Debug, Clone)]
pub struct OpenId {
    settings: Arc<OpenIdSettings>,
    http: Http,
    begun: BegunSignIns,
    published: Arc<RwLock<Option<Arc<Published>>>>,
    /// Held by the one who asks; the others wait for what comes of it.
    asking: Arc<tokio::sync::Mutex<Option<Failed>>>,
}

impl OpenId {
    /// Nothing is connected to yet: the provider may be away while the service starts.
    ///
    /// # Errors
    /// [`HttpError`] where the authority's file is unusable.
    pub fn new(settings: OpenIdSettings) -> Result<Self, HttpError> {
        let http = Http::new(settings.ca_file.as_deref(), settings.timeout)?;
        let settings = Arc::new(settings);
        let begun = BegunSignIns::default();
        Ok(Self { settings, http, begun, published: Arc::default(), asking: Arc::default() })
    }

    /// How it was set up.
    pub(super) fn settings(&self) -> &OpenIdSettings {
        &self.settings
    }

    /// Begins a sign-in, of a browser at that address, that ends at the address `back` of ours: where the browser is sent,
    /// and what its cookie holds.
    ///
    /// # Errors
    /// [`OpenIdError::Away`] where the provider says not where to send it.
    pub(super) async fn begin(
        &self,
        back: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(String, Token), OpenIdError> {
        let published = self.published(now).await?;
        let client = self.client(&published.metadata, back)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        let (url, state, nonce) = request.url();
        if !may_be_told(&url) {
            return Err(OpenIdError::Away(HttpError::Clear(url.origin().ascii_serialization()).to_string()));
        }
        let state = Token::sent(state.secret());
        Ok((url.into(), self.begun.keep(Begun { state, nonce, verifier, at: now, address })))
    }

    /// Ends a sign-in: whom the provider vouches for.
    ///
    /// # Errors
    /// [`OpenIdError`] where it vouches for nobody.
    pub(super) async fn end(
        &self,
        back: &str,
        cookie: &Token,
        returned: Return,
        now: Timestamp,
    ) -> Result<Vouched, OpenIdError> {
        let begun = self.begun.take(cookie, &Token::sent(&returned.state), now).ok_or(OpenIdError::Stale)?;
        if returned.issuer.is_some_and(|issuer| issuer != self.settings.issuer.as_str()) {
            return Err(OpenIdError::Untrue("another issuer sent the browser back".to_owned()));
        }
        let code = match (returned.code, returned.error) {
            (Some(code), None) => AuthorizationCode::new(code),
            (_, Some(error)) => return Err(OpenIdError::Declined(error)),
            (None, None) => return Err(OpenIdError::Untrue("it sent neither a code nor a reason".to_owned())),
        };
        let published = self.published(now).await?;
        let client = self.client(&published.metadata, back)?;
        let request = client.exchange_code(code).map_err(|error| OpenIdError::Away(error.to_string()))?;
        let tokens: Tokens =
            request.set_pkce_verifier(begun.verifier).request_async(&self.http).await.map_err(not_exchanged)?;
        let (client, token) = match verified(&client, &tokens, &begun.nonce) {
            Err(error) if is_of_another_key(&error) => {
                // Its keys changed since it was asked.
                let client = self.client(&self.newer(Some(&published), now).await?.metadata, back)?;
                let token = verified(&client, &tokens, &begun.nonce).map_err(untrue)?;
                (client, token)
            }
            checked => (client, checked.map_err(untrue)?),
        };
        let claims = self.claims(&client, &tokens, &token).await?;
        Ok(claims::judge(&self.settings, token.subject().to_string(), &claims))
    }

    /// What the token says of somebody, and where that is not all that is needed, what the provider says when asked.
    async fn claims(
        &self,
        client: &OurClient,
        tokens: &Tokens,
        token: &IdTokenClaims<Others, CoreGenderClaim>,
    ) -> Result<Map<String, Value>, OpenIdError> {
        let mut claims = object(token);
        let needed = [&self.settings.name_claim, &self.settings.role_claim];
        if needed.iter().all(|name| claims::claim(&claims, name).is_some()) {
            return Ok(claims);
        }
        // It goes into a header, and the library takes it for granted that it can.
        let is_sendable = tokens.access_token().secret().bytes().all(|byte| byte.is_ascii_graphic());
        let request = client.user_info(tokens.access_token().clone(), Some(token.subject().clone()));
        let Some(request) = request.ok().filter(|_| is_sendable) else { return Ok(claims) };
        let told: Result<openidconnect::UserInfoClaims<Others, CoreGenderClaim>, _> =
            request.request_async(&self.http).await;
        let told = told.map_err(|error| {
            if let UserInfoError::Request(error) = error {
                return OpenIdError::Away(error.to_string());
            }
            OpenIdError::Untrue(chain(&error))
        })?;
        for (name, value) in object(&told) {
            // What was signed counts.
            claims.entry(name).or_insert(value);
        }
        Ok(claims)
    }

    /// Asks the provider what it publishes, as before the first sign-in.
    ///
    /// # Errors
    /// [`OpenIdError`] where it is not there, or not as the setting says.
    pub async fn reach(&self, now: Timestamp) -> Result<(), OpenIdError> {
        self.published(now).await.map(|_| ())
    }

    /// What the provider publishes, as it was asked for not long ago.
    async fn published(&self, now: Timestamp) -> Result<Arc<Published>, OpenIdError> {
        match self.known(now) {
            Some(known) => Ok(known),
            None => self.newer(None, now).await,
        }
    }

    fn known(&self, now: Timestamp) -> Option<Arc<Published>> {
        let known = self.published.read().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| now.duration_since(known.at).abs() < KEPT_FOR)
    }

    /// What the provider publishes, where what is known is none, too old, or `than`. One asks for all who wait.
    async fn newer(&self, than: Option<&Arc<Published>>, now: Timestamp) -> Result<Arc<Published>, OpenIdError> {
        let mut failed = self.asking.lock().await;
        // Somebody may have asked while this one waited.
        let known = self.known(now).filter(|known| than.is_none_or(|than| !Arc::ptr_eq(than, known)));
        if let Some(known) = known {
            return Ok(known);
        }
        if let Some(failed) = &*failed
            && (AHEAD..LEFT_ALONE).contains(&now.duration_since(failed.at))
        {
            return Err(OpenIdError::Away(format!("{} (asked a moment ago)", failed.why)));
        }
        let asked = self.ask(now).await;
        // Told by the time it took: whoever waited is not to wait once more.
        *failed = asked.as_ref().err().map(|error| Failed { why: error.to_string(), at: wall() });
        asked
    }

    /// Asks the provider what it publishes, its keys included.
    async fn ask(&self, now: Timestamp) -> Result<Arc<Published>, OpenIdError> {
        let issuer = self.settings.issuer.url().clone();
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.http).await;
        let metadata = metadata.map_err(|error| OpenIdError::Away(chain(&error)))?;
        let published = Arc::new(Published { metadata, at: now });
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&published));
        Ok(published)
    }

    fn client(&self, metadata: &CoreProviderMetadata, back: &str) -> Result<OurClient, OpenIdError> {
        let OpenIdSettings { client_id, client_secret, .. } = &*self.settings;
        let (id, secret) = (ClientId::new(client_id.clone()), SentSecret::new(client_secret.tell()));
        let back = RedirectUrl::new(back.to_owned()).map_err(|error| OpenIdError::Away(error.to_string()))?;
        let client = OurClient::from_provider_metadata(metadata.clone(), id, Some(secret)).set_redirect_uri(back);
        // Where it does not say, it takes them in the header (OpenID Connect Discovery 1.0, section 3).
        let ways = metadata.token_endpoint_auth_methods_supported();
        let is_in_body = ways.is_some_and(|ways| {
            ways.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !ways.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        Ok(client.set_auth_type(if is_in_body { AuthType::RequestBody } else { AuthType::BasicAuth }))
    }
}

/// What the token says, if all of it holds.
///
/// # Source
/// OpenID Connect Core 1.0, sections 3.1.3.7 and 3.1.3.8.
fn verified(
    client: &OurClient,
    tokens: &Tokens,
    nonce: &Nonce,
) -> Result<IdTokenClaims<Others, CoreGenderClaim>, ClaimsVerificationError> {
    let other = |what: &str| ClaimsVerificationError::Other(what.to_owned());
    let token = tokens.id_token().ok_or_else(|| other("there is no ID token"))?;
    let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES);
    let claims = token.claims(&verifier, nonce)?;
    // The library leaves this one out.
    if claims.authorized_party().is_some_and(|party| party != client.client_id()) {
        return Err(ClaimsVerificationError::InvalidAudience("it was made for another party".to_owned()));
    }
    if let Some(expected) = claims.access_token_hash() {
        let (alg, key) = (token.signing_alg(), token.signing_key(&verifier));
        let (alg, key) =
            (alg.map_err(|error| other(&error.to_string()))?, key.map_err(|error| other(&error.to_string()))?);
        let actual = AccessTokenHash::from_token(tokens.access_token(), alg, key);
        if actual.map_err(|error| other(&error.to_string()))? != *expected {
            return Err(other("the access token is not the one it was made with"));
        }
    }
    Ok(claims.clone())
}

/// Whether a token was signed with a key that the provider did not publish when it was asked.
fn is_of_another_key(error: &ClaimsVerificationError) -> bool {
    let ClaimsVerificationError::SignatureVerification(error) = error else { return false };
    // Without a name, or under the old one, a new key shows by its signature.
    matches!(
        error,
        SignatureVerificationError::NoMatchingKey
            | SignatureVerificationError::CryptoError(_)
            | SignatureVerificationError::AmbiguousKeyId(_)
    )
}

fn untrue(error: ClaimsVerificationError) -> OpenIdError {
    OpenIdError::Untrue(chain(&error))
}

fn not_exchanged(error: RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>) -> OpenIdError {
    match error {
        RequestTokenError::Request(error) => OpenIdError::Away(error.to_string()),
        // Its description is the provider's own text; the name says enough.
        RequestTokenError::ServerResponse(answer) => {
            let name = answer.error();
            let is_ours =
                [CoreErrorResponseType::InvalidClient, CoreErrorResponseType::UnauthorizedClient].contains(name);
            match is_ours {
                true => OpenIdError::Away(format!("it knows no such client_id and secret ({name})")),
                false => OpenIdError::Untrue(format!("it takes no such code ({name})")),
            }
        }
        RequestTokenError::Parse(error, _) => OpenIdError::Untrue(format!("its answer makes no sense: {error}")),
        RequestTokenError::Other(error) => OpenIdError::Untrue(error),
    }
}

/// An error with everything that led to it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        told = format!("{told}: {inner}");
        cause = inner.source();
    }
    told
}

fn object(claims: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(claims)) => claims,
        Ok(_) | Err(_) => Map::new(),
    }
}

#[cfg(test)]
#[path = "asking_tests.rs"]
mod tests;
