//! Checks the registers, bits and enumerations of a profile and sorts them into its blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use toml::Spanned;
use vigil_model::{
    Category, Code, CodeKind, Containment, DeviceAlarmDescriptor, MetricDescriptor, Profile, Quantity, Unit,
};

use super::RegisterProfile;
use super::check::{PERIOD_MAX, PERIOD_MIN, code, containment, duration};
use super::check_value::{marks, number, pair, quantity, unit, worth};
use super::file::{EnumerationFile, ProfileFile};
use super::file_item::{BitFile, ConditionFile, RegisterFile};
use super::item::{Bit, BitMetric, Condition, Content, Form, Item, Meaning, Metric, Number, State};
use super::problem::Problems;
use crate::watch::LinkWatch;

/// Most decimals of a value.
pub const DECIMALS_MAX: u8 = 9;
/// Registers and bits of one profile.
pub const ITEMS_MAX: usize = 4096;

/// Checks all items. `fastest` is the shortest period, if metrics of slower blocks need a freshness bound of their own.
pub(super) fn items(
    file: &ProfileFile,
    fastest: Option<Duration>,
    profile: Profile,
    built: &mut RegisterProfile,
    problems: &mut Problems<'_>,
) {
    let mut work = Work { fastest, profile, built, rows: BTreeSet::new(), enumerations: BTreeMap::new() };
    for enumeration in &file.enumeration {
        work.enumeration(enumeration, problems);
    }
    if file.register.len() + file.bit.len() > ITEMS_MAX {
        problems.add(0..0, format!("a profile has at most {ITEMS_MAX} registers and bits"));
    }
    file.register.iter().take(ITEMS_MAX).for_each(|register| work.register(register, problems));
    file.bit.iter().take(ITEMS_MAX).for_each(|bit| work.bit(bit, problems));
    let Work { mut profile, built, .. } = work;
    profile.metrics.sort_by_key(|metric| (metric.containment, metric.code));
    built.profile = Arc::new(profile);
    for block in &mut built.blocks {
        block.items.sort_by_key(|item| (item.reach.0, item.address));
    }
}

struct Work<'f, 'b> {
    fastest: Option<Duration>,
    profile: Profile,
    built: &'b mut RegisterProfile,
    rows: BTreeSet<(Containment, Code)>,
    enumerations: BTreeMap<&'f str, &'f EnumerationFile>,
}

