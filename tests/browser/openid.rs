//! Signing in through the provider of another site, as browsers see it: its cookies, its page, and the way back.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::accessible::{assert_none, axe, look};
use crate::browser::Browser;
use crate::clinic::Clinic;
use crate::support::provider::{Provider, SECRET};
use crate::words::ENGLISH;

const BUTTON: &str = "Sign in with the account of your organisation";

/// Types a name into the provider's own form.
const SIGN_IN_THERE: &str = "document.querySelector('[name=login]').value = arguments[0];
    document.querySelector('[name=password]').value = 'any';
    document.forms[0].submit();";

#[test]
fn whoever_comes_back_from_the_provider_of_another_site_is_signed_in() {
    let provider = Provider::called("localhost", None);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("openid.secret");
    std::fs::write(&file, SECRET).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let clinic = Clinic::configured(&format!(
        "[http.openid]\nissuer = \"http://localhost:{}\"\nclient_id = \"vagus\"\nclient_secret_file = {file:?}\n\
         scopes = [\"profile\", \"groups\"]\n\
         [[http.openid.grants]]\nvalue = \"physicians\"\nrole = \"physician\"\nsites = [\"*\"]\n",
        provider.port()
    ));
    provider.know(&clinic.address(), &[("dr.hoa", &["physicians"])]);
    let browser = Browser::start(&clinic.address());
    browser.open("/sign-in");
    browser.sees_heading(ENGLISH.sign_in_title);
    assert_none(&look(&browser, &axe(), "signing in with a provider"));
    browser.picture("sign-in-openid-en");
    browser.follow(BUTTON);
    browser.until("the provider asks who it is", || browser.has("//input[@name='login']").then_some(()));
    browser.run(SIGN_IN_THERE, vec![json!("dr.hoa")]);
    browser.sees_heading(ENGLISH.inbox);
    browser.sees("dr.hoa, physician");

    // Signed out here, and known there: one click is enough.
    browser.press_above(ENGLISH.sign_out);
    browser.sees_heading(ENGLISH.sign_in_title);
    browser.follow(BUTTON);
    browser.sees_heading(ENGLISH.inbox);

    // Whoever is in no group any more is told so.
    browser.press_above(ENGLISH.sign_out);
    provider.know(&clinic.address(), &[("dr.hoa", &[])]);
    browser.follow(BUTTON);
    browser.sees("Your organisation knows you, but nothing in Vagus is open to you.");
    assert_none(&look(&browser, &axe(), "turned away"));
    browser.picture("sign-in-openid-turned-away-en");
    browser.open("/cases");
    browser.sees_heading(ENGLISH.sign_in_title);
}
