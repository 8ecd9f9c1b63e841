use super::{api::Ask, show, target::Target};
use anyhow::Context as _;
use clap::Args;
use std::io::Write as _;

/// Sends one request to the control API and prints what it answers: for operations that have no command of their own.
#[derive(Debug, Args)]
pub(crate) struct ApiRequest {
    /// Such as GET
    method: String,
    /// Path below /api/v1, with a query if there is one, such as /users?limit=10
    path: String,
    /// JSON body; `-` reads it from standard input
    #[arg(long, value_name = "JSON")]
    body: Option<String>,
    #[command(flatten)]
    target: Target,
}

/// Runs it.
pub(crate) async fn run(request: &ApiRequest) -> anyhow::Result<()> {
    let method = request.method.to_ascii_uppercase().parse().context("the method is no method")?;
    let body = match request.body.as_deref() {
        Some("-") => Some(std::io::read_to_string(std::io::stdin())?),
        Some(text) => Some(text.to_owned()),
        None => None,
    };
    let body =
        body.map(|text| serde_json::from_str(&text)).transpose().context("--body is no JSON")?;
    let api = request.target.open().await?;
    show::whole(api.send(Ask::raw(method, &request.path, body)).await?).await?;
    writeln!(std::io::stdout().lock())?;
    api.close().await;
    Ok(())
}
