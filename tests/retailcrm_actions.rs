//! RetailCRM's actions that are made of steps, and what the simulated CRM remembers: tests of a bundle over the real binary.

use crate::support::tested::say;

const HEAD: &str = r#"
bundle shop { timezone: "Europe/Moscow", currency: "RUB" }
account crm   = retailcrm { url: "https://shop.example.com", apiKey: secret "CRM_KEY" }
account staff = telegram  { token: secret "TG_TOKEN", chat: "-100200300" }
account site  = webhook   { token: secret "SITE_TOKEN" }
type Lead = { id: int, phone: string?, article: string, code: string }
allow personal -> retailcrm, telegram
"#;

/// A rule with these steps over the event `l`, and a test with these lines behind the event.
#[track_caller]
fn passes(steps: &str, lines: &str) {
    let rules = format!(
        r#"{HEAD}
rule lead: on site.post("/lead") as l: Lead once per event do {{
{steps}
}}
on error as e {{ staff.send(text: "{{e.step}}: {{e.message}}") }}
test "case" {{
  given site.post("/lead") with {{ id: 7, phone: "+79165550142", article: "PZ-4S-30", code: "ligovka" }}
{lines}
}}
"#
    );
    let said = say(&[("rules.ondo", &rules)], "test");
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    assert!(said.out.contains("ok      case"), "{}", said.out);
}

/// A page of a list with these totals.
fn pages(count: usize, pages: usize) -> String {
    format!(
        "pagination: {{ limit: 100, totalCount: {count}, currentPage: 1, totalPageCount: {pages} }}"
    )
}

// ------------------------------------------------------------------------------------------------------------- orders

const FIND_ORDER: &str = r#"
  let found = crm.findOrder(phone: l.phone, status: "new")
  staff.send(text: "{found.id ?? 0} из {found.count}, {found.order?.number ?? "нет"}")"#;

#[test]
fn an_order_is_found_by_phone_and_status_and_the_newest_counts() {
    let first = r#"{ id: 1, number: "1A", createdAt: datetime("2026-11-20T10:00:00+03:00") }"#;
    let second = r#"{ id: 2, number: "2A", createdAt: datetime("2026-11-21T10:00:00+03:00") }"#;
    for (orders, said) in [
        (format!("[{first}, {second}]"), "2 из 2, 2A"),
        (format!("[{second}, {first}]"), "2 из 2, 2A"),
        ("[]".to_owned(), "0 из 2, нет"),
    ] {
        let totals = pages(2, 1);
        passes(
            FIND_ORDER,
            &format!(
                r#"  reply crm.listOrders -> ok {{ {totals}, orders: {orders} }}
  expect crm.listOrders(customer: "+79165550142", extendedStatus: ["new"]) once
  expect staff.send(text: "{said}") once"#
            ),
        );
    }
}

#[test]
fn an_order_that_one_page_does_not_show_for_sure_is_a_failure() {
    let totals = pages(140, 2);
    passes(
        FIND_ORDER,
        &format!(
            r#"  reply crm.listOrders -> ok {{ {totals}, orders: [] }}
  expect staff.send(text: "found: под условия подходит слишком много заказов: 140") once
  expect run failed"#
        ),
    );
}

#[test]
fn an_order_is_not_looked_for_by_nothing() {
    passes(
        r#"  let found = crm.findOrder(email: null)
  staff.send(text: "{found.count}")"#,
        r#"  expect no crm.listOrders
  expect staff.send(text: "found: по чему искать заказ: нет ни email, ни телефона, ни статуса") once"#,
    );
}

// -------------------------------------------------------------------------------------------------------------- goods

const FIND_PRODUCT: &str = r#"
  let found = crm.findProduct(article: l.article)
  staff.send(text: "{found.id} {found.product.name ?? ""}")"#;

