//! Every record comes back as it went in; bytes of other origin give an error, never a panic.

use proptest::prelude::*;

use super::samples::{Sample, sample};
use super::*;
use crate::store::types::{DecisionRecord, UnitDecisionRecord};

/// The bytes are compared too: they tell 0 from -0, which equality does not.
fn comes_back<T: Record + PartialEq + std::fmt::Debug>(value: &T) {
    let bytes = value.encode();
    let back = T::decode(&bytes).unwrap();
    assert_eq!(&back, value);
    assert_eq!(back.encode(), bytes);
}

/// Cut anywhere or with any byte changed, a record is refused or read, but nothing panics.
fn survives_damage<T: Record + Sample>(seed: u64, at: usize, byte: u8) {
    let bytes = sample::<T>(seed).encode();
    let at = at % bytes.len();
    assert!(T::decode(&bytes[..at]).is_err(), "a record that was cut short was read");
    let mut changed = bytes;
    changed[at] = byte;
    let _ = T::decode(&changed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_record_comes_back_as_it_was(seed: u64) {
        comes_back(&sample::<Row>(seed));
        comes_back(&sample::<WorkerRecord>(seed));
        comes_back(&sample::<NightDetail>(seed));
        comes_back(&sample::<Outgoing>(seed));
        comes_back(&sample::<Quarantined>(seed));
        comes_back(&sample::<Vec<DeliveryOutcome>>(seed));
        comes_back(&sample::<DeliveryState>(seed));
        comes_back(&sample::<u64>(seed));
        let (of_row, decisions) = (sample(seed), sample::<Vec<DecisionRecord>>(seed));
        let units = sample::<Vec<UnitDecisionRecord>>(seed);
        let notices = sample::<Vec<Outgoing>>(seed);
        let back = Decided::decode(&Decided::encode_parts(of_row, &decisions, &units, &notices)).unwrap();
        prop_assert_eq!((back.of_row, back.decisions), (of_row, decisions));
        prop_assert_eq!((back.units, back.notices), (units, notices));
    }

    #[test]
    fn damaged_records_never_panic(seed: u64, at: usize, byte: u8) {
        survives_damage::<Row>(seed, at, byte);
        survives_damage::<WorkerRecord>(seed, at, byte);
        survives_damage::<NightDetail>(seed, at, byte);
        survives_damage::<Quarantined>(seed, at, byte);
        survives_damage::<Vec<DeliveryOutcome>>(seed, at, byte);
    }

    #[test]
    fn random_bytes_never_panic(bytes: Vec<u8>) {
        let _ = Row::decode(&bytes);
        let _ = WorkerRecord::decode(&bytes);
        let _ = NightDetail::decode(&bytes);
    }

    #[test]
    fn every_number_comes_back_to_the_bit(bits: u64) {
        let number = f64::from_bits(bits);
        let mut w = Writer::new(Vec::new());
        number.put(&mut w);
        let bytes = w.into_bytes();
        let back = f64::take(&mut Reader::new(&bytes, "number")).unwrap();
        prop_assert_eq!(back.to_bits(), bits);
    }
}

#[test]
fn a_number_of_two_decimals_takes_three_bytes() {
    let mut w = Writer::new(Vec::new());
    42.31.put(&mut w);
    assert_eq!(w.into_bytes().len(), 3);
}

#[test]
fn a_newer_record_is_refused_in_words() {
    let mut bytes = sample::<Row>(1).encode();
    bytes[0] = FORMAT + 1;
    let error = Row::decode(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a row record has format 4, this version of Vagus reads up to 3: run the newer version"
    );
}

#[test]
fn inputs_under_a_seal_are_refused_in_words() {
    let mut group = sample::<crate::engine::row::WorkerInputs>(1);
    group.inputs.clear();
    let mut w = Writer::new(Vec::new());
    group.put(&mut w);
    let mut bytes = w.into_bytes();
    bytes[16] = 1;
    let error = crate::engine::row::WorkerInputs::take(&mut Reader::new(&bytes, "row")).unwrap_err();
    assert!(error.to_string().contains("sealed"), "{error}");
}

#[test]
fn a_length_is_not_believed_before_its_bytes_are_there() {
    let bytes = [FORMAT, 0xff, 0xff, 0xff, 0xff, 0x0f];
    assert!(Vec::<DeliveryOutcome>::decode(&bytes).is_err());
}
