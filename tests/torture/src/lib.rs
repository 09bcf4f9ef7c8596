//! Breaks the daemon on purpose, and checks what it promised (`docs/engine/README.md`).
//!
//! The real binary is started, killed, starved and lied to. The verdict comes from three records: what the senders were
//! answered ([`load`]), what really happened at the vendor ([`sink`]), and the store read by SQL ([`store`]). No code of the
//! engine is linked: the judge must not share the mistakes of what it judges.
//!
//! One seed decides everything that is drawn; `ondo-torture F14 --seed N` repeats it.

pub mod bundle;
pub mod campaigns;
pub mod check;
pub mod daemon;
pub mod http;
pub mod load;
pub mod report;
pub mod seed;
pub mod sink;
pub mod store;
pub mod toxic;
