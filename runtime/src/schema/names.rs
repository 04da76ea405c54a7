//! Identifiers as they are printed in SQL.

/// Words that PostgreSQL 12 to 18 do not take (everywhere) as a bare identifier: every keyword
/// that is not in the unreserved category in one of these versions. Sorted.
const KEYWORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

/// Whether an identifier has to be quoted to be read back as it is.
#[must_use]
pub fn needs_quotes(identifier: &str) -> bool {
    let mut bytes = identifier.bytes();
    let plain = bytes
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == b'_')
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    !plain || KEYWORDS.binary_search(&identifier).is_ok()
}

/// Appends an identifier, quoted where needed.
pub fn push_identifier(identifier: &str, out: &mut Vec<u8>) {
    if !needs_quotes(identifier) {
        out.extend_from_slice(identifier.as_bytes());
        return;
    }
    out.push(b'"');
    for b in identifier.bytes() {
        if b == b'"' {
            out.push(b'"');
        }
        out.push(b);
    }
    out.push(b'"');
}

/// An identifier as printed in SQL, quoted where needed.
#[must_use]
pub fn identifier(name: &str) -> String {
    if needs_quotes(name) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}

/// The name of an object as printed in SQL: qualified unless its schema is `public`.
#[must_use]
pub fn reference(schema: &str, name: &str) -> String {
    if schema == "public" {
        identifier(name)
    } else {
        format!("{}.{}", identifier(schema), identifier(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn quotes_only_what_needs_it() {
        for (name, printed) in [
            ("orders", "orders"),
            ("_x1", "_x1"),
            ("order", "\"order\""),
            ("Order", "\"Order\""),
            ("1st", "\"1st\""),
            ("a b", "\"a b\""),
            ("a\"b", "\"a\"\"b\""),
            ("", "\"\""),
            ("größe", "\"größe\""),
            ("values", "\"values\""),
            ("status", "status"),
        ] {
            assert_eq!(identifier(name), printed);
            let mut out = Vec::new();
            push_identifier(name, &mut out);
            assert_eq!(out, printed.as_bytes());
        }
        assert_eq!(reference("public", "user"), "\"user\"");
        assert_eq!(reference("app", "t"), "app.t");
    }
}
