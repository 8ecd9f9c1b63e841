//! U14 and U15 of the security reference: tokens are refreshed once, ahead of their end, and none is lost.

use super::{
    Lock, on_postgres,
    world::{Reply, Server, Valve, World, granted, granting, oauth, refusing, soon, token},
};
use crate::{
    Expected,
    customer_connections::{CustomerTarget, UnusableKind},
    own::customer_of,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

#[tokio::test]
async fn a_token_is_refreshed_ahead_of_its_end_and_kept_before_it_is_used() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    let target = world.connect().await;
    assert_eq!(world.signed(&target).await.unwrap(), "canary-a0");
    world.pass(54 * 60);
    assert_eq!((world.signed(&target).await.unwrap().as_str(), tokens.hits()), ("canary-a0", 0));
    // Five minutes before its end.
    world.pass(60);
    assert_eq!((world.signed(&target).await.unwrap().as_str(), tokens.hits()), ("canary-a1", 1));
    let asked = tokens.asked(0);
    assert!(asked.starts_with("POST /token "), "{asked}");
    let form =
        "grant_type=refresh_token&refresh_token=canary-r0&client_id=me&client_secret=canary-client";
    assert!(asked.ends_with(form), "{asked}");
    assert_eq!(world.kept().await, "canary-r1");
    let row = world.row().await;
    assert_eq!((row.generation, row.revision, row.scopes.len()), (2, 1, 2));
    assert_eq!(
        row.expires_at.unwrap().as_millisecond(),
        world.app.now().as_millisecond() + 3_600_000
    );
    // What was sent a moment ago is not shown either.
    let secrets = target.secrets();
    for hidden in ["canary-a0", "canary-a1"] {
        assert!(secrets.iter().any(|one| one.expose() == hidden.as_bytes()), "{hidden}");
    }
    // A token that is made ready anew, by a change of something else, is the new one.
    let anew = world.target().await.unwrap();
    assert_eq!(world.signed(&anew).await.unwrap(), "canary-a1");
    assert_eq!(tokens.hits(), 1);
    // Its use is written beside the calls.
    let used = async {
        loop {
            if let Some(at) = world.row().await.last_used_at {
                return at;
            }
            tokio::task::yield_now().await;
        }
    };
    let used = tokio::time::timeout(Duration::from_secs(10), used).await.expect("it was used");
    assert!(used <= world.app.now());
}

#[tokio::test]
async fn of_a_short_lived_token_the_last_tenth_is_not_used() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    let target = world.connect_with(Some("canary-r0"), Some(100)).await;
    world.pass(89);
    assert_eq!(world.signed(&target).await.unwrap(), "canary-a0");
    world.pass(1);
    assert_eq!(world.signed(&target).await.unwrap(), "canary-a1");
}

#[tokio::test]
async fn u14_a_life_that_is_not_said_is_that_of_the_way() {
    let tokens = granting();
    let auth = oauth(&tokens, ", expires_in: 600");
    let world = World::new(&auth, "https://crm.example.com").await;
    let target = world.connect_with(Some("canary-r0"), None).await;
    world.pass(9 * 60 - 1);
    assert_eq!(world.signed(&target).await.unwrap(), "canary-a0");
    world.pass(1);
    assert_eq!(world.signed(&target).await.unwrap(), "canary-a1");
}

#[tokio::test]
async fn u15_twenty_calls_refresh_once() {
    let valve = Valve::default();
    let wait = valve.clone();
    let tokens = Server::start(move |number, _| {
        wait.wait();
        granted(number + 1)
    });
    let world = Arc::new(World::oauth(&tokens).await);
    let target = Arc::new(world.connect().await);
    world.pass(2 * 3_600);
    let calls = twenty(&[(Arc::clone(&world), target)]);
    tokens.was_asked(1).await;
    valve.open();
    assert_eq!(calls.join_all().await, vec!["canary-a1"; 20]);
    assert_eq!(tokens.hits(), 1);
}

fn twenty(of: &[(Arc<World>, Arc<CustomerTarget>)]) -> JoinSet<String> {
    let mut calls = JoinSet::new();
    for number in 0..20 {
        let (world, target) = of[number % of.len()].clone();
        calls.spawn(async move { world.signed(&target).await.unwrap() });
    }
    calls
}

