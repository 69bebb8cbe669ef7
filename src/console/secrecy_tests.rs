//! Claims about who learns what: every route, every role, their own site and another one.

use axum::http::StatusCode;

use super::access::{Field, Reach, grants};
use super::fake::{Canaries, Guest, House, SITES, canaries, case_id};
use super::gate::Need;
use super::routes;
use crate::domain::person::Role;

/// Who asks: in which role, of which of [`SITES`], and whether they lead both cases of the first one.
struct Asker {
    role: Role,
    site: usize,
    is_assigned: bool,
    guest: Guest,
}

impl Asker {
    /// Whether they may see a field of a case of that site, told from the table alone.
    fn sees(&self, field: Field, site: usize) -> bool {
        self.site == site
            && match grants::reach(self.role, field) {
                Some(Reach::Site) => true,
                Some(Reach::Assigned) => self.is_assigned && site == 0,
                None => false,
            }
    }

    /// What an answer must not hold of a site.
    fn hidden(&self, site: usize) -> Vec<String> {
        let Canaries { worker, unit, summary, note, numbers, answer } = canaries(site);
        let may = |fields: &[Field]| fields.iter().any(|field| self.sees(*field, site));
        let knows_workers = may(&[Field::Case, Field::Worker, Field::Audit]);
        let mut hidden = Vec::new();
        hidden.extend((!knows_workers).then_some(worker));
        hidden.extend((!knows_workers && !may(&[Field::Groups, Field::Review])).then_some(unit));
        if !may(&[Field::Evidence]) {
            hidden.extend(numbers.map(|number| format!("{number:.0}")));
            hidden.push(summary);
        }
        hidden.extend((!may(&[Field::Notes])).then_some(note));
        if !may(&[Field::Answers]) {
            hidden.extend([format!(">{answer}<"), format!("[{answer},")]);
        }
        hidden
    }

    /// What a `GET` of a route is answered with.
    fn expected(&self, path: &str, need: Need) -> Option<StatusCode> {
        let Need::Field(field) = need else { return None };
        if grants::reach(self.role, field).is_none() {
            return Some(StatusCode::FORBIDDEN);
        }
        let is_theirs = match path {
            _ if path.contains("{case}") || path.contains("{worker}") => self.sees(field, 0),
            _ if path.contains("{site}") => self.site == 0,
            _ => true,
        };
        Some(if is_theirs { StatusCode::OK } else { StatusCode::NOT_FOUND })
    }
}

fn askers(house: &House) -> Vec<Asker> {
    let mut askers = Vec::new();
    for role in Role::ALL {
        for (site, name) in SITES.iter().enumerate() {
            let guest = house.enter(&format!("{}.{site}", role.as_str()), *role, &[name]);
            askers.push(Asker { role: *role, site, is_assigned: false, guest });
        }
    }
    askers
}

fn address(path: &str, is_crisis: bool) -> String {
    path.replace("{case}", &case_id(0, is_crisis))
        .replace("{site}", SITES[0])
        .replace("{worker}", &canaries(0).worker)
        .replace("{name}", "vagus.css")
        .replace("{account}", "nobody")
        .replace("{token}", &"0".repeat(64))
}

/// An answer without what is drawn by chance: the word of the session, and moments.
fn told(body: &str, guest: &Guest) -> String {
    let mut parts = body.split("datetime=\"");
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        told.push_str(part.split_once('"').map_or("", |(_, rest)| rest));
    }
    told.replace(&guest.csrf, "")
}

async fn hold_against_the_table(house: &House, asker: &Asker) {
    for route in routes() {
        if route.need == Need::Source || route.path.ends_with("openapi.json") || route.path.starts_with("/assets") {
            continue;
        }
        let Some(methods) = house.methods_of(&asker.guest, &route).await else { continue };
        if !methods.contains("GET") {
            continue;
        }
        for is_crisis in [false, true] {
            let address = address(route.path, is_crisis);
            let answer = house.get(Some(&asker.guest), &address).await;
            let who = format!("{:?} of {}, assigned {}: {address}", asker.role, SITES[asker.site], asker.is_assigned);
            if let Some(expected) = asker.expected(route.path, route.need) {
                assert_eq!(answer.status, expected, "{who}");
            }
            let told = told(&answer.body, &asker.guest);
            for hidden in (0..SITES.len()).flat_map(|site| asker.hidden(site)) {
                assert!(!told.contains(&hidden), "{who} tells {hidden}: {told}");
            }
        }
    }
}

