//! The section about traces.

use std::time::Duration;

use super::delivery::secret;
use super::section::Section;
use crate::otlp::settings::{Endpoint, Headers, Settings};

/// Where traces go; nowhere without an address.
pub(super) fn read(mut section: Section<'_>) -> Option<Settings> {
    let endpoint = section.get::<String>("endpoint").and_then(|text| {
        let endpoint = Endpoint::parse(&text);
        if let Err(what) = &endpoint {
            section.problem("endpoint", what, "give the collector's address, e.g. \"http://127.0.0.1:4318\"");
        }
        endpoint.ok()
    });
    let headers = headers(&mut section);
    let sample_ratio = section.number("sample_ratio", 0.01, 0.0..=1.0);
    let timeout = Duration::from_millis(section.number("timeout_ms", 5_000, 100..=60_000));
    let ca_file = section.authorities_file("ca_file");
    if let (Some(endpoint), Some(headers)) = (&endpoint, &headers)
        && !headers.is_empty()
        && !endpoint.is_private()
    {
        let remedy = "give an https address; what stands in the headers could be read on the way";
        section.problem("headers_file", "would be sent without encryption", remedy);
    }
    section.finish();
    Some(Settings { endpoint: endpoint?, headers: headers.unwrap_or_default(), sample_ratio, ca_file, timeout })
}

fn headers(section: &mut Section<'_>) -> Option<Headers> {
    let file = section.readable_file("headers_file")?;
    let headers = secret(&file).and_then(|text| Headers::parse(&text));
    if let Err(what) = &headers {
        let remedy = "put one header on each line, such as: Authorization: Bearer and the token";
        section.problem("headers_file", &format!("{}: {what}", file.display()), remedy);
    }
    headers.ok()
}

#[cfg(test)]
mod tests {
    use crate::config::settings::parse;

    const LEAST: &str =
        "[mqtt]\nhost = \"127.0.0.1\"\n[[sites]]\nid = \"plant-a\"\ntime_zone = \"Asia/Ho_Chi_Minh\"\n[traces]\n";

    fn problems(traces: &str) -> String {
        let read = parse(&format!("{LEAST}{traces}"), "vagus.toml", Vec::new());
        read.map_or_else(|problems| problems.to_string(), |settings| format!("{:?}", settings.traces))
    }

    #[test]
    fn traces_go_nowhere_without_an_address() {
        assert_eq!(problems("sample_ratio = 0.5"), "None");
        assert!(problems("endpoint = \"http://127.0.0.1:4318\"").contains("/v1/traces"));
    }

    #[test]
    fn secrets_are_not_sent_in_the_clear_to_another_machine() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("headers");
        std::fs::write(&file, "Authorization: Bearer s3cret\n").unwrap();
        let told = problems(&format!("endpoint = \"http://otel.example.org:4318\"\nheaders_file = {file:?}"));
        assert!(told.contains("without encryption") && !told.contains("s3cret"), "{told}");
        let told = problems(&format!("endpoint = \"https://otel.example.org\"\nheaders_file = {file:?}"));
        assert!(told.contains("otel.example.org") && !told.contains("s3cret"), "{told}");
        std::fs::write(&file, "s3cret\n").unwrap();
        let told = problems(&format!("endpoint = \"https://otel.example.org\"\nheaders_file = {file:?}"));
        assert!(told.contains("line 1 is no header") && !told.contains("s3cret"), "{told}");
    }
}
