//! Spam rules of accounts: who sets them, who reads them, and what they say of a sender where there is no chain. What they
//! say with one is in tests/clients/spam.test.mjs.

use dm3_gateway::config::AccountStoreSettings;
use dm3_gateway::ens::Name;
use dm3_gateway::lookup::{Client, RuleResult, SenderCheck, SpamRule};
use serde_json::{Value, json};

use crate::dm3_user::Dm3User;
use crate::harness::{NOW, Reply, TestServer, Wallet, nothing, reply};

const SERVICE: &str = "/v1/delivery-services/ds.example.eth/accounts";
const URL: &str = "https://ds.example";

/// A server at which the user has published a profile, and has an account under its address name.
async fn with_account(user: &Dm3User) -> TestServer {
    let server = TestServer::start_with(keeps_accounts).await;
    assert_eq!(
        server.post("/profile/address", user.publication("ds.example.eth").to_string()).await.status,
        200
    );
    let created = user.account_message(URL, &user.address_name(), "createAccount", NOW);
    assert_eq!(server.post(SERVICE, created.to_string()).await.status, 201);
    server
}

fn keeps_accounts(settings: &mut dm3_gateway::config::Settings) {
    settings.account_stores =
        vec![AccountStoreSettings { service: "ds.example.eth".into(), url: URL.into() }];
}

async fn put(server: &TestServer, account: &str, message: &Value) -> Reply {
    reply(server.http.put(format!("{}{SERVICE}/{account}/spam-rules", server.url)).json(message)).await
}

async fn set(server: &TestServer, user: &Dm3User, rules: &Value, at: u64) -> Reply {
    let name = user.address_name();
    put(server, &name, &user.spam_rules_message(URL, &name, rules, at)).await
}

/// The rules as the account itself sees them.
async fn own_rules(server: &TestServer, user: &Dm3User) -> Value {
    let name = user.address_name();
    let challenge = server.get(&format!("/auth/{name}")).await.body;
    let body = json!({ "challenge": challenge, "signature": user.sign(challenge.as_str().unwrap()) });
    let token = server.post(&format!("/auth/{name}"), body.to_string()).await.body;
    let request = server.http.get(format!("{}{SERVICE}/{name}/spam-rules", server.url));
    reply(request.bearer_auth(token.as_str().unwrap())).await.body
}

async fn check(server: &TestServer, user: &Dm3User, sender: &str) -> SenderCheck {
    let client = Client::new(server.url.parse().unwrap()).unwrap();
    let [service, receiver, sender] =
        ["ds.example.eth", &user.address_name(), sender].map(|name| Name::parse(name).unwrap());
    client.check_sender(&service, &receiver, &sender, None).await.unwrap()
}

fn results(check: &SenderCheck) -> Vec<(SpamRule, RuleResult)> {
    check.rules.iter().map(|check| (check.rule, check.result)).collect()
}

#[tokio::test]
async fn everybody_sees_what_an_account_demands_and_only_itself_whom_it_has_blocked() {
    let user = Dm3User::new(5);
    let server = with_account(&user).await;
    let shown = format!("{SERVICE}/{}", user.address_name());
    assert_eq!(server.get(&shown).await.body["spamRules"], json!({}));
    let token = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf";
    let rules = json!({
        "minNonce": 3, "minBalance": "10", "minTokenBalance": { "address": token, "amount": "5" },
        "blockedNames": ["spam.eth", "ads.eth", "spam.eth"], "blockedAccounts": [token],
    });
    let answered = set(&server, &user, &rules, NOW + 1).await;
    assert_eq!(answered.status, 200, "{}", answered.body);
    let public = json!({ "minNonce": 3, "minBalance": "10", "minTokenBalance": { "address": token.to_lowercase(), "amount": "5" } });
    assert_eq!(answered.body["spamRules"], public);
    let found = server.get(&shown).await.body;
    assert_eq!(found, answered.body);
    assert!(!found.to_string().contains("spam.eth"));
    let own = own_rules(&server, &user).await;
    assert_eq!(own["blockedNames"], json!(["ads.eth", "spam.eth"]));
    assert_eq!((&own["blockedAccounts"], &own["minNonce"]), (&json!([token.to_lowercase()]), &json!(3)));
    let without = server.get(&format!("{shown}/spam-rules")).await;
    assert_eq!((without.refusal(), without.header("www-authenticate")), ((401, "session"), "Bearer"));
}

