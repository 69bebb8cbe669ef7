use super::*;

fn archive() -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Vec::new(), 1_772_000_000);
    writer.entry("MANIFEST.json", b"{}").unwrap();
    writer.entry("state/00000000", &[7; 700]).unwrap();
    writer.entry("empty", b"").unwrap();
    writer.stream("audit/2026-03.jsonl", 512, std::io::repeat(b'x')).unwrap();
    writer.finish().unwrap().0
}

fn read(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, BackupError> {
    let mut reader = ArchiveReader::new(bytes);
    let mut entries = Vec::new();
    while let Some(name) = reader.next_entry()? {
        let mut content = Vec::new();
        reader.read_to_end(&mut content).map_err(BackupError::In)?;
        entries.push((name, content));
    }
    assert_eq!(reader.length(), bytes.len() as u64);
    Ok(entries)
}

#[test]
fn what_was_put_in_comes_out() {
    let entries = read(&archive()).unwrap();
    let lengths: Vec<_> = entries.iter().map(|(name, content)| (name.as_str(), content.len())).collect();
    let expected = [("MANIFEST.json", 2), ("state/00000000", 700), ("empty", 0), ("audit/2026-03.jsonl", 512)];
    assert_eq!(lengths, expected);
}

#[test]
fn a_byte_that_is_changed_anywhere_is_found() {
    let whole = archive();
    for at in 0..whole.len() {
        for bit in [0, 3, 7] {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            assert!(read(&changed).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn an_archive_that_is_cut_or_goes_on_anywhere_is_refused() {
    let whole = archive();
    for length in 0..whole.len() {
        assert!(read(&whole[..length]).is_err(), "{length} of {} bytes", whole.len());
    }
    let longer = [whole, vec![0]].concat();
    assert!(read(&longer).unwrap_err().to_string().contains("something follows its end"));
}

#[test]
fn an_entry_that_was_not_read_to_its_end_is_no_entry_we_know() {
    let whole = archive();
    let mut reader = ArchiveReader::new(&whole[..]);
    reader.next_entry().unwrap();
    assert!(reader.next_entry().is_err());
}

#[test]
fn a_size_beyond_the_octal_digits_is_kept() {
    for length in [0, MAX_OCTAL, MAX_OCTAL + 1, u64::MAX / 2] {
        assert_eq!(read_header(&header("a", length, 5)).unwrap(), ("a".to_owned(), length));
    }
}
