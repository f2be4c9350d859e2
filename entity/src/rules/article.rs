//! The life of an article and of its versions as data (`domain.md` 5.1): a published version never changes, the next
//! one replaces it when it is published itself, and who wrote in a version does not publish it.

use crate::values::{ArticleAction, ArticleState, ArticleVersionState};

/// The human number of the n-th article of a year.
#[must_use]
pub fn number(year: i32, n: i32) -> String {
    format!("KB-{year}-{n:04}")
}

/// The action is not possible in this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionError {
    /// The state.
    pub from: ArticleVersionState,
    /// The action.
    pub action: ArticleAction,
}

impl std::fmt::Display for TransitionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is not possible in state {}", self.action, self.from)
    }
}

impl std::error::Error for TransitionError {}

/// The state of a version after an action.
///
/// # Errors
/// [`TransitionError`].
pub const fn next(
    from: ArticleVersionState,
    action: ArticleAction,
) -> Result<ArticleVersionState, TransitionError> {
    use ArticleAction as A;
    use ArticleVersionState as S;
    let to = match (action, from) {
        (A::Revise, S::Draft) => S::Draft,
        (A::Submit, S::Draft) => S::InReview,
        (A::Return, S::InReview) => S::Draft,
        (A::Publish, S::InReview) => S::Published,
        (A::Supersede, S::Published) => S::Superseded,
        (A::Revise | A::Submit, S::InReview | S::Published | S::Superseded)
        | (A::Return | A::Publish, S::Draft | S::Published | S::Superseded)
        | (A::Supersede, S::Draft | S::InReview | S::Superseded) => {
            return Err(TransitionError { from, action });
        }
    };
    Ok(to)
}

/// The state of an article: withdrawn, else published as soon as a version of it is, else that of its only version.
#[must_use]
pub const fn state_of(
    is_retired: bool,
    is_published: bool,
    latest: ArticleVersionState,
) -> ArticleState {
    match (is_retired, is_published, latest) {
        (true, _, _) => ArticleState::Retired,
        (false, true, _)
        | (false, false, ArticleVersionState::Published | ArticleVersionState::Superseded) => {
            ArticleState::Published
        }
        (false, false, ArticleVersionState::InReview) => ArticleState::InReview,
        (false, false, ArticleVersionState::Draft) => ArticleState::Draft,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_of_states_and_actions() {
        use ArticleVersionState as S;
        // Revise, submit, return, publish, supersede.
        let table = [
            (
                S::Draft,
                [Some(S::Draft), Some(S::InReview), None, None, None],
            ),
            (
                S::InReview,
                [None, None, Some(S::Draft), Some(S::Published), None],
            ),
            (S::Published, [None, None, None, None, Some(S::Superseded)]),
            (S::Superseded, [None, None, None, None, None]),
        ];
        for (from, outcomes) in table {
            for (action, expected) in ArticleAction::ALL.iter().zip(outcomes) {
                assert_eq!(next(from, *action).ok(), expected, "{from} {action}");
            }
        }
    }

    #[test]
    fn nothing_is_published_without_a_review() {
        for from in ArticleVersionState::ALL {
            for action in ArticleAction::ALL {
                if next(*from, *action) == Ok(ArticleVersionState::Published) {
                    assert_eq!(*from, ArticleVersionState::InReview);
                }
            }
        }
    }

    #[test]
    fn an_article_stays_published_while_the_next_version_is_written() {
        for latest in ArticleVersionState::ALL {
            assert_eq!(state_of(false, true, *latest), ArticleState::Published);
            assert_eq!(state_of(true, true, *latest), ArticleState::Retired);
        }
        let first = ArticleVersionState::InReview;
        assert_eq!(state_of(false, false, first), ArticleState::InReview);
    }
}
