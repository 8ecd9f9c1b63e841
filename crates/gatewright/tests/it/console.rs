//! The console's place in the process. What it shows is tested in a browser; whether one was built is the build's business.

use crate::{binary::Home, http::Connection};

#[test]
fn a_page_for_people_and_a_line_that_leads_to_it() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let page = gateway.get("/");
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    match gateway.ready["console_url"].as_str() {
        Some(url) => {
            assert_eq!(url, format!("http://{}/", gateway.address));
            assert!(page.body.contains("<div id=\"root\">"), "{}", page.body);
            assert!(!page.body.contains("__CSP_NONCE__"), "{}", page.body);
        }
        // Built without Node.js, the page tells what to do.
        None => assert!(page.body.contains("cargo build --release"), "{}", page.body),
    }
    assert!(gateway.stop().is_empty());

    let mut second = home.serving(&mut home.command(&["serve", "--listen", "127.0.0.1:0"]));
    let has_console = {
        let mut connection = Connection::open(second.address).unwrap();
        connection.send("GET", "/", &[], b"").unwrap();
        connection.reply().unwrap().body.contains("<div id=\"root\">")
    };
    let mut said = String::new();
    while !said.contains("/setup#") {
        let line = second.line();
        assert!(!line.is_empty(), "{said}");
        said.push_str(&line);
    }
    let line = format!("Console  http://{}/\n", second.address);
    assert_eq!(said.contains(&line), has_console, "{said}");
    second.stop();
}
