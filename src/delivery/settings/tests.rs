use EventKind::{Committee, Escalated, Overdue, Raised, Reminder, WorkloadReview};
use Level::{L2, L3, L4};

use super::*;

fn person(id: &str, role: Role) -> Recipient {
    Recipient {
        id: PersonId::parse(id).unwrap(),
        role,
        email: EmailAddress::parse(&format!("{id}@example.org")),
        sites: Vec::new(),
        language: None,
        deputy: None,
        absences: Vec::new(),
    }
}

fn site(name: &str) -> SiteId {
    SiteId::parse(name).unwrap()
}

fn mail(id: &str) -> Channel {
    let kind = ChannelKind::Email(EmailSettings {
        host: "localhost".to_owned(),
        port: 25,
        tls: MailTls::None,
        login: None,
        from: "v@example.org".parse().unwrap(),
        ca_file: None,
        timeout_ms: 1_000,
        flood: FloodSettings::default(),
    });
    Channel { id: ChannelId::parse(id).unwrap(), kind, give_up_after_h: None }
}

fn hook(id: &str) -> Channel {
    let kind = ChannelKind::Webhook(WebhookSettings {
        url: Target::parse("https://example.org/", false).unwrap(),
        format: WebhookFormat::CloudEvents,
        keys: Vec::new(),
        authorization: None,
        timeout_ms: 1_000,
        allow_private_addresses: false,
        ca_file: None,
    });
    Channel { id: ChannelId::parse(id).unwrap(), kind, give_up_after_h: None }
}

fn to(channel: &str, recipients: &[Whom]) -> Route {
    let channel = ChannelId::parse(channel).unwrap();
    Route { sites: Vec::new(), levels: None, kinds: None, channel, recipients: recipients.to_vec() }
}

fn everybody() -> Vec<Whom> {
    Role::ALL.iter().map(|role| Whom::Role(*role)).collect()
}

fn town() -> Settings {
    let recipients = Role::ALL.iter().map(|role| person(role.as_str(), *role)).collect();
    Settings { recipients, channels: vec![mail("mail"), hook("hook")], routes: vec![to("mail", &everybody())] }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn told_on<'s>(settings: &'s Settings, kind: EventKind, level: Option<Level>, on: &str) -> Vec<(&'s str, &'s str)> {
    let ways = settings.destinations(&site("plant-a"), kind, level, day(on)).into_iter();
    ways.map(|way| (way.channel.id.as_str(), way.recipient.map_or("", |person| person.id.as_str()))).collect()
}

fn told(settings: &Settings, kind: EventKind, level: Option<Level>) -> Vec<&str> {
    told_on(settings, kind, level, "2026-03-01").into_iter().map(|(_, person)| person).collect()
}

#[test]
fn without_kinds_and_levels_each_role_is_told_what_it_is_there_for() {
    let town = town();
    assert_eq!(told(&town, Raised, Some(L3)), ["physician"]);
    assert_eq!(told(&town, Reminder, Some(L2)), ["physician"]);
    assert_eq!(told(&town, Overdue, Some(L3)), ["oh_lead"]);
    assert_eq!(told(&town, Escalated, Some(L3)), ["oh_head"]);
    assert_eq!(told(&town, WorkloadReview, None), ["manager"]);
    assert_eq!(told(&town, Committee, None), ["safety_committee"]);
}

#[test]
fn a_crisis_goes_to_the_clinician_on_duty_and_its_limits_to_those_above_too() {
    let town = town();
    assert_eq!(told(&town, Raised, Some(L4)), ["duty_clinician"]);
    assert_eq!(told(&town, Overdue, Some(L4)), ["duty_clinician", "oh_lead"]);
    assert_eq!(told(&town, Escalated, Some(L4)), ["oh_head"]);
}

#[test]
fn whatever_a_route_says_nobody_is_told_what_their_role_may_not_see() {
    let mut town = town();
    town.routes[0].kinds = Some(EventKind::ALL.to_vec());
    town.routes[0].levels = Some(vec![L2, L3, L4]);
    for kind in EventKind::ALL {
        for level in [None, Some(L2), Some(L4)] {
            for name in told(&town, *kind, level) {
                assert!(may_see(Role::parse(name).unwrap(), *kind), "{kind:?} to {name}");
            }
        }
    }
    assert!(!told(&town, Raised, Some(L4)).contains(&"manager"));
}

