use super::CustomerConnectionStatus;
use crate::{App, Caller, CustomerName, Error, Page, PageQuery, connections::ConnectionSettings};
use model::{AppId, ConnectionId, CustomerId, Permission, Timestamp};
use serde::{Deserialize, Serialize};
use store::CustomerConnection;
use utoipa::{IntoParams, ToSchema};

/// Which connections of a customer a list gives, and which page of it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CustomerConnectionQuery {
    /// Items of the page at most.
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 1024, nullable = false)]
    pub cursor: Option<String>,
    /// Those of that app alone.
    #[param(nullable = false)]
    pub app: Option<AppId>,
}

/// Credentials of one customer for one app. Never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CustomerConnection)]
pub struct CustomerConnectionView {
    /// Names it.
    pub id: ConnectionId,
    /// Whose it is.
    pub customer: CustomerId,
    /// The app that it is for.
    pub app: AppId,
    /// Its name, and whether it is the default among the customer's connections of the app.
    #[serde(flatten)]
    pub settings: ConnectionSettings,
    /// The way of the app that it was made in; absent when it says itself where it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub way: Option<String>,
    /// Whose account at the app it is, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub label: Option<String>,
    /// Whether it works, as far as is known.
    pub status: CustomerConnectionStatus,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    /// The scopes that were granted.
    pub scopes: Vec<String>,
    /// The end of its access token, where that is known. It is refreshed before, if there is something to refresh it with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed, its token included.
    pub updated_at: Timestamp,
    /// When a call last used it, to the hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_used_at: Option<Timestamp>,
    /// Its ETag.
    pub revision: i64,
}

impl TryFrom<CustomerConnection> for CustomerConnectionView {
    type Error = Error;

    fn try_from(row: CustomerConnection) -> Result<Self, Error> {
        let status = CustomerConnectionStatus::parse(&row.status)
            .ok_or_else(|| Error::corrupt("connection", "its status is unknown"))?;
        Ok(Self {
            id: row.id,
            customer: row.customer_id,
            app: row.app_id,
            settings: ConnectionSettings { name: row.name, default: row.is_default },
            way: row.way,
            label: row.label,
            status,
            reason: row.reason,
            scopes: row.scopes,
            expires_at: row.expires_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            last_used_at: row.last_used_at,
            revision: row.revision,
        })
    }
}

impl App {
    /// A customer's connections, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadCustomers`]; [`crate::Kind::NotFound`] for the customer.
    pub async fn list_customer_connections(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        query: CustomerConnectionQuery,
    ) -> Result<Page<CustomerConnectionView>, Error> {
        let customer = self.customer_for(caller, customer, Permission::ReadCustomers).await?;
        let page = PageQuery { limit: query.limit, cursor: query.cursor };
        let (size, after) = (page.size()?, page.after::<ConnectionId>()?);
        let rows = self.store.customer_connections(customer.account_id, customer.id).await?;
        let asked = |row: &CustomerConnection| {
            query.app.is_none_or(|app| row.app_id == app) && after.is_none_or(|id| row.id > id)
        };
        let rows = rows.into_iter().filter(asked).take(size as usize + 1).collect();
        Page::new(rows, size, |row| row.id, CustomerConnectionView::try_from).transpose()
    }

    /// One connection of a customer.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadCustomers`]; [`crate::Kind::NotFound`].
    pub async fn get_customer_connection(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        id: ConnectionId,
    ) -> Result<CustomerConnectionView, Error> {
        let customer = self.customer_for(caller, customer, Permission::ReadCustomers).await?;
        self.known_customer_connection(&customer, id).await?.try_into()
    }

    pub(super) async fn known_customer_connection(
        &self,
        customer: &store::Customer,
        id: ConnectionId,
    ) -> Result<CustomerConnection, Error> {
        let found = self.store.customer_connection(customer.account_id, customer.id, id).await?;
        found.ok_or_else(super::absent)
    }
}
