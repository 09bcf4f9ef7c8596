//! A checked expression: its place in the program, its type, and what else is known of its value.

use std::sync::Arc;

use super::narrow::{Facts, Key};
use super::personal::Personal;
use super::versions::Since;
use crate::ir::{AccountId, ExprId};
use crate::source::Place;
use crate::types::Type;

/// A checked expression.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    /// The lowered expression.
    pub(super) id: ExprId,
    /// Its type after narrowing.
    pub(super) ty: Type,
    /// Where it is written.
    pub(super) place: Place,
    /// The path of names by which a condition can narrow it.
    pub(super) key: Option<Key>,
    /// What is known where it is true, and where it is false.
    pub(super) facts: Facts,
    /// Whether it holds names, phones, e-mails.
    pub(super) personal: Personal,
    /// Whether it can have no value: then `catch` makes sense.
    pub(super) fails: bool,
    /// A quotient that nobody rounded.
    pub(super) divided: bool,
    /// A percentage of an amount that nobody rounded.
    pub(super) share: bool,
    /// Written as a number, so that it can stand for money.
    pub(super) number_literal: bool,
    /// For an account as a value: which ones it may be.
    pub(super) accounts: Vec<AccountId>,
    /// The newest field that it sets, for the versions of the systems it is sent to.
    pub(super) since: Option<Arc<Since>>,
}

impl Typed {
    /// A value about which only its type is known.
    pub(super) fn new(id: ExprId, ty: Type, place: Place) -> Self {
        Self {
            id,
            ty,
            place,
            key: None,
            facts: Facts::default(),
            personal: Personal::No,
            fails: false,
            divided: false,
            share: false,
            number_literal: false,
            accounts: Vec::new(),
            since: None,
        }
    }

    /// The same value after a step that keeps what is known of its content.
    pub(super) fn carry(self, from: &Typed) -> Self {
        Self {
            personal: self.personal.join(&from.personal),
            fails: self.fails || from.fails,
            divided: self.divided || from.divided,
            share: self.share || from.share,
            since: Since::newest(self.since, from.since.clone()),
            ..self
        }
    }

    /// Whether something about it was reported already.
    pub(super) fn is_unknown(&self) -> bool {
        self.ty == Type::Unknown
    }
}
