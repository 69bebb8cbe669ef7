use crate::config::problem::Problem;
use crate::config::settings::{Settings, read};
use crate::delivery::settings::ChannelKind;

const SITES: &str = "[[sites]]\nid = \"plant-a\"\ntime_zone = \"Asia/Ho_Chi_Minh\"\n\
                     [[sites]]\nid = \"plant-b\"\ntime_zone = \"Europe/Berlin\"\n";
const KEY: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn of(text: &str) -> (Settings, Vec<Problem>, Vec<Problem>) {
    let read = read(&format!("{SITES}{text}"), "vagus.toml", []);
    (read.settings, read.problems, read.warnings)
}

fn problems(text: &str) -> Vec<(String, String)> {
    let (_, problems, _) = of(text);
    assert!(problems.iter().all(|p| p.line.is_some() && !p.remedy.is_empty()), "{problems:?}");
    problems.into_iter().map(|p| (p.key, p.what)).collect()
}

fn keys(text: &str) -> Vec<String> {
    problems(text).into_iter().map(|(key, _)| key).collect()
}

fn person(id: &str, role: &str, more: &str) -> String {
    format!("[[recipients]]\nid = \"{id}\"\nrole = \"{role}\"\nemail = \"{id}@example.org\"\n{more}\n")
}

fn mail() -> String {
    "[[channels]]\nid = \"mail\"\nkind = \"email\"\nhost = \"localhost\"\ntls = \"none\"\nfrom = \"v@example.org\"\n"
        .into()
}

fn route(more: &str) -> String {
    format!("[[routes]]\nchannel = \"mail\"\n{more}\n")
}

fn webhook(directory: &tempfile::TempDir, more: &str) -> String {
    let file = directory.path().join("key");
    std::fs::write(&file, format!("{KEY}\n")).unwrap();
    let file = file.display();
    format!("[[channels]]\nid = \"hook\"\nkind = \"webhook\"\nsecret_files = [\"{file}\"]\n{more}\n")
}

#[test]
fn a_whole_configuration_is_understood() {
    let directory = tempfile::tempdir().unwrap();
    let absences = "deputy = \"minh\"\nabsences = [{ from = 2026-12-24, to = \"2027-01-03\" }]";
    let text = [
        person("lan", "physician", absences),
        person("minh", "physician", "sites = [\"plant-b\"]"),
        mail(),
        webhook(&directory, "url = \"https://example.org/v\"\nformat = \"fhir\""),
        route("recipients = [\"role:physician\", \"minh\"]\nkinds = [\"raised\"]\nlevels = [\"L3\", \"L4\"]"),
        "[[routes]]\nchannel = \"hook\"\nkinds = [\"raised\"]\nlevels = [\"L4\"]\n".to_owned(),
    ];
    let (settings, problems, warnings) = of(&text.concat());
    assert!(problems.is_empty() && warnings.len() == 1, "{problems:?} {warnings:?}");
    let told = "are not given, so nobody checks who reads hook: it is sent raised, which is health content, \
                for physician, counsellor, duty_clinician, oh_lead, oh_head alone";
    assert_eq!((warnings[0].key.as_str(), warnings[0].what.as_str()), ("routes[1].recipients", told));
    let delivery = settings.delivery;
    assert_eq!((delivery.recipients.len(), delivery.channels.len(), delivery.routes.len()), (2, 2, 2));
    assert_eq!(delivery.recipients[0].absences[0].to.to_string(), "2027-01-03");
    let shown = format!("{delivery:?}");
    assert!(!shown.contains("C2FV") && !shown.contains("lan@"), "{shown}");
}