#[test]
fn u15_two_processes_refresh_once() {
    on_postgres(async |database, dir| {
        let valve = Valve::default();
        let wait = valve.clone();
        let tokens = Server::start(move |number, _| {
            wait.wait();
            granted(number + 1)
        });
        let auth = oauth(&tokens, "");
        let world = World::on(&database, dir, &auth, "https://crm.example.com").await;
        let one = Arc::new(world.connect().await);
        let other = Arc::new(world.another(&database).await);
        let of_other = Arc::new(other.target().await.unwrap());
        world.pass(2 * 3_600);
        let opened = async {
            tokens.was_asked(1).await;
            // Both have come to the lease: whoever lost it looks at the row until then.
            tokio::time::sleep(Duration::from_millis(150)).await;
            valve.open();
        };
        let calls = twenty(&[(Arc::new(world), one), (other, of_other)]).join_all();
        let (signed, ()) = tokio::join!(calls, opened);
        assert_eq!(signed, vec!["canary-a1"; 20]);
        assert_eq!(tokens.hits(), 1);
    });
}

#[tokio::test]
async fn what_another_process_has_refreshed_is_read() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    let target = world.connect().await;
    let elsewhere = world.target().await.unwrap();
    world.pass(2 * 3_600);
    assert_eq!(world.signed(&elsewhere).await.unwrap(), "canary-a1");
    assert_eq!(world.signed(&target).await.unwrap(), "canary-a1");
    assert_eq!(tokens.hits(), 1);
}

#[tokio::test]
async fn u15_a_lease_that_a_dead_process_left_is_taken_over() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    let target = world.connect().await;
    world.pass(2 * 3_600);
    world.lease_and_die(target.connection.row.id).await;
    let hurry = tokio::time::Instant::now() + Duration::from_millis(300);
    let waited = world.app.customer_route(&target, &world.outbound, hurry).await.unwrap_err();
    assert_eq!(waited.kind, UnusableKind::TokenEndpoint);
    assert_eq!(tokens.hits(), 0);
    // The refresh goes on; the lease ends.
    world.pass(31);
    assert_eq!(world.signed(&target).await.unwrap(), "canary-a1");
    assert_eq!(tokens.hits(), 1);
}

#[tokio::test]
async fn u15_whatever_passes_loses_nothing_and_is_tried_again() {
    let html = "<html>canary</html>".to_owned();
    for (number, word) in
        ["HTTP 500", "JSON object", "no HTTP answer", "did not answer within", "HTTP 400"]
            .into_iter()
            .enumerate()
    {
        let html = html.clone();
        let tokens = Server::start(move |asked, _| match (asked, number) {
            (0, 0) => Reply::Bytes("500 Oops", html.clone()),
            (0, 1) => Reply::Bytes("200 OK", html.clone()),
            (0, 2) => Reply::Lost,
            (0, 3) => Reply::Silence,
            (0, _) => refusing("invalid_client"),
            _ => granted(asked),
        });
        let world = World::oauth(&tokens).await;
        let target = world.connect().await;
        world.pass(2 * 3_600);
        let error = world.signed(&target).await.unwrap_err();
        assert_eq!(error.kind, UnusableKind::TokenEndpoint, "{word}");
        assert!(error.reason.contains(word) && !error.reason.contains("canary"), "{error:?}");
        assert_eq!(world.kept().await, "canary-r0", "{word}");
        assert_eq!(world.row().await.status, "connected", "{word}");
        // It is remembered for a second, so that a provider that is down is not asked by every call.
        assert_eq!(world.signed(&target).await.unwrap_err(), error, "{word}");
        assert_eq!(tokens.hits(), 1, "{word}");
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(2)).await;
        tokio::time::resume();
        assert_eq!(world.signed(&target).await.unwrap(), "canary-a1", "{word}");
        assert!(tokens.asked(1).contains("refresh_token=canary-r0&"), "{word}");
    }
}

