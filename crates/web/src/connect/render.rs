//! The pages: each is one document, made of the template and of what is escaped.

use super::html::Html;
use app::{Brand, ConnectApp, ConnectInput, ConnectPage, ConnectWay, Connected};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, StatusCode, header};
use model::Secret;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const DONE: &str = include_str!("done.js");

/// A page before it is a document.
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) title: String,
    pub(super) content: Html,
    pub(super) brand: Option<Brand>,
    /// Where the browser goes on by itself, and after how many seconds.
    pub(super) next: Option<(u8, String)>,
    /// Whether the script of the end runs.
    pub(super) is_done: bool,
}

/// What a form is filled with once more.
#[derive(Default)]
pub(super) struct Again {
    pub(super) app: String,
    pub(super) way: String,
    /// What was entered, by the names of the inputs. Of secret ones, nothing is shown.
    pub(super) values: BTreeMap<String, Secret>,
    /// The input that is wrong; none when it is the whole.
    pub(super) field: Option<String>,
    /// What is wrong with it.
    pub(super) message: String,
}

impl Again {
    /// Whether what is wrong is one input's, beside which it is shown.
    fn is_of_input(&self, page: &ConnectPage) -> bool {
        let apps = page.apps.iter().filter(|app| app.key.as_str() == self.app);
        let mut ways = apps.flat_map(|app| &app.ways).filter(|way| way.name == self.way);
        let field = self.field.as_deref();
        ways.any(|way| way.inputs.iter().any(|input| Some(input.name.as_str()) == field))
    }
}

impl Page {
    pub(super) fn new(status: StatusCode, title: impl Into<String>, content: Html) -> Self {
        Self { status, title: title.into(), content, brand: None, next: None, is_done: false }
    }

    fn branded(self, brand: &Brand) -> Self {
        Self { brand: Some(brand.clone()), ..self }
    }
}

