//! Customers: of one account each, and their tokens with them.

use crate::{
    rows::token,
    world::{account, at, audit, entropy, on_both},
};
use model::{AccountId, CustomerId, RawJson};
use store::{Customer, CustomerFilter, CustomerName, Error, Store, Token};

pub(crate) fn customer(account_id: AccountId, key: &str) -> Customer {
    Customer {
        id: CustomerId::new(at(0), entropy()),
        account_id,
        key: key.parse().unwrap(),
        name: "Ada".into(),
        metadata: RawJson::parse(r#"{"b":1.00,"a":2}"#.into()).unwrap(),
        user_id: None,
        disabled_at: None,
        revision: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

pub(crate) async fn insert(
    store: &Store,
    customer: &Customer,
    token: Option<&Token>,
) -> Result<(), Error> {
    let mut change = store.begin(&audit(Some(customer.account_id))).await?;
    change.insert_customer(customer).await?;
    if let Some(token) = token {
        change.insert_token(token).await?;
    }
    change.commit().await
}

#[test]
fn a_customer_is_one_accounts_and_read_by_id_and_key() {
    on_both(async |world| {
        let store = world.open().await;
        let (id, other) = (account(&store, "acme").await, account(&store, "other").await);
        let ada = customer(id, "ada");
        insert(&store, &ada, None).await.unwrap();
        insert(&store, &customer(other, "ada"), None).await.unwrap();
        assert!(matches!(insert(&store, &customer(id, "ada"), None).await, Err(Error::Duplicate)));
        let names = [CustomerName::Id(ada.id), CustomerName::Key("ada".parse().unwrap())];
        for name in &names {
            assert_eq!(store.customer(id, name).await.unwrap(), Some(ada.clone()));
        }
        assert_eq!(store.customer(other, &names[0]).await.unwrap(), None);
        let filter = CustomerFilter { limit: 10, ..CustomerFilter::default() };
        assert_eq!(store.customers(id, &filter).await.unwrap(), [ada]);
    });
}

#[test]
fn tokens_open_nothing_while_their_customer_is_shut_out_and_go_with_it() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let ada = customer(id, "ada");
        let of_it = Token { customer_id: Some(ada.id), ..token(id, 1) };
        insert(&store, &ada, Some(&of_it)).await.unwrap();
        assert_eq!(store.live_tokens().await.unwrap(), std::slice::from_ref(&of_it));
        let shut_out = Customer { disabled_at: Some(at(1)), revision: 2, ..ada.clone() };
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        assert!(change.update_customer(&shut_out).await.unwrap());
        assert!(!change.update_customer(&shut_out).await.unwrap(), "it had that revision");
        change.commit().await.unwrap();
        assert_eq!(store.live_tokens().await.unwrap(), []);
        assert_eq!(store.token(id, of_it.id).await.unwrap(), Some(of_it.clone()));
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        assert!(change.delete_customer(id, ada.id, 2).await.unwrap());
        change.commit().await.unwrap();
        assert_eq!(store.token(id, of_it.id).await.unwrap(), None);
    });
}
