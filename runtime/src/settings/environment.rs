//! Where names are looked up: variables of the environment, files that they name, credentials of the service manager.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

/// Largest file that `X_FILE` may name.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Where names are looked up.
#[derive(Clone, Default)]
pub struct Environment {
    pub(super) variables: HashMap<String, String>,
    pub(super) credentials: Option<PathBuf>,
}

impl Environment {
    /// That of this process.
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            variables,
            credentials: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
        }
    }

    /// Only these.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self {
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            credentials: None,
        }
    }

    /// The text behind a name. An empty one counts as missing; one newline at the end of a file does not belong to it.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, String> {
        if let Some(value) = self.variables.get(name).filter(|value| !value.is_empty()) {
            return Ok(Some(value.clone()));
        }
        let file = match self.variables.get(&format!("{name}_FILE")) {
            Some(path) => Some(PathBuf::from(path)),
            None => self
                .credentials
                .as_ref()
                .map(|folder| folder.join(name))
                .filter(|path| path.is_file()),
        };
        let Some(file) = file else { return Ok(None) };
        let size = std::fs::metadata(&file)
            .map_err(|error| format!("cannot read `{}`: {error}", file.display()))?
            .len();
        if size > FILE_BYTES_MAX {
            return Err(format!("`{}` is too large for a setting", file.display()));
        }
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("cannot read `{}`: {error}", file.display()))?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment(***)")
    }
}
