use crate::{Limits, connect::Connector};
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::CertificateDer};
use std::{sync::Arc, time::Duration};

/// How long a connection without a request is kept.
const POOL_IDLE: Duration = Duration::from_secs(90);
/// Connections without a request that are kept for one host.
const POOL_IDLE_PER_HOST: usize = 256;

/// The certificate authorities that are trusted.
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// The operating system's and Mozilla's: an image without a certificate store works too.
    #[default]
    System,
    /// Those, and more of one's own, each as DER.
    SystemAnd(Vec<Vec<u8>>),
    /// These alone, each as DER.
    Only(Vec<Vec<u8>>),
}

/// Certificates that TLS cannot be set up with.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}; check the certificate authorities in the configuration")]
pub struct ClientError(#[from] rustls::Error);

/// How TLS sessions are made.
pub(crate) fn tls(roots: &Roots) -> Result<ClientConfig, ClientError> {
    let mut store = RootCertStore::empty();
    let own = match roots {
        Roots::System => &Vec::new(),
        Roots::SystemAnd(own) | Roots::Only(own) => own,
    };
    if !matches!(roots, Roots::Only(_)) {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        // Single certificates that do not parse are no reason to trust none.
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    for certificate in own {
        store.add(CertificateDer::from(certificate.clone()))?;
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(store)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Connections of one runtime.
pub(crate) fn pool(
    connector: Connector,
    limits: &Limits,
) -> legacy::Client<Connector, Full<Bytes>> {
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(POOL_IDLE_PER_HOST)
        .http1_max_buf_size(limits.header_bytes.max(8 << 10))
        .http2_max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .build(connector)
}
