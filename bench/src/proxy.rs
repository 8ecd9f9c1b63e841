//! The baseline of `tools/call`: a reverse proxy on hyper that does nothing but relay.

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, Uri, body::Incoming, header, http::uri};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Relays everything to `upstream`, such as `127.0.0.1:8000`.
pub(crate) fn run(upstream: &str) -> Result<()> {
    let authority: uri::Authority = upstream.parse().context("the upstream is HOST:PORT")?;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(256).build(connector);
    crate::serve::run(move |request| relay(client.clone(), authority.clone(), request))
}

async fn relay(
    client: Client<HttpConnector, Incoming>,
    authority: uri::Authority,
    mut request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let mut parts = request.uri().clone().into_parts();
    parts.scheme = Some(uri::Scheme::HTTP);
    parts.authority = Some(authority);
    *request.uri_mut() =
        Uri::from_parts(parts).expect("scheme, authority and the path that hyper parsed");
    request.headers_mut().remove(header::HOST);
    request.headers_mut().remove(header::CONNECTION);
    match exchange(&client, request).await {
        Ok(response) => response,
        Err(error) => {
            let mut response = Response::new(Full::new(Bytes::from(error.to_string())));
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        }
    }
}

async fn exchange(
    client: &Client<HttpConnector, Incoming>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>> {
    let (mut parts, body) = client.request(request).await?.into_parts();
    parts.headers.remove(header::CONNECTION);
    parts.headers.remove(header::TRANSFER_ENCODING);
    let body = body.collect().await?.to_bytes();
    Ok(Response::from_parts(parts, Full::new(body)))
}
