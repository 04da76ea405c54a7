//! Every code at length: why it is reported, an example, the corrected form.

use super::Code;

macro_rules! explanations {
    ($($code:ident $file:literal;)*) => {
        /// The explanation of a code, in Markdown.
        #[must_use]
        pub fn explain(code: Code) -> &'static str {
            match code { $(Code::$code => include_str!(concat!("explain/", $file, ".md")),)* }
        }
    };
}

explanations! {
    InvalidUtf8 "RQG0001";
    TooLarge "RQG0002";
    TooDeep "RQG0003";
    UnterminatedString "RQG0004";
    UnbalancedBracket "RQG0005";
    Syntax "RQG0006";
    BadEscape "RQG0007";
    BadNumber "RQG0008";
    EmptyRange "RQG0009";
    BadProbability "RQG0010";
    StrayText "RQG0011";
    UnknownName "RQG0101";
    DuplicateRule "RQG0102";
    DuplicateLocal "RQG0103";
    UnknownModule "RQG0104";
    ImportCycle "RQG0105";
    UnknownImport "RQG0106";
    ImportConflict "RQG0107";
    NothingToOverride "RQG0108";
    OverrideMismatch "RQG0109";
    ReservedName "RQG0110";
    DuplicateHeader "RQG0111";
    NoRules "RQG0112";
    UnknownType "RQG0113";
    UnknownClass "RQG0114";
    UnknownField "RQG0115";
    UnknownEffect "RQG0116";
    UnreachableRule "RQG0117";
    UnusedImport "RQG0118";
    UnusedLocal "RQG0119";
    ShadowedKeyword "RQG0120";
    StartRuleParameters "RQG0121";
    ModuleUnreadable "RQG0122";
    TypeMismatch "RQG0201";
    WrongArgumentCount "RQG0202";
    NotPlaceable "RQG0203";
    NotCallable "RQG0204";
    NotAList "RQG0205";
    PatternMismatch "RQG0206";
    MissingReturn "RQG0207";
    ReturnMismatch "RQG0208";
    ReturnNotLast "RQG0209";
    ZipArguments "RQG0210";
    BadGuard "RQG0211";
    NotADraw "RQG0212";
    BadDistribution "RQG0213";
    BadRegex "RQG0214";
    BindOutsideScope "RQG0301";
    ScopeEscape "RQG0302";
    FullOutsideNarrow "RQG0303";
    TooManyContexts "RQG0304";
    BreakInText "RQG0305";
    EffectNotCreated "RQG0306";
    NoScope "RQG0307";
    ZeroWeight "RQG0401";
    NegativeWeight "RQG0402";
    WeightOverflow "RQG0403";
    AllZeroWeights "RQG0404";
    EndlessRecursion "RQG0405";
    InfiniteSize "RQG0406";
    LeftoverAlternative "RQG0407";
    Ambiguous "RQG0408";
    Unsatisfiable "RQG0501";
    NotPushable "RQG0502";
    SchemaLacks "RQG0503";
    UnknownDialect "RQG0601";
    UnknownFeature "RQG0602";
    BadVersion "RQG0603";
    DialectNotSupported "RQG0604";
    SchemaUnreadable "RQG0605";
    SchemaStatementSkipped "RQG0606";
    SchemaEmpty "RQG0607";
    ExternNeedsNative "RQG0608";
    ExternSignature "RQG0609";
    UnknownStartRule "RQG0610";
    DialectNeverHolds "RQG0611";
    UnknownSteered "RQG0701";
    SteeredAway "RQG0702";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_explanation_is_that_of_its_code() {
        for code in Code::ALL {
            let text = explain(*code);
            let title = format!("# {code}: {}\n", code.title());
            assert!(text.starts_with(&title), "{code}");
            assert!(
                text.contains("```rqg\n") || text.contains("```text\n"),
                "{code} has no example"
            );
        }
    }
}
