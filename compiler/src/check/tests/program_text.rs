//! Programs as text, beside the source they come from.

use super::compiled;
use crate::ir_text;

/// Source and program in one snapshot, so that a reviewer opens one file.
#[track_caller]
fn snapshot(name: &str, text: &str) {
    let compiled = compiled(text);
    assert_eq!(super::lines(&compiled), Vec::<String>::new());
    let program = ir_text::print(&compiled.program.unwrap());
    insta::assert_snapshot!(name, format!("{}\n\n----\n\n{program}", text.trim()));
}

#[test]
fn one_line() {
    snapshot(
        "one_line",
        "on shop.order when status == \"new\" and phone != null do till.pay(
  guest: { type: \"phone\", phone: e164(phone, region: \"RU\") },
  organization: \"1\",
  amount: round(total * 5%, 2),
  comment: \"Order {number}\",
)",
    );
}

#[test]
fn a_chain_of_fields_is_one_slot() {
    snapshot(
        "one_slot",
        "on shop.order as o do shop.note(id: o.customer?.id ?? 0, text: o.customer?.phone?.upper() ?? o.items[0]?.offer?.externalId ?? \"\")",
    );
}

#[test]
fn steps() {
    snapshot(
        "steps",
        r#"account a = till { token: secret "A", organization: "1" }
account b = till { token: secret "B", organization: "2" }
table words: shop.Status -> string { "new" -> "n"  else -> fail "unmapped" }
fn net(i: shop.Item) -> money = i.price - (i.discount ?? 0)
rule full "Всё сразу":
on shop.order as o
  when o.status in ["new", "paid"] and o.total > 500
  once per "{o.id}:{o.status}" within 30d
  ordered by o.id
  valid for 20m
do {
  let t = match o.number { "msk" -> a  else -> b }
  let sum = sum(i.quantity * net(i) for i in o.items if i.quantity > 0)
  let made = t.create(key: words[o.status], lines: [{ id: i.id, price: net(i), comment: i.offer?.externalId } for i in o.items])
    timeout 150s
    retry 5 backoff 2s..5m when transient
    on rejected as r { stop "{r.code}" }
  if sum > 0 { shop.edit(id: o.id, total: sum, comment: made.guid) } else { shop.note(id: o.id, text: "empty") }
  for p in o.payments if p.status == "paid" parallel 4 {
    t.pay(guest: { type: "card", card: p.type }, amount: p.amount, comment: "") key "{o.id}/{p.id}"
  }
}
on error as e { let told = shop.note(id: o.id, text: e.message) }"#,
    );
}
