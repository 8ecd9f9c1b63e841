use std::{future::Future, io, net::IpAddr, pin::Pin};

/// The future of [`Resolve::resolve`].
pub type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Names to addresses. What it answers is checked by the caller, so it need not be trusted.
pub trait Resolve: Send + Sync + 'static {
    /// Every address of `host`, in the order in which they should be tried.
    fn resolve(&self, host: String) -> Resolving;
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: String) -> Resolving {
        Box::pin(async move {
            Ok(tokio::net::lookup_host((host, 0)).await?.map(|at| at.ip()).collect())
        })
    }
}
