//! Sending a user to a URL before a call can be made (URL elicitation): as each family of revisions has it.

use crate::{
    Code, Id, Kind, Meta, RpcError, ServerInfo,
    text::push_string,
    write::{RESPONSE_TAIL, head, push_modern_tail},
};

/// The name of the one thing that a call asks for.
const ASKED: &[u8] = b"\"connect\"";

/// A URL that the user opens, and what for.
#[derive(Clone, Copy, Debug)]
pub struct UrlElicitation<'a> {
    /// Names the asking.
    pub id: &'a str,
    /// The URL.
    pub url: &'a str,
    /// What the user is told.
    pub message: &'a str,
}

impl Meta<'_> {
    /// Whether the client opens URLs for its user: it declared `elicitation` with the mode `url`. An `elicitation` without modes is for
    /// forms alone.
    #[must_use]
    pub fn opens_urls(&self) -> bool {
        self.client_capabilities
            .and_then(|all| all.member("elicitation"))
            .and_then(|elicitation| elicitation.member("url"))
            .is_some_and(|url| url.kind() == Kind::Object)
    }
}

/// The answer of 2026-07-28 to a call that is to be made again once the user was at the URL (MCP 2026-07-28, Multi Round-Trip Requests).
#[must_use]
pub fn input_required(id: Id<'_>, asked: &UrlElicitation<'_>, info: &ServerInfo) -> Vec<u8> {
    let mut out = head(id, 512);
    out.extend_from_slice(b"{\"resultType\":\"input_required\",\"inputRequests\":{");
    out.extend_from_slice(ASKED);
    out.extend_from_slice(b":{\"method\":\"elicitation/create\",\"params\":");
    push(&mut out, asked);
    out.extend_from_slice(b"}}");
    push_modern_tail(&mut out, info);
    out.extend_from_slice(RESPONSE_TAIL);
    out
}

impl RpcError {
    /// The error of 2025-11-25 for a call that is to be made again once the user was at the URL.
    #[must_use]
    pub fn url_elicitation_required(asked: &UrlElicitation<'_>) -> Self {
        let mut data = b"{\"elicitations\":[".to_vec();
        push(&mut data, asked);
        data.extend_from_slice(b"]}");
        Self {
            data: Some(String::from_utf8(data).expect("made of strings")),
            ..Self::new(Code::UrlElicitationRequired, asked.message.to_owned())
        }
    }
}

fn push(out: &mut Vec<u8>, asked: &UrlElicitation<'_>) {
    out.extend_from_slice(b"{\"mode\":\"url\",\"elicitationId\":");
    push_string(out, asked.id);
    out.extend_from_slice(b",\"url\":");
    push_string(out, asked.url);
    out.extend_from_slice(b",\"message\":");
    push_string(out, asked.message);
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::{UrlElicitation, input_required};
    use crate::{Id, Json, RpcError, ServerInfo};

    const ASKED: UrlElicitation<'_> = UrlElicitation {
        id: "0a1b",
        url: "https://gateway.example.com/connect/x",
        message: "Connect \"Mail\"",
    };

    #[test]
    fn each_family_is_asked_in_its_own_way() {
        let info = ServerInfo::new("gatewright", None, "1");
        let seven = Id::new(Json::scanned("7")).expect("7 is an id");
        let modern = input_required(seven, &ASKED, &info);
        let modern: serde_json::Value = serde_json::from_slice(&modern).expect("it is JSON");
        let params = serde_json::json!({
            "mode": "url", "elicitationId": "0a1b",
            "url": "https://gateway.example.com/connect/x", "message": "Connect \"Mail\"",
        });
        assert_eq!(modern["result"]["resultType"], "input_required");
        let request = &modern["result"]["inputRequests"]["connect"];
        assert_eq!(
            (&request["method"], &request["params"]),
            (&"elicitation/create".into(), &params)
        );
        let refusal = RpcError::url_elicitation_required(&ASKED).refuse(Some(seven), false);
        assert_eq!(refusal.status, 200);
        let legacy: serde_json::Value = serde_json::from_slice(&refusal.body).expect("it is JSON");
        assert_eq!(legacy["error"]["code"], -32042);
        assert_eq!(legacy["error"]["data"]["elicitations"][0], params);
    }
}
