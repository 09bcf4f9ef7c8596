//! Actions that are made of steps, over the real binary: tests of a bundle, what it is made into, and what is said of it.

use crate::support::tested::{Said, say};

/// A market whose orders are made by article.
const MARKET: &str = r#"connector market "Площадка" {
  setting url:   url = "https://market.example.com"
  setting token: secret

  hook { verify header("X-Token") == token }

  answer rejected refused status 400 json { error: string -> message }
  answer transient unknown status 500..599

  type Posting = { number: string, items: [{ article: string, quantity: int }] }

  event posting "Отправление" {
    payload Posting
    accept post json { posting: Posting -> payload }
    entity number
  }

  action findOffers "Найти товары" {
    request GET "/offers" query { articles: [string] as brackets }
    answer ok applied status 200 json { offers: [{ id: int, article: string }] -> offers }
  }

  action findOffer "Найти товар" {
    request GET "/offers/{article}" path { article: string }
    answer ok applied status 200 json { offer: { id: int, article: string }? -> offer }
  }

  action createOrder "Создать заказ" {
    request POST "/orders" json { number: string, lines: [{ offer: int, quantity: int }] }
    answer ok applied status 200 json { id: int -> id }
    effect unsafe
  }

  action note "Заметка к заказу" {
    request POST "/notes" json { order: int, text: string }
    answer ok applied status 200 empty
    effect harmless
  }

  action createFromPosting(posting: Posting, missing: "fail" | "skip" = "fail") -> { id: int, skipped: [string] } "Заказ из отправления" {
    do {
      let found   = findOffers(articles: [i.article for i in posting.items])
      let skipped = [i.article for i in posting.items if not any(o.article == i.article for o in found.offers)]
      if count(skipped) > 0 and missing == "fail" {
        fail "нет товара {join(skipped, ", ")}"
      }
      let made = createOrder(
        number: posting.number,
        lines: [
          { offer: first(o.id for o in found.offers if o.article == i.article) ?? fail "нет товара", quantity: i.quantity }
          for i in posting.items if not (i.article in skipped)
        ],
      )
      for article in skipped {
        note(order: made.id, text: "Нет товара {article}")
      }
      return { id: made.id, skipped: skipped }
    }
  }

  action createOneByOne(posting: Posting, missing: "fail" | "skip" = "fail") -> int "Заказ, товары по одному" {
    do {
      let found = [findOffer(article: i.article) for i in posting.items]
      for f in found if f.offer == null and missing == "fail" {
        fail "не все товары найдены"
      }
      let offers = compact([f.offer for f in found])
      let made = createOrder(number: posting.number, lines: [
        { offer: o.id, quantity: sum(i.quantity for i in posting.items if i.article == o.article) } for o in offers
      ])
      return made.id
    }
  }
}
"#;

const HEAD: &str = r#"
account m     = market   { token: secret "MARKET_TOKEN" }
account staff = telegram { token: secret "TG_TOKEN", chat: "-100200300" }
"#;

/// A rule that skips what is missing, and says what it made.
const SKIPS: &str = r#"
rule orders: on m.posting as p do {
  let made = m.createFromPosting(posting: p, missing: "skip")
    on rejected as r { staff.send(text: "Площадка: {r.message}") stop "не принято" }
  staff.send(text: "Заказ {made.id}, без {count(made.skipped)}")
}
on error as e { staff.send(text: "{e.step}: {e.message}") }
"#;

const TWO: &str = r#"given m.posting with { number: "17-Ц", items: [{ article: "A-1", quantity: 2 }, { article: "Б-2", quantity: 1 }] }"#;

fn bundle(rule: &str, lines: &str, verb: &str) -> Said {
    let rules = format!("{HEAD}{rule}\ntest \"случай\" {{\n  {TWO}\n{lines}\n}}\n");
    say(
        &[("rules.ondo", &rules), ("connectors/market.ondo", MARKET)],
        verb,
    )
}

#[track_caller]
fn passes(rule: &str, lines: &str) {
    let said = bundle(rule, lines, "test");
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    assert!(said.out.contains("ok      случай"), "{}", said.out);
}

#[test]
fn what_the_shop_lacks_is_skipped_and_told() {
    passes(
        SKIPS,
        r#"  reply m.findOffers -> ok { offers: [{ id: 5, article: "A-1" }] }
  reply m.createOrder -> ok { id: 7 }
  expect m.createOrder(number: "17-Ц", lines: [{ offer: 5, quantity: 2 }]) once
  expect m.note(order: 7, text: "Нет товара Б-2") once
  expect staff.send(text: "Заказ 7, без 1") once
  expect run done"#,
    );
}

