//! The query of an address that people type, follow or bend: what does not fit is told in words.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The parameters of the query of a page.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let whole = |_| Problem::BadQuery { name: String::new(), value: query.to_owned() };
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(whole)?;
        for (name, _) in &pairs {
            let values: Vec<&str> =
                pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
            if values.len() > 1 {
                return Err(Problem::BadQuery { name: name.clone(), value: values.join(", ") });
            }
        }
        serde_urlencoded::from_str(query).map(Self).map_err(whole)
    }
}

/// A number of a query, where it is one of these; nothing where nothing is said.
pub(super) fn number(name: &str, text: &str, from: std::ops::RangeInclusive<usize>) -> Result<Option<usize>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number| from.contains(number));
    number.map(Some).ok_or_else(|| Problem::BadQuery { name: name.to_owned(), value: text.to_owned() })
}

/// A word of a query, where it is one of these, or nothing is said.
pub(super) fn word<'a>(name: &str, text: &str, mut known: impl Iterator<Item = &'a str>) -> Result<(), Problem> {
    if text.is_empty() || known.any(|known| known == text) {
        return Ok(());
    }
    Err(Problem::BadQuery { name: name.to_owned(), value: text.to_owned() })
}
