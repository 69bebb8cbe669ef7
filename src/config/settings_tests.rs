use std::collections::BTreeSet;

use secrecy::ExposeSecret as _;

use super::*;

const DOCUMENTED: &str = include_str!("../../config/vagus.toml");
const LEAST: &str = "[[sites]]\nid = \"plant-a\"\ntime_zone = \"Asia/Ho_Chi_Minh\"\n";

fn nothing() -> [(String, String); 0] {
    []
}

fn with(variables: &[(&str, &str)], text: &str) -> Result<Settings, Problems> {
    parse(text, "vagus.toml", variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn keys(text: &str) -> Vec<String> {
    let problems = parse(text, "vagus.toml", nothing()).expect_err("the text has problems").0;
    assert!(problems.iter().all(|p| !p.what.is_empty() && !p.remedy.is_empty()), "{problems:?}");
    problems.into_iter().map(|p| p.key).collect()
}

#[test]
fn the_whole_configuration_of_the_contract_loads() {
    let text = r#"
[mqtt]
host = "127.0.0.1"
port = 1883
[store]
path = "vagus-data"
[http]
listen = "127.0.0.1:8080"
[ops]
listen = "127.0.0.1:9464"
[ingest]
enrolment = "open"
[[sites]]
id = "plant-a"
time_zone = "Asia/Ho_Chi_Minh"
"#;
    let settings = parse(text, "vagus.toml", nothing()).expect("it is the example of the contract");
    let plant = SiteId::parse("plant-a").expect("a name");
    assert_eq!(settings.site(&plant).and_then(|s| s.time_zone.iana_name()), Some("Asia/Ho_Chi_Minh"));
    assert_eq!(settings.admission, Admission::default());
    assert_eq!(settings.store, StoreSettings::default());
}

#[test]
fn what_is_not_given_has_the_default_of_its_module() {
    let settings = parse(LEAST, "vagus.toml", nothing()).expect("sound");
    let sites = settings.sites.clone();
    assert_eq!(format!("{settings:?}"), format!("{:?}", Settings { sites, ..Settings::default() }));
}

#[test]
fn the_documented_values_are_the_defaults() {
    let documented = parse(DOCUMENTED, "config/vagus.toml", nothing()).expect("the documented file is sound");
    let least = parse(LEAST, "vagus.toml", nothing()).expect("sound");
    assert_eq!(format!("{documented:?}"), format!("{least:?}"));
}

#[test]
fn every_key_is_documented() {
    // Of a list that is only shown, the examples are read; what is within a list counts as its key.
    let known = read(&with_examples(DOCUMENTED), "config/vagus.toml", nothing()).known;
    let known: BTreeSet<String> = known
        .into_iter()
        .map(|key| key.replace("[1]", "[0]").replace("[2]", "[0]"))
        .map(|key| key.split_once(".absences[0]").map_or(key.clone(), |(list, _)| format!("{list}.absences")))
        .collect();
    // Optional keys stand behind "# " in the file; with that taken away it must name every key there is.
    let is_key = |line: &str| {
        line.split_once(" = ")
            .is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'))
    };
    let mut section = String::new();
    let mut documented = BTreeSet::new();
    for line in DOCUMENTED.lines() {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        if let Some(name) = bare.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")) {
            section = format!("{name}[0]");
        } else if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.to_owned();
        } else if is_key(bare) {
            documented.insert(format!("{section}.{}", bare.split(' ').next().unwrap_or_default()));
        }
    }
    assert_eq!(documented, known);
}

/// A section that is there as a whole, or not at all.
const OPENID: &str = "# [http.openid]";

