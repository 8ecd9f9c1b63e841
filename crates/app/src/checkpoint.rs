use crate::App;
use std::{sync::Arc, time::Duration};

/// How often the ends of the audit log's chains are looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// The oldest that a change may be before it is signed.
const SIGNED_WITHIN: Duration = Duration::from_secs(60);

impl App {
    /// Signs the audit log as it grows, and once more at the end of the process.
    pub(crate) async fn sign_audit_log(self: Arc<Self>) {
        loop {
            let sleep = tokio::time::sleep(LOOK_INTERVAL);
            if self.stop.run_until_cancelled(sleep).await.is_none() {
                return self.checkpoint(Duration::ZERO).await;
            }
            self.checkpoint(SIGNED_WITHIN).await;
        }
    }

    /// Checkpoints go to the process's log too: kept where the keeper of the database cannot reach them, they show later that rows are
    /// missing at the end.
    async fn checkpoint(&self, older_than: Duration) {
        let made = match self.store.checkpoint(self.clock.now(), older_than).await {
            Ok(made) => made,
            Err(error) => {
                return tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the audit log was not signed"
                );
            }
        };
        for checkpoint in made {
            tracing::info!(
                target: "gatewright::audit",
                chain = checkpoint.chain(),
                seq = checkpoint.seq,
                hash = checkpoint.hash,
                at_ms = checkpoint.at.as_millisecond(),
                public_key = checkpoint.public_key,
                signature = checkpoint.signature,
                "audit checkpoint"
            );
        }
    }
}
