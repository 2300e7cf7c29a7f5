//! The names of every binding in `wrangler.toml`, and nothing else knows them.

use worker::{Bucket, D1Database, Env, Fetcher, KvStore, ObjectNamespace, Queue};

/// The index, daily data, jobs and keys.
pub(crate) fn db(env: &Env) -> worker::Result<D1Database> {
    env.d1("DB")
}

/// Cached answers.
pub(crate) fn cache(env: &Env) -> worker::Result<KvStore> {
    env.kv("CACHE")
}

/// Imported files, refused vendor answers and results.
pub(crate) fn files(env: &Env) -> worker::Result<Bucket> {
    env.bucket("FILES")
}

/// Hints that a job has a slice to do.
pub(crate) fn jobs(env: &Env) -> worker::Result<Queue> {
    env.queue("JOBS")
}

/// One object a stream.
pub(crate) fn streams(env: &Env) -> worker::Result<ObjectNamespace> {
    env.durable_object("STREAMS")
}

/// The built web app and the documentation's files.
pub(crate) fn assets(env: &Env) -> worker::Result<Fetcher> {
    env.assets("ASSETS")
}
