//! What happens to whom in a night, from a seed.

use std::fmt::Write as _;

use vigil_simulators::noise::derive;

/// A time in which a patient's oxygen saturation is truly low.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Low {
    pub(crate) bed: u32,
    pub(crate) from_s: u64,
    pub(crate) until_s: u64,
}

/// The script of a night.
pub(crate) struct Script {
    beds: u32,
    /// Points of each bed's oxygen saturation: when, and the value; none is a probe that is off.
    points: Vec<Vec<(u64, Option<u32>)>>,
    /// When which monitor's cable is pulled and put back.
    pulled: Vec<(u32, u64, u64)>,
    pub(crate) low: Vec<Low>,
}

const USUAL: Option<u32> = Some(97);
const LOW: Option<u32> = Some(84);

impl Script {
    /// Every bed has one piece of trouble an hour, of each kind in turn, at a time that depends on the seed.
    pub(crate) fn new(seed: u64, beds: u32, hours: u32) -> Self {
        let mut script = Self { beds, points: Vec::new(), pulled: Vec::new(), low: Vec::new() };
        for bed in 1..=beds {
            let mut points = vec![(0, USUAL)];
            for hour in 0..hours {
                let jitter = derive(seed, u64::from(bed * 1000 + hour)) % 1200;
                script.trouble(bed, (bed + hour) % 5, u64::from(hour) * 3600 + 300 + jitter, &mut points);
            }
            script.points.push(points);
        }
        script
    }

    fn trouble(&mut self, bed: u32, kind: u32, at: u64, points: &mut Vec<(u64, Option<u32>)>) {
        let mut low = |until_s| self.low.push(Low { bed, from_s: at, until_s });
        match kind {
            // A deterioration.
            0 => {
                points.extend([(at, LOW), (at + 600, USUAL)]);
                low(at + 600);
            }
            // The probe comes off while all is well.
            1 => points.extend([(at, None), (at + 180, USUAL)]),
            // The probe comes off in the middle of a deterioration, and is put back on before it is over.
            2 => {
                points.extend([(at, LOW), (at + 120, None), (at + 240, LOW), (at + 480, USUAL)]);
                low(at + 480);
            }
            // Motion: the value dips for a moment, again and again.
            3 => {
                for dip in 0..8 {
                    let dip = at + dip * 150;
                    points.extend([(dip, Some(86)), (dip + 6, USUAL)]);
                }
            }
            // The cable is pulled in the middle of a deterioration.
            _ => {
                points.extend([(at, LOW), (at + 600, USUAL)]);
                self.pulled.push((bed, at + 200, at + 290));
                low(at + 600);
            }
        }
    }

    /// As a scenario file.
    pub(crate) fn scenario(&self) -> String {
        let mut text = String::from("name = \"night\"\ntitle = \"A night on the ward\"\n");
        for (bed, points) in (1..).zip(&self.points) {
            let _ = write!(text, "\n[[vital]]\nbed = {bed}\nvital = \"spo2\"\nkeyframes = [\n");
            for (at, value) in points {
                let _ = match value {
                    Some(value) => writeln!(text, "  {{ at_s = {at}, value = {value}, ramp = \"step\" }},"),
                    None => writeln!(text, "  {{ at_s = {at} }},"),
                };
            }
            text.push_str("]\n");
        }
        for (bed, out, back) in &self.pulled {
            for (at, event) in [(out, "unplug"), (back, "replug")] {
                let _ =
                    write!(text, "\n[[event]]\nat_s = {at}\nbed = {bed}\ndevice = \"monitor\"\nevent = \"{event}\"\n");
            }
        }
        text
    }

    pub(crate) fn beds(&self) -> u32 {
        self.beds
    }
}
