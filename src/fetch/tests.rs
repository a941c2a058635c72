//! Over real sockets, with names that lead where a test says.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::dns::{Addrs, Name, Resolving};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::testing::{Server, response};
use super::*;

/// A public address at which nobody is: of the block that 6bone gave back (RFC 3701), to which no route leads.
const NOBODY: &str = "3ffe::1";
/// What a test that hangs is ended by.
const LONG: Duration = Duration::from_secs(60);

/// Names and, for each time that they are asked for, what they lead to; the last one stays.
#[derive(Default)]
struct Names {
    known: HashMap<&'static str, Vec<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    fn of(known: &[(&'static str, &[&[&str]])]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        let known = known.iter().map(|(name, answers)| (*name, answers.iter().map(parse).collect()));
        Arc::new(Self { known: known.collect(), asked: Mutex::default() })
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let mut asked = self.asked.lock().unwrap();
        let times = asked.iter().filter(|one| *one == name.as_str()).count();
        asked.push(name.as_str().to_owned());
        let answers = self.known.get(name.as_str());
        let answer = answers.and_then(|answers| answers.get(times).or(answers.last())).cloned();
        Box::pin(async move {
            let found = answer.ok_or("no such name")?.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}

fn short() -> Bounds {
    Bounds { time: Duration::from_millis(500), ..Bounds::default() }
}

fn public(allowed: &[String], names: &Arc<Names>, bounds: Bounds) -> Fetcher {
    Fetcher::new(Guard::public(allowed), names.clone(), bounds).unwrap()
}

async fn get(fetcher: &Fetcher, url: &Url) -> Result<Vec<u8>, FetchError> {
    timeout(LONG, fetcher.get(url, None)).await.expect("the fetch ends")
}

/// A server that may be asked, and a fetcher for it.
async fn allowed_server(
    answer: impl Fn(&str) -> Vec<u8> + Clone + Send + Sync + 'static,
) -> (Server, Fetcher) {
    let server = Server::answering(answer).await;
    let fetcher = Fetcher::public(&[server.place()]).unwrap();
    (server, fetcher)
}

/// Hosts that are, in some spelling or some address family, the machine itself or something beside it.
const INSIDE: &[&str] = &[
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0X7F.0x0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.0x0.1",
    "017700000001",
    "0",
    "0x0",
    "0.0.0.0",
    "00.0x0.0",
    "10.0.0.1",
    "167772161",
    "172.16.0.1",
    "192.168.0.1",
    "0xc0a80001",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[2a00:1450::5efe:10.0.0.1]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    // What IDNA makes of digits, dots and letters of other scripts.
    "１２７.０.０.１",
    "127。0。0。1",
    "127．0．0．1",
    "①②⑦.⓪.⓪.①",
    "𝟙𝟚𝟟.𝟘.𝟘.𝟙",
    "２１３０７０６４３３",
    "０x7f.1",
    "ｌｏｃａｌｈｏｓｔ",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "ℒocalhost",
    "local\u{ad}host",
    // Percent signs.
    "%31%32%37.0.0.1",
    "127.0.0.%31",
    "127%2e0%2e0%2e1",
    "loc%61lhost",
    "localhost%2e",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "localhost%00.example.com",
    "127.0.0.1%23.example.com",
    // Names.
    "localhost",
    "LOCALHOST",
    "LocalHost.",
    "localhost..",
    "app.localhost",
    "app.localhost.",
    "router",
    "printer.local",
    "metadata.google.internal",
    "METADATA.google.INTERNAL.",
    "nas.home.arpa",
    "service.onion",
    "inside.example",
    "INSIDE.example.",
    "mixed.example",
    "mapped.example",
    "nat64.example",
    "metadata.example",
    "127.0.0.1.nip.example",
    // No host, or none that all programs read the same way.
    "",
    " ",
    ".",
    "..",
    ".example.com",
    "a..example.com",
    "a{b}.example.com",
    "-",
    "[::1",
    "[127.0.0.1]",
    "256.0.0.1",
    "1.2.3.4.5",
    // User names, and what looks like one.
    "me@127.0.0.1",
    "me:hunter2@public.example",
    "public.example@127.0.0.1",
    "127.0.0.1@public.example",
    "public.example:80@127.0.0.1",
    "127.0.0.1\\@public.example",
    "a@b@127.0.0.1",
    "%40@127.0.0.1",
    "\t127.0.\n0.1",
    "\\127.0.0.1",
    "/127.0.0.1",
    "//127.0.0.1",
];

fn names_inside() -> Arc<Names> {
    Names::of(&[
        ("localhost", &[&["127.0.0.1"]]),
        ("public.example", &[&[NOBODY]]),
        ("inside.example", &[&["127.0.0.1"]]),
        ("inside.example.", &[&["127.0.0.1"]]),
        ("127.0.0.1.nip.example", &[&["127.0.0.1"]]),
        ("mixed.example", &[&[NOBODY, "127.0.0.1"]]),
        ("mapped.example", &[&["::ffff:127.0.0.1"]]),
        ("nat64.example", &[&["64:ff9b::7f00:1"]]),
        ("metadata.example", &[&["169.254.169.254"]]),
    ])
}

#[tokio::test]
async fn no_way_to_write_an_inside_host_reaches_it() {
    let server = Server::answering(|_| response(200, "", b"secret")).await;
    let fetcher = public(&[], &names_inside(), short());
    let mut asked = 0;
    for host in INSIDE {
        for scheme in ["http", "https"] {
            let text = format!("{scheme}://{host}:{}/x?token=hunter2", server.port());
            // What is no URL is nowhere asked.
            let Ok(url) = text.parse::<Url>() else { continue };
            asked += 1;
            for error in [get(&fetcher, &url).await, fetcher.post_json(&url, "{}".into()).await] {
                let error = error.expect_err(&text);
                assert!(
                    error.is_refused() && !error.is_unreachable() && !error.is_faulty(),
                    "{text}: {error:?}"
                );
                assert!(!error.to_string().contains("hunter2"), "{error}");
            }
        }
    }
    assert_eq!(server.connections(), 0);
    assert!(asked > 2 * 80, "{asked} of the hosts are one for the URL standard");
}

#[tokio::test]
async fn the_same_hosts_are_asked_when_they_are_listed_as_such() {
    let server = Server::answering(|_| response(200, "", b"fine")).await;
    let names = names_inside();
    let allowed = [server.place(), format!("localhost:{}", server.port()), "inside.example".to_owned()];
    let fetcher = public(&allowed, &names, Bounds::default());
    for host in ["127.0.0.1", "127.1", "0x7f000001", "１２７。０.０.１", "localhost", "inside.example"]
    {
        let url = format!("http://{host}:{}/", server.port()).parse().unwrap();
        assert_eq!(get(&fetcher, &url).await.unwrap(), b"fine", "{host}");
    }
    // The port counts where it is listed, and a name that is not listed still leads nowhere inside.
    for place in ["localhost:1", "127.0.0.1:1", "127.0.0.1.nip.example:80", "localhost.:80"] {
        let error = get(&fetcher, &format!("http://{place}/").parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, FetchError::Inside(_)), "{place}: {error}");
    }
}

