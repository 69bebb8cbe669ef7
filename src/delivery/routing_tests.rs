use super::*;
use crate::delivery::email::EmailSender;
use crate::delivery::samples;
use crate::delivery::settings::{
    Absence, Channel, EmailAddress, EmailSettings, FloodSettings, MailTls, Recipient, Route, SigningKey, Target,
    WebhookSettings, Whom,
};
use crate::domain::event::EventKind;
use crate::domain::person::{PersonId, Role};

fn recipient(role: Role) -> Recipient {
    let email = EmailAddress::parse(&format!("{}@example.org", role.as_str()));
    let id = PersonId::parse(role.as_str()).unwrap();
    Recipient { id, role, email, language: None, sites: Vec::new(), deputy: None, absences: Vec::new() }
}

fn channel(id: &str, kind: ChannelKind) -> Channel {
    Channel { id: ChannelId::parse(id).unwrap(), kind, give_up_after_h: None }
}

fn hook(format: WebhookFormat) -> ChannelKind {
    ChannelKind::Webhook(WebhookSettings {
        url: Target::parse("https://example.org/", false).unwrap(),
        format,
        keys: vec![SigningKey::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap()],
        authorization: None,
        timeout_ms: 1_000,
        allow_private_addresses: false,
        ca_file: None,
    })
}

fn mail_server() -> ChannelKind {
    ChannelKind::Email(EmailSettings {
        host: "localhost".to_owned(),
        port: 25,
        tls: MailTls::None,
        login: None,
        from: "Vagus <vagus@example.org>".parse().unwrap(),
        ca_file: None,
        timeout_ms: 1_000,
        flood: FloodSettings::default(),
    })
}

fn route(channel: &str, kinds: Option<&[EventKind]>, recipients: Vec<Whom>) -> Route {
    let channel = ChannelId::parse(channel).unwrap();
    Route { sites: Vec::new(), levels: None, kinds: kinds.map(<[_]>::to_vec), channel, recipients }
}

/// Everything goes to both webhooks, and mail to everybody as their role has it.
fn router() -> Router {
    let everybody = Role::ALL.iter().map(|role| Whom::Role(*role)).collect();
    let settings = Settings {
        recipients: Role::ALL.iter().map(|role| recipient(*role)).collect(),
        channels: vec![
            channel("cloud", hook(WebhookFormat::CloudEvents)),
            channel("fhir", hook(WebhookFormat::Fhir)),
            channel("mail", mail_server()),
        ],
        routes: vec![
            route("cloud", Some(EventKind::ALL), Vec::new()),
            route("fhir", Some(EventKind::ALL), Vec::new()),
            route("mail", None, everybody),
        ],
    };
    let site = SiteId::parse("plant-a").unwrap();
    let ways = SiteWays { zone: TimeZone::get("Asia/Ho_Chi_Minh").unwrap(), language: Language::English };
    Router::new("vagus/v1".into(), settings, [(site, ways)])
}

fn ways(deliveries: &[Outgoing]) -> Vec<(&str, Option<&str>)> {
    deliveries.iter().map(|delivery| (delivery.channel.as_str(), delivery.recipient.as_deref())).collect()
}

#[test]
fn an_alert_leaves_over_every_channel_each_in_its_form_under_one_id() {
    let event = samples::event(EventKind::Raised);
    let deliveries = router().route(&event);
    let expected = [("mqtt", None), ("cloud", None), ("fhir", None), ("mail", Some("physician"))];
    assert_eq!(ways(&deliveries), expected);
    assert!(deliveries.iter().all(|delivery| delivery.id == event.id && !delivery.is_crisis));
    assert_eq!(deliveries[0].target, "vagus/v1/plant-a/alerts");
    assert_eq!(deliveries[0].payload, deliveries[1].payload);
    let targets: Vec<_> = deliveries[1..].iter().map(|delivery| delivery.target.as_str()).collect();
    assert_eq!(targets, ["application/cloudevents+json", "application/fhir+json", "physician@example.org"]);
    let message = String::from_utf8(deliveries[3].payload.clone()).unwrap();
    assert!(message.contains("To: physician@example.org"), "{message}");
    assert_eq!(deliveries, router().route(&event), "the same event gives the same bytes");
}

