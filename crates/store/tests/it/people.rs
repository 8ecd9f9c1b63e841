//! People: the aliases of their accounts, their links, sign-ins and grants.

use crate::servers::server_row;
use crate::world::{World, account, at, audit, entropy, on_both};
use model::{AccountId, Alias, GrantId, LinkId, Role, ServerId, SignInId, UserId};
use store::{Change, Error, Grant, Link, LinkPurpose, Server, SignIn, Store, User};

async fn change(store: &Store, account: AccountId) -> Change {
    store.begin(&audit(Some(account))).await.unwrap()
}

async fn user(store: &Store, account: AccountId, email: &str) -> User {
    let user = User {
        id: UserId::new(at(0), entropy()),
        account_id: account,
        email: email.into(),
        name: String::new(),
        role: Role::Member,
        password: None,
        disabled_at: None,
        last_seen_at: None,
        revision: 1,
        created_at: at(0),
    };
    let mut change = change(store, account).await;
    change.insert_user(&user).await.unwrap();
    change.commit().await.unwrap();
    user
}

fn link(account: AccountId, user: Option<UserId>, byte: u8) -> Link {
    Link {
        id: LinkId::new(at(0), entropy()),
        account_id: account,
        user_id: user,
        purpose: if user.is_some() { LinkPurpose::Invitation } else { LinkPurpose::Setup },
        hash: [byte; 32],
        created_at: at(0),
        expires_at: at(100),
    }
}

fn sign_in(user: &User, byte: u8, ms: i64) -> SignIn {
    SignIn {
        id: SignInId::new(at(ms), entropy()),
        account_id: user.account_id,
        user_id: user.id,
        hash: [byte; 32],
        source: Some("192.0.2.1".into()),
        created_at: at(ms),
        last_seen_at: at(ms),
        expires_at: at(1_000),
    }
}

#[test]
fn an_alias_is_one_accounts_for_as_long_as_it_answers() {
    on_both(async |world: &World| {
        let store = world.open().await;
        let (a, b) = (account(&store, "first").await, account(&store, "b").await);
        let (first, second): (Alias, Alias) = ("first".parse().unwrap(), "second".parse().unwrap());
        let mut renamed = store.account(a).await.unwrap().unwrap();
        renamed = store::Account { alias: second.clone(), revision: 2, ..renamed };
        let mut rename = change(&store, a).await;
        rename.retire_alias(a, &first, at(50)).await.unwrap();
        rename.insert_alias(a, &second).await.unwrap();
        assert!(rename.update_account(&renamed, at(1)).await.unwrap());
        rename.commit().await.unwrap();
        assert_eq!(store.account(a).await.unwrap(), Some(renamed.clone()));

        let holder = async |alias: &Alias, ms| {
            store.account_by_alias(alias, at(ms)).await.unwrap().map(|account| account.id)
        };
        assert_eq!(holder(&first, 49).await, Some(a));
        assert_eq!(holder(&first, 50).await, None);
        assert_eq!(holder(&second, 50).await, Some(a));
        assert_eq!(store.former_aliases(a, at(49)).await.unwrap().len(), 1);
        assert_eq!(store.former_aliases(b, at(49)).await.unwrap(), []);
        assert_eq!(store.former_aliases(a, at(50)).await.unwrap(), []);

        // Not before its time, and not by another.
        let mut early = change(&store, b).await;
        early.forget_former_alias(&first, at(49)).await.unwrap();
        assert!(!early.delete_former_alias(b, &first).await.unwrap());
        assert!(matches!(early.insert_alias(b, &first).await, Err(Error::Duplicate)));
        drop(early);
        let mut late = change(&store, b).await;
        late.forget_former_alias(&first, at(50)).await.unwrap();
        late.insert_alias(b, &first).await.unwrap();
        // A revision that was read earlier changes nothing.
        assert!(!late.update_account(&renamed, at(2)).await.unwrap());
        late.commit().await.unwrap();
        assert_eq!(holder(&first, 50).await, Some(b));
        // The name of today is no former one.
        let mut own = change(&store, a).await;
        assert!(!own.delete_former_alias(a, &second).await.unwrap());
    });
}

#[test]
fn a_link_is_used_once_and_the_newest_is_the_only_one() {
    on_both(async |world: &World| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let (one, two) = (user(&store, a, "one@x").await, user(&store, a, "two@x").await);
        let links = [
            link(a, None, 1),
            link(b, None, 2),
            link(a, Some(one.id), 3),
            link(a, Some(two.id), 4),
        ];
        for link in &links {
            let mut change = change(&store, link.account_id).await;
            change.replace_links(link).await.unwrap();
            change.commit().await.unwrap();
            assert_eq!(store.live_link(&link.hash, at(99)).await.unwrap().as_ref(), Some(link));
            assert_eq!(store.live_link(&link.hash, at(100)).await.unwrap(), None);
        }
        let newer = link(a, Some(one.id), 5);
        let mut again = change(&store, a).await;
        again.replace_links(&newer).await.unwrap();
        again.commit().await.unwrap();
        let live = async |byte: u8| store.live_link(&[byte; 32], at(1)).await.unwrap().is_some();
        assert_eq!([live(1).await, live(2).await, live(3).await], [true, true, false]);
        assert_eq!([live(4).await, live(5).await], [true, true]);

        let foreign = Link { account_id: b, ..newer.clone() };
        for (link, ms, expected) in
            [(&foreign, 1, false), (&newer, 100, false), (&newer, 1, true), (&newer, 1, false)]
        {
            let mut change = change(&store, a).await;
            assert_eq!(change.use_link(link, at(ms)).await.unwrap(), expected);
            change.commit().await.unwrap();
        }
        assert!(!live(5).await);
        assert_eq!(store.delete_expired_links(at(100)).await.unwrap(), 4);
    });
}

