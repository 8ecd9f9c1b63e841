use crate::{Error, Store, engine::on};
use model::AccountId;
use sqlx::AssertSqlSafe;

impl Store {
    /// What people call tokens, users and customers of the account, by their ids. Those that are gone, or have no name, are left out.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn principal_names(
        &self,
        account: AccountId,
        ids: &[String],
    ) -> Result<Vec<(String, String)>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<String> = (2..2 + ids.len()).map(|place| format!("${place}")).collect();
        let places = places.join(", ");
        let sql = format!(
            "select id, name from token where account_id = $1 and name <> '' and id in ({places}) \
             union all \
             select id, name from account_user where account_id = $1 and name <> '' and id in ({places}) \
             union all \
             select id, name from customer where account_id = $1 and name <> '' and id in ({places})"
        );
        Ok(on!(self.reader, |db| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(account.to_string());
            for id in ids {
                query = query.bind(id);
            }
            query.fetch_all(db).await?
        }))
    }
}
