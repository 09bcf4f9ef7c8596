//! A program as text: stable, readable, complete enough to see what the compiler did.
//!
//! ```text
//! rule bonus on default(retailcrm).order
//!   reads status, phone?
//!   when $status == "new"
//! ```

use std::fmt::Write as _;

use crate::ir::{
    Account, Call, Conversion, Entry, Expr, ExprId, LocalId, Once, Op, Program, ReadSet, Rule,
    SettingValue, Step, Take, Trigger,
};
use crate::value::Value;

/// The program as text.
pub fn print(program: &Program) -> String {
    let mut out = String::new();
    let _ = write!(out, "bundle {}", program.bundle);
    if let Some(version) = &program.version {
        let _ = write!(out, " {version}");
    }
    let _ = write!(out, " in {}", program.timezone);
    if let Some(currency) = &program.currency {
        let _ = write!(out, " {currency}");
    }
    out.push('\n');
    for account in &program.accounts {
        print_account(&mut out, account);
    }
    let printer = Printer {
        program,
        reads: None,
    };
    for table in &program.tables {
        let _ = writeln!(out, "\ntable {}", table.name);
        for (keys, row) in &table.rows {
            let _ = writeln!(out, "  {} -> {}", values(keys), printer.expr(*row));
        }
        if let Some(records) = &table.records {
            let _ = writeln!(out, "  {} rows by {}", records.by_key.len(), records.key);
        }
        if let Some(otherwise) = table.otherwise {
            let _ = writeln!(out, "  else -> {}", printer.expr(otherwise));
        }
    }
    for function in &program.functions {
        let params: Vec<String> = function.params.iter().map(|param| local(*param)).collect();
        let body = printer.expr(function.body);
        let _ = writeln!(
            out,
            "\nfn {}({}) = {body}",
            function.name,
            params.join(", ")
        );
    }
    for rule in &program.rules {
        out.push('\n');
        print_rule(&mut out, program, rule);
    }
    out
}

fn print_account(out: &mut String, account: &Account) {
    let settings: Vec<String> = account
        .settings
        .iter()
        .map(|(name, value)| match value {
            SettingValue::Value(value) => format!("{name}: {}", self::value(value)),
            SettingValue::Env(env) => format!("{name}: env {env}"),
            SettingValue::Secret(secret) => format!("{name}: secret {secret}"),
        })
        .collect();
    let _ = write!(out, "account {} = {}", account.name, account.connector);
    if account.declared {
        let _ = writeln!(out, " {{ {} }}", settings.join(", "));
    } else {
        out.push_str(" from the environment\n");
    }
}

fn print_rule(out: &mut String, program: &Program, rule: &Rule) {
    let printer = Printer {
        program,
        reads: Some(&rule.read_set),
    };
    let _ = write!(out, "rule {}", rule.name);
    if let Some(caption) = &rule.caption {
        let _ = write!(out, " \"{caption}\"");
    }
    let _ = writeln!(out, " {}", printer.trigger(&rule.trigger));
    let reads: Vec<String> = rule
        .read_set
        .paths
        .iter()
        .map(|read| {
            let mark = if read.ty.is_nullable() { "?" } else { "" };
            format!("{}{mark}", path(&read.path))
        })
        .collect();
    if !reads.is_empty() {
        let _ = writeln!(out, "  reads {}", reads.join(", "));
    }
    printer.gates(out, rule);
    printer.steps(out, &rule.body, 1);
    if let Some((local, steps)) = &rule.on_error {
        let _ = writeln!(out, "  on error as {}", self::local(*local));
        printer.steps(out, steps, 2);
    }
}

struct Printer<'a> {
    program: &'a Program,
    reads: Option<&'a ReadSet>,
}

