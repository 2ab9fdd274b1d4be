/// The largest resident memory that this process has had, in bytes: `VmHWM` of Linux's `/proc/self/status`, which
/// `getrusage` gives as `ru_maxrss`, too. None on other systems.
pub(super) fn peak_bytes() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn parse(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes = line.trim().strip_suffix("kB")?.trim();
    kibibytes.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines are those of proc(5); its kB are 1024 bytes.
    #[test]
    fn the_peak_is_read_from_its_line() {
        let check = |status, expected| assert_eq!(parse(status), expected);
        check(
            "VmSize:\t  9000 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 1024 kB\n",
            Some(2_097_152),
        );
        check("VmRSS:\t 1024 kB\n", None);
        check("VmHWM:\t much kB\n", None);
        check("VmHWM:\t 18446744073709551615 kB\n", None);
    }

    /// 64 MB that are written to are resident.
    #[cfg(target_os = "linux")]
    #[test]
    fn memory_that_is_used_is_seen() {
        let bytes = std::hint::black_box(vec![1_u8; 64 << 20]);
        assert!(peak_bytes().unwrap() > bytes.len() as u64);
    }
}
