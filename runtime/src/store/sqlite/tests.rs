//! What only the file can do.
