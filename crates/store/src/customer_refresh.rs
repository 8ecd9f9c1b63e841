use crate::{
    CustomerConnection, Error, Store, app::json, customer_connection::connections_changed,
    engine::on,
};
use model::{AccountId, ConnectionId, Timestamp};

/// What a refresh of a connection came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// A new secret.
    Granted {
        /// What [`crate::Sealer::seal`] made for [`CustomerConnection::place`].
        sealed: Vec<u8>,
        /// What was granted.
        scopes: Vec<String>,
        /// The end of the access token, where that is known.
        expires_at: Option<Timestamp>,
        /// Whether it goes elsewhere with it: then what is made ready of it is made anew.
        moved: bool,
    },
    /// No secret, and none to be had without the customer. The old one stays.
    Refused {
        /// In the words of `app`.
        status: String,
        /// Why.
        reason: String,
    },
}

/// The right to ask for a new secret of a connection, alone among all processes. It ends by itself, whatever becomes of its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshLease {
    /// Whose: a text that nobody else has.
    pub holder: String,
    /// When it is taken.
    pub now: Timestamp,
    /// Until when nobody else has it.
    pub until: Timestamp,
}

impl Store {
    /// Takes the lease of the connection, if its secret is still that of `generation` and nobody has it. Says whether it was.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn lease_customer_connection(
        &self,
        account: AccountId,
        id: ConnectionId,
        generation: i64,
        lease: &RefreshLease,
    ) -> Result<bool, Error> {
        const SQL: &str = "update customer_connection set lease = $1, lease_until = $2 \
             where account_id = $3 and id = $4 and generation = $5 and (lease_until is null or lease_until <= $6)";
        let taken = on!(self.writer, |db| sqlx::query(SQL)
            .bind(&lease.holder)
            .bind(lease.until.as_millisecond())
            .bind(account.to_string())
            .bind(id.to_string())
            .bind(generation)
            .bind(lease.now.as_millisecond())
            .execute(db)
            .await?
            .rows_affected());
        Ok(taken == 1)
    }

    /// Gives the lease back with nothing done.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn release_customer_connection(
        &self,
        account: AccountId,
        id: ConnectionId,
        holder: &str,
    ) -> Result<(), Error> {
        const SQL: &str = "update customer_connection set lease = null, lease_until = null \
             where account_id = $1 and id = $2 and lease = $3";
        on!(self.writer, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .bind(holder)
            .execute(db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Writes down what a refresh came to and gives the lease back, if the secret is still the one of `before`: whoever holds the
    /// lease, what has replaced that secret meanwhile is newer. Says whether it was. No change of anybody's, so it has no audit row.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn customer_connection_refreshed(
        &self,
        account: AccountId,
        before: &CustomerConnection,
        outcome: &Refreshed,
        now: Timestamp,
    ) -> Result<bool, Error> {
        const GRANTED: &str = "update customer_connection set sealed = $1, scopes = $2, expires_at = $3, generation = generation + 1, \
             status = 'connected', reason = null, lease = null, lease_until = null, updated_at = $4 \
             where account_id = $5 and id = $6 and generation = $7";
        const REFUSED: &str = "update customer_connection set status = $1, reason = $2, lease = null, lease_until = null, \
             updated_at = $3 where account_id = $4 and id = $5 and generation = $6";
        let mut tx = self.writer.begin().await?;
        let status = match outcome {
            Refreshed::Granted { .. } => "connected",
            Refreshed::Refused { status, .. } => status,
        };
        // Whoever lists a customer's tools asks for the state, not for the token.
        let moved = matches!(outcome, Refreshed::Granted { moved: true, .. });
        if moved || status != before.status {
            connections_changed(&mut tx, account, before.customer_id).await?;
        }
        let changed = match outcome {
            Refreshed::Granted { sealed, scopes, expires_at, moved: _ } => {
                on!(tx, |db| sqlx::query(GRANTED)
                    .bind(sealed)
                    .bind(json(scopes))
                    .bind(expires_at.map(Timestamp::as_millisecond))
                    .bind(now.as_millisecond())
                    .bind(account.to_string())
                    .bind(before.id.to_string())
                    .bind(before.generation)
                    .execute(&mut **db)
                    .await?
                    .rows_affected())
            }
            Refreshed::Refused { status, reason } => {
                on!(tx, |db| sqlx::query(REFUSED)
                    .bind(status)
                    .bind(reason)
                    .bind(now.as_millisecond())
                    .bind(account.to_string())
                    .bind(before.id.to_string())
                    .bind(before.generation)
                    .execute(&mut **db)
                    .await?
                    .rows_affected())
            }
        };
        tx.commit().await?;
        Ok(changed == 1)
    }
}
