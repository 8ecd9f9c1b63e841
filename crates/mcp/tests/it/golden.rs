//! What is written, byte for byte, per revision. Read a changed snapshot like code.

use crate::ALL;
use mcp::{
    About, Annotations, Block, CacheScope, Caching, Capabilities, Code, Id, Limits, ListShape, Log,
    LogLevel, Progress, PromptsCapability, ResourceBody, ResourcesCapability, Revision, RpcError,
    ServerInfo, ToolDefinition, ToolResult, ToolsCapability, check_json,
};
use std::fmt::Write;

pub(crate) fn golden(name: &str, lines: impl IntoIterator<Item = (String, Vec<u8>)>) {
    let mut text = String::new();
    for (label, bytes) in lines {
        let json = String::from_utf8(bytes).unwrap();
        assert!(check_json(json.as_bytes(), &Limits::default()).is_ok(), "{label}: {json}");
        writeln!(text, "{label}\n    {json}").unwrap();
    }
    insta::with_settings!({ snapshot_path => "../golden", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

pub(crate) fn by_revision(name: &str, write: impl Fn(Revision) -> Vec<u8>) {
    golden(name, Revision::ALL.map(|revision| (revision.to_string(), write(revision))));
}

pub(crate) fn id(json: &str) -> Id<'_> {
    Id::new(check_json(json.as_bytes(), &Limits::default()).unwrap()).unwrap()
}

pub(crate) fn info() -> ServerInfo {
    ServerInfo::new("petstore", Some("The \"Pet\" Store"), "1.2.0")
}

pub(crate) const PRIVATE: Caching = Caching { ttl_ms: 300_000, scope: CacheScope::Private };

#[test]
fn lifecycle() {
    let info = info();
    let about = About {
        info: &info,
        capabilities: ALL,
        instructions: Some("Call list_pets first.\nThen the others."),
    };
    let bare = About { capabilities: Capabilities::NONE, instructions: None, ..about };
    let quiet = About {
        capabilities: Capabilities {
            tools: Some(ToolsCapability::default()),
            prompts: Some(PromptsCapability::default()),
            resources: Some(ResourcesCapability::default()),
            ..Capabilities::NONE
        },
        ..bare
    };
    golden(
        "initialize_result",
        Revision::ALL[1..]
            .iter()
            .map(|revision| (revision.to_string(), mcp::initialize_result(&about, *revision))),
    );
    golden(
        "discover_result",
        [("full", about), ("no changes", quiet), ("nothing", bare)]
            .map(|(label, about)| (label.to_owned(), mcp::discover_result(&about, PRIVATE))),
    );
}

const LIST_PETS: ToolDefinition<'_> = ToolDefinition {
    name: "list_pets",
    title: Some("List pets"),
    description: "Pets of the store.\nNewest first.",
    input_schema: r#"{"type":"object","properties":{"limit":{"type":"integer"}}}"#,
    output_schema: Some(r#"{"type":"array","items":{"type":"string"}}"#),
    annotations: Annotations {
        read_only: true,
        destructive: false,
        idempotent: true,
        open_world: true,
    },
};

const DELETE_PET: ToolDefinition<'_> = ToolDefinition {
    name: "delete_pet",
    title: None,
    description: "Gone for good.",
    input_schema: r#"{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}"#,
    output_schema: Some(r#"{"properties":{"type":{"const":"array"}},"type":"object"}"#),
    annotations: Annotations {
        read_only: false,
        destructive: true,
        idempotent: true,
        open_world: false,
    },
};

fn page(shape: ListShape, cursor: Option<&str>) -> Vec<u8> {
    let definitions = [LIST_PETS, DELETE_PET].map(|tool| {
        let mut out = Vec::new();
        mcp::tool_definition(&mut out, &tool, shape);
        out
    });
    mcp::tools_list_result(definitions.iter().map(Vec::as_slice), cursor, shape, &info(), PRIVATE)
}

#[test]
fn tools_list() {
    by_revision("tools_list_result", |revision| page(revision.list_shape(), None));
    golden(
        "tools_list_pages",
        [
            ("next".to_owned(), page(ListShape::Modern, Some("a\"b"))),
            ("legacy next".to_owned(), page(ListShape::Plain, Some("abc"))),
            (
                "empty".to_owned(),
                mcp::tools_list_result(
                    [],
                    None,
                    ListShape::Modern,
                    &info(),
                    Caching { ttl_ms: 0, scope: CacheScope::Public },
                ),
            ),
            (
                "legacy empty".to_owned(),
                mcp::tools_list_result([], None, ListShape::Structured, &info(), PRIVATE),
            ),
        ],
    );
}

#[test]
fn output_schema_needs_an_object_at_its_root() {
    for (schema, shown) in [
        (r#"{"type":"object"}"#, true),
        (r#" { "x": {"type":"array"}, "type" : "obj\u0065ct" } "#, true),
        (r#"{"type":["object"]}"#, false),
        (r#"{"type":"string"}"#, false),
        (r#"{"anyOf":[{"type":"object"}]}"#, false),
        ("{}", false),
        ("true", false),
    ] {
        let tool = ToolDefinition { output_schema: Some(schema), ..LIST_PETS };
        let with = |shape| {
            let mut out = Vec::new();
            mcp::tool_definition(&mut out, &tool, shape);
            serde_json::from_slice::<serde_json::Value>(&out).unwrap().get("outputSchema").is_some()
        };
        assert_eq!(ListShape::ALL.map(with), [false, shown, true], "{schema}");
    }
}

#[test]
fn tools_call() {
    let blocks = [
        Block::Text("a \"quoted\"\ttext\n\u{1}é😀\u{2028}\\"),
        Block::Image { data: "iVBORw0KGgo=", mime_type: "image/png" },
        Block::Audio { data: "UklGRg==", mime_type: "audio/wav" },
        Block::Resource {
            uri: "https://api.example/x",
            mime_type: "application/pdf",
            body: ResourceBody::Blob("JVBERi0="),
        },
        Block::Resource {
            uri: "https://api.example/y",
            mime_type: "text/csv",
            body: ResourceBody::Text("a,b\r\n1,2"),
        },
    ];
    let info = info();
    let result = |content, structured, is_error| ToolResult { content, structured, is_error };
    let write = |result: ToolResult<'_>, revision| {
        mcp::tool_response(id("\"c-1\""), &result, revision, &info)
    };
    by_revision("tool_blocks", |revision| write(result(&blocks, None, false), revision));
    let text = [Block::Text(r#"{"a":1}"#)];
    by_revision("tool_structured", |revision| {
        write(result(&text, Some(r#"{"a":1}"#), false), revision)
    });
    by_revision("tool_structured_array", |revision| {
        write(result(&[], Some(r#"[1,"x"]"#), false), revision)
    });
    by_revision("tool_structured_with_image", |revision| {
        write(result(&blocks[1..2], Some("null"), false), revision)
    });
    by_revision("tool_error", |revision| {
        write(result(&[Block::Text("404: no such pet")], None, true), revision)
    });
    by_revision("tool_empty", |revision| write(result(&[], None, false), revision));
}

#[test]
fn envelopes() {
    let info = info();
    by_revision("empty_response", |revision| mcp::empty_response(id("7"), revision, &info));
    let codes = [
        Code::Parse,
        Code::InvalidRequest,
        Code::MethodNotFound,
        Code::InvalidParams,
        Code::InvalidMeta,
        Code::Internal,
        Code::ResourceNotFound,
        Code::HeaderMismatch,
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::TooLarge,
        Code::TooManyRequests,
        Code::Unavailable,
    ];
    golden(
        "errors",
        codes.map(|code| {
            let label = format!("{code:?} {} {}", code.status(true), code.status(false));
            (label, mcp::error_response(Some(id("\"x\"")), &RpcError::new(code, "what to \"do\"")))
        }),
    );
    let missing = RpcError::missing_client_capability("sampling");
    assert_eq!((missing.code.number(), missing.code.status(true)), (-32021, 400));
    golden(
        "error_data",
        [
            ("capability".to_owned(), mcp::error_response(Some(id("1")), &missing)),
            (
                "no id".to_owned(),
                mcp::error_response(None, &RpcError::new(Code::Parse, "not JSON")),
            ),
            (
                "unknown tool".to_owned(),
                mcp::error_response(Some(id("1")), &RpcError::unknown_tool("x\"\u{1b}")),
            ),
            ("cursor".to_owned(), mcp::error_response(Some(id("1")), &RpcError::invalid_cursor())),
        ],
    );
}

#[test]
fn stream_messages() {
    let progress = |progress, total, message| {
        mcp::progress(&Progress { token: id("\"t\""), progress, total, message })
    };
    golden(
        "progress",
        [
            ("start".to_owned(), progress(0.0, None, None)),
            ("half".to_owned(), progress(50.0, Some(100.0), Some("half \"way\""))),
            ("fraction".to_owned(), progress(0.5, Some(1e21), None)),
            ("no number".to_owned(), progress(f64::NAN, Some(f64::INFINITY), None)),
        ],
    );
    golden(
        "log",
        [
            (
                "plain".to_owned(),
                mcp::log(&Log { level: LogLevel::Info, logger: None, text: "a\nb" }),
            ),
            (
                "logger".to_owned(),
                mcp::log(&Log { level: LogLevel::Emergency, logger: Some("gate\"way"), text: "" }),
            ),
        ],
    );
    golden("listen_result", [("end".to_owned(), mcp::listen_result(id("\"l\""), &info()))]);
}

#[test]
fn the_chunks_are_the_response() {
    let result = page(ListShape::Modern, None);
    let whole = mcp::response(id("\"a\""), &result);
    let chunks = mcp::response_chunks(id("\"a\""), [result.into()]);
    assert_eq!(chunks.concat(), whole);
    assert_eq!(
        [mcp::response_head(id("\"a\"")).as_slice(), &chunks[1], mcp::RESPONSE_TAIL].concat(),
        whole
    );
    assert!(check_json(&whole, &Limits::default()).is_ok());
}

#[test]
fn a_list_in_pieces_is_the_list_in_one() {
    for revision in mcp::Revision::ALL {
        let shape = revision.list_shape();
        let one = |tool: &ToolDefinition<'_>| {
            let mut out = vec![b','];
            mcp::tool_definition(&mut out, tool, shape);
            bytes::Bytes::from(out)
        };
        let (list, delete) = (one(&LIST_PETS), one(&DELETE_PET));
        let both = bytes::Bytes::from([list.clone(), delete.clone()].concat());
        let none = bytes::Bytes::new();
        for pieces in [vec![none, list, delete], vec![both]] {
            let chunks = mcp::tools_list_chunks(pieces, shape, &info(), PRIVATE);
            assert_eq!(chunks.concat(), page(shape, None));
        }
    }
    let chunks = mcp::tools_list_chunks([], ListShape::Plain, &info(), PRIVATE);
    assert_eq!(chunks.concat(), br#"{"tools":[]}"#);
}

#[test]
fn batches() {
    assert_eq!(mcp::batch_response(&[]), None);
    assert_eq!(mcp::batch_response(&[b"{}".to_vec()]).unwrap(), b"[{}]");
    assert_eq!(mcp::batch_response(&[b"{}".to_vec(), b"1".to_vec()]).unwrap(), b"[{},1]");
}
