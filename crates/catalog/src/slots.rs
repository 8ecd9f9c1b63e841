use crate::Definition;
use model::{AuthMethod, AuthWay, CredentialSlot, KeyPlace, Place, SlotKind};

impl Definition {
    /// The ways to connect, as apps of API descriptions have their credentials.
    #[must_use]
    pub fn slots(&self) -> Vec<CredentialSlot> {
        self.auth.iter().flat_map(of_way).collect()
    }
}

fn of_way(way: &AuthWay) -> Vec<CredentialSlot> {
    let slot = |name: &str, kind: SlotKind| CredentialSlot {
        name: name.to_owned(),
        kind,
        description: Some(way.title.clone()),
    };
    let key = |place: KeyPlace, name: &str| SlotKind::ApiKey {
        place: match place {
            KeyPlace::Header => Place::Header,
            KeyPlace::Query => Place::Query,
            KeyPlace::Cookie => Place::Cookie,
        },
        name: name.to_owned(),
    };
    let oauth =
        |flow: &str, authorization_url: Option<&String>, token_url: &str| SlotKind::OAuth2 {
            flows: vec![flow.to_owned()],
            authorization_url: authorization_url.cloned(),
            token_url: Some(token_url.to_owned()),
            scopes: way.method.scopes().iter().map(|scope| scope.name.clone()).collect(),
        };
    let kind = match &way.method {
        AuthMethod::OAuth2(one) => {
            oauth("authorizationCode", Some(&one.authorization_url), &one.token_url)
        }
        AuthMethod::ClientCredentials(one) => oauth("clientCredentials", None, &one.token_url),
        AuthMethod::ApiKey(sender) => key(sender.place, &sender.name),
        AuthMethod::Bearer => SlotKind::Bearer,
        AuthMethod::Basic(_) => SlotKind::Basic,
        AuthMethod::Fields => {
            let sent = way.fields.iter().filter_map(|field| Some((field, field.send.as_ref()?)));
            return sent.map(|(field, to)| slot(&field.name, key(to.place, &to.name))).collect();
        }
    };
    vec![slot(&way.name, kind)]
}
