use crate::{App, Caller, Error, PrincipalId, User};
use model::{AccountId, Alias, Permission, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// Who asks, and what it may do.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    /// What kind of caller it is.
    pub kind: CallerKind,
    /// The account that it acts for.
    pub account: SessionAccount,
    /// The user that has signed in, or that owns the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub user: Option<User>,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// What a page sends as `X-CSRF-Token` with everything that changes anything. Absent for a token, which needs none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub csrf_token: Option<String>,
    /// When a token ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires_at: Option<Timestamp>,
}

/// What kind of caller one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallerKind {
    /// A program, with an API token.
    Token,
    /// A customer of the account, with a token that was signed for it.
    Customer,
    /// A person in a browser.
    User,
    /// Whoever holds the data directory and its key.
    Operator,
    /// Gatewright by itself.
    System,
}

/// The account that a caller acts for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionAccount {
    /// Names it.
    pub id: AccountId,
    /// Its part of URLs.
    pub alias: Alias,
    /// For people.
    pub name: String,
}

impl SessionView {
    pub(crate) fn new(caller: &Caller, account: store::Account, user: Option<store::User>) -> Self {
        let text = |secret: &model::Secret| String::from_utf8_lossy(secret.expose()).into_owned();
        Self {
            kind: match caller.id() {
                PrincipalId::Token(_) => CallerKind::Token,
                PrincipalId::Customer(_) => CallerKind::Customer,
                PrincipalId::User(_) => CallerKind::User,
                PrincipalId::Operator => CallerKind::Operator,
                PrincipalId::System => CallerKind::System,
            },
            account: SessionAccount { id: account.id, alias: account.alias, name: account.name },
            user: user.map(User::from),
            permissions: caller.permissions().iter().collect(),
            csrf_token: caller.context().csrf_token.as_ref().map(text),
            expires_at: caller.expires_at(),
        }
    }
}

impl App {
    /// Who the caller is, and what it may do. Every caller may know that of itself.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Unavailable`] when the database does not answer.
    pub async fn get_session(&self, caller: &Caller) -> Result<SessionView, Error> {
        let account = self.known_account(caller.account_id()).await?;
        let user = match caller.user_id() {
            Some(id) => self.store.user(account.id, id).await?,
            None => None,
        };
        Ok(SessionView::new(caller, account, user))
    }
}
