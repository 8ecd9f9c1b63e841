//! Security schemes become credential slots, requirements lists of slot names.

use crate::{
    Format, Note,
    note::Finding,
    text::brief,
    tree::{Follow, Library, Node},
};
use model::{CredentialSlot, Place, SlotKind};

/// The slots of a document. A scheme that cannot be read becomes a note.
pub(crate) fn slots<'t>(
    library: &'t Library<'t>,
    format: Format,
    notes: &mut Vec<Note>,
) -> Vec<CredentialSlot> {
    let root = library.root();
    let schemes = match format {
        Format::Swagger20 => root.get("securityDefinitions"),
        _ => root.get("components").and_then(|components| components.get("securitySchemes")),
    };
    let mut slots = Vec::new();
    for (name, node) in schemes.into_iter().flat_map(Node::members) {
        let scheme = match library.follow(node).map(Follow::node) {
            Ok(scheme) => scheme,
            Err(error) => {
                notes.push(Note::at(node, error.reason, error.fix));
                continue;
            }
        };
        match kind(scheme) {
            Ok(kind) => {
                let limit = library.limits().member_description_chars;
                let description =
                    scheme.text("description").map(|text| brief(text, limit).into_owned());
                let description = description.filter(|text| !text.is_empty());
                slots.push(CredentialSlot { name: name.to_owned(), kind, description });
            }
            Err(reason) => notes.push(Note::at(scheme, reason, "correct the security scheme")),
        }
    }
    slots
}

fn kind(scheme: Node<'_>) -> Result<SlotKind, String> {
    match scheme.text("type").unwrap_or_default() {
        "basic" => Ok(SlotKind::Basic),
        "apiKey" => api_key(scheme),
        "http" => {
            Ok(match scheme.text("scheme").unwrap_or_default().to_ascii_lowercase().as_str() {
                "basic" => SlotKind::Basic,
                "bearer" => SlotKind::Bearer,
                "" => return Err("a scheme of type http must name its scheme".to_owned()),
                _ => {
                    SlotKind::Http { scheme: scheme.text("scheme").unwrap_or_default().to_owned() }
                }
            })
        }
        "oauth2" => Ok(oauth2(scheme)),
        "openIdConnect" => Ok(SlotKind::OpenIdConnect {
            url: scheme
                .text("openIdConnectUrl")
                .ok_or("a scheme of type openIdConnect needs its openIdConnectUrl")?
                .to_owned(),
        }),
        "mutualTLS" => Ok(SlotKind::MutualTls),
        other => {
            let shown: String = other.chars().take(40).collect();
            Err(format!("{shown:?} is no known type of security scheme"))
        }
    }
}

fn api_key(scheme: Node<'_>) -> Result<SlotKind, String> {
    let name =
        scheme.text("name").filter(|name| !name.is_empty()).ok_or("an apiKey needs a name")?;
    let place = match scheme.text("in") {
        Some("header") => Place::Header,
        Some("query") => Place::Query,
        Some("cookie") => Place::Cookie,
        _ => return Err("an apiKey is in a header, the query or a cookie".to_owned()),
    };
    if place != Place::Query && !is_token(name) {
        return Err(format!(
            "{:?} is no name of a header or a cookie",
            name.chars().take(40).collect::<String>()
        ));
    }
    Ok(SlotKind::ApiKey { place, name: name.to_owned() })
}

fn oauth2(scheme: Node<'_>) -> SlotKind {
    let (mut names, mut scopes) = (Vec::new(), Vec::new());
    let (mut authorization_url, mut token_url) = (None, None);
    let mut add = |name: &str, flow: Node<'_>| {
        names.push(name.to_owned());
        authorization_url =
            authorization_url.take().or_else(|| flow.text("authorizationUrl").map(str::to_owned));
        token_url = token_url.take().or_else(|| flow.text("tokenUrl").map(str::to_owned));
        for (scope, _) in flow.get("scopes").into_iter().flat_map(Node::members) {
            if !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
    };
    if let Some(flow) = scheme.text("flow") {
        let name = match flow {
            "application" => "clientCredentials",
            "accessCode" => "authorizationCode",
            other => other,
        };
        add(name, scheme);
    }
    for (name, flow) in scheme.get("flows").into_iter().flat_map(Node::members) {
        if !name.starts_with("x-") {
            add(name, flow);
        }
    }
    SlotKind::OAuth2 { flows: names, authorization_url, token_url, scopes }
}

/// Alternatives of one operation that are looked at.
const ALTERNATIVES: usize = 50;

/// The alternatives of an operation: its own, or the document's. One that names an unknown scheme is left out.
pub(crate) fn requirements(
    root: Node<'_>,
    operation: Node<'_>,
    slots: &[CredentialSlot],
    findings: &mut Vec<Finding>,
) -> Vec<Vec<String>> {
    let Some(security) = operation.get("security").or_else(|| root.get("security")) else {
        return Vec::new();
    };
    let mut alternatives = Vec::new();
    for one in security.items().take(ALTERNATIVES) {
        let names: Vec<String> = one.members().map(|(name, _)| name.to_owned()).collect();
        match names.iter().find(|name| !slots.iter().any(|slot| slot.name == **name)) {
            Some(unknown) => findings.push(Finding::info(
                one,
                format!("the security scheme {unknown:?} cannot be used, so this alternative is left out"),
                "define the scheme, or correct its definition",
            )),
            None if alternatives.contains(&names) => {}
            None => alternatives.push(names),
        }
    }
    alternatives
}

/// Whether `name` is a token of RFC 9110: what a header or a cookie may be called.
pub(crate) fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
