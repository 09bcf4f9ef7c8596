//! When a call is repeated: a schedule, and one function.
//!
//! `retry 5 backoff 2s..5m` replaces count and spacing; `retry never` ends it; `valid for D` keeps every pause under D / 10.

use jiff::SignedDuration;
use ondo_compiler::ir::Retry;

/// Longest pause before each repetition, in seconds. The last one goes on until [`GIVE_UP_AFTER`].
const PAUSES_SECONDS: [i64; 10] = [1, 5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800];

/// No repetition begins later than this after the first attempt.
pub(super) const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(72);

/// Longest pause before the repetition with this number (from 1), before jitter.
///
/// With `backoff A..B` the pauses are A, 2A, 4A … up to B.
pub(super) fn pause_max(
    retry: &Retry,
    repetition: u32,
    valid_for: Option<SignedDuration>,
) -> SignedDuration {
    let pause = match retry.backoff {
        Some((shortest, longest)) => {
            let doublings = repetition.saturating_sub(1).min(30);
            shortest
                .checked_mul(1 << doublings)
                .map_or(longest, |pause| pause.min(longest))
        }
        None => {
            let last = PAUSES_SECONDS.len() - 1;
            let index = (repetition.saturating_sub(1) as usize).min(last);
            SignedDuration::from_secs(PAUSES_SECONDS[index])
        }
    };
    match valid_for {
        Some(valid_for) => pause.min(valid_for / 10),
        None => pause,
    }
}

/// A pause with full jitter: anything up to the longest one, but never under the shortest one an author asked for.
/// `chance` is any number.
pub(super) fn jittered(retry: &Retry, pause_max: SignedDuration, chance: u64) -> SignedDuration {
    let shortest = retry
        .backoff
        .map_or(SignedDuration::from_millis(1), |(shortest, _)| shortest);
    let least_ms = shortest.min(pause_max).as_millis().max(0);
    let span_ms = pause_max.as_millis() - least_ms;
    let extra_ms = match u64::try_from(span_ms) {
        Ok(span) if span > 0 => chance % (span + 1),
        _ => 0,
    };
    SignedDuration::from_millis(i64::try_from(least_ms).unwrap_or(i64::MAX)).saturating_add(
        SignedDuration::from_millis(i64::try_from(extra_ms).unwrap_or(i64::MAX)),
    )
}

/// A number that looks random and is the same in every process: of FNV-1a over the parts, mixed.
pub(super) fn chance(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

/// Whether one more repetition is allowed after `repetitions` of them, `elapsed` after the first attempt.
pub(super) fn may_repeat(retry: &Retry, repetitions: u32, elapsed: SignedDuration) -> bool {
    if retry.never {
        return false;
    }
    match retry.count {
        Some(count) => repetitions < count,
        None => elapsed < GIVE_UP_AFTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff(shortest: i64, longest: i64) -> Retry {
        Retry {
            backoff: Some((
                SignedDuration::from_secs(shortest),
                SignedDuration::from_secs(longest),
            )),
            ..Retry::default()
        }
    }

    #[test]
    fn the_schedule_is_the_documented_one() {
        let pauses: Vec<i64> = (1..=12)
            .map(|repetition| pause_max(&Retry::default(), repetition, None).as_secs())
            .collect();
        assert_eq!(
            pauses,
            [
                1, 5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800, 28_800
            ]
        );
    }

    #[test]
    fn backoff_doubles_up_to_its_longest() {
        let retry = backoff(2, 300);
        let pauses: Vec<i64> = (1..=10)
            .map(|repetition| pause_max(&retry, repetition, None).as_secs())
            .collect();
        assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    }

    #[test]
    fn no_pause_exceeds_a_tenth_of_the_validity() {
        let valid_for = Some(SignedDuration::from_mins(20));
        assert_eq!(
            pause_max(&Retry::default(), 9, valid_for),
            SignedDuration::from_mins(2)
        );
    }

    #[test]
    fn jitter_stays_between_the_shortest_and_the_longest() {
        let retry = backoff(2, 300);
        for chance in [0, 1, 999, 14_000, u64::MAX] {
            let pause = jittered(&retry, SignedDuration::from_secs(16), chance);
            assert!(
                pause >= SignedDuration::from_secs(2) && pause <= SignedDuration::from_secs(16)
            );
        }
    }

    #[test]
    fn without_a_count_repeating_ends_after_72_hours() {
        let retry = Retry::default();
        assert!(may_repeat(&retry, 500, SignedDuration::from_hours(71)));
        assert!(!may_repeat(&retry, 1, SignedDuration::from_hours(72)));
    }

    #[test]
    fn a_count_is_the_number_of_repetitions() {
        let retry = Retry {
            count: Some(2),
            ..Retry::default()
        };
        assert!(may_repeat(&retry, 1, SignedDuration::from_hours(100)));
        assert!(!may_repeat(&retry, 2, SignedDuration::ZERO));
    }

    #[test]
    fn never_is_never() {
        let retry = Retry {
            never: true,
            ..Retry::default()
        };
        assert!(!may_repeat(&retry, 0, SignedDuration::ZERO));
    }
}