#[test]
fn a_mail_is_in_the_language_of_its_reader_and_an_alert_in_that_of_its_site() {
    let mut router = router();
    router.sites.values_mut().for_each(|ways| ways.language = Language::SimplifiedChinese);
    router.settings.recipients[0].language = Some(Language::Vietnamese);
    let of = |router: &Router| {
        let deliveries = router.route(&samples::event(EventKind::Raised));
        let text = |n: usize| String::from_utf8(deliveries[n].payload.clone()).unwrap();
        (text(0), text(3))
    };
    let (alert, mail) = of(&router);
    assert!(alert.contains("夜间心率变异性"), "{alert}");
    assert!(mail.contains("Content-Language: vi\r\n") && mail.contains("lang=3D\"vi\""), "{mail}");
    router.settings.recipients[0].language = None;
    let (again, mail) = of(&router);
    assert_eq!(again, alert);
    assert!(mail.contains("Content-Language: zh-Hans\r\n"), "{mail}");
}

#[test]
fn a_crisis_is_marked_as_one_and_goes_to_the_clinician_on_duty() {
    let deliveries = router().route(&samples::crisis());
    assert!(deliveries.iter().all(|delivery| delivery.is_crisis));
    assert_eq!(ways(&deliveries).last(), Some(&("mail", Some("duty_clinician"))));
}

#[test]
fn what_has_no_topic_leaves_over_other_channels_alone() {
    let deliveries = router().route(&samples::event(EventKind::Committee));
    assert!(ways(&deliveries).iter().all(|(channel, _)| *channel != "mqtt"));
    assert_eq!(ways(&deliveries).last(), Some(&("mail", Some("safety_committee"))));
}

#[test]
fn every_kind_of_event_has_a_form_on_every_channel_that_takes_it() {
    for kind in EventKind::ALL {
        let deliveries = router().route(&samples::event(*kind));
        assert!(deliveries.iter().any(|delivery| delivery.channel.as_str() == "cloud"), "{kind:?}");
        assert!(deliveries.iter().any(|delivery| delivery.channel.as_str() == "mail"), "{kind:?}");
        assert!(deliveries.iter().all(|delivery| !delivery.payload.is_empty()), "{kind:?}");
    }
}

#[test]
fn who_is_away_by_the_date_of_the_site_is_stood_in_for() {
    // 17:30 in London, and half past midnight of the next day in Saigon.
    let mut event = samples::event(EventKind::Raised);
    event.time = "2026-03-01T17:30:00Z".parse().unwrap();
    let mut router = router();
    let day = "2026-03-02".parse().unwrap();
    router.settings.recipients[0].absences = vec![Absence { from: day, to: day }];
    router.settings.recipients[0].deputy = PersonId::parse("oh_lead").ok();
    assert_eq!(ways(&router.route(&event)).last(), Some(&("mail", Some("oh_lead"))));
    event.time = "2026-03-01T16:30:00Z".parse().unwrap();
    assert_eq!(ways(&router.route(&event)).last(), Some(&("mail", Some("physician"))));
}

#[test]
fn without_settings_everything_leaves_over_the_broker_alone() {
    let router = Router::over_mqtt("vagus/v1".into());
    assert_eq!(ways(&router.route(&samples::event(EventKind::Raised))), [("mqtt", None)]);
    assert!(router.route(&samples::event(EventKind::Committee)).is_empty());
}

#[test]
fn what_a_digest_needs_stands_in_the_stored_message() {
    for kind in EventKind::ALL {
        let mut event = samples::event(*kind);
        event.is_test = *kind == EventKind::Reminder;
        let deliveries = router().route(&event);
        let stored = deliveries.iter().find(|delivery| delivery.recipient.is_some()).unwrap();
        let (found, about, is_test) = EmailSender::told_of(stored);
        assert_eq!((found, is_test), (Some(*kind), event.is_test));
        let zone = TimeZone::get("Asia/Ho_Chi_Minh").unwrap();
        assert_eq!(about, mail::one_line(&event, &super::look(&event, &zone, Language::English)));
    }
}