/// The page of a link: what it connects, and how.
pub(super) fn connect(page: &ConnectPage, token: &str, again: Option<&Again>) -> Page {
    let title = match page.apps.as_slice() {
        [app] if page.is_again => format!("Connect {} again", app.title),
        [app] => format!("Connect {}", app.title),
        [] | [_, ..] => "Connect your apps".to_owned(),
    };
    let failure = again.filter(|again| !again.is_of_input(page)).map(|again| &again.message);
    let note = |text: &String| {
        Html::default().raw(r#"<p class="note" role="alert">"#).text(text).raw("</p>")
    };
    let content = Html::default()
        .html(brand(&page.brand))
        .raw("<h1>")
        .text(&title)
        .raw(r#"</h1><p class="soft">"#)
        .text(&page.brand.name)
        .raw(" asks for access on behalf of <strong>")
        .text(&page.customer)
        .raw("</strong>. Go on only if that is you.</p>")
        .each(failure.or(page.failure.as_ref()), note);
    let content = match page.apps.as_slice() {
        [] => content.raw(
            "<p>There is no app that can be connected yet. Ask whoever gave you this link.</p>",
        ),
        [app] => content.raw(r#"<p class="soft">"#).text(&app.description).raw("</p>").html(ways(
            app,
            &page.brand,
            token,
            again,
        )),
        apps => content.each(apps, |app| {
            let is_open = again.is_some_and(|again| again.app == app.key.as_str());
            Html::default()
                .raw(if is_open { "<details open><summary>" } else { "<details><summary>" })
                .text(&app.title)
                .raw(r#"</summary><p class="soft">"#)
                .text(&app.description)
                .raw("</p>")
                .html(ways(app, &page.brand, token, again))
                .raw("</details>")
        }),
    };
    let content = content
        .each(&page.return_host, |host| {
            Html::default()
                .raw(r#"<p class="soft">Afterwards you are back at <strong>"#)
                .text(host)
                .raw("</strong>.</p>")
        })
        .html(back(page.cancel_url.as_deref(), "Cancel"));
    Page::new(StatusCode::OK, title, content).branded(&page.brand)
}

fn ways(app: &ConnectApp, brand: &Brand, token: &str, again: Option<&Again>) -> Html {
    if app.ways.is_empty() {
        return Html::default()
            .raw("<p>This app is not set up yet. Ask whoever gave you this link.</p>");
    }
    Html::default().each(&app.ways, |way| {
        let again = again.filter(|again| again.app == app.key.as_str() && again.way == way.name);
        form(app, way, brand, token, again)
    })
}

fn form(
    app: &ConnectApp,
    way: &ConnectWay,
    brand: &Brand,
    token: &str,
    again: Option<&Again>,
) -> Html {
    let hidden = |name: &'static str, value: &str| {
        Html::default()
            .raw(r#"<input type="hidden" name=""#)
            .raw(name)
            .raw(r#"" value=""#)
            .text(value)
            .raw(r#"">"#)
    };
    // The same input of two ways wants two ids.
    let id = |input: &str| format!("{}.{}.{input}", app.key, way.name);
    let several = app.ways.len() > 1;
    let heading = several.then_some(&way.title);
    let scopes = (!way.scopes.is_empty()).then_some(&way.scopes);
    // Without an action, a form goes to the page's own address: that of the link.
    Html::default()
        .raw(r#"<form method="post" autocomplete="off">"#)
        .html(hidden("token", token))
        .html(hidden("app", app.key.as_str()))
        .html(hidden("way", &way.name))
        .each(heading, |title| Html::default().raw("<h2>").text(title).raw("</h2>"))
        .each(&way.help, |help| Html::default().raw("<small>").text(help).raw("</small>"))
        .each(&way.inputs, |one| input(one, &id(&one.name), again))
        .each(scopes, |scopes| {
            Html::default()
                .raw("<h2>What is asked for</h2><ul>")
                .each(scopes, |scope| Html::default().raw("<li>").text(scope).raw("</li>"))
                .raw("</ul>")
        })
        .each(&way.host, |host| assurance(way, brand, host))
        .raw("<button>")
        .raw(if way.is_sign_in { "Continue with " } else { "Connect " })
        .text(&app.title)
        .raw("</button></form>")
}

/// Who gets to see what, in words that anybody can check by the address bar.
fn assurance(way: &ConnectWay, brand: &Brand, host: &str) -> Html {
    let place = Html::default().raw("<strong>").text(host).raw("</strong>");
    let content = Html::default().raw(r#"<p class="soft">"#);
    let content = if way.is_sign_in {
        content
            .raw("You sign in at ")
            .html(place)
            .raw(": look for that address. ")
            .text(&brand.name)
            .raw(" does not see your password.")
    } else {
        content.raw("What you enter is kept encrypted, and sent to ").html(place).raw(" alone.")
    };
    content.raw("</p>")
}

fn input(input: &ConnectInput, id: &str, again: Option<&Again>) -> Html {
    let is_wrong = again.is_some_and(|again| again.field.as_deref() == Some(&input.name));
    let wrong = again.filter(|_| is_wrong).map(|again| &again.message);
    let entered = again.and_then(|again| again.values.get(&input.name));
    let entered = entered.and_then(|value| std::str::from_utf8(value.expose()).ok());
    let value = entered.or(input.default.as_deref());
    let optional = if input.is_optional { r#" <span class="soft">(optional)</span>"# } else { "" };
    let attribute = |name: &'static str, value: &str| {
        Html::default().raw(" ").raw(name).raw(r#"=""#).text(value).raw(r#"""#)
    };
    Html::default()
        .raw("<label")
        .html(attribute("for", id))
        .raw(">")
        .text(&input.label)
        .raw(optional)
        .raw("</label><input")
        .raw(if input.is_secret { r#" type="password""# } else { r#" type="text""# })
        .html(attribute("id", id))
        .html(attribute("name", &input.name))
        .each(value.filter(|_| !input.is_secret), |value| attribute("value", value))
        .each(&input.example, |example| attribute("placeholder", example))
        .html(attribute("aria-describedby", &format!("{id}.help")))
        .raw(r#" maxlength="8192" spellcheck="false" autocapitalize="none" autocomplete="off""#)
        .raw(if input.is_optional { "" } else { " required" })
        .raw(if is_wrong { r#" aria-invalid="true" autofocus"# } else { "" })
        .raw("><small")
        .html(attribute("id", &format!("{id}.help")))
        .raw(">")
        .each(wrong, |wrong| {
            Html::default().raw(r#"<span class="wrong" role="alert">"#).text(wrong).raw("</span> ")
        })
        .each(&input.help, |help| Html::default().text(help))
        .raw("</small>")
}

/// On the way to a provider. A form may not lead there itself: browsers check each step of the way that a form's answer takes against
/// `form-action`, and nobody knows a provider's steps.
pub(super) fn leaving(brand_of: &Brand, title: &str, url: String) -> Page {
    let heading = format!("Continue with {title}");
    let content = Html::default()
        .html(brand(brand_of))
        .raw("<h1>")
        .text(&heading)
        .raw(r#"</h1><p class="soft">You are taken there to sign in.</p><a class="button" rel="noreferrer" href=""#)
        .text(&url)
        .raw(r#"">Continue</a>"#);
    Page { next: Some((0, url)), ..Page::new(StatusCode::OK, heading, content).branded(brand_of) }
}

/// The end: the app is connected.
pub(super) fn done(connected: &Connected) -> Page {
    let brand_of = &connected.brand;
    let heading = format!("{} is connected", connected.title);
    let data = |name: &'static str, value: &str| {
        Html::default().raw(" data-").raw(name).raw(r#"=""#).text(value).raw(r#"""#)
    };
    let content = Html::default()
        .html(brand(brand_of))
        .raw(r#"<div class="mark" aria-hidden="true">✓</div><h1 id="done""#)
        .html(data("app", connected.app.as_str()))
        .html(data("connection", &connected.connection.to_string()))
        .each(&connected.origin, |origin| data("origin", origin))
        .raw(">")
        .text(&heading)
        .raw("</h1>");
    let content = match &connected.return_url {
        Some(url) => content
            .raw(r#"<p class="soft">You are taken back.</p><a class="button" href=""#)
            .text(url)
            .raw(r#"">Back to "#)
            .text(&brand_of.name)
            .raw("</a>"),
        None => content.raw(r#"<p class="soft">You can close this page.</p>"#),
    };
    // A popup closes by itself, and is not to go anywhere before.
    let next = connected
        .return_url
        .clone()
        .map(|url| (if connected.origin.is_some() { 3 } else { 1 }, url));
    let page = Page::new(StatusCode::OK, heading, content).branded(brand_of);
    Page { next, is_done: true, ..page }
}

/// It did not work, and can be tried again.
pub(super) fn failed(brand_of: &Brand, reason: &str, link: &str, cancel: Option<&str>) -> Page {
    let content = Html::default()
        .html(brand(brand_of))
        .raw(r#"<h1>Not connected</h1><p class="note" role="alert">"#)
        .text(reason)
        .raw(r#"</p><p class="soft">Nothing was lost: your link is as good as before.</p><a class="button" href="/connect/"#)
        .text(link)
        .raw(r#"">Try again</a>"#)
        .html(back(cancel, "Go back without connecting"));
    Page::new(StatusCode::OK, "Not connected", content).branded(brand_of)
}

/// There is nothing to connect here.
pub(super) fn notice(status: StatusCode, title: &str, message: &str) -> Page {
    let content = Html::default().raw("<h1>").text(title).raw("</h1><p>").text(message).raw("</p>");
    Page::new(status, title, content)
}

/// The form is not of this browser, or of a page that was open for long.
pub(super) fn outdated() -> Page {
    let content = Html::default().raw(
        r#"<h1>This page is out of date</h1><p>Open it again to go on. Your browser must keep cookies of this page.</p><a class="button" href="">Open again</a>"#,
    );
    Page::new(StatusCode::FORBIDDEN, "This page is out of date", content)
}

fn back(url: Option<&str>, label: &'static str) -> Html {
    Html::default().each(url, |url| {
        Html::default()
            .raw(r#"<a class="plain" href=""#)
            .text(url)
            .raw(r#"">"#)
            .raw(label)
            .raw("</a>")
    })
}

fn brand(brand: &Brand) -> Html {
    let html = Html::default().raw(r#"<div class="brand">"#);
    let html = match &brand.logo_url {
        Some(url) => html.raw(r#"<img alt="" src=""#).text(url).raw(r#"">"#),
        None => {
            let first = brand.name.chars().next().unwrap_or('·').to_uppercase().to_string();
            html.raw(r#"<span aria-hidden="true">"#).text(&first).raw("</span>")
        }
    };
    html.text(&brand.name).raw("</div>")
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let neutral = ("#3b5bdb".to_owned(), "#ffffff");
        // Both are checked to be colors: nothing else comes into the style.
        let (color, ink) =
            self.brand.as_ref().map_or(neutral, |brand| (brand.color.clone(), brand.ink));
        let style = format!(":root{{--brand:{color};--ink:{ink}}}\n{STYLE}");
        let script = if self.is_done { DONE } else { "" };
        let head = Html::default().raw("<title>").text(&self.title).raw("</title>").each(
            &self.next,
            |(seconds, url)| {
                Html::default()
                    .raw(r#"<meta http-equiv="refresh" content=""#)
                    .text(&format!("{seconds};url={url}"))
                    .raw(r#"">"#)
            },
        );
        let foot =
            self.brand.as_ref().map_or("", |_| "Credentials are kept encrypted by Gatewright.");
        let script_element =
            if self.is_done { format!("<script>{script}</script>") } else { String::new() };
        let text = filled(&[
            ("head", &head.into_string()),
            ("style", &style),
            ("content", &self.content.into_string()),
            ("foot", foot),
            ("script", &script_element),
        ]);
        let logo = self
            .brand
            .as_ref()
            .and_then(|brand| brand.logo_url.as_deref())
            .map_or("'none'", origin);
        let policy = format!(
            "default-src 'none'; style-src {}; script-src {}; img-src {logo}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            hash(&style),
            if self.is_done { hash(script) } else { "'none'".to_owned() },
        );
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = self.status;
        put(&mut response, header::CONTENT_TYPE, "text/html; charset=utf-8");
        put(&mut response, header::CONTENT_SECURITY_POLICY, &policy);
        // With `no-referrer`, browsers would send forms with `Origin: null`, as foreign pages do. No other host learns the address.
        put(&mut response, header::REFERRER_POLICY, "same-origin");
        response
    }
}

/// The template with its parts. What stands in a part is looked at no more: others wrote some of it.
fn filled(parts: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = TEMPLATE;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        let part = parts.iter().find(|(known, _)| *known == name);
        text.push_str(before);
        text.push_str(part.map_or("", |(_, part)| part));
        rest = after;
    }
    text + rest
}

fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// A policy's word for that very text.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// Scheme, host and port of a URL that was checked; without what a policy would read as its end.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#', ';', ',']).map_or(url.len(), |at| start + at);
    &url[..end]
}