#[test]
fn without_the_choice_the_order_fails_before_anything_is_made() {
    let rule = SKIPS.replace(", missing: \"skip\"", "");
    passes(
        &rule,
        r#"  reply m.findOffers -> ok { offers: [{ id: 5, article: "A-1" }] }
  expect staff.send(text: "made: нет товара Б-2") once
  expect no m.createOrder
  expect run failed"#,
    );
}

#[test]
fn a_refusal_inside_is_handled_behind_the_call() {
    passes(
        SKIPS,
        r#"  reply m.findOffers -> ok { offers: [] }
  reply m.createOrder -> rejected { message: "закрыто" }
  expect staff.send(text: "Площадка: закрыто") once
  expect no m.note
  expect run stopped"#,
    );
}

#[test]
fn a_call_inside_that_nobody_knows_of_is_in_doubt() {
    passes(
        SKIPS,
        r#"  reply m.createOrder -> applied then timeout
  expect m.createOrder once
  expect no staff.send
  expect run in_doubt"#,
    );
}

#[test]
fn a_read_inside_is_repeated_by_itself() {
    passes(
        SKIPS,
        r#"  reply m.findOffers -> timeout then status 503 {} then ok { offers: [{ id: 5, article: "A-1" }, { id: 6, article: "Б-2" }] }
  expect m.findOffers 3 times
  expect m.createOrder once
  expect run done"#,
    );
}

const ONE_BY_ONE: &str = r#"
rule orders: on m.posting as p do {
  let id = m.createOneByOne(posting: p, missing: "skip")
  staff.send(text: "Заказ {id}")
}
"#;

#[test]
fn goods_are_found_one_by_one() {
    passes(
        ONE_BY_ONE,
        r#"  reply m.findOffer -> ok { offer: { id: 5, article: "A-1" } } then timeout then ok { offer: { id: 6, article: "Б-2" } }
  reply m.createOrder -> ok { id: 7 }
  expect m.findOffer(article: "A-1") once
  expect m.findOffer(article: "Б-2") 2 times
  expect m.createOrder(lines: [{ offer: 5, quantity: 2 }, { offer: 6, quantity: 1 }]) once
  expect staff.send(text: "Заказ 7") once"#,
    );
    passes(
        ONE_BY_ONE,
        r#"  reply m.findOffer -> ok { offer: null } then ok { offer: { id: 6, article: "Б-2" } }
  reply m.createOrder -> ok { id: 7 }
  expect m.createOrder(lines: [{ offer: 6, quantity: 1 }]) once
  expect run done"#,
    );
    passes(
        &ONE_BY_ONE.replace(", missing: \"skip\"", ""),
        r#"  reply m.findOffer -> ok { offer: null }
  expect no m.createOrder
  expect run failed"#,
    );
}

#[test]
fn the_program_shows_the_steps_in_the_place_of_the_call() {
    let said = bundle(SKIPS, "  expect run done", "ir");
    assert_eq!(said.code, Some(0), "{}", said.err);
    for line in [
        "steps made market.createFromPosting",
        "call made.found ",
        "call made.made ",
        "call made.note ",
        "call made.made.rejected.send ",
    ] {
        assert!(said.out.contains(line), "no `{line}` in\n{}", said.out);
    }
}

#[test]
fn check_explains_what_is_inside() {
    let said = bundle(SKIPS, "  expect run done", "check --explain");
    assert_eq!(said.code, Some(0), "{}", said.err);
    for line in [
        "acts once for each `number`",
        "market.createFromPosting: made of the calls below",
        "- market.createOrder: never repeated; in doubt when nobody knows",
    ] {
        let all = format!("{}{}", said.out, said.err);
        assert!(all.contains(line), "no `{line}` in\n{all}");
    }
}

#[test]
fn what_no_test_came_to_is_the_call_of_the_rule() {
    let rule = format!(
        "{SKIPS}\nrule others: on m.posting as p when p.number == \"0\" do m.createFromPosting(posting: p)\n"
    );
    let said = bundle(
        &rule,
        "  reply m.findOffers -> ok { offers: [] }\n  reply m.createOrder -> ok { id: 7 }\n  expect run done",
        "test",
    );
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    let all = format!("{}{}", said.out, said.err);
    assert!(all.contains("others"), "{all}");
    assert!(!all.contains("market.ondo"), "{all}");
}

#[test]
fn a_definition_with_a_mistake_runs_nothing() {
    let market = MARKET.replace("return { id: made.id, ", "return { id: made.number, ");
    let rules = format!("{HEAD}{SKIPS}");
    let said = say(
        &[("rules.ondo", &rules), ("connectors/market.ondo", &market)],
        "check",
    );
    assert_eq!(said.code, Some(1), "{}", said.out);
    let all = format!("{}{}", said.out, said.err);
    assert!(all.contains("`made` has no field `number`"), "{all}");
    assert!(all.contains("connectors/market.ondo:"), "{all}");
    assert!(all.contains("1 error"), "{all}");
}
