//! Whether tokens that touch stay what they are, in a grammar that has no automaton.

use super::tokens::{Edge, merges};
use super::words::{QUOTES, Word, WordId, Words};

const EDGES: [Edge; 5] = [
    Edge::Word,
    Edge::Quote,
    Edge::DoubleQuote,
    Edge::Name,
    Edge::Mark,
];

/// For each last edge, touching or not, a bit.
type States = u16;

fn bit(edge: Edge, touching: bool) -> States {
    let at = EDGES.iter().position(|&other| other == edge).unwrap_or(0);
    1 << (2 * at + usize::from(touching))
}

struct Flow<'a> {
    words: &'a Words,
    /// By node and state before it: the states after it.
    after: Vec<[States; 10]>,
    changed: bool,
    merged: bool,
}

impl Words {
    /// Whether no two tokens that touch can be taken for others.
    pub fn is_separable(&self) -> bool {
        let mut flow = Flow {
            words: self,
            after: vec![[0; 10]; self.all.len()],
            changed: true,
            merged: false,
        };
        while flow.changed {
            flow.changed = false;
            for word in 0..self.all.len() {
                for state in 0..10 {
                    let after = flow.step(word, 1 << state);
                    let known = &mut flow.after[word][state];
                    if *known | after != *known {
                        *known |= after;
                        flow.changed = true;
                    }
                }
            }
        }
        flow.look(self.root);
        !flow.merged
    }

    /// Whether there are string literals that are made of other texts.
    pub fn quotes(&self) -> bool {
        let mut all = self.all.iter();
        all.any(|word| matches!(word, Word::Bracket(QUOTES, _)))
    }
}

impl Flow<'_> {
    /// The states after a node, as far as they are known.
    fn through(&self, word: WordId, before: States) -> States {
        (0..10)
            .filter(|state| before & (1 << state) != 0)
            .fold(0, |after, state| after | self.after[word][state])
    }

    fn step(&self, word: WordId, before: States) -> States {
        match &self.words.all[word] {
            Word::Empty => before,
            Word::Glue => (0..5)
                .filter(|edge| before & (3 << (2 * edge)) != 0)
                .fold(0, |after, edge| after | bit(EDGES[edge], true)),
            Word::Token(token) => bit(token.last(), false),
            Word::Sequence(parts) => parts
                .iter()
                .fold(before, |states, &part| self.through(part, states)),
            Word::Branch(_, arms) | Word::Form(arms) => arms
                .iter()
                .fold(0, |states, &arm| states | self.through(arm, before)),
            Word::Loop(_, body, separator) => {
                let once = self.through(*body, before);
                let mut states = once;
                for _ in 0..10 {
                    let again = self.through(*separator, states);
                    states |= self.through(*body, again);
                }
                states | before
            }
            Word::Star(body) => {
                let mut states = before;
                for _ in 0..10 {
                    states |= self.through(*body, states);
                }
                states
            }
            Word::Bracket(kind, _) => self.token(self.words.sides[*kind][1]),
            Word::Piece(inner) | Word::Again(inner) | Word::Rule(_, inner) => {
                self.through(*inner, before)
            }
        }
    }

    fn token(&self, word: WordId) -> States {
        match &self.words.all[word] {
            Word::Token(token) => bit(token.last(), false),
            _ => 0,
        }
    }

    /// Looks at every token with every state that it can meet.
    fn look(&mut self, root: WordId) {
        let mut seen = vec![0; self.words.all.len()];
        let mut open = vec![(root, bit(Edge::Mark, false))];
        while let Some((word, before)) = open.pop() {
            if before & !seen[word] == 0 {
                continue;
            }
            seen[word] |= before;
            let before = seen[word];
            match &self.words.all[word] {
                Word::Empty | Word::Glue => {}
                Word::Token(_) => self.meet(word, before),
                Word::Sequence(parts) => {
                    let mut states = before;
                    for &part in parts {
                        open.push((part, states));
                        states = self.through(part, states);
                    }
                }
                Word::Branch(_, arms) | Word::Form(arms) => {
                    open.extend(arms.iter().map(|&arm| (arm, before)));
                }
                Word::Loop(_, body, separator) => {
                    let after = self.through(word, before);
                    open.push((*separator, after));
                    open.push((*body, before | self.through(*separator, after)));
                }
                Word::Star(body) => open.push((*body, self.through(word, before))),
                Word::Bracket(kind, inner) => {
                    let [first, last] = self.words.sides[*kind];
                    self.meet(first, before);
                    open.push((*inner, self.token(first)));
                    if *kind != QUOTES {
                        let ends = self.through(*inner, self.token(first));
                        self.meet(last, ends);
                    }
                }
                Word::Piece(inner) | Word::Again(inner) | Word::Rule(_, inner) => {
                    open.push((*inner, before));
                }
            }
        }
    }

    /// A token in the states before it.
    fn meet(&mut self, word: WordId, before: States) {
        let Word::Token(token) = &self.words.all[word] else {
            return;
        };
        for edge in EDGES {
            if before & bit(edge, true) != 0 && merges(edge, token.first()) {
                self.merged = true;
            }
        }
    }
}
