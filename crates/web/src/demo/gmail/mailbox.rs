use super::super::parts::{Refusal, has_words, room, snippet};
use model::Timestamp;
use serde::Serialize;

/// The address whose mailbox it is.
pub(super) const OWN: &str = "ada@demo.example";
/// Labels that every mailbox has.
const LABELS: [&str; 6] = ["INBOX", "SENT", "UNREAD", "STARRED", "IMPORTANT", "TRASH"];
/// Emails that are kept; the oldest goes for one more.
pub(super) const EMAILS_MAX: usize = 500;
const DRAFTS_MAX: usize = 100;
const LABELS_MAX: usize = 50;

/// A mailbox. Emails are in the order in which they came.
pub(super) struct Mailbox {
    emails: Vec<Email>,
    drafts: Vec<Draft>,
    labels: Vec<String>,
    last: u32,
}

#[derive(Clone, Serialize)]
pub(super) struct Email {
    pub(super) id: String,
    pub(super) thread_id: String,
    pub(super) from: String,
    pub(super) to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) cc: String,
    pub(super) subject: String,
    pub(super) date: Timestamp,
    pub(super) labels: Vec<String>,
    pub(super) body: String,
}

/// What lists show of an email.
#[derive(Serialize)]
pub(super) struct Summary<'a> {
    id: &'a str,
    thread_id: &'a str,
    from: &'a str,
    to: &'a str,
    subject: &'a str,
    date: Timestamp,
    labels: &'a [String],
    snippet: String,
}

/// An email that is not sent yet.
#[derive(Clone, Serialize)]
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) cc: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) bcc: String,
    pub(super) subject: String,
    pub(super) body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) thread_id: Option<String>,
}

impl Mailbox {
    /// A mailbox with some emails, whose ids have numbers up to `last`.
    pub(super) fn new(emails: Vec<Email>, drafts: Vec<Draft>, own: &[&str], last: u32) -> Self {
        let labels = LABELS.iter().chain(own).map(|&label| label.to_owned()).collect();
        Self { emails, drafts, labels, last }
    }

    pub(super) fn email(&self, id: &str) -> Option<&Email> {
        self.emails.iter().find(|email| email.id == id)
    }

    pub(super) fn email_mut(&mut self, id: &str) -> Option<&mut Email> {
        self.emails.iter_mut().find(|email| email.id == id)
    }

    /// What fits, newest first. The trash is left out unless it is asked for.
    pub(super) fn search(&self, query: &str, label: Option<&str>) -> Vec<&Email> {
        let in_trash = label == Some("TRASH") || query.to_lowercase().contains("in:trash");
        let fits = |email: &&Email| {
            (in_trash || !email.has("TRASH"))
                && label.is_none_or(|label| email.has(label))
                && query.split_whitespace().all(|term| email.matches(term))
        };
        self.emails.iter().rev().filter(fits).collect()
    }

    /// The emails of a conversation, in their order.
    pub(super) fn conversation(&self, id: &str) -> Result<Vec<&Email>, Refusal> {
        let emails: Vec<&Email> = self.emails.iter().filter(|one| one.thread_id == id).collect();
        if emails.is_empty() {
            return Err(Refusal::absent("conversation", id, "thread_id of an email"));
        }
        Ok(emails)
    }

    /// Sends an email: to the outside world in name only, and into the inbox when it is for its owner.
    pub(super) fn send(&mut self, draft: Draft, now: Timestamp) -> Email {
        let mut labels = vec!["SENT".to_owned()];
        let for_own = [&draft.to, &draft.cc, &draft.bcc].iter().any(|line| has_words(line, OWN));
        if for_own {
            labels.extend(["INBOX".to_owned(), "UNREAD".to_owned()]);
        }
        let number = self.next();
        let email = Email {
            id: format!("email-{number}"),
            thread_id: draft.thread_id.unwrap_or_else(|| format!("thread-{number}")),
            from: OWN.to_owned(),
            to: draft.to,
            cc: draft.cc,
            subject: draft.subject,
            date: now,
            labels,
            body: draft.body,
        };
        if self.emails.len() >= EMAILS_MAX {
            self.emails.remove(0);
        }
        self.emails.push(email.clone());
        email
    }

    pub(super) fn drafts(&self) -> &[Draft] {
        &self.drafts
    }

    pub(super) fn keep_draft(&mut self, draft: Draft) -> Result<&Draft, Refusal> {
        room("drafts", self.drafts.len(), DRAFTS_MAX)?;
        let id = format!("draft-{}", self.next());
        Ok(self.drafts.push_mut(Draft { id, ..draft }))
    }

    pub(super) fn send_draft(&mut self, id: &str, now: Timestamp) -> Result<Email, Refusal> {
        let at = self.drafts.iter().position(|draft| draft.id == id);
        let at = at.ok_or_else(|| Refusal::absent("draft", id, "gmail-list-drafts"))?;
        if self.drafts.get(at).is_some_and(|draft| draft.to.trim().is_empty()) {
            return Err(Refusal::conflict("the draft names nobody that it is for: send another"));
        }
        let draft = self.drafts.remove(at);
        Ok(self.send(draft, now))
    }

    pub(super) fn labels(&self) -> &[String] {
        &self.labels
    }

    /// A label that there is.
    pub(super) fn known_label(&self, name: &str) -> Result<(), Refusal> {
        if self.labels.iter().any(|label| label == name) {
            return Ok(());
        }
        Err(Refusal::absent("label", name, "gmail-list-labels"))
    }

