//! The framing of `TFRecord` files (TensorFlow's `tensorflow/core/lib/io/record_writer.h`).

/// A record: its length in 64 bits, the length's checksum, the content, the content's checksum; all
/// little-endian.
pub(super) fn framed(content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(content.len() + 16);
    record.extend(length);
    record.extend(masked(crc32c::crc32c(&length)).to_le_bytes());
    record.extend(content);
    record.extend(masked(crc32c::crc32c(content)).to_le_bytes());
    record
}

/// A CRC as it is stored, so that one can be made of data that holds others: turned right by 15 bits, plus a
/// constant (`Mask` in TensorFlow's `tensorflow/core/lib/hash/crc32c.h`).
fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3720, B.4: 32 bytes of zeros, of ones, rising and falling.
    #[test]
    fn the_checksum_is_castagnolis() {
        let check = |bytes: [u8; 32], expected: u32| assert_eq!(crc32c::crc32c(&bytes), expected);
        check([0; 32], 0x8a91_36aa);
        check([0xff; 32], 0x62a8_ab43);
        check(std::array::from_fn(|at| at as u8), 0x46dd_794e);
        check(std::array::from_fn(|at| 31 - at as u8), 0x113f_db5c);
    }

    /// By hand. 1 turned right by 15 bits is 2¹⁷ = 0x20000; with the constant, 0xa284ead8. All ones stay all
    /// ones, which is -1.
    #[test]
    fn the_mask_by_hand() {
        let check = |crc: u32, expected: u32| assert_eq!(masked(crc), expected);
        check(0, 0xa282_ead8);
        check(1, 0xa284_ead8);
        check(u32::MAX, 0xa282_ead7);
        // TensorFlow's `Unmask`: the way back.
        for crc in [0x8a91_36aa, 0x62a8_ab43_u32] {
            let back = masked(crc).wrapping_sub(0xa282_ead8);
            assert_eq!(back.rotate_left(15), crc);
        }
    }

    /// What TensorFlow's own event files begin with: a record of 24 bytes, which is `brain.Event:2` with a time.
    #[test]
    fn a_record_begins_as_tensorflows_do() {
        let record = framed(&[7; 24]);
        assert_eq!(record.len(), 8 + 4 + 24 + 4);
        assert_eq!(
            record[..12],
            [0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22]
        );
        assert_eq!(record[12..36], [7; 24]);
    }
}
