//! The API's description (OpenAPI 3.1), made from what stands at each handler and type.

use std::sync::LazyLock;

use axum::Json;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{OpenApi, ToSchema};

use super::ccip_failure::Failure;
use super::dm3_failure::Dm3Failure;
use super::problem::{Problem, ProblemBody};
use super::{
    accounts, availability, ccip, codecs, dm3_auth, dm3_profile, erc7884, health, info, lookups, names,
    spam_rules, zones,
};

static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(document);

/// This document
#[utoipa::path(get, path = "/openapi.json", tag = "service", operation_id = "describe_api",
    responses((status = 200, description = "OpenAPI 3.1", body = Object), Problem))]
pub async fn show() -> Json<&'static utoipa::openapi::OpenApi> {
    Json(&DOCUMENT)
}

/// The description of every route in `router.rs`.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut tor = Lookups::openapi();
    operations(&mut tor).for_each(|operation| {
        operation.operation_id = operation.operation_id.take().map(|id| format!("tor_{id}"));
        operation.summary = operation.summary.take().map(|summary| format!("{summary}, for TOR's contracts"));
    });
    let below = |base: &str, path: &str| format!("{base}{}", path.trim_end_matches('/'));
    let mut document =
        Api::openapi().merge_from(Lookups::openapi()).nest_with_path_composer("/tor", tor, below);
    describe_problems(&mut document);
    document
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "dm3-gateway",
        description = "Names in a database that resolve like any other ENS name: what they hold, operations that \
            change them, and the signed answers to the lookups (CCIP read, ERC-3668) of resolver contracts.\n\n\
            Every answer has a header `x-request-id`; a request may bring its own. Errors are RFC 9457 problems with \
            a `code` that stays, those of lookups have ERC-3668's form. A path that is not served is answered 404 \
            `no-such-route`, a method that is not 405 `method-not-allowed`."
    ),
    tags(
        (name = "names", description = "Names, and the operations that change them"),
        (name = "resolution", description = "CCIP read (ERC-3668)"),
        (name = "lookups", description = "Anybody's verified dm3 profile"),
        (name = "dm3", description = "For dm3's own clients and for delivery services"),
        (name = "service", description = "The gateway itself"),
    ),
    paths(
        names::list,
        names::show,
        names::apply,
        names::history,
        availability::show,
        erc7884::apply,
        codecs::address,
        codecs::contenthash,
        dm3_profile::publish,
        dm3_profile::claim,
        dm3_profile::remove,
        dm3_profile::show,
        dm3_profile::show_name,
        dm3_auth::challenge,
        dm3_auth::token,
        dm3_auth::check,
        lookups::profile,
        lookups::profiles,
        lookups::delivery_service,
        lookups::purge,
        lookups::changes,
        accounts::change,
        accounts::show,
        spam_rules::set,
        spam_rules::show,
        spam_rules::check,
        zones::list,
        info::show,
        health::live,
        health::ready,
        show,
    ),
    components(schemas(ProblemBody, Dm3Failure))
)]
struct Api;

/// The routes that are there twice: also below `/tor`.
#[derive(OpenApi)]
#[openapi(
    paths(ccip::get, ccip::post_to_template, ccip::post, ccip::post_to_root),
    components(schemas(Failure))
)]
struct Lookups;

/// A status, and that its body is a `T` in JSON.
pub fn described<T: ToSchema>(status: u16, description: &str) -> (String, RefOr<Response>) {
    let content = Content::new(Some(Ref::from_schema_name(T::name())));
    let response = ResponseBuilder::new().description(description).content("application/json", content);
    (status.to_string(), response.build().into())
}

/// An error whose body nobody described is a [`Problem`].
fn describe_problems(document: &mut utoipa::openapi::OpenApi) {
    for operation in operations(document) {
        for (status, response) in &mut operation.responses.responses {
            if let RefOr::T(Response { content, .. }) = response
                && content.is_empty()
                && status.starts_with(['4', '5'])
            {
                let problem = Content::new(Some(Ref::from_schema_name(ProblemBody::name())));
                content.insert("application/problem+json".to_owned(), problem.into());
            }
        }
    }
}

fn operations(document: &mut utoipa::openapi::OpenApi) -> impl Iterator<Item = &mut Operation> {
    fn of_path(item: &mut PathItem) -> [&mut Option<Operation>; 4] {
        [&mut item.get, &mut item.put, &mut item.post, &mut item.delete]
    }
    document.paths.paths.values_mut().flat_map(of_path).flatten()
}
