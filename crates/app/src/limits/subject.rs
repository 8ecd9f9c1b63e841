use crate::principal::PrincipalId;
use model::{LimitTarget, ServerId, TokenId, UserId};

/// Whose calls one count counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    Account,
    Server(ServerId),
    Tool(ServerId, Box<str>),
    Token(TokenId),
    User(UserId),
}

/// What a call is, as far as limits go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) principal: PrincipalId,
    pub(crate) user: Option<UserId>,
    pub(crate) server: ServerId,
    pub(crate) tool: &'a str,
}

impl Call<'_> {
    /// What a limit counts the call as, if it counts it.
    pub(crate) fn subject(&self, target: &LimitTarget) -> Option<Subject> {
        let subject = match target {
            LimitTarget::Account {} => Subject::Account,
            LimitTarget::Server { .. } => Subject::Server(self.server),
            LimitTarget::Tool { .. } => Subject::Tool(self.server, self.tool.into()),
            LimitTarget::Token { .. } => match self.principal {
                PrincipalId::Token(id) => Subject::Token(id),
                PrincipalId::Customer(_)
                | PrincipalId::User(_)
                | PrincipalId::Operator
                | PrincipalId::System => return None,
            },
            LimitTarget::User { .. } => Subject::User(self.user?),
        };
        subject.is_of(target).then_some(subject)
    }
}

impl Subject {
    /// Whether the limit counts it.
    pub(crate) fn is_of(&self, target: &LimitTarget) -> bool {
        match (target, self) {
            (LimitTarget::Account {}, Self::Account) => true,
            (LimitTarget::Server { server }, Self::Server(id)) => {
                server.is_none_or(|one| one == *id)
            }
            (LimitTarget::Tool { server, tool }, Self::Tool(id, name)) => {
                server.is_none_or(|one| one == *id)
                    && tool.as_ref().is_none_or(|one| one.as_str() == &**name)
            }
            (LimitTarget::Token { token }, Self::Token(id)) => token.is_none_or(|one| one == *id),
            (LimitTarget::User { user }, Self::User(id)) => user.is_none_or(|one| one == *id),
            (
                LimitTarget::Account {}
                | LimitTarget::Server { .. }
                | LimitTarget::Tool { .. }
                | LimitTarget::Token { .. }
                | LimitTarget::User { .. },
                Self::Account | Self::Server(_) | Self::Tool(..) | Self::Token(_) | Self::User(_),
            ) => false,
        }
    }

    /// What a row of usage counts for.
    pub(crate) fn of_usage(sum: &store::UsageSum) -> impl Iterator<Item = Self> {
        let server: Option<ServerId> = sum.server.parse().ok();
        let tool = server.map(|server| Self::Tool(server, sum.tool.as_str().into()));
        [
            Some(Self::Account),
            server.map(Self::Server),
            tool,
            sum.token.parse().ok().map(Self::Token),
            sum.user.parse().ok().map(Self::User),
        ]
        .into_iter()
        .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Subject};
    use crate::principal::PrincipalId;
    use model::{LimitTarget, ServerId, Timestamp, TokenId, UserId};

    #[test]
    fn a_limit_counts_what_it_names() {
        let id = |byte: u8| (Timestamp::UNIX_EPOCH, [byte; 10]);
        let server = |byte: u8| ServerId::new(id(byte).0, id(byte).1);
        let token = |byte: u8| TokenId::new(id(byte).0, id(byte).1);
        let user = |byte: u8| UserId::new(id(byte).0, id(byte).1);
        let by_token = Call {
            principal: PrincipalId::Token(token(1)),
            user: Some(user(1)),
            server: server(1),
            tool: "get",
        };
        let check = |call: &Call<'_>, target: LimitTarget, expected: Option<Subject>| {
            assert_eq!(call.subject(&target), expected, "{target:?}");
        };
        let tool = || Some(Subject::Tool(server(1), "get".into()));
        check(&by_token, LimitTarget::Account {}, Some(Subject::Account));
        check(&by_token, LimitTarget::Server { server: None }, Some(Subject::Server(server(1))));
        check(&by_token, LimitTarget::Server { server: Some(server(2)) }, None);
        check(&by_token, LimitTarget::Tool { server: None, tool: None }, tool());
        let named = |server, name: &str| LimitTarget::Tool { server, tool: name.parse().ok() };
        check(&by_token, named(None, "get"), tool());
        check(&by_token, named(Some(server(1)), "get"), tool());
        check(&by_token, named(Some(server(2)), "get"), None);
        check(&by_token, named(None, "Get"), None);
        check(&by_token, LimitTarget::Token { token: None }, Some(Subject::Token(token(1))));
        check(&by_token, LimitTarget::Token { token: Some(token(2)) }, None);
        check(&by_token, LimitTarget::User { user: Some(user(1)) }, Some(Subject::User(user(1))));
        check(&by_token, LimitTarget::User { user: Some(user(2)) }, None);
        let by_operator = Call { principal: PrincipalId::Operator, user: None, ..by_token };
        check(&by_operator, LimitTarget::Token { token: None }, None);
        check(&by_operator, LimitTarget::User { user: None }, None);
        check(&by_operator, LimitTarget::Account {}, Some(Subject::Account));
    }
}
