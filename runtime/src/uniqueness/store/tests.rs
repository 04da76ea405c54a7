//! The store against a set in memory, and against faults.

use super::*;
use proptest::prelude::*;
use std::collections::HashSet;
use xxhash_rust::xxh3::xxh3_128;

fn settings(directory: Option<&Path>) -> StoreSettings {
    StoreSettings {
        memory: 0,
        directory: directory.map(Path::to_owned),
        identity: "grammar=a seed=1".to_owned(),
    }
}

fn open(directory: Option<&Path>) -> ExactStore {
    ExactStore::open(settings(directory)).unwrap()
}

fn fingerprints(numbers: impl IntoIterator<Item = u64>) -> Vec<Fingerprint> {
    let fingerprint = |number: u64| xxh3_128(&number.to_le_bytes());
    numbers.into_iter().map(fingerprint).collect()
}

fn admit(store: &mut ExactStore, fingerprints: &[Fingerprint]) -> Result<u64, FilterError> {
    let mut admitted = Vec::new();
    store.admit(fingerprints, &mut admitted)?;
    Ok(admitted.iter().filter(|&&it| it).count() as u64)
}

#[test]
fn what_was_moved_and_merged_is_still_known() {
    let mut store = open(None);
    let all = fingerprints(0..240_000);
    assert_eq!(admit(&mut store, &all).unwrap(), 240_000);
    assert!(store.runs.iter().any(|it| it.level() >= 2));
    assert!(store.runs.len() < 3 * FAN_IN);
    assert_eq!(admit(&mut store, &all).unwrap(), 0);
    assert_eq!(
        admit(&mut store, &fingerprints(239_999..240_010)).unwrap(),
        10
    );
    assert_eq!(store.units(), 240_010);
    let Directory::Temporary(directory) = &store.directory else {
        panic!("no temporary directory");
    };
    let directory = directory.path().to_owned();
    assert_eq!(fs::read_dir(&directory).unwrap().count(), store.runs.len());
    drop(store);
    assert!(!directory.exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn it_decides_as_a_set_does(
        below in 1_u64..30_000,
        numbers in prop::collection::vec(any::<u64>(), 1..20_000),
        division in 1_usize..9000,
        reopen in any::<bool>(),
    ) {
        let scratch = tempfile::tempdir().unwrap();
        let directory = reopen.then(|| scratch.path().join("store"));
        let mut store = open(directory.as_deref());
        let mut set = HashSet::new();
        let all = fingerprints(numbers.iter().map(|it| it % below));
        let mut admitted = Vec::new();
        for chunk in all.chunks(division) {
            store.admit(chunk, &mut admitted).unwrap();
            let expected: Vec<bool> = chunk.iter().map(|it| set.insert(*it)).collect();
            prop_assert_eq!(&admitted, &expected);
            if reopen {
                store.save(set.len() as u64).unwrap();
                drop(store);
                store = open(directory.as_deref());
                prop_assert_eq!(store.next(), Some(set.len() as u64));
            }
        }
        prop_assert_eq!(store.units(), set.len() as u64);
    }
}

#[test]
fn a_run_that_did_not_finish_leaves_the_store_of_the_one_before() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("store");
    let mut store = open(Some(&path));
    admit(&mut store, &fingerprints(0..50_000)).unwrap();
    store.save(50_000).unwrap();
    drop(store);
    // Merges files that the manifest names, and is not finished.
    let mut store = open(Some(&path));
    admit(&mut store, &fingerprints(50_000..150_000)).unwrap();
    drop(store);
    let mut store = open(Some(&path));
    assert_eq!((store.next(), store.units()), (Some(50_000), 50_000));
    assert_eq!(admit(&mut store, &fingerprints(0..60_000)).unwrap(), 10_000);
    store.save(60_000).unwrap();
    let names = store.runs.len() + [MANIFEST, LOCK].len();
    assert_eq!(fs::read_dir(&path).unwrap().count(), names);
}

#[test]
fn it_is_saved_again_and_again_and_can_be_filled_anew() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("store");
    let mut store = open(Some(&path));
    for end in (1..=20).map(|k| k * 700) {
        admit(&mut store, &fingerprints(0..end)).unwrap();
        store.save(end).unwrap();
    }
    drop(store);
    let mut store = open(Some(&path));
    assert_eq!((store.next(), store.units()), (Some(14_000), 14_000));
    store.forget();
    assert_eq!((store.next(), store.units()), (None, 0));
    assert_eq!(admit(&mut store, &fingerprints(0..9000)).unwrap(), 9000);
    // As long as it is not saved, the files are those from before.
    drop(store);
    let mut store = open(Some(&path));
    assert_eq!(store.units(), 14_000);
    store.forget();
    assert_eq!(admit(&mut store, &fingerprints(0..9000)).unwrap(), 9000);
    store.save(9000).unwrap();
    drop(store);
    let mut store = open(Some(&path));
    assert_eq!((store.next(), store.units()), (Some(9000), 9000));
    assert_eq!(admit(&mut store, &fingerprints(0..9010)).unwrap(), 10);
}

#[test]
fn only_the_store_of_the_same_run_is_opened() {
    let scratch = tempfile::tempdir().unwrap();
    let mut store = open(Some(scratch.path()));
    let refused = |settings| ExactStore::open(settings).unwrap_err();
    assert!(matches!(
        refused(settings(Some(scratch.path()))),
        StoreError::InUse(_)
    ));
    admit(&mut store, &fingerprints(0..10)).unwrap();
    store.save(10).unwrap();
    drop(store);
    let other = StoreSettings {
        identity: "grammar=b seed=1".to_owned(),
        ..settings(Some(scratch.path()))
    };
    let told = refused(other).to_string();
    assert!(
        told.ends_with("is that of another run: grammar=a seed=1"),
        "{told}"
    );
    let run = scratch.path().join(run::name(0));
    let file = File::options().write(true).open(&run).unwrap();
    file.set_len(48).unwrap();
    let told = refused(settings(Some(scratch.path()))).to_string();
    assert!(
        told.contains("another length than the manifest says"),
        "{told}"
    );
    fs::write(scratch.path().join(MANIFEST), "something").unwrap();
    assert!(matches!(
        refused(settings(Some(scratch.path()))),
        StoreError::Damaged { .. }
    ));
    fs::remove_file(scratch.path().join(MANIFEST)).unwrap();
    fs::write(scratch.path().join("notes.txt"), "something").unwrap();
    assert!(matches!(
        refused(settings(Some(scratch.path()))),
        StoreError::NotAStore(_)
    ));
}

#[test]
fn a_directory_that_cannot_be_had_is_told() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("file");
    fs::write(&file, "").unwrap();
    let told = ExactStore::open(settings(Some(&file.join("store")))).unwrap_err();
    assert!(told.to_string().starts_with("cannot create `"), "{told}");

    let gone = scratch.path().join("gone");
    let mut store = open(Some(&gone));
    fs::remove_dir_all(&gone).unwrap();
    let told = admit(&mut store, &fingerprints(0..10_000)).unwrap_err();
    assert!(
        told.to_string().contains("which keeps units apart: "),
        "{told}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let scratch = tempfile::tempdir().unwrap();
    let mut store = open(Some(scratch.path()));
    // The device that is always full stands in for the file that comes next.
    std::os::unix::fs::symlink("/dev/full", scratch.path().join(run::name(0))).unwrap();
    let told = admit(&mut store, &fingerprints(0..10_000)).unwrap_err();
    assert_eq!(told.action, "write");
    assert_eq!(told.cause.kind(), io::ErrorKind::StorageFull);
}
