//! Tables in blocks, and any bytes at all.

use proptest::prelude::*;

use super::super::blocks::Block;
use super::super::columns::Columns;
use super::super::rows::{RowReader, Rows};
use super::*;
use crate::Memory;

/// Everything that a table gives, or its error, read in blocks of some size.
fn in_blocks(options: &Csv, content: &[u8], block_bytes: usize) -> Result<Loaded, String> {
    let memory = Memory::unlimited();
    Table::read_blocks(content, u64::MAX, options, &memory, block_bytes)
        .and_then(|table| {
            let loaded = options.loaded(table, &options.path);
            loaded.map_err(Problem::Csv)
        })
        .map_err(|problem| format!("{problem:?}"))
}

#[test]
fn a_limit_of_bytes_is_kept() {
    let content = b"a,y\n1,p\n2,q\n";
    let read = |limit| Table::read(&content[..], limit, &options(), &Memory::unlimited());
    assert!(read(12).is_ok());
    assert!(matches!(read(11), Err(Problem::TooLarge)));
}

proptest! {
    #[test]
    fn blocks_of_any_size_give_the_same_table(
        // Cells of every form, some of which are wrong in some rows.
        rows in prop::collection::vec(
            ("(1|2\\.5| 3|\"4\"|\"4\n\"|x|)", "(u|\"u,\"\"\n\"|v\"|w|)", "(p|q|\"q\")", "(\n|\r\n|\n\n)"),
            1..12,
        ),
        block_bytes in 1_usize..40,
        config_text in prop::sample::select(vec![
            "label = 'y'\ntags = ['b']",
            "label = 'y'\ncategorical = ['b']\nfill = 'mean'",
            "label = 'y'\nmissing = ['', 'x']\nfill = 'median'\ntags = ['b']",
        ]),
    ) {
        let rows = rows.iter().map(|(a, b, y, end)| format!("{a},{b},{y}{end}"));
        let content = format!("\u{feff}a,b,y\n{}", rows.collect::<String>());
        let options = config(config_text);
        let whole = in_blocks(&options, content.as_bytes(), 1 << 20);
        prop_assert_eq!(in_blocks(&options, content.as_bytes(), block_bytes), whole);
    }

    #[test]
    fn rows_without_quotes_are_those_of_the_csv_crate(
        rows in prop::collection::vec(
            (
                prop::collection::vec("([0-9]{1,9}|-?[0-9]{1,3}\\.[0-9]|1e3| 7 |é|)", 2..4),
                "(0|5|y)?",
                "(\n|\r\n|\r|\n\n)",
            ),
            0..8,
        ),
        first in "[\r\n]{0,2}",
        missing in prop::sample::select(vec!["", "5", "é"]),
        has_fill in any::<bool>(),
    ) {
        let rows = rows.iter().map(|(cells, label, end)| format!("{},{label}{end}", cells.join(",")));
        let text = first + &rows.collect::<String>();
        let block = Block { bytes: text.into_bytes(), first_line: 3 };
        let options = Csv { range: Some([-50.0, 1e7]), ..config("label = 3") };
        let names = ["a", "b", "y"].map(String::from).to_vec();
        let columns = Columns::find(names, &options).unwrap();
        let fill = has_fill.then_some(0.5);
        let reader = RowReader { options: &options, columns: &columns, fill, missing: vec![missing] };
        let seen = |rows: Result<Rows, CsvError>| {
            let rows = rows.map_err(|error| error.to_string())?;
            Ok::<_, String>((rows.values, rows.labels.of, rows.labels.texts.distinct, rows.n_filled))
        };
        let mut expected = Rows::new(&options, &columns);
        let expected = reader.read_quoted(&block, &mut expected).map(|()| expected);
        prop_assert!(plain::is_plain(&block, b','));
        prop_assert_eq!(seen(reader.read(&block)), seen(expected));
    }

    #[test]
    fn a_written_table_is_read_as_it_was(
        rows in prop::collection::vec((any::<f32>().prop_filter("finite", |v| v.is_finite()), "[a-z\", ]{0,4}z"), 2..20),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["a", "t", "y"]).unwrap();
        for (i, (number, text)) in rows.iter().enumerate() {
            let label = if i == 0 { "p" } else { "q" };
            writer.write_record([&number.to_string(), text, label]).unwrap();
        }
        let content = writer.into_inner().unwrap();
        let examples = parse(&config("label = 'y'\ntags = ['t']"), &content).unwrap();
        let numbers = rows.iter().map(|(number, _)| *number);
        prop_assert_eq!(examples.values, Values::pack(numbers.collect()));
        for (i, (_, text)) in rows.iter().enumerate() {
            prop_assert_eq!(examples.tags[0].get(i), text.trim());
        }
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(content in prop::collection::vec(any::<u8>(), 0..200)) {
        parse(&options(), &content).ok();
    }

    #[test]
    fn nearly_a_table_does_not_panic(rest in "[xy0-9,.\"\r\n\u{feff}e-]{0,80}", bom in any::<bool>()) {
        let bom = if bom { "\u{feff}" } else { "" };
        parse(&options(), format!("{bom}x,y\n{rest}").as_bytes()).ok();
    }
}
