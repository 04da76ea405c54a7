//! Diagnostics of bad grammars, as they are drawn.

use super::errors;

#[test]
fn errors_in_one_item_never_hide_others() {
    let text = r#"rule a = A , B;
rule b = let t = table() SELECT t;
rule c = x
rule d = "open;
rule e = ( A;
rule f = A; rul g = B;
rule h = A + B | C * D | E;
"#;
    insta::assert_snapshot!(errors(text), @r#"
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `,`
    | rule a = A , B;
    |            ^ unexpected
    = to print it, quote it: `","`
    RQG0006: expected `;` at the end of `let`, found `SELECT`
    | rule b = let t = table() SELECT t;
    |                          ^^^^^^ expected `;` at the end of `let`
    = a value ends with `;`; text of several parts is a value in braces: `let x = { … };`
    RQG0006: expected `;` at the end of the rule, found the next item (`rule`)
    | rule c = x
    |           ^ `;` is missing here
    RQG0004: this string is not closed on its line
    | rule d = "open;
    |          ^^^^^^ `"` is missing at its end
    = a string stays on one line; write `\n` for a line break
    RQG0005: `(` is not closed
    | rule e = ( A;
    |          ^ nothing closes it up to the end of the item
    = to print the bracket, quote it: `"("`
    RQG0011: `rul` stands outside of any item
    | rule f = A; rul g = B;
    |             ^^^ an item is expected here
    = did you mean `rule`?
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `+`
    | rule h = A + B | C * D | E;
    |            ^ unexpected
    = to print it, quote it: `"+"`
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `*`
    | rule h = A + B | C * D | E;
    |                    ^ unexpected
    = to print it, quote it: `"*"`
    "#);
}

#[test]
fn missing_semicolons() {
    let text = r#"rule a = A
rule b = let t = table()
    SELECT t;
rule c = scope { bind r SELECT r };
use a::b
grammar x
dialect postgresql >= 12
rule d = let x = A B;
rule e = A
"#;
    insta::assert_snapshot!(errors(text), @"
    RQG0006: expected `;` at the end of the rule, found the next item (`rule`)
    | rule a = A
    |           ^ `;` is missing here
    RQG0006: expected `;` at the end of `let`, found `SELECT`
    | rule b = let t = table()
    |                         ^ `;` is missing here
    RQG0006: expected `,` or `;` at the end of `bind`, found `SELECT`
    | rule c = scope { bind r SELECT r };
    |                         ^^^^^^ unexpected
    RQG0006: expected `;` at the end of the item, found the next item (`grammar`)
    | use a::b
    |         ^ `;` is missing here
    RQG0006: expected `;` at the end of the item, found the next item (`dialect`)
    | grammar x
    |          ^ `;` is missing here
    RQG0006: expected `;` at the end of the item, found the next item (`rule`)
    | dialect postgresql >= 12
    |                         ^ `;` is missing here
    RQG0006: expected `;` at the end of `let`, found `B`
    | rule d = let x = A B;
    |                    ^ expected `;` at the end of `let`
    = a value ends with `;`; text of several parts is a value in braces: `let x = { … };`
    RQG0006: expected `;` at the end of the rule, found the end of the file
    | rule e = A
    |           ^ `;` is missing here
    ");
}

#[test]
fn quotes() {
    let text = r#"rule a = 'text';
rule b = let x = 'text'; x;
schema 'a.sql';
rule c = SELECT * FROM t, u;
rule d = a = b;
rule e = x || y;
rule f = a % b @ c;
rule g = a::int;
rule h = é;
"#;
    insta::assert_snapshot!(errors(text), @r#"
    RQG0006: expected an element, a number, `|` or `;` at the end of the rule, found `'`
    | rule a = 'text';
    |          ^ unexpected
    = literal text is written in double quotes: `"…"`; single quotes in it are printed
    RQG0006: expected a value, found `'`
    | rule b = let x = 'text'; x;
    |                  ^ expected a value
    = strings are written in double quotes: `"…"`
    RQG0006: expected a string, found `'`
    | schema 'a.sql';
    |        ^ expected a string
    = strings are written in double quotes: `"…"`
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `*`
    | rule c = SELECT * FROM t, u;
    |                 ^ unexpected
    = to print it, quote it: `"*"`
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `=`
    | rule d = a = b;
    |            ^ unexpected
    = to print it, quote it: `"="`
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `||`
    | rule e = x || y;
    |            ^^ unexpected
    = alternatives are separated by a single `|`; to print `||`, write `"||"`
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `%`
    | rule f = a % b @ c;
    |            ^ unexpected
    = a probability stands directly after `?`, as in `x?30%`; to print it, write `"%"`
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `::`
    | rule g = a::int;
    |           ^^ unexpected
    = to print it, quote it: `"::"`
    RQG0006: expected an element, a number, `|` or `;` at the end of the rule, found `é`
    | rule h = é;
    |          ^ unexpected
    = to print it, quote it: `"é"`
    "#);
}

#[test]
fn guards() {
    let text = r#"rule a = when T = bool: A;
rule b = when T == bool A;
rule c = 4 A;
rule d = when T == bool and n > 0: A;
rule e = when not a: A;
rule f = when T in: A;
rule g = when n <> 0: A;
rule h = 30%: A | B;
rule i = A 3: B;
rule j = when : A;
rule k = when postgresql >= : A;
"#;
    insta::assert_snapshot!(errors(text), @"
    RQG0006: expected `in`, a comparison or `:`, found `=`
    | rule a = when T = bool: A;
    |                 ^ unexpected
    = equality is tested with `==`
    RQG0006: expected `:`, found `A`
    | rule b = when T == bool A;
    |                         ^ expected `:`
    = `:` stands between the weight or guard and what it applies to: `2: x`, `2 when n > 0: x`
    RQG0006: expected `:`, found `A`
    | rule c = 4 A;
    |            ^ expected `:`
    = `:` stands between the weight or guard and what it applies to: `2: x`, `2 when n > 0: x`
    RQG0006: expected `:`, found `and`
    | rule d = when T == bool and n > 0: A;
    |                         ^^^ expected `:`
    = conditions are joined with `&&`
    RQG0006: expected `in`, a comparison or `:`, found `a`
    | rule e = when not a: A;
    |                   ^ unexpected
    = a condition is negated with `!`
    RQG0006: expected a name, found `:`
    | rule f = when T in: A;
    |                   ^ expected a name
    RQG0006: expected a value, found `<>`
    | rule g = when n <> 0: A;
    |                 ^^ expected a value
    = inequality is tested with `!=`
    RQG0006: expected `:`, found `%`
    | rule h = 30%: A | B;
    |            ^ expected `:`
    = a weight is a whole number without a unit: `30: …`
    RQG0006: expected an element, `|` or `;` at the end of the rule, found the number `3`
    | rule i = A 3: B;
    |            ^ unexpected
    = a weight stands first in its alternative, directly after `|`
    RQG0006: expected a condition, found `:`
    | rule j = when : A;
    |               ^ expected a condition
    RQG0006: expected a value, found `:`
    | rule k = when postgresql >= : A;
    |                             ^ expected a value
    ");
}

#[test]
fn definitions() {
    let text = r#"rule a ::= A;
rule b : A;
rule SELECT = A;
rule for = A;
rule c(t) = A;
rule d(t: ) = A;
rule e() -> = A;
rule f A;
rule = A;
rule g(t: list<table) = A;
rule h(t: list<table>>) = A;
override where = A;
"#;
    insta::assert_snapshot!(errors(text), @"
    RQG0006: expected `->`, `=` or `(`, found `::=`
    | rule a ::= A;
    |        ^^^ unexpected
    = a single `=` stands here
    RQG0006: expected `->`, `=` or `(`, found `:`
    | rule b : A;
    |        ^ unexpected
    = a single `=` stands here
    RQG0006: expected a name, found `SELECT`
    | rule SELECT = A;
    |      ^^^^^^ expected a name
    = UPPERCASE words print themselves; a name has lower-case letters, as `select`
    RQG0110: `for` is a word of the language and cannot be a name
    | rule for = A;
    |      ^^^ choose another name
    = for example `for_`
    RQG0006: expected `:`, found `)`
    | rule c(t) = A;
    |         ^ expected `:`
    = each parameter has a type: `t: table`
    RQG0006: expected a name, found `)`
    | rule d(t: ) = A;
    |           ^ expected a name
    RQG0006: expected a name or `(`, found `=`
    | rule e() -> = A;
    |             ^ unexpected
    RQG0006: expected `->`, `=` or `(`, found `A`
    | rule f A;
    |        ^ unexpected
    = `=` stands between a rule's head and what it derives: `rule f = …;`
    RQG0006: expected a name, found `=`
    | rule = A;
    |      ^ expected a name
    RQG0006: a `>` is missing in this type
    | rule g(t: list<table) = A;
    |           ^^^^^^^^^^ each `<` needs its `>`, as in `list<column>`
    RQG0006: this type has more `>` than `<`
    | rule h(t: list<table>>) = A;
    |           ^^^^^^^^^^^^ each `<` needs its `>`, as in `list<column>`
    RQG0006: expected `rule`, found `where`
    | override where = A;
    |          ^^^^^ expected `rule`
    ");
}

#[test]
fn headers() {
    let text = r#"grammar;
grammar Select, b;
use;
use a;
use a::{};
use a::{b c};
use a.b;
dialect;
dialect postgresql 12;
dialect postgresql >= x;
schema shop;
extern name();
extern fn name;
"#;
    insta::assert_snapshot!(errors(text), @"
    RQG0006: expected a name, found `;`
    | grammar;
    |        ^ expected a name
    RQG0006: expected `;` at the end of the item, found `,`
    | grammar Select, b;
    |               ^ expected `;` at the end of the item
    RQG0006: expected a name, found `;`
    | use;
    |    ^ expected a name
    RQG0006: an import needs a module and what to take from it
    | use a;
    | ^^^^^^ only one name is given
    = write `use module::{name};` or `use module::*;`
    RQG0006: expected a name, found `}`
    | use a::{};
    |         ^ expected a name
    RQG0006: expected `,` or `}`, found `c`
    | use a::{b c};
    |           ^ unexpected
    RQG0006: expected `::` or `;` at the end of the item, found `.`
    | use a.b;
    |      ^ unexpected
    = the parts of a module's path are joined by `::`
    RQG0006: expected a name, found `;`
    | dialect;
    |        ^ expected a name
    RQG0006: expected a comparison, `,` or `;` at the end of the item, found the number `12`
    | dialect postgresql 12;
    |                    ^^ unexpected
    RQG0006: expected a number, found `x`
    | dialect postgresql >= x;
    |                       ^ expected a number
    RQG0006: expected a string, found `shop`
    | schema shop;
    |        ^^^^ expected a string
    RQG0006: expected `fn`, found `name`
    | extern name();
    |        ^^^^ expected `fn`
    RQG0006: expected `(`, found `;`
    | extern fn name;
    |               ^ expected `(`
    ");
}

#[test]
fn words_of_the_language_in_text() {
    let text = r#"rule a = x in y;
rule b = SELECT distinct x;
rule c = full JOIN t;
rule d = SET schema x;
rule e = CREATE x as y;
rule f = for update;
rule g = true;
"#;
    insta::assert_snapshot!(errors(text), @r#"
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `in`
    | rule a = x in y;
    |            ^^ unexpected
    = `in` is a word of the language; to print it, write `IN`
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `distinct`
    | rule b = SELECT distinct x;
    |                 ^^^^^^^^ unexpected
    = `distinct` is a word of the language; to print it, write `DISTINCT`
    RQG0006: expected `{`, found `JOIN`
    | rule c = full JOIN t;
    |               ^^^^ expected `{`
    = `full` is a word of the language; to print it, write `FULL`
    RQG0006: expected `;` at the end of the rule, found the next item (`schema`)
    | rule d = SET schema x;
    |             ^ `;` is missing here
    = `schema` starts a new item wherever it stands; to print it, write `SCHEMA` or `"schema"`
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `as`
    | rule e = CREATE x as y;
    |                   ^^ unexpected
    = `as` is a word of the language; to print it, write `AS`
    RQG0006: expected `in`, found `;`
    | rule f = for update;
    |                    ^ expected `in`
    RQG0006: expected an element, a number, `|` or `;` at the end of the rule, found `true`
    | rule g = true;
    |          ^^^^ unexpected
    = `true` is a word of the language; to print it, write `TRUE`
    "#);
}

#[test]
fn adjacency() {
    let text = r#"rule a = x ?;
rule b = x? 30%;
rule c = x?30;
rule d = let x = f (1); x;
rule e = x{A B};
rule f = for c in cs{ c };
rule g = t . name;
rule h = x{f(1)};
"#;
    insta::assert_snapshot!(errors(text), @r#"
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `?`
    | rule a = x ?;
    |            ^ unexpected
    = `?` stands directly after what it makes optional: `x?` or `x?30%`
    RQG0006: expected an element, `|` or `;` at the end of the rule, found the number `30`
    | rule b = x? 30%;
    |             ^^ unexpected
    = a probability has no space: `?30%`
    RQG0006: expected `%`, found `;`
    | rule c = x?30;
    |              ^ expected `%`
    = a probability is a percentage: `x?30%`
    RQG0006: expected `;` at the end of `let`, found `(`
    | rule d = let x = f (1); x;
    |                    ^ expected `;` at the end of `let`
    = a call has no space: `f(`
    RQG0006: expected a string, `,` or `}`, found `B`
    | rule e = x{A B};
    |              ^ unexpected
    = `{` directly after something repeats it: `x{1..=3 ","}`; put a space before it to start a block
    RQG0006: expected a string or `{`, found `;`
    | rule f = for c in cs{ c };
    |                          ^ unexpected
    = `{` directly after something repeats it: `cs{1..=3 ","}`; put a space before it to start a block
    RQG0006: expected an element, `|` or `;` at the end of the rule, found `.`
    | rule g = t . name;
    |            ^ unexpected
    = a field has no space: `t.name`; to print a point, write `"."`
    RQG0006: a bound is made of numbers, int parameters and locals
    | rule h = x{f(1)};
    |            ^^^^ not allowed in a bound
    = draw it before: `let n = int(1..=3); x{n}`
    "#);
}

#[test]
fn values() {
    let text = r#"rule a = f(A B);
rule b = let x = (a, b); x;
rule c = let x = distinct y; x;
rule d = return (a b);
rule e = f(,);
rule f = let = 1; x;
rule g = let x 1; x;
rule h = for x cs { A };
rule i = for x in cs A;
rule j = f(a -);
"#;
    insta::assert_snapshot!(errors(text), @"
    RQG0006: expected `,` or `)`, found `B`
    | rule a = f(A B);
    |              ^ unexpected
    = text of several parts is a value in braces: `{ … }`
    RQG0006: several values in parentheses are only returned, never passed
    | rule b = let x = (a, b); x;
    |                  ^^^^^^ one value is expected
    = a list is written in brackets: `[a, b]`
    RQG0006: `distinct` needs a count in braces
    | rule c = let x = distinct y; x;
    |                  ^^^^^^^^^^ how many are to be drawn?
    = write for example `distinct column(t){1..=5}`
    RQG0006: expected `,` or `)`, found `b`
    | rule d = return (a b);
    |                    ^ unexpected
    = text of several parts is a value in braces: `{ … }`
    RQG0006: expected a value or `)`, found `,`
    | rule e = f(,);
    |            ^ unexpected
    RQG0006: expected a name, found `=`
    | rule f = let = 1; x;
    |              ^ expected a name
    RQG0006: expected `=`, found the number `1`
    | rule g = let x 1; x;
    |                ^ expected `=`
    RQG0006: expected `in`, found `cs`
    | rule h = for x cs { A };
    |                ^^ expected `in`
    RQG0006: expected a string or `{`, found `A`
    | rule i = for x in cs A;
    |                      ^ unexpected
    RQG0006: expected a value, found `)`
    | rule j = f(a -);
    |               ^ expected a value
    ");
}

#[test]
fn numbers_ranges_and_escapes() {
    let text = r#"rule a = "\q \u{} \u{110000} \u{0} \u";
rule b = int(1..=99999999999999999999) int(5..=1) int(1..1) x{3..=2} x{0..0} x{-1} x{0};
rule c = x?101% x?-1% x?0% x?100% x?0.00001%;
rule d = 1.5: A | 99999999999999999999: B | 1x: C;
rule e = f(12ab, 1.2.3);
dialect postgresql >= 99999999999;
"#;
    insta::assert_snapshot!(errors(text), @r#"
    RQG0007: `\q` is no escape
    | rule a = "\q \u{} \u{110000} \u{0} \u";
    |           ^^ 
    = escapes are `\"`, `\\`, `\n`, `\t` and `\u{…}` with up to six hexadecimal digits
    RQG0007: `\u{}` is no Unicode character
    | rule a = "\q \u{} \u{110000} \u{0} \u";
    |              ^^^^ 
    = escapes are `\"`, `\\`, `\n`, `\t` and `\u{…}` with up to six hexadecimal digits
    RQG0007: `\u{110000}` is no Unicode character
    | rule a = "\q \u{} \u{110000} \u{0} \u";
    |                   ^^^^^^^^^^ 
    = escapes are `\"`, `\\`, `\n`, `\t` and `\u{…}` with up to six hexadecimal digits
    RQG0007: the character NUL cannot be part of an SQL statement
    | rule a = "\q \u{} \u{110000} \u{0} \u";
    |                              ^^^^^ 
    = escapes are `\"`, `\\`, `\n`, `\t` and `\u{…}` with up to six hexadecimal digits
    RQG0007: an escape `\u` needs `{…}`
    | rule a = "\q \u{} \u{110000} \u{0} \u";
    |                                    ^^ 
    = escapes are `\"`, `\\`, `\n`, `\t` and `\u{…}` with up to six hexadecimal digits
    RQG0008: this number does not fit in 64 bits
    | rule b = int(1..=99999999999999999999) int(5..=1) int(1..1) x{3..=2} x{0..0} x{-1} x{0};
    |                  ^^^^^^^^^^^^^^^^^^^^ 
    RQG0009: nothing lies in this range
    | rule b = int(1..=99999999999999999999) int(5..=1) int(1..1) x{3..=2} x{0..0} x{-1} x{0};
    |                                            ^^^^^ the lower bound is above the upper one
    RQG0009: nothing lies in this range
    | rule b = int(1..=99999999999999999999) int(5..=1) int(1..1) x{3..=2} x{0..0} x{-1} x{0};
    |                                                       ^^^^ `..` leaves the upper bound out
    = write `..=` to include it
    RQG0009: nothing lies in this range
    | rule b = int(1..=99999999999999999999) int(5..=1) int(1..1) x{3..=2} x{0..0} x{-1} x{0};
    |                                                              ^^^^^^^ the lower bound is above the upper one
    RQG0009: nothing lies in this range
    | rule b = int(1..=99999999999999999999) int(5..=1) int(1..1) x{3..=2} x{0..0} x{-1} x{0};
    |                                                                       ^^^^^^ `..` leaves the upper bound out
    = write `..=` to include it
    RQG0009: a count below 0 is impossible
    | rule b = int(1..=99999999999999999999) int(5..=1) int(1..1) x{3..=2} x{0..0} x{-1} x{0};
    |                                                                               ^^^^ 
    RQG0010: a probability of 101 % is impossible
    | rule c = x?101% x?-1% x?0% x?100% x?0.00001%;
    |            ^^^ must lie between 0 and 100
    RQG0010: a probability of -1 % is impossible
    | rule c = x?101% x?-1% x?0% x?100% x?0.00001%;
    |                   ^^ must lie between 0 and 100
    RQG0008: a probability has at most four digits after the point
    | rule c = x?101% x?-1% x?0% x?100% x?0.00001%;
    |                                     ^^^^^^^ 
    RQG0008: a weight is a whole number
    | rule d = 1.5: A | 99999999999999999999: B | 1x: C;
    |          ^^^ 
    RQG0008: the weight `99999999999999999999` is too large
    | rule d = 1.5: A | 99999999999999999999: B | 1x: C;
    |                   ^^^^^^^^^^^^^^^^^^^^ 
    RQG0008: `1x` is neither a number nor a name
    | rule d = 1.5: A | 99999999999999999999: B | 1x: C;
    |                                             ^^ letters follow the digits directly
    = numbers have digits and at most one point; names start with a letter
    RQG0008: `12ab` is neither a number nor a name
    | rule e = f(12ab, 1.2.3);
    |            ^^^^ letters follow the digits directly
    = numbers have digits and at most one point; names start with a letter
    RQG0008: `1.2.3` is no number
    | rule e = f(12ab, 1.2.3);
    |                  ^^^^^ 
    RQG0008: `99999999999` is no version
    | dialect postgresql >= 99999999999;
    |                       ^^^^^^^^^^^
    "#);
}

#[test]
fn strings_and_comments() {
    let text = r#"rule a = "open
   B;
rule b = C;
rule d = D; /* open
rule e = E;
"#;
    insta::assert_snapshot!(errors(text), @r#"
    RQG0004: this string is not closed on its line
    | rule a = "open
    |          ^^^^^ `"` is missing at its end
    = a string stays on one line; write `\n` for a line break
    RQG0004: this comment is not closed
    | rule d = D; /* open
    |             ^^ `*/` is missing; the rest of the file is a comment
    "#);
}

#[test]
fn brackets() {
    let text = r#"rule a = (A;
rule b = A);
rule c = (A];
rule d = ([A);
rule e = A }} B;
"#;
    insta::assert_snapshot!(errors(text), @r#"
    RQG0005: `(` is not closed
    | rule a = (A;
    |          ^ nothing closes it up to the end of the item
    = to print the bracket, quote it: `"("`
    RQG0005: `)` closes nothing
    | rule b = A);
    |           ^ no bracket is open that it could close
    = to print the bracket, quote it: `")"`
    RQG0005: `]` cannot close `(`
    | rule c = (A];
    |            ^ another bracket is expected
    = to print the bracket, quote it: `"]"`
    RQG0005: `[` is not closed
    | rule d = ([A);
    |           ^ opened here
    = to print the bracket, quote it: `"["`
    RQG0005: `}` closes nothing
    | rule e = A }} B;
    |            ^ no bracket is open that it could close
    = to print the bracket, quote it: `"}"`
    RQG0005: `}` closes nothing
    | rule e = A }} B;
    |             ^ no bracket is open that it could close
    = to print the bracket, quote it: `"}"`
    "#);
}

#[test]
fn text_outside_of_items() {
    let text = r#"hello
rule a = A; b = B;
select = C;
"#;
    insta::assert_snapshot!(errors(text), @"
    RQG0011: `hello` stands outside of any item
    | hello
    | ^^^^^ an item is expected here
    = a file consists of items: `grammar`, `use`, `dialect`, `schema`, `terminator`, `rule`, `override rule`, `extern fn`
    RQG0011: `b` stands outside of any item
    | rule a = A; b = B;
    |             ^ an item is expected here
    = a rule starts with `rule`: `rule b = …;`
    ");
}

#[test]
fn parentheses_that_may_be_meant() {
    let text = r#"rule a = COUNT(x) "f"(x) COUNT (x) f(x) COUNT(x)? ;
"#;
    insta::assert_snapshot!(errors(text), @r#"
    RQG0120: this parenthesis groups, it is not printed
    | rule a = COUNT(x) "f"(x) COUNT (x) f(x) COUNT(x)? ;
    |               ^ stands directly after literal text
    = to print it, write `COUNT ~ "(" … ")"`
    = to group, put a space before it
    RQG0120: this parenthesis groups, it is not printed
    | rule a = COUNT(x) "f"(x) COUNT (x) f(x) COUNT(x)? ;
    |                      ^ stands directly after literal text
    = to print it, write `… ~ "(" … ")"`
    = to group, put a space before it
    RQG0120: this parenthesis groups, it is not printed
    | rule a = COUNT(x) "f"(x) COUNT (x) f(x) COUNT(x)? ;
    |                                              ^ stands directly after literal text
    = to print it, write `COUNT ~ "(" … ")"`
    = to group, put a space before it
    "#);
}

#[test]
fn semicolons_that_may_be_doubled() {
    let text = r#"rule a = A;;
rule b = let x = 1;; x;
rule c = A ;; B;
rule d() -> int = return 1;;
"#;
    insta::assert_snapshot!(errors(text), @"
    RQG0006: expected `;` at the end of the rule, found the next item (`rule`)
    | rule a = A;;
    |             ^ `;` is missing here
    = `;;` separates the statements of a unit; `;` ends what stands before it
    RQG0006: expected `;` at the end of `let`, found `;;`
    | rule b = let x = 1;; x;
    |                   ^^ expected `;` at the end of `let`
    = `;;` separates the statements of a unit; `;` ends what stands before it
    RQG0006: expected `;` at the end of the rule, found the end of the file
    | rule d() -> int = return 1;;
    |                             ^ `;` is missing here
    = `;;` separates the statements of a unit; `;` ends what stands before it
    ");
}
