use super::{
    INSTALLATION,
    chain::{self, Content},
    keys::AuditKeys,
};
use crate::{
    Error,
    engine::{Tx, on},
};

/// Id, account, time, actor, event, object and detail.
type OldRow = (String, Option<String>, i64, String, String, String, String);

/// Puts the rows of the log that had no chain into chains. Only at the very first start: later, whoever can write to the database could
/// have history taken over that never was.
pub(crate) async fn carry_over(tx: &mut Tx, keys: &AuditKeys) -> Result<(), Error> {
    const OLD: &str =
        "select id, account_id, at, actor, event, object, detail from audit_log order by id";
    const DONE: &str = "delete from audit_log";
    let rows: Vec<OldRow> = on!(tx, |db| sqlx::query_as(OLD).fetch_all(&mut **db).await?);
    for (id, account, at, actor, event, object, detail) in &rows {
        let content = Content {
            id,
            at: *at,
            // All that could change anything then.
            actor_kind: "operator",
            actor_id: "",
            actor_name: actor,
            source: None,
            via: "cli",
            event,
            object,
            before: None,
            after: Some(detail),
            request_id: None,
        };
        let chain = account.as_deref().unwrap_or(INSTALLATION);
        chain::append(tx, keys, chain, &content).await?;
    }
    on!(tx, |db| sqlx::query(DONE).execute(&mut **db).await.map(drop)?);
    Ok(())
}