/// The documented file with its examples of lists switched on.
fn with_examples(text: &str) -> String {
    let mut is_example = false;
    let lines = text.lines().map(|line| {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        is_example =
            ["# [[", OPENID].iter().any(|begin| line.starts_with(begin)) || (is_example && line.starts_with('#'));
        let is_setting = bare.starts_with("[[")
            || line == OPENID
            || bare.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
        if is_example && is_setting { bare } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_examples_of_the_documented_lists_are_sound_but_for_files_that_are_not_there() {
    let read = read(&with_examples(DOCUMENTED), "config/vagus.toml", nothing());
    let keys: BTreeSet<&str> = read.problems.iter().map(|problem| problem.key.as_str()).collect();
    let files = [
        "channels[0].authorization_file",
        "channels[0].ca_file",
        "channels[0].secret_files",
        "channels[1].ca_file",
        "channels[1].password_file",
        "http.openid.ca_file",
        "http.openid.client_secret_file",
        "http.sources[0].token_file",
    ];
    assert_eq!(keys, BTreeSet::from(files), "{:?}", read.problems);
}

#[test]
fn every_problem_is_told_at_once_with_its_key_path() {
    let text = "
[mqtt]
host = \"tcp://broker\"
port = 0
prot = 5
[mqtt.tls]
ca_file = \"/nowhere/ca.pem\"
cert_file = \"Cargo.toml\"
[store]
max_row_bytes = 3
[http]
listen = \"localhost\"
[ingest]
enrolment = \"closed\"
max_age_days = 100
[colour]
[[sites]]
id = \"plant a\"
time_zone = \"Mars/Olympus\"
";
    assert_eq!(
        keys(text),
        [
            "mqtt.host",
            "mqtt.port",
            "mqtt.prot",
            "mqtt.tls.ca_file",
            "mqtt.tls.cert_file",
            "store.max_row_bytes",
            "http.listen",
            "ingest.enrolment",
            "ingest.max_age_days",
            "colour",
            "sites[0].id",
            "sites[0].time_zone",
        ]
    );
    let problems = parse(text, "vagus.toml", nothing()).expect_err("problems").to_string();
    assert!(problems.contains("vagus.toml:4: mqtt.port: is 0"), "{problems}");
}

#[test]
fn a_site_is_needed_and_each_has_its_own_id() {
    assert_eq!(keys(""), ["sites"]);
    assert_eq!(keys(&LEAST.repeat(2)), ["sites[1].id"]);
    assert_eq!(keys("[[sites]]\nid = \"a\"\n"), ["sites[0].time_zone"]);
    assert_eq!(keys("sites = 3"), ["sites", "sites"]);
}

#[test]
fn a_value_of_the_wrong_kind_is_refused() {
    assert_eq!(keys(&format!("mqtt = 3\n{LEAST}")), ["mqtt"]);
    assert_eq!(keys(&format!("[mqtt]\nport = \"1883\"\nkeep_alive_s = 20.5\nhost = 1\n{LEAST}")).len(), 3);
    assert_eq!(keys(&format!("[mqtt]\nport = 70000\n{LEAST}")), ["mqtt.port"]);
}

#[test]
fn the_environment_overrides_the_file() {
    let settings = with(
        &[
            ("VAGUS__MQTT__PORT", "2883"),
            ("VAGUS__INGEST__ENROLMENT", "listed"),
            ("VAGUS__MQTT__BACKOFF__MIN_MS", "50"),
            ("PATH", "/bin"),
        ],
        &format!("[mqtt]\nport = 1884\n{LEAST}"),
    )
    .expect("sound");
    assert_eq!(settings.ingest.broker.port, 2883);
    assert_eq!(settings.ingest.broker.backoff.min_ms, 50);
    assert_eq!(settings.admission.enrolment, Enrolment::Listed);
}

#[test]
fn a_variable_that_overrides_nothing_is_a_problem() {
    let problems = with(&[("VAGUS__MQTT__PROT", "5"), ("VAGUS__MQTT__PORT", "many")], LEAST).expect_err("problems").0;
    let origins: Vec<_> = problems.iter().map(|p| p.origin.as_str()).collect();
    assert_eq!(origins, ["environment variable VAGUS__MQTT__PORT", "environment variable VAGUS__MQTT__PROT"]);
}

#[test]
fn thresholds_of_the_rule_file_are_refused_elsewhere_with_the_place_where_they_belong() {
    let text = format!("[exposures]\nnoise_red_dba = 87\n[indicators]\nlow_z = -2.0\n{LEAST}");
    let problems = with(&[("VAGUS__INDICATORS__LOW_Z", "-1.5")], &text).expect_err("problems").0;
    let found: Vec<_> = problems.iter().map(|p| (p.line, p.key.as_str())).collect();
    assert_eq!(found, [(None, "indicators.low_z"), (Some(1), "exposures"), (Some(3), "indicators")]);
    assert!(problems.iter().all(|p| p.remedy.contains("rule file")), "{problems:?}");
}

#[test]
fn the_password_comes_from_its_file_and_does_not_show() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("password");
    std::fs::write(&file, "sesame\n").expect("written");
    let text = format!("[mqtt]\nusername = \"vagus\"\npassword_file = {:?}\n{LEAST}", file.display().to_string());
    let settings = parse(&text, "vagus.toml", nothing()).expect("sound");
    let credentials = settings.ingest.broker.credentials.as_ref().expect("given");
    assert_eq!(credentials.password.expose_secret(), "sesame");
    assert!(!format!("{settings:?}").contains("sesame"));
    std::fs::write(&file, "\n").expect("written");
    assert_eq!(keys(&text), ["mqtt.password_file"]);
    assert_eq!(keys(&format!("[mqtt]\nusername = \"vagus\"\n{LEAST}")), ["mqtt.username"]);
}

#[test]
fn settings_that_contradict_each_other_are_problems() {
    assert_eq!(keys(&format!("[ops]\nlisten = \"127.0.0.1:8080\"\n{LEAST}")), ["ops.listen"]);
    assert_eq!(keys(&format!("[ingest]\nmax_payload_bytes = 2000000\n{LEAST}")), ["ingest.max_payload_bytes"]);
    assert_eq!(keys(&format!("[mqtt.tls]\n{LEAST}")), ["mqtt.tls.ca_file"]);
}

#[test]
fn problems_of_the_rule_file_are_told_with_those_of_the_settings() {
    let directory = tempfile::tempdir().expect("a directory");
    let (config, rules) = (directory.path().join("vagus.toml"), directory.path().join("rules.toml"));
    std::fs::write(&rules, "[cool_down]\ndays = 1000\n").expect("written");
    std::fs::write(&config, format!("[mqtt]\nport = 0\n[rules]\npath = {:?}\n{LEAST}", rules.display().to_string()))
        .expect("written");
    let problems = load(&config).expect_err("problems").0;
    let found: Vec<_> = problems.iter().map(|p| p.key.as_str()).collect();
    assert_eq!(found, ["mqtt.port", "cool_down.days"]);
}

#[test]
fn working_days_are_named_and_one_at_least_is_needed() {
    let settings =
        parse(&format!("{LEAST}working_days = [\"sun\", \"mon\"]\n"), "vagus.toml", nothing()).expect("sound");
    let days = settings.sites[0].working_days;
    use jiff::civil::Weekday::{Monday, Saturday, Sunday};
    assert_eq!([Sunday, Monday, Saturday].map(|day| days.contains(day)), [true, true, false]);
    assert_eq!(keys(&format!("{LEAST}working_days = []\n")), ["sites[0].working_days"]);
    assert_eq!(keys(&format!("{LEAST}working_days = [\"Monday\", \"x\"]\n")), ["sites[0].working_days"; 2]);
    assert_eq!(keys(&format!("{LEAST}working_days = \"mon\"\n")), ["sites[0].working_days"]);
}

#[test]
fn holidays_are_read_from_their_file_and_every_bad_line_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let (config, file) = (directory.path().join("vagus.toml"), directory.path().join("holidays.txt"));
    std::fs::write(&config, format!("{LEAST}holidays_file = {:?}\n", file.display().to_string())).expect("written");
    let problems = load(&config).expect_err("no such file").to_string();
    assert!(problems.contains(":4: sites[0].holidays_file: is "), "{problems}");

    std::fs::write(&file, "2026-04-30 Reunification\n2026-5-1\n\n1 May\n").expect("written");
    let problems = load(&config).expect_err("two bad lines").0;
    assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [Some(2), Some(4)]);
    assert!(problems.iter().all(|p| p.origin.ends_with("holidays.txt")), "{problems:?}");

    std::fs::write(&file, "2026-04-30 Reunification\n2026-05-01\n").expect("written");
    let (settings, engine) = load(&config).expect("sound");
    let calendar = engine.calendars.of(&settings.sites[0].id);
    assert_eq!(calendar.zone.iana_name(), Some("Asia/Ho_Chi_Minh"));
    assert_eq!(calendar.holidays.len(), 2);
}

