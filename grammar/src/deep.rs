//! Nested text and the stack.
//!
//! Reading calls itself for each bracket, some 10 KB each time, and the threads of a server have 2 MB. A flat text is read
//! where it is; a nested one on a thread with a stack of its own; one that is deeper than people write, not at all.

use crate::SyntaxError;
use crate::build::Cx;
use crate::scan::{DEPTH_MAX, Scan};
use crate::{message, recover};

/// What fits on the stack of any thread.
const DEPTH_ON_CALLER: usize = 24;

/// Several times what was measured without optimisation. It is reserved, not used.
const STACK_BYTES_PER_LEVEL: usize = 64 * 1024;

/// What `work` reads and the mistakes that it met; nothing and one mistake when the text is too deep.
pub(crate) fn read<T: Send>(
    text: &str,
    scan: &Scan,
    work: impl FnOnce(&mut Cx<'_>) -> T + Send,
) -> (Option<T>, Vec<SyntaxError>) {
    if let Some(at) = scan.too_deep {
        return (
            None,
            vec![message::too_deep(recover::next_word(text, at), DEPTH_MAX)],
        );
    }
    let whole = || {
        let mut cx = Cx::new(text, scan);
        let value = work(&mut cx);
        (Some(value), cx.errors)
    };
    if scan.depth <= DEPTH_ON_CALLER {
        return whole();
    }
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new()
            .stack_size(STACK_BYTES_PER_LEVEL * (scan.depth + DEPTH_ON_CALLER));
        match builder
            .spawn_scoped(scope, whole)
            .map(|thread| thread.join())
        {
            Ok(Ok(read)) => read,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // The machine gives no more threads.
            Err(_) => (
                None,
                vec![message::too_deep(
                    recover::next_word(text, 0),
                    DEPTH_ON_CALLER,
                )],
            ),
        }
    })
}
