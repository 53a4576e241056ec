//! The table of a run: medians, ratios, bars.

use std::path::Path;

use serde_json::{Value, json};

use super::figures::{Bar, Figure, Samples};
use super::program::Who;
use super::works::{WORKS, Work};

/// One figure of one work.
pub struct Row {
    /// The work.
    pub says: &'static str,
    /// Of what kind.
    pub figure: Figure,
    /// Median, least and most of each.
    pub driftlessd: [f64; 3],
    /// The same.
    pub lsyncd: Option<[f64; 3]>,
    /// The same.
    pub bare: Option<[f64; 3]>,
    /// What is held to it.
    pub bar: Bar,
}

impl Row {
    /// Driftlessd's part of what the bar names (of lsyncd's where it names nothing).
    pub fn ratio(&self) -> Option<f64> {
        let of = if matches!(self.bar, Bar::OfBare(_)) { self.bare } else { self.lsyncd };
        of.filter(|of| of[0] > 0.0).map(|of| self.driftlessd[0] / of[0])
    }

    /// Whether the bar is met; nothing where it cannot be told.
    pub fn met(&self) -> Option<bool> {
        match self.bar {
            Bar::OfLsyncd(most) | Bar::OfBare(most) => Some(self.ratio()? <= most),
            Bar::AtMost(most) => Some(self.driftlessd[0] <= most),
            Bar::Shown => None,
        }
    }

    fn bar(&self) -> String {
        match self.bar {
            Bar::OfLsyncd(most) => format!("≤ {most} of lsyncd"),
            Bar::OfBare(most) => format!("≤ {most} of bare"),
            Bar::AtMost(most) => format!("≤ {most}"),
            Bar::Shown => String::new(),
        }
    }
}

/// All figures in which driftlessd took part.
pub fn table(samples: &Samples) -> Vec<Row> {
    let row = |(name, figure): (&'static str, Figure)| {
        let work = WORKS.iter().find(|work| work.name == name)?;
        let of = |who| samples.median(name, figure, who);
        Some(Row {
            says: work.says,
            figure,
            driftlessd: of(Who::Driftlessd)?,
            lsyncd: of(Who::Lsyncd),
            bare: of(Who::Bare),
            bar: bar_of(work, figure),
        })
    };
    samples.kinds().into_iter().filter_map(row).collect()
}

/// As Markdown.
pub fn text(table: &[Row]) -> String {
    let mut out = String::from(
        "| work | figure | driftlessd | lsyncd | bare | ratio | bar | |\n|---|---|---|---|---|---|---|---|\n",
    );
    for row in table {
        let value = |value: Option<[f64; 3]>| value.map(|[median, ..]| row.figure.number(median)).unwrap_or_default();
        let ratio = row.ratio().map(|ratio| format!("{ratio:.3}")).unwrap_or_default();
        let verdict = row.met().map_or("", |met| if met { "met" } else { "MISSED" });
        out += &format!(
            "| {} | {} | {} | {} | {} | {ratio} | {} | {verdict} |\n",
            row.says,
            row.figure.name(),
            value(Some(row.driftlessd)),
            value(row.lsyncd),
            value(row.bare),
            row.bar()
        );
    }
    out
}

/// The same as a page of its own.
pub fn page(table: &[Row]) -> String {
    format!(
        "# driftlessd beside lsyncd\n\nMade by `cargo xtask bench`: the same work with the same lsyncd.conf on one machine, in turn, \
         each figure the median of the rounds. Bare is the work without a daemon: the walk, one rsync, one copy. What bounds the ones that \
         are missed stands in [the reference](../REFERENCE.md#beside-lsyncd).\n\n{}",
        text(table)
    )
}

/// For programs: seconds, bytes and counts.
pub fn json(table: &[Row]) -> String {
    let of = |value: Option<[f64; 3]>| {
        value.map_or(Value::Null, |[median, min, max]| json!({"median": median, "min": min, "max": max}))
    };
    let rows: Vec<Value> = table
        .iter()
        .map(|row| {
            json!({
                "work": row.says, "figure": row.figure.name(), "driftlessd": of(Some(row.driftlessd)), "lsyncd": of(row.lsyncd),
                "bare": of(row.bare), "ratio": row.ratio(), "bar": row.bar(), "met": row.met(),
            })
        })
        .collect();
    format!("{:#}\n", Value::Array(rows))
}

/// The rows of an earlier run, as [`json`] wrote them, without those of works that are among the new ones; then the new ones. In
/// the order of the works: a long run can be made in pieces. What is no longer measured is left out.
pub fn joined(earlier: &str, new: Vec<Row>) -> Result<Vec<Row>, String> {
    let earlier: Vec<Value> = serde_json::from_str(earlier).map_err(|error| error.to_string())?;
    let mut all: Vec<Row> = earlier.iter().filter_map(row_of).collect();
    all.retain(|row| new.iter().all(|other| other.says != row.says));
    all.extend(new);
    all.sort_by_key(|row| WORKS.iter().position(|work| work.says == row.says));
    Ok(all)
}

fn row_of(value: &Value) -> Option<Row> {
    let work = WORKS.iter().find(|work| value["work"] == work.says)?;
    let figure = Figure::named(value["figure"].as_str()?)?;
    let of = |who: &str| {
        let number = |key: &str| value[who][key].as_f64();
        Some([number("median")?, number("min")?, number("max")?])
    };
    let bar = bar_of(work, figure);
    Some(Row { says: work.says, figure, driftlessd: of("driftlessd")?, lsyncd: of("lsyncd"), bare: of("bare"), bar })
}

fn bar_of(work: &Work, figure: Figure) -> Bar {
    work.bars.iter().find(|(of, _)| *of == figure).map_or(Bar::Shown, |(_, bar)| *bar)
}

/// Whole or not at all.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    let beside = path.with_extension("part");
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_met_or_missed_by_the_medians() {
        let row = |bar, driftlessd, lsyncd| Row {
            says: "w",
            figure: Figure::Wall,
            driftlessd: [driftlessd; 3],
            lsyncd: Some([lsyncd; 3]),
            bare: Some([4.0; 3]),
            bar,
        };
        assert_eq!(row(Bar::OfLsyncd(0.5), 1.0, 2.0).met(), Some(true));
        assert_eq!(row(Bar::OfLsyncd(0.4), 1.0, 2.0).met(), Some(false));
        assert_eq!(row(Bar::OfBare(1.2), 5.0, 2.0).met(), Some(false));
        assert_eq!(row(Bar::AtMost(0.0), 0.0, 0.0).met(), Some(true));
        assert_eq!(row(Bar::OfLsyncd(0.5), 1.0, 0.0).met(), None);
        assert!(text(&[row(Bar::OfLsyncd(0.4), 1.0, 2.0)]).contains("| 0.500 | ≤ 0.4 of lsyncd | MISSED |"));
    }

    #[test]
    fn a_run_in_pieces_gives_the_same_table_as_a_whole_one() {
        let row = |work: usize, value: f64| Row {
            says: WORKS[work].says,
            figure: WORKS[work].bars[0].0,
            driftlessd: [value; 3],
            lsyncd: Some([2.0; 3]),
            bare: None,
            bar: WORKS[work].bars[0].1,
        };
        let whole = text(&[row(0, 1.0), row(1, 3.0), row(2, 4.0)]);
        let earlier = json(&[row(1, 3.0), row(2, 5.0)]);
        assert_eq!(text(&joined(&earlier, vec![row(2, 4.0), row(0, 1.0)]).unwrap()), whole);
        assert!(joined("{", Vec::new()).is_err());
    }
}
