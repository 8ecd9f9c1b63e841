//! What cannot be the same text on both engines, each with its reason. Everything else is one statement for both.

/// SQLite's default transaction reads first and asks for the write lock later, when it may be refused at once. PostgreSQL locks rows
/// as they are written.
pub(crate) const BEGIN_WRITE: &str = "begin immediate";

/// PostgreSQL waits for the disk at each commit; the request log need not, since it may lose its last second. SQLite's request log is
/// a file of its own with a setting of its own.
pub(crate) const COMMIT_WITHOUT_WAITING: &str = "set local synchronous_commit = off";

/// The text of a migration as PostgreSQL takes it. Migrations are written in SQLite's words, of which four are not PostgreSQL's:
/// `blob` is `bytea` there, `unhex(…, '-')` is `decode(…, 'hex')`, `without rowid` has no meaning, and `text` is ordered by the language
/// of the database unless it is told to go by bytes, as SQLite does: then a list would not be in the same order everywhere.
pub(crate) fn migration_for_postgres(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() * 2);
    for line in sql.lines() {
        let (code, comment) = line.split_at(line.find("--").unwrap_or(line.len()));
        let words: Vec<&str> = code.split(' ').collect();
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                text.push(' ');
            }
            let (name, punctuation) = word.split_at(word.trim_end_matches([',', ';', ')']).len());
            let after_as = at > 0 && words[at - 1].eq_ignore_ascii_case("as");
            text.push_str(match name {
                "blob" => "bytea",
                "text" if at > 0 && !after_as => "text collate \"C\"",
                name => name,
            });
            text.push_str(punctuation);
        }
        text.push_str(comment);
        text.push('\n');
    }
    let text = text.replace(" without rowid", "");
    let text = text.replace("unhex(", "decode(").replace(", '-')", ", 'hex')");
    insert_triggers(&text, triggers_postgres)
}

/// The text of a migration as SQLite takes it.
pub(crate) fn migration_for_sqlite(sql: &str) -> String {
    insert_triggers(sql, triggers_sqlite)
}

/// Puts triggers where a migration says `--! append only: table`: they have no common words.
fn insert_triggers(sql: &str, triggers: fn(&str) -> String) -> String {
    let lines = sql.lines().map(|line| match line.strip_prefix("--! append only: ") {
        Some(table) => triggers(table),
        None => format!("{line}\n"),
    });
    lines.collect()
}

fn triggers_sqlite(table: &str) -> String {
    let on = |what: &str| {
        format!(
            "create trigger {table}_no_{what} before {what} on {table} \
             begin select raise(abort, '{table} is append-only'); end;\n"
        )
    };
    on("update") + &on("delete")
}

fn triggers_postgres(table: &str) -> String {
    format!(
        "create function {table}_append_only() returns trigger language plpgsql as \
         $$ begin raise exception '{table} is append-only'; end $$;\n\
         create trigger {table}_append_only before update or delete or truncate on {table} \
         for each statement execute function {table}_append_only();\n"
    )
}

/// The statement that adds so many rows to the request log, with SQLite's anonymous places: sqlx asks for the name of each place, and
/// SQLite finds `$n` by a search through all before it. With 1,280 of them that was a third of the CPU of a call.
pub(crate) fn insert_rows_sqlite(table: &str, columns: &str, width: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(", "));
    format!("insert into {table} ({columns}) values {}", vec![row; rows].join(", "))
}

/// The same for PostgreSQL, which has numbered places only.
pub(crate) fn insert_rows_postgres(
    table: &str,
    columns: &str,
    width: usize,
    rows: usize,
) -> String {
    let row = |row: usize| {
        let places: Vec<String> =
            (1..=width).map(|place| format!("${}", row * width + place)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("insert into {table} ({columns}) values {}", rows.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{insert_rows_postgres, insert_rows_sqlite, migration_for_postgres};

    #[test]
    fn migrations_in_the_words_of_postgresql() {
        for (ours, theirs) in [
            ("    id text primary key,", "    id text collate \"C\" primary key,"),
            ("    sealed blob not null", "    sealed bytea not null"),
            ("alter table a add column b text;", "alter table a add column b text collate \"C\";"),
            ("    b text)", "    b text collate \"C\")"),
            ("select cast(a as text)", "select cast(a as text)"),
            ("-- a text and a blob", "-- a text and a blob"),
            ("    a bigint, -- text", "    a bigint, -- text"),
            (") without rowid;", ");"),
            ("select unhex(substr(a, 5), '-')", "select decode(substr(a, 5), 'hex')"),
        ] {
            assert_eq!(migration_for_postgres(ours), format!("{theirs}\n"));
        }
    }

    #[test]
    fn many_rows_in_one_statement() {
        assert_eq!(
            insert_rows_sqlite("t", "a, b", 2, 2),
            "insert into t (a, b) values (?, ?), (?, ?)"
        );
        assert_eq!(
            insert_rows_postgres("t", "a, b", 2, 2),
            "insert into t (a, b) values ($1, $2), ($3, $4)"
        );
    }
}
