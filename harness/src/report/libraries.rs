//! What a cell's libraries have in common, as lines for a person: `ruby+ruby` over one libruby is another claim than
//! `go+go`, in which each brings a runtime of its own.

use std::collections::BTreeMap;

use crate::check::linkage::Sharing;
use crate::record::LibraryRecord;

/// One library's runtime: inside of it, or a shared object.
#[must_use]
pub fn runtime(library: &LibraryRecord) -> String {
    let common = &library.common;
    match (library.sharing, common.as_slice()) {
        (Sharing::Private, _) | (_, []) => "private: each copy of the library has a runtime of its own".to_owned(),
        (Sharing::Shared, names) => format!("shared by all copies of the library: {}", names.join(", ")),
        (Sharing::Unknown, names) => {
            format!("{}; a second copy could not be loaded beside the first", names.join(", "))
        }
    }
}

/// Shared objects that more than one library of a cell uses, with the labels of the libraries.
#[must_use]
pub fn in_common(libraries: &[(&str, &LibraryRecord)]) -> Vec<String> {
    let mut users: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (label, library) in libraries {
        for object in &library.objects {
            users.entry(object.name()).or_default().push(label);
        }
    }
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, labels) in users.into_iter().filter(|(_, labels)| labels.len() > 1) {
        names.entry(labels.join(" and ")).or_default().push(name);
    }
    names.into_iter().map(|(labels, names)| format!("{} by {labels}", names.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::linkage::SharedObject;

    fn library(runtime: &str, objects: &[&str]) -> LibraryRecord {
        let object = |name: &&str| SharedObject {
            file: name.into(),
            needed: true,
            soname: None,
            build_id: None,
            bytes: 1,
            written: 0,
        };
        LibraryRecord {
            runtime: runtime.to_owned(),
            flavour: "plain".to_owned(),
            build_ms: None,
            sharing: if objects.is_empty() { Sharing::Private } else { Sharing::Shared },
            common: objects.iter().map(|name| (*name).to_owned()).collect(),
            objects: objects.iter().map(object).collect(),
        }
    }

    #[test]
    fn what_two_libraries_use_is_named_once() {
        let (fortran, gomp, go) = (
            library("fortran", &["libgfortran.so.5", "libgomp.so.1"]),
            library("gomp", &["libgomp.so.1"]),
            library("go", &[]),
        );
        assert_eq!(
            in_common(&[("fortran", &fortran), ("go", &go), ("gomp", &gomp)]),
            ["libgomp.so.1 by fortran and gomp"]
        );
        assert_eq!(
            in_common(&[("fortran", &fortran), ("fortran#2", &fortran)]),
            ["libgfortran.so.5, libgomp.so.1 by fortran and fortran#2"]
        );
        assert!(in_common(&[("go", &go), ("go#2", &go)]).is_empty());
        assert!(runtime(&go).starts_with("private") && runtime(&gomp).starts_with("shared"));
    }
}