#[test]
fn sign_ins_are_of_one_user_and_end_together() {
    on_both(async |world: &World| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let (one, two) = (user(&store, a, "one@x").await, user(&store, a, "two@x").await);
        let rows: Vec<SignIn> =
            (0..4).map(|n| sign_in(&one, n, i64::from(n))).chain([sign_in(&two, 9, 0)]).collect();
        for row in &rows {
            let mut change = change(&store, a).await;
            change.insert_sign_in(row, 3).await.unwrap();
            change.commit().await.unwrap();
        }
        let found = async |byte: u8| store.sign_in(&[byte; 32]).await.unwrap();
        assert_eq!(found(0).await, None, "three at most");
        assert_eq!(found(9).await.as_ref(), Some(&rows[4]));
        assert_eq!(store.user(a, one.id).await.unwrap().unwrap().last_seen_at, Some(at(3)));
        store.touch_sign_in(&rows[1], at(60)).await.unwrap();
        assert_eq!(found(1).await.unwrap().last_seen_at, at(60));
        assert_eq!(found(2).await.unwrap().last_seen_at, at(2));
        assert_eq!(store.user(a, one.id).await.unwrap().unwrap().last_seen_at, Some(at(60)));

        let mut foreign = change(&store, b).await;
        assert!(!foreign.delete_sign_in(b, rows[1].id).await.unwrap());
        foreign.delete_sign_ins(b, one.id, None).await.unwrap();
        foreign.commit().await.unwrap();
        assert!(found(1).await.is_some());
        let mut end = change(&store, a).await;
        end.delete_sign_ins(a, one.id, Some(rows[1].id)).await.unwrap();
        end.commit().await.unwrap();
        assert!(found(1).await.is_some() && found(2).await.is_none() && found(9).await.is_some());
        assert_eq!(store.delete_ended_sign_ins(at(999), at(0)).await.unwrap(), 1, "idle");
        assert_eq!(
            store.delete_ended_sign_ins(at(1_000), at(0)).await.unwrap(),
            1,
            "its time is over"
        );
    });
}

#[test]
fn a_grant_is_one_for_each_user_and_server() {
    on_both(async |world: &World| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let one = user(&store, a, "one@x").await;
        let server = Server {
            id: ServerId::new(at(0), entropy()),
            slug: "crm".parse().unwrap(),
            enabled: true,
            read_only: false,
            strict_log: false,
            log_payloads: false,
            version: 1,
        };
        let grant = |server_id, ms| Grant {
            id: GrantId::new(at(ms), entropy()),
            account_id: a,
            user_id: one.id,
            server_id,
            scopes: vec!["mcp:read".parse().unwrap()],
            revision: 1,
            created_at: at(ms),
        };
        let (all, some) = (grant(None, 1), grant(Some(server.id), 2));
        let mut change = change(&store, a).await;
        change.insert_server(a, &server_row(server.clone()), at(0)).await.unwrap();
        change.insert_grant(&all).await.unwrap();
        change.insert_grant(&some).await.unwrap();
        change.commit().await.unwrap();
        assert_eq!(store.grants(a, one.id, None, 9).await.unwrap(), [all.clone(), some.clone()]);
        let next = store.grants(a, one.id, Some(all.id), 9).await.unwrap();
        assert_eq!(next, std::slice::from_ref(&some));
        assert_eq!(store.grants(b, one.id, None, 9).await.unwrap(), []);
        assert_eq!(store.grant_on(a, one.id, None).await.unwrap(), Some(all.clone()));
        assert_eq!(store.grant_on(b, one.id, None).await.unwrap(), None);
        for twice in [grant(None, 3), grant(Some(server.id), 3)] {
            let mut change = self::change(&store, a).await;
            assert!(matches!(change.insert_grant(&twice).await, Err(Error::Duplicate)));
        }
        let wider = Grant {
            scopes: vec!["mcp:write".parse().unwrap(), "tool:a".parse().unwrap()],
            revision: 2,
            ..some.clone()
        };
        let mut change = self::change(&store, a).await;
        assert!(change.update_grant(&wider).await.unwrap());
        assert!(!change.update_grant(&wider).await.unwrap(), "it has that revision by now");
        assert!(!change.delete_grant(&some).await.unwrap());
        assert!(!change.delete_grant(&Grant { account_id: b, ..wider.clone() }).await.unwrap());
        assert!(change.delete_grant(&all).await.unwrap());
        change.commit().await.unwrap();
        assert_eq!(store.all_grants().await.unwrap(), [wider]);
    });
}
