//! The load generator: one thread that keeps its connections busy, or sends at a fixed rate, and compares
//! every answer with the one that is right.

use crate::{
    answer::{self, NONCE_LENGTH},
    http::Connection,
    mcp::{self, Endpoint, Era},
    process,
};
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{
    borrow::Cow,
    cell::RefCell,
    fs,
    net::SocketAddr,
    path::PathBuf,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{Mutex, mpsc},
    task::LocalSet,
};

/// Stands for the nonce in a template.
pub(crate) const NONCE: &str = "@@@@@@@@@@@@@@@@";
/// Stands for the request id in a template: as many digits as each id has.
const ID: u64 = 88_888_888;
const FIRST_ID: u32 = 10_000_000;

/// What to do, as JSON on stdin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) address: SocketAddr,
    pub(crate) connections: u32,
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
    /// Calls a second, whatever the answers do; without it, each connection asks as soon as it has its answer.
    pub(crate) rate: Option<u32>,
    /// The server whose CPU time counts.
    pub(crate) pid: u32,
    pub(crate) work: Work,
}

/// What one call is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Work {
    /// `GET` this path, in which [`NONCE`] stands for the nonce; or `POST` a body there.
    Rest { path: String, body: Option<String> },
    /// `tools/call` with these params, in which [`NONCE`] may stand.
    Call { endpoint: Endpoint, era: Era, params: String },
    /// The same, whatever the answers are: for a tenant that asks for all it can get, and is refused much.
    Flood { endpoint: Endpoint, params: String },
    /// These requests in turn, each answered byte for byte as in the file beside it.
    Replay { exchanges: Vec<(PathBuf, PathBuf)> },
}

/// What came of it, as JSON on stdout.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) calls: u64,
    pub(crate) seconds: f64,
    /// CPU time of the server, user and system.
    pub(crate) cpu_ms: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

