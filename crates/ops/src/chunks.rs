//! Sixteen values at a time, by the instructions that AVX-512 has for them, or without.

use pulp::Arch;
#[cfg(target_arch = "x86_64")]
use pulp::x86::V4;

/// How many values are taken at a time.
pub(crate) const CHUNK: usize = 16;

/// So many values.
pub(crate) type Chunk = [f32; CHUNK];

/// A list to which values are appended, with their places.
pub(crate) struct List<'a, T = f32> {
    pub(crate) places: &'a mut [u32],
    pub(crate) factors: &'a mut [T],
    pub(crate) length: usize,
}

/// What is done with chunks.
pub(crate) trait Chunks: Copy {
    /// Appends what is not zero, with its places, of which the first is `at`. Behind the end of the list, where there
    /// must be room for a whole chunk, stands anything then.
    fn append<T: Listed>(self, chunk: [T; CHUNK], at: usize, list: &mut List<'_, T>);

    /// Makes columns of rows.
    fn transpose(self, rows: &[Chunk; CHUNK]) -> [Chunk; CHUNK];
}

/// What is listed.
pub(crate) trait Listed: Copy + pulp::bytemuck::Pod + PartialEq + Default {
    /// Which values of a chunk are not zero.
    #[cfg(target_arch = "x86_64")]
    fn mask(simd: V4, chunk: [Self; CHUNK]) -> u16;
}

impl Listed for f32 {
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn mask(simd: V4, chunk: [Self; CHUNK]) -> u16 {
        let simd = simd.avx512f;
        simd._mm512_cmpneq_ps_mask(pulp::cast(chunk), simd._mm512_setzero_ps())
    }
}

impl Listed for u32 {
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn mask(simd: V4, chunk: [Self; CHUNK]) -> u16 {
        let simd = simd.avx512f;
        simd._mm512_cmpneq_epi32_mask(pulp::cast(chunk), simd._mm512_setzero_si512())
    }
}

/// Work on chunks.
pub(crate) trait Work {
    /// Does it.
    fn run(self, chunks: impl Chunks);
}

/// Does the work as well as the processor can.
pub(crate) fn dispatch(arch: Arch, work: impl Work) {
    match arch {
        #[cfg(target_arch = "x86_64")]
        Arch::V4(simd) => simd.vectorize(|| work.run(simd)),
        arch => arch.dispatch(|| work.run(Plain)),
    }
}

/// Without instructions of their own.
#[derive(Clone, Copy)]
struct Plain;

impl Chunks for Plain {
    #[inline(always)]
    fn append<T: Listed>(self, chunk: [T; CHUNK], at: usize, list: &mut List<'_, T>) {
        for (place, factor) in (at as u32..).zip(chunk) {
            // Without a branch, since none could be foretold.
            list.places[list.length] = place;
            list.factors[list.length] = factor;
            list.length += usize::from(factor != T::default());
        }
    }

    #[inline(always)]
    fn transpose(self, rows: &[Chunk; CHUNK]) -> [Chunk; CHUNK] {
        std::array::from_fn(|column| rows.map(|row| row[column]))
    }
}

#[cfg(target_arch = "x86_64")]
impl Chunks for V4 {
    #[inline(always)]
    fn append<T: Listed>(self, chunk: [T; CHUNK], at: usize, list: &mut List<'_, T>) {
        const PLACES: [u32; CHUNK] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        let is_listed = T::mask(self, chunk);
        let simd = self.avx512f;
        let places = simd._mm512_add_epi32(pulp::cast([at as u32; CHUNK]), pulp::cast(PLACES));
        let values = simd._mm512_maskz_compress_epi32(is_listed, pulp::cast(chunk));
        let places = simd._mm512_maskz_compress_epi32(is_listed, places);
        let end = list.length..list.length + CHUNK;
        *list.factors[end.clone()].as_mut_array().expect("so many") =
            pulp::cast::<_, [T; CHUNK]>(values);
        *list.places[end].as_mut_array().expect("so many") = pulp::cast::<_, [u32; CHUNK]>(places);
        list.length += is_listed.count_ones() as usize;
    }

    /// In four steps: pairs of values, then of pairs, then of what four rows have in a quarter of a vector.
    #[inline(always)]
    fn transpose(self, rows: &[Chunk; CHUNK]) -> [Chunk; CHUNK] {
        let simd = self.avx512f;
        let rows = rows.map(pulp::cast);
        // [pair of rows, half]: values 0 and 1, or 2 and 3, of each quarter.
        let pairs: [_; CHUNK] = std::array::from_fn(|i| {
            let (a, b) = (rows[i / 2 * 2], rows[i / 2 * 2 + 1]);
            let pair = if i % 2 == 0 {
                simd._mm512_unpacklo_ps(a, b)
            } else {
                simd._mm512_unpackhi_ps(a, b)
            };
            simd._mm512_castps_pd(pair)
        });
        // [four rows, column of a quarter]
        let fours: [_; CHUNK] = std::array::from_fn(|i| {
            let (four, column) = (i / 4 * 4, i % 4);
            let (a, b) = (pairs[four + column / 2], pairs[four + 2 + column / 2]);
            let four = if column % 2 == 0 {
                simd._mm512_unpacklo_pd(a, b)
            } else {
                simd._mm512_unpackhi_pd(a, b)
            };
            simd._mm512_castpd_ps(four)
        });
        // [half of the rows, even or odd quarters, column of a quarter]
        let eights: [_; CHUNK] = std::array::from_fn(|i| {
            let (a, b) = (fours[i / 8 * 8 + i % 4], fours[i / 8 * 8 + 4 + i % 4]);
            if i % 8 < 4 {
                simd._mm512_shuffle_f32x4::<0b10_00_10_00>(a, b)
            } else {
                simd._mm512_shuffle_f32x4::<0b11_01_11_01>(a, b)
            }
        });
        std::array::from_fn(|column| {
            let (quarter, within) = (column / 4, column % 4);
            let (a, b) = (
                eights[quarter % 2 * 4 + within],
                eights[8 + quarter % 2 * 4 + within],
            );
            pulp::cast(if quarter < 2 {
                simd._mm512_shuffle_f32x4::<0b10_00_10_00>(a, b)
            } else {
                simd._mm512_shuffle_f32x4::<0b11_01_11_01>(a, b)
            })
        })
    }
}
