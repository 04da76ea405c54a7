//! Which draws show in the text.
//!
//! A draw shows if what it decides is printed on every path behind it, outside of choices that do
//! not show themselves (where paths may part, nothing is known to stand at the same place).

use super::Point;
use super::items::{Data, Id, Item, ItemId, Items};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// What shows, given which choices do not.
pub struct Cover<'a> {
    items: &'a mut Items,
    hidden: &'a HashSet<Point>,
    shown: HashMap<ItemId, Rc<BTreeSet<Id>>>,
    open: HashMap<ItemId, Rc<BTreeSet<usize>>>,
}

/// What was found.
pub struct Covered {
    /// For each draw whether it shows.
    pub draws: Vec<bool>,
    /// Choices, options and repetitions within texts that do not show.
    pub lost: HashSet<Point>,
}

impl<'a> Cover<'a> {
    /// Decides for all draws.
    pub fn decide(items: &'a mut Items, root: ItemId, hidden: &'a HashSet<Point>) -> Covered {
        let mut cover = Cover {
            items,
            hidden,
            shown: HashMap::new(),
            open: HashMap::new(),
        };
        let uncovered = cover.uncovered(root);
        let (points, draws) = cover.below(root);
        let mut covered = Covered {
            draws: vec![false; cover.items.draws.len()],
            lost: HashSet::new(),
        };
        for draw in draws {
            covered.draws[draw] = !uncovered.contains(&draw);
        }
        // Of the texts that one choice decides, any that is placed for certain shows it.
        let texts = cover.items.draws.iter().zip(&covered.draws);
        let groups: HashSet<Id> = texts
            .filter(|(_, shown)| **shown)
            .filter_map(|(draw, _)| cover.items.groups.get(&draw.text?).copied())
            .collect();
        let shown_elsewhere = |items: &Items, id: ItemId| {
            let group = items.groups.get(&id);
            group.is_some_and(|group| groups.contains(group))
        };
        for (id, item) in cover.items.all.iter().enumerate() {
            if let Some(point) = decided_by(item)
                && !points.contains(&id)
                && !shown_elsewhere(cover.items, id)
            {
                covered.lost.insert(point);
            }
        }
        // Nothing of a text shows that may not be placed.
        for at in 0..cover.items.draws.len() {
            let draw = cover.items.draws[at].clone();
            let Some(text) = draw.text else {
                continue;
            };
            if covered.draws[at] {
                continue;
            }
            let (points, draws) = cover.below(text);
            for item in points {
                if !shown_elsewhere(cover.items, item) {
                    covered.lost.extend(decided_by(&cover.items.all[item]));
                }
            }
            for draw in draws {
                covered.draws[draw] = false;
            }
        }
        covered
    }

    fn shows(&mut self, id: ItemId) -> Rc<BTreeSet<Id>> {
        if let Some(known) = self.shown.get(&id) {
            return Rc::clone(known);
        }
        // What comes back to itself shows at least nothing.
        self.shown.insert(id, Rc::default());
        let mut shown = BTreeSet::new();
        match self.items.all[id].clone() {
            Item::Sequence(parts) => {
                for part in parts {
                    shown.extend(self.shows(part).iter().copied());
                }
            }
            Item::Branch(branch) if !self.hidden.contains(&branch.point) => {
                let arms: Vec<_> = branch.arms.iter().map(|arm| self.shows(arm.item)).collect();
                let all: BTreeSet<Id> = arms.iter().flat_map(|arm| arm.iter().copied()).collect();
                shown.extend(all.into_iter().filter(|&id| {
                    let root = self.items.root(id);
                    branch.arms.iter().zip(&arms).all(|(arm, shown)| {
                        let elsewhere = branch.joined
                            && branch.arms.iter().any(|other| {
                                other.ids.contains(&root) && !std::ptr::eq(other, arm)
                            });
                        shown.contains(&id) || elsewhere
                    })
                }));
            }
            Item::Loop(found) => {
                if found
                    .point
                    .is_some_and(|point| self.hidden.contains(&point))
                {
                    // How many rounds there are does not show.
                } else {
                    let body = self.shows(found.body);
                    if found.least > 0 {
                        shown.extend(body.iter().copied());
                    }
                    for (list, element) in found.lists {
                        shown.insert(self.items.length(list));
                        if element != list && body.contains(&element) {
                            shown.extend(self.items.shown_with(list));
                            shown.extend(self.items.shown_with(element));
                        }
                    }
                }
            }
            Item::Rule(_, Some(body)) | Item::Data(Data::Quoted(body)) => {
                shown.extend(self.shows(body).iter().copied());
            }
            Item::Evident(id) => shown.extend(self.items.shown_with(id)),
            _ => {}
        }
        let shown = Rc::new(shown);
        self.shown.insert(id, Rc::clone(&shown));
        shown
    }

    /// The draws within that do not show there.
    fn uncovered(&mut self, id: ItemId) -> Rc<BTreeSet<usize>> {
        if let Some(known) = self.open.get(&id) {
            return Rc::clone(known);
        }
        self.open.insert(id, Rc::default());
        let mut open = BTreeSet::new();
        match self.items.all[id].clone() {
            Item::Drawn(draw) => {
                open.insert(draw);
            }
            Item::Sequence(parts) => {
                for part in parts {
                    open.extend(self.uncovered(part).iter().copied());
                }
                let shown = self.shows(id);
                let draws = &self.items.draws;
                open.retain(|&draw| {
                    let needs = &draws[draw].needs;
                    needs.is_empty() || !needs.iter().all(|need| shown.contains(need))
                });
            }
            Item::Branch(branch) => {
                for arm in branch.arms {
                    open.extend(self.uncovered(arm.item).iter().copied());
                }
            }
            Item::Silent(arms) => {
                for arm in arms {
                    open.extend(self.uncovered(arm).iter().copied());
                }
            }
            Item::Loop(found) => open.extend(self.uncovered(found.body).iter().copied()),
            Item::Rule(_, Some(body)) | Item::Data(Data::Quoted(body)) => {
                open.extend(self.uncovered(body).iter().copied());
            }
            _ => {}
        }
        let open = Rc::new(open);
        self.open.insert(id, Rc::clone(&open));
        open
    }

    /// The nodes that decide something and the draws that stand below a node, those of texts that
    /// stood before left out.
    fn below(&self, root: ItemId) -> (HashSet<ItemId>, HashSet<usize>) {
        let mut seen = HashSet::new();
        let mut draws = HashSet::new();
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            match &self.items.all[id] {
                Item::Sequence(parts) | Item::Silent(parts) => open.extend(parts),
                Item::Branch(branch) => open.extend(branch.arms.iter().map(|arm| arm.item)),
                Item::Loop(found) => open.push(found.body),
                Item::Rule(_, Some(body)) | Item::Data(Data::Quoted(body)) => open.push(*body),
                Item::Drawn(draw) => {
                    draws.insert(*draw);
                }
                _ => {}
            }
        }
        (seen, draws)
    }
}

/// What a node draws, unless it showed before.
fn decided_by(item: &Item) -> Option<Point> {
    match item {
        Item::Branch(branch) if !branch.again => Some(branch.point),
        Item::Loop(found) => found.point,
        _ => None,
    }
}
