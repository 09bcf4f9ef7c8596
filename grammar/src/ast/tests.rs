//! In-file tests.

use super::{Arg, Expr, Name, Path, Span, Str};

/// `test "…" { … }`
#[derive(Debug, Clone)]
pub struct Test {
    /// What it shows.
    pub name: Str,
    /// Its lines.
    pub steps: Vec<TestStep>,
}

/// A line of a test.
#[derive(Debug, Clone)]
pub struct TestStep {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: TestStepKind,
}

/// The lines of a test.
#[derive(Debug, Clone)]
pub enum TestStepKind {
    /// `at "2026-11-21T10:00:00+03:00"`
    At(Str),
    /// `after 20m`
    After(Expr),
    /// `given crm.order from "file.json" with { … }`
    Given {
        /// Source and event.
        event: Path,
        /// Arguments of the event.
        args: Vec<Arg>,
        /// `from "file"`.
        from: Option<Str>,
        /// `with { … }`, or the whole payload without `from`.
        with: Option<Expr>,
    },
    /// `reply tver.createOrder -> ok { … } then timeout`
    Reply {
        /// Account and action.
        action: Path,
        /// One for each call, in order.
        replies: Vec<Reply>,
    },
    /// `expect loyalty.addBonus(amount: 64.53) once`
    ExpectCall {
        /// Account and action.
        action: Path,
        /// Arguments that must have been sent.
        args: Vec<Arg>,
        /// How often.
        occurs: Occurs,
    },
    /// `expect no staff.send`
    ExpectNo(Path),
    /// `expect run done`
    ExpectRun(Name),
    /// Could not be read.
    Error,
}

/// How often a call is expected.
#[derive(Debug, Clone)]
pub enum Occurs {
    /// At least once.
    Any,
    /// `once`
    Once,
    /// `3 times`
    Times(Expr),
    /// `in order`: after the calls of earlier `in order` lines.
    InOrder,
}

/// What a simulated vendor answers.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ReplyKind,
}

/// The replies of a test.
#[derive(Debug, Clone)]
pub enum ReplyKind {
    /// `ok { … }`, `rejected { … }`
    Outcome {
        /// The outcome.
        name: Name,
        /// Its value.
        value: Option<Expr>,
    },
    /// `applied` before `then timeout`: the vendor has it.
    Applied,
    /// `timeout`
    Timeout,
    /// `reset`
    Reset,
    /// `status 400 { … }`
    Status {
        /// The code.
        code: Expr,
        /// The raw body.
        body: Option<Expr>,
    },
}
