//! What the live tests stand on: throwaway servers of every major that is to be had, databases on them,
//! their dumps, and the program itself in a clean environment.
//!
//! A server belongs to the test process: it goes when the process ends, however it ends. Nothing here knows
//! what plumb does.
#![allow(dead_code, unreachable_pub, missing_docs)] // each test program uses its own part

mod cluster;
mod database;
mod dump;
mod folder;
pub mod hub;
mod plumb;
mod postgres;
pub mod runner;
mod witness;

#[allow(unused_imports)]
pub use self::{
    cluster::Cluster,
    database::Database,
    dump::normalise_dump,
    folder::Folder,
    plumb::{Output, Plumb, plumb},
    postgres::{Postgres, home, majors},
};
