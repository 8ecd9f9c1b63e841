use super::part::{Found, Part};
use crate::{App, Caller, Error, Expected, Page, PageQuery, Patch, Wire};
use model::{AccountId, Permission, Resource, ResourceName, ServerId, SettingsError, Timestamp};
use serde::Serialize;
use store::PartKind;
use utoipa::ToSchema;

/// Bytes of all stored resources of one server.
const ALL_BYTES_MAX: usize = 16 << 20;

/// A stored resource of a server's draft, without what it holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StoredResource {
    /// Unique among the resources of its server.
    pub name: ResourceName,
    /// What clients read it by.
    pub uri: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// Its media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub mime_type: Option<String>,
    /// How large it is.
    pub bytes: usize,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// A stored resource of a server's draft.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServerResource {
    /// The resource.
    #[serde(flatten)]
    pub resource: Resource,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

impl Part for Resource {
    const KIND: PartKind = PartKind::Resource;
    const NOUN: &'static str = "resource";
    const EVENTS: [&'static str; 3] = ["resource.create", "resource.update", "resource.delete"];

    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self) -> Result<(), SettingsError> {
        Self::check(self)
    }
}

fn whole(found: Found<Resource>) -> ServerResource {
    ServerResource { resource: found.part, updated_at: found.updated_at, revision: found.revision }
}

fn short(found: Found<Resource>) -> StoredResource {
    let resource = found.part;
    StoredResource {
        bytes: resource.content.bytes(),
        name: resource.name,
        uri: resource.uri,
        title: resource.title,
        description: resource.description,
        mime_type: resource.mime_type,
        updated_at: found.updated_at,
        revision: found.revision,
    }
}

impl App {
    /// The stored resources of the server's draft, in the order of their names, without what they hold.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`].
    pub async fn list_resources(
        &self,
        caller: &Caller,
        server: ServerId,
        page: &PageQuery,
    ) -> Result<Page<StoredResource>, Error> {
        let account = caller.may(Permission::ReadServers)?;
        self.any_server(account, server).await?;
        let (size, after) = (page.size()?, page.after::<ResourceName>()?);
        let mut found = self.parts::<Resource>(account, server).await?;
        found.retain(|one| after.as_ref().is_none_or(|after| one.part.name > *after));
        found.truncate(size as usize + 1);
        Ok(Page::new(found, size, |one| one.part.name.clone(), short))
    }

    /// One stored resource of the server's draft.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`].
    pub async fn get_resource(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &ResourceName,
    ) -> Result<ServerResource, Error> {
        Ok(whole(self.part(caller, Permission::ReadServers, server, name).await?))
    }

    /// Adds a stored resource to the server's draft.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`];
    /// [`crate::Kind::Conflict`] for a name or URI that is taken, and for more than a server holds.
    pub async fn create_resource(
        &self,
        caller: &Caller,
        server: ServerId,
        resource: Resource,
        wire: Wire<'_>,
    ) -> Result<StoredResource, Error> {
        let account = caller.may(Permission::WriteServers)?;
        self.known_server(account, server).await?;
        let others = self.check_resource(account, server, None, &resource, wire).await?;
        self.create_part(caller, server, resource, others, short).await
    }

    /// Changes a stored resource of the server's draft.
    ///
    /// # Errors
    ///
    /// As for [`Self::create_resource`]; [`crate::Kind::Changed`].
    pub async fn update_resource(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &ResourceName,
        expected: Expected,
        patch: &Patch,
        wire: Wire<'_>,
    ) -> Result<StoredResource, Error> {
        let account = caller.may(Permission::WriteServers)?;
        let (known, resource) =
            self.patched_part::<Resource>(caller, server, name, expected, patch).await?;
        self.check_resource(account, server, Some(name), &resource, wire).await?;
        self.update_part(caller, server, known, resource, short).await
    }

    /// Takes a stored resource out of the server's draft.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`].
    pub async fn delete_resource(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &ResourceName,
        expected: Expected,
    ) -> Result<(), Error> {
        self.delete_part::<Resource, _>(caller, server, name, expected, short).await
    }

    /// Checks a resource against the others of its server, and gives their number.
    async fn check_resource(
        &self,
        account: AccountId,
        server: ServerId,
        own: Option<&ResourceName>,
        resource: &Resource,
        wire: Wire<'_>,
    ) -> Result<usize, Error> {
        check_uri(resource, wire)?;
        let mut others = self.parts::<Resource>(account, server).await?;
        others.retain(|other| own != Some(&other.part.name));
        if others.iter().any(|other| other.part.uri == resource.uri) {
            let message = "another resource of the draft has this URI: choose another";
            return Err(Error::conflict(message).code("uri_taken").field("uri"));
        }
        let bytes: usize = others.iter().map(|other| other.part.content.bytes()).sum();
        check_all_bytes(bytes + resource.content.bytes())
            .map_err(|error| error.field("content"))?;
        Ok(others.len())
    }
}

pub(crate) fn check_uri(resource: &Resource, wire: Wire<'_>) -> Result<(), Error> {
    if (wire.is_uri)(&resource.uri) {
        return Ok(());
    }
    Err(Error::invalid("this is no URI with a scheme: write one such as docs://handbook")
        .field("uri"))
}

/// Refuses more than all resources of a server may have together.
pub(crate) fn check_all_bytes(bytes: usize) -> Result<(), Error> {
    if bytes <= ALL_BYTES_MAX {
        return Ok(());
    }
    let message = format!("the resources of a server have at most {ALL_BYTES_MAX} bytes");
    Err(Error::conflict(message).code("too_large"))
}
