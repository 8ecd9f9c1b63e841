use super::parts::{failure, open};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{delete, get},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::{Arc, Mutex};

/// Orders that are kept; beyond them the shop is closed.
const ORDERS_MAX: usize = 1_000;

/// A bookshop in memory, so that the first command of the README needs no network. It forgets everything at the end.
struct Shop {
    books: Vec<Book>,
    orders: Vec<Order>,
    last_order: u32,
}

#[derive(Clone, Serialize)]
struct Book {
    id: u32,
    title: &'static str,
    author: &'static str,
    price: f64,
    stock: u32,
}

#[derive(Clone, Serialize)]
struct Order {
    id: u32,
    book_id: u32,
    title: &'static str,
    copies: u32,
    total: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Deserialize)]
struct Filter {
    query: Option<String>,
    max_price: Option<f64>,
    in_stock: Option<bool>,
}

#[derive(Deserialize)]
struct NewPrice {
    price: f64,
}

#[derive(Deserialize)]
struct NewOrder {
    book_id: u32,
    copies: u32,
    note: Option<String>,
}

type Shared = State<Arc<Mutex<Shop>>>;

/// Its routes, below `/demo`.
pub(crate) fn router() -> Router {
    let books = [
        (1, "The Mythical Man-Month", "Frederick P. Brooks", 29.0, 5),
        (2, "A Pattern Language", "Christopher Alexander", 58.5, 2),
        (3, "The Design of Everyday Things", "Don Norman", 17.9, 12),
        (4, "Structure and Interpretation of Computer Programs", "Abelson and Sussman", 46.0, 3),
        (5, "Gödel, Escher, Bach", "Douglas Hofstadter", 21.0, 0),
        (6, "The Elements of Style", "Strunk and White", 9.5, 40),
    ];
    let books = books
        .map(|(id, title, author, price, stock)| Book { id, title, author, price, stock })
        .to_vec();
    let shop = Arc::new(Mutex::new(Shop { books, orders: Vec::new(), last_order: 0 }));
    Router::new()
        .route("/demo/books", get(list_books))
        .route("/demo/books/{id}", get(get_book).patch(set_price))
        .route("/demo/orders", get(list_orders).post(place_order))
        .route("/demo/orders/{id}", delete(cancel_order))
        .with_state(shop)
}

async fn list_books(State(shop): Shared, Query(filter): Query<Filter>) -> Response {
    let text = filter.query.unwrap_or_default().to_lowercase();
    let fits = |book: &&Book| {
        (book.title.to_lowercase().contains(&text) || book.author.to_lowercase().contains(&text))
            && filter.max_price.is_none_or(|most| book.price <= most)
            && (filter.in_stock != Some(true) || book.stock > 0)
    };
    let mut books: Vec<Book> = open(&shop).books.iter().filter(fits).cloned().collect();
    books.sort_by(|a, b| a.price.total_cmp(&b.price));
    Json(json!({ "books": books })).into_response()
}

async fn get_book(State(shop): Shared, Path(id): Path<u32>) -> Response {
    match open(&shop).books.iter().find(|book| book.id == id) {
        Some(book) => Json(book).into_response(),
        None => failure(StatusCode::NOT_FOUND, "there is no such book: see list_books"),
    }
}

async fn set_price(
    State(shop): Shared,
    Path(id): Path<u32>,
    Json(new): Json<NewPrice>,
) -> Response {
    if !(0.0..=1_000.0).contains(&new.price) {
        return failure(StatusCode::UNPROCESSABLE_ENTITY, "a price is between 0 and 1000 euros");
    }
    match open(&shop).books.iter_mut().find(|book| book.id == id) {
        Some(book) => {
            book.price = new.price;
            Json(&*book).into_response()
        }
        None => failure(StatusCode::NOT_FOUND, "there is no such book: see list_books"),
    }
}

async fn list_orders(State(shop): Shared) -> Response {
    let orders: Vec<Order> = open(&shop).orders.iter().rev().cloned().collect();
    Json(json!({ "orders": orders })).into_response()
}

async fn place_order(State(shop): Shared, Json(new): Json<NewOrder>) -> Response {
    let mut shop = open(&shop);
    if shop.orders.len() >= ORDERS_MAX {
        return failure(
            StatusCode::INSUFFICIENT_STORAGE,
            "the shop takes no more orders: cancel some",
        );
    }
    let Some(book) = shop.books.iter_mut().find(|book| book.id == new.book_id) else {
        return failure(StatusCode::NOT_FOUND, "there is no such book: see list_books");
    };
    if !(1..=20).contains(&new.copies)
        || new.note.as_ref().is_some_and(|note| note.chars().count() > 200)
    {
        return failure(
            StatusCode::UNPROCESSABLE_ENTITY,
            "order 1 to 20 copies, with a note of at most 200 characters",
        );
    }
    if book.stock < new.copies {
        return failure(StatusCode::CONFLICT, &format!("only {} copies are in stock", book.stock));
    }
    book.stock -= new.copies;
    let total = (book.price * f64::from(new.copies) * 100.0).round() / 100.0;
    let (book_id, title) = (book.id, book.title);
    shop.last_order += 1;
    let order =
        Order { id: shop.last_order, book_id, title, copies: new.copies, total, note: new.note };
    shop.orders.push(order.clone());
    (StatusCode::CREATED, Json(order)).into_response()
}

async fn cancel_order(State(shop): Shared, Path(id): Path<u32>) -> Response {
    let mut shop = open(&shop);
    let Some(at) = shop.orders.iter().position(|order| order.id == id) else {
        return failure(StatusCode::NOT_FOUND, "there is no such order: see list_orders");
    };
    let order = shop.orders.remove(at);
    if let Some(book) = shop.books.iter_mut().find(|book| book.id == order.book_id) {
        book.stock += order.copies;
    }
    StatusCode::NO_CONTENT.into_response()
}
