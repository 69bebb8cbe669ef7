//! People with accounts, made in a store that no service has open.

use std::path::{Path, PathBuf};

use vagus::console::access::Reader;
use vagus::console::access::account::{Account, Accounts};
use vagus::console::access::password::HashedPassword;
use vagus::domain::person::{PersonId, Role};

/// What everybody's password is.
pub(crate) const PASSWORD: &str = "the heron stands in the reeds";

/// The directory of the store that a configuration names; it is made where it is missing.
pub(crate) fn store_of(config: &str) -> PathBuf {
    let table: toml::Table = config.parse().unwrap();
    let store = PathBuf::from(table["store"]["path"].as_str().unwrap());
    std::fs::create_dir_all(&store).unwrap();
    store
}

/// Makes accounts of these names and roles, for all sites.
pub(crate) fn employ(store: &Path, people: &[(&str, Role)]) {
    let accounts = Accounts::open(&store.join("accounts.json")).unwrap();
    let password = HashedPassword::of(PASSWORD);
    for (name, role) in people {
        let account = Account {
            reader: Reader::new(PersonId::parse(name).unwrap(), *role, Vec::new()),
            password: password.clone(),
            must_change: false,
            is_disabled: false,
            language: None,
            openid: None,
        };
        accounts.add(account).unwrap();
    }
}