#[test]
fn a_product_is_found_by_its_own_article_or_that_of_an_offer() {
    for product in [
        r#"{ id: 1204, name: "Пицца", article: "PZ-4S-30" }"#,
        r#"{ id: 1204, name: "Пицца", article: "PZ", offers: [{ id: 1, article: "PZ-4S-30" }, { id: 2, article: "PZ-4S-40" }] }"#,
    ] {
        let totals = pages(2, 1);
        passes(
            FIND_PRODUCT,
            &format!(
                r#"  reply crm.getProducts -> ok {{ {totals}, products: [{{ id: 9, article: "PZ-4S-300" }}, {product}] }}
  expect crm.getProducts(name: "PZ-4S-30") once
  expect staff.send(text: "1204 Пицца") once"#
            ),
        );
    }
}

#[test]
fn a_product_may_stand_on_another_page() {
    let totals = pages(150, 2);
    passes(
        FIND_PRODUCT,
        &format!(
            r#"  reply crm.getProducts -> ok {{ {totals}, products: [] }}
    then ok {{ {totals}, products: [{{ id: 1204, article: "PZ-4S-30" }}] }}
  expect crm.getProducts(page: 1) once
  expect crm.getProducts(page: 2) once
  expect staff.send(text: "1204 ") once"#
        ),
    );
}

#[test]
fn no_product_and_two_products_are_failures() {
    let totals = pages(2, 1);
    let two =
        r#"{ id: 1, article: "PZ-4S-30" }, { id: 2, offers: [{ id: 5, article: "PZ-4S-30" }] }"#;
    for (products, why) in [
        ("", "нет товара с артикулом PZ-4S-30"),
        (two, "артикул PZ-4S-30 есть у нескольких товаров: 1, 2"),
    ] {
        passes(
            FIND_PRODUCT,
            &format!(
                r#"  reply crm.getProducts -> ok {{ {totals}, products: [{products}] }}
  expect staff.send(text: "found: {why}") once
  expect run failed"#
            ),
        );
    }
}

const FIND_OFFER: &str = r#"
  let found = crm.findOffer(article: l.article, site: "msk")
  staff.send(text: "{found.id}")"#;

#[test]
fn an_offer_is_found_in_the_stocks_of_its_shop() {
    passes(
        FIND_OFFER,
        r#"  reply crm.getInventories -> ok { offers: [{ id: 70411 }] }
  expect crm.getInventories(offerArticle: ["PZ-4S-30"], sites: ["msk"]) once
  expect no crm.getProducts
  expect staff.send(text: "70411") once"#,
    );
}

#[test]
fn an_offer_without_stocks_is_found_among_the_products() {
    let totals = pages(1, 1);
    passes(
        FIND_OFFER,
        &format!(
            r#"  reply crm.getInventories -> ok {{ offers: [] }}
  reply crm.getProducts -> ok {{ {totals}, products: [{{ id: 1, article: "PZ-4S-30", offers: [{{ id: 5, article: "PZ-4S" }}, {{ id: 6, article: "PZ-4S-30" }}] }}] }}
  expect crm.getProducts(name: "PZ-4S-30", sites: ["msk"]) once
  expect staff.send(text: "6") once"#
        ),
    );
}

#[test]
fn no_offer_and_two_offers_are_failures() {
    let totals = pages(0, 0);
    passes(
        FIND_OFFER,
        &format!(
            r#"  reply crm.getInventories -> ok {{ offers: [] }}
  reply crm.getProducts -> ok {{ {totals}, products: [] }}
  expect staff.send(text: "found: нет предложения с артикулом PZ-4S-30") once
  expect run failed"#
        ),
    );
    passes(
        FIND_OFFER,
        r#"  reply crm.getInventories -> ok { offers: [{ id: 5 }, { id: 6 }] }
  expect staff.send(text: "found: артикул PZ-4S-30 есть у нескольких предложений: 5, 6") once
  expect run failed"#,
    );
}

// ------------------------------------------------------------------------------------------------- warehouses and packs

const FIND_WAREHOUSE: &str = r#"
  let store = crm.findWarehouse(code: l.code)
  staff.send(text: "{store.name} {store.phone?.number ?? "без телефона"}")"#;

