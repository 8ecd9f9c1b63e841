use anyhow::{Context, Result, ensure};
use std::{fs, path::Path, process::Command};

/// Who runs the server. PostgreSQL refuses root, so root lends it an account without privileges.
pub(super) struct Account {
    /// Numbers of user and group, when they are not ours.
    pub(super) lent: Option<(u32, u32)>,
    has_setpriv: bool,
}

impl Account {
    /// Our own account, or, for root, the one of Debian's package or `nobody`.
    pub(super) fn choose() -> Result<Self> {
        let has_setpriv = Command::new("setpriv").arg("--version").output().is_ok();
        if !is_root()? {
            return Ok(Self { lent: None, has_setpriv });
        }
        ensure!(
            has_setpriv,
            "setpriv is not on the PATH: PostgreSQL does not run as root (Debian: apt-get install util-linux)"
        );
        let known = fs::read_to_string("/etc/passwd").context("/etc/passwd")?;
        let lent = ["postgres", "nobody"].iter().find_map(|name| entry(&known, name));
        let lent = lent.context("neither postgres nor nobody is an account of this machine")?;
        Ok(Self { lent: Some(lent), has_setpriv })
    }

    /// A command that runs as this account and, on Linux, ends when we do, however that happens.
    pub(super) fn command(&self, program: &Path) -> Command {
        if !self.has_setpriv {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        if let Some((user, group)) = self.lent {
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
            command.arg("--clear-groups");
        }
        command.arg("--pdeathsig=INT").arg("--").arg(program);
        command
    }
}

/// Whether the process may do anything.
pub(crate) fn is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output().context("id -u")?;
    Ok(output.stdout.trim_ascii() == b"0")
}

/// Numbers of user and group of an account.
fn entry(known: &str, name: &str) -> Option<(u32, u32)> {
    known.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let mut numbers = fields.skip(1).map(|field| field.parse().ok());
        Some((numbers.next()??, numbers.next()??))
    })
}

#[cfg(test)]
mod tests {
    use super::entry;

    #[test]
    fn reads_accounts() {
        let known = "root:x:0:0::/:/bin/sh\npostgres:x:101:104:a,,,:/b:/bin/sh\nbad:x\n";
        assert_eq!(entry(known, "postgres"), Some((101, 104)));
        assert_eq!(entry(known, "post"), None);
        assert_eq!(entry(known, "bad"), None);
    }
}
