//! The receiving end of MLLP over real sockets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use support::soon;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use vigil_sinks::mllp::server::{Handler, Limits, Reply, ServerCounters, serve_counted};

struct Server {
    address: SocketAddr,
    counters: Arc<ServerCounters>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

async fn start(handler: impl Handler, limits: Limits) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (counters, stop) = (Arc::<ServerCounters>::default(), CancellationToken::new());
    let task = tokio::spawn(serve_counted(listener, Arc::new(handler), limits, counters.clone(), stop.clone()));
    Server { address, counters, stop, task }
}

fn echo(_peer: SocketAddr, block: &[u8]) -> Reply {
    Reply::Answer(block.to_ascii_uppercase())
}

async fn exchange(stream: &mut TcpStream, sent: &[u8], expected: &[u8]) {
    stream.write_all(sent).await.unwrap();
    let mut answer = vec![0; expected.len()];
    soon("an answer", stream.read_exact(&mut answer)).await.unwrap();
    assert_eq!(answer, expected);
}

async fn is_closed(stream: &mut TcpStream) -> bool {
    matches!(soon("the end", stream.read(&mut [0; 64])).await, Ok(0) | Err(_))
}

#[tokio::test]
async fn blocks_are_answered_in_order_however_they_arrive() {
    let server = start(echo, Limits::default()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    exchange(&mut stream, b"\x0bab\x1c\r", b"\x0bAB\x1c\r").await;
    // Several in one write, noise between them, the last one in two parts.
    stream.write_all(b"\n\x0bc\x1c\r\x0bd\x1c\r\n\n\x0be").await.unwrap();
    exchange(&mut stream, b"f\x1c\r", b"\x0bC\x1c\r\x0bD\x1c\r\x0bEF\x1c\r").await;
    assert_eq!(server.counters.blocks.load(Ordering::Relaxed), 4);
    assert!(server.counters.discarded_bytes.load(Ordering::Relaxed) >= 1);
    server.stop.cancel();
    soon("the server stops", server.task).await.unwrap();
    assert!(is_closed(&mut stream).await);
}

#[tokio::test]
async fn every_kind_of_reply_reaches_the_sender_in_order() {
    let handler = |_: SocketAddr, block: &[u8]| match block {
        b"silent" => Reply::Silent,
        b"delayed" => Reply::Delayed { after: Duration::from_millis(20), answer: b"1".to_vec() },
        b"later" => {
            let (answer, later) = oneshot::channel();
            tokio::spawn(async move { answer.send(b"2".to_vec()) });
            Reply::Later(later)
        }
        b"twice" => Reply::Answers(vec![b"3".to_vec(), b"4".to_vec()]),
        b"never" => Reply::Later(oneshot::channel().1),
        b"cut" => Reply::Cut(b"\x0bhal".to_vec()),
        _ => Reply::Answer(b"5".to_vec()),
    };
    let server = start(handler, Limits::default()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let sent = ["silent", "delayed", "later", "twice", "other"].map(|word| format!("\x0b{word}\x1c\r")).concat();
    exchange(&mut stream, sent.as_bytes(), b"\x0b1\x1c\r\x0b2\x1c\r\x0b3\x1c\r\x0b4\x1c\r\x0b5\x1c\r").await;
    exchange(&mut stream, b"\x0bcut\x1c\r", b"\x0bhal").await;
    assert!(is_closed(&mut stream).await);
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"\x0bnever\x1c\r").await.unwrap();
    assert!(is_closed(&mut stream).await);
}

#[tokio::test]
async fn a_sender_beyond_its_bounds_is_closed_and_others_go_on() {
    let limits = Limits {
        block_bytes_max: 100,
        connections_max: 2,
        inter_byte_timeout: Duration::from_millis(50),
        idle_timeout: Duration::from_secs(600),
        ..Limits::default()
    };
    let server = start(echo, limits).await;
    let mut good = TcpStream::connect(server.address).await.unwrap();
    exchange(&mut good, b"\x0ba\x1c\r", b"\x0bA\x1c\r").await;

    let mut endless = TcpStream::connect(server.address).await.unwrap();
    endless.write_all(&[b"\x0b".as_slice(), &[b'x'; 200]].concat()).await.unwrap();
    assert!(is_closed(&mut endless).await);

    let mut stalled = TcpStream::connect(server.address).await.unwrap();
    stalled.write_all(b"\x0bhalf").await.unwrap();
    assert!(is_closed(&mut stalled).await);

    let mut second = TcpStream::connect(server.address).await.unwrap();
    exchange(&mut second, b"\x0bb\x1c\r", b"\x0bB\x1c\r").await;
    let mut third = TcpStream::connect(server.address).await.unwrap();
    assert!(is_closed(&mut third).await, "two places, both taken");
    exchange(&mut good, b"\x0bc\x1c\r", b"\x0bC\x1c\r").await;
    assert_eq!(server.counters.turned_away.load(Ordering::Relaxed), 1);
    assert_eq!(server.counters.failed.load(Ordering::Relaxed), 2);
}
