//! `serve --demo`: an account with a customer that has connected four apps, which are parts of the process itself.

use crate::{
    cli::Serve,
    client::api::{Api, Ask},
    commands::{begin, from_cli},
    config::{self, Settings},
    process::Process,
    report::Begin,
    snippets::Snippets,
};
use anyhow::{Context as _, bail};
use model::Secret;
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    path::Path,
    sync::Arc,
};

/// What the customer, its token and its connections are called.
const DEMO: &str = "demo";

/// What was made, or was there from an earlier start.
struct Made {
    /// Absent when an earlier start made one: it is stored as a hash.
    token: Option<String>,
    /// The account's alias.
    alias: String,
    /// Keys of the apps, and how many tools each has.
    apps: Vec<(&'static str, u64)>,
}

/// Makes what a demo needs and serves it. Without a data directory of its own it begins afresh, and leaves nothing behind.
pub(crate) async fn serve(serve: &Serve) -> anyhow::Result<()> {
    let fresh = match serve.serving.data.data_dir {
        Some(_) => None,
        None => {
            let folder = tempfile::Builder::new().prefix("gatewright-demo-").tempdir();
            Some(folder.context("the folder for temporary files cannot be written to")?)
        }
    };
    let mut settings = Settings::read(&serve.serving)?;
    if let Some(folder) = &fresh {
        settings = settings.afresh(folder.path());
    }
    let folder = settings.data_dir.clone();
    let secret = app::random_secret();
    let process = Process::open(settings, web::Demo::Apps(secret.clone())).await?;
    let named = serve.serving.data.alias.parse()?;
    let operator = process.app.operator(&named, from_cli()).await?;
    let begin = begin(&process, &operator).await?;
    let local = web::LocalApi::new(Arc::clone(&process.app), operator, web::Config::default());
    let api = Api::Local(Box::new(local), Arc::clone(&process.app));
    let own = format!("http://{}", config::reachable(process.address));
    let made = Made::ready(&api, &own, &secret).await?;
    let (url, json, is_fresh) = (process.url(), serve.json, fresh.is_some());
    process
        .serve(move || {
            let out = &mut io::stdout().lock();
            if json {
                writeln!(out, "{}", made.line(&url, &folder, &begin))?;
            } else {
                made.tell(out, &url, &folder, is_fresh)?;
                begin.write(out)?;
            }
            Ok(out.flush()?)
        })
        .await
}

impl Made {
    /// Makes what is not there yet, and points what is there at this process: its address and its secret are new.
    async fn ready(api: &Api, own: &str, secret: &Secret) -> anyhow::Result<Self> {
        let account = api.json(Ask::get("/account")).await?;
        let known = api.items("/apps", &[]).await?;
        if let Some(other) = known.iter().find(|one| !is_demo(one)) {
            bail!(
                "the data directory holds the app {}, which is not the demo's: leave --data-dir out, or name another folder",
                text(other, "key")
            );
        }
        let customers = api.items("/customers", &[("search", Some(DEMO.to_owned()))]).await?;
        if !customers.iter().any(|one| text(one, "key") == DEMO) {
            let new = json!({ "key": DEMO, "name": "Ada" });
            api.json(Ask::post("/customers", new)).await?;
        }
        let mut apps = Vec::new();
        for app in web::DEMO_APPS {
            let known = known.iter().find(|one| text(one, "key") == app.key);
            apps.push((app.key, connected(api, app, known, own, secret).await?));
        }
        Ok(Self { token: token(api).await?, alias: text(&account, "alias").to_owned(), apps })
    }

    /// The one line of `--json`.
    fn line(&self, url: &str, folder: &Path, begin: &Begin) -> Value {
        let keys: Vec<&str> = self.apps.iter().map(|(key, _)| *key).collect();
        json!({
            "mcp_url": format!("{url}/mcp"),
            "sse_url": format!("{url}/sse"),
            "token": self.token,
            "console_url": begin.console_url,
            "setup_url": begin.setup_url,
            "customer": DEMO,
            "apps": keys,
            "tools": self.apps.iter().map(|(_, tools)| tools).sum::<u64>(),
            "data_dir": folder,
        })
    }

    fn tell(&self, out: &mut impl Write, url: &str, folder: &Path, fresh: bool) -> io::Result<()> {
        writeln!(
            out,
            "The customer {DEMO} has connected these apps, which are a part of this process and forget"
        )?;
        writeln!(out, "what happens in them at its end:")?;
        for (key, tools) in &self.apps {
            writeln!(out, "  {key:16} {tools} tools")?;
        }
        let end = if fresh { ", removed at the end" } else { "" };
        writeln!(out, "Data in {}{end}", folder.display())?;
        let another = format!("gatewright customer create-token {DEMO} --name …");
        let url = format!("{url}/mcp");
        let token = self.token.as_deref();
        let name = &self.alias;
        Snippets { name, url: &url, token, token_in_url: true, another: &another }.write(out)
    }
}

/// Whether an app is one that an earlier start made, and nobody's own.
fn is_demo(app: &Value) -> bool {
    let base_url = app.pointer("/definition/base_url").and_then(Value::as_str);
    web::DEMO_APPS.iter().any(|one| {
        text(app, "key") == one.key
            && base_url.is_some_and(|url| url == format!("https://{}.demo.invalid", one.key))
    })
}

/// Makes an app and the customer's connection to it. Gives how many actions the app has.
async fn connected(
    api: &Api,
    app: web::DemoApp,
    known: Option<&Value>,
    own: &str,
    secret: &Secret,
) -> anyhow::Result<u64> {
    let base_url = format!("{own}{}", app.path);
    let made = match known {
        Some(known) => {
            let path = format!("/apps/{}", text(known, "id"));
            let again = json!({ "definition": app.definition });
            api.json(Ask::post(&format!("{path}/reimport"), again)).await?;
            api.json(Ask::patch(&path, json!({ "base_url": base_url }))).await?
        }
        None => {
            let new = json!({ "definition": app.definition, "base_url": base_url });
            api.json(Ask::post("/apps", new)).await?
        }
    };
    let id = text(&made, "id");
    let token = std::str::from_utf8(secret.expose()).context("the demo's secret is no text")?;
    let way = json!({ "name": web::DEMO_WAY, "token": token });
    let path = format!("/customers/{DEMO}/connections");
    let known = api.items(&path, &[]).await?;
    match known.iter().find(|one| text(one, "app") == id && text(one, "name") == DEMO) {
        Some(known) => {
            let rotate = format!("{path}/{}/rotate", text(known, "id"));
            api.json(Ask::post(&rotate, json!({ "way": way }))).await?;
        }
        None => {
            let new = json!({ "app": id, "name": DEMO, "way": way });
            api.json(Ask::post(&path, new)).await?;
        }
    }
    Ok(made.get("actions").and_then(Value::as_u64).unwrap_or_default())
}

/// A token of the customer, unless an earlier start made it.
async fn token(api: &Api) -> anyhow::Result<Option<String>> {
    let customer = api.json(Ask::get(&format!("/customers/{DEMO}"))).await?;
    let owner = ("owner", Some(text(&customer, "id").to_owned()));
    let tokens = api.items("/tokens", &[owner, ("state", Some("live".to_owned()))]).await?;
    if tokens.iter().any(|token| text(token, "name") == DEMO) {
        return Ok(None);
    }
    let new = json!({ "name": DEMO, "allow_in_url": true });
    let made = api.json(Ask::post(&format!("/customers/{DEMO}/tokens"), new)).await?;
    Ok(Some(text(&made, "token").to_owned()))
}

fn text<'v>(object: &'v Value, name: &str) -> &'v str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}
