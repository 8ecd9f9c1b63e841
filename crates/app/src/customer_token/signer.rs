use super::{CUSTOMER_TOKEN_AUDIENCE, passes::Pass};
use crate::named::Named;
use model::{AccountId, SigningSecretId, Timestamp};
use oauth::Jwt;
use std::{collections::HashMap, sync::Arc};
use store::{CustomerGate, Issuer, SigningSecret};

/// Who may sign tokens of customers, of all accounts. Part of the registry.
#[derive(Debug, Default)]
pub(crate) struct Signers {
    secrets: HashMap<SigningSecretId, Arc<SigningSecret>>,
    issuers: HashMap<Box<str>, Vec<Arc<Issuer>>>,
    gates: HashMap<AccountId, Gate>,
    accounts: HashMap<Box<str>, Named<AccountId>>,
}

/// What is known of an account's customers as a whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate {
    /// Grows when one is shut out or removed.
    pub(crate) customers: i64,
    /// Whether a token that was verified makes the customer that it names.
    pub(crate) customers_on_first_use: bool,
}

/// Whose signature a token has.
#[derive(Clone, Debug)]
pub(crate) enum Signer {
    Secret(Arc<SigningSecret>),
    Issuer(Arc<Issuer>),
}

impl Signer {
    pub(crate) fn account_id(&self) -> AccountId {
        match self {
            Self::Secret(row) => row.account_id,
            Self::Issuer(row) => row.account_id,
        }
    }

    pub(crate) fn allow_in_url(&self) -> bool {
        match self {
            Self::Secret(row) => row.allow_in_url,
            Self::Issuer(row) => row.allow_in_url,
        }
    }

    pub(crate) fn retires_at(&self) -> Option<Timestamp> {
        match self {
            Self::Secret(row) => row.retires_at,
            Self::Issuer(_) => None,
        }
    }
}

impl Signers {
    pub(crate) fn new(
        secrets: Vec<SigningSecret>,
        issuers: Vec<Issuer>,
        gates: Vec<CustomerGate>,
        aliases: &[store::AccountAlias],
    ) -> Self {
        let mut next = Self::default();
        next.secrets.extend(secrets.into_iter().map(|row| (row.id, Arc::new(row))));
        for row in issuers {
            next.issuers.entry(row.issuer.as_str().into()).or_default().push(Arc::new(row));
        }
        for row in gates {
            let CustomerGate { account_id, customers, customers_on_first_use } = row;
            next.gates.insert(account_id, Gate { customers, customers_on_first_use });
            let named = Named { what: account_id, former_until: None };
            next.accounts.insert(account_id.to_string().into(), named);
        }
        for row in aliases {
            let named = Named { what: row.account_id, former_until: row.former_until };
            next.accounts.insert(row.alias.as_str().into(), named);
        }
        next
    }

    pub(crate) fn gate(&self, account: AccountId) -> Option<Gate> {
        self.gates.get(&account).copied()
    }

    /// Accounts that there are.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.gates.keys().copied()
    }

    /// Who may have signed a token that says what this one does.
    pub(crate) fn of(&self, jwt: &Jwt<'_>, now: Timestamp) -> Vec<Signer> {
        let issuers = self.issuers.get(jwt.issuer()).map(Vec::as_slice).unwrap_or_default();
        if let Some(row) = issuers.iter().find(|row| jwt.is_for(&row.audience)) {
            return vec![Signer::Issuer(Arc::clone(row))];
        }
        let account = self.accounts.get(jwt.issuer()).filter(|named| named.answers(&|| now));
        let Some(account) = account.filter(|_| jwt.is_for(CUSTOMER_TOKEN_AUDIENCE)) else {
            return Vec::new();
        };
        let signs = |row: &&Arc<SigningSecret>| {
            row.account_id == account.what && row.retires_at.is_none_or(|at| now < at)
        };
        let found: Vec<&Arc<SigningSecret>> = match jwt.kid() {
            Some(kid) => {
                kid.parse().ok().and_then(|id| self.secrets.get(&id)).into_iter().collect()
            }
            None => self.secrets.values().collect(),
        };
        let found = found.into_iter().filter(signs);
        found.map(|row| Signer::Secret(Arc::clone(row))).collect()
    }

    /// Whether all that a pass rests on is as it was.
    pub(crate) fn stand_by(&self, pass: &Pass) -> bool {
        self.has(&pass.signer)
            && self
                .gate(pass.signer.account_id())
                .is_some_and(|gate| gate.customers == pass.customers)
    }

    /// Whether it may sign still, as it did.
    pub(crate) fn has(&self, signer: &Signer) -> bool {
        match signer {
            Signer::Secret(row) => self.secrets.get(&row.id) == Some(row),
            Signer::Issuer(row) => {
                self.issuers.get(row.issuer.as_str()).is_some_and(|all| all.contains(row))
            }
        }
    }
}
