//! What an account's texts mean, and where that is found out.

use crate::world::{account, at, audit, entropy, on_both};
use model::AccountId;
use store::{EmbeddingsEndpoint, Store};

fn endpoint(account_id: AccountId, generation: i64) -> EmbeddingsEndpoint {
    EmbeddingsEndpoint {
        account_id,
        url: "https://m.example/v1/embeddings".to_owned(),
        model: "m".to_owned(),
        sealed: Some(vec![1, 2, 3]),
        dimensions: Some(3),
        vector_dimensions: 3,
        timeout_ms: 500,
        generation,
        failing_since: None,
        failure: None,
    }
}

async fn set(store: &Store, endpoint: &EmbeddingsEndpoint) {
    let mut change = store.begin(&audit(Some(endpoint.account_id))).await.unwrap();
    change.put_embeddings_endpoint(endpoint).await.unwrap();
    change.commit().await.unwrap();
}

#[test]
fn an_endpoint_is_its_accounts_and_says_how_it_fares() {
    on_both(async |world| {
        let store = world.open().await;
        let (id, other) = (account(&store, "acme").await, account(&store, "other").await);
        set(&store, &endpoint(id, 2)).await;
        assert_eq!(store.embeddings_endpoint(id).await.unwrap(), Some(endpoint(id, 2)));
        assert_eq!(store.embeddings_endpoint(other).await.unwrap(), None);
        assert_eq!(store.all_embeddings_endpoints().await.unwrap(), [endpoint(id, 2)]);
        let told = async |generation, failure: Option<(&str, i64)>| {
            let failure = failure.map(|(reason, ms)| (reason, at(ms)));
            store.embeddings_answered(id, generation, failure).await.unwrap();
            let found = store.embeddings_endpoint(id).await.unwrap().unwrap();
            (found.failure, found.failing_since)
        };
        assert_eq!(told(1, Some(("down", 5))).await, (None, None), "that of a former one");
        assert_eq!(told(2, Some(("down", 5))).await, (Some("down".to_owned()), Some(at(5))));
        assert_eq!(told(2, Some(("slow", 9))).await, (Some("slow".to_owned()), Some(at(5))));
        assert_eq!(told(2, None).await, (None, None));
        told(2, Some(("down", 5))).await;
        let next = EmbeddingsEndpoint { sealed: None, dimensions: None, ..endpoint(id, 3) };
        set(&store, &next).await;
        assert_eq!(store.embeddings_endpoint(id).await.unwrap(), Some(next));
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        change.delete_embeddings_endpoint(id).await.unwrap();
        change.commit().await.unwrap();
        assert_eq!(store.embeddings_endpoint(id).await.unwrap(), None);
    });
}

#[test]
fn meanings_are_kept_for_their_account_and_no_more_than_so_many() {
    on_both(async |world| {
        let store = world.open().await;
        let (id, other) = (account(&store, "acme").await, account(&store, "other").await);
        set(&store, &endpoint(id, 1)).await;
        let digest = |number: u8| [number; 32];
        let some = |numbers: std::ops::Range<u8>| -> Vec<store::Embedding> {
            numbers.map(|number| (digest(number), vec![number, 1])).collect()
        };
        let all: Vec<[u8; 32]> = (0..40).map(digest).collect();
        store.keep_embeddings(id, 1, &some(0..20), 100, at(0)).await.unwrap();
        let mut found = store.embeddings(id, &all).await.unwrap();
        found.sort();
        assert_eq!(found, some(0..20));
        assert!(store.embeddings(other, &all).await.unwrap().is_empty());
        assert!(store.embeddings(id, &[]).await.unwrap().is_empty());
        // Of an endpoint that is no more, and of an account that has none, nothing is kept.
        store.keep_embeddings(id, 2, &some(20..30), 100, at(1)).await.unwrap();
        store.keep_embeddings(other, 1, &some(20..30), 100, at(1)).await.unwrap();
        assert_eq!(store.embeddings(id, &all).await.unwrap().len(), 20);
        assert!(store.embeddings(other, &all).await.unwrap().is_empty());
        store.keep_embeddings(id, 1, &some(15..30), 15, at(2)).await.unwrap();
        let mut found = store.embeddings(id, &all).await.unwrap();
        found.sort();
        assert_eq!(found.len(), 15);
        assert_eq!(found[5..], some(20..30), "the last made stay");
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        change.delete_embeddings(id).await.unwrap();
        change.commit().await.unwrap();
        assert!(store.embeddings(id, &all).await.unwrap().is_empty());
    });
}

#[test]
fn a_key_is_sealed_anew_with_the_others() {
    on_both(async |world| {
        let (store, sealer) = world.try_open().await.unwrap();
        let id = account(&store, "acme").await;
        let place = EmbeddingsEndpoint::place(id);
        let sealed = sealer.seal(&place, entropy(), b"key");
        set(&store, &EmbeddingsEndpoint { sealed: Some(sealed.clone()), ..endpoint(id, 1) }).await;
        store.add_key(entropy()).unwrap();
        store.use_first_key(&audit(None), entropy()).await.unwrap();
        assert!(store.count_old_seals().await.unwrap() > 0);
        crate::rotation::finish(&store).await;
        assert_eq!(store.count_old_seals().await.unwrap(), 0);
        let found = store.embeddings_endpoint(id).await.unwrap().unwrap().sealed.unwrap();
        assert_ne!(found, sealed);
        assert_eq!(sealer.open(&place, &found).unwrap().expose(), b"key");
    });
}
