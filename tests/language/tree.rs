//! Walks trees and notes what occurs in them.
//!
//! Every `match` names every variant, so that something new in the language asks here for its name, its place in
//! `labels.rs`, and with that for a case.

use std::collections::BTreeSet;

use ondo_grammar::ast::{
    self, Block, Clause, ClauseKind, Entry, Expr, ExprKind, Gate, GateKind, ItemKind, Member,
    Occurs, Pattern, PatternKind, ReplyKind, StmtKind, TableSource, TestStepKind, TextPart,
    Trigger, TypeExpr, TypeKind, UnaryOp,
};

struct Walk<'f> {
    found: &'f mut BTreeSet<String>,
}

/// Notes what occurs in a text.
pub(crate) fn walk(text: &str, found: &mut BTreeSet<String>) {
    let mut walk = Walk { found };
    for item in &ondo_grammar::parse(text).file.items {
        walk.item(&item.kind);
    }
}

impl Walk<'_> {
    fn note(&mut self, label: &str) {
        self.found.insert(label.to_owned());
    }

    fn note_if(&mut self, is: bool, label: &str) {
        if is {
            self.note(label);
        }
    }

    fn item(&mut self, item: &ItemKind) {
        match item {
            ItemKind::Bundle(bundle) => {
                self.note("item bundle");
                bundle
                    .fields
                    .iter()
                    .for_each(|field| self.expr(&field.value));
            }
            ItemKind::Use(used) => {
                self.note("item use");
                self.note_if(used.alias.is_some(), "use with a name");
            }
            ItemKind::Account(account) => {
                self.note("item account");
                account
                    .settings
                    .iter()
                    .for_each(|setting| self.expr(&setting.value));
            }
            ItemKind::Allow(_) => self.note("item allow"),
            ItemKind::Const(constant) => {
                self.note("item const");
                self.note_if(constant.ty.is_some(), "const with a type");
                self.ty_of(constant.ty.as_ref());
                self.expr(&constant.value);
            }
            ItemKind::Table(table) => {
                self.note("item table");
                self.ty_of(table.from.as_ref());
                self.ty_of(table.to.as_ref());
                match &table.source {
                    TableSource::Rows(rows) => self.arms(rows),
                    TableSource::Csv { .. } => {
                        self.note("table from a file");
                        self.note_if(table.to.is_some(), "table from a file with a type");
                    }
                }
            }
            ItemKind::Type(declared) => {
                self.note("item type");
                self.ty(&declared.ty);
            }
            ItemKind::Extend(extend) => {
                self.note("item extend");
                self.ty(&extend.fields);
            }
            ItemKind::Fn(function) => {
                self.note("item fn");
                for param in &function.params {
                    self.note_if(param.default.is_some(), "parameter with a default");
                    self.ty(&param.ty);
                    param.default.iter().for_each(|default| self.expr(default));
                }
                self.ty(&function.result);
                self.expr(&function.body);
            }
            ItemKind::Rule(rule) => self.rule(rule),
            ItemKind::Test(test) => {
                self.note("item test");
                test.steps
                    .iter()
                    .for_each(|step| self.test_step(&step.kind));
            }
            ItemKind::Connector(_) => self.note("item connector"),
            ItemKind::Definition(_) => self.note("item definition"),
            ItemKind::Error => {}
        }
    }

    fn rule(&mut self, rule: &ast::Rule) {
        self.note("item rule");
        self.note_if(rule.name.is_none(), "rule without a name");
        self.note_if(rule.caption.is_some(), "rule with a caption");
        match &rule.trigger {
            Trigger::Event {
                args, alias, ty, ..
            } => {
                self.note("trigger event");
                self.note_if(!args.is_empty(), "trigger event with arguments");
                self.note_if(alias.is_some(), "trigger event with a name");
                self.note_if(ty.is_some(), "trigger event with a type");
                args.iter().for_each(|arg| self.expr(&arg.value));
                self.ty_of(ty.as_ref());
            }
            Trigger::Every(length) => {
                self.note("trigger every");
                self.expr(length);
            }
            Trigger::Cron { zone, .. } => {
                self.note("trigger cron");
                self.note_if(zone.is_some(), "trigger cron in a zone");
            }
            Trigger::Error => {}
        }
        rule.gates.iter().for_each(|gate| self.gate(gate));
        self.block(&rule.body);
        if let Some(handler) = &rule.on_error {
            self.note("on error");
            self.block(&handler.block);
        }
    }

    fn gate(&mut self, gate: &Gate) {
        match &gate.kind {
            GateKind::When(condition) => {
                self.note("gate when");
                self.expr(condition);
            }
            GateKind::OncePerEvent => self.note("gate once per event"),
            GateKind::OncePer { key, within } => {
                self.note("gate once per");
                self.note_if(within.is_some(), "gate once within");
                self.expr(key);
            }
            GateKind::AtMost { .. } => self.note("gate at most"),
            GateKind::OrderedBy(key) => {
                self.note("gate ordered by");
                self.expr(key);
            }
            GateKind::Debounce { per, .. } => {
                self.note("gate debounce");
                self.note_if(per.is_some(), "gate debounce per");
                per.iter().for_each(|per| self.expr(per));
            }
            GateKind::PollEvery(_) => self.note("gate poll every"),
            GateKind::ValidFor(_) => self.note("gate valid for"),
            GateKind::Misfire(_) => self.note("gate misfire"),
            GateKind::Overlap(_) => self.note("gate overlap"),
        }
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            self.step(&stmt.kind);
        }
    }

    fn step(&mut self, step: &StmtKind) {
        match step {
            StmtKind::Let {
                ty, value, clauses, ..
            } => {
                self.note("step let");
                self.note_if(ty.is_some(), "step let with a type");
                self.ty_of(ty.as_ref());
                self.expr(value);
                clauses.iter().for_each(|clause| self.clause(clause));
            }
            StmtKind::Call { call, clauses } => {
                self.note("step call");
                self.expr(call);
                clauses.iter().for_each(|clause| self.clause(clause));
            }
            StmtKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.note("step if");
                self.note_if(otherwise.is_some(), "step else");
                self.expr(cond);
                self.block(then);
                otherwise.iter().for_each(|block| self.block(block));
            }
            StmtKind::Match { subject, arms } => {
                self.note("step match");
                self.expr(subject);
                for arm in arms {
                    self.patterns(&arm.patterns);
                    self.block(&arm.body);
                }
            }
            StmtKind::For {
                list,
                cond,
                parallel,
                body,
                ..
            } => {
                self.note("step for");
                self.note_if(parallel.is_some(), "step for parallel");
                self.note_if(cond.is_some(), "step for if");
                self.expr(list);
                cond.iter().for_each(|cond| self.expr(cond));
                parallel.iter().for_each(|most| self.expr(most));
                self.block(body);
            }
            StmtKind::Stop(reason) => {
                self.note("step stop");
                self.note_if(reason.is_some(), "step stop with a reason");
                reason.iter().for_each(|reason| self.expr(reason));
            }
            StmtKind::Fail(reason) => {
                self.note("step fail");
                self.expr(reason);
            }
            StmtKind::Error => {}
        }
    }

    fn clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Timeout(_) => self.note("clause timeout"),
            ClauseKind::Retry {
                count,
                backoff,
                when,
            } => {
                self.note_if(count.is_some(), "clause retry");
                self.note_if(count.is_some() && backoff.is_some(), "clause retry backoff");
                self.note_if(count.is_none() && backoff.is_some(), "clause backoff alone");
                self.note_if(!when.is_empty(), "clause retry when");
            }
            ClauseKind::RetryNever => self.note("clause retry never"),
            ClauseKind::Key(key) => {
                self.note("clause key");
                self.expr(key);
            }
            ClauseKind::OnOutcome { alias, block, .. } => {
                self.note("clause on");
                self.note_if(alias.is_some(), "clause on as");
                self.block(block);
            }
        }
    }

    fn expr(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Null => self.note("expression null"),
            ExprKind::Bool(_) => self.note("expression bool"),
            ExprKind::Int(_) => self.note("expression int"),
            ExprKind::Decimal(_) => self.note("expression decimal"),
            ExprKind::Percent(_) => self.note("expression percent"),
            ExprKind::Money { .. } => self.note("expression money"),
            ExprKind::Duration(_) => self.note("expression duration"),
            ExprKind::Text(parts) => {
                self.note("expression text");
                for part in parts {
                    if let TextPart::Expr(inner) = part {
                        self.note("text with a hole");
                        self.expr(inner);
                    }
                }
            }
            ExprKind::Raw(_) => self.note("expression raw"),
            ExprKind::JsonPath(_) => self.note("expression jsonpath"),
            ExprKind::Name(_) => self.note("expression name"),
            ExprKind::Omit => self.note("expression omit"),
            ExprKind::Secret(_) => self.note("expression secret"),
            ExprKind::Env(_) => self.note("expression env"),
            ExprKind::Field { base, optional, .. } => {
                self.note(if *optional {
                    "expression field of what may be absent"
                } else {
                    "expression field"
                });
                self.expr(base);
            }
            ExprKind::Index {
                base,
                index,
                optional,
            } => {
                self.note(if *optional {
                    "expression index of what may be absent"
                } else {
                    "expression index"
                });
                self.expr(base);
                self.expr(index);
            }
            ExprKind::Call { callee, args } => {
                self.note("expression call");
                match &callee.kind {
                    ExprKind::Name(name) => self.note(&format!("function {name}")),
                    ExprKind::Field { base, name, .. } => {
                        self.note(&format!("function {}", name.text));
                        self.expr(base);
                    }
                    _ => self.expr(callee),
                }
                for arg in args {
                    self.note_if(arg.name.is_some(), "argument with a name");
                    self.expr(&arg.value);
                }
            }
            ExprKind::Unary { op, operand } => {
                self.note(match op {
                    UnaryOp::Neg => "operator - before",
                    UnaryOp::Not => "operator not",
                });
                self.expr(operand);
            }
            ExprKind::Binary {
                op, left, right, ..
            } => {
                self.note(&format!("operator {}", sign(*op)));
                self.expr(left);
                self.expr(right);
            }
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.note("expression if");
                [cond, then, otherwise]
                    .into_iter()
                    .for_each(|e| self.expr(e));
            }
            ExprKind::Match { subject, arms } => {
                self.note("expression match");
                self.expr(subject);
                self.arms(arms);
            }
            ExprKind::List(items) => {
                self.note("expression list");
                items.iter().for_each(|item| self.expr(item));
            }
            ExprKind::Comprehension {
                value,
                list,
                cond,
                bracketed,
                ..
            } => {
                self.note("comprehension");
                self.note_if(cond.is_some(), "comprehension if");
                self.note_if(!bracketed, "comprehension without brackets");
                self.expr(value);
                self.expr(list);
                cond.iter().for_each(|cond| self.expr(cond));
            }
            ExprKind::Object(entries) => {
                self.note("expression object");
                for entry in entries {
                    match entry {
                        Entry::Field { value, short, .. } => {
                            self.note(if *short {
                                "object field in short"
                            } else {
                                "object field"
                            });
                            self.expr(value);
                        }
                        Entry::Spread(value) => {
                            self.note("object spread");
                            self.expr(value);
                        }
                    }
                }
            }
            ExprKind::Fail(reason) => {
                self.note("expression fail");
                self.expr(reason);
            }
            ExprKind::Cast { value, ty } => {
                self.note("expression cast");
                self.expr(value);
                self.ty(ty);
            }
            ExprKind::Error => {}
        }
    }

    fn arms(&mut self, arms: &[ast::Arm]) {
        for arm in arms {
            self.patterns(&arm.patterns);
            self.expr(&arm.value);
        }
    }

    fn patterns(&mut self, patterns: &[Pattern]) {
        self.note_if(patterns.is_empty(), "pattern else");
        for pattern in patterns {
            match &pattern.kind {
                PatternKind::Text(_) => self.note("pattern text"),
                PatternKind::Int(_) => self.note("pattern int"),
                PatternKind::Decimal(_) => self.note("pattern decimal"),
                PatternKind::Bool(_) => self.note("pattern bool"),
                PatternKind::Null => self.note("pattern null"),
                PatternKind::Name(_) => self.note("pattern name"),
                PatternKind::Error => {}
            }
        }
    }

    fn ty_of(&mut self, ty: Option<&TypeExpr>) {
        ty.into_iter().for_each(|ty| self.ty(ty));
    }

    fn ty(&mut self, ty: &TypeExpr) {
        match &ty.kind {
            TypeKind::Name(_) => self.note("type name"),
            TypeKind::MoneyIn(_) => self.note("type money in"),
            TypeKind::Nullable(inner) => {
                self.note("type nullable");
                self.ty(inner);
            }
            TypeKind::List(inner) => {
                self.note("type list");
                self.ty(inner);
            }
            TypeKind::Map(inner) => {
                self.note("type map");
                self.ty(inner);
            }
            TypeKind::Object(object) => {
                self.note("type object");
                for member in &object.members {
                    match member {
                        Member::Field(field) => self.ty_of(field.ty.as_ref()),
                        Member::Spread(ty) => {
                            self.note("type spread");
                            self.ty(ty);
                        }
                        // A connector's word.
                        Member::OneOf(_) => {}
                    }
                }
            }
            TypeKind::Text(_) => self.note("type text"),
            TypeKind::Int(_) => self.note("type int"),
            TypeKind::Bool(_) => self.note("type bool"),
            TypeKind::Union(variants) => {
                self.note("type union");
                variants.iter().for_each(|variant| self.ty(variant));
            }
            TypeKind::Error => {}
        }
    }

    fn test_step(&mut self, step: &TestStepKind) {
        match step {
            TestStepKind::At(_) => self.note("test at"),
            TestStepKind::After(_) => self.note("test after"),
            TestStepKind::Given { from, with, .. } => {
                self.note("test given");
                self.note_if(from.is_some(), "test given from");
                self.note_if(with.is_some(), "test given with");
                with.iter().for_each(|with| self.expr(with));
            }
            TestStepKind::Reply { replies, .. } => {
                self.note("test reply");
                self.note_if(replies.len() > 1, "reply two in a row");
                for reply in replies {
                    self.note(match &reply.kind {
                        ReplyKind::Outcome { value: None, .. } => "reply outcome",
                        ReplyKind::Outcome { value: Some(_), .. } => "reply outcome with a value",
                        ReplyKind::Applied => "reply applied",
                        ReplyKind::Timeout => "reply timeout",
                        ReplyKind::Reset => "reply reset",
                        ReplyKind::Status { .. } => "reply status",
                    });
                }
            }
            TestStepKind::ExpectCall { occurs, .. } => {
                self.note("test expect call");
                self.note(match occurs {
                    Occurs::Any => "occurs any",
                    Occurs::Once => "occurs once",
                    Occurs::Times(_) => "occurs times",
                    Occurs::InOrder => "occurs in order",
                });
            }
            TestStepKind::ExpectNo(_) => self.note("test expect no"),
            TestStepKind::ExpectRun(_) => self.note("test expect run"),
            TestStepKind::Error => {}
        }
    }
}

fn sign(op: ast::BinaryOp) -> &'static str {
    use ast::BinaryOp as Op;
    match op {
        Op::Catch => "catch",
        Op::Coalesce => "??",
        Op::Or => "or",
        Op::And => "and",
        Op::Eq => "==",
        Op::Ne => "!=",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::In => "in",
        Op::NotIn => "not in",
        Op::Matches => "matches",
        Op::Add => "+",
        Op::Sub => "-",
        Op::Mul => "*",
        Op::Div => "/",
    }
}
