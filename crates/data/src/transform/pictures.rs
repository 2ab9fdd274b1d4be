//! Picture files that serve as backgrounds.

use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use image::{ImageReader, Limits};

use super::TransformError;
use super::options::check_pool;
use super::pipeline::Planes;
use super::resize::Resampler;
use crate::FileHash;
use crate::hash::sha256_hex;

/// Names of files that are taken from a folder, in lower case.
const ENDINGS: [&str; 5] = ["png", "jpg", "jpeg", "bmp", "gif"];

/// A larger picture is none that was meant as a background: 256 MiB on disk, 8192 pixels a side.
const MAX_FILE_BYTES: u64 = 256 << 20;
const MAX_SIDE: u32 = 8192;

/// Pictures brought to one size, as shares of white.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    /// One picture after the other, `[channels, height, width]` each.
    pub(super) shares: Vec<f32>,
    /// Their file names.
    pub(super) names: Vec<String>,
    pub(super) files: Vec<FileHash>,
}

impl Pictures {
    /// Reads the picture at `path`, or all pictures that lie directly in the folder at `path`, sorted
    /// by name. Each is cut to the shape of the examples about its centre, then resized.
    pub(super) fn read(path: &Path, planes: Planes) -> Result<Self, TransformError> {
        let mut pictures = Self::default();
        let paths = files_at(path)?;
        check_pool("path", paths.len(), planes.n_values())?;
        for path in paths {
            let problem = |problem: String| TransformError::Picture {
                path: path.clone(),
                problem,
            };
            let bytes = read_limited(&path).map_err(problem)?;
            let shares = decode(&bytes, planes).map_err(problem)?;
            pictures.shares.extend(shares);
            let name = path.file_name().unwrap_or_default();
            pictures.names.push(name.to_string_lossy().into_owned());
            pictures.files.push(FileHash {
                sha256: sha256_hex(&bytes),
                path,
            });
        }
        Ok(pictures)
    }
}

fn files_at(path: &Path) -> Result<Vec<PathBuf>, TransformError> {
    let problem = |problem: String| TransformError::Picture {
        path: path.to_owned(),
        problem,
    };
    let unreadable = |reason: std::io::Error| problem(format!("cannot be read: {reason}"));
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?.path();
        let ending = entry.extension().unwrap_or_default().to_ascii_lowercase();
        if ENDINGS.iter().any(|known| ending == *known) && entry.is_file() {
            paths.push(entry);
        }
    }
    if paths.is_empty() {
        let endings = ENDINGS.join(", ");
        return Err(problem(format!(
            "has no pictures; expected files that end in one of {endings}"
        )));
    }
    paths.sort();
    Ok(paths)
}

fn read_limited(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |reason| format!("cannot be read: {reason}");
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("is larger than {MAX_FILE_BYTES} bytes, the limit"));
    }
    Ok(bytes)
}

/// The shares of white of a picture, cut and resized.
fn decode(bytes: &[u8], planes: Planes) -> Result<Vec<f32>, String> {
    let not_decoded = |reason: &dyn std::fmt::Display| {
        format!("cannot be decoded: {reason}; expected a png, jpeg, bmp or gif")
    };
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|reason| not_decoded(&reason))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    reader.limits(limits);
    let picture = reader.decode().map_err(|reason| not_decoded(&reason))?;

    let (width, height) = (picture.width(), picture.height());
    if width == 0 || height == 0 {
        return Err("has no pixels".to_owned());
    }
    let aspect = planes.width as f64 / planes.height as f64;
    let cut_width = ((f64::from(height) * aspect).round() as u32).clamp(1, width);
    let cut_height = ((f64::from(width) / aspect).round() as u32).clamp(1, height);
    let (left, top) = ((width - cut_width) / 2, (height - cut_height) / 2);
    let cut = picture.crop_imm(left, top, cut_width, cut_height);
    let interleaved = match planes.channels {
        1 => cut.into_luma8().into_raw(),
        3 => cut.into_rgb8().into_raw(),
        n => {
            return Err(format!(
                "is a picture; the examples have {n} channels, expected 1 or 3"
            ));
        }
    };
    let (from, to) = (
        [cut_height as usize, cut_width as usize],
        [planes.height, planes.width],
    );
    let (resampler, mut between) = (Resampler::new(from, to), Vec::new());
    let mut shares = Vec::with_capacity(planes.n_values());
    for channel in 0..planes.channels {
        let values = interleaved.iter().skip(channel).step_by(planes.channels);
        let plane: Vec<f32> = values.map(|&v| f32::from(v) / 255.0).collect();
        resampler.apply(&plane, &mut between, &mut shares);
    }
    Ok(shares)
}