#[tokio::test]
async fn other_schemes_and_the_ports_of_other_protocols_are_not_asked() {
    let names = names_inside();
    let fetcher = public(&[], &names, short());
    for url in [
        "file:///etc/passwd",
        "ftp://public.example/",
        "gopher://public.example:80/",
        "ws://public.example/",
        "data:text/plain,x",
        "unix:/var/run/docker.sock",
        "javascript:0",
        "x-batch-gateway:true",
    ] {
        assert!(matches!(get(&fetcher, &url.parse().unwrap()).await, Err(FetchError::Url(_))), "{url}");
    }
    for port in [
        0, 1, 21, 22, 23, 25, 53, 110, 143, 389, 445, 465, 587, 993, 1023, 2049, 3306, 5432, 6379, 6667,
        11211,
    ] {
        let url = format!("https://public.example:{port}/").parse().unwrap();
        assert!(
            matches!(get(&fetcher, &url).await, Err(FetchError::Port(refused)) if refused == port),
            "{port}"
        );
    }
    assert_eq!(names.asked(), 0);
    for port in [80, 443, 8080, 8443, 3000, 65535] {
        let url = format!("http://public.example:{port}/").parse().unwrap();
        assert_eq!(Guard::public(&[]).check(&url).unwrap(), Way::Guarded, "{port}");
    }
    let long = format!("https://public.example/{}", "a".repeat(60 << 10)).parse().unwrap();
    assert!(matches!(get(&fetcher, &long).await, Err(FetchError::Url(_))));
}

