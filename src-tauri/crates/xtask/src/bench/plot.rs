//! The table as a picture: how much of lsyncd's each figure is, on a logarithmic scale, with its bar.

use super::figures::Bar;
use super::report::Row;

const LEFT: f64 = 530.0;
const WIDTH: f64 = 400.0;
const LINE: f64 = 26.0;
const TOP: f64 = 56.0;
/// Powers of ten from left to right.
const DECADES: (f64, f64) = (-4.0, 1.0);

/// An SVG that reads in light and dark.
pub fn svg(table: &[Row]) -> String {
    let rows: Vec<(&Row, f64)> = table
        .iter()
        .filter(|row| matches!(row.bar, Bar::OfLsyncd(_)))
        .filter_map(|row| row.ratio().map(|ratio| (row, ratio)))
        .collect();
    let height = TOP + LINE * rows.len() as f64 + 30.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <style>text {{ fill: #3a3f44 }} .g {{ stroke: #8888 }} .b {{ fill: #1f8a8a }} .m {{ fill: #c0562b }} .t {{ stroke: #3a3f44; stroke-width: 2 }}\
         @media (prefers-color-scheme: dark) {{ text {{ fill: #d6dadd }} .t {{ stroke: #d6dadd }} }}</style>\n\
         <text x=\"12\" y=\"22\" font-size=\"14\">driftlessd / lsyncd (1 is the same; less is better; the stroke is the bar)</text>\n",
        LEFT + WIDTH + 64.0
    );
    for decade in DECADES.0 as i32..=DECADES.1 as i32 {
        let x = place(10_f64.powi(decade));
        out += &format!(
            "<line class=\"g\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{:.0}\"/>\n",
            TOP - 8.0,
            height - 24.0
        );
        out += &format!(
            "<text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>\n",
            TOP - 14.0,
            10_f64.powi(decade)
        );
    }
    for (number, (row, ratio)) in rows.into_iter().enumerate() {
        let y = TOP + LINE * number as f64;
        let class = if row.met() == Some(true) { "b" } else { "m" };
        out += &format!(
            "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}: {}</text>\n\
             <rect class=\"{class}\" x=\"{LEFT}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"14\" rx=\"3\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\">{ratio:.3}</text>\n",
            LEFT - 10.0,
            y + 11.0,
            escaped(short(row.says)),
            row.figure.name(),
            place(ratio) - LEFT,
            // In a column of their own: at the end of a bar the stroke would go through them.
            LEFT + WIDTH + 14.0,
            y + 11.0
        );
        if let Bar::OfLsyncd(bar) = row.bar {
            let x = place(bar);
            out += &format!(
                "<line class=\"t\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\n",
                y - 2.0,
                y + 16.0
            );
        }
    }
    out + "</svg>\n"
}

fn place(ratio: f64) -> f64 {
    let part = (ratio.max(1e-9).log10() - DECADES.0) / (DECADES.1 - DECADES.0);
    LEFT + WIDTH * part.clamp(0.0, 1.0)
}

/// What stands before the first comma or colon.
fn short(says: &str) -> &str {
    says.split([':', ';']).next().unwrap_or(says)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figures::Figure;

    #[test]
    fn a_figure_lies_where_its_ratio_is() {
        assert!((place(1.0) - (LEFT + WIDTH * 0.8)).abs() < 0.01);
        assert!((place(0.0) - LEFT).abs() < 0.01);
        let (half, one) = ([0.5; 3], [1.0; 3]);
        let row = Row {
            says: "a < b: c",
            figure: Figure::Wall,
            driftlessd: half,
            lsyncd: Some(one),
            bare: None,
            bar: Bar::OfLsyncd(0.7),
        };
        let svg = svg(&[row]);
        assert!(svg.contains("a &lt; b: wall") && svg.contains(">0.500<") && svg.contains("class=\"b\""));
    }
}