    pub(super) fn create_label(&mut self, name: &str) -> Result<(), Refusal> {
        if self.labels.iter().any(|label| label.eq_ignore_ascii_case(name)) {
            return Err(Refusal::conflict("there is a label of that name: use it"));
        }
        room("labels", self.labels.len(), LABELS_MAX)?;
        self.labels.push(name.to_owned());
        Ok(())
    }

    fn next(&mut self) -> u32 {
        self.last += 1;
        self.last
    }
}

impl Email {
    pub(super) fn summary(&self) -> Summary<'_> {
        Summary {
            id: &self.id,
            thread_id: &self.thread_id,
            from: &self.from,
            to: &self.to,
            subject: &self.subject,
            date: self.date,
            labels: &self.labels,
            snippet: snippet(&self.body),
        }
    }

    /// The answer to it, to be sent.
    pub(super) fn reply(&self, body: String, to_all: bool) -> Draft {
        let subject = match self.subject.get(..3) {
            Some(start) if start.eq_ignore_ascii_case("re:") => self.subject.clone(),
            _ => format!("Re: {}", self.subject),
        };
        let own = has_words(&self.from, OWN);
        let others = |line: &str| -> Vec<String> {
            let all = line.split(',').map(str::trim);
            all.filter(|one| !one.is_empty() && !has_words(one, OWN)).map(str::to_owned).collect()
        };
        // An answer to what one has sent oneself goes to whom that went.
        let to = if own { self.to.clone() } else { self.from.clone() };
        let mut cc = Vec::new();
        if to_all {
            cc.extend(others(&self.cc));
            if !own {
                cc.extend(others(&self.to));
            }
        }
        let thread_id = Some(self.thread_id.clone());
        Draft {
            id: String::new(),
            to,
            cc: cc.join(", "),
            bcc: String::new(),
            subject,
            body,
            thread_id,
        }
    }

    /// Takes labels away and adds others, each once.
    pub(super) fn relabel(&mut self, add: &[String], remove: &[String]) {
        self.labels.retain(|label| !remove.contains(label));
        for label in add {
            if !self.labels.contains(label) {
                self.labels.push(label.clone());
            }
        }
    }

    fn has(&self, label: &str) -> bool {
        self.labels.iter().any(|one| one.eq_ignore_ascii_case(label))
    }

    /// Whether one term of a search fits: a word, or `from:`, `to:`, `subject:`, `label:`, `in:`, `is:` and a value.
    fn matches(&self, term: &str) -> bool {
        let (field, value) = term.split_once(':').unwrap_or(("", term));
        match field.to_lowercase().as_str() {
            "from" => has_words(&self.from, value),
            "to" => has_words(&self.to, value) || has_words(&self.cc, value),
            "subject" => has_words(&self.subject, value),
            "label" | "in" => value.eq_ignore_ascii_case("anywhere") || self.has(value),
            "is" if value.eq_ignore_ascii_case("read") => !self.has("UNREAD"),
            "is" => self.has(value),
            _ => [&self.from, &self.to, &self.subject, &self.body]
                .iter()
                .any(|text| has_words(text, term)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::seed, Draft, EMAILS_MAX};
    use model::Timestamp;

    #[test]
    fn searches_understand_the_terms_that_the_action_names() {
        let mailbox = seed::mailbox(Timestamp::UNIX_EPOCH);
        for (query, expected) in [
            ("from:priya", "email-104 email-101"),
            ("is:unread from:priya", "email-104"),
            ("subject:invoice", "email-103 email-102"),
            ("INVOICE acme", "email-103 email-102"),
            ("in:sent", "email-103"),
            ("is:starred", "email-102"),
            ("label:customers is:read", ""),
            ("nothing-like-it", ""),
        ] {
            let found: Vec<&str> =
                mailbox.search(query, None).iter().map(|one| one.id.as_str()).collect();
            assert_eq!(found.join(" "), expected, "{query}");
        }
    }

    #[test]
    fn a_full_mailbox_forgets_the_oldest() {
        let mut mailbox = seed::mailbox(Timestamp::UNIX_EPOCH);
        let draft = || Draft {
            id: String::new(),
            to: "bob@example.com".to_owned(),
            cc: String::new(),
            bcc: String::new(),
            subject: "Hi".to_owned(),
            body: "Hi".to_owned(),
            thread_id: None,
        };
        for _ in 0..EMAILS_MAX {
            mailbox.send(draft(), Timestamp::UNIX_EPOCH);
        }
        assert_eq!(mailbox.search("", None).len(), EMAILS_MAX);
        assert!(mailbox.email("email-101").is_none());
    }

    #[test]
    fn an_answer_goes_to_whom_it_should() {
        let mailbox = seed::mailbox(Timestamp::UNIX_EPOCH);
        let answer = |id: &str, all| mailbox.email(id).unwrap().reply("Yes".to_owned(), all);
        let to_one = answer("email-104", false);
        assert_eq!(
            (to_one.to.as_str(), to_one.cc.as_str()),
            ("Priya Nair <priya@example.com>", "")
        );
        assert_eq!(to_one.subject, "Re: Launch plan: one question");
        assert_eq!(answer("email-104", true).cc, "tom@example.com");
        assert_eq!(answer("email-103", false).to, "billing@acme.example");
    }
}
