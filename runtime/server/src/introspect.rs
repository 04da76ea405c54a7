//! Reads the schema of a database from its catalogue, as DDL: the reader of schema files then
//! makes the model, so that there is one understanding of types, keys and checks.
//!
//! The script holds what the model can use, in the order of creation: enumerations, domains and
//! other types, tables with their keys and checks, views with the types of their columns, unique
//! indexes, partitions, foreign keys and triggers. System schemas, temporary tables, what belongs
//! to extensions and the schema `rqg`, where loaded data is recorded, are left out.

use crate::connect::{ConnectError, Server, Shared};
use crate::pool::Object;
use std::fmt::Write as _;
use tokio_postgres::Row;

/// Schemas that are somebody's own.
const SCHEMAS: &str = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'rqg')";

/// What no extension brought along; to be formatted with catalogue and oid.
fn own(catalogue: &str, oid: &str) -> String {
    format!(
        "NOT EXISTS (SELECT FROM pg_catalog.pg_depend x WHERE x.classid = \
         'pg_catalog.{catalogue}'::pg_catalog.regclass AND x.objid = {oid} AND x.deptype = 'e')"
    )
}

/// Relations that the model knows, `c` with their schemas `n`.
fn relations() -> String {
    format!(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND \
         {SCHEMAS} AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relpersistence <> 't' AND {}",
        own("pg_class", "c.oid")
    )
}

/// The name of a relation in a script.
const RELATION: &str =
    "pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)";

impl Server {
    /// The schema of the database as DDL.
    ///
    /// # Errors
    ///
    /// When the connection is lost or the catalogue can't be read.
    pub fn ddl(&self) -> Result<String, ConnectError> {
        let shared = &self.shared;
        self.runtime.block_on(async {
            let client = shared.connection().await?;
            // One snapshot, and names qualified as in a dump.
            client
                .batch_execute(
                    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = ''",
                )
                .await
                .map_err(|error| shared.query_error(&error))?;
            let catalogue = Catalogue {
                shared,
                client: &client,
                version: self.version().number,
            };
            let script = catalogue.script().await;
            client
                .batch_execute("ROLLBACK")
                .await
                .map_err(|error| shared.query_error(&error))?;
            script
        })
    }
}

struct Catalogue<'a> {
    shared: &'a Shared,
    client: &'a Object,
    version: u32,
}

/// A table or view while its definition is put together.
struct Relation {
    oid: u32,
    name: String,
    kind: String,
    partition_key: Option<String>,
    columns: Vec<String>,
    constraints: Vec<String>,
}

