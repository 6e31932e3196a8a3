//! Placeholders in steps and environments: `{name}` becomes a value, or several arguments where it stands alone.

use std::collections::BTreeMap;

/// Values of placeholders.
pub type Values = BTreeMap<String, Vec<String>>;

/// One argument, expanded: as many as the list has when it is a single placeholder, else one. A name that has no value
/// stays as it is; the catalogue has refused such manifests.
pub fn argument(text: &str, values: &Values) -> Vec<String> {
    if let Some(name) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'))
        && let Some(list) = values.get(name)
    {
        return list.clone();
    }
    vec![inline(text, values)]
}

/// Text with placeholders, expanded; a list is joined by spaces.
pub fn inline(text: &str, values: &Values) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let known = rest.find('}').and_then(|close| Some((close, values.get(&rest[1..close])?)));
        if let Some((close, list)) = known {
            out.push_str(&list.join(" "));
            rest = &rest[close + 1..];
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders() {
        let values = Values::from([
            ("out".to_owned(), vec!["/x/lib.so".to_owned()]),
            ("flags".to_owned(), vec!["-a".to_owned(), "-b".to_owned()]),
            ("none".to_owned(), vec![]),
        ]);
        let table: [(&str, &[&str]); 6] = [
            ("{out}", &["/x/lib.so"]),
            ("{flags}", &["-a", "-b"]),
            ("{none}", &[]),
            ("-Wl,{flags},{out}", &["-Wl,-a -b,/x/lib.so"]),
            ("{unknown} {", &["{unknown} {"]),
            ("plain", &["plain"]),
        ];
        for (text, expected) in table {
            assert_eq!(argument(text, &values), expected, "{text}");
        }
    }
}