#[test]
fn waits_that_hold_up_a_crisis_answer_are_warned_of() {
    let warned = |max_ms: u32| {
        let read = read(&format!("[mqtt.backoff]\nmax_ms = {max_ms}\n{LEAST}"), "vagus.toml", nothing());
        let of_key = read.warnings.into_iter().filter(|warning| warning.key == "mqtt.backoff.max_ms");
        of_key.map(|warning| format!("{} {}", warning.what, warning.remedy)).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(warned(5_000), none);
    let told = warned(30_000);
    assert!(
        matches!(told.as_slice(), [one] if one.contains("30 s") && one.contains("a crisis answer may wait so long"))
    );
}

#[test]
fn an_address_that_others_reach_unencrypted_is_warned_of() {
    let warned = |text: &str| {
        let read = read(&format!("{text}\n{LEAST}"), "vagus.toml", nothing());
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        let keys = read.warnings.into_iter().map(|warning| (warning.key, warning.line));
        keys.filter(|(key, _)| key.ends_with(".listen")).collect::<Vec<_>>()
    };
    let of = |key: &str, line: usize| (key.to_owned(), Some(line));
    assert_eq!(warned(""), []);
    assert_eq!(warned("[http]\nlisten = \"[::1]:8080\""), []);
    for address in ["0.0.0.0", "10.1.2.3", "[::]"] {
        assert_eq!(warned(&format!("[http]\nlisten = \"{address}:8080\"")), [of("http.listen", 2)], "{address}");
        assert_eq!(warned(&format!("[ops]\nlisten = \"{address}:9464\"")), [of("ops.listen", 2)], "{address}");
    }
    let served = |url: &str| warned(&format!("[http]\nlisten = \"0.0.0.0:8080\"\npublic_url = \"{url}\""));
    assert_eq!(served("https://vagus.example.org"), [], "something in front speaks TLS");
    assert_eq!(served("http://vagus.example.org"), [of("http.listen", 2)]);
}

#[test]
fn a_file_of_authorities_without_a_certificate_is_a_problem_of_its_key() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("ca.pem");
    let secret = directory.path().join("key");
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
        .expect("written");
    let text = openid(directory.path(), 0o600, &format!("ca_file = {file:?}\n{GRANT}"))
        + &format!(
            "[mqtt.tls]\nca_file = {file:?}\n[traces]\nendpoint = \"http://127.0.0.1:4318\"\nca_file = {file:?}\n\
             [[channels]]\nid = \"hook\"\nkind = \"webhook\"\nurl = \"https://hooks.example.org/\"\n\
             secret_files = [{secret:?}]\nca_file = {file:?}\n\
             [[channels]]\nid = \"mail\"\nkind = \"email\"\nhost = \"mail.example.org\"\n\
             from = \"vagus@example.org\"\nca_file = {file:?}\n"
        );
    std::fs::write(&file, "the key, by mistake").expect("written");
    let wanted =
        ["http.openid.ca_file", "mqtt.tls.ca_file", "traces.ca_file", "channels[0].ca_file", "channels[1].ca_file"];
    assert_eq!(keys(&text), wanted);
    let told = parse(&text, "vagus.toml", nothing()).expect_err("problems").to_string();
    assert!(told.contains("ca.pem cannot be used: no certificate in PEM form; name the PEM file"), "{told}");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("made");
    std::fs::write(&file, made.cert.pem()).expect("written");
    assert!(parse(&text, "vagus.toml", nothing()).is_ok());
}