#[test]
fn every_way_that_is_left_out_has_its_reason() {
    let mut town = town();
    let of = |town: &Settings, kind, level, on: &str| {
        let ways = town.left_out(&site("plant-a"), kind, level, day(on)).into_iter();
        ways.map(|way| (way.recipient.map_or(String::new(), |person| person.as_str().to_owned()), way.why))
            .collect::<Vec<_>>()
    };
    let why = |town: &Settings, kind, level, name: &str| {
        let ways = of(town, kind, level, "2026-03-01");
        let found = ways.into_iter().find(|(who, _)| who == name);
        found.map(|(_, why)| why)
    };
    let told = "a oh_lead is not told of raised where a route names no kinds";
    assert_eq!(why(&town, Raised, Some(L3), "oh_lead").as_deref(), Some(told));
    let told = "a physician is not told of raised at L4 where a route names no levels";
    assert_eq!(why(&town, Raised, Some(L4), "physician").as_deref(), Some(told));
    let told = "a manager may not be told of raised";
    assert_eq!(why(&town, Raised, Some(L3), "manager").as_deref(), Some(told));
    assert_eq!(why(&town, Raised, Some(L3), "physician"), None, "they are told");
    assert_eq!(why(&town, Raised, Some(L3), "").as_deref(), Some("no route leads there"), "to the webhook");
    town.recipients[0].sites = vec![site("plant-b")];
    assert_eq!(why(&town, Raised, Some(L3), "physician").as_deref(), Some("looks after other sites"));
    for (change, expected) in [
        (Route { sites: vec![site("plant-b")], ..town.routes[0].clone() }, "its route is of other sites"),
        (Route { kinds: Some(vec![Overdue]), ..town.routes[0].clone() }, "its route names other kinds"),
        (Route { levels: Some(vec![L2]), ..town.routes[0].clone() }, "its route names other levels"),
    ] {
        let changed = Settings { routes: vec![change], ..town.clone() };
        let ways = of(&changed, Raised, Some(L3), "2026-03-01");
        assert!(ways.contains(&(String::new(), expected.to_owned())), "{ways:?}");
    }
}

#[test]
fn whoever_is_told_and_whoever_is_left_out_are_all_who_are_named() {
    let town = town();
    for kind in EventKind::ALL {
        for level in [None, Some(L2), Some(L3), Some(L4)] {
            let mut all: Vec<String> = told(&town, *kind, level).into_iter().map(str::to_owned).collect();
            let left = town.left_out(&site("plant-a"), *kind, level, day("2026-03-01"));
            all.extend(left.into_iter().filter_map(|way| Some(way.recipient?.as_str().to_owned())));
            all.sort();
            let mut named: Vec<String> = town.recipients.iter().map(|person| person.id.as_str().to_owned()).collect();
            named.sort();
            assert_eq!(all, named, "{kind:?} {level:?}");
        }
    }
}

#[test]
fn sites_levels_and_kinds_of_a_route_hold() {
    let mut town = town();
    town.routes[0].sites = vec![site("plant-b")];
    assert!(told(&town, Raised, Some(L3)).is_empty());
    town.routes[0].sites.push(site("plant-a"));
    town.routes[0].levels = Some(vec![L3]);
    assert_eq!(told(&town, Raised, Some(L3)), ["physician", "duty_clinician"]);
    assert!(told(&town, Raised, Some(L2)).is_empty());
    assert_eq!(told(&town, WorkloadReview, None), ["manager"], "what tells no level passes");
    town.routes[0].kinds = Some(vec![Overdue]);
    assert!(told(&town, Raised, Some(L3)).is_empty());
    town.recipients[0].sites = vec![site("plant-b")];
    assert!(!told(&town, Overdue, Some(L3)).contains(&"physician"), "they look after another site");
}

#[test]
fn a_webhook_is_sent_to_once_and_tells_what_its_readers_are_told() {
    let mut town = town();
    town.routes = vec![to("hook", &[Whom::Role(Role::Physician), Whom::Role(Role::OhLead)])];
    assert_eq!(told_on(&town, Raised, Some(L3), "2026-03-01"), [("hook", "")]);
    assert_eq!(told_on(&town, Overdue, Some(L3), "2026-03-01"), [("hook", "")]);
    assert!(told(&town, Escalated, Some(L3)).is_empty());
    town.routes = vec![to("hook", &[])];
    assert!(told(&town, Raised, Some(L3)).is_empty(), "nothing says what it is for");
    town.routes[0].kinds = Some(vec![Raised]);
    assert_eq!(told(&town, Raised, Some(L4)), [""]);
}

