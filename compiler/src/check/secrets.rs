//! `secret "NAME"` and `env "NAME"` inside rules.
//!
//! A secret has a type of its own that nothing but a field declared for it takes, so that it cannot leak into a text, a
//! body or a history row.

use ondo_grammar::ast;

use super::cx::Cx;
use super::typed::Typed;
use crate::ir::Expr;
use crate::source::Place;
use crate::types::Type;

/// What the engine resolves when it loads the program: [`Expr::Input`] of this prefix and the secret's name.
pub const SECRET_INPUT: &str = "secret ";
/// The same for `env "NAME"`.
pub const ENV_INPUT: &str = "env ";

/// `secret "NAME"`
pub(super) fn secret(cx: &mut Cx<'_>, name: &ast::Str, place: Place) -> Typed {
    let id = cx.add(
        Expr::Input(format!("{SECRET_INPUT}{}", name.text).into()),
        place,
    );
    Typed::new(id, Type::Secret, place)
}

/// `env "NAME"`
pub(super) fn env(cx: &mut Cx<'_>, name: &ast::Str, place: Place) -> Typed {
    let id = cx.add(
        Expr::Input(format!("{ENV_INPUT}{}", name.text).into()),
        place,
    );
    Typed::new(id, Type::Text, place)
}
