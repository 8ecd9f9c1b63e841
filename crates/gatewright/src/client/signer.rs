use super::{
    api::Ask,
    input::{self, Members},
    life,
    show::{self, Column},
    target::Target,
};
use clap::{Args, Subcommand};
use serde_json::Value;

const SECRETS: [Column; 5] = [
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("ALGORITHM", "/algorithm"),
    Column::new("RETIRES", "/retires_at"),
    Column::new("MADE", "/created_at"),
];
const ISSUERS: [Column; 4] = [
    Column::new("ID", "/id"),
    Column::new("ISSUER", "/issuer"),
    Column::new("AUDIENCE", "/audience"),
    Column::new("KEYS AT", "/jwks_url"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum SigningSecretCommand {
    /// Make a secret and print it, once.
    Create {
        /// What people call it
        #[arg(long)]
        name: Option<String>,
        /// HS256 or HS512
        #[arg(long, default_value = "HS256")]
        algorithm: String,
        /// Let its tokens be sent in the URL, as /mcp?token=…
        #[arg(long)]
        allow_in_url: bool,
    },
    /// List secrets; never what they are.
    List,
    /// Make another secret in the place of one, and print it, once.
    Rotate {
        /// sgn_…
        id: String,
        /// How long tokens of the old one are taken still, such as 1h [default: no longer]
        #[arg(long, value_name = "TIME")]
        overlap: Option<String>,
    },
    /// Remove a secret: its tokens open nothing.
    Delete {
        /// sgn_…
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum IssuerCommand {
    /// Take the tokens of an issuer.
    Create(CreateIssuer),
    /// List issuers.
    List,
    /// Show an issuer.
    Get {
        /// iss_…
        id: String,
    },
    /// Change an issuer's keys, and how its tokens may be sent.
    Update {
        /// iss_…
        id: String,
        /// A merge patch as JSON, or @FILE
        patch: String,
    },
    /// Take the tokens of an issuer no longer.
    Delete {
        /// iss_…
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateIssuer {
    /// The `iss` of its tokens: a URL
    issuer: String,
    /// What their `aud` must name
    #[arg(long)]
    audience: String,
    /// Its public keys: a JSON Web Key Set, or @FILE
    #[arg(long, value_name = "JSON")]
    jwks: Option<String>,
    /// Where its public keys are
    #[arg(long, value_name = "URL", conflicts_with = "jwks")]
    jwks_url: Option<String>,
    /// Let its tokens be sent in the URL, as /mcp?token=…
    #[arg(long)]
    allow_in_url: bool,
}

/// Runs a command on signing secrets.
pub(crate) async fn run_secret(
    target: &Target,
    command: SigningSecretCommand,
) -> anyhow::Result<()> {
    let json = target.json;
    match command {
        SigningSecretCommand::Create { name, algorithm, allow_in_url } => {
            let body = Members::default()
                .with("name", name)
                .with("algorithm", Some(algorithm))
                .with("allow_in_url", allow_in_url.then_some(true));
            let api = target.open().await?;
            shown_once(json, &api.json(Ask::post("/signing-secrets", body.all())).await?)?;
            api.close().await;
        }
        SigningSecretCommand::List => {
            let api = target.open().await?;
            show::list(json, &api.items("/signing-secrets", &[]).await?, &SECRETS)?;
            api.close().await;
        }
        SigningSecretCommand::Rotate { id, overlap } => {
            let overlap = overlap.as_deref().map(|text| life::parse("--overlap", text));
            let overlap = overlap.transpose()?.map(|overlap| overlap.as_secs());
            let body = Members::default().with("overlap_seconds", overlap).all();
            let api = target.open().await?;
            let path = format!("/signing-secrets/{id}/rotate");
            shown_once(json, &api.json(Ask::post(&path, body)).await?)?;
            api.close().await;
        }
        SigningSecretCommand::Delete { id } => {
            let api = target.open().await?;
            api.json(Ask::delete(&format!("/signing-secrets/{id}"))).await?;
            show::say(json, &format!("removed {id}"))?;
            api.close().await;
        }
    }
    Ok(())
}

/// Runs a command on issuers.
pub(crate) async fn run_issuer(target: &Target, command: IssuerCommand) -> anyhow::Result<()> {
    let json = target.json;
    match command {
        IssuerCommand::Create(create) => {
            let jwks = create.jwks.map(|given| input::json("--jwks", &given)).transpose()?;
            let body = Members::default()
                .with("issuer", Some(create.issuer))
                .with("audience", Some(create.audience))
                .with("jwks", jwks)
                .with("jwks_url", create.jwks_url)
                .with("allow_in_url", create.allow_in_url.then_some(true));
            let api = target.open().await?;
            show::one(json, &api.json(Ask::post("/issuers", body.all())).await?)?;
            api.close().await;
        }
        IssuerCommand::List => {
            let api = target.open().await?;
            show::list(json, &api.items("/issuers", &[]).await?, &ISSUERS)?;
            api.close().await;
        }
        IssuerCommand::Get { id } => {
            let api = target.open().await?;
            show::one(json, &api.json(Ask::get(&format!("/issuers/{id}"))).await?)?;
            api.close().await;
        }
        IssuerCommand::Update { id, patch } => {
            let patch = input::json("the patch", &patch)?;
            let api = target.open().await?;
            show::one(json, &api.json(Ask::patch(&format!("/issuers/{id}"), patch)).await?)?;
            api.close().await;
        }
        IssuerCommand::Delete { id } => {
            let api = target.open().await?;
            api.json(Ask::delete(&format!("/issuers/{id}"))).await?;
            show::say(json, &format!("removed {id}"))?;
            api.close().await;
        }
    }
    Ok(())
}

fn shown_once(json: bool, created: &Value) -> anyhow::Result<()> {
    if json {
        return show::one(json, created);
    }
    let text = |name: &str| created.get(name).and_then(Value::as_str).unwrap_or_default();
    let (id, secret) = (text("id"), text("secret"));
    show::say(json, &format!("{id}\n{secret}\n\nThis is the only time that the secret is shown."))
}
