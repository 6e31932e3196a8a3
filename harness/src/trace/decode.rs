//! From the bytes of the trace memory to events. Believes nothing: any bytes at all give a trace.

use super::wire::{self, CAPACITY, RECORD_SIZE};
use super::{Event, Found, Kind, Trace};

/// Decodes the header and the records. `records` has all claimed records, or fewer if the memory ended before, and as
/// many bytes after them as the caller could read: they must be zero.
#[must_use]
pub fn decode(header: &[u8], records: &[u8], nonce: u64) -> Trace {
    let mut trace = Trace::default();
    if header.get(..32) != Some(&wire::header(nonce)[..32]) {
        trace.corruption = Some("the header of the trace memory was overwritten".to_owned());
    }
    let head = wire::word_at(header, 32);
    let claimed = head.min(CAPACITY);
    trace.dropped = head.saturating_sub(CAPACITY);

    let mut end = None;
    let mut first_torn = None;
    for (index, record) in records.chunks(RECORD_SIZE).enumerate() {
        let index = index as u64;
        if index >= claimed {
            if record.iter().any(|byte| *byte != 0) {
                trace.corrupt(format!("record {index} was written and never claimed"));
            }
            continue;
        }
        match read(record, index, nonce) {
            Read::Event(event) => {
                if event.kind == Kind::End {
                    end.get_or_insert(index);
                }
                trace.events.push(event);
            }
            Read::Found(found) => trace.found.push(found),
            Read::Unfinished => {
                first_torn.get_or_insert(index);
                trace.torn += 1;
            }
            Read::Wrong(why) => trace.corrupt(format!("record {index} {why}")),
        }
    }
    let present = (records.len() / RECORD_SIZE) as u64;
    if present < claimed {
        trace.corrupt(format!("{claimed} records were claimed and {present} are there"));
    }
    // A host's first word is the name of its main lane; whoever sets `head` back makes it lose that.
    if end.is_some() && trace.events.first().is_none_or(|first| first.kind != Kind::Lane) {
        trace.corrupt("the beginning of the trace was overwritten".to_owned());
    }
    // Threads that the end of the process cut off can leave holes after the host's last word, not before it.
    if let (Some(torn), Some(end)) = (first_torn, end)
        && torn < end
    {
        trace.corrupt(format!("record {torn} is empty and the host's end is record {end}"));
    }
    trace
}