impl Catalogue<'_> {
    async fn rows(&self, query: &str) -> Result<Vec<Row>, ConnectError> {
        self.client
            .query(query, &[])
            .await
            .map_err(|error| self.shared.query_error(&error))
    }

    /// A value of a row: the queries say of which type it is.
    fn get<'r, T: tokio_postgres::types::FromSql<'r>>(
        &self,
        row: &'r Row,
        column: usize,
    ) -> Result<T, ConnectError> {
        row.try_get(column)
            .map_err(|error| self.shared.query_error(&error))
    }

    async fn script(&self) -> Result<String, ConnectError> {
        let mut script = String::new();
        self.schemas(&mut script).await?;
        self.types(&mut script).await?;
        let mut relations = self.relations().await?;
        self.columns(&mut relations).await?;
        self.constraints(&mut relations).await?;
        for relation in &relations {
            relation.write(&mut script);
        }
        self.statements(&mut script, &self.later()).await?;
        Ok(script)
    }

    async fn schemas(&self, script: &mut String) -> Result<(), ConnectError> {
        let query = format!(
            "SELECT 'CREATE SCHEMA ' || pg_catalog.quote_ident(n.nspname) \
             FROM pg_catalog.pg_namespace n WHERE {SCHEMAS} AND n.nspname <> 'public' AND {} \
             ORDER BY n.oid",
            own("pg_namespace", "n.oid")
        );
        self.statements(script, &[query]).await
    }

    /// Enumerations, domains and whatever else columns can be of, in the order of creation: a
    /// domain comes after what it is over.
    async fn types(&self, script: &mut String) -> Result<(), ConnectError> {
        let query = format!(
            "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname), \
             t.typtype::text, \
             (SELECT pg_catalog.string_agg('''' || pg_catalog.replace(e.enumlabel, '''', '''''') || '''', ', ' \
                 ORDER BY e.enumsortorder) \
              FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid), \
             pg_catalog.format_type(t.typbasetype, t.typtypmod), t.typdefault, t.typnotnull, \
             (SELECT pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(k.oid), ' ' \
                 ORDER BY k.oid) \
              FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') \
             FROM pg_catalog.pg_type t \
             JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace AND {SCHEMAS} \
             LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid \
             WHERE {} AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c' \
                 OR (t.typtype = 'b' AND t.typelem = 0)) \
             ORDER BY t.oid",
            own("pg_type", "t.oid")
        );
        for row in self.rows(&query).await? {
            let name: &str = self.get(&row, 0)?;
            let kind: &str = self.get(&row, 1)?;
            let labels: Option<&str> = self.get(&row, 2)?;
            let over: Option<&str> = self.get(&row, 3)?;
            let default: Option<&str> = self.get(&row, 4)?;
            let not_null: bool = self.get(&row, 5)?;
            let checks: Option<&str> = self.get(&row, 6)?;
            // Writing to a String never fails.
            let _ = match kind {
                "e" => {
                    let labels = labels.unwrap_or_default();
                    write!(script, "CREATE TYPE {name} AS ENUM ({labels})")
                }
                "d" => {
                    let mut text = format!("CREATE DOMAIN {name} AS {}", over.unwrap_or_default());
                    if let Some(default) = default {
                        let _ = write!(text, " DEFAULT {default}");
                    }
                    if not_null {
                        text.push_str(" NOT NULL");
                    }
                    if let Some(checks) = checks {
                        let _ = write!(text, " {checks}");
                    }
                    script.push_str(&text);
                    Ok(())
                }
                _ => write!(script, "CREATE TYPE {name}"),
            };
            script.push_str(";\n");
        }
        Ok(())
    }

    async fn relations(&self) -> Result<Vec<Relation>, ConnectError> {
        let query = format!(
            "SELECT c.oid, {RELATION}, c.relkind::text, \
             CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END \
             FROM {} ORDER BY c.oid",
            relations()
        );
        let rows = self.rows(&query).await?;
        let relations = rows.iter().map(|row| {
            Ok(Relation {
                oid: self.get(row, 0)?,
                name: self.get(row, 1)?,
                kind: self.get(row, 2)?,
                partition_key: self.get(row, 3)?,
                columns: Vec::new(),
                constraints: Vec::new(),
            })
        });
        relations.collect()
    }

    async fn columns(&self, relations: &mut [Relation]) -> Result<(), ConnectError> {
        // Generated columns came with version 12.
        let generated = if self.version >= 120_000 {
            "a.attgenerated::text"
        } else {
            "''"
        };
        let query = format!(
            "SELECT c.oid, pg_catalog.quote_ident(a.attname), \
             pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text, \
             {generated}, pg_catalog.pg_get_expr(d.adbin, d.adrelid) \
             FROM {} \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
                 AND NOT a.attisdropped \
             LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
             ORDER BY c.oid, a.attnum",
            self::relations()
        );
        for row in self.rows(&query).await? {
            let oid: u32 = self.get(&row, 0)?;
            let Some(relation) = relations.iter_mut().find(|relation| relation.oid == oid) else {
                continue;
            };
            let name: &str = self.get(&row, 1)?;
            let ty: &str = self.get(&row, 2)?;
            let not_null: bool = self.get(&row, 3)?;
            let identity: &str = self.get(&row, 4)?;
            let generated: &str = self.get(&row, 5)?;
            let expression: Option<&str> = self.get(&row, 6)?;
            let mut column = if relation.is_view() {
                format!("NULL::{ty} AS {name}")
            } else {
                format!("{name} {ty}")
            };
            if !relation.is_view() {
                // Writing to a String never fails.
                let _ = match (generated, expression) {
                    ("s", Some(made)) => write!(column, " GENERATED ALWAYS AS ({made}) STORED"),
                    ("v", Some(made)) => write!(column, " GENERATED ALWAYS AS ({made}) VIRTUAL"),
                    (_, Some(default)) => write!(column, " DEFAULT {default}"),
                    (_, None) => Ok(()),
                };
                column.push_str(match identity {
                    "a" => " GENERATED ALWAYS AS IDENTITY",
                    "d" => " GENERATED BY DEFAULT AS IDENTITY",
                    _ => "",
                });
                if not_null {
                    column.push_str(" NOT NULL");
                }
            }
            relation.columns.push(column);
        }
        Ok(())
    }

    /// Keys, checks and exclusion constraints; the primary key first.
    async fn constraints(&self, relations: &mut [Relation]) -> Result<(), ConnectError> {
        let query = format!(
            "SELECT c.oid, 'CONSTRAINT ' || pg_catalog.quote_ident(k.conname) || ' ' || \
             pg_catalog.pg_get_constraintdef(k.oid) \
             FROM {} JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid \
                 AND k.contype IN ('p', 'u', 'c', 'x') \
             ORDER BY c.oid, k.contype <> 'p', k.oid",
            self::relations()
        );
        for row in self.rows(&query).await? {
            let oid: u32 = self.get(&row, 0)?;
            let text: String = self.get(&row, 1)?;
            if let Some(relation) = relations.iter_mut().find(|relation| relation.oid == oid) {
                relation.constraints.push(text);
            }
        }
        Ok(())
    }

    /// Queries for what refers to several relations, each giving whole statements.
    fn later(&self) -> Vec<String> {
        let relations = relations();
        let alter = format!("'ALTER TABLE ONLY ' || {RELATION}");
        // A key that references a partitioned table has copies for its partitions.
        let copies = "NOT EXISTS (SELECT FROM pg_catalog.pg_constraint p \
                      WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)";
        vec![
            format!(
                "SELECT pg_catalog.pg_get_indexdef(i.indexrelid) \
                 FROM {relations} \
                 JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisunique \
                 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k \
                     WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) \
                 ORDER BY i.indexrelid"
            ),
            format!(
                "SELECT 'ALTER TABLE ONLY ' || pg_catalog.quote_ident(pn.nspname) || '.' || \
                 pg_catalog.quote_ident(p.relname) || ' ATTACH PARTITION ' || {RELATION} || ' ' || \
                 pg_catalog.pg_get_expr(c.relpartbound, c.oid) \
                 FROM {relations} \
                 JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid AND c.relispartition \
                 JOIN pg_catalog.pg_class p ON p.oid = h.inhparent \
                 JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace \
                 ORDER BY c.oid"
            ),
            format!(
                "SELECT {alter} || ' ADD CONSTRAINT ' || pg_catalog.quote_ident(k.conname) || ' ' \
                 || pg_catalog.pg_get_constraintdef(k.oid) \
                 FROM {relations} \
                 JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' \
                 WHERE {copies} ORDER BY c.oid, k.oid"
            ),
            format!(
                "SELECT pg_catalog.pg_get_triggerdef(t.oid) \
                 FROM {relations} \
                 JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal \
                 ORDER BY c.oid, t.oid"
            ),
        ]
    }

    /// Adds the statements that queries give.
    async fn statements(
        &self,
        script: &mut String,
        queries: &[String],
    ) -> Result<(), ConnectError> {
        for query in queries {
            for row in self.rows(query).await? {
                let statement: &str = self.get(&row, 0)?;
                script.push_str(statement);
                script.push_str(";\n");
            }
        }
        Ok(())
    }
}

impl Relation {
    fn is_view(&self) -> bool {
        matches!(self.kind.as_str(), "v" | "m")
    }

    fn write(&self, script: &mut String) {
        let name = &self.name;
        if self.is_view() {
            let kind = if self.kind == "m" {
                "MATERIALIZED VIEW"
            } else {
                "VIEW"
            };
            // Writing to a String never fails.
            let columns = self.columns.join(",\n    ");
            let _ = write!(script, "CREATE {kind} {name} AS SELECT\n    {columns}");
        } else {
            let parts: Vec<&str> = self
                .columns
                .iter()
                .chain(&self.constraints)
                .map(String::as_str)
                .collect();
            let _ = write!(
                script,
                "CREATE TABLE {name} (\n    {}\n)",
                parts.join(",\n    ")
            );
            if let Some(key) = &self.partition_key {
                let _ = write!(script, " PARTITION BY {key}");
            }
        }
        script.push_str(";\n");
    }
}
