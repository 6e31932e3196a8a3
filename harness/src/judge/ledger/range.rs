//! Versions of a runtime: `go >=1.21, <1.24`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::id::RuntimeId;

/// A runtime and bounds that all hold for the version that it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    runtime: RuntimeId,
    bounds: Vec<(Relation, Version)>,
}

/// Numbers with dots between.
type Version = Vec<u64>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    AtLeast,
    Above,
    AtMost,
    Below,
    Equal,
}

impl Relation {
    /// Longer ones first, as a text begins with `>` if it begins with `>=`.
    const ALL: [Self; 5] = [Self::AtLeast, Self::AtMost, Self::Above, Self::Below, Self::Equal];

    fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::AtMost => "<=",
            Self::Below => "<",
            Self::Equal => "=",
        }
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::AtLeast => order.is_ge(),
            Self::Above => order.is_gt(),
            Self::AtMost => order.is_le(),
            Self::Below => order.is_lt(),
            Self::Equal => order.is_eq(),
        }
    }
}

impl Range {
    /// Whether one of these is the runtime, with a version within the bounds. `go` is any variant of it, `go@1.21` that one.
    #[must_use]
    pub fn holds(&self, versions: &[(RuntimeId, String)]) -> bool {
        let is_meant = |id: &RuntimeId| {
            id.name == self.runtime.name && self.runtime.variant.as_ref().is_none_or(|_| *id == self.runtime)
        };
        let within = |said: &str| version(said).is_some_and(|version| self.has(&version));
        versions.iter().any(|(id, said)| is_meant(id) && within(said))
    }

    fn has(&self, version: &[u64]) -> bool {
        self.bounds.iter().all(|(relation, bound)| relation.holds(compare(version, bound)))
    }
}