#[tokio::test]
async fn every_route_answers_every_role_as_the_table_says_and_tells_nothing_of_what_is_denied() {
    let house = House::new();
    for asker in askers(&house) {
        hold_against_the_table(&house, &asker).await;
    }
    // The same, for those who lead the cases of the first site.
    for mut asker in askers_again(&house) {
        for is_crisis in [false, true] {
            house.office.assign(&case_id(0, is_crisis), asker.guest.reader.id.as_str());
        }
        asker.is_assigned = true;
        hold_against_the_table(&house, &asker).await;
    }
}

/// The same people of the first site, in new sessions.
fn askers_again(house: &House) -> Vec<Asker> {
    let accounts = house.console.accounts().all();
    let first = accounts.into_iter().filter(|account| account.reader.id.as_str().ends_with(".0"));
    first
        .map(|account| {
            let guest = house.sign_in_again(&account.reader);
            Asker { role: account.reader.role, site: 0, is_assigned: false, guest }
        })
        .collect()
}

#[tokio::test]
async fn what_is_granted_is_shown_so_the_canaries_can_sing() {
    let house = House::new();
    let physician = house.enter("dr.an", Role::Physician, &["plant-a"]);
    house.office.assign(&case_id(0, false), "dr.an");
    let answer = house.get(Some(&physician), &format!("/cases/{}", case_id(0, false))).await;
    let Canaries { worker, unit, summary, note, numbers, answer: item } = canaries(0);
    let told = told(&answer.body, &physician);
    for shown in
        [worker, unit, summary, note, format!("{:.0}", numbers[0]), format!("{:.0}", numbers[1]), format!(">{item}<")]
    {
        assert!(told.contains(&shown), "{shown}: {told}");
    }
}

#[tokio::test]
async fn ten_thousand_ids_asked_for_by_the_wrong_person_tell_nothing_and_are_all_written_down() {
    const IDS: usize = 10_000;
    let house = House::new();
    let foreign = house.enter("dr.b", Role::Physician, &["plant-b"]);
    let counsellor = house.enter("coun.a", Role::Counsellor, &["plant-a"]);
    let before = house.audit().len();
    let mut first: Option<(StatusCode, String)> = None;
    for number in 0..IDS {
        let random: u64 = rand::random();
        let is_real = number % 50 == 0;
        let case = if is_real { case_id(0, number % 100 == 0) } else { format!("c-{random:016X}") };
        let worker = if is_real { canaries(0).worker } else { format!("w-{random:016x}") };
        let (guest, address) = match number % 4 {
            0 => (&foreign, format!("/cases/{case}")),
            1 => (&counsellor, format!("/cases/{}", if number % 100 == 1 { case_id(0, false) } else { case })),
            2 => {
                (&foreign, format!("/workers/plant-a/{}", if number % 100 == 2 { canaries(0).worker } else { worker }))
            }
            _ => (&foreign, format!("/workers/plant-b/{worker}")),
        };
        let answer = house.get(Some(guest), &address).await;
        let found = (answer.status, answer.body);
        assert_eq!(found.0, StatusCode::NOT_FOUND, "{address}");
        assert_eq!(first.get_or_insert_with(|| found.clone()), &found, "{address}");
    }
    let lines = house.audit();
    assert_eq!(lines.len() - before, IDS);
    assert!(
        lines.iter().take(IDS).all(|line| line.outcome == "denied" && (line.case.is_some() || line.worker.is_some()))
    );
}

#[tokio::test]
async fn what_changes_something_is_refused_to_whoever_may_not_see_it() {
    let house = House::new();
    for asker in askers(&house) {
        for route in routes() {
            let Need::Field(field) = route.need else { continue };
            if grants::reach(asker.role, field).is_some() {
                continue;
            }
            let answer = house.post(&asker.guest, &address(route.path, true), &[("deed", "note"), ("note", "x")]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{:?} {}", asker.role, route.path);
        }
        let foreign = case_id(1 - asker.site, false);
        let answer = house.post(&asker.guest, &format!("/cases/{foreign}"), &[("deed", "note"), ("note", "x")]).await;
        assert!(matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN), "{:?}", asker.role);
    }
    assert!(house.office.deeds.lock().unwrap().is_empty());
}
