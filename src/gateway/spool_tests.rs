use super::*;
use crate::gateway::message;

const ROOT: &str = "vagus/v1";

fn open(directory: &Path) -> Result<Spool, SpoolError> {
    Spool::open(directory, Some(Path::new("feed.jsonl")), ROOT, || "p1".to_owned())
}

fn message(number: u64) -> Message {
    let line = format!(r#"{{"topic":"vagus/v1/plant-a/gw-7/readings","payload":{{"number":{number}}}}}"#);
    message::read(ROOT, line.as_bytes()).unwrap().unwrap().numbered("p1", number).unwrap()
}

fn position(lines: u64) -> Position {
    Position { lines, checksum: 7 }
}

fn accepted(count: u64) -> Tally {
    Tally { messages: 1, accepted: count, ..Tally::default() }
}

fn numbers(spool: &Spool) -> Vec<u64> {
    spool.waiting().map(|message| message.number).collect()
}

#[test]
fn what_was_kept_is_there_after_a_restart_until_it_is_settled() {
    let directory = tempfile::tempdir().unwrap();
    let mut spool = open(directory.path()).unwrap();
    spool.keep(vec![(message(1), position(1)), (message(2), position(3))]).unwrap();
    spool.settle(1, &accepted(5)).unwrap();
    spool.pass_over(position(4)).unwrap();
    drop(spool);

    let mut spool = open(directory.path()).unwrap();
    assert_eq!(spool.waiting().collect::<Vec<_>>(), [&message(2)]);
    assert_eq!((spool.position(), spool.next_number(), spool.publication()), (position(4), 3, "p1"));
    assert_eq!(*spool.tally(), Tally { unreadable: 1, ..accepted(5) });
    spool.settle(2, &accepted(1)).unwrap();
    spool.settle(2, &accepted(1)).unwrap();
    assert_eq!(spool.tally().accepted, 6, "a second receipt of the same message counts for nothing");
    spool.finish().unwrap();
    assert!(!directory.path().exists());
}

#[test]
fn wherever_the_file_ends_the_whole_records_before_it_count() {
    let directory = tempfile::tempdir().unwrap();
    let mut spool = open(directory.path()).unwrap();
    spool.keep(vec![(message(1), position(1))]).unwrap();
    let kept_bytes = usize::try_from(spool.file_bytes).unwrap();
    spool.keep(vec![(message(2), position(2))]).unwrap();
    drop(spool);
    let path = directory.path().join(FILE);
    let whole = fs::read(&path).unwrap();
    for length in kept_bytes..whole.len() {
        // What a power cut leaves of a write: less of it, or something else.
        for tail in [&b""[..], b"\0\0\0\n", b"00000000 {}\n"] {
            fs::write(&path, [&whole[..length], tail].concat()).unwrap();
            let mut spool = open(directory.path()).unwrap();
            assert_eq!((numbers(&spool), spool.position()), (vec![1], position(1)), "{length}");
            spool.keep(vec![(message(2), position(2))]).unwrap();
            drop(spool);
            assert_eq!(fs::read(&path).unwrap(), whole);
        }
    }
}

#[test]
fn a_file_of_settled_messages_is_written_anew_and_says_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let mut spool = open(directory.path()).unwrap();
    let mut bytes = 0;
    let padding = "x".repeat(200_000);
    for number in 1..=100 {
        let mut large = message(number);
        large.payload = format!(r#"{{"message_id":"","items":["{padding}"]}}"#).into();
        bytes += large.payload.len() as u64;
        spool.keep(vec![(large, position(number))]).unwrap();
        if number % 2 == 0 {
            spool.settle(number - 1, &accepted(1)).unwrap();
            spool.settle(number, &accepted(1)).unwrap();
        }
    }
    spool.keep(vec![(message(101), position(101))]).unwrap();
    let size = fs::metadata(directory.path().join(FILE)).unwrap().len();
    assert!(size <= REWRITE_AT_BYTES + 500_000 && size < bytes, "{size} of {bytes}");
    drop(spool);
    let spool = open(directory.path()).unwrap();
    assert_eq!((numbers(&spool), spool.tally().accepted), (vec![101], 100));
    assert_eq!((spool.position(), spool.next_number()), (position(101), 102));
}

#[test]
fn one_spool_serves_one_process_and_one_input() {
    let directory = tempfile::tempdir().unwrap();
    let spool = open(directory.path()).unwrap();
    assert!(matches!(open(directory.path()), Err(SpoolError::InUse(_))));
    drop(spool);
    let other = Spool::open(directory.path(), None, ROOT, String::new).unwrap_err().to_string();
    assert!(other.contains("unfinished publication of feed.jsonl"), "{other}");
    fs::write(directory.path().join(FILE), "something else\n").unwrap();
    assert!(open(directory.path()).unwrap_err().to_string().contains("move it away"));
}

#[test]
fn of_standard_input_what_was_kept_is_sent_and_the_rest_is_read_from_its_begin() {
    let directory = tempfile::tempdir().unwrap();
    let open = || Spool::open(directory.path(), None, ROOT, || "p1".to_owned()).unwrap();
    open().keep(vec![(message(1), position(1))]).unwrap();
    let spool = open();
    assert_eq!((numbers(&spool), spool.position(), spool.next_number()), (vec![1], Position::default(), 2));
}

#[test]
fn nobody_else_may_look_into_a_spool() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("feed.jsonl.spool");
    let mut spool = open(&directory).unwrap();
    spool.keep(vec![(message(1), position(1))]).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    let files = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}