/// The version in what a runtime says of itself: the first number, with all that follows it by dots. `go1.27.3` is 1.27.3.
#[must_use]
pub fn version(said: &str) -> Option<Vec<u64>> {
    let from = said.find(|c: char| c.is_ascii_digit())?;
    let end = said[from..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(said.len(), |at| from + at);
    let numbers: Vec<u64> = said[from..end].split('.').map_while(|part| part.parse().ok()).collect();
    (!numbers.is_empty()).then_some(numbers)
}

/// To as many numbers as the bound has, so that 1.21.5 is 1.21, and neither above nor below it.
fn compare(version: &[u64], bound: &[u64]) -> Ordering {
    let numbers = (0..bound.len()).map(|at| version.get(at).copied().unwrap_or(0));
    numbers.cmp(bound.iter().copied())
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.runtime)?;
        for (at, (relation, bound)) in self.bounds.iter().enumerate() {
            let numbers: Vec<String> = bound.iter().map(ToString::to_string).collect();
            write!(f, "{}{}{}", if at > 0 { ", " } else { "" }, relation.sign(), numbers.join("."))?;
        }
        Ok(())
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (runtime, bounds) =
            text.trim().split_once(' ').ok_or_else(|| format!("`{text}` is no range of versions"))?;
        let bound = |text: &str| {
            let text = text.trim();
            let no_bound = || format!("`{text}` is no bound of a version");
            let relation = Relation::ALL.into_iter().find(|relation| text.starts_with(relation.sign()));
            let relation = relation.ok_or_else(no_bound)?;
            let numbers = text[relation.sign().len()..].trim().split('.').map(str::parse);
            Ok((relation, numbers.collect::<Result<Version, _>>().map_err(|_| no_bound())?))
        };
        Ok(Self {
            runtime: runtime.parse().map_err(|error: crate::id::IdError| error.to_string())?,
            bounds: bounds.split(',').map(bound).collect::<Result<_, String>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holds(range: &str, runtime: &str, said: &str) -> bool {
        range.parse::<Range>().unwrap().holds(&[(runtime.parse().unwrap(), said.to_owned())])
    }

    #[test]
    fn bounds_are_dotted_prefixes() {
        for (range, said, expected) in [
            ("go >=1.21, <1.24", "go1.21", true),
            ("go >=1.21, <1.24", "go1.23.9", true),
            ("go >=1.21, <1.24", "go1.24.1", false),
            ("go >=1.21, <1.24", "go1.20.14", false),
            ("go =1.21", "go1.21.13", true),
            ("go =1.21.0", "go1.21", true),
            ("go =1.2", "go1.21", false),
            ("go >1.21", "go1.21.13", false),
            ("go <=1.21", "go1.21.13", true),
            ("go <1.9", "go1.10", false),
            ("go >=1", "devel", false),
        ] {
            assert_eq!(holds(range, "go", said), expected, "{range}: {said}");
        }
    }

    #[test]
    fn a_runtime_without_a_variant_is_any_variant_of_it() {
        assert!(holds("go <2", "go@1.21", "1.21"));
        assert!(holds("go@1.21 <2", "go@1.21", "1.21"));
        assert!(!holds("go@1.21 <2", "go", "1.27"));
        assert!(!holds("gccgo <2", "go", "1.27"));
        assert!(!"go <2".parse::<Range>().unwrap().holds(&[]), "nobody said a version");
    }

    #[test]
    fn a_version_is_the_first_number_with_what_follows_by_dots() {
        for (said, expected) in [
            ("1.2.3", Some(vec![1, 2, 3])),
            ("OpenJDK 17.0.9+9", Some(vec![17, 0, 9])),
            ("5.4.", Some(vec![5, 4])),
            ("none", None),
            ("v99999999999999999999999", None),
        ] {
            assert_eq!(version(said), expected, "{said}");
        }
    }

    #[test]
    fn what_is_no_range() {
        for text in ["", "go", ">=1.2", "go 1.2", "go >=", "go >=1.", "go >=1.x", "Go >=1", "go >=1,", "go =>1"] {
            assert!(text.parse::<Range>().is_err(), "{text}");
        }
    }

    fn numbers() -> impl Strategy<Value = Vec<u64>> {
        proptest::collection::vec(0u64..40, 1..5)
    }

    fn dotted(numbers: &[u64]) -> String {
        numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
    }

    proptest! {
        #[test]
        fn a_printed_range_is_read_back(runtime in "[a-z][a-z0-9-]{0,5}(@[a-z0-9.]{1,4})?", bounds in proptest::collection::vec((0usize..5, numbers()), 1..4)) {
            prop_assume!(runtime.parse::<RuntimeId>().is_ok());
            let bounds: Vec<String> = bounds.iter().map(|(at, bound)| format!("{}{}", Relation::ALL[*at].sign(), dotted(bound))).collect();
            let text = format!("{runtime} {}", bounds.join(", "));
            prop_assert_eq!(text.parse::<Range>().unwrap().to_string(), text);
        }

        #[test]
        fn a_version_is_below_a_bound_at_it_or_above_it(version in numbers(), bound in numbers()) {
            let (said, bound) = (dotted(&version), dotted(&bound));
            let is = |sign: &str| holds(&format!("r {sign}{bound}"), "r", &said);
            prop_assert_eq!(u8::from(is("<")) + u8::from(is("=")) + u8::from(is(">")), 1);
            prop_assert_eq!(is("<="), is("<") || is("="));
            prop_assert_eq!(is(">="), is(">") || is("="));
        }

        #[test]
        fn whatever_begins_with_the_bound_is_equal_to_it(bound in numbers(), more in numbers()) {
            let said = dotted(&[bound.clone(), more].concat());
            let range = format!("r ={}", dotted(&bound));
            prop_assert!(holds(&range, "r", &said));
        }

        #[test]
        fn order_is_that_of_numbers(first in numbers(), second in numbers()) {
            prop_assume!(first.len() == second.len());
            prop_assert_eq!(holds(&format!("r <{}", dotted(&second)), "r", &dotted(&first)), first < second);
        }

        #[test]
        fn no_text_panics(text in ".{0,30}") {
            let _ = text.parse::<Range>();
            let _ = version(&text);
        }
    }
}
