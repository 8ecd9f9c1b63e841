use super::{ChangedPart, Changes, arguments::Schema, listed};
use crate::RawJson;

/// The schemas of two structured results, by the fields at their top.
pub(super) fn compare(old: Option<&RawJson>, new: Option<&RawJson>, made: &mut Changes) {
    if old == new {
        return;
    }
    let mut tell = |text: String, breaking| made.add(ChangedPart::Output, text, breaking);
    let (old, new) = match (old, new) {
        (None, _) => return tell("the result has a schema now".to_owned(), false),
        (_, None) => return tell("the result has no schema any more".to_owned(), true),
        (Some(old), Some(new)) => (Schema::read(old), Schema::read(new)),
    };
    let names = |of: &Schema<'_>, than: &Schema<'_>| {
        let other = of.properties.keys().filter(|name| !than.properties.contains_key(*name));
        listed(other.map(String::as_str))
    };
    let (gone, more) = (names(&old, &new), names(&new, &old));
    let changed = listed(
        new.properties
            .iter()
            .filter(|(name, raw)| {
                old.properties.get(*name).is_some_and(|old| old.get() != raw.get())
            })
            .map(|(name, _)| name.as_str()),
    );
    if gone.is_empty() && more.is_empty() && changed.is_empty() {
        return tell("the result's schema changes".to_owned(), false);
    }
    for (names, text, breaking) in [
        (gone, "the result no longer has", true),
        (changed, "the result has another schema for", true),
        (more, "the result has", false),
    ] {
        if !names.is_empty() {
            let too = if breaking { "" } else { " too" };
            tell(format!("{text} {names}{too}"), breaking);
        }
    }
}
