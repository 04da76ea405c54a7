//! What grammars do with what they bound, as statements do.

use super::types::{Kind, list, one};
use super::writer::Writer;

impl Writer {
    /// Something that a local is used for: most often the one that was bound last.
    pub(super) fn used(&mut self) -> Option<String> {
        let mut locals = self.locals.clone();
        locals.retain(|local| self.visible(local));
        let mut at = locals.len().checked_sub(1)?;
        while at > 0 && self.dice.percent(30) {
            at -= 1;
        }
        let name = locals[at].name.clone();
        let ty = locals[at].ty;
        Some(if ty.list {
            self.walked(&name, ty.kind)?
        } else {
            self.used_as(&name, ty.kind)?
        })
    }

    fn used_as(&mut self, name: &str, kind: Kind) -> Option<String> {
        Some(match kind {
            Kind::Text | Kind::Int | Kind::Name => name.to_owned(),
            Kind::Table => match self.dice.below(6) {
                0 => format!("(INSERT INTO {name} {})?", self.row_of(name)),
                1 => format!("{name} \".\" column({name})"),
                2 => format!("SELECT (for q in distinct column({name}){{1..=3}} \",\" {{ q }})"),
                3 => format!("FROM {name}"),
                4 => format!(
                    "(let q = column({name}, comparable); q \"=\" existing(q, key({name})))?"
                ),
                _ => format!("SET (let q = updatable({name}); q.name \"=\" value(q))"),
            },
            Kind::Column => match self.dice.below(4) {
                0 => format!("{name} \"=\" comparand({name})"),
                1 => format!("{name} IN \"(\" existing({name}){{1..=3 \",\"}} \")\""),
                2 => format!("({name}.qualified \"<\" literal({name}.type))?"),
                _ => format!("{name}.name \"::\" type_name({name}.type)"),
            },
            Kind::Type => match self.dice.below(3) {
                0 => format!("CAST ~ \"(\" literal({name}) AS type_name({name}) \")\""),
                1 => format!("(function({name}))?"),
                _ => format!("column(table(), {name})?80%"),
            },
            Kind::Function => format!(
                "{name} ~ \"(\" (for A9 in {name}.arguments \",\" {{ literal(A9) | NULL }}) \")\""
            ),
            Kind::Fk => format!(
                "let q = alias({name}.from); let p = alias({name}.to); q JOIN p ON \
                 (for (v, w) in zip({name}.columns, {name}.targets) \"AND\" {{ \
                 of(q, v) \"=\" of(p, w) }})"
            ),
            Kind::UniqueKey => format!(
                "(for q in {name}.columns \",\" {{ q.name }}) ( when {name}.partial: WHERE \
                 {name}.predicate | when !{name}.partial: )"
            ),
            Kind::Row => match self.local(one(Kind::Column)) {
                Some(column) => format!("(existing({column}, {name}) | value({column}, {name}))"),
                None => format!("(let q = column(table()); value(q, {name}))?"),
            },
            Kind::Bool => format!("( when {name}: A | when !{name}: B1)"),
        })
    }

    /// A row of values for a table.
    fn row_of(&mut self, table: &str) -> String {
        let row = self.dice.pick(&["key", "new_key", "victim"]);
        format!(
            "let q = distinct insertable({table}){{1..}}; let w = {row}({table}); VALUES \"(\" \
             (for v in q \",\" {{ value(v, w) }}) \")\""
        )
    }

    fn walked(&mut self, name: &str, kind: Kind) -> Option<String> {
        let inside = match kind {
            Kind::Column => match self.dice.below(4) {
                0 => "q \"=\" value(q)".to_owned(),
                1 => "q comparand(q)? | 2 when q.type in number: int(0..=3)".to_owned(),
                2 => match self.local(one(Kind::Row)) {
                    Some(row) => format!("existing(q, {row})"),
                    None => "q.qualified".to_owned(),
                },
                _ => "q".to_owned(),
            },
            Kind::Type => "type_name(q) literal(q)?".to_owned(),
            Kind::Table => "q AS column(q)".to_owned(),
            Kind::Fk => "q.from q.to".to_owned(),
            Kind::UniqueKey => "(for w in q.columns { w })".to_owned(),
            Kind::Text | Kind::Int | Kind::Name | Kind::Function => "q".to_owned(),
            Kind::Bool | Kind::Row => return None,
        };
        if kind == Kind::Column
            && self.dice.percent(25)
            && let Some(table) = self.local(one(Kind::Table))
        {
            return Some(format!("(for q in {name} \"AND\" {{ of({table}, q) }})"));
        }
        if kind == Kind::Column
            && self.dice.percent(20)
            && let Some(types) = self.local(list(Kind::Type))
        {
            let pair = "q \"::\" type_name(w)";
            return Some(format!(
                "(for (q, w) in zip({name}, {types}) \",\" {{ {pair} }})"
            ));
        }
        Some(format!("(for q in {name} \",\" {{ {inside} }})"))
    }
}
