//! How often something fails that fails only sometimes, and what a number of repeats says about it.

use std::fmt;
use std::str::FromStr;

/// Failures among runs, as they were counted: `7 of 20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate {
    failures: u32,
    of: u32,
}

/// Bad runs among all, as they are counted over repeats: how often something is bad, and how far that can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Runs that were bad.
    pub bad: usize,
    /// All runs.
    pub runs: usize,
}

/// `3 of 20 runs, so 3 % to 38 % of all with 95 % confidence`
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |rate: f64| match rate * 100.0 {
            small if small > 0.0 && small < 0.95 => format!("{small:.2} %"),
            large if large > 99.05 && large < 100.0 => format!("{large:.2} %"),
            percent => format!("{percent:.0} %"),
        };
        let (low, high) = self.interval();
        write!(
            f,
            "{} of {} runs, so {} to {} of all with 95 % confidence",
            self.bad,
            self.runs,
            percent(low),
            percent(high)
        )
    }
}

/// The rate at which a condition that holds for small rates ends, by halving.
fn rate_where(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// What repeats of an unexpected failure say about how often it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// At least one run in twenty fails.
    Often,
    /// Fewer than one run in five fails, and nothing says that one in twenty does.
    Seldom,
    /// More runs are needed.
    Open,
}

/// What fails in at least that part of all runs blocks.
const OFTEN: f64 = 0.05;
/// What certainly fails less often than that, and not certainly as often as `OFTEN`, does not: between the two, a decision would
/// take hundreds of runs.
const SELDOM: f64 = 0.2;
/// The probability that an interval which is looked at after each run ever leaves out the true rate.
const ERROR: f64 = 0.05;

/// Below this probability of what was seen, a rate is not believed.
const DOUBT: f64 = 1e-6;

impl Tally {
    /// Whether what was seen decides how often it fails. May be asked after each run.
    #[must_use]
    pub fn decision(self) -> Decision {
        let (low, high) = self.interval();
        if low >= OFTEN {
            Decision::Often
        } else if high < SELDOM {
            Decision::Seldom
        } else {
            Decision::Open
        }
    }

    /// The rates that the count does not speak against, with 95 % confidence, however often it was looked at in between and
    /// whatever decided that no more runs were made: Robbins' mixture confidence sequence with a uniform prior, which holds at
    /// all times at once by Ville's inequality (Robbins, Annals of Mathematical Statistics 41, 1970).
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        let Self { bad, runs } = self;
        let good = runs - bad;
        // ln of B(bad + 1, good + 1): the mean of the likelihood over all rates.
        let mean = ln_factorial(bad) + ln_factorial(good) - ln_factorial(runs + 1);
        let power = |rate: f64, times: usize| if times == 0 { 0.0 } else { times as f64 * rate.ln() };
        let speaks_against = |rate: f64| mean - power(rate, bad) - power(1.0 - rate, good) >= -ERROR.ln();
        let seen = if runs == 0 { 0.5 } else { bad as f64 / runs as f64 };
        let low = if bad == 0 { 0.0 } else { rate_where(|rate| rate < seen && speaks_against(rate)) };
        let high = if bad == runs { 1.0 } else { rate_where(|rate| rate <= seen || !speaks_against(rate)) };
        (low, high)
    }
}

fn ln_factorial(number: usize) -> f64 {
    (2..=number).map(|factor| (factor as f64).ln()).sum()
}

impl Rate {
    /// Of failures that exclude each other, how often any of them comes: scaled to the largest number of runs. With one that
    /// has no rate among them, some failure always comes.
    #[must_use]
    pub fn any(rates: &[Option<Self>]) -> Option<Self> {
        let rates: Vec<Self> = rates.iter().copied().collect::<Option<_>>()?;
        let of = rates.iter().map(|rate| rate.of).max()?;
        let scaled = |rate: &Self| (u64::from(rate.failures) * u64::from(of)).div_ceil(u64::from(rate.of));
        let failures: u64 = rates.iter().map(scaled).sum();
        Some(Self { failures: u32::try_from(failures).unwrap_or(of).min(of), of })
    }

    /// Whether it is not to be believed any more after so many runs without a failure. The rate itself was estimated: it is
    /// taken as (k + 1) / (n + 2), Laplace's rule.
    #[must_use]
    pub fn is_over(self, runs: usize) -> bool {
        let rate = f64::from(self.failures + 1) / f64::from(self.of + 2);
        (1.0 - rate).powi(runs.try_into().unwrap_or(i32::MAX)) < DOUBT
    }

    /// As counted, if some failed and some did not.
    #[must_use]
    pub fn new(failures: u32, of: u32) -> Option<Self> {
        (0 < failures && failures < of).then_some(Self { failures, of })
    }