#[tokio::test]
async fn a_token_that_is_good_for_a_while_is_used_while_the_provider_is_down() {
    let tokens = Server::start(|_, _| Reply::Bytes("503 No", String::new()));
    let world = World::oauth(&tokens).await;
    let target = world.connect().await;
    world.pass(56 * 60);
    for _ in 0..3 {
        assert_eq!(world.signed(&target).await.unwrap(), "canary-a0");
    }
    assert_eq!(tokens.hits(), 1);
}

#[tokio::test]
async fn u15_a_call_that_goes_away_loses_no_token() {
    let valve = Valve::default();
    let wait = valve.clone();
    let tokens = Server::start(move |number, _| {
        wait.wait();
        granted(number + 1)
    });
    let world = Arc::new(World::oauth(&tokens).await);
    let target = Arc::new(world.connect().await);
    world.pass(2 * 3_600);
    let (of_call, to) = (Arc::clone(&world), Arc::clone(&target));
    let mut call = JoinSet::new();
    call.spawn(async move { of_call.signed(&to).await });
    tokens.was_asked(1).await;
    call.shutdown().await;
    valve.open();
    assert_eq!(world.signed(&target).await.unwrap(), "canary-a1");
    assert_eq!((world.kept().await.as_str(), tokens.hits()), ("canary-r1", 1));
}

#[tokio::test]
async fn u15_what_is_over_for_ever_asks_for_the_customer_and_keeps_the_secret() {
    let tokens = Server::start(|_, _| refusing("invalid_grant"));
    let world = World::oauth(&tokens).await;
    let target = world.connect().await;
    let before = world.app.store.epochs().await.unwrap().connections;
    world.pass(2 * 3_600);
    let error = world.signed(&target).await.unwrap_err();
    assert_eq!(error.kind, UnusableKind::NeedsAttention);
    assert!(
        error.reason.contains("(invalid_grant)") && !error.reason.contains("canary"),
        "{error:?}"
    );
    let row = world.row().await;
    assert_eq!(
        (row.status.as_str(), row.reason.as_ref()),
        ("needs_attention", Some(&error.reason))
    );
    assert_eq!(world.kept().await, "canary-r0");
    let changed = world.app.store.customers_changed(before).await.unwrap();
    assert_eq!(changed, [(world.account, world.customer)]);
    // Nobody asks again, whoever has it ready.
    assert_eq!(world.signed(&target).await.unwrap_err(), error);
    assert_eq!(world.target().await.err().unwrap(), error);
    assert_eq!(tokens.hits(), 1);
}

#[tokio::test]
async fn without_a_refresh_token_it_expires() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    let target = world.connect_with(None, Some(3_600)).await;
    world.pass(3_599);
    assert_eq!(world.signed(&target).await.unwrap(), "canary-a0");
    world.pass(1);
    assert_eq!(world.signed(&target).await.unwrap_err().kind, UnusableKind::Expired);
    assert_eq!((world.row().await.status.as_str(), tokens.hits()), ("expired", 0));
    assert_eq!(world.target().await.err().unwrap().kind, UnusableKind::Expired);
}

#[tokio::test]
async fn u07_a_refused_token_is_replaced_once() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    let target = world.connect().await;
    let used = world.route(&target).await.unwrap();
    let fresh = world.refused(&target, &used).await.unwrap().unwrap();
    assert_eq!((token(&fresh).as_str(), tokens.hits()), ("canary-a1", 1));
    // Another call that had the old one.
    let same = world.refused(&target, &used).await.unwrap().unwrap();
    assert!(Arc::ptr_eq(&fresh, &same));
    // Refused again at once, it needs its customer.
    let error = world.refused(&target, &fresh).await.unwrap_err();
    assert_eq!((error.kind, tokens.hits()), (UnusableKind::NeedsAttention, 1));
    assert!(error.reason.contains("401"), "{error:?}");
    assert_eq!(world.row().await.status, "needs_attention");
}

#[tokio::test]
async fn u07_a_token_that_worked_for_long_is_replaced_again() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    let target = world.connect().await;
    let used = world.route(&target).await.unwrap();
    let fresh = world.refused(&target, &used).await.unwrap().unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
    let again = world.refused(&target, &fresh).await.unwrap().unwrap();
    assert_eq!((token(&again).as_str(), tokens.hits()), ("canary-a2", 2));
}