#[tokio::test]
async fn a_name_that_is_answered_differently_the_second_time_gains_nothing() {
    let server = Server::answering(|_| response(200, "", b"secret")).await;
    let names = Names::of(&[("rebind.example", &[&[NOBODY], &["127.0.0.1"]])]);
    let fetcher = public(&[], &names, short());
    let url = format!("http://rebind.example:{}/", server.port()).parse().unwrap();
    // What was looked at is what is connected to: nobody asks for the name again on the way.
    let error = get(&fetcher, &url).await.unwrap_err();
    assert!(error.is_unreachable(), "{error:?}");
    assert_eq!(names.asked(), 1);
    let error = get(&fetcher, &url).await.unwrap_err();
    assert!(matches!(error, FetchError::Inside(_)), "{error:?}");
    assert_eq!((names.asked(), server.connections()), (2, 0));
}

#[tokio::test]
async fn redirects_lead_nowhere() {
    let inside = Server::answering(|_| response(200, "", b"secret")).await;
    let target = inside.url("/");
    let (outside, fetcher) = allowed_server(move |request| {
        let status = request.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        response(status, &format!("location: {target}\r\nrefresh: 0; url={target}\r\n"), b"")
    })
    .await;
    for status in [300, 301, 302, 303, 307, 308] {
        let error = get(&fetcher, &outside.url(&format!("/{status}"))).await.unwrap_err();
        assert!(matches!(&error, FetchError::Status { status: told, .. } if *told == status), "{error:?}");
        assert!(error.is_faulty() && error.to_string().contains("redirects are not followed"), "{error}");
    }
    assert_eq!((outside.connections(), inside.connections()), (6, 0));
}

#[tokio::test]
async fn listed_hosts_are_the_only_ones_and_names_never_lead_inside() {
    let server = Server::answering(|_| response(200, "", b"fine")).await;
    let hosts = [server.place(), "inside.example".into(), "gw.example:8443".into()];
    let fetcher = Fetcher::new(Guard::listed(&hosts), names_inside(), short()).unwrap();
    assert_eq!(get(&fetcher, &server.url("/")).await.unwrap(), b"fine");
    for url in ["https://other.example/", "https://gw.example/", "http://127.0.0.1:1/", "http://localhost/"] {
        assert!(
            matches!(get(&fetcher, &url.parse().unwrap()).await, Err(FetchError::NotAllowed(_))),
            "{url}"
        );
    }
    let error = get(&fetcher, &"http://inside.example/".parse().unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("is not a public address"), "{error}");
    assert!(!error.to_string().contains("127.0.0.1"), "{error}");
}

