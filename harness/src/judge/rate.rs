//! How often something fails that fails only sometimes, and what a number of repeats says about it.

use std::fmt;
use std::str::FromStr;

/// Failures among runs, as they were counted: `7 of 20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    failures: u32,
    of: u32,
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
    /// Of failures that exclude each other, how often any of them comes: scaled to the largest number of runs.
    #[must_use]
    pub fn any(rates: &[Self]) -> Option<Self> {
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

/// The probability of `least` or more successes in `runs` tries: 1 minus the binomial distribution below it.
fn at_least(least: usize, runs: usize, rate: f64) -> f64 {
    let mut term = (1.0 - rate).powi(runs.try_into().unwrap_or(i32::MAX));
    let mut below = 0.0;
    for k in 0..least {
        below += term;
        term *= (runs - k) as f64 / (k + 1) as f64 * rate / (1.0 - rate);
    }
    1.0 - below
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
    use super::*;

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
        let rates = |texts: &[&str]| texts.iter().map(|text| text.parse::<Rate>().unwrap()).collect::<Vec<_>>();
        for (texts, any) in
            [(&["1 of 2"][..], "1 of 2"), (&["1 of 10", "3 of 20"], "5 of 20"), (&["9 of 10", "9 of 10"], "10 of 10")]
        {
            assert_eq!(Rate::any(&rates(texts)).unwrap().to_string(), any);
        }
        assert_eq!(Rate::any(&[]), None);
    }

    #[test]
    fn what_is_no_rate() {
        for text in ["", "1", "0 of 3", "3 of 2", "-1 of 2", "1 in 2", "3 of 3"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
        assert_eq!("7 of 20".parse::<Rate>().unwrap().to_string(), "7 of 20");
    }
}
