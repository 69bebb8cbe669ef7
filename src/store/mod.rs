//! What is on disk: the journal (the truth), snapshots, and the sled view of workers, outbox and quarantine.
