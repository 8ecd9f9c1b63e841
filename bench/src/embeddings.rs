//! Texts by their meaning: an embedding server on this machine, as OpenAI's `POST /v1/embeddings` has it.

use crate::http::Connection;
use anyhow::{Context as _, Result, ensure};
use search::Meaning;
use serde::Deserialize;
use serde_json::json;
use std::net::{SocketAddr, ToSocketAddrs as _};

/// Texts of one request.
const BATCH: usize = 64;

/// A server, and the model that it is asked for.
pub(crate) struct Embeddings {
    address: SocketAddr,
    host: String,
    path: String,
    model: String,
}

#[derive(Deserialize)]
struct Answered {
    data: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    index: usize,
    embedding: Vec<f32>,
}

impl Embeddings {
    /// That at an `http` URL.
    pub(crate) fn new(url: &str, model: &str) -> Result<Self> {
        let rest = url.strip_prefix("http://").context("--embeddings is an http URL")?;
        let (host, path) = rest.split_once('/').context("--embeddings has a path")?;
        let address = host.to_socket_addrs()?.next().context("--embeddings names a host")?;
        Ok(Self {
            address,
            host: host.to_owned(),
            path: format!("/{path}"),
            model: model.to_owned(),
        })
    }

    /// What each of the texts means.
    pub(crate) fn of(&self, texts: &[&str]) -> Result<Vec<Meaning>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut connection = Connection::open(self.address).await?;
            let mut found = Vec::with_capacity(texts.len());
            for some in texts.chunks(BATCH) {
                found.extend(self.ask(&mut connection, some).await?);
            }
            Ok(found)
        })
    }

    async fn ask(&self, connection: &mut Connection, texts: &[&str]) -> Result<Vec<Meaning>> {
        let body = json!({ "model": self.model, "input": texts }).to_string();
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.path,
            self.host,
            body.len()
        );
        let answer = connection.exchange(&[head.as_bytes(), body.as_bytes()].concat()).await?;
        ensure!(answer.status == 200, "the embedding server answered HTTP {}", answer.status);
        let mut answered: Answered = serde_json::from_slice(answer.body)?;
        answered.data.sort_by_key(|one| one.index);
        ensure!(answered.data.len() == texts.len(), "not one vector for each text");
        let vectors = answered.data.iter().map(|one| Meaning::new(&one.embedding));
        vectors.collect::<Option<_>>().context("a vector that points nowhere")
    }
}
