use super::{
    CustomerConnectionView, KeptConnection, NewCustomerCredential, RevokedToken, signing::way,
};
use crate::{
    App, Caller, CustomerName, Error, Expected, Outbound, Patch,
    connections::{ConnectionSettings, NewCredential, WriteOnly, credential, name},
};
use model::{
    AccountId, AppId, AuthMethod, AuthWay, ConnectionId, Permission, Secret, WayCredential,
};
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};
use store::CustomerConnection;
use upstream::TokenGrant;
use utoipa::ToSchema;

/// Credentials to be kept for a customer: in a way of the app, or as they are.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomerConnection {
    /// The app that they are for.
    pub app: AppId,
    /// For people and models; unique among the customer's connections of the app. Chosen when absent.
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// Whether calls of the app use it that name no other; the customer's first connection of an app is its default unless this says
    /// no.
    pub default: Option<bool>,
    /// Whose account at the app it is.
    #[schema(min_length = 1, max_length = 100)]
    pub label: Option<String>,
    /// What it signs its calls with, where that is no way of the app.
    #[serde(default, deserialize_with = "read_credential")]
    pub credential: Option<NewCredential>,
    /// What it signs its calls with in a way of the app.
    #[serde(default, deserialize_with = "read_way")]
    pub way: Option<NewWayCredential>,
}

/// A new secret for a customer's connection, in place of the one before.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerConnectionRotation {
    /// What calls are signed with from now on, where that is no way of the app.
    #[serde(default, deserialize_with = "read_credential")]
    pub credential: Option<NewCredential>,
    /// What calls are signed with from now on, in a way of the app.
    #[serde(default, deserialize_with = "read_way")]
    pub way: Option<NewWayCredential>,
}

/// A credential of one way of an app.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWayCredential {
    /// The name of the way.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// The values of the way's fields, by name.
    #[serde(default)]
    pub fields: BTreeMap<String, WriteOnly>,
    /// An API key.
    pub key: Option<WriteOnly>,
    /// A bearer token.
    pub token: Option<WriteOnly>,
    /// The first half of a basic credential.
    pub username: Option<WriteOnly>,
    /// Its other half, where there is one.
    pub password: Option<WriteOnly>,
    /// The id of an OAuth client, for client credentials.
    pub client_id: Option<WriteOnly>,
    /// Its secret.
    pub client_secret: Option<WriteOnly>,
    /// An OAuth access token that the account's client was granted elsewhere.
    pub access_token: Option<WriteOnly>,
    /// The refresh token that came with it.
    pub refresh_token: Option<WriteOnly>,
    /// Seconds that the access token lives from now on.
    #[schema(minimum = 1)]
    pub expires_in: Option<u32>,
}

impl App {
    /// Keeps credentials of a customer for an app, sealed.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteCustomers`]; [`crate::Kind::NotFound`] for the customer or the app;
    /// [`crate::Kind::Invalid`] for what cannot be sent; [`crate::Kind::Conflict`] when the name is taken, or the customer has as many
    /// connections as it may.
    pub async fn create_customer_connection(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        new: NewCustomerConnection,
        outbound: &Outbound,
    ) -> Result<CustomerConnectionView, Error> {
        let customer = self.customer_for(caller, customer, Permission::WriteCustomers).await?;
        let account = customer.account_id;
        let Some(entry) = self.store.app(account, new.app).await? else {
            return Err(Error::not_found("there is no such app").field("app"));
        };
        self.check_own_app(caller, &customer, Some(new.app)).await?;
        let credential = self.given(&entry.app, new.credential, new.way)?;
        let label = new.label.map(|label| name(label).map_err(|error| error.field("label")));
        let kept = KeptConnection {
            customer: customer.id,
            app: &entry.app,
            renews: None,
            name: Some(match new.name {
                Some(name) => name,
                None => self.unsaid_name(account, &customer, new.app).await?,
            }),
            default: new.default,
            label: label.transpose()?,
            credential,
            link: None,
        };
        if customer.user_id.is_some() {
            self.keep_own_customer(caller).await?;
        }
        self.keep_customer_connection(caller, account, kept, outbound).await
    }

