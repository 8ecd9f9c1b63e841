//! What is written of prompts, resources and completions, byte for byte, per revision.

use crate::golden::{PRIVATE, by_revision, golden, id, info};
use mcp::{
    Block, Completion, List, ListShape, Listen, PromptArgument, PromptDefinition, PromptMessage,
    PromptResult, ReadResult, ResourceAnnotations, ResourceBody, ResourceContents,
    ResourceDefinition, ResourceTemplateDefinition, Revision, Role, RpcError,
};

const REVIEW: PromptDefinition<'_> = PromptDefinition {
    name: "code_review",
    title: Some("Request a \"code review\""),
    description: Some("Asks for a review.\nOf code."),
    arguments: &[
        PromptArgument {
            name: "code",
            title: Some("Code"),
            description: Some("What to review"),
            required: true,
        },
        PromptArgument { name: "tone", title: Some("Tone"), description: None, required: false },
    ],
};

const BARE_PROMPT: PromptDefinition<'_> =
    PromptDefinition { name: "simple", title: Some("Simple"), description: None, arguments: &[] };

const LOGO: ResourceDefinition<'_> = ResourceDefinition {
    uri: "test://logo",
    name: "logo.png",
    title: Some("The \"logo\""),
    description: Some("In color"),
    mime_type: Some("image/png"),
    size: Some(70),
    annotations: ResourceAnnotations {
        audience: &[Role::User, Role::Assistant],
        priority: Some(0.8),
        last_modified: Some("2026-01-12T15:00:58Z"),
    },
};

const BARE_ANNOTATIONS: ResourceAnnotations<'_> =
    ResourceAnnotations { audience: &[], priority: None, last_modified: None };

const BARE_RESOURCE: ResourceDefinition<'_> = ResourceDefinition {
    uri: "test://bare",
    name: "bare",
    title: None,
    description: None,
    mime_type: None,
    size: None,
    annotations: BARE_ANNOTATIONS,
};

const TEMPLATE: ResourceTemplateDefinition<'_> = ResourceTemplateDefinition {
    uri_template: "test://template/{id}/data{?q}",
    name: "data",
    title: Some("Data"),
    description: Some("By id"),
    mime_type: Some("application/json"),
    annotations: ResourceAnnotations {
        priority: Some(f64::NAN),
        last_modified: Some("2026-01-12T15:00:58Z"),
        ..BARE_ANNOTATIONS
    },
};

fn definitions<T>(
    all: &[T],
    shape: ListShape,
    write: fn(&mut Vec<u8>, &T, ListShape),
) -> Vec<Vec<u8>> {
    all.iter()
        .map(|one| {
            let mut out = Vec::new();
            write(&mut out, one, shape);
            out
        })
        .collect()
}

#[test]
fn lists() {
    by_revision("prompts_list_result", |revision| {
        let shape = revision.list_shape();
        let prompts = definitions(&[REVIEW, BARE_PROMPT], shape, mcp::prompt_definition);
        let prompts = prompts.iter().map(Vec::as_slice);
        mcp::prompts_list_result(prompts, Some("next"), shape, &info(), PRIVATE)
    });
    by_revision("resources_list_result", |revision| {
        let shape = revision.list_shape();
        let resources = definitions(&[LOGO, BARE_RESOURCE], shape, mcp::resource_definition);
        let resources = resources.iter().map(Vec::as_slice);
        mcp::resources_list_result(resources, None, shape, &info(), PRIVATE)
    });
    by_revision("resource_templates_list_result", |revision| {
        let shape = revision.list_shape();
        let templates = definitions(&[TEMPLATE], shape, mcp::resource_template_definition);
        let templates = templates.iter().map(Vec::as_slice);
        mcp::resource_templates_list_result(templates, None, shape, &info(), PRIVATE)
    });
}

