use super::{
    asked::Asked,
    input::{Change, Create, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{Account, AccountSettings, NewAccount, OwnAccount, Page, PageQuery};
use axum::extract::State;
use model::Alias;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type AccountPatch = Patched<AccountSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_accounts, create_account))
        .routes(routes!(get_account, update_account))
        .routes(routes!(delete_former_alias))
}

/// List accounts
///
/// Every account of the installation, in the order of their making: for its operator.
#[utoipa::path(get, path = "/accounts", tag = "Accounts", params(PageQuery), responses((status = 200, body = Page<Account>)))]
async fn list_accounts(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<Account>>, Problem> {
    Ok(Plain(shared.app.list_accounts(&caller, &page).await?))
}

/// Create an account
///
/// For the operator of the installation. Until the account has a user, the operator works on it by its alias.
#[utoipa::path(post, path = "/accounts", tag = "Accounts", request_body = NewAccount, responses((status = 201, body = Account)))]
async fn create_account(
    State(shared): State<Arc<Shared>>,
    Create(caller, new): Create<NewAccount>,
) -> Result<Created<Account>, Problem> {
    let account = shared.app.create_account(&caller, new).await?;
    let revision = Some(account.revision);
    // Its own people find it there; others never see it.
    Ok(Created { location: "/api/v1/account".to_owned(), revision, body: account })
}

/// Get the account
///
/// The caller's own, with its former aliases and the clients that still use them.
#[utoipa::path(get, path = "/account", tag = "Accounts", responses((status = 200, body = OwnAccount)))]
async fn get_account(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
) -> Result<Tagged<OwnAccount>, Problem> {
    Ok(tagged(shared.app.get_account(&caller).await?))
}

/// Change the account
///
/// Its name, its alias, and for how many days a former alias answers. An alias that was changed goes on answering, directly
/// and not by a redirect, until its days are over.
#[utoipa::path(
    patch,
    path = "/account",
    tag = "Accounts",
    request_body(content = AccountPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = OwnAccount))
)]
async fn update_account(
    State(shared): State<Arc<Shared>>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<OwnAccount>, Problem> {
    Ok(tagged(shared.app.update_account(&caller, expected, &patch).await?))
}

/// End a former alias
///
/// Clients that still use it fail at once, and another account can take it.
#[utoipa::path(
    delete,
    path = "/account/former-aliases/{alias}",
    tag = "Accounts",
    params(("alias" = Alias, Path)),
    responses((status = 204))
)]
async fn delete_former_alias(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(alias): Path<Alias>,
) -> Result<Done, Problem> {
    shared.app.delete_former_alias(&caller, &alias).await?;
    Ok(Done)
}

fn tagged(account: OwnAccount) -> Tagged<OwnAccount> {
    let revision = account.account.revision;
    Tagged(account, revision)
}