    /// Changes a connection's name, and whether it is the default among the customer's connections of the app.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteCustomers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`];
    /// [`crate::Kind::Conflict`] when the name is taken; [`crate::Kind::Invalid`] for a default that shall be none, since another one is
    /// made the default instead.
    pub async fn update_customer_connection(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        id: ConnectionId,
        expected: Expected,
        patch: &Patch,
    ) -> Result<CustomerConnectionView, Error> {
        let customer = self.customer_for(caller, customer, Permission::WriteCustomers).await?;
        let account = customer.account_id;
        let known = self.known_customer_connection(&customer, id).await?;
        let before = CustomerConnectionView::try_from(known.clone())?;
        let ConnectionSettings { name: new_name, default } = patch.apply(&before.settings)?;
        expected.check(known.revision)?;
        let now = self.clock.now();
        let row = CustomerConnection {
            name: name(new_name)?,
            is_default: default,
            revision: known.revision + 1,
            updated_at: now,
            ..known
        };
        let after = CustomerConnectionView::try_from(row.clone())?;
        let event = "customer_connection.update";
        let mut change =
            self.begin_uncounted(caller, now, event, &id, Some(&before), Some(&after)).await?;
        if !change.update_customer_connection(account, &row).await.map_err(super::name_taken)? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    /// Gives a connection a new secret. It works again, whatever was wrong with the one before.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteCustomers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`] for what
    /// cannot be sent; [`crate::Kind::Changed`] when it was changed at the same moment.
    pub async fn rotate_customer_connection(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        id: ConnectionId,
        rotation: CustomerConnectionRotation,
        outbound: &Outbound,
    ) -> Result<CustomerConnectionView, Error> {
        let customer = self.customer_for(caller, customer, Permission::WriteCustomers).await?;
        let account = customer.account_id;
        let known = self.known_customer_connection(&customer, id).await?;
        let app = self.known_app(account, known.app_id).await?.app;
        let kept = KeptConnection {
            customer: known.customer_id,
            app: &app,
            renews: Some(id),
            name: None,
            default: None,
            label: None,
            credential: self.given(&app, rotation.credential, rotation.way)?,
            link: None,
        };
        self.keep_customer_connection(caller, account, kept, outbound).await
    }

    /// Removes a connection with its secret, and gives its tokens back to the app where the app takes them. Was it the default, the
    /// customer's oldest other connection of the app becomes it.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteCustomers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`]. That the
    /// app did not take the tokens back is no error.
    pub async fn delete_customer_connection(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        id: ConnectionId,
        expected: Expected,
        outbound: &Outbound,
    ) -> Result<RevokedToken, Error> {
        let customer = self.customer_for(caller, customer, Permission::WriteCustomers).await?;
        let account = customer.account_id;
        let known = self.known_customer_connection(&customer, id).await?;
        expected.check(known.revision)?;
        let before = CustomerConnectionView::try_from(known.clone())?;
        let (now, event) = (self.clock.now(), "customer_connection.delete");
        let mut change =
            self.begin_uncounted(caller, now, event, &id, Some(&before), None::<&()>).await?;
        if !change.delete_customer_connection(account, &known).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await?;
        // Read before it was removed: a token that was refreshed in between is not given back, and ends by itself.
        Ok(self.revoke_tokens(account, &known, outbound).await)
    }

    async fn unsaid_name(
        &self,
        account: AccountId,
        customer: &store::Customer,
        app: AppId,
    ) -> Result<String, Error> {
        let rows = self.store.customer_connections(account, customer.id).await?;
        Ok(super::keep::free_name(None, rows.iter().filter(|row| row.app_id == app)))
    }

    /// The credential of a request, which has one of the two kinds.
    fn given(
        &self,
        app: &store::App,
        plain: Option<NewCredential>,
        of_way: Option<NewWayCredential>,
    ) -> Result<NewCustomerCredential, Error> {
        match (plain, of_way) {
            (Some(plain), None) => {
                Ok(NewCustomerCredential::Plain(plain.into_secret(&self.client)?))
            }
            (None, Some(new)) => {
                let Some(way) = way(app, &new.name) else {
                    let message = "the app has no such way to connect";
                    return Err(Error::invalid(message).code("unknown_way").field("way.name"));
                };
                new.into_credential(way).map_err(|error| error.within("way"))
            }
            (Some(_), Some(_)) | (None, None) => {
                let message = "send a credential, or a way of the app with its members";
                Err(Error::invalid(message).field("credential"))
            }
        }
    }
}

impl NewWayCredential {
    fn into_credential(mut self, way: &AuthWay) -> Result<NewCustomerCredential, Error> {
        let text = |secret: Secret, field: &str| {
            String::from_utf8(secret.expose().to_vec())
                .map_err(|_| Error::invalid("it is a text").field(field.to_owned()))
        };
        let mut fields = BTreeMap::new();
        for (name, value) in std::mem::take(&mut self.fields) {
            let field = format!("fields.{name}");
            let value = text(value.checked_at(&field)?, &field)?;
            fields.insert(name, value);
        }
        let needed = |member: Option<WriteOnly>, name: &'static str| match member {
            Some(secret) => secret.checked_at(name),
            None => {
                let message = "this way of the app needs it";
                Err(Error::invalid(message).code("missing_member").field(name))
            }
        };
        let credential = match &way.method {
            AuthMethod::OAuth2(_) => {
                let access = needed(self.access_token.take(), "access_token")?;
                let refresh = self.refresh_token.take();
                let grant = TokenGrant {
                    access,
                    refresh: refresh.map(|it| it.checked_at("refresh_token")).transpose()?,
                    expires_in: self
                        .expires_in
                        .take()
                        .map(|seconds| Duration::from_secs(seconds.into())),
                    scope: None,
                    members: serde_json::Value::Null,
                };
                self.nothing_else()?;
                let (way, scopes) = (self.name, Vec::new());
                return Ok(NewCustomerCredential::Granted { way, fields, grant, scopes });
            }
            AuthMethod::ClientCredentials(_) => WayCredential::ClientCredentials {
                client_id: text(needed(self.client_id.take(), "client_id")?, "client_id")?,
                client_secret: needed(self.client_secret.take(), "client_secret")?,
            },
            AuthMethod::ApiKey(_) => {
                WayCredential::ApiKey { value: needed(self.key.take(), "key")? }
            }
            AuthMethod::Bearer => {
                WayCredential::Bearer { token: needed(self.token.take(), "token")? }
            }
            AuthMethod::Basic(names) => WayCredential::Basic {
                username: needed(self.username.take(), "username")?,
                password: match names.password {
                    Some(_) => needed(self.password.take(), "password")?,
                    None => Secret::new(Vec::new()),
                },
            },
            AuthMethod::Fields => WayCredential::Fields,
        };
        self.nothing_else()?;
        Ok(NewCustomerCredential::Entered { way: self.name, fields, credential })
    }

    /// Refuses what the way does not ask for: it would be lost.
    fn nothing_else(&self) -> Result<(), Error> {
        let members = [
            ("key", self.key.is_some()),
            ("token", self.token.is_some()),
            ("username", self.username.is_some()),
            ("password", self.password.is_some()),
            ("client_id", self.client_id.is_some()),
            ("client_secret", self.client_secret.is_some()),
            ("access_token", self.access_token.is_some()),
            ("refresh_token", self.refresh_token.is_some()),
            ("expires_in", self.expires_in.is_some()),
        ];
        match members.into_iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((name, _)) => {
                let message = "this way of the app does not ask for it";
                Err(Error::invalid(message).code("unknown_member").field(name))
            }
        }
    }
}

fn read_way<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NewWayCredential>, D::Error> {
    let form = "it is an object with the name of a way and what that way asks for";
    credential::read_quietly(deserializer, form)
}

fn read_credential<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NewCredential>, D::Error> {
    credential::read_quietly(deserializer, credential::FORM)
}