#[tokio::test]
async fn new_rules_take_the_place_of_all_old_ones_and_end_with_the_account() {
    let user = Dm3User::new(5);
    let server = with_account(&user).await;
    set(&server, &user, &json!({ "minNonce": 3, "blockedNames": ["spam.eth"] }), NOW + 1).await;
    assert_eq!(set(&server, &user, &json!({ "minBalance": "1" }), NOW + 2).await.status, 200);
    assert_eq!(own_rules(&server, &user).await, json!({ "minBalance": "1" }));
    let message =
        |topic: &str, at: u64| user.account_message(URL, &user.address_name(), topic, at).to_string();
    assert_eq!(server.post(SERVICE, message("deleteAccount", NOW + 3)).await.status, 200);
    assert_eq!(set(&server, &user, &json!({}), NOW + 4).await.refusal(), (404, "no-account"));
    assert_eq!(server.post(SERVICE, message("createAccount", NOW + 5)).await.status, 201);
    assert_eq!(own_rules(&server, &user).await, json!({}));
}

#[tokio::test]
async fn rules_outlive_the_server() {
    let user = Dm3User::new(5);
    let server = with_account(&user).await;
    set(&server, &user, &json!({ "blockedNames": ["spam.eth"] }), NOW + 1).await;
    let server = TestServer::start_in(server.stop().await, keeps_accounts).await;
    assert_eq!(own_rules(&server, &user).await, json!({ "blockedNames": ["spam.eth"] }));
}

#[tokio::test]
async fn a_message_sets_rules_once_and_none_after_a_younger_one() {
    let user = Dm3User::new(5);
    let server = with_account(&user).await;
    assert_eq!(set(&server, &user, &json!({ "minNonce": 1 }), NOW + 2).await.status, 200);
    for (rules, at) in [(json!({ "minNonce": 1 }), NOW + 2), (json!({}), NOW + 1)] {
        assert_eq!(set(&server, &user, &rules, at).await.refusal(), (409, "seen"));
    }
    assert_eq!(own_rules(&server, &user).await, json!({ "minNonce": 1 }));
}

#[tokio::test]
async fn rules_that_cannot_be_and_messages_that_are_not_the_accounts_are_refused() {
    let (user, other) = (Dm3User::new(5), Dm3User::new(6));
    let server = with_account(&user).await;
    let name = user.address_name();
    for rules in [
        json!({ "minBalance": "-1" }),
        json!({ "minBalance": "1".repeat(79) }),
        json!({ "minNonce": 1_u64 << 53 }),
        json!({ "minTokenBalance": { "address": "0x12", "amount": "1" } }),
        json!({ "blockedNames": ["Spam.eth"] }),
        json!({ "blockedAccounts": ["spam.eth"] }),
        json!({ "blockedNames": (0..501).map(|n| format!("n{n}.eth")).collect::<Vec<_>>() }),
    ] {
        assert_eq!(
            set(&server, &user, &rules, NOW + 1).await.refusal(),
            (422, "invalid-spam-rules"),
            "{rules}"
        );
    }
    for rules in [json!({ "minNonce": -1 }), json!({ "minNonce": "1" }), json!({ "maxNonce": 1 }), json!("")]
    {
        assert_eq!(set(&server, &user, &rules, NOW + 1).await.refusal(), (400, "malformed"), "{rules}");
    }
    let foreign = other.spam_rules_message(URL, &name, &json!({}), NOW + 1);
    assert_eq!(put(&server, &name, &foreign).await.refusal(), (401, "proof"));
    // What is signed is all of it: other rules under the same signature are nobody's.
    let mut changed = user.spam_rules_message(URL, &name, &json!({ "minNonce": 1 }), NOW + 1);
    changed["message"]["spamRules"]["minNonce"] = json!(0);
    assert_eq!(put(&server, &name, &changed).await.refusal(), (401, "proof"));
    let elsewhere = user.spam_rules_message("https://other.example", &name, &json!({}), NOW + 1);
    assert_eq!(put(&server, &name, &elsewhere).await.refusal(), (400, "other-service"));
    let about = user.spam_rules_message(URL, &other.address_name(), &json!({}), NOW + 1);
    assert_eq!(put(&server, &name, &about).await.refusal(), (400, "other-name"));
    let create = user.account_message(URL, &name, "createAccount", NOW + 1);
    assert_eq!(put(&server, &name, &create).await.refusal(), (400, "malformed"));
    let without = user.account_message(URL, &name, "setSpamRules", NOW + 1);
    assert_eq!(put(&server, &name, &without).await.refusal(), (400, "malformed"));
    let with = json!({
        "deliveryServiceUrl": URL, "ensName": name, "spamRules": {}, "timestamp": NOW + 1, "topic": "deleteAccount",
    });
    assert_eq!(server.post(SERVICE, user.signed(with).to_string()).await.refusal(), (400, "malformed"));
    let rules = user.spam_rules_message(URL, &name, &json!({}), NOW + 1);
    assert_eq!(server.post(SERVICE, rules.to_string()).await.refusal(), (400, "malformed"));
    assert_eq!(own_rules(&server, &user).await, json!({}));
}

