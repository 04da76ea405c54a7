//! The filter against what it promises.

use super::*;
use std::collections::HashSet;
use xxhash_rust::xxh3::xxh3_128;

fn filter(settings: BloomSettings) -> BloomFilter {
    BloomFilter::new(settings.sizing().unwrap()).unwrap()
}

fn fingerprint(number: u64) -> Fingerprint {
    xxh3_128(&number.to_le_bytes())
}

/// Which of these are admitted.
fn admitted(filter: &mut BloomFilter, numbers: &[u64], division: usize) -> Vec<bool> {
    let fingerprints: Vec<_> = numbers.iter().map(|&it| fingerprint(it)).collect();
    let mut all = Vec::new();
    let mut some = Vec::new();
    for chunk in fingerprints.chunks(division) {
        filter.admit(chunk, &mut some).unwrap();
        all.extend_from_slice(&some);
    }
    all
}

#[test]
fn nothing_comes_twice_and_little_is_dropped() {
    for interval in [None, Some(40_000)] {
        let units = 200_000;
        let settings = BloomSettings {
            units: Some(units),
            false_positive_rate: Some(HIGHEST_RATE),
            rotation_interval: interval,
            ..BloomSettings::default()
        };
        let mut filter = filter(settings);
        // Every fifth number came before, near or long ago.
        let numbers: Vec<u64> = (0..units)
            .map(|at| {
                if at % 5 == 4 {
                    at * at % (at / 2)
                } else {
                    at + units
                }
            })
            .collect();
        let admitted = admitted(&mut filter, &numbers, 1000);
        let (mut seen, mut kept) = (HashSet::new(), HashSet::new());
        let mut lost = 0;
        for (number, is_admitted) in numbers.iter().zip(admitted) {
            let is_new = seen.insert(number);
            if is_admitted {
                assert!(kept.insert(number), "{number} came twice");
            }
            lost += u64::from(is_new && !is_admitted);
        }
        assert!(lost as f64 <= HIGHEST_RATE * units as f64, "{lost}");
        let statistics = filter.statistics();
        assert_eq!(statistics.units, kept.len() as u64);
        assert_eq!(
            statistics.generations,
            interval.map_or(1, |it| kept.len() as u64 / it + 1)
        );
        assert_eq!(statistics.dropped, units - kept.len() as u64);
    }
}

#[test]
fn theory_and_trial_agree() {
    // Far more than a filter is made for, so that trial has something to count.
    let sizing = Sizing {
        blocks: 5000,
        generations: 3,
        interval: 200_000,
        capacity: 600_000,
    };
    let mut filter = BloomFilter::new(sizing).unwrap();
    let numbers: Vec<u64> = (0..550_000).collect();
    let admitted = admitted(&mut filter, &numbers, 512);
    let lost = admitted.iter().filter(|&&it| !it).count() as f64;
    let statistics = filter.statistics();
    let ratio = |a: f64, b: f64| (a / b - 1.0).abs();
    assert!(
        ratio(statistics.expected_drops, lost) < 0.1,
        "{statistics:?} {lost}"
    );
    let (theory, trial) = (
        statistics.estimated_false_positives,
        statistics.observed_false_positives,
    );
    assert!(ratio(theory, trial) < 0.1, "{statistics:?}");
    assert!((0.3..0.6).contains(&statistics.fill), "{statistics:?}");
    let occupancy = filter.occupancy().unwrap();
    assert!(
        ratio(occupancy.fill, statistics.fill) < 0.01,
        "{occupancy:?} {statistics:?}"
    );
    assert_eq!(occupancy.false_positives, theory);
}

#[test]
fn the_division_does_not_matter() {
    let settings = BloomSettings {
        units: Some(5000),
        rotation_interval: Some(700),
        ..BloomSettings::default()
    };
    let numbers: Vec<u64> = (0..6000).map(|at| at * at % 4999).collect();
    let whole = admitted(&mut filter(settings), &numbers, 6000);
    for division in [1, 7, 64, 999] {
        assert!(admitted(&mut filter(settings), &numbers, division) == whole);
    }
}

#[test]
fn a_filter_larger_than_the_machine_is_refused() {
    let sizing = BloomSettings {
        units: Some(1_000_000_000_000),
        ..BloomSettings::default()
    };
    let refused = BloomFilter::new(sizing.sizing().unwrap()).unwrap_err();
    assert!(matches!(refused, SizingError::Memory { .. }), "{refused}");
}
