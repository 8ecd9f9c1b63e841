//! Tokens: which of them a list finds, how they change, and what takes them along.

use crate::{
    rows::token,
    world::{account, at, audit, entropy, on_both},
};
use model::{AccountId, Role, Scope, Timestamp, UserId};
use store::{Store, Token, TokenFilter, TokenOwner, TokenState, User};

async fn insert(store: &Store, tokens: &[&Token]) {
    let mut change = store.begin(&audit(Some(tokens[0].account_id))).await.unwrap();
    for token in tokens {
        change.insert_token(token).await.unwrap();
    }
    change.commit().await.unwrap();
}

async fn disabled_user(store: &Store, account_id: AccountId) -> UserId {
    let user = User {
        id: UserId::new(at(0), entropy()),
        account_id,
        email: "ada@example.com".into(),
        name: String::new(),
        role: Role::Member,
        password: None,
        disabled_at: None,
        last_seen_at: None,
        revision: 1,
        created_at: at(0),
    };
    let mut change = store.begin(&audit(Some(account_id))).await.unwrap();
    change.insert_user(&user).await.unwrap();
    let shut_out = User { disabled_at: Some(at(1)), revision: 2, ..user.clone() };
    assert!(change.update_user(&shut_out, at(1)).await.unwrap());
    change.commit().await.unwrap();
    user.id
}

#[test]
fn a_filter_finds_what_it_says() {
    on_both(async |world| {
        let store = world.open().await;
        let (id, other) = (account(&store, "acme").await, account(&store, "other").await);
        let user = disabled_user(&store, id).await;
        let made = |byte: u8, ends: Option<i64>| Token {
            created_at: at(i64::from(byte)),
            expires_at: ends.map(at),
            id: model::TokenId::new(at(i64::from(byte)), entropy()),
            ..token(id, byte)
        };
        let live = made(1, None);
        let expired = made(2, Some(50));
        let revoked = Token { user_id: Some(user), ..made(3, Some(500)) };
        insert(&store, &[&live, &expired, &revoked]).await;
        insert(&store, &[&token(other, 9)]).await;
        store.touch_tokens(&[(id, live.id, at(80))]).await.unwrap();
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        assert!(change.revoke_token(id, revoked.id, at(60)).await.unwrap());
        change.commit().await.unwrap();

        let check = async |filter: TokenFilter, expected: &[u8]| {
            let filter = TokenFilter { limit: 10, ..filter };
            let found = store.tokens(id, &filter).await.unwrap();
            let found: Vec<u8> = found.iter().map(|token| token.hash[0]).collect();
            assert_eq!(found, expected, "{filter:?}");
        };
        let any = TokenFilter::default;
        let state =
            |state: TokenState, now: Timestamp| TokenFilter { state: Some((state, now)), ..any() };
        check(any(), &[1, 2, 3]).await;
        check(TokenFilter { after: Some(live.id), ..any() }, &[2, 3]).await;
        check(state(TokenState::Live, at(49)), &[1, 2]).await;
        check(state(TokenState::Live, at(50)), &[1]).await;
        check(state(TokenState::Expired, at(50)), &[2]).await;
        check(state(TokenState::Revoked, at(50)), &[3]).await;
        check(TokenFilter { owner: Some(TokenOwner::Account), ..any() }, &[1, 2]).await;
        check(TokenFilter { owner: Some(TokenOwner::User(user)), ..any() }, &[3]).await;
        check(TokenFilter { unused_since: Some(at(79)), ..any() }, &[2, 3]).await;
        check(TokenFilter { expires_before: Some(at(100)), ..any() }, &[2]).await;
        check(TokenFilter { never_used: true, ..any() }, &[2, 3]).await;
        check(TokenFilter { owner_disabled: true, ..any() }, &[3]).await;
        let few = TokenFilter { limit: 1, ..any() };
        assert_eq!(store.tokens(id, &few).await.unwrap().len(), 1);

        assert_eq!(store.tokens_unused_since(at(-1), at(2), 10).await.unwrap(), []);
        let unused = store.tokens_unused_since(at(79), at(40), 10).await.unwrap();
        assert_eq!(unused.iter().map(|token| token.hash[0]).collect::<Vec<_>>(), [9, 2]);
        assert_eq!(store.token_by_hash(&[9; 32]).await.unwrap().unwrap().account_id, other);
        assert_eq!(store.token_by_hash(&[8; 32]).await.unwrap(), None);
        assert_eq!(store.token(other, live.id).await.unwrap(), None);
    });
}

#[test]
fn a_token_changes_from_the_revision_that_was_read_and_goes_with_its_links() {
    on_both(async |world| {
        let store = world.open().await;
        let (id, other) = (account(&store, "acme").await, account(&store, "other").await);
        let (old, next) = (Token { purge: true, ..token(id, 1) }, token(id, 2));
        insert(&store, &[&old, &next]).await;
        let changed = Token {
            name: "changed".into(),
            description: "why".into(),
            scope: Scope::ALL,
            networks: vec![],
            expires_at: Some(at(90)),
            replaced_by: Some(next.id),
            revision: 2,
            ..old.clone()
        };
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        assert!(change.update_token(&changed).await.unwrap());
        assert!(!change.update_token(&changed).await.unwrap(), "it has another revision by now");
        change.commit().await.unwrap();
        assert_eq!(store.token(id, old.id).await.unwrap(), Some(changed.clone()));
        assert_eq!(store.tokens_to_purge(at(89), 10).await.unwrap(), []);
        assert_eq!(store.tokens_to_purge(at(90), 10).await.unwrap(), [changed]);

        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        assert!(!change.delete_token(other, next.id, 1).await.unwrap());
        assert!(!change.delete_token(id, next.id, 2).await.unwrap());
        change.commit().await.unwrap();
        assert_eq!(store.token(id, old.id).await.unwrap().unwrap().replaced_by, Some(next.id));
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        assert!(change.delete_token(id, next.id, 1).await.unwrap());
        change.commit().await.unwrap();
        assert_eq!(store.token(id, next.id).await.unwrap(), None);
        assert_eq!(store.token(id, old.id).await.unwrap().unwrap().replaced_by, None);
    });
}
