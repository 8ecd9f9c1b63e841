use super::mailbox::{Draft, Email, Mailbox, OWN};
use model::Timestamp;
use std::time::Duration;

/// What the mailbox begins with. Ids are always the same; dates count back from now.
pub(super) fn mailbox(now: Timestamp) -> Mailbox {
    let email =
        |number: u32, thread: u32, hours: u64, from: &str, to: &str, labels: &[&str]| Email {
            id: format!("email-{number}"),
            thread_id: format!("thread-{thread}"),
            from: from.to_owned(),
            to: to.to_owned(),
            cc: String::new(),
            subject: String::new(),
            date: now - Duration::from_secs(hours * 3_600),
            labels: labels.iter().map(|&label| label.to_owned()).collect(),
            body: String::new(),
        };
    let priya = "Priya Nair <priya@example.com>";
    let acme = "Acme Billing <billing@acme.example>";
    let emails = vec![
        Email {
            subject: "Launch plan for review".to_owned(),
            body: "Hi Ada,\n\nthe launch plan is in the document \"Launch plan\". Could you read it before the design \
                   review and add what is missing?\n\nPriya"
                .to_owned(),
            ..email(101, 101, 50, priya, OWN, &["INBOX"])
        },
        Email {
            subject: "Invoice 4711 is due on Friday".to_owned(),
            body: "Dear Ada,\n\nyour invoice 4711 over EUR 1,280.00 is due on Friday. The IBAN is on the invoice.\n\n\
                   Kind regards\nAcme Billing"
                .to_owned(),
            ..email(102, 102, 30, acme, OWN, &["INBOX", "UNREAD", "STARRED", "Customers"])
        },
        Email {
            subject: "Re: Invoice 4711 is due on Friday".to_owned(),
            body: "Hello,\n\nthank you, we will pay it this week.\n\nAda".to_owned(),
            ..email(103, 102, 26, OWN, "billing@acme.example", &["SENT"])
        },
        Email {
            cc: "tom@example.com".to_owned(),
            subject: "Launch plan: one question".to_owned(),
            body: "Hi Ada,\n\nis the date of the launch final? Tom needs it for the newsletter by tomorrow.\n\nPriya"
                .to_owned(),
            ..email(104, 104, 5, priya, OWN, &["INBOX", "UNREAD", "IMPORTANT"])
        },
        Email {
            subject: "Your weekly summary".to_owned(),
            body: "3 tasks done, 4 open. Two meetings tomorrow.".to_owned(),
            ..email(105, 105, 2, "Tasks <no-reply@demo.example>", OWN, &["INBOX", "UNREAD"])
        },
    ];
    let drafts = vec![Draft {
        id: "draft-106".to_owned(),
        to: "tom@example.com".to_owned(),
        cc: String::new(),
        bcc: String::new(),
        subject: "Date of the launch".to_owned(),
        body: "Hi Tom,\n\nthe launch is on ".to_owned(),
        thread_id: None,
    }];
    Mailbox::new(emails, drafts, &["Customers"], 200)
}
