/// The characters that plumb draws with.
#[derive(Debug)]
pub(crate) struct Symbols {
    /// Heights of a sparkline, the lowest first.
    pub(crate) sparks: &'static [char],
    /// A bar of a rate.
    pub(crate) bar: char,
    /// A bar that is too short to be seen.
    pub(crate) sliver: char,
    /// A floating segment of a gap; that of a negative one.
    pub(crate) gap: char,
    pub(crate) negative_gap: char,
    /// An interval's ends, the line between them, and the point in it.
    pub(crate) low: char,
    pub(crate) high: char,
    pub(crate) whisker: char,
    pub(crate) point: char,
    /// What stands for the end of a text that is cut off.
    pub(crate) ellipsis: &'static str,
}

/// Block elements and lines, as in every font for terminals.
static DRAWN: Symbols = Symbols {
    sparks: &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    bar: '█',
    sliver: '▏',
    gap: '▓',
    negative_gap: '░',
    low: '├',
    high: '┤',
    whisker: '─',
    point: '┼',
    ellipsis: "…",
};

/// For terminals with an old code page, as on Windows.
static TYPED: Symbols = Symbols {
    sparks: &['_', '.', '-', '=', '#'],
    bar: '#',
    sliver: '|',
    gap: '=',
    negative_gap: '<',
    low: '[',
    high: ']',
    whisker: '-',
    point: '+',
    ellipsis: "...",
};

impl Symbols {
    pub(crate) fn of(ascii: bool) -> &'static Self {
        if ascii { &TYPED } else { &DRAWN }
    }
}

/// A text without the signs that plumb's own words hold beyond ASCII.
pub(super) fn spelled_out(text: &str) -> String {
    text.replace('×', "x")
        .replace(['−', '–'], "-")
        .replace('·', "*")
        .replace('…', "...")
        .replace('→', "->")
        .replace('β', "beta")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typed_ones_are_ascii() {
        let Symbols {
            sparks,
            bar,
            sliver,
            gap,
            negative_gap,
            low,
            high,
            whisker,
            point,
            ellipsis,
        } = &TYPED;
        let single = [bar, sliver, gap, negative_gap, low, high, whisker, point];
        assert!(single.into_iter().chain(*sparks).all(char::is_ascii));
        assert!(ellipsis.is_ascii());
    }

    #[test]
    fn own_signs_have_a_spelling_and_names_stay() {
        assert_eq!(spelled_out("3 × n^−0.5 … für"), "3 x n^-0.5 ... für");
    }
}
