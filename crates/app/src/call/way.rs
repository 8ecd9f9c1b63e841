use crate::{
    App, Outbound,
    connected::{ConnectedApp, Unconnected},
    customer_connections::CustomerTarget,
    target::Target,
};
use model::{ConnectionId, Outcome, Secret};
use std::{fmt, sync::Arc};
use tokio::time::Instant;
use upstream::{Arguments, BaseUrl, Limits, Request, Response, SendError, failure};

/// Where the requests of one call go, and whose credential they have.
pub(super) enum Way<'a> {
    /// To an app of the account.
    Account(&'a Target),
    /// To an app of a customer, with one of its connections.
    Customer { target: &'a CustomerTarget, app: &'a Arc<store::App>, connection: ConnectionId },
}

/// Why a request got no answer.
pub(super) enum Failed {
    /// It could not be sent, or was not answered.
    Send(SendError),
    /// Its arguments were refused.
    Refused(Box<Outcome>),
    /// The customer's connection is not there, or does not work.
    Customer(Unconnected),
}

impl<'a> Way<'a> {
    /// The way to an app by the connection that the arguments choose with the one of that name; and the arguments that are the API's.
    pub(super) fn of<'t>(
        app: &'a ConnectedApp,
        selector: Option<&str>,
        arguments: Arguments<'t>,
    ) -> Result<(Self, Arguments<'t>), Failed> {
        let (chosen, arguments) = app
            .choose(selector, arguments)
            .map_err(|outcome| Failed::Refused(Box::new(outcome)))?;
        let app = &app.set.app;
        let Some(chosen) = chosen else {
            return Err(Failed::Customer(Unconnected::nothing(app)));
        };
        match &chosen.target {
            Ok(target) => Ok((Self::Customer { target, app, connection: chosen.id }, arguments)),
            Err(unusable) => Err(Failed::Customer(Unconnected::new(app, chosen.id, unusable))),
        }
    }

    pub(super) fn base(&self) -> &BaseUrl {
        match self {
            Self::Account(target) => &target.base,
            Self::Customer { target, .. } => target.base(),
        }
    }

    /// What must not be shown of what comes back.
    pub(super) fn secrets(&self) -> Arc<[Secret]> {
        match self {
            Self::Account(target) => target.route.credential().secrets(),
            Self::Customer { target, .. } => target.secrets(),
        }
    }

    /// Sends a request. A customer's token is refreshed ahead of its end, and once when the API refuses it.
    pub(super) async fn send(
        &self,
        app: &App,
        outbound: &Outbound,
        request: Request,
        limits: &Limits,
    ) -> Result<Response, Failed> {
        match self {
            Self::Account(target) => {
                let response = outbound.client.send(request, &target.route, limits).await?;
                if response.status == 401 && response.credential_sent {
                    app.credential_refused(target);
                }
                Ok(response)
            }
            Self::Customer { target, app: of, connection } => {
                let deadline = Instant::now() + limits.total;
                let broken = |error| Failed::Customer(Unconnected::new(of, *connection, &error));
                // What few calls need is boxed: each would carry its size.
                let route = match app.ready_route(target) {
                    Some(route) => route,
                    None => Box::pin(app.customer_route(target, outbound, deadline))
                        .await
                        .map_err(broken)?,
                };
                let again = request.clone();
                let response = outbound.client.send(request, &route, limits).await?;
                if response.status != 401 || !response.credential_sent {
                    return Ok(response);
                }
                let renewed = Box::pin(app.customer_refused(target, &route, outbound, deadline));
                // The API has not taken the request, so it may be sent again whatever it does.
                match renewed.await.map_err(broken)? {
                    Some(route) => Ok(Box::pin(outbound.client.send(again, &route, limits)).await?),
                    None => Ok(response),
                }
            }
        }
    }
}

impl Failed {
    /// What the call comes to.
    ///
    /// # Errors
    ///
    /// [`Unconnected`], which takes a link to answer.
    pub(super) fn outcome(self) -> Result<Outcome, Unconnected> {
        match self {
            Self::Send(error) => Ok(failure(&error)),
            Self::Refused(outcome) => Ok(*outcome),
            Self::Customer(unconnected) => Err(unconnected),
        }
    }
}

impl From<SendError> for Failed {
    fn from(error: SendError) -> Self {
        Self::Send(error)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(error) => error.fmt(f),
            Self::Refused(_) => f.write_str("its arguments were refused"),
            Self::Customer(_) => f.write_str("the connection does not work any more"),
        }
    }
}
