//! Every diagnostic's stable code, severity and title.

use super::Severity;
use std::fmt;

macro_rules! codes {
    ($($variant:ident = $number:literal $severity:ident $title:literal;)*) => {
        /// A stable diagnostic code, printed as `RQG0123`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Code {
            $(#[doc = $title] $variant = $number,)*
        }

        impl Code {
            /// Every code, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Whether it is an error or a warning.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What it is about, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

codes! {
    // 1–99: reading and syntax
    InvalidUtf8 = 1 Error "the file is not valid UTF-8";
    TooLarge = 2 Error "the file is too large";
    TooDeep = 3 Error "brackets are nested too deeply";
    UnterminatedString = 4 Error "a string or comment is not closed";
    UnbalancedBracket = 5 Error "a bracket has no partner";
    Syntax = 6 Error "a syntax error";
    BadEscape = 7 Error "an unknown escape in a string";
    BadNumber = 8 Error "a number that does not fit";
    EmptyRange = 9 Error "a range without any element";
    BadProbability = 10 Error "a probability outside 0 % to 100 %";
    StrayText = 11 Error "text outside of any item";
    // 101–199: names and modules
    UnknownName = 101 Error "an unknown name";
    DuplicateRule = 102 Error "a rule is defined twice";
    DuplicateLocal = 103 Error "a name is bound twice in one list";
    UnknownModule = 104 Error "a module that cannot be found";
    ImportCycle = 105 Error "modules that import each other";
    UnknownImport = 106 Error "a name that the module does not have";
    ImportConflict = 107 Error "two imports of one name";
    NothingToOverride = 108 Error "an override of a rule that is not imported";
    OverrideMismatch = 109 Error "an override with another signature";
    ReservedName = 110 Error "a name that the language reserves";
    DuplicateHeader = 111 Error "a header item that is given twice";
    NoRules = 112 Error "a grammar without rules";
    UnknownType = 113 Error "an unknown type";
    UnknownClass = 114 Error "an unknown type class";
    UnknownField = 115 Error "an unknown field";
    UnknownEffect = 116 Error "an unknown effect";
    UnreachableRule = 117 Warning "a rule that the start rule never reaches";
    UnusedImport = 118 Warning "an import that is not used";
    UnusedLocal = 119 Warning "a binding that is not used";
    ShadowedKeyword = 120 Warning "a parenthesis that groups where a literal one may be meant";
    StartRuleParameters = 121 Error "a start rule with parameters";
    ModuleUnreadable = 122 Error "a file that cannot be read";
    // 201–299: types
    TypeMismatch = 201 Error "a value of the wrong type";
    WrongArgumentCount = 202 Error "a call with too few or too many arguments";
    NotPlaceable = 203 Error "a value that has no text";
    NotCallable = 204 Error "a call of something that is no rule or function";
    NotAList = 205 Error "a list is needed";
    PatternMismatch = 206 Error "a pattern that does not match the value";
    MissingReturn = 207 Error "an alternative without a return";
    ReturnMismatch = 208 Error "a return that does not match the rule's results";
    ReturnNotLast = 209 Error "text after a return, or beside a returned value";
    ZipArguments = 210 Error "zip needs two or more lists";
    BadGuard = 211 Error "a guard that cannot be decided";
    NotADraw = 212 Error "distinct needs a draw";
    BadDistribution = 213 Error "a distribution or its parameters are wrong";
    BadRegex = 214 Error "a regular expression that cannot be used";
    // 301–399: scopes, contexts, statements
    BindOutsideScope = 301 Error "bind outside of a scope";
    ScopeEscape = 302 Error "text placed where its relations are invisible";
    FullOutsideNarrow = 303 Error "full outside of narrow";
    TooManyContexts = 304 Error "more than 31 contexts";
    BreakInText = 305 Error "a statement break inside a value";
    EffectNotCreated = 306 Error "a drop of a relation that the unit did not create";
    NoScope = 307 Error "a column of the scope is needed where no scope is open";
    // 401–499: weights, recursion, size
    ZeroWeight = 401 Warning "an alternative with weight 0";
    NegativeWeight = 402 Error "a negative weight";
    WeightOverflow = 403 Error "weights that are too large";
    AllZeroWeights = 404 Error "no alternative has a weight";
    EndlessRecursion = 405 Error "a rule that can never end";
    InfiniteSize = 406 Warning "an expected size that is infinite";
    LeftoverAlternative = 407 Warning "an alternative that can never be chosen";
    Ambiguous = 408 Warning "derivations that the text does not tell apart";
    // 501–599: requirements
    Unsatisfiable = 501 Error "requirements that nothing can meet";
    NotPushable = 502 Error "a requirement that cannot be pushed back into the draw";
    SchemaLacks = 503 Error "the schema lacks what the grammar needs";
    // 601–699: dialects, schema, externs
    UnknownDialect = 601 Error "an unknown dialect";
    UnknownFeature = 602 Error "an unknown feature";
    BadVersion = 603 Error "a version that the dialect does not have";
    DialectNotSupported = 604 Error "the grammar does not support the dialect";
    SchemaUnreadable = 605 Error "the schema cannot be read";
    SchemaStatementSkipped = 606 Warning "a statement of the schema was skipped";
    SchemaEmpty = 607 Error "the schema has no table";
    ExternNeedsNative = 608 Error "an extern fn needs the native backend";
    ExternSignature = 609 Error "an extern fn with a type that cannot cross the border";
    UnknownStartRule = 610 Error "the start rule does not exist";
    DialectNeverHolds = 611 Warning "a dialect guard that never holds for this grammar";
    // 701–799: steering
    UnknownSteered = 701 Error "steering by what the grammar does not have";
    SteeredAway = 702 Error "steering that leaves nothing to derive";
}

impl Code {
    /// The code of a number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| *code as u16 == number)
    }

    /// Parses `RQG0123`, `rqg123` or `123`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text
            .strip_prefix("RQG")
            .or_else(|| text.strip_prefix("rqg"))
            .unwrap_or(text);
        Self::from_number(digits.parse().ok()?)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RQG{:04}", *self as u16)
    }
}
