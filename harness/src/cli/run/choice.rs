//! Which cells a command line of `run` is about.

use super::Arguments;
use crate::catalog::{Catalog, Group, Runtime};
use crate::cli::Stopped;
use crate::cli::setup::Groups;
use crate::compile::Toolbox;
use crate::judge::{Expectation, Way};
use crate::laws::Expected;
use crate::matrix::{Cell, Filter};

/// The cells that the words and options choose, whether or not the machine has what they need.
pub(super) fn asked<'c>(own: &Arguments, catalog: &'c Catalog) -> Result<Vec<Cell<'c>>, Stopped> {
    let filter = Filter::new(&own.filters)?;
    let mut asked = filter.cells(catalog);
    if asked.is_empty() {
        return Err(nothing(own));
    }
    check_named(own, catalog)?;
    let groups = if own.group.is_empty() { &[Groups::All][..] } else { &own.group };
    let named = |runtime: &&Runtime| own.only.is_empty() || own.only.iter().any(|id| runtime.is_called(id));
    let wanted = |cell: &Cell<'_>| {
        own.most.is_none_or(|most| cell.runtimes.len() <= most.get())
            && cell.groups().all(|group| Groups::mean(groups, group))
            && cell.runtimes.iter().all(&named)
            && (!is_everyday(own) || is_core(cell) || is_plain(cell))
    };
    asked.retain(wanted);
    if asked.is_empty() { Err(nothing(own)) } else { Ok(asked) }
}

/// Of cells that must fail by a law, one in so many is run, by turns: enough to find out a law that is wrong.
const TURNS: u64 = 10;

/// Of these, without those that are run only if the machine has what they need, the shard's part; and how many of that part
/// are left to their law.
pub(super) fn chosen<'c>(
    own: &Arguments,
    asked: Vec<Cell<'c>>,
    tools: &Toolbox,
    expected: &Expected<'_>,
    turn: u64,
) -> Result<(Vec<Cell<'c>>, usize), Stopped> {
    let is_here =
        |cell: &Cell<'_>| cell.tools().flatten().all(|(name, tool)| tools.get(name, tool).is_some_and(Result::is_ok));
    let mut chosen: Vec<Cell<'c>> = asked
        .into_iter()
        .filter(|cell| !if_here(own, cell) || is_here(cell))
        .enumerate()
        .filter(|(at, _)| own.shard.is_none_or(|shard| at % shard.of == shard.part - 1))
        .map(|(_, cell)| cell)
        .collect();
    if chosen.is_empty() {
        return Err(nothing(own));
    }
    let all = chosen.len();
    if own.filters.is_empty() && !own.all {
        let by_law = |expectation: &Expectation| matches!(expectation.must(), Some(Way::Law(_)));
        let expectations = expected.of_each(&chosen);
        let mut left = expectations.iter().map(by_law);
        chosen.retain(|cell| !left.next().unwrap_or(false) || has_its_turn(cell, turn));
    }
    let left = all - chosen.len();
    Ok((chosen, left))
}

fn has_its_turn(cell: &Cell<'_>, turn: u64) -> bool {
    let hash = blake3::hash(cell.id.to_string().as_bytes());
    let place = hash.as_bytes().iter().take(8).fold(0u64, |all, byte| all << 8 | u64::from(*byte));
    place.wrapping_add(turn).is_multiple_of(TURNS)
}

/// Whether nobody asked for this cell: then it is not installed for, and not skipped where something is missing.
pub(super) fn if_here(own: &Arguments, cell: &Cell<'_>) -> bool {
    is_everyday(own) && !is_core(cell)
}

/// What `--require` names.
pub(super) fn required(own: &Arguments) -> impl Iterator<Item = &str> {
    own.require.iter().flat_map(|names| names.split(','))
}

/// Nothing says what the run is about.
fn is_everyday(own: &Arguments) -> bool {
    own.filters.is_empty() && own.only.is_empty() && own.group.is_empty()
}

fn is_core(cell: &Cell<'_>) -> bool {
    cell.groups().all(|group| group == Group::Core)
}

/// A default variant, alone, in a scenario's first mode.
fn is_plain(cell: &Cell<'_>) -> bool {
    cell.id.mode.is_none()
        && cell.runtimes.len() == 1
        && cell.runtimes.iter().all(|runtime| runtime.id.variant.is_none())
}

fn nothing(own: &Arguments) -> Stopped {
    let asked = if own.filters.is_empty() { "the options".to_owned() } else { own.filters.join(" ") };
    Stopped::NothingSelected {
        message: format!("no cell matches {asked}"),
        help: "all cells: coexist list cells".to_owned(),
    }
}

fn check_named(own: &Arguments, catalog: &Catalog) -> Result<(), Stopped> {
    let unknown = |option: &str, name: &dyn std::fmt::Display| Stopped::Usage {
        message: format!("{option}: there is no runtime {name}"),
        help: "all runtimes: coexist list runtimes".to_owned(),
    };
    if let Some(id) = own.only.iter().find(|id| catalog.runtime(id).is_none()) {
        return Err(unknown("--only", id));
    }
    for name in required(own).filter(|name| *name != "all") {
        if !catalog.runtimes.iter().any(|runtime| runtime.id.to_string() == name || *runtime.id.name == *name) {
            return Err(unknown("--require", &name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    /// Each cell has its turn on one of ten days, and each day has about a tenth of the cells.
    #[test]
    fn in_ten_turns_each_cell_comes_once() {
        let project = Project::at(std::path::Path::new(env!("CARGO_MANIFEST_DIR")), None, None).unwrap();
        let catalog = crate::cli::catalog(&project).unwrap_or_else(|_| panic!("the catalogue is good"));
        let mut cells = crate::matrix::cells(&catalog);
        cells.truncate(5000);
        let turns: Vec<usize> =
            (20_400..20_410).map(|turn| cells.iter().filter(|cell| has_its_turn(cell, turn)).count()).collect();
        assert_eq!(turns.iter().sum::<usize>(), cells.len());
        assert!(turns.iter().all(|count| (400..600).contains(count)), "{turns:?}");
        let days = |cell: &Cell<'_>| (0..10).filter(|turn| has_its_turn(cell, *turn)).count();
        assert!(cells.iter().all(|cell| days(cell) == 1));
    }
}
