//! Tests over HTTP against the real server, with a real database. The files mirror the routes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod availability;
mod ccip;
mod codecs;
mod commands;
mod crash;
mod described;
mod dm3_clients;
mod dm3_user;
mod ensip15;
mod erc7884;
mod freshness;
mod harness;
mod history;
mod kept_lookups;
mod listing;
mod lookups;
mod malformed;
mod messages;
mod openapi;
mod pages;
mod profiles;
mod put_names;
mod races;
mod server;
mod spam_rules;
mod zone_records;