enum Read {
    Event(Event),
    Found(Found),
    Unfinished,
    Wrong(&'static str),
}

fn read(record: &[u8], index: u64, nonce: u64) -> Read {
    let commit = wire::word_at(record, 0);
    if commit == 0 {
        return Read::Unfinished;
    }
    if record.len() != RECORD_SIZE
        || commit != index + 1
        || wire::word_at(record, 8) != wire::check(nonce, commit, &record[16..])
    {
        return Read::Wrong("was overwritten");
    }
    let [lane_low, lane_high, kind, runtime] = [record[16], record[17], record[18], record[19]];
    let length = u32::from_le_bytes([record[20], record[21], record[22], record[23]]) as usize;
    let Some(text) = record.get(40..40 + length.min(wire::TEXT_SIZE + 1)) else { return STRANGE };
    let text = String::from_utf8_lossy(text).into_owned();
    let (a, b) = (wire::word_at(record, 24), wire::word_at(record, 32));
    if kind == wire::FOUND {
        let (Ok(times), Ok(of)) = (u32::try_from(a), u32::try_from(b)) else { return STRANGE };
        return Read::Found(Found { text, times, of });
    }
    let Some(kind) = Kind::from_wire(kind) else { return STRANGE };
    let lane = u16::from_le_bytes([lane_low, lane_high]);
    Read::Event(Event { lane, runtime, kind, text, a: a.cast_signed(), b: b.cast_signed() })
}

const STRANGE: Read = Read::Wrong("is of no kind that a host writes");

impl Trace {
    /// The first reason stays.
    fn corrupt(&mut self, why: String) {
        self.corruption.get_or_insert(why);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NONCE: u64 = 0x1234_5678_9abc_def0;

    fn record(index: u64, kind: u8, text: &str) -> Vec<u8> {
        let mut bytes = vec![0; RECORD_SIZE];
        bytes[16] = 1;
        bytes[18] = kind;
        bytes[20] = text.len() as u8;
        bytes[40..40 + text.len()].copy_from_slice(text.as_bytes());
        let check = wire::check(NONCE, index + 1, &bytes[16..]);
        bytes[..8].copy_from_slice(&(index + 1).to_le_bytes());
        bytes[8..16].copy_from_slice(&check.to_le_bytes());
        bytes
    }

    fn header(head: u64) -> Vec<u8> {
        let mut bytes = wire::header(NONCE).to_vec();
        bytes[32..40].copy_from_slice(&head.to_le_bytes());
        bytes
    }

    fn good(texts: &[String]) -> (Vec<u8>, Vec<u8>) {
        let records = texts.iter().enumerate().flat_map(|(at, text)| record(at as u64, 5, text)).collect();
        (header(texts.len() as u64), records)
    }

    #[test]
    fn an_unfinished_record_is_torn_and_no_corruption() {
        let mut bytes = record(0, 5, "one");
        bytes.extend([0; RECORD_SIZE]);
        let trace = decode(&header(2), &bytes, NONCE);
        assert_eq!((trace.events.len(), trace.torn, trace.corruption), (1, 1, None));
    }

    #[test]
    fn what_was_found_is_no_event() {
        let mut bytes = record(0, 4, "main");
        let mut found = record(1, wire::FOUND, "needs SIGUSR1 in churn");
        (found[24], found[32]) = (2, 3);
        let check = wire::check(NONCE, 2, &found[16..]);
        found[8..16].copy_from_slice(&check.to_le_bytes());
        bytes.extend(found);
        let trace = decode(&header(2), &bytes, NONCE);
        assert_eq!((trace.events.len(), trace.corruption), (1, None));
        assert_eq!(trace.found, [Found { text: "needs SIGUSR1 in churn".to_owned(), times: 2, of: 3 }]);
        assert_eq!(trace.found[0].key(), "needs");
    }

    #[test]
    fn a_count_below_zero_is_corruption() {
        let mut found = record(0, wire::FOUND, "needs");
        found[24..32].copy_from_slice(&(-1i64).to_le_bytes());
        let check = wire::check(NONCE, 1, &found[16..]);
        found[8..16].copy_from_slice(&check.to_le_bytes());
        assert!(decode(&header(1), &found, NONCE).corruption.unwrap().contains("no kind"));
    }

    #[test]
    fn a_hole_before_the_end_is_corruption() {
        let mut bytes = record(0, 4, "main");
        bytes.extend([0; RECORD_SIZE]);
        bytes.extend(record(2, 13, ""));
        assert!(decode(&header(3), &bytes, NONCE).corruption.unwrap().contains("is empty"));
    }

    #[test]
    fn an_end_without_a_beginning_is_corruption() {
        let trace = decode(&header(1), &record(0, 13, ""), NONCE);
        assert!(trace.corruption.unwrap().contains("beginning"));
    }

    #[test]
    fn a_head_set_back_is_corruption() {
        let bytes = record(0, 5, "one");
        assert!(decode(&header(0), &bytes, NONCE).corruption.unwrap().contains("never claimed"));
    }

    #[test]
    fn more_events_than_capacity_are_counted() {
        let trace = decode(&header(CAPACITY + 7), &[], NONCE);
        assert_eq!(trace.dropped, 7);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(texts in prop::collection::vec("[a-z ]{0,88}", 0..20)) {
            let (header, records) = good(&texts);
            let trace = decode(&header, &records, NONCE);
            prop_assert_eq!(trace.corruption, None);
            prop_assert_eq!(trace.events.into_iter().map(|event| event.text).collect::<Vec<_>>(), texts);
        }

        #[test]
        fn a_changed_byte_is_found(
            texts in prop::collection::vec("[a-z]{0,80}", 1..6),
            at in any::<prop::sample::Index>(),
            change in 1u8..,
        ) {
            let (header, mut records) = good(&texts);
            let whole = decode(&header, &records, NONCE);
            let at = at.index(records.len());
            records[at] ^= change;
            let trace = decode(&header, &records, NONCE);
            prop_assert!(trace.corruption.is_some() || trace.torn > whole.torn);
        }

        #[test]
        fn hostile_bytes_never_panic(
            header in prop::collection::vec(any::<u8>(), 0..64),
            records in prop::collection::vec(any::<u8>(), 0..2000),
        ) {
            let _ = decode(&header, &records, NONCE);
        }

        #[test]
        fn hostile_records_with_a_good_header_never_panic(
            head in any::<u64>(),
            records in prop::collection::vec(any::<u8>(), 0..2000),
        ) {
            let trace = decode(&super::tests::header(head), &records, NONCE);
            let _ = super::super::render(&trace, &["a".to_owned()]);
        }

        #[test]
        fn hostile_marks_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(wire::Mark::decode(&bytes, NONCE), None);
        }
    }
}
