//! What kind of statement a text is, as a parser of SQL sees it.

use rqg_runtime::functions::FUNCTIONS;
use sqlparser::ast::{
    Expr, Function, GroupByExpr, OnInsert, Query, Select, SetExpr, Statement, Visit, Visitor,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};
use std::ops::ControlFlow;

/// Aggregates that the catalog of functions leaves out.
const MORE_AGGREGATES: &[&str] = &[
    "array_agg",
    "json_object_agg",
    "jsonb_object_agg",
    "percentile_cont",
    "percentile_disc",
    "mode",
    "corr",
    "covar_pop",
    "covar_samp",
    "variance",
    "stddev",
    "xmlagg",
    "range_agg",
];

/// What a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A query whose rows have to meet a WHERE, HAVING or JOIN, in it, in its FROM clause or in its
    /// WITH clause. An aggregate over all rows, which always returns one, is none.
    Filtered,
    /// Another query.
    Query,
    /// An UPDATE or DELETE.
    Change,
    /// An INSERT.
    Insert {
        /// Whether it has ON CONFLICT.
        on_conflict: bool,
    },
    /// Anything else that could be parsed.
    Other,
    /// What could not be parsed.
    Unknown,
}

/// Classifies one statement.
#[must_use]
pub fn classify(statement: &str) -> Class {
    let parsed = parse(statement);
    match parsed.as_deref() {
        Ok([Statement::Query(query)]) => of_query(query),
        Ok([Statement::Update(_) | Statement::Delete(_)]) => Class::Change,
        Ok([Statement::Insert(insert)]) => Class::Insert {
            on_conflict: matches!(insert.on, Some(OnInsert::OnConflict(_))),
        },
        Ok([_]) => Class::Other,
        Ok(_) | Err(_) => Class::Unknown,
    }
}

fn parse(statement: &str) -> Result<Vec<Statement>, ParserError> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, statement).tokenize()?;
    Parser::new(&PostgreSqlDialect {})
        .with_recursion_limit(200)
        .with_tokens(simplified(tokens))
        .parse_statements()
}

/// Leaves out what the parser does not know and what has no part in the class: SYMMETRIC, the
/// EXCLUDE of a frame, and the predicate of a partial index in ON CONFLICT.
fn simplified(mut tokens: Vec<Token>) -> Vec<Token> {
    tokens.retain(|token| !matches!(token, Token::Whitespace(_)));
    let mut kept = Vec::with_capacity(tokens.len());
    let mut rest = tokens.into_iter().peekable();
    let mut in_target = false;
    while let Some(token) = rest.next() {
        match bare(&token) {
            "SYMMETRIC" => continue,
            "EXCLUDE" => {
                if matches!(rest.next().as_ref().map(bare), Some("CURRENT" | "NO")) {
                    rest.next();
                }
                continue;
            }
            "CONFLICT" => in_target = true,
            "DO" => in_target = false,
            "WHERE" if in_target => {
                while rest.next_if(|token| bare(token) != "DO").is_some() {}
                continue;
            }
            _ => {}
        }
        kept.push(token);
    }
    kept
}

/// A word as written, unless it is quoted.
fn bare(token: &Token) -> &str {
    match token {
        Token::Word(word) if word.quote_style.is_none() => &word.value,
        _ => "",
    }
}

fn of_query(query: &Query) -> Class {
    // WITH in front of a change.
    match &*query.body {
        SetExpr::Update(_) | SetExpr::Delete(_) => return Class::Change,
        SetExpr::Insert(Statement::Insert(insert)) => {
            return Class::Insert {
                on_conflict: matches!(insert.on, Some(OnInsert::OnConflict(_))),
            };
        }
        _ => {}
    }
    let mut look = Look::default();
    // Nothing in it breaks off.
    let _ = query.visit(&mut look);
    let grouped = match &*query.body {
        SetExpr::Select(select) => {
            !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty())
        }
        _ => true,
    };
    if look.filtered && (grouped || !look.aggregate) {
        Class::Filtered
    } else {
        Class::Query
    }
}

/// What is found on a walk through a query.
#[derive(Default)]
struct Look {
    queries: u32,
    expressions: u32,
    /// A query that gives rows, not one inside of an expression, has a WHERE, HAVING or JOIN.
    filtered: bool,
    /// The outermost query has an aggregate that is no window function.
    aggregate: bool,
}

impl Visitor for Look {
    type Break = ();

    fn pre_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.queries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if self.expressions == 0 {
            self.filtered |= select.selection.is_some()
                || select.having.is_some()
                || select.from.len() > 1
                || select.from.iter().any(|from| !from.joins.is_empty());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr {
            self.aggregate |= self.queries == 1 && is_aggregate(function);
        }
        self.expressions += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, _expr: &Expr) -> ControlFlow<()> {
        self.expressions -= 1;
        ControlFlow::Continue(())
    }
}

fn is_aggregate(function: &Function) -> bool {
    let name = function.name.to_string().to_lowercase();
    let known = || {
        FUNCTIONS
            .iter()
            .any(|known| known.aggregate && known.name == name)
            || MORE_AGGREGATES.contains(&name.as_str())
    };
    function.over.is_none() && known()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_with_filters() {
        for sql in [
            "SELECT a FROM t WHERE a = 1",
            "SELECT a FROM t WHERE a BETWEEN SYMMETRIC 1 AND 2",
            "SELECT a FROM t JOIN u USING (a)",
            "SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 1",
            "WITH w AS (SELECT a FROM t WHERE a > 1) SELECT a FROM w",
            "SELECT d.a FROM (SELECT a FROM t WHERE a > 1) AS d",
            "(SELECT a FROM t) UNION (SELECT a FROM u WHERE a > 1)",
            "SELECT a, count(*) OVER () FROM t WHERE a = 1",
            "SELECT sum(a) OVER (ORDER BY a ROWS CURRENT ROW EXCLUDE NO OTHERS) FROM t WHERE a = 1",
            "SELECT a, (SELECT count(*) FROM u) FROM t WHERE a = 1",
            "SELECT r.a FROM t AS r CROSS JOIN LATERAL (SELECT 1) AS l",
        ] {
            assert_eq!(classify(sql), Class::Filtered, "{sql}");
        }
    }

    #[test]
    fn queries_without() {
        for sql in [
            "SELECT a FROM t",
            "SELECT count(*) FROM t WHERE a = 1",
            "SELECT COALESCE(sum(a), 0) FROM t JOIN u USING (a) WHERE a = 1",
            "SELECT a, (SELECT b FROM u WHERE u.a = t.a LIMIT 1) FROM t",
            "SELECT array_agg(a ORDER BY a) FROM t WHERE a = 1",
        ] {
            assert_eq!(classify(sql), Class::Query, "{sql}");
        }
    }

    #[test]
    fn changes_and_others() {
        let insert = |on_conflict| Class::Insert { on_conflict };
        for (sql, class) in [
            ("UPDATE t SET a = 1 WHERE a = 2", Class::Change),
            ("DELETE FROM t WHERE a = 2 RETURNING a", Class::Change),
            ("INSERT INTO t (a) VALUES (1)", insert(false)),
            (
                "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING",
                insert(true),
            ),
            (
                "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) WHERE b > 1 DO UPDATE SET b = 2 WHERE c",
                insert(true),
            ),
            ("CREATE TABLE t (a integer)", Class::Other),
            ("SELECT (1 FROM t", Class::Unknown),
            ("", Class::Unknown),
        ] {
            assert_eq!(classify(sql), class, "{sql}");
        }
    }
}