#[test]
fn names_of_sites_that_there_are_not_are_told_with_everything_else_that_is_wrong() {
    let text = "
[mqtt]
client_id = \"\"
[http.openid]
client_id = \"\"
[[http.openid.grants]]
value = \"heads\"
role = \"boss\"
sites = [\"plant-a\", \"plant-z\"]
[[http.sources]]
site = \"plant-z\"
source = \"\"
[[sites]]
id = \"plant-a\"
time_zone = \"Mars/Olympus\"
";
    let wanted = [
        "mqtt.client_id",
        "http.openid.issuer",
        "http.openid.client_secret_file",
        "http.openid.client_id",
        "http.openid.grants[0].role",
        "http.openid.grants[0].sites",
        "http.sources[0].token_file",
        "http.sources[0].site",
        "http.sources[0].source",
        "sites[0].time_zone",
    ];
    let found = keys(text);
    let sorted = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<BTreeSet<String>>();
    assert_eq!(found.iter().cloned().collect::<BTreeSet<String>>(), sorted(&wanted), "{found:?}");
    assert_eq!(found.len(), wanted.len(), "each once: {found:?}");
}

#[test]
fn the_store_is_found_whatever_else_is_wrong_with_a_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("vagus.toml");
    let with = |text: &str| {
        std::fs::write(&file, text).unwrap();
        (load(&file).map(|_| ()), load_store(&file))
    };
    let (whole, store) =
        with("[store]\npath = \"here\"\n[rules]\npath = \"gone.toml\"\n[[recipients]]\nid = \"a b\"\n");
    assert!(whole.is_err());
    assert_eq!(store.unwrap().path, std::path::Path::new("here"));
    let (_, store) = with("[store]\npath = 7\n");
    assert!(store.unwrap_err().to_string().contains("store.path"));
    let (_, store) = with("[store\n");
    assert!(store.is_err());
}