impl Printer<'_> {
    fn trigger(&self, trigger: &Trigger) -> String {
        match trigger {
            Trigger::Event {
                account,
                event,
                args,
                ..
            } => {
                let account = &self.program.accounts[account.0 as usize];
                let args: Vec<String> = args
                    .iter()
                    .map(|(name, value)| format!("{name}: {}", self::value(value)))
                    .collect();
                let args = if args.is_empty() {
                    String::new()
                } else {
                    format!("({})", args.join(", "))
                };
                format!("on {}({}).{event}{args}", account.name, account.connector)
            }
            Trigger::Every(length) => format!("every {length:#}"),
            Trigger::Cron { spec, zone } => format!("cron \"{spec}\" in {zone}"),
        }
    }

    fn gates(&self, out: &mut String, rule: &Rule) {
        if let Some((silence, per)) = &rule.debounce {
            let per = per.map_or(String::new(), |per| format!(" per {}", self.expr(per)));
            let _ = writeln!(out, "  debounce {silence:#}{per}");
        }
        for (at, (term, _)) in rule.when.iter().flat_map(|when| &when.terms).enumerate() {
            let word = if at == 0 { "when" } else { " and" };
            let _ = writeln!(out, "  {word} {}", self.expr(*term));
        }
        match &rule.once {
            Once::PerEvent => out.push_str("  once per event\n"),
            Once::Per {
                key,
                within,
                implied,
            } => {
                let within = within.map_or(String::new(), |within| format!(" within {within:#}"));
                let implied = if *implied { " (implied)" } else { "" };
                let _ = writeln!(out, "  once per {}{within}{implied}", self.expr(*key));
            }
        }
        if let Some((count, per)) = &rule.at_most {
            let _ = writeln!(out, "  at most {count} per {per:#}");
        }
        if let Some(key) = rule.ordered_by {
            let _ = writeln!(out, "  ordered by {}", self.expr(key));
        }
        if let Some(length) = rule.valid_for {
            let _ = writeln!(out, "  valid for {length:#}");
        }
        if let Some(every) = rule.poll_every {
            let _ = writeln!(out, "  poll every {every:#}");
        }
    }

    fn steps(&self, out: &mut String, steps: &[Step], depth: usize) {
        for step in steps {
            self.step(out, step, depth);
        }
    }

    fn step(&self, out: &mut String, step: &Step, depth: usize) {
        let pad = "  ".repeat(depth);
        match step {
            Step::Let { local, value } => {
                let _ = writeln!(out, "{pad}{} = {}", self::local(*local), self.expr(*value));
            }
            Step::Call(call) => self.call(out, call, depth),
            Step::If {
                cond,
                then,
                otherwise,
            } => {
                let _ = writeln!(out, "{pad}if {}", self.expr(*cond));
                self.steps(out, then, depth + 1);
                if !otherwise.is_empty() {
                    let _ = writeln!(out, "{pad}else");
                    self.steps(out, otherwise, depth + 1);
                }
            }
            Step::Match {
                subject,
                arms,
                otherwise,
            } => {
                let _ = writeln!(out, "{pad}match {}", self.expr(*subject));
                for (keys, body) in arms {
                    let _ = writeln!(out, "{pad}  {} ->", values(keys));
                    self.steps(out, body, depth + 2);
                }
                if !otherwise.is_empty() {
                    let _ = writeln!(out, "{pad}  else ->");
                    self.steps(out, otherwise, depth + 2);
                }
            }
            Step::For {
                var,
                list,
                cond,
                parallel,
                body,
            } => {
                let cond = cond.map_or(String::new(), |cond| format!(" if {}", self.expr(cond)));
                let list = self.expr(*list);
                let var = local(*var);
                let _ = writeln!(out, "{pad}for {var} in {list}{cond} parallel {parallel}");
                self.steps(out, body, depth + 1);
            }
            Step::Stop(reason, _) => {
                let reason = reason.map_or(String::new(), |id| format!(" {}", self.expr(id)));
                let _ = writeln!(out, "{pad}stop{reason}");
            }
            Step::Fail(reason, _) => {
                let _ = writeln!(out, "{pad}fail {}", self.expr(*reason));
            }
        }
    }

    fn call(&self, out: &mut String, call: &Call, depth: usize) {
        let pad = "  ".repeat(depth);
        let bind = call
            .bind
            .map_or(String::new(), |bind| format!("{} = ", local(bind)));
        let account = self.expr(call.account);
        let class = format!("{:?}", call.class).to_lowercase();
        let _ = writeln!(
            out,
            "{pad}{bind}call {} {account}.{} {class}",
            call.id, call.action
        );
        for arg in &call.args {
            let mark = if arg.omit_null { "?" } else { "" };
            let _ = writeln!(out, "{pad}  {}{mark}: {}", arg.name, self.expr(arg.value));
        }
        if let Some(timeout) = call.timeout {
            let _ = writeln!(out, "{pad}  timeout {timeout:#}");
        }
        if call.retry.never {
            let _ = writeln!(out, "{pad}  retry never");
        } else if call.retry.count.is_some() || call.retry.backoff.is_some() {
            let count = call
                .retry
                .count
                .map_or(String::new(), |count| format!(" {count}"));
            let backoff = call
                .retry
                .backoff
                .map_or(String::new(), |(shortest, longest)| {
                    format!(" backoff {shortest:#}..{longest:#}")
                });
            let when: Vec<&str> = call.retry.when.iter().map(|name| &**name).collect();
            let when = if when.is_empty() {
                String::new()
            } else {
                format!(" when {}", when.join(", "))
            };
            let _ = writeln!(out, "{pad}  retry{count}{backoff}{when}");
        }
        if let Some(key) = call.key {
            let _ = writeln!(out, "{pad}  key {}", self.expr(key));
        }
        for handler in &call.handlers {
            let bind = handler
                .bind
                .map_or(String::new(), |bind| format!(" as {}", local(bind)));
            let _ = writeln!(out, "{pad}  on {}{bind}", handler.outcome);
            self.steps(out, &handler.body, depth + 2);
        }
    }

    fn list(&self, ids: &[ExprId]) -> String {
        let items: Vec<String> = ids.iter().map(|id| self.expr(*id)).collect();
        items.join(", ")
    }

    fn expr(&self, id: ExprId) -> String {
        let e = |id: &ExprId| self.expr(*id);
        match self.program.exprs.get(id) {
            Expr::Const(value) => self::value(value),
            Expr::Slot(slot) => {
                let read = self
                    .reads
                    .and_then(|reads| reads.paths.get(slot.0 as usize));
                read.map_or(format!("$#{}", slot.0), |read| {
                    format!("${}", path(&read.path))
                })
            }
            Expr::Local(id) => local(*id),
            Expr::Input(name) => format!("input({name})"),
            Expr::Account(id) => {
                let account = &self.program.accounts[id.0 as usize];
                format!("{}({})", account.name, account.connector)
            }
            Expr::Field { base, name } => format!("{}.{name}", e(base)),
            Expr::Index { base, index } => format!("{}[{}]", e(base), e(index)),
            Expr::Chain { value, bind, then } => {
                format!("({} ?-> {} -> {})", e(value), local(*bind), e(then))
            }
            Expr::Apart { value, .. } => e(value),
            Expr::Lookup { table, key } => {
                let table = &self.program.tables[table.0 as usize];
                format!("{}[{}]", table.name, e(key))
            }
            Expr::Call { function, args } => {
                let function = &self.program.functions[function.0 as usize];
                format!("{}({})", function.name, self.list(args))
            }
            Expr::Builtin { builtin, args } => {
                let args: Vec<String> = args
                    .iter()
                    .map(|arg| arg.map_or("_".to_owned(), |arg| self.expr(arg)))
                    .collect();
                format!("{}({})", builtin.name, args.join(", "))
            }
            Expr::Not(inner) => format!("not {}", e(inner)),
            Expr::Neg(inner) => format!("-{}", e(inner)),
            Expr::Binary { op, left, right } => {
                format!("({} {} {})", e(left), sign(*op), e(right))
            }
            Expr::And(left, right) => format!("({} and {})", e(left), e(right)),
            Expr::Or(left, right) => format!("({} or {})", e(left), e(right)),
            Expr::Coalesce(left, right) => format!("({} ?? {})", e(left), e(right)),
            Expr::Catch(left, right) => format!("({} catch {})", e(left), e(right)),
            Expr::In(left, right) => format!("({} in {})", e(left), e(right)),
            Expr::Matches { value, regex } => format!("({} matches r'{regex}')", e(value)),
            Expr::If(cond, then, otherwise) => {
                format!("(if {} then {} else {})", e(cond), e(then), e(otherwise))
            }
            Expr::Match {
                subject,
                arms,
                otherwise,
            } => {
                let mut text = format!("match {} {{", e(subject));
                for (keys, value) in arms {
                    let _ = write!(text, " {} -> {}", values(keys), e(value));
                }
                if let Some(otherwise) = otherwise {
                    let _ = write!(text, " else -> {}", e(otherwise));
                }
                text.push_str(" }");
                text
            }
            Expr::List(items) => format!("[{}]", self.list(items)),
            Expr::Comprehension {
                var,
                list,
                cond,
                value,
            } => {
                let cond = cond.map_or(String::new(), |cond| format!(" if {}", self.expr(cond)));
                format!("[{} for {} in {}{cond}]", e(value), local(*var), e(list))
            }
            Expr::Object(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|entry| match entry {
                        Entry::Field {
                            name,
                            value,
                            omit_null,
                        } => {
                            let mark = if *omit_null { "?" } else { "" };
                            format!("{name}{mark}: {}", e(value))
                        }
                        Entry::Spread(value) => format!("...{}", e(value)),
                    })
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
            Expr::Text(pieces) => format!("text({})", self.list(pieces)),
            Expr::Fail(reason) => format!("fail {}", e(reason)),
            Expr::Cast { value, ty } => {
                format!("({} as {})", e(value), crate::check::describe(ty))
            }
            Expr::Convert { value, to } => match to {
                Conversion::Decimal => format!("decimal!({})", e(value)),
                Conversion::Money(Some(code)) => format!("money!({}, {code})", e(value)),
                Conversion::Money(None) => format!("money!({})", e(value)),
            },
            Expr::JsonPath { base, take, path } => {
                let take = match take {
                    Take::First => "first",
                    Take::All => "all",
                    Take::One => "one",
                };
                format!("{take}({}, `{path}`)", e(base))
            }
            Expr::Present(inner) => format!("present({})", e(inner)),
            Expr::Omit => "omit".to_owned(),
            Expr::Now => "now()".to_owned(),
            Expr::StepTime => "step_time()".to_owned(),
        }
    }
}

fn path(names: &[crate::types::Name]) -> String {
    if names.is_empty() {
        return "event".to_owned();
    }
    names
        .iter()
        .map(|name| &**name)
        .collect::<Vec<_>>()
        .join(".")
}

fn local(id: LocalId) -> String {
    format!("%{}", id.0)
}

fn sign(op: Op) -> &'static str {
    match op {
        Op::Eq => "==",
        Op::Ne => "!=",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::Add => "+",
        Op::Sub => "-",
        Op::Mul => "*",
        Op::Div => "/",
    }
}

fn values(values: &[Value]) -> String {
    values.iter().map(value).collect::<Vec<_>>().join(", ")
}

fn value(value: &Value) -> String {
    match value {
        Value::Absent => "absent".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Text(text) => format!("{text:?}"),
        Value::Money(money) => match &money.currency {
            Some(currency) => format!("{} {currency}", money.amount),
            None => money.amount.to_string(),
        },
        Value::Duration(length) => format!("{length:#}"),
        other => crate::eval::display(other).unwrap_or_else(|_| format!("{other:?}")),
    }
}