#[test]
fn what_is_wrong_with_a_person_is_told() {
    let text = "[[recipients]]\nid = \"a b\"\nrole = \"doctor\"\nemail = \"nobody\"\nsites = [\"plant-c\"]\n\
                absences = [{ from = 2026-12-24, to = 2026-12-23 }, { from = 2026-12-24T10:00:00 }]\ncolour = 3\n";
    let found = keys(text);
    let of = |key: &str| format!("recipients[0].{key}");
    let within = |key: &str| of(&format!("absences{key}"));
    let mut expected =
        vec![of("id"), of("role"), of("email"), of("sites"), within("[0].to"), within("[1].from"), within("[1].to")];
    expected.push(of("colour"));
    assert_eq!(found, expected);
    assert_eq!(keys("[[recipients]]\n"), ["recipients[0].id", "recipients[0].role"]);
    let twice = format!("{}{}", person("lan", "physician", ""), person("lan", "physician", ""));
    assert_eq!(keys(&twice), ["recipients[1].id"]);
}

#[test]
fn the_language_of_a_person_is_one_that_is_spoken() {
    let (settings, problems, _) = of(&person("lan", "physician", "language = \"vi\""));
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(settings.delivery.recipients[0].language, Some(crate::texts::Language::Vietnamese));
    assert_eq!(of(&person("lan", "physician", "")).0.delivery.recipients[0].language, None);
    let wrong = self::problems(&person("lan", "physician", "language = \"vn\""));
    let told = "is \"vn\"".to_owned();
    assert_eq!(wrong, [("recipients[0].language".to_owned(), told)]);
}

#[test]
fn an_address_is_not_repeated_in_a_problem() {
    let text = "[[recipients]]\nid = \"lan\"\nrole = \"physician\"\nemail = \"lan@@example.org\"\n";
    assert!(!format!("{:?}", problems(text)).contains("example.org"));
}

#[test]
fn what_is_wrong_with_a_webhook_is_told() {
    let directory = tempfile::tempdir().unwrap();
    for (url, is_sound) in [
        ("https://example.org/v?token=1", true),
        ("http://example.org/v", false),
        ("https://user:word@example.org/", false),
        ("https://example.org/#part", false),
        ("https://10.0.0.1/", false),
        ("https://0x7f.1/", false),
        ("https://[::ffff:169.254.169.254]/", false),
        ("ftp://example.org/", false),
        ("example.org", false),
    ] {
        let found = keys(&webhook(&directory, &format!("url = \"{url}\"")));
        assert_eq!(found.is_empty(), is_sound, "{url}: {found:?}");
    }
    let inner = webhook(&directory, "url = \"http://10.0.0.1/\"\nallow_private_addresses = true");
    assert!(keys(&inner).is_empty());
    let (settings, ..) = of(&inner);
    assert!(matches!(&settings.delivery.channels[0].kind, ChannelKind::Webhook(hook) if hook.keys.len() == 1));
    let text = "[[channels]]\nid = \"mqtt\"\nkind = \"webhook\"\nsecret_files = []\nhost = \"x\"\n";
    let of = |key: &str| format!("channels[0].{key}");
    assert_eq!(keys(text), [of("url"), of("id"), of("secret_files"), of("host")]);
    std::fs::write(directory.path().join("bad"), "secret").unwrap();
    let file = directory.path().join("bad");
    let text = format!(
        "[[channels]]\nid = \"x\"\nkind = \"webhook\"\nurl = \"https://example.org/\"\n\
         secret_files = [\"{}\", \"/nowhere\"]\n",
        file.display()
    );
    assert_eq!(keys(&text), [of("secret_files"), of("secret_files")]);
}

