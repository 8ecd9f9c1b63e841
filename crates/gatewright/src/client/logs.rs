use super::api::Api;
use crate::{cli::Logs, report};
use serde_json::Value;
use std::{io::Write as _, time::Duration};

/// How often `logs --follow` looks for new rows.
const FOLLOW_INTERVAL: Duration = Duration::from_millis(500);

/// Prints the newest rows of the request log, oldest first, and goes on with those that come.
pub(crate) async fn run(logs: &Logs) -> anyhow::Result<()> {
    let api = logs.target.open().await?;
    let mut rows = read(&api, logs, "newest", None, logs.lines as usize).await?;
    rows.reverse();
    print(&rows, logs)?;
    if logs.follow {
        return follow(&api, logs, last_id(&rows)).await;
    }
    api.close().await;
    Ok(())
}

/// Until it is ended from outside, or the API cannot be reached.
async fn follow(api: &Api, logs: &Logs, mut last: Option<String>) -> anyhow::Result<()> {
    loop {
        tokio::time::sleep(FOLLOW_INTERVAL).await;
        // Where there was no row to begin with, every row that comes is new.
        let rows = read(api, logs, "oldest", last.as_deref(), usize::MAX).await?;
        print(&rows, logs)?;
        last = last_id(&rows).or(last);
    }
}

fn last_id(rows: &[Value]) -> Option<String> {
    rows.last().and_then(|row| row["id"].as_str()).map(str::to_owned)
}

fn print(rows: &[Value], logs: &Logs) -> anyhow::Result<()> {
    let stdout = &mut std::io::stdout().lock();
    for row in rows {
        report::row(stdout, row, logs.target.json)?;
    }
    Ok(stdout.flush()?)
}

/// The first `count` rows in that order.
async fn read(
    api: &Api,
    logs: &Logs,
    order: &str,
    after: Option<&str>,
    count: usize,
) -> anyhow::Result<Vec<Value>> {
    let query = [
        ("order", Some(order.to_owned())),
        ("after", after.map(str::to_owned)),
        ("server", logs.server.clone()),
        ("tool", logs.tool.clone()),
        ("outcome", logs.errors.then(|| "failed".to_owned())),
    ];
    api.first(count, "/requests", &query).await
}
