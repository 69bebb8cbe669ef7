use proptest::prelude::*;

use super::*;

fn tree() -> Tree {
    sled::Config::new().temporary(true).open().unwrap().open_tree("values").unwrap()
}

fn write(tree: &Tree, key: &[u8], value: &[u8]) {
    let mut operations = Operations::new();
    put(tree, &mut operations, key, value).unwrap();
    let mut batches = Batches::new(tree);
    batches.add(operations).unwrap();
    batches.apply().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn values_of_any_length_come_back(lengths in prop::collection::vec(0_usize..40_000, 1..5)) {
        let tree = tree();
        // Written over one another, longer and shorter.
        for length in lengths {
            let value: Vec<u8> = (0..length).map(|i| i.to_le_bytes()[0]).collect();
            write(&tree, b"key", &value);
            prop_assert_eq!(read(&tree, b"key").unwrap(), Some(value.clone()));
            let found: Vec<_> = values(tree.iter()).collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(found, vec![(b"key".to_vec(), value)]);
            prop_assert!(tree.iter().values().all(|chunk| chunk.unwrap().len() <= CHUNK_BYTES));
        }
    }
}

#[test]
fn a_removed_value_leaves_no_chunk() {
    let tree = tree();
    write(&tree, b"key", &[7; 20_000]);
    assert_eq!(tree.len(), 4);
    let mut operations = Operations::new();
    remove(&tree, &mut operations, b"key").unwrap();
    let mut batches = Batches::new(&tree);
    batches.add(operations).unwrap();
    batches.apply().unwrap();
    assert!(tree.is_empty());
    assert_eq!(read(&tree, b"key").unwrap(), None);
}

#[test]
fn a_missing_chunk_is_told_from_a_shorter_value() {
    let tree = tree();
    write(&tree, b"key", &[7; 20_000]);
    tree.remove(chunk_key(b"key", 2)).unwrap();
    assert!(matches!(read(&tree, b"key"), Err(ViewError::Incomplete)));
    assert!(values(tree.iter()).any(|value| value.is_err()));
}
