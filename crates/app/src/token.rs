use crate::{App, Caller, Error, clock::entropy, error::Kind, principal::Network};
use model::{AccountId, Names, Permission, Scope, Secret, Timestamp, TokenId, UserId};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Base62 digits of randomness: 178 bits.
const RANDOM_DIGITS: usize = 30;
/// Base62 digits of the CRC-32 over all before.
const CHECK_DIGITS: usize = 6;
const PREFIX: &str = "gwt_";
/// The length of every token.
pub(crate) const TOKEN_BYTES: usize = PREFIX.len() + RANDOM_DIGITS + 1 + CHECK_DIGITS;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The longest name of a token.
const NAME_CHARS_MAX: usize = 100;
/// Tokens that a list shows at most.
const LIST_MAX: u32 = 1_000;

/// What a new token shall be.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// For people.
    pub name: String,
    /// What it may call.
    pub scope: Scope,
    /// What it may do through the control API; at most what its maker may.
    pub permissions: Vec<Permission>,
    /// The user that owns it and whose rights bound it; absent for a token of the account itself.
    pub user_id: Option<UserId>,
    /// Networks that it may come from, such as `10.0.0.0/8`; any when empty.
    pub networks: Vec<String>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

impl NewToken {
    /// A token of the account itself for MCP alone, until it is revoked.
    #[must_use]
    pub fn new(name: impl Into<String>, scope: Scope) -> Self {
        Self {
            name: name.into(),
            scope,
            permissions: Vec::new(),
            user_id: None,
            networks: Vec::new(),
            expires_at: None,
        }
    }
}

/// A token that was just made: the only time that it is seen.
#[derive(Debug)]
pub struct CreatedToken {
    /// Names it in lists and to revoke it.
    pub id: TokenId,
    /// The token.
    pub token: Secret,
}

/// A token in a list.
#[derive(Clone, Debug, Serialize)]
pub struct TokenSummary {
    /// Names it.
    pub id: TokenId,
    /// For people.
    pub name: String,
    /// Its first characters.
    pub hint: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to within seconds.
    pub last_used_at: Option<Timestamp>,
}

impl App {
    /// Makes a token. It can be used at once, in every process that serves this data directory.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] for an empty or overlong name, or an expiry in the past.
    pub async fn create_token(
        &self,
        caller: &Caller,
        new: NewToken,
    ) -> Result<CreatedToken, Error> {
        let account = caller.may(Permission::WriteTokens)?;
        let now = self.clock.now();
        if new.name.trim().is_empty() || new.name.chars().count() > NAME_CHARS_MAX {
            return Err(Error::invalid(format!(
                "a token's name has 1 to {NAME_CHARS_MAX} characters"
            )));
        }
        if new.expires_at.is_some_and(|at| at <= now) {
            return Err(Error::invalid("a token's expiry is in the future"));
        }
        if let Some(more) = new.permissions.iter().find(|one| !caller.permissions().contains(**one))
        {
            let message = format!("you cannot give {}, which you do not have", more.as_str());
            return Err(Error::new(Kind::Forbidden, message).field("permissions"));
        }
        if let Some(text) = new.networks.iter().find(|text| Network::parse(text).is_none()) {
            let message = format!("{text:?} is no network: write one such as 10.0.0.0/8");
            return Err(Error::invalid(message).field("networks"));
        }
        if let Some(user) = new.user_id
            && self.store.user(account, user).await?.is_none()
        {
            return Err(Error::invalid("there is no such user").field("user_id"));
        }
        let servers = self.named_servers(account, new.scope.servers).await?;
        let new = NewToken { scope: Scope { servers, ..new.scope }, ..new };
        let (token, row) = mint(account, new, now);
        let mut change =
            self.begin(caller, now, "token.create", &row.id, None::<&()>, Some(&row.scope)).await?;
        change.insert_token(&row).await?;
        change.commit().await?;
        Ok(CreatedToken { id: row.id, token })
    }

    /// Servers named by id or slug, as ids: a slug may come to name another server.
    async fn named_servers(&self, account: AccountId, names: Names) -> Result<Names, Error> {
        let Names::Only(names) = names else { return Ok(Names::All) };
        let known = self.store.servers(account).await?;
        let mut ids = Vec::with_capacity(names.len());
        for name in names {
            let found = known.iter().find(|one| one.id.to_string() == name || *one.slug == *name);
            let server = found.ok_or_else(|| {
                Error::invalid(format!("there is no MCP server {name}")).field("scope.servers")
            })?;
            ids.push(server.id.to_string());
        }
        Ok(Names::Only(ids))
    }

