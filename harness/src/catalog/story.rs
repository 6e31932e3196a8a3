//! What a scenario with two libraries does, step by step, as its header says: `load 1, start 1, churn 2 on threads`.
//! Laws ask it who is up, who works and who is gone when a step comes.

use std::str::FromStr;

/// The steps of a scenario on two libraries, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Story {
    steps: Vec<Step>,
}

/// One step on one library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The phase: `load`, `churn`…
    pub name: String,
    /// The library's position in the cell, 1-based; 0 for a step on none, as `exit` is.
    pub library: usize,
    /// Where it runs.
    pub place: Place,
}

/// Where a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On the main thread.
    Main,
    /// On threads of the host, while other steps with this place run.
    Threads,
    /// On the main thread, below a call of the other library.
    Nested,
}

impl FromStr for Story {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let steps = text.split(',').map(|step| step.trim().parse()).collect::<Result<_, _>>()?;
        Ok(Self { steps })
    }
}

impl FromStr for Step {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (name, rest) = words.split_first().ok_or(())?;
        let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let (library, place) = match rest {
            [] => (0, Place::Main),
            [library] => (library.parse().map_err(drop)?, Place::Main),
            [library, "on", "threads"] => (library.parse().map_err(drop)?, Place::Threads),
            [library, "nested"] => (library.parse().map_err(drop)?, Place::Nested),
            _ => return Err(()),
        };
        let is_there = if rest.is_empty() { library == 0 } else { (1..=2).contains(&library) };
        if is_word && is_there { Ok(Self { name: (*name).to_owned(), library, place }) } else { Err(()) }
    }
}

impl Story {
    /// All steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The library that is loaded first: 1 or 2.
    #[must_use]
    pub fn first(&self) -> usize {
        self.steps.iter().find(|step| step.name == "load").map_or(1, |step| step.library)
    }

    /// Steps on a library once the other one has been started, up to where the other one is stopped or unloaded.
    pub fn beside(&self, library: usize) -> impl Iterator<Item = &Step> {
        let other = 3 - library;
        let is = |step: &Step, name: &str| step.library == other && step.name == name;
        let from = self.steps.iter().position(|step| is(step, "start")).unwrap_or(self.steps.len());
        let gone = |step: &Step| is(step, "stop") || is(step, "unload");
        let to = self.steps.iter().position(gone).unwrap_or(self.steps.len()).max(from);
        self.steps[from..to].iter().filter(move |step| step.library == library)
    }

    /// Steps on a library after a step of the other one.
    pub fn after(&self, other: &str, library: usize) -> impl Iterator<Item = &Step> {
        let at = self.steps.iter().position(|step| step.library == 3 - library && step.name == other);
        let from = at.unwrap_or(self.steps.len());
        self.steps[from..].iter().filter(move |step| step.library == library)
    }

    /// Whether the host takes that step on the library.
    #[must_use]
    pub fn has(&self, name: &str, library: usize) -> bool {
        self.steps.iter().any(|step| step.name == name && step.library == library)
    }

    /// The phases that steps on a library have, and those on none.
    pub fn phases(&self, library: usize) -> impl Iterator<Item = &str> {
        let of = self.steps.iter().filter(move |step| step.library == library || step.library == 0);
        of.map(|step| step.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<'s>(steps: impl Iterator<Item = &'s Step>) -> Vec<&'s str> {
        steps.map(|step| step.name.as_str()).collect()
    }

    #[test]
    fn who_is_up_when_a_step_comes() {
        let story: Story =
            "load 1, start 1, call 1, load 2, start 2, churn 1 on threads, stop 2, call 1, unload 2, exit"
                .parse()
                .unwrap();
        assert_eq!(story.first(), 1);
        assert_eq!(names(story.beside(1)), ["churn"]);
        assert_eq!(names(story.beside(2)), ["load", "start", "stop", "unload"]);
        assert_eq!(names(story.after("stop", 1)), ["call"]);
        assert!(names(story.after("unload", 1)).is_empty());
        assert!(story.has("unload", 2) && !story.has("unload", 1));
        assert_eq!(story.phases(2).collect::<Vec<_>>(), ["load", "start", "stop", "unload", "exit"]);
    }

    #[test]
    fn what_is_no_step() {
        for text in ["", "load", "load 3", "load 0", "Load 1", "load 1 on thread", "load 1,", "exit 1 2"] {
            let story = text.parse::<Story>();
            assert!(story.is_err() || text == "load", "{text}");
        }
    }
}
