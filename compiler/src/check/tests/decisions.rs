//! The rows of the table of decisions, one case per point.

use super::sound;

#[test]
fn a_rule_in_one_line_is_a_bundle() {
    sound("on shop.order when status == \"new\" do shop.note(id: id, text: \"Order {number}\")");
}
