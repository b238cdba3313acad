//! Scratch.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, missing_docs)]
use std::{path::Path, sync::Arc, time::Instant};
use vahti_core::*;
use vahti_store::{*, conformance as c, sqlite::SqliteStore};
struct Clk; impl Clock for Clk { fn now(&self)->Timestamp { Timestamp::from_millis(1_790_000_000_000 + START.elapsed().as_millis() as i64) } }
static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
static SEQ: std::sync::atomic::AtomicU64=std::sync::atomic::AtomicU64::new(0);
struct Nul; impl Witness for Nul { fn last_seen(&self,_:&SessionId)->Option<Timestamp>{None} fn apply(&self,_:&Account){} }
fn host()->Host{ Host{policy:Arc::new(Policy::one_per_user()),clock:Arc::new(Clk),witness:Arc::new(Nul)} }
async fn login(s:&SqliteStore,u:String,n:u64){
    let id=SEQ.fetch_add(1,std::sync::atomic::Ordering::Relaxed);
    let mut l=c::login(&format!("0199a1b2-c3d4-7000-8000-{id:012}")); l.origin=Some(format!("[192.0.2.{}] Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 {}", n%200, n%7));
    l.profile.name=Some("Some Body".into());
    let p=Policy::one_per_user();
    s.transact(&UserId::new(&u).unwrap(),Box::new(move |a,m| decide::login(a,&p,&c::by(),&l,m).commit)).await.unwrap();
}
fn main(){
    let dir=std::env::args().nth(1).unwrap(); let n:u64=std::env::args().nth(2).unwrap().parse().unwrap();
    let path=Path::new(&dir).join("vahti.db");
    let rt=tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let t=Instant::now();
    let s=Arc::new(SqliteStore::open(&path,host()).unwrap());
    println!("open {:?}",t.elapsed());
    let mode=std::env::args().nth(3).unwrap();
    rt.block_on(async{
        if mode=="one" {
            let t=Instant::now();
            for i in 0..n { login(&s,format!("user-{i:015}"),i).await; }
            println!("1 caller: {:.0}/s", n as f64/t.elapsed().as_secs_f64());
        }
        if mode=="many" {
            for callers in [64u64] {
            let t=Instant::now(); let per=n/callers; let mut h=vec![];
            for k in 0..callers { let s=s.clone(); h.push(tokio::spawn(async move { for i in 0..per { let x=callers*10_000_000+k*per+i; login(&s,format!("u{:016x}",(x+1).wrapping_mul(0x9E3779B97F4A7C15)),x).await; } })); }
            for x in h { x.await.unwrap(); }
            println!("{callers} callers: {:.0}/s", n as f64/t.elapsed().as_secs_f64());
            }
        }
        if mode=="fill" {
            let t=Instant::now(); let callers=256; let per=n/callers; let mut h=vec![];
            for k in 0..callers { let s=s.clone(); h.push(tokio::spawn(async move { for i in 0..per { let x=i*callers+k; login(&s,format!("u{:016x}",(x+1).wrapping_mul(0x9E3779B97F4A7C15)),x).await; } })); }
            for x in h { x.await.unwrap(); }
            println!("fill {n}: {:.0}/s", n as f64/t.elapsed().as_secs_f64());
        }
        if mode=="start" || mode=="acc" {
            for _ in 0..3 {
            let t=Instant::now(); let mut k=0; let mut q=0;
            s.accounts(Timestamp::from_millis(i64::MAX/2),&mut |a:&Account|{k+=1;q+=a.sessions.len();}).await.unwrap();
            println!("accounts {k} {q} {:?}",t.elapsed());
            }
            if mode=="acc" { s.close().await; return; } let t=Instant::now(); println!("chain {:?} {:?}", s.check_chain().await.unwrap(), t.elapsed());
            let t=Instant::now(); println!("overdue {:?} {:?}", s.users_overdue(Timestamp::from_millis(1),10).await.unwrap(), t.elapsed());
            let seen:Vec<_>=(0..10_000u64).map(|n|(SessionId::new(&format!("0199a1b2-c3d4-7000-8000-{n:012}")).unwrap(),Timestamp::from_millis(1_990_000_000_000))).collect();
            let t=Instant::now(); s.write_last_seen(seen).await.unwrap(); println!("10k last seen {:?}",t.elapsed());
            let t=Instant::now(); println!("page {:?} {:?}", s.sessions(&SessionQuery{state:Some(StateWord::Held),limit:100,..Default::default()}).await.unwrap().items.len(), t.elapsed());
            let t=Instant::now(); println!("text {:?} {:?}", s.sessions(&SessionQuery{text:Some("nobody at all".into()),limit:100,..Default::default()}).await.unwrap().items.len(), t.elapsed());
        }
        let rss=std::fs::read_to_string("/proc/self/status").unwrap(); println!("{}",rss.lines().find(|l|l.starts_with("VmRSS")).unwrap());
        let t=Instant::now(); s.close().await; println!("close {:?}",t.elapsed());
    });
}
