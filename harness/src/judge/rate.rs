//! How often something fails that fails only sometimes, and what a number of repeats says about it.

use std::fmt;
use std::str::FromStr;

/// Failures among runs, as they were counted: `7 of 20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl Tally {
    /// The rates that the count does not speak against, with 95 % confidence: Clopper and Pearson's interval, which is exact.
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        let Self { bad, runs } = self;
        let low = if bad == 0 { 0.0 } else { rate_where(|rate| at_least(bad, runs, rate) < TAIL) };
        let high = if bad == runs { 1.0 } else { rate_where(|rate| at_least(bad + 1, runs, rate) < 1.0 - TAIL) };
        (low, high)
    }
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

/// What an interval of 95 % leaves out at each end.
const TAIL: f64 = 0.025;

/// The rate at which a condition that holds for small rates ends, by halving.
fn rate_where(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// What repeats say about a rate that the ledger has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Nothing against it.
    Agrees,
    /// It did not fail in so many runs that it would have had to.
    Never,
    /// It failed in more of them than the rate explains.
    MoreOften,
}

/// Below this probability of what was seen, a rate is not believed. One of a thousand entries is then wronged by each run.
const DOUBT: f64 = 0.001;

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

    /// Whether `failures` among `runs` fit. The rate itself was estimated: it is taken as (k + 1) / (n + 2), Laplace's rule.
    #[must_use]
    pub fn agrees(self, failures: usize, runs: usize) -> Agreement {
        let rate = f64::from(self.failures + 1) / f64::from(self.of + 2);
        if failures == 0 && (1.0 - rate).powi(runs.try_into().unwrap_or(i32::MAX)) < DOUBT {
            return Agreement::Never;
        }
        if failures > 0 && at_least(failures, runs, rate) < DOUBT { Agreement::MoreOften } else { Agreement::Agrees }
    }
}

/// The probability of `least` or more successes in `runs` tries: 1 minus the binomial distribution below it, of which the
/// terms are summed by their logarithms, as the first one of thousands of tries is too small for a number.
fn at_least(least: usize, runs: usize, rate: f64) -> f64 {
    if rate <= 0.0 || rate >= 1.0 {
        return f64::from(u8::from(least == 0 || (rate >= 1.0 && least <= runs)));
    }
    let odds = (rate / (1.0 - rate)).ln();
    let mut term = runs as f64 * (-rate).ln_1p();
    let mut below = 0.0;
    for k in 0..least.min(runs + 1) {
        below += term.exp();
        term += ((runs - k) as f64 / (k + 1) as f64).ln() + odds;
    }
    (1.0 - below).clamp(0.0, 1.0)
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
        fn a_rate_agrees_with_its_own_count(failures in 1u32..2000, more in 1u32..2000) {
            let rate = Rate { failures, of: failures + more };
            prop_assert_eq!(rate.agrees(failures as usize, rate.of as usize), Agreement::Agrees);
            prop_assert_eq!(rate.to_string().parse::<Rate>(), Ok(rate));
        }

        #[test]
        fn what_was_seen_more_often_is_less_probable(runs in 1usize..500, least in 0usize..500, rate in 0.001f64..0.999) {
            prop_assume!(least <= runs);
            let (first, second) = (at_least(least, runs, rate), at_least(least + 1, runs, rate));
            prop_assert!((0.0..=1.0).contains(&first) && second <= first + 1e-9);
        }

        #[test]
        fn no_text_panics(text in ".{0,20}") {
            let _ = text.parse::<Rate>();
        }
    }

    /// Against the tables of the beta distribution.
    #[test]
    fn a_count_has_its_interval() {
        for (bad, runs, text) in [
            (3, 20, "3 of 20 runs, so 3 % to 38 % of all with 95 % confidence"),
            (0, 20, "0 of 20 runs, so 0 % to 17 % of all with 95 % confidence"),
            (20, 20, "20 of 20 runs, so 83 % to 100 % of all with 95 % confidence"),
            (1, 2, "1 of 2 runs, so 1 % to 99 % of all with 95 % confidence"),
            (10, 20, "10 of 20 runs, so 27 % to 73 % of all with 95 % confidence"),
            (1, 1000, "1 of 1000 runs, so 0.00 % to 0.56 % of all with 95 % confidence"),
            (5000, 10000, "5000 of 10000 runs, so 49 % to 51 % of all with 95 % confidence"),
        ] {
            assert_eq!(Tally { bad, runs }.to_string(), text);
        }
    }

    /// (1 - p)^n of that many runs is below the smallest number that there is.
    #[test]
    fn thousands_of_runs_are_counted() {
        let half: Rate = "1 of 2".parse().unwrap();
        assert_eq!(half.agrees(3000, 5000), Agreement::MoreOften);
        assert_eq!(half.agrees(2500, 5000), Agreement::Agrees);
    }

    #[test]
    fn a_rate_is_doubted_for_a_reason() {
        for (rate, failures, runs, agreement) in [
            ("1 of 2", 0, 1, Agreement::Agrees),
            ("1 of 2", 0, 9, Agreement::Agrees),
            ("1 of 2", 0, 10, Agreement::Never),
            ("1 of 2", 1, 1000, Agreement::Agrees),
            ("1 of 2", 19, 20, Agreement::MoreOften),
            ("1 of 20", 3, 20, Agreement::Agrees),
            ("1 of 20", 20, 20, Agreement::MoreOften),
            ("1 of 20", 0, 72, Agreement::Agrees),
            ("1 of 20", 0, 73, Agreement::Never),
            ("19 of 20", 20, 20, Agreement::Agrees),
        ] {
            assert_eq!(rate.parse::<Rate>().unwrap().agrees(failures, runs), agreement, "{rate}: {failures} of {runs}");
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
