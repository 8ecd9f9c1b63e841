//! Chats of customers, and the tools that were enabled in them.

use crate::{
    customers::{customer, insert},
    world::{account, at, on_both},
};
use store::{Chat, SessionChange};

fn chat(name: &str, session: &str, end: i64) -> Chat {
    Chat {
        name: name.into(),
        session_id: session.into(),
        created_at: Some(at(1)),
        used_at: Some(at(2)),
        expires_at: at(end),
    }
}

#[test]
fn a_chat_is_one_customers_and_goes_when_it_has_expired() {
    on_both(async |world| {
        let store = world.open().await;
        let (id, other) = (account(&store, "acme").await, account(&store, "other").await);
        let (ada, bob) = (customer(id, "ada"), customer(id, "bob"));
        for one in [&ada, &bob] {
            insert(&store, one, None).await.unwrap();
        }
        store.put_chat(id, ada.id, &chat("one", "s1", 60), 9).await.unwrap();
        store.put_chat(id, bob.id, &chat("one", "s2", 60), 9).await.unwrap();
        store.put_chat(id, ada.id, &chat("one", "s3", 90), 9).await.unwrap();
        let session = async |account, customer, now| {
            store
                .chat(account, customer, "one", now)
                .await
                .map(|chat| chat.map(|one| one.session_id))
        };
        assert_eq!(session(id, ada.id, at(0)).await.unwrap().as_deref(), Some("s3"));
        assert_eq!(session(id, bob.id, at(0)).await.unwrap().as_deref(), Some("s2"));
        assert_eq!(session(other, ada.id, at(0)).await.unwrap(), None);
        assert_eq!(session(id, bob.id, at(60)).await.unwrap(), None);
        assert_eq!(store.chats(id, ada.id, at(0), "", 9).await.unwrap(), [chat("one", "s3", 90)]);
        assert_eq!(store.delete_expired_chats(at(61)).await.unwrap(), 1);
        let mut change = store.begin(&crate::world::audit(Some(id))).await.unwrap();
        assert!(change.delete_customer(id, ada.id, 1).await.unwrap());
        change.commit().await.unwrap();
        assert!(store.chats(id, ada.id, at(0), "", 9).await.unwrap().is_empty());
    });
}

#[test]
fn of_too_many_chats_the_one_that_ends_first_makes_room() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let ada = customer(id, "ada");
        insert(&store, &ada, None).await.unwrap();
        for (name, end) in [("a", 30), ("b", 20), ("c", 40), ("d", 10)] {
            store.put_chat(id, ada.id, &chat(name, name, end), 2).await.unwrap();
        }
        let kept = store.chats(id, ada.id, at(0), "", 9).await.unwrap();
        let names: Vec<&str> = kept.iter().map(|chat| chat.name.as_str()).collect();
        assert_eq!(names, ["a", "c", "d"], "the last one stays, whenever it ends");
        let rest = store.chats(id, ada.id, at(0), "a", 1).await.unwrap();
        assert_eq!(rest[0].name, "c");
        // Going on with it leaves its beginning as it was.
        let later = Chat { created_at: Some(at(7)), used_at: Some(at(8)), ..chat("c", "new", 50) };
        store.put_chat(id, ada.id, &later, 9).await.unwrap();
        let known = store.chat(id, ada.id, "c", at(0)).await.unwrap().unwrap();
        assert_eq!(known, Chat { created_at: Some(at(1)), ..later });
        let mut change = store.begin_uncounted(&crate::world::audit(Some(id))).await.unwrap();
        assert!(change.delete_chat(id, ada.id, "c").await.unwrap());
        assert!(!change.delete_chat(id, ada.id, "c").await.unwrap());
        change.commit().await.unwrap();
        assert_eq!(store.chat(id, ada.id, "c", at(0)).await.unwrap(), None);
    });
}

#[test]
fn tools_that_were_enabled_are_read_until_their_end() {
    on_both(async |world| {
        let store = world.open().await;
        let (id, other) = (account(&store, "acme").await, account(&store, "other").await);
        let tools = vec!["gmail-send-email".to_owned()];
        let enabled = SessionChange::EnabledTools(&tools);
        store.change_session(id, "k", enabled, at(60)).await.unwrap();
        assert_eq!(store.enabled_tools(id, "k", at(0)).await.unwrap(), tools);
        for (account, session, now) in [(other, "k", at(0)), (id, "x", at(0)), (id, "k", at(60))] {
            assert!(store.enabled_tools(account, session, now).await.unwrap().is_empty());
        }
        store.change_session(id, "k", SessionChange::Ended, at(60)).await.unwrap();
        assert!(store.enabled_tools(id, "k", at(0)).await.unwrap().is_empty());
    });
}