impl<'f> Work<'f, '_> {
    fn enumeration(&mut self, file: &'f EnumerationFile, problems: &mut Problems<'_>) {
        let mut seen = BTreeSet::new();
        for state in &file.states {
            if !seen.insert(*state.value.get_ref()) {
                problems.add(state.value.span(), format!("state {} is declared twice", state.value.get_ref()));
            }
        }
        if self.enumerations.insert(file.name.get_ref(), file).is_some() {
            problems.add(file.name.span(), format!("enumeration {:?} is declared twice", file.name.get_ref()));
        }
    }

    fn register(&mut self, file: &RegisterFile, problems: &mut Problems<'_>) {
        let Some(number) = number(file, problems) else { return };
        let Some(block) = self.place(&file.block, &file.address, number.width(), problems) else { return };
        if self.built.blocks[block].table.is_bits() {
            problems.add(file.block.span(), "a block of bits holds [[bit]] tables, not [[register]] tables");
            return;
        }
        let first = u32::from(*file.address.get_ref());
        let mut reach = (first, first + u32::from(number.width()));
        let content = match (&file.code, file.identity) {
            (None, Some(field)) if matches!(number, Number::Text { .. }) => {
                Some(Content::Identity(field, file.byte_order))
            }
            (None, Some(_)) => {
                problems.add(file.kind.span(), "a field of the identity is of type text");
                None
            }
            (Some(refid), None) => self.metric(file, refid, number, block, problems).map(|(metric, wide)| {
                reach = wide;
                Content::Metric(metric)
            }),
            (Some(_), Some(_)) | (None, None) => {
                problems.add(file.address.span(), "a register has either a code or an identity");
                None
            }
        };
        if let Some(content) = content {
            self.built.blocks[block].items.push(Item {
                address: *file.address.get_ref(),
                width: number.width(),
                reach,
                content,
            });
        }
    }

    fn metric(
        &mut self,
        file: &RegisterFile,
        refid: &Spanned<String>,
        number: Number,
        block: usize,
        problems: &mut Problems<'_>,
    ) -> Option<(Metric, (u32, u32))> {
        let code = code(refid, CodeKind::Metric, &file.label, problems);
        let row = match &file.containment {
            Some(text) => containment(text, problems),
            None => {
                problems.add(refid.span(), "a metric has a row; add containment = \"1.vmd.channel.metric\"");
                None
            }
        };
        let unit = file.unit.as_ref().and_then(|text| unit(text, problems));
        let meaning = self.meaning(file, number, row.unwrap_or_default(), block, problems);
        let plausible = file.plausible.as_ref().and_then(|given| pair(given, "plausible", problems));
        let range = file.range.as_ref().and_then(|given| pair(given, "measurable", problems));
        let marks = marks(file, number, problems);
        let first = u32::from(*file.address.get_ref());
        let own = (first, first + u32::from(number.width()));
        let (worth, reach) = worth(file, own, &self.built.blocks[block], problems);
        let fresh_for = file.fresh_for.as_ref().and_then(|text| duration(text, PERIOD_MIN, PERIOD_MAX, problems));
        let (code, row, meaning) = (code?, row?, meaning?);
        let is_decimal = matches!(meaning, Meaning::Decimal { .. });
        if is_decimal != file.unit.is_some() {
            let message = if is_decimal {
                "a number has a unit; add unit = \"…\", with MDC_DIM_DIMLESS for none"
            } else {
                "a text or a list of states has no unit; remove it"
            };
            problems.add(refid.span(), message);
        }
        let label = if file.label.is_empty() { code.description() } else { &file.label };
        self.describe(
            code,
            row,
            unit,
            file.category,
            (fresh_for, file.episodic, plausible),
            label,
            block,
            refid,
            problems,
        );
        let form = Form { number, word_order: file.word_order, byte_order: file.byte_order };
        let metric = Metric { code, containment: row, unit, form, meaning, marks, range, plausible, worth };
        Some((metric, reach))
    }

    fn meaning(
        &mut self,
        file: &RegisterFile,
        number: Number,
        row: Containment,
        block: usize,
        problems: &mut Problems<'_>,
    ) -> Option<Meaning> {
        if let Some(name) = &file.enumeration {
            if number.is_float() || matches!(number, Number::Text { .. }) {
                problems.add(name.span(), "an enumeration needs a whole number");
                return None;
            }
            let Some(&enumeration) = self.enumerations.get(name.get_ref().as_str()) else {
                let known: Vec<_> = self.enumerations.keys().collect();
                problems
                    .add(name.span(), format!("no [[enumeration]] is named {:?}; there are {known:?}", name.get_ref()));
                return None;
            };
            let mut states = Vec::new();
            for state in &enumeration.states {
                let condition =
                    state.condition.as_ref().and_then(|condition| self.condition(condition, row, block, problems));
                let code = state.code.as_ref().and_then(|refid| code(refid, CodeKind::Metric, &state.text, problems));
                let (value, text) = (*state.value.get_ref(), state.text.as_str().into());
                states.push(State { value, text, code, absent: state.absent, condition });
            }
            return Some(Meaning::States(states.into()));
        }
        if matches!(number, Number::Text { .. }) {
            return Some(Meaning::Text);
        }
        let scale = file.scale.as_ref().map_or(Some(Quantity::from(1)), |text| quantity(text, problems));
        let offset = file.offset.as_ref().map_or(Some(Quantity::ZERO), |text| quantity(text, problems));
        if let (Some(scale), Some(text)) = (scale, &file.scale)
            && scale.mantissa() == 0
        {
            problems.add(text.span(), "a scale of zero loses the value");
        }
        if let Some(decimals) = &file.decimals
            && *decimals.get_ref() > DECIMALS_MAX
        {
            problems.add(decimals.span(), format!("a value has 0 to {DECIMALS_MAX} decimals"));
        }
        if number.is_float() && file.decimals.is_none() {
            problems.add(file.kind.span(), "a floating-point number does not say its precision; add decimals = …");
        }
        let decimals = file.decimals.as_ref().map(|decimals| *decimals.get_ref());
        Some(Meaning::Decimal { scale: scale?, offset: offset?, decimals })
    }

    fn bit(&mut self, file: &BitFile, problems: &mut Problems<'_>) {
        let Some(block) = self.place(&file.block, &file.address, 1, problems) else { return };
        let in_register = !self.built.blocks[block].table.is_bits();
        match &file.bit {
            Some(bit) if !in_register => problems.add(bit.span(), "an entry of a block of bits is one bit; remove bit"),
            Some(bit) if *bit.get_ref() > 15 => problems.add(bit.span(), "a register has bits 0 to 15"),
            None if in_register => {
                problems.add(file.address.span(), "say which bit of the register; add bit = 0 to 15");
            }
            Some(_) | None => {}
        }
        let Some(row) = containment(&file.containment, problems) else { return };
        let metric = file.code.as_ref().and_then(|refid| {
            let code = code(refid, CodeKind::Metric, &file.label, problems)?;
            let label = if file.label.is_empty() { code.description() } else { &file.label };
            self.describe(code, row, None, file.category, (None, false, None), label, block, refid, problems);
            let word = |given: &Option<String>, default: &str| given.as_deref().unwrap_or(default).into();
            Some(BitMetric { code, containment: row, on: word(&file.on, "on"), off: word(&file.off, "off") })
        });
        if file.code.is_none() && file.condition.is_none() {
            problems.add(file.address.span(), "a bit means something; give it a code, a condition or both");
        }
        let condition = file.condition.as_ref().and_then(|condition| self.condition(condition, row, block, problems));
        let bit = Bit { bit: file.bit.as_ref().map(|bit| *bit.get_ref()), active: file.active, metric, condition };
        let address = *file.address.get_ref();
        let reach = (u32::from(address), u32::from(address) + 1);
        self.built.blocks[block].items.push(Item { address, width: 1, reach, content: Content::Bit(bit) });
    }

    /// The block of an item, if the item lies inside it and outside its gaps.
    fn place(
        &self,
        name: &Spanned<String>,
        address: &Spanned<u16>,
        width: u16,
        problems: &mut Problems<'_>,
    ) -> Option<usize> {
        let blocks = &self.built.blocks;
        let Some(index) = blocks.iter().position(|block| &*block.name == name.get_ref().as_str()) else {
            let known: Vec<_> = blocks.iter().map(|block| &*block.name).collect();
            problems.add(name.span(), format!("no [[block]] is named {:?}; there are {known:?}", name.get_ref()));
            return None;
        };
        let block = &blocks[index];
        let first = u32::from(*address.get_ref());
        let end = first + u32::from(width);
        let overlaps = |gap: &Range<u32>| gap.start < end && first < gap.end;
        if first < u32::from(block.address) || end > block.end() {
            let last = block.end().saturating_sub(1);
            let message = format!(
                "block {:?} holds addresses {} to {last}; this needs {first} to {}",
                block.name,
                block.address,
                end - 1
            );
            problems.add(address.span(), message);
            return None;
        }
        if block.gaps.iter().any(overlaps) {
            problems.add(address.span(), "this address lies in a gap that must not be read");
            return None;
        }
        if width > block.count_max {
            problems.add(address.span(), format!("the device answers at most {} entries at once", block.count_max));
            return None;
        }
        Some(index)
    }

    #[expect(clippy::too_many_arguments, reason = "one row of a table, used in two places")]
    fn describe(
        &mut self,
        code: Code,
        row: Containment,
        unit: Option<Unit>,
        category: Category,
        (fresh_for, episodic, plausible): (Option<Duration>, bool, Option<(Quantity, Quantity)>),
        label: &str,
        block: usize,
        place: &Spanned<String>,
        problems: &mut Problems<'_>,
    ) {
        if row.metric == 0 || row.mds != 1 {
            problems.add(place.span(), format!("a metric has a row of the form 1.vmd.channel.metric, not {row}"));
        } else if !self.profile.nodes.iter().any(|node| node.containment == row.channel_row()) {
            problems.add(place.span(), format!("{row} lies in {}, which no [[channel]] declares", row.channel_row()));
        } else if !self.rows.insert((row, code)) {
            problems.add(place.span(), format!("{code} at {row} is declared twice"));
        }
        let period = self.built.blocks[block].period;
        let slow = self.fastest.filter(|fastest| period > *fastest).map(|_| LinkWatch::quiet_time_of(period));
        let fresh_for = fresh_for.or(slow);
        let label = label.into();
        let metric = MetricDescriptor { code, containment: row, unit, category, fresh_for, episodic, plausible, label };
        self.profile.metrics.push(metric);
    }

    fn condition(
        &mut self,
        file: &ConditionFile,
        source: Containment,
        block: usize,
        problems: &mut Problems<'_>,
    ) -> Option<usize> {
        let text: Arc<str> = file.text.get_ref().as_str().into();
        let event = code(&file.event, CodeKind::Event, &text, problems)?;
        if !self.built.blocks[block].alarm {
            let name = &self.built.blocks[block].name;
            problems.add(
                file.event.span(),
                format!("block {name:?} holds a condition; give it alarm = true, so that it is read first"),
            );
        }
        let same = |other: &Condition| other.event == event && other.source == source && other.text == text;
        if self.built.conditions.iter().any(same) {
            problems.add(
                file.text.span(),
                format!("two conditions are {event} at {source} with the text {text:?}; give them different texts"),
            );
            return None;
        }
        let descriptor = DeviceAlarmDescriptor { event, kind: file.kind, priority: file.priority, text: text.clone() };
        if !self.profile.alarms.contains(&descriptor) {
            self.profile.alarms.push(descriptor);
        }
        self.built.conditions.push(Condition { event, source, kind: file.kind, priority: file.priority, text });
        Some(self.built.conditions.len() - 1)
    }
}