#[test]
fn what_a_webhook_sends_as_authorization_is_checked_when_it_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("authorization");
    let of_url = |text: &str, url: &str| {
        std::fs::write(&file, text).unwrap();
        let more = format!("url = \"{url}\"\nallow_private_addresses = true\nauthorization_file = {file:?}");
        of(&webhook(&directory, &more))
    };
    let (settings, problems, warnings) = of_url("Bearer s3cr3t\n", "https://example.org/");
    assert!(problems.is_empty() && !warnings.iter().any(|w| w.key.contains("authorization")), "{problems:?}");
    let ChannelKind::Webhook(hook) = &settings.delivery.channels[0].kind else { panic!() };
    assert!(hook.authorization.is_some() && !format!("{settings:?}").contains("s3cr3t"));
    for text in ["", "\n", "s3cr3t", "Bearer a\nBearer b", "Bearer \u{1}s3cr3t"] {
        let (_, problems, _) = of_url(text, "https://example.org/");
        assert_eq!(problems.len(), 1, "{text:?}: {problems:?}");
        assert!(problems[0].key == "channels[0].authorization_file" && !problems[0].what.contains("s3cr3t"));
    }
    for url in ["http://10.0.0.1/", "http://localhost.example.org/", "http://example.org/"] {
        let (_, problems, _) = of_url("Bearer s3cr3t", url);
        let whats: Vec<&str> = problems.iter().map(|problem| problem.what.as_str()).collect();
        assert_eq!(whats, ["would be sent without encryption"], "{url}");
        assert_eq!(problems[0].key, "channels[0].authorization_file");
    }
    for url in ["http://127.0.0.1:8080/", "http://localhost/", "http://[::1]/"] {
        assert_eq!(of_url("Bearer s3cr3t", url).1, [], "{url} is this machine");
    }
    let missing = "url = \"https://example.org/\"\nauthorization_file = \"/nowhere\"";
    assert_eq!(keys(&webhook(&directory, missing)), ["channels[0].authorization_file"]);
}

#[test]
fn what_is_wrong_with_mail_is_told() {
    let of = |key: &str| format!("channels[0].{key}");
    let text =
        "[[channels]]\nid = \"m\"\nkind = \"email\"\nhost = \"mail.example.org\"\ntls = \"none\"\nfrom = \"me\"\n";
    assert_eq!(keys(text), [of("tls"), of("from")]);
    let text = "[[channels]]\nid = \"m\"\nkind = \"email\"\nhost = \"smtp://x\"\nusername = \"v\"\nurl = \"x\"\n";
    assert_eq!(keys(text), [of("from"), of("host"), of("username"), of("url")]);
    assert_eq!(keys("[[channels]]\nid = \"m\"\n"), [of("kind")]);
    assert_eq!(keys("[[channels]]\nid = \"m\"\nkind = \"fax\"\n"), [of("kind")]);
    let (settings, problems, _) = self::of(&mail());
    assert!(problems.is_empty());
    assert!(matches!(&settings.delivery.channels[0].kind, ChannelKind::Email(mail) if mail.port == 25));
}

#[test]
fn names_that_mean_nobody_are_told() {
    let text = format!(
        "{}{}{}",
        person("lan", "physician", "deputy = \"minh\""),
        mail(),
        route(
            "recipients = [\"an\", \"role:oh_head\", \"role:boss\"]\nlevels = [\"L1\"]\nkinds = [\"rised\"]\nsites = []"
        )
    );
    let of = |key: &str| format!("routes[0].{key}");
    let found = keys(&text);
    let expected = [
        "recipients[0].deputy".to_owned(),
        of("recipients"),
        of("recipients"),
        of("recipients"),
        of("levels"),
        of("kinds"),
        of("sites"),
    ];
    let sorted = |mut keys: Vec<String>| {
        keys.sort();
        keys
    };
    assert_eq!(sorted(found), sorted(expected.to_vec()));
    assert_eq!(keys("[[routes]]\nchannel = \"mail\"\nkinds = [\"raised\"]\n"), ["routes[0].channel"]);
    assert_eq!(keys("[[routes]]\nchannel = \"mqtt\"\nkinds = [\"raised\"]\n"), ["routes[0].channel"]);
    assert_eq!(keys(&format!("{}{}", mail(), route(""))), ["routes[0].recipients", "routes[0].kinds"][..1]);
}

#[test]
fn a_webhook_needs_kinds_or_readers() {
    let directory = tempfile::tempdir().unwrap();
    let hook = webhook(&directory, "url = \"https://example.org/\"");
    assert_eq!(keys(&format!("{hook}[[routes]]\nchannel = \"hook\"\n")), ["routes[0].kinds"]);
}