#[tokio::test]
async fn u07_a_refused_token_that_nothing_refreshes_needs_the_customer() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    let target = world.connect_with(None, None).await;
    let used = world.route(&target).await.unwrap();
    // Somebody has connected anew in between: that is used.
    world.connect_again().await;
    let newer = world.refused(&target, &used).await.unwrap().unwrap();
    assert_eq!(token(&newer), "canary-b");
    let error = world.refused(&target, &newer).await.unwrap_err();
    assert_eq!((error.kind, tokens.hits()), (UnusableKind::NeedsAttention, 0));
    assert_eq!(world.row().await.status, "needs_attention");
}

#[tokio::test]
async fn a_connection_that_is_removed_meanwhile_signs_nothing_more() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    let target = world.connect().await;
    let id = target.connection.row.id;
    let name = world.customer.to_string().parse().unwrap();
    let removed = world.app.delete_customer_connection(
        &world.operator,
        &name,
        id,
        crate::Expected::Any,
        &world.outbound,
    );
    // This endpoint takes tokens back.
    assert_eq!(removed.await.unwrap().revocation, crate::Revocation::Revoked);
    assert!(tokens.asked(0).contains("\r\n\r\ntoken=canary-r0&token_type_hint=refresh_token&"));
    world.pass(2 * 3_600);
    let error = world.app.customer_route(&target, &world.outbound, soon()).await.unwrap_err();
    assert_eq!((error.reason.as_str(), tokens.hits()), ("it was removed", 1));
}

#[tokio::test]
async fn whoever_is_removed_gives_its_tokens_back() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    world.connect().await;
    let name = world.customer.to_string().parse().unwrap();
    let (app, operator, outbound) = (&world.app, &world.operator, &world.outbound);
    let given_back = |number| {
        let asked = tokens.asked(number);
        assert!(
            asked.contains("\r\n\r\ntoken=canary-r0&token_type_hint=refresh_token&"),
            "{asked}"
        );
    };
    // A user, with what keeps its own connections.
    let new = serde_json::from_value(json!({"email": "u@example.com", "role": "member"})).unwrap();
    let user = app.create_user(operator, new).await.unwrap().user.id;
    let ada = store::CustomerName::Id(world.customer);
    let ada = app.store.customer(world.account, &ada).await.unwrap().unwrap();
    let own = store::Customer {
        id: customer_of(user),
        key: user.to_string().parse().unwrap(),
        user_id: Some(user),
        ..ada
    };
    let (now, event) = (app.clock.now(), "customer.create");
    let begun = app.begin(operator, now, event, &own.id, None::<&()>, None::<&()>).await;
    let mut change = begun.unwrap();
    change.insert_customer(&own).await.unwrap();
    change.commit().await.unwrap();
    world.of(own.id).connect().await;
    // What is refused gives nothing back.
    let stale = Expected::Revision(7);
    app.delete_customer(operator, &name, stale, outbound).await.unwrap_err();
    app.delete_user(operator, user, stale, outbound).await.unwrap_err();
    app.delete_customer(operator, &name, Expected::Any, outbound).await.unwrap();
    tokens.was_asked(1).await;
    given_back(0);
    app.delete_user(operator, user, Expected::Any, outbound).await.unwrap();
    tokens.was_asked(2).await;
    given_back(1);
}

#[tokio::test]
async fn u15_what_is_granted_is_used_when_it_is_kept() {
    let lock = Lock::default();
    let locked = lock.clone();
    let tokens = Server::start(move |number, _| {
        locked.take();
        granted(number + 1)
    });
    let world = World::oauth(&tokens).await;
    lock.is_of(world.dir.path());
    let target = world.connect().await;
    world.pass(2 * 3_600);
    let hurry = tokio::time::Instant::now() + Duration::from_millis(400);
    let error = world.app.customer_route(&target, &world.outbound, hurry).await.unwrap_err();
    assert_eq!((error.kind, tokens.hits()), (UnusableKind::TokenEndpoint, 1));
    assert_eq!(token(&target.connection.state.load().route), "canary-a0");
    lock.free();
    assert_eq!(world.signed(&target).await.unwrap(), "canary-a1");
    assert_eq!((world.kept().await.as_str(), tokens.hits()), ("canary-r1", 1));
}
