//! The fingerprint of a model: equal for equal models, on every machine and in every version.

use super::model::{Allowed, Identity, Model, TableKind, TypeKind};
use xxhash_rust::xxh3::Xxh3;

/// Feeds a hash with a serialisation that no other model shares: every text and list comes with
/// its length, every choice with a tag.
struct Canonical(Xxh3);

impl Canonical {
    fn number(&mut self, n: u64) {
        self.0.update(&n.to_le_bytes());
    }

    fn wide(&mut self, n: i128) {
        self.0.update(&n.to_le_bytes());
    }

    fn flag(&mut self, flag: bool) {
        self.0.update(&[u8::from(flag)]);
    }

    fn length(&mut self, n: usize) {
        self.number(n as u64);
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.update(text.as_bytes());
    }

    fn optional(&mut self, n: Option<u64>) {
        self.flag(n.is_some());
        self.number(n.unwrap_or(0));
    }

    fn texts(&mut self, texts: &[String]) {
        self.length(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    fn positions(&mut self, positions: &[u16]) {
        self.length(positions.len());
        for &position in positions {
            self.number(position.into());
        }
    }

    fn bound(&mut self, bound: Option<(i128, u32)>) {
        self.flag(bound.is_some());
        let (unscaled, scale) = bound.unwrap_or((0, 0));
        self.wide(unscaled);
        self.number(scale.into());
    }

    fn allowed(&mut self, allowed: &Allowed) {
        match allowed {
            Allowed::Any => self.number(0),
            Allowed::Range { low, high } => {
                self.number(1);
                self.bound(*low);
                self.bound(*high);
            }
            Allowed::OneOf(literals) => {
                self.number(2);
                self.texts(literals);
            }
            Allowed::Length(low, high) => {
                self.number(3);
                self.number((*low).into());
                self.number((*high).into());
            }
            Allowed::Unknown => self.number(4),
        }
    }

    fn kind(&mut self, kind: &TypeKind) {
        match kind {
            TypeKind::Builtin(builtin) => {
                self.number(0);
                self.number(builtin.id().0.into());
            }
            TypeKind::Array(element) => {
                self.number(1);
                self.number(element.0.into());
            }
            TypeKind::Enum(labels) => {
                self.number(2);
                self.texts(labels);
            }
            TypeKind::Domain {
                over,
                not_null,
                allowed,
            } => {
                self.number(3);
                self.number(over.0.into());
                self.flag(*not_null);
                self.allowed(allowed);
            }
            TypeKind::Other => self.number(4),
        }
    }
}

impl Model {
    /// A fingerprint of everything in the model, row counts included. Stable: the same for equal
    /// models on every platform.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Canonical(Xxh3::new());
        hash.text("rqg schema model 1");
        hash.length(self.types.len());
        for info in &self.types {
            hash.text(&info.sql);
            hash.number(info.base.0.into());
            hash.kind(&info.kind);
            hash.number(info.classes.0.into());
            hash.optional(info.length.map(u64::from));
            hash.flag(info.scale.is_some());
            hash.wide(info.scale.unwrap_or(0).into());
        }
        hash.length(self.tables.len());
        for table in &self.tables {
            hash.text(&table.schema);
            hash.text(&table.name);
            hash.text(&table.reference);
            hash.number(match table.kind {
                TableKind::Table => 0,
                TableKind::Partitioned => 1,
                TableKind::View => 2,
                TableKind::MaterializedView => 3,
            });
            hash.length(table.columns.len());
            for column in &table.columns {
                hash.text(&column.name);
                hash.text(&column.reference);
                hash.number(column.ty.0.into());
                hash.flag(column.not_null);
                hash.flag(column.has_default);
                hash.number(match column.identity {
                    None => 0,
                    Some(Identity::Always) => 1,
                    Some(Identity::ByDefault) => 2,
                });
                hash.flag(column.generated);
                hash.allowed(&column.allowed);
            }
            hash.flag(table.opaque_constraint);
            hash.flag(table.whole_rows_only);
            hash.number(table.rows);
        }
        hash.length(self.foreign_keys.len());
        for key in &self.foreign_keys {
            hash.number(key.from.0.into());
            hash.number(key.to.0.into());
            hash.positions(&key.columns);
            hash.positions(&key.targets);
            hash.flag(key.full);
        }
        hash.length(self.unique_keys.len());
        for key in &self.unique_keys {
            hash.number(key.table.0.into());
            hash.positions(&key.columns);
            hash.flag(key.predicate.is_some());
            hash.text(key.predicate.as_deref().unwrap_or(""));
            hash.flag(key.inferable);
            hash.flag(key.primary);
            hash.flag(key.nulls_not_distinct);
        }
        hash.0.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_stable_and_sees_differences() {
        let model = Model {
            types: Model::builtin_types(),
            tables: Vec::new(),
            foreign_keys: Vec::new(),
            unique_keys: Vec::new(),
        };
        let mut other = model.clone();
        other.types[0].length = Some(0);
        assert_eq!(model.fingerprint(), model.clone().fingerprint());
        assert_ne!(model.fingerprint(), other.fingerprint());
    }
}
