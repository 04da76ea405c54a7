//! Blocks, alternatives and elements.

use super::{Builder, Node, Nodes, malformed};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::Rule;
use crate::syntax::ast::{
    Alternative, Block, Element, ElementKind, Expr, ExprKind, For, Ident, Number,
};

impl Builder<'_> {
    /// The block of a `block` pair; `span` is its place with the delimiters.
    pub(super) fn block(&mut self, pair: Node<'_>, span: Span) -> Block {
        let mut alternatives = Vec::new();
        for pair in pair.into_inner() {
            if pair.as_rule() == Rule::alternative {
                alternatives.push(self.alternative(pair));
            }
        }
        Block { alternatives, span }
    }

    /// The block inside of a `group` or `braces` pair.
    pub(super) fn delimited(&mut self, pair: Node<'_>) -> Block {
        let span = self.span(&pair);
        let block = self.deeper(1, span, |this| {
            let inner = pair
                .into_inner()
                .find(|inner| inner.as_rule() == Rule::block)?;
            Some(this.block(inner, span))
        });
        block.flatten().unwrap_or(Block {
            alternatives: Vec::new(),
            span,
        })
    }

    fn alternative(&mut self, pair: Node<'_>) -> Alternative {
        let span = self.span(&pair);
        let mut weight = None;
        let mut guard = None;
        let mut elements: Vec<Element> = Vec::new();
        for pair in pair.into_inner() {
            match pair.as_rule() {
                Rule::number => weight = Some(self.weight(&pair)),
                Rule::guard => guard = Some(self.guard(pair)),
                Rule::element => {
                    if let Some(element) = self.element(pair) {
                        self.warn_of_parenthesis(elements.last(), &element);
                        elements.push(element);
                    }
                }
                _ => {}
            }
        }
        Alternative {
            weight,
            guard,
            elements,
            span,
        }
    }

    fn weight(&mut self, pair: &Node<'_>) -> Number {
        let number = self.number(pair);
        if number.text.contains('.') {
            self.bad_number(number.span, "a weight is a whole number".to_owned());
        } else if number.text.parse::<i64>().is_err() && !malformed(&number.text) {
            self.bad_number(
                number.span,
                format!("the weight `{}` is too large", number.text),
            );
        } else {
            return number;
        }
        Number {
            text: "1".to_owned(),
            span: number.span,
        }
    }

    /// `COUNT(x)` reads like a call but prints no parenthesis.
    fn warn_of_parenthesis(&mut self, before: Option<&Element>, element: &Element) {
        let Some(before) = before else { return };
        let written = match &before.kind {
            ElementKind::Word(word) => word.text.clone(),
            ElementKind::Literal(_) => "…".to_owned(),
            _ => return,
        };
        let mut inner = element;
        while let ElementKind::Optional(item, _) | ElementKind::Repeat(item, _) = &inner.kind {
            inner = item;
        }
        if let ElementKind::Group(block) = &inner.kind
            && block.span.start == before.span.end
        {
            let open = Span {
                end: block.span.start + 1,
                ..block.span
            };
            self.diagnostics.push(
                Diagnostic::new(
                    Code::ShadowedKeyword,
                    open,
                    "this parenthesis groups, it is not printed",
                )
                .label("stands directly after literal text")
                .help(format!("to print it, write `{written} ~ \"(\" … \")\"`"))
                .help("to group, put a space before it"),
            );
        }
    }

    fn element(&mut self, pair: Node<'_>) -> Option<Element> {
        let span = self.span(&pair);
        let pair = pair.into_inner().next()?;
        let rule = pair.as_rule();
        let kind = match rule {
            Rule::suffixed => return self.suffixed(pair),
            Rule::glue => ElementKind::Glue,
            Rule::statement_break => ElementKind::StatementBreak,
            Rule::let_binding => {
                let mut inner = pair.into_inner();
                let pattern = inner.find(|pair| pair.as_rule() == Rule::pattern)?;
                let value = inner.find(|pair| pair.as_rule() == Rule::expr)?;
                ElementKind::Let(self.pattern(pattern), self.expr(value))
            }
            Rule::for_loop => self.for_loop(pair)?,
            Rule::bind => ElementKind::Bind(self.exprs(pair)),
            Rule::scope => {
                let mut inner = pair.into_inner().peekable();
                inner.next();
                let correlated = inner
                    .next_if(|pair| pair.as_rule() == Rule::kw_correlated)
                    .is_some();
                ElementKind::Scope(correlated, self.body(inner)?)
            }
            Rule::narrow => {
                let mut inner = pair.into_inner().peekable();
                let list = inner.find(|pair| pair.as_rule() == Rule::expr)?;
                ElementKind::Narrow(self.expr(list), self.body(inner)?)
            }
            Rule::full => ElementKind::Full(self.body(pair.into_inner().peekable())?),
            Rule::context_block => {
                let mut inner = pair.into_inner().peekable();
                let name = inner.find(|pair| pair.as_rule() == Rule::name)?;
                ElementKind::Context(self.ident(&name), self.body(inner)?)
            }
            Rule::effect => {
                let mut inner = pair.into_inner();
                let name = inner.find(|pair| pair.as_rule() == Rule::name)?;
                let arguments = inner.find(|pair| pair.as_rule() == Rule::arguments)?;
                ElementKind::Effect(self.ident(&name), self.exprs(arguments))
            }
            Rule::return_values => {
                let value = pair
                    .into_inner()
                    .find(|pair| pair.as_rule() == Rule::expr)?;
                ElementKind::Return(self.returned(value))
            }
            _ => return None,
        };
        Some(Element { kind, span })
    }

    fn for_loop(&mut self, pair: Node<'_>) -> Option<ElementKind> {
        let mut pattern = None;
        let mut list = None;
        let mut separator = None;
        let mut body = None;
        for pair in pair.into_inner() {
            match pair.as_rule() {
                Rule::pattern => pattern = Some(self.pattern(pair)),
                Rule::expr => list = Some(self.expr(pair)),
                Rule::string => separator = Some(self.string(&pair)),
                Rule::braces => body = Some(self.delimited(pair)),
                _ => {}
            }
        }
        Some(ElementKind::For(For {
            pattern: pattern?,
            list: list?,
            separator,
            body: body?,
        }))
    }

    fn body(&mut self, mut inner: Nodes<'_>) -> Option<Block> {
        let braces = inner.find(|pair| pair.as_rule() == Rule::braces)?;
        Some(self.delimited(braces))
    }

    fn pattern(&mut self, pair: Node<'_>) -> Vec<Ident> {
        pair.into_inner()
            .filter(|pair| pair.as_rule() == Rule::any_name)
            .map(|pair| self.ident(&pair))
            .collect()
    }

    /// What may be optional or repeated, with its suffixes.
    fn suffixed(&mut self, pair: Node<'_>) -> Option<Element> {
        let span = self.span(&pair);
        let inner = pair.into_inner();
        let suffixes = inner
            .clone()
            .filter(|pair| matches!(pair.as_rule(), Rule::optional | Rule::repeat | Rule::field))
            .count();
        let mut inner = inner.peekable();
        self.deeper(suffixes, span, |this| {
            let mut element = this.atom(&mut inner)?;
            for suffix in inner {
                let span = element.span.to(this.span(&suffix));
                let kind = if suffix.as_rule() == Rule::optional {
                    let probability = suffix
                        .into_inner()
                        .find(|pair| pair.as_rule() == Rule::number)
                        .map(|pair| this.probability(&pair));
                    ElementKind::Optional(Box::new(element), probability)
                } else {
                    let repetition = this.repetition(suffix);
                    ElementKind::Repeat(Box::new(element), repetition)
                };
                element = Element { kind, span };
            }
            Some(element)
        })
        .flatten()
    }

    fn atom(&mut self, inner: &mut Nodes<'_>) -> Option<Element> {
        let first = inner.next()?;
        let span = self.span(&first);
        let kind = match first.as_rule() {
            Rule::string => ElementKind::Literal(self.string(&first)),
            Rule::group | Rule::braces => ElementKind::Group(self.delimited(first)),
            rule => {
                let name = self.ident(&first);
                let callee = self.callee(name, inner);
                let placed = self.fields(callee, inner);
                let span = placed.span;
                let kind = match placed.kind {
                    ExprKind::Name(word) if rule == Rule::upper => ElementKind::Word(word),
                    kind => ElementKind::Place(Expr { kind, span }),
                };
                return Some(Element { kind, span });
            }
        };
        Some(Element { kind, span })
    }

    fn probability(&mut self, pair: &Node<'_>) -> Number {
        let mut number = self.number(pair);
        let digits_after = number
            .text
            .split_once('.')
            .map_or(0, |(_, after)| after.len());
        match number.text.parse::<f64>() {
            Ok(percent) if (0.0..=100.0).contains(&percent) && !number.text.starts_with('-') => {
                if digits_after <= 4 {
                    return number;
                }
                self.bad_number(
                    number.span,
                    "a probability has at most four digits after the point".to_owned(),
                );
            }
            _ if malformed(&number.text) => {}
            Ok(_) => self.diagnostics.push(
                Diagnostic::new(
                    Code::BadProbability,
                    number.span,
                    format!("a probability of {} % is impossible", number.text),
                )
                .label("must lie between 0 and 100"),
            ),
            Err(_) => self.bad_number(number.span, format!("`{}` is no number", number.text)),
        }
        "50".clone_into(&mut number.text);
        number
    }
}
