//! Libraries, webhooks with types of one's own, and the universal request.

use super::{compiled_with, finds, lines, sound};

const COMMON: (&str, &str) = (
    "lib/common.ondo",
    "const SHARE = 5%
fn net(i: shop.Item) -> money = i.price - less(i)
fn less(i: shop.Item) -> money = i.discount ?? 0
type Lead = { id: int, name: string? }
table words: shop.Status -> string { \"new\" -> \"n\"  else -> \"d\" }",
);

fn with(text: &str, libraries: &[(&str, &str)]) -> Vec<String> {
    lines(&compiled_with(text, libraries))
}

#[test]
fn a_library_goes_by_its_name() {
    let bundle = "use \"lib/common.ondo\" as common
on shop.order as o do {
  let lead: common.Lead = { id: o.id }
  shop.edit(id: lead.id, total: round(sum(common.net(i) for i in o.items) * common.SHARE, 2), comment: common.words[o.status])
}";
    assert_eq!(with(bundle, &[COMMON]), Vec::<String>::new());
}

#[test]
fn a_library_without_a_name_is_part_of_the_bundle() {
    let bundle = "use \"lib/common.ondo\"
on shop.order as o do shop.edit(id: o.id, total: round(sum(net(i) for i in o.items) * SHARE, 2))";
    assert_eq!(with(bundle, &[COMMON]), Vec::<String>::new());
}

#[test]
fn a_name_that_the_library_lacks_has_a_nearest_one() {
    let bundle = "use \"lib/common.ondo\" as common
on shop.order as o do shop.edit(id: o.id, total: sum(common.nett(i) for i in o.items))";
    assert_eq!(
        with(bundle, &[COMMON]),
        ["unknown-name @ 2:61 `common` declares no `nett` | net"]
    );
}

#[test]
fn a_file_that_is_not_there_is_told_once() {
    let bundle = "use \"lib/comon.ondo\" as common
on shop.order as o do shop.edit(id: o.id, total: sum(common.net(i) for i in o.items))";
    assert_eq!(
        with(bundle, &[COMMON]),
        [
            "unknown-file @ 1:5 there is no file `lib/comon.ondo` in the directory of the bundles | \"lib/common.ondo\""
        ]
    );
}

#[test]
fn a_library_has_no_rules() {
    let bundle = "use \"lib/rules.ondo\" as r\non shop.order do stop";
    let found = with(bundle, &[("lib/rules.ondo", "on shop.order do stop")]);
    assert_eq!(
        found[0],
        "not-in-library @ 1:1 a rule cannot stand in a file that others `use` | such a file declares `const`, `fn`, `type` and `table`"
    );
}

// ---- webhooks

const LEAD: &str = "type Lead = { id: int, phone: string? personal, utm: { source: string? }? }\n";

#[test]
fn a_webhook_has_the_type_that_the_rule_gives_it() {
    sound(&format!(
        "{LEAD}account site = door {{ token: secret \"T\" }}
on site.post(\"/lead\") as lead: Lead when lead.utm?.source != null do shop.note(id: lead.id, text: lead.utm.source)"
    ));
}

#[test]
fn a_webhook_that_anybody_can_send_to_must_say_so() {
    finds(
        "account site = door { }\non site.post(\"/lead\") do stop",
        &[
            "open-hook @ 2:4 anybody could send this event: `site` has nothing by which senders prove who they are | token: secret \"…\", or open: true if anybody may send",
        ],
    );
    sound("account site = door { open: true }\non site.post(\"/lead\") do stop");
}

#[test]
fn the_path_of_a_webhook_is_needed_and_fixed() {
    finds(
        "on door.post() do stop",
        &["missing-argument @ 1:4 `door.post` needs the argument `path` | path: …"],
    );
}

#[test]
fn an_event_with_fields_of_its_own_takes_no_type() {
    let found = super::check(&format!("{LEAD}on shop.order as o: Lead do stop"));
    assert_eq!(
        found,
        [
            "payload-type @ 2:21 the fields of `order` are declared by its connector, so the rule cannot name a type | extend ACCOUNT.EVENT { … } adds fields of your own account"
        ]
    );
}

// ---- requests

#[test]
fn a_request_that_only_reads_needs_no_once() {
    sound("on shop.visit do door.request(method: \"GET\", url: \"https://a.example/{page}\")");
    finds(
        "on shop.visit do door.request(method: \"POST\", url: \"https://a.example\", body: { page })",
        &[
            "repeats-effect @ 1:18 `door.request` happens each time it is called, and nothing says what makes two events one | once per EXPR, or once per event",
        ],
    );
}

#[test]
fn a_header_takes_a_secret_and_a_body_does_not() {
    sound(
        "on shop.order do door.request(method: \"GET\", url: \"https://a.example\", headers: { Authorization: secret \"T\" })",
    );
    sound(
        "on shop.order do door.request(method: \"GET\", url: \"https://a.example\", headers: { Signature: hex(hmac_sha256(number, secret \"T\")) })",
    );
    finds(
        "on shop.order do door.request(method: \"GET\", url: \"https://a.example\", body: [secret \"T\"])",
        &[
            "secret-leak @ 1:78 a secret cannot become part of `body` of `door.request` | a secret goes whole into a setting of an account, or a header or query value of http.request",
        ],
    );
    finds(
        "on shop.order do door.request(method: \"GET\", url: \"https://a.example\", body: { key: base64_encode(secret \"T\") })",
        &[
            "secret-leak @ 1:99 a secret cannot become part of what `base64_encode` makes of it | a secret goes whole into a setting of an account, or a header or query value of http.request",
        ],
    );
}

#[test]
fn personal_data_in_a_body_of_no_shape_is_a_lint() {
    finds(
        "on shop.order do door.request(method: \"POST\", url: \"https://a.example\", body: { phone, number })",
        &[
            "personal-data @ 1:81 `phone` is personal, but `phone` of a body for door is not meant for such data | allow personal -> door",
        ],
    );
    sound(
        "allow personal -> door\non shop.order do door.request(method: \"POST\", url: \"https://a.example\", body: { phone, number })",
    );
}
