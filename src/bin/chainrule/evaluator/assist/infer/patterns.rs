//! The names in a pattern.

use super::{Local, Scope};
use crate::evaluator::assist::cursor::names_of;
use crate::evaluator::assist::types::{TUPLE, Type};
use ra_ap_syntax::ast::{self, HasName};

impl Scope<'_> {
    /// The names in a pattern that takes a value of type `kind` apart.
    pub(super) fn pattern(&self, pattern: &ast::Pat, kind: Option<Type>, found: &mut Vec<Local>) {
        match pattern {
            ast::Pat::IdentPat(name) => {
                if let Some(inner) = name.pat() {
                    self.pattern(&inner, kind.clone(), found);
                }
                let name = name
                    .name()
                    .map(|name| name.text().to_string())
                    .unwrap_or_default();
                found.push(Local { name, kind });
            }
            ast::Pat::RefPat(outer) => self.inner_pattern(outer.pat(), kind, found),
            ast::Pat::ParenPat(outer) => self.inner_pattern(outer.pat(), kind, found),
            ast::Pat::OrPat(choice) => self.inner_pattern(choice.pats().next(), kind, found),
            ast::Pat::TuplePat(tuple) => {
                let kind = kind.filter(|kind| kind.name == TUPLE);
                for (at, part) in tuple.fields().enumerate() {
                    let part_kind = kind.as_ref().and_then(|kind| kind.argument(at));
                    self.pattern(&part, part_kind, found);
                }
            }
            ast::Pat::SlicePat(slice) => {
                let element = kind.and_then(|kind| self.element(&kind));
                for part in slice.pats() {
                    self.pattern(&part, element.clone(), found);
                }
            }
            ast::Pat::TupleStructPat(one) => {
                let name = last_name(one.path());
                for (at, part) in one.fields().enumerate() {
                    let part_kind = self.part_of(&name, at, kind.as_ref());
                    self.pattern(&part, part_kind, found);
                }
            }
            ast::Pat::RecordPat(record) => self.fields_of_pattern(record, found),
            _ => {}
        }
    }

    fn inner_pattern(&self, inner: Option<ast::Pat>, kind: Option<Type>, found: &mut Vec<Local>) {
        if let Some(inner) = inner {
            self.pattern(&inner, kind, found);
        }
    }

    /// What is at a place in `Some(x)` or `Point(x, y)`.
    fn part_of(&self, name: &str, at: usize, whole: Option<&Type>) -> Option<Type> {
        match name {
            "Some" | "Ok" => whole?.argument(0),
            "Err" => whole?.argument(1),
            name => self.field_type(name, &at.to_string()),
        }
    }

    /// `Point { x, y: height }`
    fn fields_of_pattern(&self, record: &ast::RecordPat, found: &mut Vec<Local>) {
        let owner = last_name(record.path());
        let fields = record
            .record_pat_field_list()
            .into_iter()
            .flat_map(|list| list.fields());
        for field in fields {
            let name = field.field_name().map(|name| name.text().to_string());
            let kind = self.field_type(&owner, &name.unwrap_or_default());
            self.inner_pattern(field.pat(), kind, found);
        }
    }

    fn field_type(&self, owner: &str, field: &str) -> Option<Type> {
        let (item, _) = self.member(&Type::named(owner), field)?;
        item.value.clone()
    }
}

fn last_name(path: Option<ast::Path>) -> String {
    path.and_then(|path| names_of(&path).pop())
        .unwrap_or_default()
}
