//! Tables, values and rules.
