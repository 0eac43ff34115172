//! Pages, made on the server. A page that is live is the same markup in parts: the console's script puts a part that changed
//! in the place of the old one, and never makes markup of its own.

mod actions;
mod alarms;
mod bed;
mod bench;
pub(crate) mod board;
mod layout;
mod lines;
mod messages;
mod plot;
mod slots;
mod statics;
mod tile;
mod trends;
mod way;
pub(crate) mod words;

use std::collections::BTreeMap;

use maud::Markup;
use serde::Serialize;

use crate::problem::Problem;
use crate::right::{Principal, Right};
use crate::router::Route;
use crate::shared::Shared;
use crate::view::{Bed, Picture, Text};
use board::Tiles;

/// The routes of pages.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/", Right::See, board::board),
        Route::get("/beds/{bed}", Right::See, bed::bed),
        Route::get("/beds/{bed}/trends", Right::See, trends::trends),
        Route::get("/alarms", Right::See, alarms::alarms),
        Route::get("/alarms/{id}", Right::See, way::way),
        Route::get("/lines", Right::See, lines::lines),
        Route::get("/messages", Right::Deliver, messages::messages),
        Route::get("/commissioning", Right::Commission, bench::bench),
        Route::post("/commissioning/probe", Right::Commission, bench::probe),
        Route::post("/commissioning/check", Right::Commission, bench::check),
        Route::get("/static/{file}", Right::Open, statics::file),
    ]
}

/// A part of a page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Part {
    /// Id of the element.
    pub(crate) id: String,
    /// The element.
    pub(crate) html: Text,
}

/// Order of the beds on the board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// As the configuration has them.
    #[default]
    Bed,
    /// The most urgent first.
    Urgency,
}

impl Sort {
    /// The order of this name; by bed for any other.
    pub(crate) fn named(name: Option<&str>) -> Self {
        if name == Some("urgency") { Sort::Urgency } else { Sort::Bed }
    }

    /// Its name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Sort::Bed => "bed",
            Sort::Urgency => "urgency",
        }
    }

    /// The beds in this order.
    pub(crate) fn order(self, picture: &Picture) -> Vec<&Bed> {
        let mut beds: Vec<&Bed> = picture.beds.iter().collect();
        if self == Sort::Urgency {
            beds.sort_by_key(|bed| std::cmp::Reverse(tile::urgency(bed)));
        }
        beds
    }
}

/// A page that is live, and for whom.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    what: What,
    may_care: bool,
}

#[derive(Clone, Debug)]
enum What {
    Board(Sort),
    Bed(String),
    Alarms,
    Lines,
    Messages,
}

impl Shown {
    /// The page of this name, for `principal`.
    pub(crate) fn named(
        page: &str,
        bed: Option<&str>,
        sort: Option<&str>,
        principal: &Principal,
    ) -> Result<Self, Problem> {
        let what = match (page, bed) {
            ("board", _) => What::Board(Sort::named(sort)),
            ("bed", Some(bed)) => What::Bed(bed.to_owned()),
            ("alarms", _) => What::Alarms,
            ("lines", _) => What::Lines,
            ("messages", _) if principal.role.may(Right::Deliver) => What::Messages,
            ("messages", _) => return Err(Problem::forbidden("your role may not do this")),
            _ => return Err(Problem::unusable("`page` is board, bed (with `bed`), alarms, lines or messages")),
        };
        Ok(Self { what, may_care: principal.role.may(Right::Care) })
    }

    /// The parts of the page as they are now.
    pub(crate) fn parts(&self, shared: &Shared, picture: &Picture, tiles: &Tiles) -> Vec<Part> {
        let part = |id: &str, html: Markup| Part { id: id.to_owned(), html: html.into_string().into() };
        match &self.what {
            What::Board(_) => {
                let mut parts =
                    vec![part("summary", board::summary(picture)), part("appliance", board::appliance(picture))];
                let of_beds = picture.beds.iter().zip(&tiles.0);
                parts.extend(of_beds.map(|(bed, html)| Part { id: tile::id(bed), html: html.clone() }));
                parts
            }
            What::Bed(id) => picture.bed(id).map(|bed| bed::parts(bed, self.may_care)).unwrap_or_default(),
            What::Alarms => vec![part("active", alarms::active(picture, self.may_care))],
            What::Lines => lines::parts(picture, &shared.appliance().links()),
            What::Messages => messages::parts(&shared.appliance().destinations(), picture.at.0),
        }
    }

    /// Ids of the parts that stand in a list, in their order.
    pub(crate) fn order(&self, picture: &Picture) -> Vec<String> {
        match &self.what {
            What::Board(sort) => sort.order(picture).into_iter().map(tile::id).collect(),
            What::Bed(_) | What::Alarms | What::Lines | What::Messages => Vec::new(),
        }
    }

    /// Ages of the values of each part, as text, in their order.
    pub(crate) fn ages(&self, picture: &Picture) -> BTreeMap<String, Vec<String>> {
        match &self.what {
            What::Board(_) => picture.beds.iter().map(|bed| (tile::id(bed), tile::ages(bed))).collect(),
            What::Bed(id) => picture.bed(id).map(|bed| ("bed-values".to_owned(), bed::ages(bed))).into_iter().collect(),
            What::Alarms | What::Lines | What::Messages => BTreeMap::new(),
        }
    }
}
