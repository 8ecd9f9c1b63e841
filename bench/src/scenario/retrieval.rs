use crate::{
    Options,
    bm25::Bm25,
    embeddings::Embeddings,
    report::{Section, Verdict},
    rounds::median,
};
use anyhow::{Context as _, Result, ensure};
use search::{Document, Index, Meaning, Query, parameters, text_of};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path, time::Instant};

/// How many tools are asked for.
const ASKED: usize = 10;
/// Below this, a source is too small for a goal of its own.
const LEAST_QUERIES: usize = 100;

/// A request of the benchmark. Each of `gold` is wanted; `a|b` is either of them.
#[derive(Deserialize)]
struct Request {
    query: String,
    gold: Vec<String>,
    source: String,
}

/// Sums of recall@1 and recall@5 over a number of requests.
#[derive(Clone, Copy, Default)]
struct Recall {
    requests: usize,
    at_1: f64,
    at_5: f64,
}

/// Recall of the search and of BM25, source by source; time and memory of the search.
pub(super) fn run(options: &Options) -> Result<Section> {
    let mut section = Section::new(
        "Retrieval",
        "The search over the catalog of the retrieval benchmark, all tools at once; near-duplicates that it folds count as listed below the one that it shows. \
         BM25 is the benchmark's `bm25-full`: split names, descriptions and parameters, stemmed. A request's time, and the build's, is the median of its rounds, in process and on one thread; \
         memory is what the index adds to resident memory.",
        &["source", "requests", "recall@1", "BM25", "recall@5", "BM25"],
    );
    let catalog: Vec<Value> = lines(&options.data.join("open/catalog.jsonl"))?;
    let requests: Vec<Request> = lines(&options.data.join("open/queries.jsonl"))?;
    let ids: Vec<&str> = catalog.iter().map(|tool| text(tool, "id")).collect();

    let before = resident_mb()?;
    let index = index(&catalog);
    let memory = resident_mb()? - before;
    let build = median((0..options.rounds.max(1)).map(|_| build_seconds(&catalog)).collect());

    let bm25 = Bm25::new(&catalog);
    let mut sources: BTreeMap<&str, [Recall; 2]> = BTreeMap::new();
    let mut times_ms = Vec::new();
    for request in &requests {
        let (found, time_ms) = timed(&index, &Query::new(&request.query), options.rounds);
        times_ms.push(time_ms);
        let [ours, theirs] = sources.entry(&request.source).or_default();
        ours.add(request, &found.iter().map(|at| ids[*at]).collect::<Vec<_>>());
        let found = bm25.search(&request.query, ASKED);
        theirs.add(request, &found.iter().map(|at| ids[*at]).collect::<Vec<_>>());
    }
    report(&mut section, &sources);
    times_ms.sort_by(f64::total_cmp);
    let percentile = |share: f64| times_ms[((times_ms.len() - 1) as f64 * share) as usize];
    section.rows.push(vec![
        format!("p50 {:.2} ms, p99 {:.2} ms", percentile(0.5), percentile(0.99)),
        format!("{} tools", catalog.len()),
        format!("built in {build:.2} s"),
        format!("{memory:.0} MB"),
        String::new(),
        String::new(),
    ]);
    section.at_most("p99 of a search", 2.0, percentile(0.99), "ms");
    section.at_most("build of the index", 1.0, build, "s");
    Ok(section)
}

/// The search with a model's embeddings beside it, and without, source by source.
pub(super) fn with_embeddings(options: &Options, url: &str, model: &str) -> Result<Section> {
    let mut section = Section::new(
        "Retrieval with embeddings",
        "The same search over the same catalog, alone and with the embeddings of a model: of each tool's name and description, and of each request. \
         Time is that of a search whose request's embedding is at hand, without the server's.",
        &["source", "requests", "recall@1", "with embeddings", "recall@5", "with embeddings"],
    );
    let catalog: Vec<Value> = lines(&options.data.join("open/catalog.jsonl"))?;
    let requests: Vec<Request> = lines(&options.data.join("open/queries.jsonl"))?;
    let ids: Vec<&str> = catalog.iter().map(|tool| text(tool, "id")).collect();
    let server = Embeddings::new(url, model)?;
    let texts: Vec<String> = catalog
        .iter()
        .map(|tool| text_of(text(tool, "name"), "", text(tool, "description")))
        .collect();
    let tools = server.of(&texts.iter().map(String::as_str).collect::<Vec<_>>())?;
    let wanted =
        server.of(&requests.iter().map(|request| request.query.as_str()).collect::<Vec<_>>())?;
    let index = index(&catalog);
    let mut sources: BTreeMap<&str, [Recall; 2]> = BTreeMap::new();
    let mut times_ms = Vec::new();
    for (request, wanted) in requests.iter().zip(&wanted) {
        let [alone, fused] = sources.entry(&request.source).or_default();
        let (found, _) = timed(&index, &Query::new(&request.query), 1);
        alone.add(request, &found.iter().map(|at| ids[*at]).collect::<Vec<_>>());
        let likeness =
            |key: u32| tools.get(key as usize).and_then(|tool: &Meaning| tool.likeness(wanted));
        let query = Query { likeness: Some(&likeness), ..Query::new(&request.query) };
        let (found, time_ms) = timed(&index, &query, options.rounds);
        fused.add(request, &found.iter().map(|at| ids[*at]).collect::<Vec<_>>());
        times_ms.push(time_ms);
    }
    let mut all = [Recall::default(); 2];
    for (source, [alone, fused]) in &sources {
        all = [all[0].plus(*alone), all[1].plus(*fused)];
        section.rows.push(beside(source, *alone, *fused));
    }
    section.rows.push(beside("all", all[0], all[1]));
    times_ms.sort_by(f64::total_cmp);
    let p99 = times_ms[((times_ms.len() - 1) as f64 * 0.99) as usize];
    section.rows.push(vec![
        format!("p99 {p99:.2} ms"),
        format!("{} tools", catalog.len()),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
    ]);
    let ((alone_1, alone_5), (fused_1, fused_5)) = (all[0].means(), all[1].means());
    for (what, alone, fused) in [("recall@1", alone_1, fused_1), ("recall@5", alone_5, fused_5)] {
        section.verdicts.push(Verdict {
            what: format!("{what} with embeddings"),
            goal: format!("> {alone:.3}, without"),
            reached: format!("{fused:.3}"),
            met: fused > alone,
        });
    }
    Ok(section)
}

