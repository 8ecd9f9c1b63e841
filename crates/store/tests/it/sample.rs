//! Rows that tests begin with.

use crate::world::{at, entropy};
use model::{AccountId, AppId, AppKind, ConnectionId};
use store::{ActionIndex, ActionRow, App, Connection, ConnectionHealth, OAuthClient};

pub(crate) fn app(key: &str) -> App {
    App {
        id: AppId::new(at(0), entropy()),
        key: key.parse().unwrap(),
        kind: AppKind::OpenApi,
        title: "CRM".into(),
        origin: "crm.yaml".into(),
        base_url: "https://crm.example.com".into(),
        trusted_hosts: vec![],
        slots: vec![],
        rules: "{}".into(),
        definition: None,
        revision: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

pub(crate) fn action(name: &str) -> ActionRow {
    ActionRow {
        index: ActionIndex { name: name.into(), method: "GET".into(), ..ActionIndex::default() },
        hash: "1".into(),
        definition: "{}".into(),
        own: None,
        gone_at: None,
        revision: 1,
    }
}

pub(crate) fn connection(app: AppId, name: &str) -> Connection {
    Connection {
        id: ConnectionId::new(at(0), entropy()),
        app_id: app,
        name: name.into(),
        is_default: false,
        sealed: vec![1],
        health: ConnectionHealth { status: "untested".into(), reason: None, tested_at: None },
        rotated_at: None,
        revision: 1,
        created_at: at(0),
    }
}

pub(crate) fn oauth_client(account: AccountId, app: AppId) -> OAuthClient {
    OAuthClient {
        account_id: account,
        app_id: app,
        way: "oauth".into(),
        client_id: "one".into(),
        sealed: None,
        scopes: Some(vec!["read".into()]),
        revision: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}
