//! A compiled grammar behind plain functions, so that all of them fit in one list.

use rqg_runtime::choices::Bytes;
use rqg_runtime::native::{Generator, Grammar};
use rqg_runtime::run::{Settings, SetupError};
use rqg_runtime::schema::model::Model;
use rqg_runtime::unit_text::{Generate as _, UnitText};
use std::ops::Range;
use std::sync::Arc;

/// What a run is asked for.
#[derive(Debug, Clone)]
pub enum Units {
    /// The units of these indexes.
    Random(Range<u64>),
    /// One unit from these bytes.
    Bytes(Vec<u8>),
    /// The units of a strict run with so many indexes; empty where an index has none.
    Strict(u64),
}

impl Units {
    /// The indexes of the units.
    #[must_use]
    pub fn indexes(&self) -> Range<u64> {
        match self {
            Self::Random(indexes) => indexes.clone(),
            Self::Bytes(_) => 0..1,
            Self::Strict(size) => 0..*size,
        }
    }
}

/// Units, or why there are none.
pub type Made = Result<Vec<UnitText>, Vec<SetupError>>;

/// A grammar that was compiled to Rust.
#[derive(Debug, Clone, Copy)]
pub struct Compiled {
    /// Its file, relative to the workspace.
    pub path: &'static str,
    run: fn(Arc<Model>, Settings, &Units) -> Made,
}

impl Compiled {
    /// A grammar with its file.
    #[must_use]
    pub const fn new<G: Grammar>(path: &'static str) -> Self {
        Self {
            path,
            run: run::<G>,
        }
    }

    /// Makes units.
    ///
    /// # Errors
    ///
    /// Grammar, settings and schema do not go together.
    pub fn units(&self, model: Arc<Model>, settings: Settings, units: &Units) -> Made {
        (self.run)(model, settings, units)
    }
}

fn run<G: Grammar>(model: Arc<Model>, settings: Settings, units: &Units) -> Made {
    let mut generator = Generator::<G>::new(model, settings)?;
    if let Units::Strict(size) = units {
        let enumerated = generator.enumerated(Some(*size), 0);
        generator = enumerated.map_err(|_| Vec::new())?;
    }
    let made = generator.with_stack(|generator| {
        let mut worker = generator.worker();
        match units {
            Units::Random(_) | Units::Strict(_) => units
                .indexes()
                .map(|index| {
                    let mut unit = UnitText::recording_values();
                    worker.generate(index, &mut unit);
                    unit
                })
                .collect(),
            Units::Bytes(bytes) => {
                let mut unit = UnitText::recording_values();
                worker.generate_from(0, &mut Bytes::new(bytes), &mut unit);
                vec![unit]
            }
        }
    });
    // A machine that gives no thread can't run tests.
    Ok(made.unwrap_or_default())
}
