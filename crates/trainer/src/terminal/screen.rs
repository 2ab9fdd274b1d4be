use std::io::IsTerminal;

use console::{Color, Style, Term, measure_text_width, truncate_str};
use plumb_diagnostics::RateName;

use super::{Symbols, colours, is_ascii};

/// How a text for people is to screen: how wide, in which characters, and whether in colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Screen {
    /// Columns that a line may take.
    pub(crate) width: usize,
    /// Whether to draw with ASCII characters alone.
    pub(crate) ascii: bool,
    pub(crate) colours: bool,
}

impl Screen {
    /// Columns of a text that is read in no terminal, or that may be.
    pub(crate) const WIDTH: usize = 80;

    /// What fits no narrower terminal than this is cut off, or broken by the terminal.
    const LEAST: usize = 60;

    /// Wider texts are no easier to read.
    const MOST: usize = 140;

    /// Of a text that goes into a file or a pipe.
    pub(crate) fn plain() -> Self {
        Self {
            width: Self::WIDTH,
            ascii: is_ascii(),
            colours: false,
        }
    }

    /// As the reader of stdout can see it.
    pub(crate) fn stdout() -> Self {
        Self::of(&Term::stdout(), &std::io::stdout())
    }

    /// As the reader of stderr can see it.
    pub(crate) fn stderr() -> Self {
        Self::of(&Term::stderr(), &std::io::stderr())
    }

    fn of(term: &Term, stream: &impl IsTerminal) -> Self {
        let screen = Self::of_terminal(term).filter(|_| stream.is_terminal());
        screen.map_or(Self::plain(), |screen| Self {
            colours: colours(stream),
            ..screen
        })
    }

    /// As wide as the terminal, within limits, and without colours; none where there is no terminal.
    pub(super) fn of_terminal(term: &Term) -> Option<Self> {
        let (_, columns) = term.size_checked().filter(|_| term.is_term())?;
        Some(Self {
            width: usize::from(columns).clamp(Self::LEAST, Self::MOST),
            ..Self::plain()
        })
    }

    /// Columns of running words, which are no easier to read in longer lines.
    pub(crate) fn prose(self) -> usize {
        self.width.min(Self::WIDTH)
    }

    /// A text without what is beyond the width.
    pub(crate) fn cut(self, text: &str) -> String {
        truncate_str(text, self.width, self.symbols().ellipsis).into_owned()
    }

    /// Fields, with two spaces between them, as many as there is room for; the first one in any case.
    pub(super) fn cut_fields(self, text: &str) -> String {
        if measure_text_width(text) <= self.width {
            return text.to_owned();
        }
        let end = format!("  {}", self.symbols().ellipsis);
        let mut kept = text;
        while let Some((rest, _)) = kept.rsplit_once("  ") {
            kept = rest.trim_end();
            let cut = format!("{kept}{end}");
            if measure_text_width(&cut) <= self.width {
                return cut;
            }
        }
        self.cut(text)
    }

    pub(crate) fn symbols(self) -> &'static Symbols {
        Symbols::of(self.ascii)
    }

    /// A text in the colour of a rate of the ladder: the same in every picture of plumb, after Okabe and Ito's
    /// palette, which the colour-blind can tell apart too (<https://jfly.uni-koeln.de/color/>).
    pub(crate) fn rate(self, name: RateName, text: &str) -> String {
        let colour = match name {
            RateName::Human => 246,   // #949494, for #999999
            RateName::Train => 32,    // #0087d7, for #0072B2, which is hard to see on black
            RateName::TrainDev => 74, // #5fafd7, for #56B4E9
            RateName::Dev => 178,     // #d7af00, for #E69F00
            RateName::Test => 36,     // #00af87, for #009E73
        };
        self.painted(colour, text)
    }

    /// A text in the colour of what stands in the way.
    pub(crate) fn alarm(self, text: &str) -> String {
        self.painted(166, text) // #d75f00, for #D55E00
    }

    /// The sentence that all comes down to.
    pub(crate) fn strong(self, text: &str) -> String {
        if !self.colours {
            return text.to_owned();
        }
        let style = Style::new().bold().force_styling(true);
        style.apply_to(text).to_string()
    }

    fn painted(self, colour: u8, text: &str) -> String {
        if !self.colours || text.trim().is_empty() {
            return text.to_owned();
        }
        let style = Style::new().fg(Color::Color256(colour));
        style.force_styling(true).apply_to(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Screen = Screen {
        width: 30,
        ascii: true,
        colours: false,
    };

    /// By hand: 30 columns, 5 of them for the sign that something is missing.
    #[test]
    fn whole_fields_are_cut_off() {
        let check = |text: &str, expected: &str| assert_eq!(PLAIN.cut_fields(text), expected);
        check("", "");
        let line = "epoch  1/20  train 1.50 %  dev";
        check(line, line);
        check(&format!("{line} 2.5 %"), "epoch  1/20  train 1.50 %  ...");
        check(
            &format!("{line} 2.5 %  test 3.5 %"),
            "epoch  1/20  train 1.50 %  ...",
        );
        check(&"a".repeat(31), &format!("{}...", "a".repeat(27)));
        check(&format!("a  {}", "b".repeat(30)), "a  ...");
    }

    #[test]
    fn colours_are_left_out_where_they_are_unwanted() {
        let coloured = Screen {
            colours: true,
            ..PLAIN
        };
        assert_eq!(PLAIN.rate(RateName::Dev, "x"), "x");
        assert_eq!(PLAIN.alarm("x") + &PLAIN.strong("x"), "xx");
        // The sequences are those of ECMA-48 with xterm's 256 colours.
        assert_eq!(coloured.rate(RateName::Dev, "x"), "\x1b[38;5;178mx\x1b[0m");
        assert_eq!(coloured.strong("x"), "\x1b[1mx\x1b[0m");
        assert_eq!(coloured.alarm("  "), "  ");
    }
}