#[test]
fn a_warehouse_is_picked_by_its_code() {
    passes(
        FIND_WAREHOUSE,
        r#"  expect crm.getStores once
  expect staff.send(text: "Лиговка +78125550170") once"#,
    );
    passes(
        &FIND_WAREHOUSE.replace("l.code", "\"farm\""),
        r#"  expect staff.send(text: "Ферма без телефона") once"#,
    );
    passes(
        &FIND_WAREHOUSE.replace("l.code", "\"moon\""),
        r#"  expect staff.send(text: "store: нет склада с кодом moon") once
  expect run failed"#,
    );
}

#[test]
fn packs_of_an_order_are_those_of_all_pages() {
    let totals = pages(101, 2);
    passes(
        r#"  let found = crm.findPacks(id: l.id)
  staff.send(text: "{join([ string(p.id) for p in found.packs ], ", ")}")"#,
        &format!(
            r#"  reply crm.getPacks -> ok {{ {totals}, packs: [{{ id: 1 }}, {{ id: 2 }}] }} then ok {{ {totals}, packs: [{{ id: 3 }}] }}
  expect crm.getPacks(orderId: 7, page: 2) once
  expect staff.send(text: "1, 2, 3") once"#
        ),
    );
}

// --------------------------------------------------------------------------------------------------------- marketplaces

const FROM_OZON: &str = r#"
  let made = crm.createOrderFromOzon(
    externalId: "oz-{l.id}",
    products:   [
      { offer_id: "A-1", sku: 501, name: "Чай", quantity: 2, price: 459.90, currency_code: "RUB" },
      { offer_id: "A-2", sku: 502, name: "Чашка", quantity: 1, price: 89, currency_code: "RUB" },
    ],
  )
  staff.send(text: "{made.success} {made.id}, нет: {join(made.missing, ", ")}")"#;

/// The second article is nowhere.
fn second_is_nowhere() -> String {
    let totals = pages(0, 0);
    format!(
        r#"  reply crm.getInventories -> ok {{ offers: [{{ id: 5 }}] }} then ok {{ offers: [] }}
  reply crm.getProducts -> ok {{ {totals}, products: [] }}
  reply crm.createOrder -> ok {{ id: 81 }}"#
    )
}

#[test]
fn an_article_that_is_missing_fails_the_order_unless_it_is_said_otherwise() {
    let before = second_is_nowhere();
    passes(
        FROM_OZON,
        &format!(
            r#"{before}
  expect no crm.createOrder
  expect staff.send(text: "made: нет предложения с артикулом A-2") once
  expect run failed"#
        ),
    );
}

#[test]
fn a_product_that_is_missing_can_be_a_free_item() {
    let before = second_is_nowhere();
    passes(
        &FROM_OZON.replace("externalId:", "missing: \"free item\", externalId:"),
        &format!(
            r#"{before}
  expect crm.createOrder(order: {{ externalId: "oz-7", items: [
    {{ offer: {{ id: 5 }}, productName: "Чай", initialPrice: 459.90, quantity: 2 }},
    {{ productName: "Чашка", initialPrice: 89, quantity: 1 }},
  ] }}) once
  expect staff.send(text: "true 81, нет: A-2") once"#
        ),
    );
}

#[test]
fn a_product_that_is_missing_can_be_left_out() {
    let before = second_is_nowhere();
    passes(
        &FROM_OZON.replace("externalId:", "missing: \"skip\", externalId:"),
        &format!(
            r#"{before}
  expect crm.createOrder(order: {{ items: [{{ offer: {{ id: 5 }}, productName: "Чай" }}] }}) once
  expect staff.send(text: "true 81, нет: A-2") once"#
        ),
    );
}

#[test]
fn an_order_of_which_nothing_is_left_fails() {
    let totals = pages(0, 0);
    passes(
        &FROM_OZON.replace("externalId:", "missing: \"skip\", externalId:"),
        &format!(
            r#"  reply crm.getInventories -> ok {{ offers: [] }} then ok {{ offers: [] }}
  reply crm.getProducts -> ok {{ {totals}, products: [] }} then ok {{ {totals}, products: [] }}
  expect no crm.createOrder
  expect staff.send(text: "made: в заказе не осталось товаров") once"#
        ),
    );
}

