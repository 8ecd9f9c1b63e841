use crate::{config::Settings, telemetry};
use anyhow::Context as _;
use app::{App, Clock, Database};
use std::{
    fs::File,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Has the allocator give back what an import, a start or a busy hour has freed. It does so by itself only while pages are freed, and at the
/// end of each thread that allocated: a process that is then idle would keep its largest moment for ever.
async fn give_back() {
    loop {
        tokio::time::sleep(GIVE_BACK_INTERVAL).await;
        let thread = std::thread::Builder::new().name("give-back".to_owned());
        // Without a thread, the next one does it.
        let _ = thread.spawn(|| drop(std::hint::black_box(Box::new(0_u8))));
    }
}

/// More than the time that the allocator keeps what is freed at hand, a second.
const GIVE_BACK_INTERVAL: Duration = Duration::from_millis(1_100);

/// A serving process between its start and its end.
pub(crate) struct Process {
    pub(crate) app: Arc<App>,
    pub(crate) address: SocketAddr,
    listener: TcpListener,
    settings: Settings,
    telemetry: telemetry::Telemetry,
    /// Held for as long as the process serves. PostgreSQL takes several processes, so there is none.
    _lock: Option<File>,
}

impl Process {
    /// Takes the address and the data directory. A demo opens the process's own address to its calls.
    pub(crate) async fn open(mut settings: Settings, demo: web::Demo) -> anyhow::Result<Self> {
        let telemetry = telemetry::start()?;
        let listener = TcpListener::bind(settings.listen).with_context(|| {
            format!("cannot listen on {}: choose another address with --listen", settings.listen)
        })?;
        let address = listener.local_addr()?;
        let (dir, database) = settings.places()?;
        let lock = match database {
            Database::Sqlite(_) => Some(dir.lock()?),
            Database::Postgres { .. } => None,
        };
        settings.web.traces = telemetry.traces();
        match &demo {
            web::Demo::Off => {
                let own = [Some(address), settings.metrics_listen];
                settings.app.own_addresses.extend(own.into_iter().flatten());
            }
            web::Demo::Bookshop | web::Demo::Apps(_) => {
                let own = crate::config::reachable(address);
                settings.app.allow_addresses.push(own.to_string().parse()?);
            }
        }
        settings.web.demo = demo;
        settings.web.console = console();
        let url = url(&settings, address);
        settings.web.https = url.starts_with("https://");
        settings.app.public_url = Some(url);
        let config = settings.app.clone();
        let app = App::open(&dir, &database, &settings.key, config, Clock::system()).await?;
        Ok(Self { app: Arc::new(app), address, listener, settings, telemetry, _lock: lock })
    }

    /// The URL of this server, as clients know it.
    pub(crate) fn url(&self) -> String {
        url(&self.settings, self.address)
    }

    /// Where the console is, if there is one in the binary.
    pub(crate) fn console_url(&self) -> Option<String> {
        self.settings.web.console.as_ref().map(|_| format!("{}/", self.url()))
    }

    /// Serves, calls `ready` once connections are taken, and ends when it is told to: once asks, twice insists.
    pub(crate) async fn serve(
        self,
        ready: impl FnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
        if let Some(address) = self.settings.metrics_listen {
            let listener = TcpListener::bind(address).with_context(|| {
                format!("cannot listen on {address} for metrics: see --metrics-listen")
            })?;
            web::serve_metrics(listener, &tracker, stop.clone())?;
        }
        self.app.tasks();
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let listening = web::serve(self.listener, Arc::clone(&self.app), self.settings.web)?;
        tracing::info!(address = %self.address, "serving");
        ready()?;
        tracker.spawn(stop.clone().run_until_cancelled_owned(give_back()));
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping: requests under way may end; a second signal stops at once");
        let (app, telemetry) = (self.app, self.telemetry);
        let end = async {
            tokio::task::spawn_blocking(move || listening.stop()).await?;
            app.close().await;
            stop.cancel();
            tracker.close();
            tracker.wait().await;
            telemetry.stop();
            Ok(())
        };
        tokio::select! {
            ended = end => ended,
            _ = interrupt.recv() => anyhow::bail!("stopped at once; requests were cut off"),
            _ = terminate.recv() => anyhow::bail!("stopped at once; requests were cut off"),
        }
    }
}

#[cfg(feature = "console")]
fn console() -> Option<web::Console> {
    web::Console::new(console_files::FILES)
}

#[cfg(not(feature = "console"))]
fn console() -> Option<web::Console> {
    None
}

fn url(settings: &Settings, address: SocketAddr) -> String {
    let own = || format!("http://{}", crate::config::reachable(address));
    settings.public_url.as_ref().map_or_else(own, |url| url.trim_end_matches('/').to_owned())
}
