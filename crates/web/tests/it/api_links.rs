//! Links that set a password once: at set-up, by invitation, and to reset it.

use crate::{
    api::problem,
    browser::PASSWORD,
    world::{Reply, World},
};
use app::Context;
use model::Permission;
use serde_json::json;
use std::{thread, time::Duration};

const HOUR: Duration = Duration::from_secs(60 * 60);

fn accept(world: &World, link: &str) -> Reply {
    world.anonymous("/links/accept", &json!({"link": link, "password": PASSWORD}))
}

fn spent(reply: &Reply) -> bool {
    problem(reply) == (404, "link_spent".into(), None)
}

#[test]
fn an_invitation_is_used_once_within_a_week() {
    let world = World::new();
    let (_, link) = world.invite("local", "ada@example.com", "member");
    assert_eq!(link.len(), 43, "256 bits");
    let short = world.anonymous("/links/accept", &json!({"link": link, "password": "too short"}));
    assert_eq!(problem(&short), (400, "password_too_short".into(), Some("password".into())));
    let other = json!({"link": link, "password": PASSWORD, "email": "eve@example.com"});
    assert_eq!(problem(&world.anonymous("/links/accept", &other)).2.as_deref(), Some("email"));
    world.pass(HOUR * 24 * 7 - Duration::from_millis(1));
    let body = json!({"link": link, "password": PASSWORD, "name": "Ada"});
    let accepted = world.anonymous("/links/accept", &body);
    assert_eq!(accepted.status, 201, "{accepted:?}");
    assert_eq!(accepted.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(accepted.header("cache-control"), Some("no-store"));
    assert_eq!(accepted.json()["user"]["name"], "Ada");
    assert_eq!(world.browser(&accepted).get("/session").json()["user"]["email"], "ada@example.com");
    assert!(spent(&accept(&world, &link)), "a second time");
    world.sign_in("local", "ada@example.com");

    let (_, link) = world.invite("local", "bob@example.com", "member");
    world.pass(HOUR * 24 * 7);
    assert!(spent(&accept(&world, &link)), "a week later");
}

#[test]
fn of_several_that_use_a_link_at_once_one_succeeds() {
    let world = World::new();
    let (_, link) = world.invite("local", "ada@example.com", "member");
    let replies: Vec<Reply> = thread::scope(|scope| {
        let (world, link) = (&world, &link);
        let each = |n: usize| {
            move || {
                let password = format!("{PASSWORD} {n}");
                world.anonymous("/links/accept", &json!({"link": link, "password": password}))
            }
        };
        let threads: Vec<_> = (0..8).map(|n| scope.spawn(each(n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let winners: Vec<usize> = (0..8).filter(|n| replies[*n].status == 201).collect();
    assert_eq!(winners.len(), 1, "{replies:?}");
    assert!(replies.iter().filter(|reply| reply.status != 201).all(spent), "{replies:?}");
    let signs_in = |n: usize| {
        let password = format!("{PASSWORD} {n}");
        world.try_sign_in("local", "ada@example.com", &password).status == 201
    };
    assert!(signs_in(winners[0]));
    assert!(!signs_in((winners[0] + 1) % 8));
}

#[test]
fn a_reset_takes_the_place_of_links_and_ends_sign_ins() {
    let world = World::new();
    let api = world.full_api("local");
    let (id, browser) = world.person("local", "ada@example.com", "member");
    let path = format!("/users/{id}/reset-link");
    let reset = || {
        let made = api.send("POST", &path, &[], "");
        assert_eq!(made.status, 200, "{made:?}");
        assert_eq!(made.json()["purpose"], "reset");
        made.json()["link"].as_str().unwrap().to_owned()
    };
    let (older, newer) = (reset(), reset());
    assert!(spent(&accept(&world, &older)), "there is a newer one");
    assert_eq!(browser.get("/session").status, 200, "a link alone changes nothing");
    let new = "another horse battery";
    let accepted = world.anonymous("/links/accept", &json!({"link": newer, "password": new}));
    assert_eq!(accepted.status, 201, "{accepted:?}");
    assert_eq!(problem(&browser.get("/session")).0, 401);
    assert_eq!(world.try_sign_in("local", "ada@example.com", PASSWORD).status, 401);
    assert_eq!(world.try_sign_in("local", "ada@example.com", new).status, 201);

    let link = reset();
    world.pass(HOUR * 24);
    assert!(spent(&accept(&world, &link)), "a day later");
    let link = reset();
    assert_eq!(api.patch(&format!("/users/{id}"), &json!({"disabled": true})).status, 200);
    assert!(spent(&accept(&world, &link)), "shut out");
    let refused = api.send("POST", &path, &[], "");
    assert_eq!(problem(&refused), (409, "user_disabled".into(), None));
    assert_eq!(api.patch(&format!("/users/{id}"), &json!({"disabled": false})).status, 200);
    assert!(spent(&accept(&world, &link)), "let in again, it begins anew");

    let (invited, first) = world.invite("local", "bob@example.com", "member");
    let again = api.send("POST", &format!("/users/{invited}/reset-link"), &[], "").json();
    assert_eq!(again["purpose"], "invitation", "there is nothing to reset yet");
    assert!(spent(&accept(&world, &first)));
    assert_eq!(accept(&world, again["link"].as_str().unwrap()).status, 201);
}

#[test]
fn an_admin_makes_no_link_for_an_owner() {
    let world = World::new();
    let (owner, _) = world.invite("local", "own@example.com", "owner");
    let admin = world.api("local", &[Permission::ReadUsers, Permission::WriteUsers]);
    let refused = admin.send("POST", &format!("/users/{owner}/reset-link"), &[], "");
    assert_eq!(problem(&refused).0, 403);
    let foreign =
        world.full_api("other").send("POST", &format!("/users/{owner}/reset-link"), &[], "");
    assert_eq!(problem(&foreign).0, 404);
}

#[test]
fn the_first_owner_sets_itself_up_and_nobody_after_it() {
    let world = World::new();
    let setup = || {
        let link = world.block_on(world.app.create_setup_link(&world.operator)).unwrap();
        link.map(|link| link.link)
    };
    let operator =
        world.block_on(world.app.operator(&"other".parse().unwrap(), Context::default()));
    let other = world.block_on(world.app.create_setup_link(&operator.unwrap())).unwrap().unwrap();
    let (older, newer) = (setup().unwrap(), setup().unwrap());
    let first = |link: &str| {
        let body =
            json!({"link": link, "password": PASSWORD, "email": "own@example.com", "name": "Own"});
        world.anonymous("/links/accept", &body)
    };
    assert!(spent(&first(&older)), "a start makes a new one");
    assert_eq!(
        problem(&accept(&world, &newer)),
        (400, "email_missing".into(), Some("email".into()))
    );
    assert_eq!(world.try_sign_in("local", "admin@example.com", "admin").status, 401, "no default");
    // As a page of the console has it in its address.
    let accepted = first(&format!("http://127.0.0.1:3000/setup#{newer}"));
    assert_eq!(accepted.status, 201, "{accepted:?}");
    assert_eq!(
        (&accepted.json()["user"]["role"], &accepted.json()["account"]["alias"]),
        (&json!("owner"), &json!("local"))
    );
    assert!(spent(&first(&newer)));
    assert_eq!(setup(), None, "the account has a user");
    world.sign_in("local", "own@example.com");

    world.pass(HOUR);
    assert!(spent(&first(&other.link)), "an hour later");
}

#[test]
fn who_guesses_links_is_slowed_down_and_finds_none() {
    let world = World::new();
    world.invite("local", "ada@example.com", "member");
    let mut waits = 0;
    for n in 0..1_000 {
        let reply = accept(&world, &format!("{n:043}"));
        match reply.status {
            429 => waits += 1,
            404 => assert!(spent(&reply)),
            other => panic!("{other}: {reply:?}"),
        }
    }
    assert!(waits > 0);
    for malformed in ["x", "", &"x".repeat(44), "../../users", "http://evil.example/"] {
        let reply = accept(&world, malformed);
        assert!(spent(&reply), "{malformed}: {reply:?}");
    }
}
