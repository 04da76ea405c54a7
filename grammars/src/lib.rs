//! The bundled grammars: a folder `NAME` with `NAME.rqg` at its root becomes one when this crate is
//! built, as Rust.

use rqg_runtime::native::FromPlan;

/// A grammar that comes with the command.
#[derive(Debug, Clone, Copy)]
pub struct Bundled {
    /// Its name, that of its folder.
    pub name: &'static str,
    /// What it makes: the first line of its documentation.
    pub description: &'static str,
    /// The dialects that it is for.
    pub dialects: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Its compiled form: takes a run over that was planned for this very text.
    pub native: FromPlan,
}

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// The bundled grammar of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Bundled> {
    BUNDLED.iter().find(|bundled| bundled.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rqg_compiler::interpret::{Generator, Settings};
    use rqg_compiler::{Input, compile};
    use rqg_runtime::entropy::Seed;
    use rqg_runtime::schema::default_model;
    use rqg_runtime::unit_text::UnitText;
    use serde::de::IgnoredAny;
    use std::sync::Arc;

    #[test]
    fn each_compiled_form_takes_over_what_is_planned_for_its_text_only() {
        let planned = BUNDLED.iter().map(|bundled| {
            let program = compile(&Input::text(bundled.name, bundled.text)).program;
            let settings = Settings::new(Seed::from(1).master_key());
            let model = Arc::new(default_model());
            let generator = Generator::new(program.expect("no errors"), model, settings);
            generator.expect("a run").planned()
        });
        let planned: Vec<_> = planned.collect();
        for (at, bundled) in BUNDLED.iter().enumerate() {
            for (other, planned) in planned.iter().enumerate() {
                let taken = (bundled.native)(planned.clone());
                assert_eq!(taken.is_some(), at == other, "{}", bundled.name);
            }
        }
    }

    #[test]
    fn every_json_document_is_complete() {
        let json = named("json").expect("a grammar");
        let program = compile(&Input::text(json.name, json.text)).program;
        let settings = Settings::new(Seed::from(1).master_key());
        let model = Arc::new(default_model());
        let generator = Generator::new(program.expect("no errors"), model, settings);
        let compiled = (json.native)(generator.expect("a run").planned());
        let mut worker = compiled.expect("its own plan").any_worker();
        let mut text = UnitText::default();
        for index in 0..5_000 {
            worker.generate(index, &mut text);
            assert_eq!(text.ends.len(), 1, "{index}");
            let parsed = serde_json::from_slice::<IgnoredAny>(&text.bytes);
            let document = String::from_utf8_lossy(&text.bytes);
            assert!(parsed.is_ok(), "{index}: {parsed:?} in {document}");
        }
    }

    #[test]
    fn every_grammar_says_what_it_makes() {
        assert!(named("crud").is_some() && named("json").is_some());
        for bundled in BUNDLED {
            assert!(!bundled.description.is_empty(), "{}", bundled.name);
            assert!(bundled.text.contains("rule query"), "{}", bundled.name);
        }
        assert!(BUNDLED.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
