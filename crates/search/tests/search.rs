//! What a search finds, in a small catalog of its own.

use proptest::prelude::*;
use search::{Document, Field, Hit, Index, Parameter, Query, REQUEST_LIMIT, TEXT_LIMIT};

fn parameter(name: &str, description: &str, values: &[&str]) -> Parameter {
    Parameter {
        name: name.to_owned(),
        description: description.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

fn tool(name: &'static str, app: &'static str, description: &'static str) -> Document<'static> {
    Document { name, app, description, ..Document::default() }
}

fn catalog() -> Vec<Document<'static>> {
    let mut send = tool("gmail-send-email", "gmail", "Sends a message from the mailbox.");
    send.parameters = vec![parameter("recipient", "Who gets it", &[])];
    let mut read = tool("gmail-read-email", "gmail", "Reads a message of the mailbox.");
    read.read_only = true;
    let mut charge = tool("createPaymentIntent", "stripe", "Starts to take money from a customer.");
    charge.parameters = vec![parameter("currency", "ISO code", &["eur", "usd", "zloty"])];
    vec![
        send,
        read,
        charge,
        tool("list_movies", "cinema", "Movies that are shown in theaters near a place."),
        tool("webhook_create", "hooks", "Registers an address that is called on each event."),
        tool("time_sheet", "office", "Notes the hours of a craftsman."),
        tool("tenki", "tenki", "都市の天気予報を取得します"),
        tool("acme_de_get_order_v1", "acme_de", "Reads one order of the store by its number."),
        tool("acme_fr_get_order_v2", "acme_fr", "Reads one order of the store by its number."),
        tool("renamefolder", "disk", "Gives it another one."),
    ]
}

fn index() -> Index {
    index_of(&catalog(), 0..catalog().len())
}

fn index_of(catalog: &[Document<'_>], order: impl Iterator<Item = usize>) -> Index {
    let mut index = Index::new();
    order.for_each(|at| index.put(u32::try_from(at).expect("a small catalog"), &catalog[at]));
    index
}

fn first(text: &str) -> &'static str {
    let hits = index().search(&Query::new(text), 5);
    hits.first().map_or("nothing", |hit| catalog()[hit.key as usize].name)
}

fn keys(hits: &[Hit]) -> Vec<u32> {
    hits.iter().map(|hit| hit.key).collect()
}

#[test]
fn a_request_finds_its_tool() {
    for (text, expected) in [
        ("please send an email to Ann", "gmail-send-email"),
        ("GMAIL_READ_EMAIL", "gmail-read-email"),
        ("take a payment", "createPaymentIntent"),
        ("who is the recipient", "gmail-send-email"),
        ("something in zloty", "createPaymentIntent"),
        ("which film could I see tonight?", "list_movies"),
        ("create web hook", "webhook_create"),
        ("timesheet", "time_sheet"),
        ("a craftsamn", "time_sheet"),
        ("rename this folder", "renamefolder"),
        ("東京の天気", "tenki"),
        ("could you please help me", "nothing"),
        ("", "nothing"),
        ("xyzzy", "nothing"),
    ] {
        assert_eq!(first(text), expected, "{text}");
    }
}

#[test]
fn a_hit_says_why() {
    let hits = index().search(&Query::new("show me the film theaters"), 1);
    let why: Vec<_> = hits[0]
        .why
        .iter()
        .map(|why| (why.word.as_str(), why.stands_for.as_deref(), why.fields.as_slice()))
        .collect();
    assert_eq!(
        why,
        [
            ("theaters", None, &[Field::Description][..]),
            ("film", Some("movi"), &[Field::Name, Field::Description][..]),
        ]
    );
}

#[test]
fn filters_hold() {
    let index = index();
    let find = |query: Query<'_>| keys(&index.search(&query, 9));
    let all = Query::new("message order money");
    assert_eq!(find(all).len(), 4);
    assert_eq!(find(Query { app: Some("stripe"), ..all }), [2]);
    assert_eq!(find(Query { read_only: true, ..all }), [1]);
    assert_eq!(find(Query { allowed: &|key| key == 8, ..all }), [8]);
    assert_eq!(find(Query { app: Some("nobody"), ..all }), [] as [u32; 0]);
}

#[test]
fn meaning_finds_what_words_do_not() {
    let index = index();
    let like = |key: u32| Some(if key == 3 { 0.9 } else { 0.3 - f32::from(key as u8) / 100.0 });
    let query = Query { likeness: Some(&like), ..Query::new("xyzzy") };
    let hits = index.search(&query, 9);
    assert_eq!(hits[0].key, 3);
    assert!(hits[0].why.is_empty());
    let only = Query { app: Some("stripe"), ..query };
    assert_eq!(keys(&index.search(&only, 9)), [2], "filters hold for it too");
    let allowed = Query { allowed: &|key| key != 3, ..query };
    assert!(!keys(&index.search(&allowed, 9)).contains(&3));
}

#[test]
fn words_and_meaning_both_count() {
    let index = index();
    let first = |text: &str, like: &dyn Fn(u32) -> Option<f32>| {
        index.search(&Query { likeness: Some(like), ..Query::new(text) }, 9)[0].key
    };
    let words = "gmail message mailbox";
    let (send, read) = (0, 1);
    assert_eq!(first(words, &|key| Some(if key == send { 0.8 } else { 0.1 })), send);
    assert_eq!(first(words, &|key| Some(if key == read { 0.8 } else { 0.1 })), read);
    // A word that only one tool has outweighs what is merely alike.
    assert_eq!(first("recipient", &|key| Some(if key == 3 { 0.8 } else { 0.1 })), send);
}

#[test]
fn tools_of_unknown_meaning_are_found_by_their_words() {
    let index = index();
    let found = |like: &dyn Fn(u32) -> Option<f32>, text: &str| {
        keys(&index.search(&Query { likeness: Some(like), ..Query::new(text) }, 9))
    };
    for text in ["send email", "get order", "xyzzy"] {
        let alone = keys(&index.search(&Query::new(text), 9));
        assert_eq!(found(&|_| None, text), alone, "{text}");
        assert_eq!(found(&|_| Some(f32::NAN), text), alone, "{text}");
    }
    // One that is not known yet does not fall behind for it.
    let known = |key: u32| (key != 0).then_some(0.5);
    assert_eq!(found(&known, "send email")[0], 0);
}

#[test]
fn what_a_model_is_told() {
    let check = |name: &str, title: &str, description: &str, expected: &str| {
        assert_eq!(search::text_of(name, title, description), expected);
    };
    check("gmail-sendEmail_v2", "", "Sends a message.", "gmail send Email v2. Sends a message.");
    check("x", "A title", "", "x. A title");
    check("", "", "é", ". é");
    let long = search::text_of("x", "", &"é".repeat(5_000));
    assert!(long.len() <= 2_000 && long.ends_with('é'));
}

#[test]
fn near_duplicates_are_folded() {
    let hits = index().search(&Query::new("get order"), 5);
    assert_eq!((hits[0].key, hits[0].others.as_slice()), (7, &[8][..]));
    assert_eq!(hits.iter().filter(|hit| hit.key == 8).count(), 0);
    let only = Query { allowed: &|key| key != 7, ..Query::new("get order") };
    let hits = index().search(&only, 5);
    assert_eq!((hits[0].key, hits[0].others.len()), (8, 0), "what is not allowed is not counted");
}

#[test]
fn a_changed_index_answers_as_a_new_one() {
    let catalog = catalog();
    let mut changed = index_of(&catalog, [8, 3, 5, 1, 7, 2, 0].into_iter());
    changed.put(5, &catalog[0]);
    assert!(changed.remove(8) && !changed.remove(8));
    changed.put(4, &catalog[2]);
    for key in [4, 5, 6, 8, 9] {
        changed.put(key, &catalog[key as usize]);
    }
    let fresh = index();
    assert_eq!(changed.len(), fresh.len());
    for text in ["send email", "weather film order", "a movi for craftsmam", "天気"] {
        let query = Query::new(text);
        assert_eq!(changed.search(&query, 9), fresh.search(&query, 9), "{text}");
    }
}

#[test]
fn an_emptied_index_is_as_a_new_one() {
    let mut index = index();
    (0..10).for_each(|key| assert!(index.remove(key)));
    assert!(index.is_empty());
    assert_eq!(index.search(&Query::new("send email"), 5), []);
    index.put(3, &catalog()[0]);
    assert_eq!(keys(&index.search(&Query::new("send email"), 5)), [3]);
}

#[test]
fn several_things_may_be_asked_for_at_once() {
    let text = "Send an email to Ann, and then list the movies, and create a webhook for me.";
    assert_eq!(index().search(&Query::new(text), 3).iter().map(|hit| hit.key).max(), Some(4));
    let mut found = keys(&index().search(&Query::new(text), 3));
    found.sort_unstable();
    assert_eq!(found, [0, 3, 4]);
}

#[test]
fn a_megabyte_is_read_up_to_the_limit() {
    let padded = |bytes: usize| format!("{}é send email", " ".repeat(bytes));
    let find = |text: &str| keys(&index().search(&Query::new(text), 5));
    assert_eq!(find(&padded(REQUEST_LIMIT - "é send email".len())), [0, 1]);
    assert_eq!(find(&padded(REQUEST_LIMIT - 1)), [] as [u32; 0]);
    assert_eq!(find(&"x".repeat(1_000_000)), [] as [u32; 0]);
    assert_eq!(find(&padded(1_000_000)), [] as [u32; 0]);

    let description = format!("{}email", "é ".repeat(500_000));
    assert!(description.len() > TEXT_LIMIT);
    let mut index = index();
    index.put(99, &Document { name: "endless", description: &description, ..Document::default() });
    assert_eq!(keys(&index.search(&Query::new("endless email"), 1)), [99]);
    assert_eq!(keys(&index.search(&Query::new("email"), 5)), [0, 1]);
}

proptest! {
    #[test]
    fn no_text_panics(name in ".{0,40}", description in ".{0,200}", text in ".{0,200}", again in "\\PC{0,60}") {
        let mut index = index();
        index.put(50, &Document { name: &name, description: &description, app: &again, ..Document::default() });
        let hits = index.search(&Query::new(&text), 4);
        prop_assert!(hits.len() <= 4);
        prop_assert!(hits.iter().all(|hit| hit.score.is_finite() && hit.score > 0.0));
        prop_assert!(index.search(&Query::new(&again), 4).len() <= 4);
        prop_assert!(index.remove(50));
    }
}
