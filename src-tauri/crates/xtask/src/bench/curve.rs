//! How cost grows, as a picture: CPU over size, both logarithmic, with lines along which cost is in proportion to size.

use super::growth::Series;

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 46.0;
const COLOURS: [&str; 3] = ["#1f8a8a", "#c0562b", "#6b5bb5"];
/// Powers of ten of the sizes and of the seconds.
const SIZES: (i32, i32) = (0, 6);
const SECONDS: (i32, i32) = (-2, 2);

/// An SVG that reads in light and dark.
pub fn svg(all: &[Series]) -> String {
    let (right, bottom) = (LEFT + WIDTH, TOP + HEIGHT);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <style>text {{ fill: #3a3f44 }} .g {{ stroke: #8883 }} .n {{ stroke: #888; stroke-dasharray: 4 4 }}\
         @media (prefers-color-scheme: dark) {{ text {{ fill: #d6dadd }} }}</style>\n\
         <text x=\"12\" y=\"22\" font-size=\"14\">CPU of the daemon over size (dashed: in proportion to size)</text>\n",
        right + 30.0,
        bottom + 30.0 + 20.0 * all.len() as f64
    );
    for power in SIZES.0..=SIZES.1 {
        let x = across(10_f64.powi(power));
        out += &format!("<line class=\"g\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{bottom}\"/>\n");
        let number = 10_u32.pow(power.unsigned_abs());
        out += &format!("<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{number}</text>\n", bottom + 16.0);
    }
    for power in SECONDS.0..=SECONDS.1 {
        let y = down(10_f64.powi(power));
        out += &format!("<line class=\"g\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\n");
        out += &format!(
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{} s</text>\n",
            LEFT - 8.0,
            y + 4.0,
            10_f64.powi(power)
        );
    }
    for (number, series) in all.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let places: Vec<(f64, f64)> = series.points.iter().map(|p| (across(p.count as f64), down(p.cpu))).collect();
        let line: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        out += &format!(
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{}\"/>\n",
            line.join(" ")
        );
        for (x, y) in &places {
            out += &format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>\n");
        }
        if let [.., before, last] = series.points[..] {
            let proportional = before.cpu * last.count as f64 / before.count as f64;
            out += &format!(
                "<line class=\"n\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>\n",
                across(before.count as f64),
                down(before.cpu),
                across(last.count as f64),
                down(proportional)
            );
        }
        let y = bottom + 38.0 + 20.0 * number as f64;
        out += &format!("<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"{colour}\"/>\n", LEFT + 4.0, y - 4.0);
        out += &format!("<text x=\"{}\" y=\"{y}\">{}</text>\n", LEFT + 16.0, series.name);
    }
    out + "</svg>\n"
}

fn across(count: f64) -> f64 {
    LEFT + WIDTH * part(count, SIZES)
}

fn down(seconds: f64) -> f64 {
    TOP + HEIGHT * (1.0 - part(seconds, SECONDS))
}

/// Where a value lies between two powers of ten, from 0 to 1.
fn part(value: f64, (low, high): (i32, i32)) -> f64 {
    ((value.max(1e-9).log10() - f64::from(low)) / f64::from(high - low)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::growth::Point;

    #[test]
    fn every_size_has_its_point() {
        assert!((part(1_000.0, SIZES) - 0.5).abs() < 1e-9 && part(0.0, SECONDS) == 0.0 && part(1e9, SECONDS) == 1.0);
        let point = |count, cpu| Point { count, wall: 0.0, cpu, memory: 0.0, watches: 0.0 };
        let picture = svg(&[Series { name: "directories", points: vec![point(1_000, 0.1), point(10_000, 1.0)] }]);
        assert_eq!(picture.matches("r=\"3.5\"").count(), 2);
        assert!(picture.contains(">directories</text>") && picture.contains("class=\"n\""));
    }
}
