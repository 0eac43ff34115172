//! Small plots, drawn on the server as SVG; colours and strokes are the style sheet's.

use maud::{Markup, html};

/// Columns, one for each count.
pub(crate) fn bars(counts: &[u32], title: &str) -> Markup {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let (width, height) = (600.0, 90.0);
    let step = width / counts.len().max(1) as f64;
    let bar = |(position, count): (usize, &u32)| {
        let tall = f64::from(*count) / f64::from(most) * (height - 14.0);
        (position as f64 * step + step * 0.08, height - tall, step * 0.84, tall, *count)
    };
    html! {
        figure.plot {
            svg viewBox="0 0 600 92" role="img" aria-label={ (title) "; most: " (most) } preserveAspectRatio="none" {
                @for (x, y, w, h, count) in counts.iter().enumerate().map(bar) {
                    rect.bar x=(round(x)) y=(round(y)) width=(round(w)) height=(round(h)) { title { (count) } }
                }
                line.axis x1="0" y1="91" x2="600" y2="91" {}
            }
            figcaption { (title) "; most in an hour: " (most) "." }
        }
    }
}

/// A share as a bar beside its number.
pub(crate) fn share(share: f64) -> Markup {
    html! {
        span.share {
            svg viewBox="0 0 100 10" width="100" height="10" aria-hidden="true" { rect.bar x="0" y="1" width=(round(share * 100.0)) height="8" {} rect.frame x="0.5" y="0.5" width="99" height="9" {} }
            " " (format!("{:.0} %", share * 100.0))
        }
    }
}

/// A coordinate with one digit: more would only make the page longer.
pub(crate) fn round(value: f64) -> String {
    format!("{value:.1}")
}