#[test]
fn nobody_is_told_what_their_role_may_not_see() {
    let all = |role: &str, more: &str| {
        let text = format!("{}{}{}", person("x", role, ""), mail(), route(&format!("recipients = [\"x\"]\n{more}")));
        problems(&text)
    };
    for role in ["manager", "safety_committee", "operator"] {
        let found = all(role, "kinds = [\"raised\", \"counseling\"]");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|(key, what)| key == "routes[0].kinds" && what.contains(role)), "{found:?}");
        let found = all(role, "levels = [\"L4\"]");
        assert!(found.iter().any(|(key, what)| key == "routes[0].levels" && what.contains("crisis")), "{found:?}");
    }
    assert!(all("manager", "kinds = [\"workload_review\"]").is_empty());
    assert!(all("manager", "").is_empty());
    assert!(all("safety_committee", "").is_empty());
    assert_eq!(all("operator", "").len(), 1);
    for role in ["physician", "counsellor", "duty_clinician", "manager", "operator"] {
        assert_eq!(all(role, "kinds = [\"committee\"]").len(), 1, "{role}");
    }
    for role in ["oh_lead", "oh_head", "safety_committee"] {
        assert!(all(role, "kinds = [\"committee\"]").is_empty(), "{role}");
    }
}

#[test]
fn every_reader_of_a_webhook_may_see_all_that_is_sent_to_it() {
    let directory = tempfile::tempdir().unwrap();
    let hook = webhook(&directory, "url = \"https://example.org/\"");
    let people = [
        person("lan", "physician", ""),
        person("minh", "manager", ""),
        person("an", "physician", "deputy = \"minh\""),
        person("hoa", "oh_lead", ""),
        person("com", "safety_committee", ""),
        person("op", "operator", ""),
    ];
    let routed = |routes: &[&str]| {
        let to = |route: &&str| format!("[[routes]]\nchannel = \"hook\"\n{route}\n");
        problems(&format!("{}{hook}{}", people.concat(), routes.iter().map(to).collect::<String>()))
    };
    assert!(routed(&["recipients = [\"lan\", \"hoa\"]"]).is_empty());
    assert!(routed(&["recipients = [\"minh\"]"]).is_empty());
    for reader in ["minh", "com", "op"] {
        let found = routed(&[&format!("recipients = [\"lan\", \"{reader}\"]")]);
        let names = |what: &str| what.contains(reader) && what.contains("raised");
        assert!(found.iter().any(|(key, what)| key == "routes[0].recipients" && names(what)), "{reader}: {found:?}");
        let found = routed(&[&format!("recipients = [\"lan\", \"{reader}\"]\nkinds = [\"raised\"]")]);
        assert!(!found.is_empty(), "{reader}");
    }
    let found = routed(&["recipients = [\"an\"]"]);
    assert!(found.iter().any(|(_, what)| what.contains("minh as deputy of an")), "{found:?}");
    let apart = ["recipients = [\"lan\"]", "recipients = [\"minh\"]"];
    let found = routed(&apart);
    assert_eq!(found.len(), 1, "two routes lead to the same readers: {found:?}");
    assert!(found[0].0 == "routes[1].recipients" && found[0].1.contains("also sent raised"), "{found:?}");
    let found = routed(&["kinds = [\"raised\"]", "recipients = [\"minh\"]"]);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_deputy_must_be_allowed_and_reachable_too() {
    let with_deputy = |deputy: &str| {
        let lan = person("lan", "physician", "deputy = \"d\"");
        problems(&format!("{lan}{deputy}{}{}", mail(), route("recipients = [\"lan\"]")))
    };
    assert!(with_deputy(&person("d", "oh_lead", "")).is_empty());
    let found = with_deputy(&person("d", "manager", ""));
    assert!(found.iter().any(|(_, what)| what.contains("d as deputy of lan, who is manager")), "{found:?}");
    let found = with_deputy("[[recipients]]\nid = \"d\"\nrole = \"physician\"\n");
    assert_eq!(found, [("routes[0].recipients".to_owned(), "sends mail to d, who has no address".to_owned())]);
}

#[test]
fn deputies_in_a_circle_are_refused() {
    let text = format!(
        "{}{}{}",
        person("a", "physician", "deputy = \"b\""),
        person("b", "physician", "deputy = \"c\""),
        person("c", "physician", "deputy = \"b\"")
    );
    let found = problems(&text);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|(key, what)| key.ends_with("deputy") && what.contains("circle")), "{found:?}");
    assert_eq!(keys(&person("a", "physician", "deputy = \"a\"")), ["recipients[0].deputy"]);
}

