//! Programs made by hand.

use std::sync::{Arc, OnceLock};

use ondo_compiler::catalog::{self, Catalog, ConnectorSource};
use ondo_compiler::ir::{
    Account, AccountId, Arg, Call, Class, Expr, ExprId, Exprs, Handler, LocalId, Misfire, Once,
    Program, ReadPath, ReadSet, Retry, Rule, SlotId, Step, Trigger, When,
};
use ondo_compiler::source::{FileId, Place, SourceFile};
use ondo_compiler::types::{Type, TypeTable};
use ondo_compiler::value::Value;
use ondo_grammar::ast::Span;

/// One action of each class. `guarded` is the same with a token.
const VENDOR: &str = r#"
connector NAME "A vendor" {
  setting base:     url identity
  setting password: secret
AUTH
  answer rejected     refused status 400 json { code: string -> code }
  answer rate_limited refused status 429
  answer transient    unknown status 500..599

  type Order = { id: string, event: string, group: string, parts: [string] }

  event order     { payload Order  accept post json Order -> payload  entity id }
  event order_new is order { accept post json Order -> payload }

  action look {
    request GET "/look" query { mark: string }
    answer ok applied status 200 json { found: string }
    effect read
  }
  action fetch {
    request GET "/fetch" query { mark: string }
    answer ok applied status 200 json { order: Order }
    effect read
  }
  action note {
    request POST "/note" json { mark: string }
    answer ok applied status 200 json { found: string }
    effect harmless
  }
  action put {
    request POST "/put" json { mark: string }
    answer ok applied status 200 json { found: string }
    effect idempotent
  }
  action pay {
    request POST "/pay" json { mark: string, ref: string? }
    answer ok applied status 200 json { found: string }
    effect keyed ref
  }
  action give {
    request POST "/give" json { mark: string }
    answer ok     applied status 200 json { found: string }
    answer partly applied status 207
    effect unsafe
  }
  action bonus {
    request POST "/bonus" json { mark: string, comment: string? }
    answer ok applied status 200 empty
    effect unsafe readback operations(mark: mark, since: sent_at)
      marker   comment suffix
      found    count(o for o in operations if ends_with(o.comment ?? "", marker))
      complete when count(operations) == total
      settle   10s
  }
  action operations {
    request GET "/operations" query { mark: string, since: datetime }
    answer ok applied status 200 json { total: int, operations: [{ comment: string? }] }
    effect read
  }
  action start {
    request POST "/start" json { mark: string }
    answer accepted pending status 202 json { job: string? }
    job { id answer.job  ask result(mark: id)  every 10s  give up after 30m }
    effect unsafe
  }
  action result {
    request GET "/result" query { mark: string }
    answer ok      applied status 200 json { found: string }
    answer waiting pending status 202
    answer failed  refused status 409 json { code: string -> code }
    effect read
  }
}
"#;

const TOKEN: &str = r#"
  auth token {
    request POST "/token" json { password: secret = password }
    token answer.token lives 15m
    send headers { Authorization = token }
    renew when status == 401
  }
"#;

const PACED: &str = "  limit rate 100 per 1s\n";

/// The engine's own events, as the binary has them.
const ENGINE_FILES: [(&str, &str); 2] = [
    (
        "connectors/ondo/connector.ondo",
        include_str!("../../../../connectors/ondo/connector.ondo"),
    ),
    (
        "connectors/ondo/events.ondo",
        include_str!("../../../../connectors/ondo/events.ondo"),
    ),
];

/// The vendors that tests call.
pub(in crate::engine) fn catalog() -> Arc<Catalog> {
    static CATALOG: OnceLock<Arc<Catalog>> = OnceLock::new();
    let built = CATALOG.get_or_init(|| {
        let vendors = [("vendor", ""), ("guarded", TOKEN), ("paced", PACED)].map(|(name, auth)| {
            ConnectorSource {
                name: name.to_owned(),
                files: vec![SourceFile {
                    path: format!("connectors/{name}/connector.ondo"),
                    text: VENDOR.replace("NAME", name).replace("AUTH", auth),
                }],
            }
        });
        let engine = ConnectorSource {
            name: catalog::ENGINE.to_owned(),
            files: ENGINE_FILES
                .map(|(path, text)| SourceFile {
                    path: path.to_owned(),
                    text: text.to_owned(),
                })
                .into(),
        };
        let sources = vendors.into_iter().chain([engine]).collect();
        let (catalog, diagnostics) = catalog::build(sources);
        assert!(diagnostics.is_empty(), "{diagnostics:#?}");
        Arc::new(catalog)
    });
    Arc::clone(built)
}

/// The account `shop` of `vendor`: where events come from, and what most calls go to.
pub(in crate::engine) const SHOP: AccountId = AccountId(0);
/// The account `safe` of `guarded`.
pub(in crate::engine) const SAFE: AccountId = AccountId(1);
/// Where the engine's own events come from.
pub(in crate::engine) const ENGINE: AccountId = AccountId(2);

/// The account `slow` of `paced`.
pub(in crate::engine) const SLOW: AccountId = AccountId(3);

/// Makes a program.
pub(in crate::engine) struct Maker {
    exprs: Exprs,
    rules: Vec<Rule>,
}

impl Maker {
    pub(in crate::engine) fn new() -> Self {
        Self {
            exprs: Exprs::default(),
            rules: Vec::new(),
        }
    }

    pub(in crate::engine) fn expr(&mut self, expr: Expr) -> ExprId {
        self.exprs.add(expr, place())
    }

    pub(in crate::engine) fn text(&mut self, text: &str) -> ExprId {
        self.expr(Expr::Const(Value::text(text)))
    }