    /// The account's tokens, oldest first.
    ///
    /// # Errors
    ///
    /// [`Kind::Unavailable`] when the database does not answer.
    pub async fn list_tokens(&self, caller: &Caller) -> Result<Vec<TokenSummary>, Error> {
        let account = caller.may(Permission::ReadTokens)?;
        let rows = self.store.tokens(account, LIST_MAX).await?;
        Ok(rows.into_iter().map(TokenSummary::from).collect())
    }

    /// Revokes a token: within a second no process takes it any more, and its open streams end.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] when the account has no such token, or it is revoked already.
    pub async fn revoke_token(&self, caller: &Caller, id: TokenId) -> Result<(), Error> {
        let account = caller.may(Permission::WriteTokens)?;
        let now = self.clock.now();
        let mut change =
            self.begin(caller, now, "token.revoke", &id, None::<&()>, None::<&()>).await?;
        if !change.revoke_token(account, id, now).await? {
            return Err(Error::new(
                Kind::NotFound,
                format!("there is no live token {id}: see `gatewright token list`"),
            ));
        }
        change.commit().await?;
        Ok(())
    }
}

impl From<store::Token> for TokenSummary {
    fn from(row: store::Token) -> Self {
        Self {
            id: row.id,
            name: row.name,
            hint: row.hint,
            scope: row.scope,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        }
    }
}

pub(crate) fn mint(
    account_id: model::AccountId,
    new: NewToken,
    now: Timestamp,
) -> (Secret, store::Token) {
    let text = format_token(&entropy());
    let row = store::Token {
        id: TokenId::new(now, entropy()),
        account_id,
        user_id: new.user_id,
        name: new.name,
        description: String::new(),
        hint: text[..PREFIX.len() + 4].to_owned(),
        hash: digest(&text),
        scope: new.scope,
        permissions: new.permissions,
        networks: new.networks,
        purge: false,
        replaced_by: None,
        revision: 1,
        created_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    (Secret::from(text), row)
}

/// What is stored of a token. It has 178 random bits, so a slow hash would protect nothing more.
pub(crate) fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// `gwt_`, 30 random digits, `_`, and the checksum of all before.
fn format_token(random: &[u8; 32]) -> String {
    // Digits of a 256-bit number in base 62, the lowest 30 of 43: uniform to within 2⁻⁷⁷.
    let mut number = *random;
    let mut text = String::with_capacity(TOKEN_BYTES);
    text.push_str(PREFIX);
    for _ in 0..RANDOM_DIGITS {
        let mut rest = 0u32;
        for byte in &mut number {
            let part = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(part / 62)
                .expect("the remainder is below 62, so the quotient is below 256");
            rest = part % 62;
        }
        text.push(char::from(ALPHABET[rest as usize]));
    }
    let check = checksum(&text);
    text.push('_');
    text.extend(check.map(char::from));
    text
}

fn checksum(text: &str) -> [u8; CHECK_DIGITS] {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECK_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits
}

/// Whether `text` is written as a token is, checksum included: what is not costs no lookup.
pub(crate) fn is_well_formed(text: &str) -> bool {
    text.len() == TOKEN_BYTES
        && text.starts_with(PREFIX)
        && text[PREFIX.len()..]
            .bytes()
            .enumerate()
            .all(|(at, b)| if at == RANDOM_DIGITS { b == b'_' } else { b.is_ascii_alphanumeric() })
        && checksum(&text[..PREFIX.len() + RANDOM_DIGITS])
            == text.as_bytes()[TOKEN_BYTES - CHECK_DIGITS..]
}

#[cfg(test)]
mod tests {
    use super::{TOKEN_BYTES, format_token, is_well_formed};
    use crate::clock::entropy;

    #[test]
    fn every_token_is_well_formed_and_no_altered_one_is() {
        for _ in 0..100 {
            let token = format_token(&entropy());
            assert_eq!(token.len(), TOKEN_BYTES);
            assert!(is_well_formed(&token), "{token}");
            for at in 0..token.len() {
                let mut bytes = token.clone().into_bytes();
                bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
                let altered = String::from_utf8(bytes).unwrap();
                assert!(!is_well_formed(&altered), "{altered}");
            }
            assert!(!is_well_formed(&token[1..]));
            assert!(!is_well_formed(&format!("{token}a")));
            assert!(!is_well_formed(&token.replace('g', "\u{0261}")));
        }
    }
}