#[test]
fn somebody_named_by_two_routes_is_told_once_on_each_channel() {
    let mut town = town();
    town.channels.push(mail("pager"));
    let lead = Whom::Person(PersonId::parse("oh_lead").unwrap());
    town.routes.push(to("mail", &[lead.clone(), Whom::Role(Role::OhLead)]));
    town.routes.push(to("pager", &[lead]));
    let ways = told_on(&town, Overdue, Some(L3), "2026-03-01");
    assert_eq!(ways, [("mail", "oh_lead"), ("pager", "oh_lead")]);
}

/// Lan, whose deputy is Minh, whose deputy is An; absences by first and last day.
fn deputies(lan: [&str; 2], minh: [&str; 2], an: [&str; 2]) -> Settings {
    let absent = |id: &str, deputy: &str, [from, to]: [&str; 2]| Recipient {
        deputy: PersonId::parse(deputy).ok(),
        absences: vec![Absence { from: day(from), to: day(to) }],
        ..person(id, Role::Physician)
    };
    let mut settings = town();
    settings.recipients = vec![absent("lan", "minh", lan), absent("minh", "an", minh), absent("an", "", an)];
    settings.routes = vec![to("mail", &[Whom::Person(PersonId::parse("lan").unwrap())])];
    settings
}

#[test]
fn who_is_away_is_stood_in_for_by_the_deputy_and_by_the_deputys_deputy() {
    let settings = deputies(["2026-03-01", "2026-03-10"], ["2026-03-05", "2026-03-08"], ["2026-03-08", "2026-03-09"]);
    let on = |date: &str| told_on(&settings, Raised, Some(L3), date)[0].1.to_owned();
    assert_eq!(on("2026-02-28"), "lan");
    assert_eq!(on("2026-03-01"), "minh", "the first day counts");
    assert_eq!(on("2026-03-05"), "an");
    assert_eq!(on("2026-03-08"), "lan", "where everybody is away, they are told themselves");
    assert_eq!(on("2026-03-10"), "minh", "the last day counts");
    assert_eq!(on("2026-03-11"), "lan");
}

#[test]
fn two_who_share_a_deputy_make_one_mail_of_it() {
    let mut settings =
        deputies(["2026-03-01", "2026-03-10"], ["2026-03-01", "2026-03-10"], ["2026-04-01", "2026-04-01"]);
    settings.routes = vec![to("mail", &[Whom::Role(Role::Physician)])];
    assert_eq!(told(&settings, Raised, Some(L3)), ["an"]);
}

#[test]
fn a_deputy_who_may_not_see_it_does_not_stand_in_and_a_circle_ends() {
    let away = ["2026-03-01", "2026-03-10"];
    let mut settings = deputies(away, away, ["2026-04-01", "2026-04-01"]);
    settings.recipients[2].role = Role::Manager;
    assert_eq!(told(&settings, Raised, Some(L3)), ["lan"]);
    settings.recipients[2].role = Role::Physician;
    settings.recipients[2].absences = settings.recipients[0].absences.clone();
    settings.recipients[2].deputy = PersonId::parse("lan").ok();
    assert_eq!(told(&settings, Raised, Some(L3)), ["lan"]);
}

#[test]
fn a_deputy_and_the_deputys_deputy_are_there_for_the_site_and_nobody_else_of_another() {
    let mut town = Settings {
        recipients: ["lan", "minh", "an", "far"].map(|id| person(id, Role::Physician)).to_vec(),
        ..Settings::default()
    };
    for (place, (of, deputy)) in
        [("plant-a", Some("minh")), ("plant-b", Some("an")), ("plant-b", None), ("plant-b", None)].iter().enumerate()
    {
        town.recipients[place].sites = vec![site(of)];
        town.recipients[place].deputy = deputy.map(|id| PersonId::parse(id).unwrap());
    }
    let there = |settings: &Settings, name: &str| {
        let is_there = settings.recipients.iter().map(|person| settings.is_there(person, &site(name)));
        is_there.collect::<Vec<_>>()
    };
    assert_eq!(there(&town, "plant-a"), [true, true, true, false]);
    assert_eq!(there(&town, "plant-b"), [false, true, true, true]);
    assert_eq!((town.has_clinician(&site("plant-a")), town.has_clinician(&site("plant-c"))), (true, false));
    town.recipients[0].role = Role::Manager;
    assert!(town.has_clinician(&site("plant-a")), "the deputy is a physician");
    town.recipients[0].deputy = None;
    assert!(!town.has_clinician(&site("plant-a")));
}
