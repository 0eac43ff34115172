//! The socket of the console: HTTP/1.1, with a bound on everything a stranger could make grow.

use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::people::Peer;
use crate::shared::Shared;

/// Connections at the same time; more wait until one is closed.
pub const CONNECTIONS_MAX: usize = 256;
/// How long the head of a request may take to arrive, also on a connection that is kept open for the next one.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
/// Most bytes of the head of a request.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// How long open connections may take to end when the console stops.
const STOP_WITHIN: Duration = Duration::from_secs(1);
/// Pause after the system refused to accept a connection.
const ACCEPT_RETRY: Duration = Duration::from_millis(200);

/// Serves the console on `listener` until `stop`.
pub async fn serve(listener: TcpListener, shared: Shared, stop: CancellationToken) {
    let router = crate::router(shared.clone());
    tokio::join!(accept(listener, router, stop.clone()), crate::live::run(shared, stop));
}

async fn accept(listener: TcpListener, router: axum::Router, stop: CancellationToken) {
    let (permits, connections) = (Arc::new(Semaphore::new(CONNECTIONS_MAX)), TaskTracker::new());
    let accept = async {
        loop {
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    // Small answers are not held back for company.
                    let _ = stream.set_nodelay(true);
                    let (router, stop) = (router.clone(), stop.clone());
                    let service = service_fn(move |mut request: Request<Incoming>| {
                        request.extensions_mut().insert(Peer(peer));
                        router.clone().oneshot(request)
                    });
                    connections.spawn(async move {
                        let _permit = permit;
                        let connection = http1::Builder::new()
                            .timer(TokioTimer::new())
                            .header_read_timeout(HEAD_WITHIN)
                            .max_buf_size(HEAD_BYTES_MAX)
                            .serve_connection(TokioIo::new(stream), service);
                        let mut connection = std::pin::pin!(connection);
                        tokio::select! {
                            result = connection.as_mut() => {
                                if let Err(error) = result {
                                    tracing::debug!(%error, "A connection to the console ended early.");
                                }
                            }
                            () = stop.cancelled() => {
                                connection.as_mut().graceful_shutdown();
                                let _ = tokio::time::timeout(STOP_WITHIN, connection).await;
                            }
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "The console could not accept a connection.");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            }
        }
    };
    stop.run_until_cancelled(accept).await;
    connections.close();
    connections.wait().await;
}
