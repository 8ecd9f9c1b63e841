use crate::{Change, Error, Store, engine::on};
use model::{AccountId, ServerId, Slug, Timestamp};

/// A name in the URL under which a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSlug {
    /// The account of both.
    pub account_id: AccountId,
    /// The name.
    pub slug: Slug,
    /// Whose it is.
    pub server_id: ServerId,
    /// Until when it answers, for one that was given up; absent for the server's own.
    pub former_until: Option<Timestamp>,
}

/// A host name that stands for one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHost {
    /// In lower case.
    pub host: String,
    /// The server.
    pub server_id: ServerId,
}

type SlugRow = (String, String, String, Option<i64>);
type HostRow = (String, String);

fn server_slug((account_id, slug, server_id, until): SlugRow) -> Result<ServerSlug, Error> {
    let corrupt = |column| Error::Corrupt { column };
    Ok(ServerSlug {
        account_id: account_id.parse().map_err(|_| corrupt("server_slug.account_id"))?,
        slug: slug.parse().map_err(|_| corrupt("server_slug.slug"))?,
        server_id: server_id.parse().map_err(|_| corrupt("server_slug.server_id"))?,
        former_until: until
            .map(Timestamp::from_millisecond)
            .transpose()
            .map_err(|_| corrupt("server_slug.former_until"))?,
    })
}

fn server_host((host, server_id): HostRow) -> Result<ServerHost, Error> {
    let corrupt = |_| Error::Corrupt { column: "server_host.server_id" };
    Ok(ServerHost { host, server_id: server_id.parse().map_err(corrupt)? })
}

impl Store {
    /// Former names of servers that are not deleted, of all accounts: for the registry, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn all_former_slugs(&self) -> Result<Vec<ServerSlug>, Error> {
        const SQL: &str = "select server_slug.account_id, server_slug.slug, server_id, former_until \
             from server_slug join server on server.id = server_id \
             where former_until is not null and deleted_at is null order by server_slug.slug";
        let rows: Vec<SlugRow> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(server_slug).collect()
    }

    /// Names that servers of the account have given up and that still answer at `now`, those that end first before.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn former_slugs(
        &self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<ServerSlug>, Error> {
        const SQL: &str = "select account_id, slug, server_id, former_until from server_slug \
             where account_id = $1 and former_until > $2 order by former_until, slug";
        let rows: Vec<SlugRow> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(now.as_millisecond())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(server_slug).collect()
    }

    /// Host names of the account's servers, in their order.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn account_hosts(&self, account: AccountId) -> Result<Vec<ServerHost>, Error> {
        const SQL: &str =
            "select host, server_id from server_host where account_id = $1 order by host";
        let rows: Vec<HostRow> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(server_host).collect()
    }
}

impl Change {
    /// Gives the server a name in the URL. A former one makes room: the server's own at once, another's when its time is over.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when it answers for another server of the account.
    pub async fn insert_slug(
        &mut self,
        account: AccountId,
        id: ServerId,
        slug: &Slug,
        now: Timestamp,
    ) -> Result<(), Error> {
        const ROOM: &str = "delete from server_slug where account_id = $1 and slug = $2 \
             and (former_until <= $3 or (server_id = $4 and former_until is not null))";
        const SQL: &str =
            "insert into server_slug (account_id, slug, server_id) values ($1, $2, $3)";
        on!(self.tx, |db| sqlx::query(ROOM)
            .bind(account.to_string())
            .bind(slug.as_str())
            .bind(now.as_millisecond())
            .bind(id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(slug.as_str())
            .bind(id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Has the server's name in the URL answer as a former one until then.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn retire_slug(
        &mut self,
        account: AccountId,
        slug: &Slug,
        until: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str =
            "update server_slug set former_until = $1 where account_id = $2 and slug = $3";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(until.as_millisecond())
            .bind(account.to_string())
            .bind(slug.as_str())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives the server exactly those host names.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when one of them stands for another server of this installation.
    pub async fn put_server_hosts(
        &mut self,
        account: AccountId,
        id: ServerId,
        hosts: &[String],
    ) -> Result<(), Error> {
        const NONE: &str = "delete from server_host where account_id = $1 and server_id = $2";
        const SQL: &str =
            "insert into server_host (host, account_id, server_id) values ($1, $2, $3)";
        on!(self.tx, |db| sqlx::query(NONE)
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        for host in hosts {
            on!(self.tx, |db| sqlx::query(SQL)
                .bind(host)
                .bind(account.to_string())
                .bind(id.to_string())
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        Ok(())
    }
}
