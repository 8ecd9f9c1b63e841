//! Rate limits and quotas as rows.

use crate::{
    rows::token,
    world::{account, at, audit, entropy, on_both},
};
use model::{LimitId, LimitMode, LimitTarget, LimitUnit};
use store::Limit;

#[test]
fn a_limit_is_kept_as_it_was_set_and_goes_with_what_it_names() {
    on_both(async |world| {
        let store = world.open().await;
        let (id, other) = (account(&store, "acme").await, account(&store, "other").await);
        let of = token(id, 1);
        let limit = |byte: u8, target: LimitTarget| Limit {
            id: LimitId::new(at(i64::from(byte)), entropy()),
            account_id: id,
            name: format!("limit {byte}"),
            target,
            calls: 100,
            unit: LimitUnit::Minute,
            burst: Some(5),
            mode: LimitMode::Soft,
            enabled: byte != 5,
            revision: 1,
            created_at: at(0),
        };
        let tool = LimitTarget::Tool { server: None, tool: "get".parse().ok() };
        let limits = [
            limit(1, LimitTarget::Account {}),
            limit(2, LimitTarget::Server { server: None }),
            limit(3, tool),
            limit(4, LimitTarget::Token { token: Some(of.id) }),
            limit(5, LimitTarget::User { user: None }),
        ];
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        change.insert_token(&of).await.unwrap();
        for limit in &limits {
            change.insert_limit(limit).await.unwrap();
        }
        assert_eq!(change.limit_count(id).await.unwrap(), 5);
        change.commit().await.unwrap();
        assert_eq!(store.limits(id, None, 10).await.unwrap(), limits);
        assert_eq!(store.limits(id, Some(limits[2].id), 1).await.unwrap(), limits[3..4]);
        assert_eq!(store.limits(other, None, 10).await.unwrap(), []);
        assert_eq!(store.limit(other, limits[0].id).await.unwrap(), None);
        assert_eq!(store.enabled_limits().await.unwrap(), limits[..4]);

        let changed = Limit {
            name: "x".into(),
            calls: 1,
            unit: LimitUnit::Month,
            burst: None,
            mode: LimitMode::Hard,
            enabled: false,
            revision: 2,
            ..limits[0].clone()
        };
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        assert!(change.update_limit(&changed).await.unwrap());
        assert!(!change.update_limit(&changed).await.unwrap());
        assert!(!change.delete_limit(other, limits[1].id, 1).await.unwrap());
        assert!(!change.delete_limit(id, limits[1].id, 2).await.unwrap());
        assert!(change.delete_limit(id, limits[1].id, 1).await.unwrap());
        assert!(change.delete_token(id, of.id, 1).await.unwrap());
        change.commit().await.unwrap();
        let left = [changed, limits[2].clone(), limits[4].clone()];
        assert_eq!(store.limits(id, None, 10).await.unwrap(), left);
    });
}
