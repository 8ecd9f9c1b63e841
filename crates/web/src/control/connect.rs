use super::{asked::Asked, input::Path, output::Plain};
use crate::{
    Shared,
    problem::Problem,
    snippets::{Snippet, SnippetTarget, snippets},
};
use app::{CustomerAddress, CustomerName, ServerAddress};
use axum::extract::State;
use model::ServerId;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What stands in a snippet for a token, which nobody is shown twice.
const TOKEN: &str = "YOUR_TOKEN";

/// How clients reach a server, or a customer's connected apps.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectInfo {
    /// Whether it answers now: it is on, and something is published; the customer is not shut out.
    answers: bool,
    /// Its URLs: of a server, the path with alias and slug, then host names of its own.
    urls: Vec<ConnectUrl>,
}

/// One URL.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectUrl {
    /// The MCP URL.
    url: String,
    /// What it goes by.
    kind: UrlKind,
    /// How to reach it from each client; `YOUR_TOKEN` stands for a token.
    snippets: Vec<Snippet>,
}

/// What a URL goes by.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UrlKind {
    /// The account's alias and the server's slug, in the path.
    Path,
    /// A host name of the server's own.
    HostName,
    /// The installation: the token says whose apps.
    ConnectedApps,
}

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(get_connect_info))
        .routes(routes!(get_customer_connect_info))
}

/// Get how clients connect
///
/// The URLs of a server, and for each what to paste into the clients that people use.
#[utoipa::path(
    get,
    path = "/servers/{server}/connect",
    tag = "Servers",
    params(("server" = ServerId, Path)),
    responses(
        (status = 200, body = ConnectInfo),
        (status = 409, description = "The server is deleted.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn get_connect_info(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(server): Path<ServerId>,
) -> Result<Plain<ConnectInfo>, Problem> {
    Ok(Plain(shared.app.server_address(&caller, server).await?.into()))
}

/// Get how a customer's clients connect
///
/// The URL of the customer's connected apps, and what to paste into the clients that people use. Make the token that they need with
/// `create_customer_token`, or sign one.
#[utoipa::path(
    get,
    path = "/customers/{customer}/connect",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key")),
    responses((status = 200, body = ConnectInfo))
)]
async fn get_customer_connect_info(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(customer): Path<CustomerName>,
) -> Result<Plain<ConnectInfo>, Problem> {
    Ok(Plain(shared.app.customer_address(&caller, &customer).await?.into()))
}

impl From<CustomerAddress> for ConnectInfo {
    fn from(address: CustomerAddress) -> Self {
        let CustomerAddress { public_url, alias, answers } = address;
        let url = format!("{public_url}/mcp");
        let target =
            SnippetTarget { name: alias.as_str(), url: &url, token: TOKEN, token_in_url: true };
        let snippets = snippets(&target);
        Self { answers, urls: vec![ConnectUrl { url, kind: UrlKind::ConnectedApps, snippets }] }
    }
}

impl From<ServerAddress> for ConnectInfo {
    fn from(address: ServerAddress) -> Self {
        let ServerAddress { public_url, alias, slug, host_names, answers } = address;
        let own = host_names.iter().map(|host| (at_host(&public_url, host), UrlKind::HostName));
        let path = (format!("{public_url}/mcp/{alias}/{slug}"), UrlKind::Path);
        let urls = std::iter::once(path).chain(own).map(|(url, kind)| {
            let target =
                SnippetTarget { name: &slug, url: &url, token: TOKEN, token_in_url: false };
            let snippets = snippets(&target);
            ConnectUrl { url, kind, snippets }
        });
        Self { answers, urls: urls.collect() }
    }
}

/// The MCP URL at another host name, by the scheme and the port of the installation's own.
fn at_host(public_url: &str, host: &str) -> String {
    let (scheme, rest) = public_url.split_once("://").unwrap_or(("https", public_url));
    let authority = rest.split('/').next().unwrap_or_default();
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    // What follows the last colon of `[::1]` is no port.
    match port.filter(|port| port.bytes().all(|b| b.is_ascii_digit())) {
        Some(port) => format!("{scheme}://{host}:{port}/mcp"),
        None => format!("{scheme}://{host}/mcp"),
    }
}

#[cfg(test)]
mod tests {
    use super::at_host;

    #[test]
    fn a_host_name_has_the_scheme_and_port_of_the_installation() {
        for (public_url, expected) in [
            ("https://tools.example.com", "https://crm.example.com/mcp"),
            ("https://tools.example.com:8443/gate", "https://crm.example.com:8443/mcp"),
            ("http://127.0.0.1:3000", "http://crm.example.com:3000/mcp"),
            ("http://[::1]:3000", "http://crm.example.com:3000/mcp"),
            ("http://[::1]", "http://crm.example.com/mcp"),
        ] {
            assert_eq!(at_host(public_url, "crm.example.com"), expected, "{public_url}");
        }
    }
}