#[tokio::test]
async fn configured_services_are_asked_wherever_they_are_and_nothing_else_is() {
    let (server, other) =
        (Server::answering(|_| response(200, "", b"fine")).await, Server::answering(|_| vec![]).await);
    let fetcher = Fetcher::configured(&[server.url("/base")]).unwrap();
    assert_eq!(get(&fetcher, &server.url("/x")).await.unwrap(), b"fine");
    assert!(matches!(get(&fetcher, &other.url("/")).await, Err(FetchError::NotAllowed(_))));
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn requests_are_what_they_should_be() {
    let (server, fetcher) = allowed_server(|_| response(200, "", b"{}")).await;
    fetcher.get(&server.url("/a?b=c"), Some("application/vnd.ipld.raw")).await.unwrap();
    fetcher.post_json(&server.url("/d"), r#"{"e":1}"#.into()).await.unwrap();
    let requests = server.requests();
    let get = requests[0].to_lowercase();
    assert!(get.starts_with("get /a?b=c http/1.1\r\n"), "{get}");
    assert!(get.contains("\r\naccept: application/vnd.ipld.raw\r\n"), "{get}");
    assert!(get.contains("\r\naccept-encoding: identity\r\n"), "{get}");
    let post = requests[1].to_lowercase();
    assert!(post.starts_with("post /d http/1.1\r\n") && post.ends_with("\r\n\r\n{\"e\":1}"), "{post}");
    assert!(post.contains("\r\ncontent-type: application/json\r\n"), "{post}");
    for one in [get, post] {
        assert!(
            !one.contains("cookie") && !one.contains("referer") && !one.contains("authorization"),
            "{one}"
        );
    }
}

#[tokio::test]
async fn each_outcome_is_told_apart() {
    let (server, fetcher) = allowed_server(|request| match request.split(' ').nth(1).unwrap() {
        "/200" => response(200, "", b"fine"),
        "/cut" => b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nfine".to_vec(),
        "/silent" => vec![],
        "/else" => b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(),
        "/404-gzip" => response(404, "content-encoding: gzip\r\n", b"\x1f\x8b"),
        "/404-cut" => b"HTTP/1.1 404 X\r\ncontent-length: 9\r\n\r\nnone\r\n".to_vec(),
        path => response(path[1..].parse().unwrap(), "", format!("\x1b[31mno{}", "!".repeat(500)).as_bytes()),
    })
    .await;
    let get = async |path: &str| get(&fetcher, &server.url(path)).await;
    assert_eq!(get("/200").await.unwrap(), b"fine");
    for path in ["/cut", "/silent", "/else", "/500", "/502", "/503", "/408", "/429"] {
        let error = get(path).await.unwrap_err();
        assert!(error.is_unreachable() && !error.is_refused() && !error.is_faulty(), "{path}: {error:?}");
    }
    for path in ["/400", "/404", "/410", "/404-gzip", "/404-cut"] {
        let error = get(path).await.unwrap_err();
        assert!(error.is_faulty() && !error.is_refused() && !error.is_unreachable(), "{path}: {error:?}");
        assert!(matches!(error, FetchError::Status { .. }), "{path}: {error:?}");
    }
    let text = get("/400").await.unwrap_err().to_string();
    assert!(
        text.starts_with("it answered 400: [31mno!!") && text.len() < 250 && !text.contains('\x1b'),
        "{text}"
    );
    let gone = Server::answering(|_| vec![]).await.url("/?token=hunter2");
    let fetcher = Fetcher::public(&[format!("127.0.0.1:{}", gone.port().unwrap())]).unwrap();
    let error = super::tests::get(&fetcher, &gone).await.unwrap_err();
    assert!(error.is_unreachable() && !error.to_string().contains("hunter2"), "{error}");
}

/// Sends something again and again, for ever.
async fn drip(mut stream: TcpStream, start: &'static str, again: &'static str, pause: u64) {
    let _ = stream.write_all(start.as_bytes()).await;
    while stream.write_all(again.as_bytes()).await.is_ok() {
        sleep(Duration::from_millis(pause)).await;
    }
}

#[tokio::test]
async fn a_slow_drip_ends_at_its_bound() {
    let starts = [
        ("", "HTTP/1.1 200 OK"),
        ("HTTP/1.1 200 OK\r\n", "a: b\r\n"),
        ("HTTP/1.1 200 OK\r\n\r\n", "x"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", "x"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
        ("HTTP/1.1 404 X\r\ncontent-length: 100000\r\n\r\n", "x"),
        ("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n"),
    ];
    let server = Server::serving(move |request, stream| async move {
        let at: usize = request.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        let (start, again) = starts[at];
        drip(stream, start, if at == 0 { "" } else { again }, 50).await;
    })
    .await;
    let fetcher = public(&[server.place()], &Names::of(&[]), short());
    for at in 0..starts.len() {
        let error = get(&fetcher, &server.url(&format!("/{at}"))).await.unwrap_err();
        assert!(matches!(error, FetchError::Timeout(_)), "{at}: {error:?}");
        assert!(error.is_unreachable());
    }
    // As it is built without a test's bounds.
    let error = get(&Fetcher::public(&[server.place()]).unwrap(), &server.url("/3")).await.unwrap_err();
    assert_eq!(error.to_string(), "no answer: it was not complete within 5 seconds");
}

#[tokio::test]
async fn what_never_ends_ends_at_its_bound() {
    let kib: &str = "x".repeat(1024).leak();
    let chunk: &'static str = format!("400\r\n{kib}\r\n").leak();
    let header: &'static str = format!("a: {kib}\r\n").leak();
    let server = Server::serving(move |request, stream| async move {
        let (start, again) = match request.split(' ').nth(1).unwrap() {
            "/body" => ("HTTP/1.1 200 OK\r\n\r\n", kib),
            "/chunks" => ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", chunk),
            "/told" => ("HTTP/1.1 200 OK\r\ncontent-length: 9999999999\r\n\r\n", ""),
            "/error" => ("HTTP/1.1 404 X\r\n\r\n", kib),
            _ => ("HTTP/1.1 200 OK\r\n", header),
        };
        drip(stream, start, again, 1).await;
    })
    .await;
    let fetcher = Fetcher::public(&[server.place()]).unwrap();
    for path in ["/body", "/chunks", "/told"] {
        let error = get(&fetcher, &server.url(path)).await.unwrap_err();
        assert_eq!(error.to_string(), "it answered more than 262144 bytes", "{path}");
        assert!(error.is_faulty());
    }
    let error = get(&fetcher, &server.url("/error")).await.unwrap_err();
    assert!(matches!(&error, FetchError::Status { status: 404, body } if body.len() == 200), "{error:?}");
    assert!(matches!(get(&fetcher, &server.url("/headers")).await, Err(FetchError::NoAnswer(_))));
}

#[tokio::test]
async fn as_much_as_the_bound_is_taken() {
    let (server, fetcher) = allowed_server(|request| {
        let extra = usize::from(request.starts_with("GET /more"));
        response(200, "", &vec![b'x'; MAX_BYTES + extra])
    })
    .await;
    assert_eq!(get(&fetcher, &server.url("/")).await.unwrap().len(), MAX_BYTES);
    assert!(matches!(get(&fetcher, &server.url("/more")).await, Err(FetchError::TooLong(MAX_BYTES))));
}

/// Ten million zeros in some 60 KB, as DEFLATE (RFC 1951) in one block with fixed codes: the zero, and then again and
/// again "258 bytes like the last one".
fn bomb() -> Vec<u8> {
    let mut bits = vec![true, true, false];
    bits.extend([false, false, true, true, false, false, false, false]);
    for _ in 0..10_000_000 / 258 {
        bits.extend([true, true, false, false, false, true, false, true, false, false, false, false, false]);
    }
    bits.extend([false; 7]);
    let bytes = bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |sum, bit| sum << 1 | u8::from(*bit)));
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    gzip.extend(bytes);
    gzip
}

#[tokio::test]
async fn a_decompression_bomb_is_not_unpacked() {
    let server = Server::answering(|request| {
        let header = match request.split(' ').nth(1).unwrap() {
            "/plain" => String::new(),
            "/transfer" => {
                return b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n".to_vec();
            }
            path => format!("content-encoding: {}\r\n", &path[1..].replace('-', ", ")),
        };
        response(200, &header, &bomb())
    })
    .await;
    let fetcher = Fetcher::public(&[server.place()]).unwrap();
    for encoding in
        ["gzip", "GZIP", "x,gzip", "deflate", "br", "zstd", "identity-gzip", "unknown", "transfer"]
    {
        let error = get(&fetcher, &server.url(&format!("/{encoding}"))).await.unwrap_err();
        assert!(matches!(error, FetchError::Encoding(_)), "{encoding}: {error:?}");
        assert!(error.is_faulty() && error.to_string().contains("which it was not asked for"), "{error}");
    }
    // One that does not say so is what it is: some bytes.
    assert_eq!(get(&fetcher, &server.url("/plain")).await.unwrap(), bomb());
    assert_eq!(get(&fetcher, &server.url("/identity")).await.unwrap(), bomb());
}

#[tokio::test]
async fn one_host_is_not_asked_more_often_at_a_time_than_it_may_be() {
    static NOW: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let server = Server::serving(|_, mut stream| async move {
        MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        sleep(Duration::from_millis(50)).await;
        NOW.fetch_sub(1, Ordering::SeqCst);
        let _ = stream.write_all(&response(200, "connection: close\r\n", b"fine")).await;
    })
    .await;
    let bounds = Bounds { per_host: 2, time: LONG, ..Bounds::default() };
    let fetcher = public(&[server.place()], &Names::of(&[]), bounds);
    let url = server.url("/");
    let all = futures_util::future::join_all((0..9).map(|_| get(&fetcher, &url))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!((server.connections(), MOST.load(Ordering::SeqCst)), (9, 2));
}

#[tokio::test]
async fn whoever_finds_no_place_in_time_is_told_to_come_back() {
    let (server, bounds) = (Server::answering(|_| response(200, "", b"fine")).await, short());
    let fetcher = public(&[server.place()], &Names::of(&[]), Bounds { at_once: 1, ..bounds });
    let elsewhere = fetcher.inner.places.enter("elsewhere.example:443").await;
    let error = get(&fetcher, &server.url("/")).await.unwrap_err();
    assert!(matches!(error, FetchError::Busy) && error.is_unreachable(), "{error:?}");
    assert_eq!(server.connections(), 0);
    drop(elsewhere);
    assert_eq!(get(&fetcher, &server.url("/")).await.unwrap(), b"fine");
}
