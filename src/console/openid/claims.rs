//! From what the provider says of somebody to a name, a role and sites.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::access::provider::{Granted, Subject, Vouched};
use super::settings::OpenIdSettings;
use crate::domain::ids::SiteId;
use crate::domain::person::PersonId;

/// The claim of that name, or where a JSON pointer leads.
pub(super) fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(name) {
        return Some(value).filter(|value| !value.is_null());
    }
    let (first, rest) = name.strip_prefix('/')?.split_once('/')?;
    claims.get(first)?.pointer(&format!("/{rest}"))
}

/// Whom the provider vouches for, and what the settings grant them.
pub(super) fn judge(settings: &OpenIdSettings, subject: String, claims: &Map<String, Value>) -> Vouched {
    Vouched {
        subject: Subject { issuer: settings.issuer.as_str().to_owned(), subject },
        name: claim(claims, &settings.name_claim).and_then(Value::as_str).and_then(|text| name(settings, text)),
        granted: granted(settings, claim(claims, &settings.role_claim)),
    }
}

fn name(settings: &OpenIdSettings, text: &str) -> Option<PersonId> {
    let text = match &settings.name_suffix {
        Some(suffix) => text.strip_suffix(suffix.as_str())?,
        None => text,
    };
    PersonId::parse(text).ok()
}

/// The role of the first grant that fits, for the sites of all grants of that role that fit.
fn granted(settings: &OpenIdSettings, claim: Option<&Value>) -> Option<Granted> {
    let values: BTreeSet<&str> = match claim? {
        Value::String(value) => BTreeSet::from([value.as_str()]),
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
    };
    let fitting = settings.grants.iter().filter(|grant| values.contains(grant.value.as_str()));
    let mut fitting = fitting.peekable();
    let role = fitting.peek()?.role;
    let mut sites: BTreeSet<SiteId> = BTreeSet::new();
    for grant in fitting.filter(|grant| grant.role == role) {
        if grant.sites.is_empty() {
            // All of them: with others named beside it, still all.
            return Some(Granted { role, sites: Vec::new() });
        }
        sites.extend(grant.sites.iter().cloned());
    }
    Some(Granted { role, sites: sites.into_iter().collect() })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::super::settings::{ClientSecret, Grant, Issuer};
    use super::*;
    use crate::domain::person::Role;

    fn grant(value: &str, role: Role, sites: &[&str]) -> Grant {
        let sites = sites.iter().map(|site| SiteId::parse(site).unwrap()).collect();
        Grant { value: value.to_owned(), role, sites }
    }

    fn settings() -> OpenIdSettings {
        OpenIdSettings {
            issuer: Issuer::parse("https://login.example.org").unwrap(),
            client_id: "vagus".to_owned(),
            client_secret: ClientSecret::parse("sesame").unwrap(),
            label: None,
            scopes: Vec::new(),
            name_claim: "preferred_username".to_owned(),
            name_suffix: None,
            role_claim: "groups".to_owned(),
            grants: vec![
                grant("heads", Role::OhHead, &[]),
                grant("physicians-a", Role::Physician, &["plant-a"]),
                grant("managers", Role::Manager, &["plant-c"]),
                grant("physicians-b", Role::Physician, &["plant-b"]),
                grant("physicians", Role::Physician, &[]),
            ],
            ca_file: None,
            timeout: Duration::from_secs(5),
            passwords_are_for_administrators: false,
        }
    }

    fn vouched(settings: &OpenIdSettings, claims: &Value) -> Vouched {
        judge(settings, "s-1".to_owned(), claims.as_object().unwrap())
    }

    /// The role and the sites that are granted; `*` for all.
    fn told(claims: &Value) -> Option<(Role, String)> {
        let granted = vouched(&settings(), claims).granted?;
        let sites: Vec<&str> = granted.sites.iter().map(SiteId::as_str).collect();
        Some((granted.role, if sites.is_empty() { "*".to_owned() } else { sites.join(",") }))
    }

    #[test]
    fn nothing_is_granted_that_no_line_grants() {
        for claims in [
            json!({}),
            json!({"groups": null}),
            json!({"groups": []}),
            json!({"groups": "physician"}),
            json!({"groups": ["Physicians", "physicians "]}),
            json!({"groups": {"physicians": true}}),
            json!({"groups": [["physicians"]]}),
            json!({"groups": true, "roles": ["physicians"]}),
            json!({"groups": "heads,physicians"}),
        ] {
            assert_eq!(told(&claims), None, "{claims}");
        }
    }

    #[test]
    fn the_first_line_that_fits_gives_the_role_and_all_of_that_role_the_sites() {
        let of = |groups: &[&str]| told(&json!({"groups": groups})).map(|(role, sites)| format!("{role:?} {sites}"));
        assert_eq!(of(&["physicians-b"]).unwrap(), "Physician plant-b");
        assert_eq!(of(&["managers", "x", "physicians-b", "physicians-a"]).unwrap(), "Physician plant-a,plant-b");
        assert_eq!(of(&["physicians", "physicians-a"]).unwrap(), "Physician *");
        assert_eq!(of(&["managers"]).unwrap(), "Manager plant-c");
        assert_eq!(of(&["managers", "heads"]).unwrap(), "OhHead *");
        assert_eq!(told(&json!({"groups": "managers"})).unwrap().1, "plant-c", "a text is one value");
    }

    #[test]
    fn a_claim_is_found_by_its_name_or_where_a_pointer_leads() {
        let nested = OpenIdSettings { role_claim: "/realm_access/roles".to_owned(), ..settings() };
        let claims = json!({"realm_access": {"roles": ["heads"]}, "groups": ["managers"]});
        assert_eq!(vouched(&nested, &claims).granted.unwrap().role, Role::OhHead);
        let dotted = OpenIdSettings { role_claim: "https://example.org/roles".to_owned(), ..settings() };
        assert_eq!(
            vouched(&dotted, &json!({"https://example.org/roles": "heads"})).granted.unwrap().role,
            Role::OhHead
        );
        assert_eq!(vouched(&nested, &json!({"/realm_access": ["heads"]})).granted, None);
    }

    #[test]
    fn a_name_is_one_of_ours_once_its_ending_is_cut_off() {
        let of = |settings: &OpenIdSettings, name: &str| {
            let name = vouched(settings, &json!({"preferred_username": name})).name;
            name.map(|name| name.as_str().to_owned())
        };
        let plain = settings();
        assert_eq!(of(&plain, "dr.lan").as_deref(), Some("dr.lan"));
        for wrong in ["", "dr lan", "lan@example.org", "<b>"] {
            assert_eq!(of(&plain, wrong), None, "{wrong}");
        }
        let mail = OpenIdSettings { name_suffix: Some("@example.org".to_owned()), ..plain };
        assert_eq!(of(&mail, "lan@example.org").as_deref(), Some("lan"));
        for wrong in ["lan", "lan@example.com", "@example.org", "lan@x@example.org"] {
            assert_eq!(of(&mail, wrong), None, "{wrong}");
        }
        assert_eq!(vouched(&mail, &json!({"preferred_username": 7})).name, None);
    }
}
