//! `ondo doubt`: calls of which nobody knows whether they happened. A person looks at the vendor and says what is so.

mod list;
mod resolve;

use clap::Subcommand;

use super::Exit;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List what is in doubt, what was sent, and what to type; and what is being looked up
    List(list::Args),
    /// Say what became of a call that is in doubt; the run goes on
    Resolve(resolve::Args),
}

pub(super) fn main(args: &Args) -> Exit {
    match &args.what {
        What::List(args) => list::main(args),
        What::Resolve(args) => resolve::main(args),
    }
}
