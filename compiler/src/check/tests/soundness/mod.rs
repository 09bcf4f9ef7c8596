//! A checked program never meets a null, or a value of another kind, where it promised none.
//!
//! Bundles are run over events made from the payload's type, in which everything that may be absent is absent now and
//! then. Arguments that are sent must have a value wherever the connector wants one.

mod generated;
mod money;
mod run;

use self::run::must_keep_the_promise;
use super::compiled;

const BUNDLES: [&str; 7] = [
    r#"on shop.order when status == "new" and phone != null do till.pay(
  guest: { type: "phone", phone: e164(phone, region: "RU") catch fail "no phone" },
  organization: "1", amount: round(total * 5%, 2), comment: "Order {number}", points: count, rate: count)"#,
    r#"table words: shop.Status -> string { "new" -> "n"  "paid", "done" -> "d" }
fn net(i: shop.Item) -> money = i.price - (i.discount ?? 0)
fn name(c: shop.Customer?) -> string = c?.name ?? "nobody"
on shop.order as o
  once per "{o.id}:{o.status}"
  ordered by o.customer?.id ?? 0
do {
  let offers = [i.offer.externalId ?? words[o.status] for i in o.items if i.offer != null and i.quantity >= 0]
  let best = max(net(i) for i in o.items) ?? 0
  if o.customer == null { shop.note(id: o.id, text: name(o.customer)) }
  if o.customer?.phone == null { stop "none" }
  let sent = shop.edit(id: o.customer.id, phone: o.customer.phone.e164(region: "RU") catch null, comment: join(offers, ", "), total: best)
    on rejected as r { shop.note(id: 1, text: r.message) }
  shop.find(number: "{sent?.id ?? 0}{sent?.note ?? ""}")
}
on error as e { shop.note(id: o.id, text: "{e.kind} {e.step} {e.message}") }"#,
    r#"on shop.order as o when not (o.count == null or o.customer?.vip == null) do {
  let more = o.count * 2
  for p in o.payments if p.status != "new" {
    till.pay(guest: { type: "card", card: p.type }, organization: "1", amount: round(p.amount / 3 + money(more), 2), comment: "") key "{p.id}"
  }
}"#,
    r#"on shop.order as o do {
  let first = o.items[0]
  let last = o.items[-1]?.offer?.externalId
  let picked = if first == null then "none" else (match o.status { "new" -> "{first.id}"  else -> last ?? "no" })
  if last != null and o.phone in ["70000000000", last] { shop.note(id: first?.id ?? 0, text: o.phone) }
  till.create(key: picked, lines: [{ id: i.id, price: i.price, comment: i.offer?.externalId } for i in o.items])
}"#,
    r#"on shop.order as o do {
  let found = shop.find(number: o.number)
  let order = found.order
  if order == null { fail "not found" }
  shop.note(id: order.id, text: "{order.total} {order.customer?.name ?? ""} {count(order.items)}")
  let n = match order.count { null -> 0  else -> 1 }
  shop.edit(id: n, total: sum(p.amount for p in order.payments), status: if present(o.phone) then "paid" else null)
}"#,
    r#"const LIMIT: money = 500
type Note = { id: int, text: string?, tags: [string]? }
fn tag(n: Note) -> string = n.tags?[0] ?? n.text ?? "none"
on shop.order as o when o.total >= LIMIT or o.createdAt < now() - 1d do {
  let note: Note = { id: o.count ?? o.id, text: o.phone?.upper() }
  shop.note(id: note.id, text: tag(note))
  let again = shop.note(id: o.id, text: "{tag({ ...note, tags: ["a"] })} {clamp(o.total, 0, 500)} {sum([o.total, 5])}")
}"#,
    r#"account site = door { token: secret "TOKEN" }
type Line = { id: int, price: money, note: string?, at: datetime }
type Lead = { id: int, lines: [Line], utm: Utm?, first: Line }
type Utm = { source: string?, words: [string] }
fn source(u: Utm?) -> string = u?.source ?? "none"
on site.post("/lead") as lead: Lead do {
  let words = join(lead.utm?.words ?? [], " ")
  let last = max(line.at for line in lead.lines) ?? lead.first.at
  shop.note(id: lead.first.id, text: "{source(lead.utm)} {words} {sum(line.price for line in lead.lines)} {year(last)}")
}"#,
];

#[test]
fn checked_bundles_never_meet_a_null_they_did_not_expect() {
    let mut ends = 0;
    for text in BUNDLES {
        let compiled = compiled(text);
        assert_eq!(super::lines(&compiled), Vec::<String>::new(), "in\n{text}");
        let program = compiled.program.unwrap();
        for seed in 0..400 {
            for rule in &program.rules {
                ends += usize::from(must_keep_the_promise(&program, rule, seed, text));
            }
        }
    }
    assert!(ends > 200, "most runs come to their end");
}
