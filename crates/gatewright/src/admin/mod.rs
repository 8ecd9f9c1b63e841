//! Commands for whoever holds the data directory and the key: they work on the installation as a whole, not through the API.

pub(crate) mod audit;

use crate::{cli::Data, config};
use app::Installation;

async fn open(data: &Data) -> anyhow::Result<Installation> {
    let (dir, database) = config::places(data)?;
    Ok(Installation::open(&dir, &database, &config::key(data)?).await?)
}
