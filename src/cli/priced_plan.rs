//! A deployment's plan with what it costs, as it is told: to people before anything is sent, as JSON afterwards.

use alloy::primitives::utils::format_units;
use alloy::primitives::{Address, U256};
use alloy::providers::{DynProvider, Provider};
use serde_json::{Value, json};

use super::error::CliError;
use crate::chain::deploy::{Cost, DeployError, Fees, Plan, Sent, Step, Wanted};

/// A plan, and what it costs.
pub struct PricedPlan<'a> {
    pub plan: &'a Plan,
    pub fees: Fees,
    pub deployer: Address,
    /// Of the plan's steps, in their order.
    costs: Vec<Cost>,
    balance: U256,
}

impl<'a> PricedPlan<'a> {
    /// Asks the chain for its prices.
    pub async fn of(provider: &DynProvider, plan: &'a Plan, deployer: Address) -> Result<Self, DeployError> {
        let fees = Fees::now(provider).await?;
        let mut costs = Vec::new();
        for step in &plan.steps {
            costs.push(fees.cost(provider, step, deployer).await?);
        }
        let balance = provider.get_balance(deployer).await?;
        Ok(Self { plan, fees, deployer, costs, balance })
    }

    /// An error when the deployer cannot pay.
    pub fn check_balance(&self) -> Result<(), CliError> {
        let total = self.total();
        if self.balance >= total.wei {
            return Ok(());
        }
        let has = Cost { gas: 0, wei: self.balance }.ether();
        let message = format!("{} has {has} ETH, and may need {} ETH", self.deployer, total.ether());
        Err(CliError::new(message).next("send it ether, or deploy from another account"))
    }

    /// What will be sent and what it costs, for people.
    pub fn tell(&self) -> String {
        let Plan { chain_id, resolver, owner, steps, for_others, obstacles, .. } = self.plan;
        let has = Cost { gas: 0, wei: self.balance }.ether();
        let mut lines = vec![
            format!("chain {chain_id}, resolver {resolver} of owner {owner}"),
            format!("{} has {has} ETH and sends:", self.deployer),
        ];
        for (at, (step, cost)) in steps.iter().zip(&self.costs).enumerate() {
            let Cost { gas, .. } = cost;
            lines.push(format!("{:3}. {}: at most {} ETH ({gas} gas)", at + 1, step.what, cost.ether()));
        }
        let gwei = format_units(self.fees.max_per_gas, "gwei").unwrap_or_default();
        let per_gas = gwei.trim_end_matches('0').trim_end_matches('.');
        lines.push(match steps.len() {
            0 => "     nothing".to_owned(),
            _ => format!("     in all at most {} ETH, with gas at {per_gas} gwei", self.total().ether()),
        });
        lines.extend(for_others.iter().map(tell_other));
        lines.extend(obstacles.iter().map(|obstacle| format!("in the way: {obstacle}")));
        lines.join("\n")
    }

    /// What there is, what was or would be sent, and what is left, for programs.
    pub fn describe(&self, wanted: &Wanted, sent: &[Sent], is_dry_run: bool) -> Value {
        let plan = self.plan;
        let transactions = plan.steps.iter().zip(&self.costs).enumerate().map(|(at, (step, cost))| {
            let mut told = describe_step(step);
            if let Some(told) = told.as_object_mut() {
                told.insert("maxCostWei".into(), json!(cost.wei.to_string()));
                if let Some(sent) = sent.get(at) {
                    told.insert("hash".into(), json!(sent.hash));
                    told.insert("costWei".into(), json!(sent.wei.to_string()));
                }
            }
            told
        });
        let zones = wanted.zones.iter().map(|zone| {
            json!({ "name": zone.name.as_str(), "kind": if zone.is_address_zone { "address" } else { "open" } })
        });
        json!({
            "resolver": plan.resolver,
            "chainId": plan.chain_id,
            "owner": plan.owner,
            "deployer": self.deployer,
            "gateways": wanted.gateways,
            "signers": wanted.signers,
            "zones": zones.collect::<Vec<_>>(),
            "constructorArguments": plan.constructor_arguments,
            "dryRun": is_dry_run,
            "transactions": transactions.collect::<Vec<_>>(),
            "maxCostWei": self.total().wei.to_string(),
            "forOthers": plan.for_others.iter().map(describe_step).collect::<Vec<_>>(),
            "obstacles": plan.obstacles,
        })
    }

    fn total(&self) -> Cost {
        let gas = self.costs.iter().map(|cost| cost.gas).sum();
        Cost { gas, wei: self.costs.iter().map(|cost| cost.wei).sum() }
    }
}

/// Everything that somebody else's wallet has to be told.
fn tell_other(Step { what, from, to, data, .. }: &Step) -> String {
    let who = from.map_or_else(|| "the account that may".to_owned(), |account| account.to_string());
    format!("not ours to send: {what}\n  from {who}\n  to   {to}\n  data {data}")
}

fn describe_step(step: &Step) -> Value {
    json!({ "what": step.what, "from": step.from, "to": step.to, "data": step.data })
}
