//! The ledger: was each reading taken exactly once?
//!
//! After the first pass the counters must show as many accepted items as readings were sent. Then
//! everything is sent again with message ids. A reading that had been lost would now be accepted, and
//! one that had been counted twice would not have left room for another: every receipt must show
//! nothing but duplicates, and the number of accepted items must stand still.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

use anyhow::{Context, Result, bail, ensure};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{Client, Event};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::broker::Broker;
use crate::feed::{Feed, Plan, Shape};
use crate::service::{Counts, Service};
use crate::{STALL, VAGUS_ROOT, await_count, null, publisher};

#[derive(Deserialize)]
struct Receipt {
    message_id: Option<String>,
    accepted: u64,
    duplicate: u64,
    rejected: Vec<Box<RawValue>>,
}

/// Sends everything again and checks counters and receipts.
pub(crate) fn check(broker: &Broker, service: &Service, plan: &Plan) -> Result<bool> {
    let sent = plan.readings();
    let first = service.counts()?;
    println!("  ledger, first pass:  sent {sent}, {first:?}");
    let receipts = listen(broker.port)?;
    let feed = Feed::encode(VAGUS_ROOT, plan, plan.windows(), Shape::Envelope);
    publisher::publish(broker.port, "vagus-resend", &feed)?;
    await_count(sent, || Ok(service.counts()?.total() - first.total())).context("the second pass")?;
    let told = collect(&receipts, feed.messages())?;
    let second = service.counts()?;
    println!("  ledger, second pass: sent {sent}, {second:?}, {} receipts: {told:?}", feed.messages());
    // Duplicates of the first pass can only be redeliveries of the broker; on a connection that held there are none.
    let is_first_good = first == Counts { accepted: sent, duplicate: 0, rejected: 0 };
    let is_second_good = second.accepted == sent && second.duplicate - first.duplicate == sent && second.rejected == 0;
    let is_told = told == Counts { accepted: 0, duplicate: sent, rejected: 0 };
    let is_good = is_first_good && is_second_good && is_told;
    println!("  ledger: {}", if is_good { "each reading was taken exactly once" } else { "IS OFF" });
    Ok(is_good)
}

/// Subscribes to the receipts; the thread ends with the process.
fn listen(port: u16) -> Result<Receiver<Receipt>> {
    let mut options = null::options(port, "receipt-reader", None);
    options.set_manual_acks(false);
    let (client, mut connection) = Client::new(options, 100);
    client.subscribe(format!("{VAGUS_ROOT}/+/+/receipts"), QoS::AtLeastOnce)?;
    let (ready, subscribed) = channel();
    let (sender, receipts) = channel();
    std::thread::spawn(move || {
        let _kept = client;
        for event in connection.iter() {
            match event {
                Ok(Event::Incoming(Packet::SubAck(_))) => {
                    let _ = ready.send(());
                }
                Ok(Event::Incoming(Packet::Publish(publish))) => match serde_json::from_slice(&publish.payload) {
                    Ok(receipt) => {
                        if sender.send(receipt).is_err() {
                            return;
                        }
                    }
                    Err(error) => eprintln!("pipeline: a receipt cannot be read: {error}"),
                },
                Ok(_) => {}
                // At the end of a run the broker goes away; before it, `collect` tells what is missing.
                Err(_) => return,
            }
        }
    });
    subscribed.recv_timeout(STALL).context("cannot subscribe to receipts")?;
    Ok(receipts)
}

/// Takes one receipt for each message; a receipt may come twice, and counts once.
fn collect(receipts: &Receiver<Receipt>, messages: u64) -> Result<Counts> {
    let mut by_message: HashMap<String, Receipt> = HashMap::new();
    while (by_message.len() as u64) < messages {
        let receipt = match receipts.recv_timeout(STALL) {
            Ok(receipt) => receipt,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                bail!("{} of {messages} receipts came", by_message.len())
            }
        };
        let Some(id) = receipt.message_id.clone() else { bail!("a receipt without message_id came") };
        let index: u64 = id.parse().with_context(|| format!("a receipt for {id:?}, which nobody sent"))?;
        ensure!(index < messages, "a receipt for {id:?}, which nobody sent");
        by_message.insert(id, receipt);
    }
    Ok(Counts {
        accepted: by_message.values().map(|r| r.accepted).sum(),
        duplicate: by_message.values().map(|r| r.duplicate).sum(),
        rejected: by_message.values().map(|r| r.rejected.len() as u64).sum(),
    })
}
