//! Maps of the plane, from where a pixel is drawn to where it is taken from.

/// Where the value of an output pixel is taken from: `x' = xx x + xy y + x0`, `y'` likewise.
///
/// x goes to the right and y down, in pixels from the centre of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Affine {
    pub(super) xx: f64,
    pub(super) xy: f64,
    pub(super) x0: f64,
    pub(super) yx: f64,
    pub(super) yy: f64,
    pub(super) y0: f64,
}

impl Affine {
    /// Every pixel from its own place.
    pub(super) const IDENTITY: Self = Self {
        xx: 1.0,
        xy: 0.0,
        x0: 0.0,
        yx: 0.0,
        yy: 1.0,
        y0: 0.0,
    };

    /// The map of doing `self` to a picture and then `next` to the result.
    ///
    /// A pixel of the final picture is taken from the middle one, at `next`, and that from the first.
    pub(super) fn and_then(&self, next: &Self) -> Self {
        let (a, b) = (self, next);
        Self {
            xx: a.xx * b.xx + a.xy * b.yx,
            xy: a.xx * b.xy + a.xy * b.yy,
            x0: a.xx * b.x0 + a.xy * b.y0 + a.x0,
            yx: a.yx * b.xx + a.yy * b.yx,
            yy: a.yx * b.xy + a.yy * b.yy,
            y0: a.yx * b.x0 + a.yy * b.y0 + a.y0,
        }
    }

    /// The same map with both coordinates in pixels from the centre of the first one.
    pub(super) fn at_corner(&self, height: usize, width: usize) -> Self {
        let (cx, cy) = (0.5 * (width as f64 - 1.0), 0.5 * (height as f64 - 1.0));
        Self {
            x0: self.x0 + cx - (self.xx * cx + self.xy * cy),
            y0: self.y0 + cy - (self.yx * cx + self.yy * cy),
            ..*self
        }
    }
}