#[test]
fn another_field_of_the_product_can_hold_the_article() {
    passes(
        &FROM_OZON.replace("externalId:", "article_field: \"sku\", externalId:"),
        r#"  expect crm.getInventories(offerArticle: ["501"]) once
  expect crm.getInventories(offerArticle: ["502"]) once
  expect crm.createOrder once"#,
    );
}

#[test]
fn an_order_of_wildberries_is_one_piece_at_its_price_in_the_sellers_currency() {
    passes(
        r#"  let made = crm.createOrderFromWildberries(
    orderMethod: "wb",
    webhook:     { id: 31, article: l.article, convertedPrice: 1287.90, convertedCurrencyCode: 643 },
  )
  staff.send(text: "{made.id}")"#,
        r#"  reply crm.getInventories -> ok { offers: [{ id: 5 }] }
  reply crm.createOrder -> ok { id: 82 }
  expect crm.createOrder(order: {
    externalId:  "31",
    orderMethod: "wb",
    items:       [{ offer: { id: 5 }, initialPrice: 1287.90, quantity: 1 }],
  }) once
  expect staff.send(text: "82") once"#,
    );
}

// --------------------------------------------------------------------------------------------------- the simulated CRM

const CREATE: &str = r#"
  let made = crm.createOrder(order: {
    externalId: "lead-{l.id}",
    firstName:  "Пётр",
    phone:      l.phone,
    customer:   { id: 3105 },
    items:      [{ offer: { id: 5 }, initialPrice: 100.50, quantity: 2 }, { productName: "Пакет", initialPrice: 3 }],
    payments:   [{ type: "cash", amount: 204 }],
    delivery:   { code: "courier", address: { city: "Москва" } },
  })
    on rejected as r { fail "CRM: {r.message}" }
"#;

#[test]
fn the_simulated_crm_gives_back_what_was_created() {
    passes(
        &format!(
            r#"{CREATE}
  let inside  = crm.getOrder(id: made.id, by: "id")
  let outside = crm.getOrder(id: "lead-7", by: "externalId")
  let found   = crm.findOrder(phone: l.phone)
  staff.send(text: "{{inside.order.summ}} {{count(inside.order.items)}} {{inside.order.customer?.id ?? 0}} {{made.id == outside.order.id}} {{made.id == (found.id ?? 0)}} {{found.count}}")"#
        ),
        r#"  expect staff.send(text: "204.00 2 3105 true true 1") once
  expect run done"#,
    );
}

#[test]
fn the_simulated_crm_refuses_a_second_order_with_the_same_external_id() {
    passes(
        CREATE,
        r#"  expect run done
  given site.post("/lead") with { id: 7, phone: "+79165550142", article: "1", code: "1" }
  expect staff.send(text: ": CRM: Order with this externalId already exists.") once
  expect run failed
  given site.post("/lead") with { id: 8, phone: "+79165550142", article: "1", code: "1" }
  expect run done"#,
    );
}

#[test]
fn the_simulated_crm_keeps_an_edit_and_tells_it_in_the_history() {
    passes(
        &format!(
            r#"{CREATE}
  let edited = crm.editOrder(id: made.id, by: "id", status: "assembling", managerComment: "в кассе")
  let read   = crm.getOrder(id: made.id, by: "id")
  let seen   = crm.getHistory(sinceId: 90450)
  let states = crm.getStatuses(ids: [made.id])
  staff.send(text: "{{read.order.status}} {{read.order.managerComment ?? ""}} {{read.order.firstName ?? ""}} {{edited.order.status}} {{count(seen.history)}} {{seen.history[0]?.created ?? false}} {{seen.history[1]?.apiKey?.current ?? false}} {{join([s.status for s in states.orders], " ")}}")"#
        ),
        r#"  expect staff.send(text: "assembling в кассе Пётр assembling 2 true true assembling") once"#,
    );
}