/// A secret's file of a mode, and the settings that name it; `more` stands behind the keys that are needed.
fn openid(directory: &std::path::Path, mode: u32, more: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let file = directory.join("openid.secret");
    std::fs::write(&file, "sesame\n").expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("set");
    format!(
        "{LEAST}[http.openid]\nissuer = \"https://login.example.org\"\nclient_id = \"vagus\"\n\
         client_secret_file = {file:?}\n{more}"
    )
}

const GRANT: &str = "[[http.openid.grants]]\nvalue = \"heads\"\nrole = \"oh_head\"\nsites = [\"*\"]\n";

#[test]
fn an_openid_provider_is_set_up_and_its_secret_does_not_show() {
    let directory = tempfile::tempdir().expect("a directory");
    let more = format!(
        "passwords = \"administrators\"\n{GRANT}[[http.openid.grants]]\nvalue = \"a\"\nrole = \"physician\"\n\
         sites = [\"plant-a\"]\n"
    );
    let settings = parse(&openid(directory.path(), 0o600, &more), "vagus.toml", nothing()).expect("sound");
    assert!(!format!("{settings:?}").contains("sesame"));
    let openid = settings.http.openid.expect("given");
    assert_eq!((openid.name_claim.as_str(), openid.role_claim.as_str()), ("preferred_username", "groups"));
    assert!(openid.passwords_are_for_administrators);
    let sites: Vec<usize> = openid.grants.iter().map(|grant| grant.sites.len()).collect();
    assert_eq!(sites, [0, 1]);
}

#[test]
fn mistakes_about_an_openid_provider_are_told_each_with_its_key() {
    let directory = tempfile::tempdir().expect("a directory");
    let with = |more: &str| keys(&openid(directory.path(), 0o600, more));
    assert_eq!(keys(&openid(directory.path(), 0o604, GRANT)), ["http.openid.client_secret_file"]);
    assert_eq!(with(""), ["http.openid.grants"]);
    assert_eq!(
        with(&format!("name_claim = \"\"\nscopes = [\"a b\"]\n{GRANT}")),
        ["http.openid.name_claim", "http.openid.scopes"]
    );
    let grant = |line: &str, by: &str| GRANT.replace(line, by);
    assert_eq!(with(&grant("oh_head", "boss")), ["http.openid.grants[0].role"]);
    assert_eq!(with(&grant("sites = [\"*\"]\n", "")), ["http.openid.grants[0].sites"]);
    for sites in ["[]", "[\"*\", \"plant-a\"]", "[\"plant-z\"]"] {
        assert_eq!(with(&grant("[\"*\"]", sites)), ["http.openid.grants[0].sites"], "{sites}");
    }
    let sound = openid(directory.path(), 0o600, GRANT);
    let issuer = |text: &str| keys(&sound.replace("https://login.example.org", text));
    assert_eq!(issuer("http://login.example.org"), ["http.openid.issuer"]);
    assert_eq!(issuer("login.example.org"), ["http.openid.issuer"]);
    assert!(parse(&sound.replace("https://login.example.org", "http://127.0.0.1:9"), "vagus.toml", nothing()).is_ok());
    let missing = keys(&sound.replace("openid.secret", "nothing.secret"));
    assert_eq!(missing, ["http.openid.client_secret_file"]);
    assert_eq!(keys(&format!("{LEAST}[http.openid]\n")).len(), 4);
    // Where the provider would send browsers back to.
    let served = |http: &str| parse(&format!("[http]\n{http}\n{sound}"), "vagus.toml", nothing());
    assert!(served("listen = \"0.0.0.0:8080\"\npublic_url = \"https://vagus.example.org\"").is_ok());
    for wrong in ["listen = \"0.0.0.0:8080\"", "public_url = \"http://vagus.example.org\""] {
        let problems = served(wrong).expect_err("a problem").0;
        assert_eq!(problems.iter().map(|problem| problem.key.as_str()).collect::<Vec<_>>(), ["http.openid"], "{wrong}");
    }
}
