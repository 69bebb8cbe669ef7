//! When which unit was last asked about, by rule: what keeps the same request from being made again.
//!
//! A view like the outbox, in whose tree it lives and with which it follows the journal's decisions.
//! It holds one date for each unit and rule that ever matched, so it never needs to be cut.

use std::collections::BTreeMap;

use sled::Tree;

use super::error::ViewError;
use super::records::Record;
use super::types::AskedUnit;
use crate::domain::Date;
use crate::domain::alert::RuleId;
use crate::domain::ids::{SiteId, UnitId};

const ASKED: u8 = b'u';

type Key = (SiteId, UnitId, RuleId);

/// The last request of each unit and rule.
pub(super) struct Asked {
    tree: Tree,
    last: BTreeMap<Key, Date>,
}

impl Asked {
    /// Opens what the view has of it.
    pub(super) fn open(tree: Tree) -> Result<Self, ViewError> {
        let mut last = BTreeMap::new();
        for entry in tree.scan_prefix([ASKED]) {
            let AskedUnit { site, unit, rule, on } = AskedUnit::decode(&entry?.1)?;
            last.insert((site, unit, rule), on);
        }
        Ok(Self { tree, last })
    }

    /// Notes a request; an older one than is known changes nothing.
    pub(super) fn note(&mut self, asked: &AskedUnit) -> Result<(), ViewError> {
        let AskedUnit { site, unit, rule, on } = asked.clone();
        let key = (site, unit, rule);
        if self.last.get(&key).is_some_and(|known| *known >= on) {
            return Ok(());
        }
        // No name holds a zero.
        let names = [key.0.as_str(), key.1.as_str(), key.2.as_str()].join("\0");
        self.tree.insert([&[ASKED], names.as_bytes()].concat(), asked.encode())?;
        self.last.insert(key, on);
        Ok(())
    }

    /// Goes on in a tree that has a copy of everything.
    pub(super) fn go_on_in(&mut self, tree: Tree) {
        self.tree = tree;
    }

    /// When it was last asked.
    pub(super) fn last(&self, site: &SiteId, unit: &UnitId, rule: &RuleId) -> Option<Date> {
        self.last.get(&(site.clone(), unit.clone(), rule.clone())).copied()
    }

    /// Everything in it, for a snapshot.
    pub(super) fn image(&self) -> impl Iterator<Item = AskedUnit> {
        self.last.iter().map(|((site, unit, rule), on)| AskedUnit {
            site: site.clone(),
            unit: unit.clone(),
            rule: rule.clone(),
            on: *on,
        })
    }
}