#[test]
fn days_when_everybody_is_away_are_warned_of() {
    let warned = |a: &str, b: &str| {
        let a = person("a", "physician", &format!("deputy = \"b\"\nabsences = [{a}]"));
        let b = person("b", "physician", &format!("deputy = \"c\"\nabsences = [{b}]"));
        let (_, problems, warnings) =
            of(&format!("{a}{b}{}", person("c", "oh_lead", "absences = [{ from = 2026-12-20, to = 2026-12-31 }]")));
        assert!(problems.is_empty(), "{problems:?}");
        let of_absences = warnings.into_iter().filter(|warning| warning.key.ends_with("absences"));
        of_absences.map(|warning| format!("{}: {}", warning.key, warning.what)).collect::<Vec<_>>()
    };
    let nobody_for_c = "recipients[2].absences: begin on 2026-12-20 and nobody stands in";
    let apart = warned("{ from = 2026-12-01, to = 2026-12-24 }", "{ from = 2026-12-25, to = 2026-12-26 }");
    assert_eq!(apart[1..], [nobody_for_c]);
    assert!(apart[0].starts_with("recipients[1].absences"), "{apart:?}");
    let together = warned("{ from = 2026-12-01, to = 2026-12-24 }", "{ from = 2026-12-24, to = 2026-12-26 }");
    assert_eq!(together[0], "recipients[0].absences: leave nobody on 2026-12-24: the deputies are away, too");
}

#[test]
fn sites_where_nobody_is_told_of_a_crisis_are_warned_of() {
    let (_, _, warnings) = of("");
    assert!(warnings[0].what.contains("crisis at plant-a, plant-b"), "{warnings:?}");
    let duty = format!(
        "{}{}{}",
        person("duty", "duty_clinician", "sites = [\"plant-a\"]"),
        mail(),
        route("recipients = [\"duty\"]")
    );
    let (_, _, warnings) = of(&duty);
    let of_routes: Vec<&str> = warnings.iter().filter(|w| w.key == "routes").map(|w| w.what.as_str()).collect();
    assert!(of_routes.len() == 1 && of_routes[0].contains("crisis at plant-b,"), "{warnings:?}");
    let everywhere = format!("{}{}{}", person("duty", "duty_clinician", ""), mail(), route("recipients = [\"duty\"]"));
    assert!(of(&everywhere).2.is_empty());
}

#[test]
fn sites_that_no_clinical_role_looks_after_are_warned_of() {
    let warned = |people: &str| {
        let of_people = of(people).2.into_iter().filter(|warning| warning.key == "recipients");
        of_people.map(|warning| warning.what).collect::<Vec<_>>()
    };
    let words = |site: &str| {
        format!("no clinical role looks after {site}: whoever may run the command names themselves with --role")
    };
    assert_eq!(warned(&person("an", "manager", "")), [words("plant-a"), words("plant-b")]);
    let lan = person("lan", "physician", "sites = [\"plant-a\"]");
    let an = |more: &str| person("an", "manager", &format!("sites = [\"plant-b\"]\n{more}"));
    assert_eq!(warned(&format!("{lan}{}", an(""))), [words("plant-b")]);
    assert!(warned(&format!("{lan}{}", an("deputy = \"lan\""))).is_empty(), "a deputy is there, too");
    assert!(warned("").is_empty(), "where nobody is configured, any name goes");
}
