//! A bundle of as many lines as wanted, such as people write: constants, tables, functions and rules that use them.

use std::fmt::Write;

const HEAD: &str = r#"bundle growth { version: "1.0.0", timezone: "Europe/Moscow", currency: "RUB" }

account crm = retailcrm { url: "https://crm.example", apiKey: secret "RETAILCRM_KEY", hookSecret: secret "RETAILCRM_HOOK_SECRET" }

account loyalty = plazius {
  organization: "4174244",
  apiKey:       secret "PLAZIUS_KEY",
  password:     secret "PLAZIUS_PASSWORD",
}

allow personal -> plazius

fn ru_phone(raw: string?) -> phone? = raw?.e164(region: "RU") catch null
"#;

/// One part of the bundle; `§` is its number.
const PART: &str = r#"
// Часть §: one site of the chain.
const CASHBACK_§  = 5%
const MIN_ORDER_§ = 500 RUB

table site_§: string -> string {
  "msk", "msk-2" -> "Москва §"
  "spb"          -> "Санкт-Петербург"
  else           -> "сайт"
}

fn net_§(i: retailcrm.OrderItem) -> money = i.initialPrice - (i.discountTotal ?? 0)

fn bonus_§(total: money) -> money = round(total * (if total >= MIN_ORDER_§ then CASHBACK_§ else 1%), 2)

rule paid_§ "Bonuses for a completed order":
on crm.order as order
  when order.status == "complete" and order.totalSumm >= MIN_ORDER_§ and order.site in ["msk", "spb", "kzn-§"]
  once per "{order.id}:{order.status}" within 30d
  ordered by order.id
do {
  let guest = ru_phone(order.customer?.phones[0]?.number ?? order.phone)
  if guest == null { stop "order {order.number} has no usable phone" }
  let sum = sum(i.quantity * net_§(i) for i in order.items if i.quantity > 0)
  let kind = match order.site { "msk" -> "large"  "spb" -> "small"  else -> "other" }
  if sum > 0 and kind != "other" {
    loyalty.addBonus(
      guest:   { type: "phone", phone: guest },
      amount:  bonus_§(order.totalSumm),
      comment: "Заказ {order.number}, {site_§[order.site]}, {kind}",
    )
      timeout 30s
      on rejected as r {
        crm.editOrder(id: order.id, by: "id", managerComment: "Plazius: {r.code} {r.message}")
        stop "Plazius refused: {r.code}"
      }
  } else {
    stop "nothing to do for {order.number}"
  }
}
on error as e {
  crm.editOrder(id: order.id, by: "id", managerComment: "Бонусы не начислены: {e.kind}")
}
"#;

/// At least `lines` lines, and less than one part more.
pub fn bundle(lines: usize) -> String {
    let mut text = HEAD.to_owned();
    let (head, part) = (HEAD.lines().count(), PART.lines().count());
    let parts = lines.saturating_sub(head).div_ceil(part).max(1);
    for number in 0..parts {
        let _ = write!(text, "{}", PART.replace("§", &number.to_string()));
    }
    text
}
