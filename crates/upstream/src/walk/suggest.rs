use crate::{json::Json, link};
use model::{Action, FieldPath, FieldStep, PageStyle, Pagination, Place};

/// Levels of an output schema that are searched.
const MAX_LEVELS: usize = 4;

/// Names as APIs spell them, in lower case and without other signs.
const PAGES: [&str; 4] = ["page", "pagenumber", "pageno", "pageindex"];
const OFFSETS: [&str; 5] = ["offset", "skip", "start", "startat", "startindex"];
const CURSORS: [&str; 12] = [
    "cursor",
    "pagetoken",
    "nexttoken",
    "nextpagetoken",
    "startcursor",
    "startingafter",
    "after",
    "marker",
    "continuationtoken",
    "paginationtoken",
    "nextcursor",
    "skiptoken",
];
const SIZES: [&str; 11] = [
    "perpage",
    "pagesize",
    "pagelen",
    "limit",
    "maxresults",
    "maxitems",
    "count",
    "size",
    "top",
    "first",
    "take",
];
const NEXT_CURSORS: [&str; 9] = [
    "nextcursor",
    "nextpagetoken",
    "nexttoken",
    "nextmarker",
    "continuationtoken",
    "endcursor",
    "nextpagecursor",
    "nextpage",
    "after",
];
const NEXT_URLS: [&str; 7] =
    ["next", "nexturl", "nextlink", "odatanextlink", "nextpageurl", "nexthref", "nextpageuri"];
const LISTS: [&str; 9] =
    ["items", "data", "results", "entries", "records", "values", "value", "list", "rows"];

/// How an action's pages could be walked, judged by the names of its arguments, by its output schema, and by the `Link`
/// header of an answer where there was one. A proposal: nothing is known of an API but its words.
#[must_use]
pub fn suggest(action: &Action, link: Option<&str>) -> Option<Pagination> {
    if !action.call.is_safe() {
        return None;
    }
    let output = action.output_schema.as_ref().and_then(|schema| Json::parse(schema.get()));
    let places = output.as_ref().map(Places::of).unwrap_or_default();
    let argument = |names: &[&str]| {
        let named = |name: &&str| {
            action.call.parameters.iter().find(|one| {
                one.place == Place::Query && !one.required && plain(&one.name) == **name
            })
        };
        names.iter().find_map(named).map(|one| one.argument.clone())
    };
    let (style, parameter, cursor) = if link.and_then(link::next).is_some() {
        (PageStyle::Link, None, None)
    } else if let (Some(argument), Some(path)) = (argument(&CURSORS), places.cursor) {
        (PageStyle::Cursor, Some(argument), Some(path))
    } else if let Some(argument) = argument(&PAGES) {
        (PageStyle::Page, Some(argument), None)
    } else if let Some(argument) = argument(&OFFSETS) {
        (PageStyle::Offset, Some(argument), None)
    } else {
        (PageStyle::NextUrl, None, Some(places.url?))
    };
    let size_parameter = argument(&SIZES).filter(|size| Some(size) != parameter.as_ref());
    let size = size_parameter.as_deref().and_then(|name| page_size(action, name));
    let first = parameter
        .as_deref()
        .filter(|_| style == PageStyle::Page)
        .and_then(|name| number(action, name, &["default", "minimum"]))
        .filter(|first| *first == 0);
    Some(Pagination {
        style,
        parameter,
        first,
        size_parameter: size_parameter.filter(|_| size.is_some()),
        size,
        items: places.list.unwrap_or_default(),
        cursor,
        max_pages: Pagination::DEFAULT_PAGES,
        max_items: Pagination::DEFAULT_ITEMS,
    })
}

/// The largest page that the description allows, else the usual one: more might be refused.
fn page_size(action: &Action, argument: &str) -> Option<u32> {
    number(action, argument, &["maximum", "default"])
        .filter(|size| (1..=Pagination::MAX_SIZE).contains(size))
}

fn number(action: &Action, argument: &str, keywords: &[&str]) -> Option<u32> {
    let schema = Json::parse(action.input_schema.get())?;
    let property = schema.get("properties")?.get(argument)?;
    keywords.iter().find_map(|keyword| property.get(keyword)?.scalar()?.parse().ok())
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Where an answer has what a walk needs.
#[derive(Default)]
struct Places {
    list: Option<FieldPath>,
    cursor: Option<FieldPath>,
    url: Option<FieldPath>,
}

impl Places {
    fn of(schema: &Json<'_>) -> Self {
        let mut found = Vec::new();
        members(schema, &mut Vec::new(), &mut found);
        // The shallowest counts, and of these the one of the best name.
        let best = |kind: &str, names: &[&str]| {
            let ranked = found.iter().filter(|one| one.kind == kind).filter_map(|one| {
                let rank =
                    names.iter().position(|name| *name == plain(&one.path[one.path.len() - 1]));
                Some((one.path.len(), rank?, one))
            });
            ranked.min_by_key(|(depth, rank, _)| (*depth, *rank)).map(|(.., one)| one.path())
        };
        let only_list = || {
            let mut lists = found.iter().filter(|one| one.kind == "array");
            let first = lists.next()?;
            let others = lists.any(|other| other.path.len() == first.path.len());
            (!others).then(|| first.path())
        };
        Self {
            list: best("array", &LISTS).or_else(only_list),
            cursor: best("string", &NEXT_CURSORS),
            url: best("string", &NEXT_URLS),
        }
    }
}

struct Member {
    path: Vec<String>,
    kind: String,
}

impl Member {
    fn path(&self) -> FieldPath {
        self.path.iter().cloned().map(FieldStep::Member).collect()
    }
}

/// Every member that `properties` lists, level by level below the root, lists not entered.
fn members(schema: &Json<'_>, path: &mut Vec<String>, found: &mut Vec<Member>) {
    for (name, member) in schema.get("properties").map_or(&[][..], Json::members) {
        path.push(name.clone().into_owned());
        let kind = member.types().into_iter().find(|kind| kind != "null");
        let kind = kind.map(std::borrow::Cow::into_owned).unwrap_or_default();
        found.push(Member { path: path.clone(), kind });
        if path.len() < MAX_LEVELS {
            members(member, path, found);
        }
        path.pop();
    }
}