fn beside(source: &str, one: Recall, other: Recall) -> Vec<String> {
    let ((one_1, one_5), (other_1, other_5)) = (one.means(), other.means());
    let recalls = [one_1, other_1, one_5, other_5].map(|recall| format!("{recall:.3}"));
    [vec![source.to_owned(), one.requests.to_string()], recalls.to_vec()].concat()
}

fn index(catalog: &[Value]) -> Index {
    let mut index = Index::new();
    for (at, tool) in catalog.iter().enumerate() {
        let document = Document {
            name: text(tool, "name"),
            description: text(tool, "description"),
            parameters: parameters(&tool["inputSchema"]),
            ..Document::default()
        };
        index.put(at as u32, &document);
    }
    index
}

fn build_seconds(catalog: &[Value]) -> f64 {
    let start = Instant::now();
    let built = index(catalog);
    let seconds = start.elapsed().as_secs_f64();
    drop(built);
    seconds
}

/// Places in the catalog, and how long it took.
fn timed(index: &Index, query: &Query<'_>, rounds: usize) -> (Vec<usize>, f64) {
    let mut times_ms = Vec::new();
    let mut hits = Vec::new();
    for _ in 0..rounds.max(1) {
        let start = Instant::now();
        hits = index.search(query, ASKED);
        times_ms.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    let found = hits.iter().flat_map(|hit| std::iter::once(&hit.key).chain(&hit.others));
    (found.map(|key| *key as usize).collect(), median(times_ms))
}

impl Recall {
    fn add(&mut self, request: &Request, found: &[&str]) {
        let within = |count: usize| {
            let listed = &found[..count.min(found.len())];
            let is_listed = |gold: &&String| gold.split('|').any(|id| listed.contains(&id));
            let wanted = request.gold.len().min(count).max(1);
            request.gold.iter().filter(is_listed).count() as f64 / wanted as f64
        };
        self.requests += 1;
        self.at_1 += within(1);
        self.at_5 += within(5);
    }

    fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            at_1: self.at_1 + other.at_1,
            at_5: self.at_5 + other.at_5,
        }
    }

    fn means(self) -> (f64, f64) {
        (self.at_1 / self.requests as f64, self.at_5 / self.requests as f64)
    }
}

fn report(section: &mut Section, sources: &BTreeMap<&str, [Recall; 2]>) {
    let mut all = [Recall::default(); 2];
    let mut below = Vec::new();
    for (source, [ours, theirs]) in sources {
        all = [all[0].plus(*ours), all[1].plus(*theirs)];
        section.rows.push(beside(source, *ours, *theirs));
        let is_below = ours.at_1 < theirs.at_1 || ours.at_5 < theirs.at_5;
        if ours.requests > LEAST_QUERIES && is_below {
            below.push(*source);
        }
    }
    section.rows.push(beside("all", all[0], all[1]));
    let (at_1, at_5) = all[0].means();
    let mut verdict = |what: &str, goal: &str, reached: String, met: bool| {
        let (what, goal) = (what.to_owned(), goal.to_owned());
        section.verdicts.push(Verdict { what, goal, reached, met });
    };
    verdict("recall@1 over all requests", "≥ 0.55", format!("{at_1:.3}"), at_1 >= 0.55);
    verdict("recall@5 over all requests", "≥ 0.68", format!("{at_5:.3}"), at_5 >= 0.68);
    let named = if below.is_empty() { "none".to_owned() } else { below.join(", ") };
    verdict("sources of more than 100 requests below BM25", "none", named, below.is_empty());
}

fn lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Vec<T>> {
    let text = fs::read_to_string(path).with_context(|| {
        format!("cannot read {}: name the benchmark's folder by --data", path.display())
    })?;
    let values =
        text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect::<Result<Vec<T>>>()?;
    ensure!(!values.is_empty(), "{} is empty", path.display());
    Ok(values)
}

fn text<'a>(tool: &'a Value, name: &str) -> &'a str {
    tool[name].as_str().unwrap_or_default()
}

fn resident_mb() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("a VmRSS line")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<f64>()? / 1_000.0)
}