    /// `field` of the event: `id`, `event`, `group`, `parts`.
    pub(in crate::engine) fn field(&mut self, field: &str) -> ExprId {
        let slot = FIELDS.iter().position(|(name, _)| *name == field).unwrap();
        self.expr(Expr::Slot(SlotId(slot as u32)))
    }

    /// `"{event}/STEP"`: a mark by which the vendor knows whose call it is.
    pub(in crate::engine) fn mark(&mut self, step: &str) -> ExprId {
        let event = self.field("event");
        let step = self.text(&format!("/{step}"));
        self.expr(Expr::Text(vec![event, step]))
    }

    /// A call of this step's name and action, marked with both.
    pub(in crate::engine) fn call(&mut self, account: AccountId, step: &str, action: &str) -> Call {
        let mark = self.mark(step);
        self.call_with(account, step, action, mark)
    }

    pub(in crate::engine) fn call_with(
        &mut self,
        account: AccountId,
        step: &str,
        action: &str,
        mark: ExprId,
    ) -> Call {
        let connector = match account {
            SHOP => "vendor",
            SLOW => "paced",
            _ => "guarded",
        };
        let class = catalog().connectors[connector].actions[action].effect.class;
        Call {
            id: step.into(),
            account: self.expr(Expr::Account(account)),
            connector: connector.into(),
            action: action.into(),
            args: vec![Arg {
                name: "mark".into(),
                value: mark,
                omit_null: false,
            }],
            bind: None,
            timeout: None,
            retry: Retry::default(),
            key: None,
            handlers: Vec::new(),
            class: class.unwrap_or(Class::Unsafe),
            place: place(),
        }
    }

    /// A rule on every order.
    pub(in crate::engine) fn rule(&mut self, name: &str, body: Vec<Step>) -> &mut Rule {
        let paths = FIELDS.iter().map(|(name, ty)| ReadPath {
            path: vec![(*name).into()],
            ty: ty.clone(),
            codecs: Vec::new(),
            aliases: Vec::new(),
        });
        self.rules.push(Rule {
            name: name.into(),
            caption: None,
            trigger: Trigger::Event {
                account: SHOP,
                event: "order".into(),
                args: Vec::new(),
                payload: Type::Named("vendor.Order".into()),
                entity: None,
            },
            read_set: ReadSet {
                paths: paths.collect(),
            },
            when: None,
            once: Once::PerEvent,
            ordered_by: None,
            at_most: None,
            debounce: None,
            valid_for: None,
            poll_every: None,
            overlap_queue: false,
            misfire: Misfire::Once,
            body,
            on_error: None,
            local_count: 8,
            place: place(),
        });
        self.rules.last_mut().unwrap()
    }

    /// A rule on an event of the engine, which makes one call.
    pub(in crate::engine) fn alarm(&mut self, event: &str, action: &str) -> &mut Rule {
        let mark = self.text(event);
        let call = self.call_with(SHOP, "alarm", action, mark);
        let rule = self.rule(&format!("on_{event}"), vec![step(call)]);
        rule.trigger = Trigger::Event {
            account: ENGINE,
            event: event.into(),
            args: Vec::new(),
            payload: Type::Json,
            entity: None,
        };
        rule.read_set = ReadSet::default();
        rule
    }

    pub(in crate::engine) fn program(self) -> Arc<Program> {
        let accounts = [
            ("shop", "vendor"),
            ("safe", "guarded"),
            ("default", catalog::ENGINE),
            ("slow", "paced"),
        ];
        Arc::new(Program {
            bundle: "bundle".into(),
            version: None,
            timezone: "UTC".into(),
            currency: None,
            accounts: accounts
                .map(|(name, connector)| Account {
                    name: name.into(),
                    connector: connector.into(),
                    settings: Vec::new(),
                    declared: true,
                    place: place(),
                })
                .into(),
            functions: Vec::new(),
            tables: Vec::new(),
            rules: self.rules,
            tests: Vec::new(),
            exprs: self.exprs,
            types: TypeTable::default(),
            catalog: catalog(),
            sources: Default::default(),
        })
    }
}

/// What rules read of an order.
static FIELDS: std::sync::LazyLock<Vec<(&'static str, Type)>> = std::sync::LazyLock::new(|| {
    vec![
        ("id", Type::Text),
        ("event", Type::Text),
        ("group", Type::Text),
        ("parts", Type::List(Arc::new(Type::Text))),
    ]
});

pub(in crate::engine) fn place() -> Place {
    Place {
        file: FileId(0),
        span: Span { start: 0, end: 0 },
    }
}

/// A step that is a call.
pub(in crate::engine) fn step(call: Call) -> Step {
    Step::Call(Box::new(call))
}

/// `on OUTCOME as r { BODY }`
pub(in crate::engine) fn on(outcome: &str, bind: Option<LocalId>, body: Vec<Step>) -> Handler {
    Handler {
        outcome: outcome.into(),
        bind,
        body,
    }
}

/// `when`, with terms that are named by their text.
pub(in crate::engine) fn when(terms: &[(ExprId, &str)]) -> When {
    When {
        terms: terms
            .iter()
            .map(|(term, text)| (*term, (*text).into()))
            .collect(),
    }
}

/// A bundle whose one rule makes one call of this action of `shop`.
pub(in crate::engine) fn one_call(action: &str, change: impl FnOnce(&mut Call)) -> Arc<Program> {
    let mut maker = Maker::new();
    let mut call = maker.call(SHOP, action, action);
    change(&mut call);
    maker.rule("rule", vec![step(call)]);
    maker.program()
}
