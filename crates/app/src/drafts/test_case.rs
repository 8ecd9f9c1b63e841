use super::touch;
use crate::{App, Caller, Error, Expected, Page, PageQuery, Patch, clock::entropy};
use model::{AccountId, Permission, RawJson, ServerId, TestCaseId, Timestamp, ToolName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest name of a test case.
const NAME_CHARS_MAX: usize = 100;
/// Bytes of JSON of the arguments of one test case.
const ARGUMENTS_BYTES_MAX: usize = 64 << 10;
/// Test cases of one tool.
const CASES_MAX: usize = 100;

/// A call of a tool of a server's draft, kept to be tried again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TestCase {
    /// Names it.
    pub id: TestCaseId,
    /// The tool, by its name in the draft.
    pub tool: ToolName,
    /// What of it can be changed.
    #[serde(flatten)]
    pub settings: TestCaseSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// What of a test case can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestCaseSettings {
    /// Unique among those of the tool.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The arguments of the call.
    #[schema(value_type = Object)]
    pub arguments: RawJson,
}

/// A test case to be kept.
pub type NewTestCase = TestCaseSettings;

impl TestCaseSettings {
    fn check(&self) -> Result<(), Error> {
        let count = self.name.chars().count();
        if self.name.trim().is_empty()
            || count > NAME_CHARS_MAX
            || self.name.contains(char::is_control)
        {
            let message = format!("a name has 1 to {NAME_CHARS_MAX} visible characters");
            return Err(Error::invalid(message).field("name"));
        }
        let text = self.arguments.get();
        if !text.starts_with('{') {
            return Err(Error::invalid("arguments are an object").field("arguments"));
        }
        if text.len() > ARGUMENTS_BYTES_MAX {
            let message = format!("arguments have at most {ARGUMENTS_BYTES_MAX} bytes of JSON");
            return Err(Error::invalid(message).field("arguments"));
        }
        Ok(())
    }
}

impl App {
    /// The test cases of a tool, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`].
    pub async fn list_test_cases(
        &self,
        caller: &Caller,
        server: ServerId,
        tool: &ToolName,
        page: &PageQuery,
    ) -> Result<Page<TestCase>, Error> {
        let account = caller.may(Permission::ReadServers)?;
        self.known_tool(account, server, tool).await?;
        let (size, after) = (page.size()?, page.after::<TestCaseId>()?);
        let mut rows = self.store.test_cases(account, server, Some(tool)).await?;
        rows.retain(|row| after.is_none_or(|after| row.id > after));
        rows.truncate(size as usize + 1);
        Page::new(rows, size, |row| row.id, TestCase::new).transpose()
    }

    /// One test case.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`].
    pub async fn get_test_case(
        &self,
        caller: &Caller,
        server: ServerId,
        tool: &ToolName,
        id: TestCaseId,
    ) -> Result<TestCase, Error> {
        let account = caller.may(Permission::ReadServers)?;
        TestCase::new(self.known_case(account, server, tool, id).await?)
    }

    /// Keeps a call of a tool.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`];
    /// [`crate::Kind::Conflict`] for a name that is taken.
    pub async fn create_test_case(
        &self,
        caller: &Caller,
        server: ServerId,
        tool: &ToolName,
        new: NewTestCase,
    ) -> Result<TestCase, Error> {
        let account = caller.may(Permission::WriteServers)?;
        self.known_server(account, server).await?;
        self.known_tool(account, server, tool).await?;
        new.check()?;
        if self.store.test_cases(account, server, Some(tool)).await?.len() >= CASES_MAX {
            let message = format!("a tool has at most {CASES_MAX} test cases");
            return Err(Error::conflict(message).code("too_many"));
        }
        let now = self.clock.now();
        let row = store::TestCase {
            id: TestCaseId::new(now, entropy()),
            tool: tool.clone(),
            name: new.name,
            arguments: new.arguments.get().to_owned(),
            revision: 1,
            created_at: now,
        };
        let case = TestCase::new(row.clone())?;
        let mut change =
            self.begin(caller, now, "test_case.create", &row.id, None::<&()>, Some(&case)).await?;
        touch(&mut change, account, server, now).await?;
        change.insert_test_case(account, server, &row).await.map_err(taken)?;
        self.commit_created(change, caller, &case, now).await?;
        Ok(case)
    }

    /// Changes a test case.
    ///
    /// # Errors
    ///
    /// As for [`Self::create_test_case`]; [`crate::Kind::Changed`].
    pub async fn update_test_case(
        &self,
        caller: &Caller,
        place: (ServerId, &ToolName, TestCaseId),
        expected: Expected,
        patch: &Patch,
    ) -> Result<TestCase, Error> {
        let account = caller.may(Permission::WriteServers)?;
        let (server, tool, id) = place;
        let known = self.known_case(account, server, tool, id).await?;
        let before = TestCase::new(known.clone())?;
        let settings = patch.apply(&before.settings)?;
        expected.check(known.revision)?;
        settings.check()?;
        let now = self.clock.now();
        let row = store::TestCase {
            name: settings.name,
            arguments: settings.arguments.get().to_owned(),
            revision: known.revision + 1,
            ..known
        };
        let after = TestCase::new(row.clone())?;
        let mut change =
            self.begin(caller, now, "test_case.update", &id, Some(&before), Some(&after)).await?;
        touch(&mut change, account, server, now).await?;
        if !change.update_test_case(account, server, &row, now).await.map_err(taken)? {
            return Err(Error::changed());
        }
        change.commit().await?;
        Ok(after)
    }

    /// Removes a test case.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`].
    pub async fn delete_test_case(
        &self,
        caller: &Caller,
        place: (ServerId, &ToolName, TestCaseId),
        expected: Expected,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteServers)?;
        let (server, tool, id) = place;
        let known = self.known_case(account, server, tool, id).await?;
        expected.check(known.revision)?;
        let now = self.clock.now();
        let (before, revision) = (TestCase::new(known.clone())?, known.revision);
        let mut change =
            self.begin(caller, now, "test_case.delete", &id, Some(&before), None::<&()>).await?;
        touch(&mut change, account, server, now).await?;
        if !change.delete_test_case(account, server, id, revision).await? {
            return Err(Error::changed());
        }
        Ok(change.commit().await?)
    }

    pub(crate) async fn known_case(
        &self,
        account: AccountId,
        server: ServerId,
        tool: &ToolName,
        id: TestCaseId,
    ) -> Result<store::TestCase, Error> {
        let found = self.store.test_case(account, server, id).await?;
        let own = found.filter(|case| case.tool == *tool);
        own.ok_or_else(|| Error::not_found("there is no such test case"))
    }
}

impl TestCase {
    pub(crate) fn new(row: store::TestCase) -> Result<Self, Error> {
        let arguments = RawJson::parse(row.arguments).map_err(|error| {
            Error::new(crate::Kind::Internal, "a test case cannot be read").with_source(error)
        })?;
        Ok(Self {
            id: row.id,
            tool: row.tool,
            settings: TestCaseSettings { name: row.name, arguments },
            created_at: row.created_at,
            revision: row.revision,
        })
    }
}

fn taken(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate => {
            Error::conflict("the tool has a test case of this name: choose another")
                .code("name_taken")
                .field("name")
        }
        other => other.into(),
    }
}
