//! What an operation answers, as far as a request has to know.

use crate::{
    Format, body,
    context::Context,
    operation::Found,
    schema::output_schema,
    tree::{Follow, Node},
};
use model::RawJson;

/// The answers that count as success: the 2xx ones, else the default.
fn successes<'t>(context: &Context<'t>, operation: Node<'t>) -> Vec<Node<'t>> {
    let responses = || operation.get("responses").into_iter().flat_map(Node::members);
    let mut chosen: Vec<Node<'t>> =
        responses().filter(|(code, _)| code.starts_with('2')).map(|(_, one)| one).collect();
    if chosen.is_empty() {
        chosen.extend(responses().filter(|(code, _)| *code == "default").map(|(_, one)| one));
    }
    chosen
        .into_iter()
        .filter_map(|one| context.library.follow(one).ok().map(Follow::node))
        .collect()
}

/// The media types of an answer that the API may send, JSON first; encodings of the same thing that nobody here
/// reads are not asked for where there is JSON.
pub(crate) fn accept<'t>(context: &Context<'t>, operation: Node<'t>) -> String {
    let mut types: Vec<String> = Vec::new();
    let mut add = |media_type: &str| {
        let fine = media_type.contains('/')
            && media_type.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b',');
        let media_type = media_type.trim();
        if fine && !types.iter().any(|known| known == media_type) {
            types.push(media_type.to_owned());
        }
    };
    let media = |one: Node<'t>| {
        one.get("content").into_iter().flat_map(Node::members).map(|(name, _)| name)
    };
    if context.format == Format::Swagger20 {
        let produces = operation.get("produces").or_else(|| context.root.get("produces"));
        produces.into_iter().flat_map(Node::items).filter_map(Node::str).for_each(&mut add);
    } else {
        successes(context, operation).into_iter().flat_map(media).for_each(&mut add);
    }
    let json = |one: &String| body::is_json(&body::essence(one));
    if types.iter().any(json) {
        types.retain(|one| {
            let essence = body::essence(one);
            let other = ["yaml", "xml", "protobuf", "cbor", "msgpack"]
                .iter()
                .any(|word| essence.contains(word));
            !other && (!one.contains(';') || !essence.ends_with("json") || !one.contains("stream"))
        });
    }
    types.sort_by_key(|one| !json(one));
    types.truncate(8);
    if types.is_empty() || types.iter().any(|one| one == "*/*") {
        return "*/*".to_owned();
    }
    let responses = operation.get("responses").into_iter().flat_map(Node::members);
    let mut all = responses
        .filter_map(|(_, one)| context.library.follow(one).ok().map(Follow::node))
        .flat_map(media);
    let problem = "application/problem+json";
    if !types.iter().any(|one| one == problem) && all.any(|one| body::essence(one) == problem) {
        types.push(problem.to_owned());
    }
    types.join(", ")
}

pub(crate) fn schema<'t>(context: &Context<'t>, found: &Found<'t>) -> Option<RawJson> {
    let rule = context.options.output_schema;
    if context.operations > rule.operations {
        return None;
    }
    let answer = successes(context, found.node).into_iter().next()?;
    let schema = if context.format == Format::Swagger20 {
        answer.get("schema")?
    } else {
        let mut content = answer.get("content")?.members();
        let (_, media) =
            content.find(|(media_type, _)| body::is_json(&body::essence(media_type)))?;
        context.library.follow(media).ok()?.node().get("schema")?
    };
    RawJson::parse(output_schema(context.library, schema, rule.bytes)?).ok()
}