#[tokio::test]
async fn a_sender_is_accepted_where_nothing_is_demanded_and_not_where_they_are_blocked() {
    let (user, sender) = (Dm3User::new(5), Wallet::new(1));
    let server = with_account(&user).await;
    server.claim(&sender, "bob.user.dm3.eth", nothing()).await;
    let found = check(&server, &user, "bob.user.dm3.eth").await;
    assert_eq!((found.accepted, found.rules.len(), &found.holdings), (Some(true), 0, &None));
    assert_eq!(found.receiver.address, Some(user.wallet.address()));
    assert_eq!(found.sender.address, Some(sender.address()));
    let both = [SpamRule::BlockedNames, SpamRule::BlockedAccounts];
    let cases = [
        (json!(["bob.user.dm3.eth"]), json!([user.address()]), [RuleResult::Failed, RuleResult::Passed]),
        (json!(["user.dm3.eth"]), json!([sender.address()]), [RuleResult::Passed, RuleResult::Failed]),
        (json!(["eve.eth"]), json!([user.address()]), [RuleResult::Passed, RuleResult::Passed]),
    ];
    for (at, (names, accounts, expected)) in (NOW + 1..).zip(cases) {
        set(&server, &user, &json!({ "blockedNames": names, "blockedAccounts": accounts }), at).await;
        let found = check(&server, &user, "bob.user.dm3.eth").await;
        assert_eq!(results(&found), both.into_iter().zip(expected).collect::<Vec<_>>());
        assert_eq!(found.accepted, Some(!expected.contains(&RuleResult::Failed)));
    }
}

#[tokio::test]
async fn what_nobody_can_be_asked_about_is_unknown_and_never_passed() {
    let user = Dm3User::new(5);
    let server = with_account(&user).await;
    server.claim(&Wallet::new(1), "bob.user.dm3.eth", nothing()).await;
    let token = json!({ "address": user.address(), "amount": "0" });
    let demands = json!({ "minNonce": 0, "minBalance": "0", "minTokenBalance": token });
    set(&server, &user, &demands, NOW + 1).await;
    // There is no endpoint here.
    let found = check(&server, &user, "bob.user.dm3.eth").await;
    assert_eq!(found.accepted, None);
    assert!(found.rules.iter().all(|check| check.result == RuleResult::Unknown), "{:?}", found.rules);
    assert!(found.rules.iter().all(|check| check.reason.as_ref().unwrap().contains("rpc_url")));
    // Nor can a name of others be looked up: which account it answers is not known either.
    let rules = json!({ "blockedAccounts": [user.address()], "blockedNames": ["eve.eth"], "minNonce": 0 });
    set(&server, &user, &rules, NOW + 2).await;
    let found = check(&server, &user, "bob.eth").await;
    assert_eq!(
        results(&found),
        [
            (SpamRule::MinNonce, RuleResult::Unknown),
            (SpamRule::BlockedNames, RuleResult::Passed),
            (SpamRule::BlockedAccounts, RuleResult::Unknown),
        ]
    );
    assert_eq!(found.accepted, None);
    // One rule that fails is enough.
    let found = check(&server, &user, "eve.eth").await;
    assert_eq!(found.accepted, Some(false));
    // A name that answers no account has nothing.
    let found = check(&server, &user, "nobody.user.dm3.eth").await;
    assert_eq!((found.rules[0].result, found.accepted), (RuleResult::Failed, Some(false)));
}

#[tokio::test]
async fn whoever_is_no_account_here_has_no_rules_and_is_not_checked_for() {
    let user = Dm3User::new(5);
    let server = with_account(&user).await;
    let body = json!({ "sender": "bob.user.dm3.eth" }).to_string();
    let path =
        |service: &str, account: &str| format!("/v1/delivery-services/{service}/accounts/{account}/checks");
    let nobody = server.post(&path("ds.example.eth", "nobody.user.dm3.eth"), body.clone()).await;
    assert_eq!(nobody.refusal(), (404, "no-account"));
    let elsewhere = server.post(&path("other.eth", &user.address_name()), body).await;
    assert_eq!(elsewhere.refusal(), (404, "no-such-service"));
    for body in ["", "{}", r#"{"sender":1}"#, r#"{"sender":"bob.eth","receiver":"x"}"#] {
        let refused = server.post(&path("ds.example.eth", &user.address_name()), body).await;
        assert_eq!(refused.refusal(), (400, "malformed"), "{body}");
    }
}

#[test]
fn the_example_of_the_description_is_what_this_user_signs() {
    let rules =
        json!({ "blockedNames": ["spam.user.dm3.eth"], "minBalance": "10000000000000000", "minNonce": 1 });
    let message = Dm3User::new(2).spam_rules_message(URL, "bob.user.dm3.eth", &rules, 1_799_999_401);
    let described: Value =
        serde_json::from_str(&serde_json::to_string(&dm3_gateway::http::document()).unwrap()).unwrap();
    let path = "/v1/delivery-services/{name}/accounts/{account}/spam-rules";
    let example = &described["paths"][path]["put"]["requestBody"]["content"]["application/json"]["example"];
    assert_eq!(example, &message);
}
