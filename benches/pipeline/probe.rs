//! How many messages does mosquitto send ahead of acknowledgements? Depends on its own limit and on
//! the subscriber's receive maximum; this asks it.

use std::time::Duration;

use anyhow::Result;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnAck, Packet};
use rumqttc::v5::{AsyncClient, Event};

use crate::broker::Broker;
use crate::feed::{Feed, Plan, Shape};
use crate::{VAGUS_ROOT, null, publisher};

/// Silence of so long means that the window is full.
const SILENCE: Duration = Duration::from_millis(500);

/// Prints the window for each broker limit and each receive maximum.
pub(crate) fn run() -> Result<()> {
    println!("{:>28} {:>16} {:>16} {:>18}", "broker", "receive_maximum", "sent unacked", "CONNACK says");
    for limit in [None, Some("max_inflight_messages 0"), Some("max_inflight_messages 1000")] {
        // An empty line: the broker's own default of 20.
        let broker = Broker::start(&[limit.unwrap_or("")])?;
        for receive_maximum in [None, Some(10), Some(20), Some(100), Some(1_000), Some(5_000), Some(65_535)] {
            let (window, connack) = window(&broker, receive_maximum)?;
            let asked = receive_maximum.map_or("absent".to_owned(), |r| r.to_string());
            let said = connack.properties.and_then(|p| p.receive_max).map_or("nothing".to_owned(), |r| r.to_string());
            println!("{:>28} {asked:>16} {window:>16} {said:>18}", limit.unwrap_or("default (20)"));
        }
    }
    Ok(())
}

/// Subscribes, publishes 70,000 messages, acknowledges none, and counts what comes.
fn window(broker: &Broker, receive_maximum: Option<u16>) -> Result<(u64, ConnAck)> {
    let options = null::options(broker.port, "probe", receive_maximum);
    let plan = Plan::new(70_000, crate::arguments::Order::Time, false)?;
    let feed = Feed::encode(VAGUS_ROOT, &plan, plan.windows(), Shape::Object);
    let (client, mut events) = AsyncClient::new(options, 10);
    client.try_subscribe(format!("{VAGUS_ROOT}/+/+/readings"), QoS::AtLeastOnce)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connack = None;
        loop {
            match events.poll().await? {
                Event::Incoming(Packet::ConnAck(packet)) => connack = Some(packet),
                Event::Incoming(Packet::SubAck(_)) => break,
                Event::Incoming(_) | Event::Outgoing(_) => {}
            }
        }
        let port = broker.port;
        let publishing = std::thread::spawn(move || publisher::publish(port, "probe-feed", &feed));
        let mut count = 0;
        while let Ok(event) = tokio::time::timeout(SILENCE, events.poll()).await {
            if let Event::Incoming(Packet::Publish(_)) = event? {
                count += 1;
            }
        }
        publishing.join().map_err(|_| anyhow::anyhow!("the publisher panicked"))??;
        Ok((count, connack.ok_or_else(|| anyhow::anyhow!("no CONNACK was seen"))?))
    })
}
