//! The connectors that a bundle brings: `connectors/kitchen.ondo`, or a folder `connectors/kitchen/` of several files.

use std::path::Path;

use super::{File, Kind, LoadError, SOURCE_BYTES_MAX, file_name, ondo_files, read, subfolders};

/// Reads them. `folder`: the bundle's, which is named `stem`.
pub(super) fn read_own(folder: &Path, stem: &str, files: &mut Vec<File>) -> Result<(), LoadError> {
    let connectors = folder.join("connectors");
    if !connectors.is_dir() {
        return Ok(());
    }
    let mut add = |path: &Path, below: &str| -> Result<(), LoadError> {
        let source = read(path, folder, SOURCE_BYTES_MAX)?;
        let key = format!("{stem}/connectors/{below}{}", file_name(path));
        files.push(File {
            kind: Kind::Connector,
            key,
            source,
        });
        Ok(())
    };
    for file in ondo_files(&connectors)? {
        add(&file, "")?;
    }
    let mut folders = subfolders(&connectors)?;
    folders.sort();
    for one in folders {
        for file in ondo_files(&one)? {
            add(&file, &format!("{}/", file_name(&one)))?;
        }
    }
    Ok(())
}