/// Runs the job on stdin.
pub(crate) fn run() -> Result<()> {
    let job: Job = serde_json::from_reader(std::io::stdin())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let measured = LocalSet::new().block_on(&runtime, load(job))?;
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

struct Window {
    start: Instant,
    end: Instant,
    latencies: RefCell<Vec<u32>>,
}

async fn load(job: Job) -> Result<Measured> {
    let mut workers = Vec::new();
    for index in 0..job.connections {
        workers.push(Worker::open(&job, index).await?);
    }
    let start = Instant::now() + job.warm_up;
    let window = Rc::new(Window { start, end: start + job.measure, latencies: RefCell::default() });
    let (due, queue) = mpsc::unbounded_channel();
    let queue = Rc::new(Mutex::new(queue));
    let mut tasks = tokio::task::JoinSet::new();
    for worker in workers {
        let window = window.clone();
        let queue = job.rate.map(|_| queue.clone());
        tasks.spawn_local(async move {
            match queue {
                None => worker.closed_loop(&window).await,
                Some(queue) => worker.open_loop(&window, &queue).await,
            }
        });
    }
    if let Some(rate) = job.rate {
        let end = window.end;
        tasks.spawn_local(async move {
            let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
            while Instant::now() < end {
                ticks.tick().await;
                due.send(Instant::now()).context("every connection failed")?;
            }
            Ok(())
        });
    } else {
        drop(due);
    }
    let pid = job.pid;
    let sampler = tokio::task::spawn_local(async move {
        tokio::time::sleep_until(start.into()).await;
        let (from, before) = (Instant::now(), process::cpu_ms(pid)?);
        tokio::time::sleep_until((start + job.measure).into()).await;
        anyhow::Ok((process::cpu_ms(pid)? - before, from.elapsed()))
    });
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let (cpu_ms, elapsed) = sampler.await??;
    let mut latencies = window.latencies.take();
    latencies.sort_unstable();
    ensure!(!latencies.is_empty(), "no call ended within the window");
    let percentile =
        |share: f64| f64::from(latencies[((latencies.len() - 1) as f64 * share) as usize]) / 1000.0;
    Ok(Measured {
        calls: latencies.len() as u64,
        seconds: elapsed.as_secs_f64(),
        cpu_ms,
        p50_us: percentile(0.50),
        p99_us: percentile(0.99),
    })
}

struct Worker {
    connection: Connection,
    index: u32,
    sent: u32,
    task: Task,
}

enum Task {
    Rest(Template),
    Call(Template),
    Flood(Template),
    Replay(Vec<(Vec<u8>, Vec<u8>)>),
}

impl Worker {
    async fn open(job: &Job, index: u32) -> Result<Self> {
        let mut connection = Connection::open(job.address).await?;
        let task = match &job.work {
            Work::Rest { path, body } => {
                Task::Rest(Template::new(rest_request(job.address, path, body.as_deref())))
            }
            Work::Call { endpoint, era, params } => {
                let session = match era {
                    Era::Modern => None,
                    Era::Legacy => mcp::initialize(endpoint, &mut connection).await?,
                };
                let request =
                    endpoint.request(*era, session.as_deref(), "tools/call", params, Some(ID));
                Task::Call(Template::new(request))
            }
            Work::Flood { endpoint, params } => {
                let request = endpoint.request(Era::Modern, None, "tools/call", params, Some(ID));
                Task::Flood(Template::new(request))
            }
            Work::Replay { exchanges } => {
                let read = |(request, answer): &(PathBuf, PathBuf)| {
                    anyhow::Ok((fs::read(request)?, fs::read(answer)?))
                };
                Task::Replay(exchanges.iter().map(read).collect::<Result<_>>()?)
            }
        };
        Ok(Self { connection, index, sent: 0, task })
    }

    async fn closed_loop(mut self, window: &Window) -> Result<()> {
        while Instant::now() < window.end {
            self.timed_call(Instant::now(), window).await?;
        }
        Ok(())
    }

    async fn open_loop(
        mut self,
        window: &Window,
        queue: &Mutex<mpsc::UnboundedReceiver<Instant>>,
    ) -> Result<()> {
        loop {
            let due = queue.lock().await.recv().await;
            let Some(due) = due else { return Ok(()) };
            self.timed_call(due, window).await?;
        }
    }

    async fn timed_call(&mut self, from: Instant, window: &Window) -> Result<()> {
        self.call()
            .await
            .with_context(|| format!("connection {}, call {}", self.index, self.sent))?;
        let now = Instant::now();
        if now >= window.start && now <= window.end {
            let nanoseconds = u32::try_from((now - from).as_nanos()).unwrap_or(u32::MAX);
            window.latencies.borrow_mut().push(nanoseconds);
        }
        Ok(())
    }

    async fn call(&mut self) -> Result<()> {
        let nonce = answer::nonce(self.index, self.sent);
        let id = FIRST_ID + self.sent;
        self.sent += 1;
        match &mut self.task {
            Task::Rest(template) => {
                let expected = template.fill(&nonce, id);
                let answer = self.connection.exchange(&template.bytes).await?;
                ensure!(answer.status == 200, "status {}", answer.status);
                ensure!(
                    answer.body == answer::answer(&expected),
                    "another item than was asked for"
                );
                serde_json::from_slice::<&RawValue>(answer.body).context("not JSON")?;
            }
            Task::Call(template) => {
                let expected = template.fill(&nonce, id);
                let answer = self.connection.exchange(&template.bytes).await?;
                check_call(answer.status, answer.json()?, id, &answer::answer(&expected))?;
            }
            Task::Flood(template) => {
                template.fill(&nonce, id);
                let answer = self.connection.exchange(&template.bytes).await?;
                // Whoever is refused comes again at once, as the worst of clients do, but not in a loop without end.
                if answer.status != 200 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
            Task::Replay(exchanges) => {
                for (request, expected) in exchanges {
                    let answer = self.connection.exchange(request).await?;
                    ensure!(answer.status == 200, "status {}", answer.status);
                    ensure!(
                        answer.json()? == expected.as_slice(),
                        "another list than the first time"
                    );
                }
            }
        }
        Ok(())
    }
}

fn rest_request(address: SocketAddr, path: &str, body: Option<&str>) -> Vec<u8> {
    let head = |method| {
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n")
    };
    let text = match body {
        None => format!("{}\r\n", head("GET")),
        Some(body) => {
            let length = body.len();
            let head = head("POST");
            format!(
                "{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            )
        }
    };
    text.into_bytes()
}

/// A request of fixed length with places for a nonce and an id.
struct Template {
    bytes: Vec<u8>,
    nonce_at: Option<usize>,
    id_at: Option<usize>,
}

impl Template {
    fn new(bytes: Vec<u8>) -> Self {
        let nonce_at = memchr::memmem::find(&bytes, NONCE.as_bytes());
        let id_at = memchr::memmem::find(&bytes, ID.to_string().as_bytes());
        Self { bytes, nonce_at, id_at }
    }

    /// Puts both in; returns the nonce that the answer must have.
    fn fill(&mut self, nonce: &[u8; NONCE_LENGTH], id: u32) -> [u8; NONCE_LENGTH] {
        if let Some(at) = self.id_at {
            self.bytes[at..at + 8].copy_from_slice(id.to_string().as_bytes());
        }
        let Some(at) = self.nonce_at else { return [b'0'; NONCE_LENGTH] };
        self.bytes[at..at + NONCE_LENGTH].copy_from_slice(nonce);
        *nonce
    }
}

#[derive(Deserialize)]
struct Rpc<'a> {
    id: u32,
    #[serde(borrow)]
    result: Option<CallResult<'a>>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallResult<'a> {
    #[serde(borrow)]
    content: Vec<Block<'a>>,
    #[serde(borrow)]
    structured_content: Option<&'a RawValue>,
    #[serde(default)]
    is_error: bool,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
}

/// The text block, and the structured content where there is some, must be the item that was asked for.
pub(crate) fn check_call(status: u16, body: &[u8], id: u32, expected: &[u8]) -> Result<()> {
    let shown = || String::from_utf8_lossy(&body[..body.len().min(500)]).into_owned();
    let rpc: Rpc<'_> =
        serde_json::from_slice(body).with_context(|| format!("status {status}: {}", shown()))?;
    let Some(result) = rpc.result else {
        bail!("status {status}, error {}", rpc.error.map_or("none", RawValue::get));
    };
    ensure!(status == 200 && rpc.id == id && !result.is_error, "status {status}: {}", shown());
    let text = result.content.first().and_then(|block| block.text.as_deref()).unwrap_or_default();
    ensure!(same_json(text.as_bytes(), expected), "another text than the item's: {}", shown());
    if let Some(structured) = result.structured_content {
        ensure!(
            same_json(structured.get().as_bytes(), expected),
            "another structure than the item's: {}",
            shown()
        );
    }
    Ok(())
}

fn same_json(one: &[u8], other: &[u8]) -> bool {
    let value = |text| serde_json::from_slice::<serde_json::Value>(text).ok();
    one == other || (value(one).is_some() && value(one) == value(other))
}

#[cfg(test)]
mod tests {
    use super::check_call;
    use crate::answer::{answer, nonce};

    #[test]
    fn a_wrong_answer_is_noticed() {
        let item = String::from_utf8(answer(&nonce(1, 2))).unwrap();
        let text = serde_json::to_string(&item).unwrap();
        let body = |id: u32, structured: &str, rest: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":[{{"type":"text","text":{text}}}],"structuredContent":{structured}{rest}}}}}"#
            )
        };
        let check = |body: String| check_call(200, body.as_bytes(), 7, item.as_bytes()).is_ok();
        assert!(check(body(7, &item, "")));
        assert!(check(body(7, "null", "")));
        assert!(!check(body(8, &item, "")), "another id");
        assert!(!check(body(7, &item, r#","isError":true"#)), "an error");
        assert!(!check(body(7, &item.replace("Anvil", "Hammer"), "")), "another structure");
        assert!(!check(body(7, &item, "").replace("00000002", "00000003")), "another item");
        assert!(!check(
            r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"x"}}"#.to_owned()
        ));
    }
}