#[test]
fn prompts() {
    let user = |content| PromptMessage { role: Role::User, content };
    let messages = [
        user(Block::Text("Please review\n\"this\"")),
        user(Block::Image { data: "iVBORw0KGgo=", mime_type: "image/png" }),
        user(Block::Audio { data: "UklGRg==", mime_type: "audio/wav" }),
        user(Block::Resource {
            uri: "test://x",
            mime_type: "text/plain",
            body: ResourceBody::Text("embedded"),
        }),
        user(Block::ResourceLink(&LOGO)),
        PromptMessage { role: Role::Assistant, content: Block::Text("Gladly.") },
    ];
    let result = PromptResult { description: Some("A review"), messages: &messages };
    by_revision("prompt_result", |revision| mcp::prompt_result(&result, revision, &info()));
    let empty = PromptResult { description: None, messages: &[] };
    by_revision("prompt_result_empty", |revision| mcp::prompt_result(&empty, revision, &info()));
}

#[test]
fn resources() {
    let text = ResourceContents {
        uri: "test://a",
        mime_type: Some("text/plain"),
        body: ResourceBody::Text("line\n\"two\""),
    };
    let blob = ResourceContents {
        uri: "test://a#b",
        mime_type: None,
        body: ResourceBody::Blob("iVBORw0KGgo="),
    };
    let one = ReadResult { first: text, more: &[] };
    by_revision("read_result", |revision| mcp::read_result(&one, revision, &info(), PRIVATE));
    let two = ReadResult { first: text, more: &[blob] };
    by_revision("read_result_parts", |revision| mcp::read_result(&two, revision, &info(), PRIVATE));
}

#[test]
fn completions() {
    let some = Completion { values: &["paris", "\"park\""], total: Some(150), has_more: true };
    by_revision("completion_result", |revision| mcp::completion_result(&some, revision, &info()));
    let none = Completion { values: &[], total: None, has_more: false };
    by_revision("completion_result_empty", |revision| {
        mcp::completion_result(&none, revision, &info())
    });
    for (given, kept, has_more) in [(100, 100, false), (101, 100, true)] {
        let values = vec!["v"; given];
        let many = Completion { values: &values, total: None, has_more: false };
        let json = mcp::completion_result(&many, Revision::V2026_07_28, &info());
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["completion"]["values"].as_array().unwrap().len(), kept);
        assert_eq!(json["completion"]["hasMore"], has_more);
    }
}

#[test]
fn m11_errors() {
    let error = |error: &RpcError| mcp::error_response(Some(id("1")), error);
    by_revision("unknown_resource", |revision| {
        let unknown = RpcError::unknown_resource("file:///etc/\"passwd", revision);
        assert_eq!(unknown.code.status(revision.is_modern()), 200);
        error(&unknown)
    });
    golden(
        "unknown",
        [
            ("prompt".to_owned(), error(&RpcError::unknown_prompt("x\"\u{1b}"))),
            ("argument".to_owned(), error(&RpcError::missing_argument("code"))),
            ("template".to_owned(), error(&RpcError::unknown_resource_template("x:/{a}"))),
        ],
    );
}

#[test]
fn notifications() {
    let lists = [List::Tools, List::Prompts, List::Resources];
    golden("list_changed", lists.map(|list| (format!("{list:?}"), mcp::list_changed(list).into())));
    golden(
        "listen_list_changed",
        lists.map(|list| (format!("{list:?}"), mcp::listen_list_changed(id("\"l\""), list))),
    );
    golden(
        "resource_updated",
        [
            ("legacy".to_owned(), mcp::resource_updated("test://a")),
            ("listen".to_owned(), mcp::listen_resource_updated(id("9"), "test://a")),
        ],
    );
    let whole = Listen {
        tools_list_changed: true,
        prompts_list_changed: true,
        resources_list_changed: true,
        resource_subscriptions: vec!["x:a".into(), "x:b".into()],
    };
    let uris = Listen { resource_subscriptions: vec!["x:a".into()], ..Listen::default() };
    golden(
        "listen_acknowledged",
        [whole, uris, Listen::default()]
            .map(|honored| (format!("{honored:?}"), mcp::listen_acknowledged(id("9"), &honored))),
    );
}