    /// Failures, and runs.
    #[must_use]
    pub fn counts(self) -> (u32, u32) {
        (self.failures, self.of)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.failures, self.of)
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (failures, of) = text.split_once(" of ")?;
            Some(Self { failures: failures.parse().ok()?, of: of.parse().ok()? })
        };
        match parse() {
            Some(rate) if 0 < rate.failures && rate.failures < rate.of && rate.of <= 1_000_000 => Ok(rate),
            Some(rate) if rate.failures == rate.of => Err("what always fails needs no rate".to_owned()),
            Some(_) | None => Err(format!("`{text}` is no rate")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_interval_has_what_was_seen_within(runs in 1usize..3000, part in 0.0f64..=1.0) {
            let bad = (runs as f64 * part).round() as usize;
            let (low, high) = Tally { bad, runs }.interval();
            let seen = bad as f64 / runs as f64;
            prop_assert!(0.0 <= low && low <= seen && seen <= high && high <= 1.0, "{low} {seen} {high}");
            prop_assert!(low < high);
        }

        #[test]
        fn more_runs_say_more(runs in 1usize..200, bad in 0usize..200, times in 2usize..10) {
            prop_assume!(bad <= runs);
            let width = |tally: Tally| { let (low, high) = tally.interval(); high - low };
            let (few, many) = (Tally { bad, runs }, Tally { bad: bad * times, runs: runs * times });
            prop_assert!(width(many) < width(few));
        }

        #[test]
        fn good_and_bad_are_mirrored(runs in 1usize..500, bad in 0usize..500) {
            prop_assume!(bad <= runs);
            let (low, high) = Tally { bad, runs }.interval();
            let (other_low, other_high) = Tally { bad: runs - bad, runs }.interval();
            prop_assert!((low + other_high - 1.0).abs() < 1e-6 && (high + other_low - 1.0).abs() < 1e-6);
        }

        #[test]
        fn a_rate_is_read_back(failures in 1u32..2000, more in 1u32..2000) {
            let rate = Rate { failures, of: failures + more };
            prop_assert_eq!(rate.to_string().parse::<Rate>(), Ok(rate));
        }

        #[test]
        fn no_text_panics(text in ".{0,20}") {
            let _ = text.parse::<Rate>();
        }
    }

    #[test]
    fn a_count_has_its_interval() {
        for (bad, runs, text) in [
            (3, 20, "3 of 20 runs, so 1 % to 47 % of all with 95 % confidence"),
            (0, 20, "0 of 20 runs, so 0 % to 26 % of all with 95 % confidence"),
            (4, 4, "4 of 4 runs, so 32 % to 100 % of all with 95 % confidence"),
            (1, 2, "1 of 2 runs, so 0.84 % to 99.16 % of all with 95 % confidence"),
            (1, 1000, "1 of 1000 runs, so 0.00 % to 1 % of all with 95 % confidence"),
        ] {
            assert_eq!(Tally { bad, runs }.to_string(), text);
        }
    }

    #[test]
    fn a_rate_is_doubted_for_a_reason() {
        for (rate, runs, is_over) in
            [("1 of 2", 1, false), ("1 of 2", 19, false), ("1 of 2", 20, true), ("1 of 20", 140, false)]
        {
            assert_eq!(rate.parse::<Rate>().unwrap().is_over(runs), is_over, "{rate}: none of {runs}");
        }
    }

    #[test]
    fn repeats_decide() {
        for (bad, runs, decision) in [
            (0, 0, Decision::Open),
            (1, 1, Decision::Open),
            (2, 2, Decision::Often),
            (0, 20, Decision::Open),
            (0, 28, Decision::Open),
            (0, 29, Decision::Seldom),
            (1, 44, Decision::Seldom),
            (9, 30, Decision::Often),
            (6, 100, Decision::Seldom),
        ] {
            assert_eq!(Tally { bad, runs }.decision(), decision, "{bad} of {runs}");
        }
    }

    /// Planted rates, 2,000 sequences each, as a second look makes them: what is decided, and whether the interval has the rate.
    #[test]
    fn a_second_look_seldom_errs() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        for (rate, expected) in
            [(1.0, Decision::Often), (0.5, Decision::Often), (0.2, Decision::Often), (0.02, Decision::Seldom)]
        {
            let (mut right, mut within) = (0, 0);
            for _ in 0..2000 {
                let mut tally = Tally { bad: 0, runs: 0 };
                while tally.decision() == Decision::Open && tally.runs < 200 {
                    tally.runs += 1;
                    tally.bad += usize::from(random() < rate);
                }
                right += usize::from(tally.decision() == expected);
                let (low, high) = tally.interval();
                within += usize::from(low <= rate && rate <= high);
            }
            assert!(right >= 1900, "{rate}: {right} of 2000 decided {expected:?}");
            assert!(within >= 1900, "{rate}: {within} of 2000 intervals have it");
        }
    }

    #[test]
    fn rates_of_one_cell_add_up() {
        let rates = |texts: &[&str]| texts.iter().map(|text| text.parse().ok()).collect::<Vec<Option<Rate>>>();
        for (texts, any) in
            [(&["1 of 2"][..], "1 of 2"), (&["1 of 10", "3 of 20"], "5 of 20"), (&["9 of 10", "9 of 10"], "10 of 10")]
        {
            assert_eq!(Rate::any(&rates(texts)).unwrap().to_string(), any);
        }
        assert_eq!((Rate::any(&[]), Rate::any(&rates(&["1 of 2", "always"]))), (None, None));
    }

    #[test]
    fn what_is_no_rate() {
        for text in ["", "1", "0 of 3", "3 of 2", "-1 of 2", "1 in 2", "3 of 3"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
        assert_eq!("7 of 20".parse::<Rate>().unwrap().to_string(), "7 of 20");
    }
}
