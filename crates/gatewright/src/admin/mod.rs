//! Commands for whoever holds the data directory and the key: they work on the installation as a whole, not through the API.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod key;
pub(crate) mod restore;

use crate::{cli::Data, config};
use app::{Clock, Installation};

async fn open(data: &Data) -> anyhow::Result<Installation> {
    let (dir, database) = config::places(data)?;
    Ok(Installation::open(&dir, &database, &config::key(data), Clock::system()).await?)
}
