//! The search over published articles: every word of the text must stand in a part that the reader reads.
//!
//! Parts are kept folded (`rules::block::searched`), so one comparison of text serves both engines and finds words of
//! one or two characters. Its cost is bounded by the number of words and by the texts of the own hospital.

use entity::article_text::{self, Column as T};
use entity::ids::HospitalId;
use entity::knowledge_article::Column as C;
use entity::rules::audience::Audiences;
use entity::rules::block::folded;
use entity::values::{ArticleState, Side};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, LikeExpr, Query, SelectStatement};

use super::scope::{blocks, seen};
use crate::error::{Error, Reason, Result};
use crate::requester::Requester;

/// Most words of a search.
const WORDS: usize = 5;
/// Longest text of a search, in characters.
const LONGEST: usize = 100;
/// Escapes what would be a pattern.
const ESCAPE: char = '!';

/// A pattern that matches texts with this part, whatever characters it has.
pub(super) fn containing(part: &str) -> LikeExpr {
    let mut pattern = String::from("%");
    for c in part.chars() {
        if matches!(c, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(c);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape(ESCAPE)
}

/// Articles of a hospital with a part that holds the word and that these audiences read.
fn with(word: &str, hospital: HospitalId, reader: Audiences) -> SelectStatement {
    Query::select()
        .column(T::ArticleId)
        .from(article_text::Entity)
        .and_where(T::HospitalId.eq(hospital))
        .and_where(
            Expr::col(T::AudienceBits.as_column_ref())
                .bit_and(reader.bits())
                .ne(0),
        )
        .and_where(T::Text.like(containing(word)))
        .to_owned()
}

/// Published articles in scope in which the reader finds the text.
///
/// # Errors
/// `BAD_USER_INPUT` for an empty text, one of more than 100 characters or of more than five words.
pub fn found(who: &Requester, text: &str) -> Result<Condition> {
    let folded = folded(text);
    let words: Vec<&str> = folded.split_whitespace().collect();
    if words.is_empty() {
        return Err(Error::input(Reason::ValueMissing).at(["text"]));
    }
    if words.len() > WORDS || folded.chars().count() > LONGEST {
        return Err(Error::input(Reason::TextTooLong).at(["text"]));
    }
    let mut any = Condition::any().add(C::Id.is_null());
    for hospital in who.hospitals() {
        for side in Side::ALL {
            let mut here = Condition::all()
                .add(C::HospitalId.eq(hospital))
                .add(C::Side.eq(*side));
            for word in &words {
                let query = with(word, hospital, blocks(who, hospital, *side));
                here = here.add(C::Id.in_subquery(query));
            }
            any = any.add(here);
        }
    }
    Ok(Condition::all()
        .add(C::State.eq(ArticleState::Published))
        .add(seen(who))
        .add(any))
}
